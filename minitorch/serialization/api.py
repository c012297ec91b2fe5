"""`save` and `load`."""

import json
import os
from collections.abc import Callable
from typing import Any, Literal

from minitorch.backend.devices import device
from minitorch.serialization.allowed import known
from minitorch.serialization.checkpoint_writer import save_checkpoint
from minitorch.serialization.checkpoints import load_legacy, load_zip
from minitorch.serialization.files import File, Source, damaged, reading, write
from minitorch.serialization.npz import MAGIC, load_npy, load_npz
from minitorch.serialization.safetensors import Entries, named_tensors, write_entries
from minitorch.serialization.structure import decode, encode

MAP_LOCATION = Callable | device | str | dict[str, str] | None  # where `load` puts tensors

Format = Literal["safetensors", "pt"]
PYTORCH_ENDINGS = (".pt", ".pth")


class SourceChangeWarning(Warning):
    """For programs that filter it: no file holds the source of a class, so it is never given."""


def save(
    obj: Any,
    f: File,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    *,
    format: Format | None = None,
    keep: int = 0,
) -> None:
    """Save tensors, and dicts, lists, tuples, sets, storages, numbers, strings and bytes of them.

    f       a path or a file open for writing bytes
    format  "safetensors": any tool for safetensors reads the tensors, by names such as
            "model.fc.weight", and how they are nested stands in the file's metadata; "pt": what
            `torch.load(f, weights_only=True)` reads. None: "pt" where the name of the file ends in
            .pt or .pth, since that is what this ending promises; else "safetensors"
    keep    how many former files of that name stay, as `f.1` (the latest), `f.2`, ...

    What a path names is always a whole file: it is written beside it, brought to the disk and
    renamed (a device or a pipe is written to as it is). Tensors that share memory do so when they
    are loaded, and strides stay. Hooks and attributes of tensors are not saved. What pickles are
    made with is accepted and not used: nothing is pickled.

    A module is saved as the name of its class and its attributes, which `load` gives back to a
    program that allows it; its state_dict() is plain data. Raises TypeError for other objects.

    >>> import io
    >>> from minitorch import tensor
    >>> file = io.BytesIO()
    >>> save({"epoch": 3, "weights": [tensor([1.0, 2.0])]}, file)
    >>> _ = file.seek(0)
    >>> load(file)
    {'epoch': 3, 'weights': [tensor([1., 2.])]}
    """
    if format is None:
        named = os.fspath(f) if isinstance(f, str | os.PathLike) else ""
        format = "pt" if named.endswith(PYTORCH_ENDINGS) else "safetensors"
    if format == "pt":
        write(f, lambda file: save_checkpoint(obj, file), keep)
    elif format == "safetensors":
        structure, entries, shapes = encode(obj)
        metadata = {"minitorch": json.dumps(structure, separators=(",", ":"))}
        write(f, lambda file: write_entries(file, entries, shapes, metadata), keep)
    else:
        raise ValueError(f"save: format is 'safetensors', 'pt' or None, not {format!r}")


def load(
    f: File,
    map_location: MAP_LOCATION = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    encoding: str = "utf-8",
) -> Any:
    """What `save` saved, or PyTorch, or another tool: the first bytes of the file tell.

    f             a path or a file open for reading bytes, from where it stands
    map_location  None: to the device it was on; a device or its name: there; a dict of such names;
                  or a function of the memory, a 1-D tensor, and the name of its device
    mmap          True: the tensors lie in the file's own pages, which become memory where they are
                  written to; no other program may write to the file while they are in use
    weights_only  False: the file may hold modules of all classes that are imported; else only of
                  those that `add_safe_globals` was given. A class gives an empty object with the
                  file's attributes: none of its methods is called
    encoding      of the strings in files that Python 2 wrote; "bytes": they stay bytes

    Reads minitorch's files, safetensors (a dict of tensors), PyTorch's zip and its format before
    1.6, .npz (a dict of tensors) and .npy (a tensor). bfloat16 becomes float32. No code that a file
    names is run or imported, whatever `weights_only` and `pickle_module` say.

    The tensors take the memory of the file, three times that at most (bfloat16), or what a
    compressed .npz holds: at most 64 MB or 100 times the file. Python's own objects are larger than
    what stands for them in any file, an empty list 64 times: a pickle whose containers would take
    over 64 MB and over 24 times its bytes is refused, and JSON makes at most 50 times its own.

    Raises RuntimeError for a truncated or altered file, which names the tensor,
    pickle.UnpicklingError for a file that asks for more than plain data, which names what, and
    EOFError for an empty file.
    """
    if mmap and not isinstance(f, str | os.PathLike):
        raise ValueError("f must be a file path in order to use the mmap argument")
    with reading(f, bool(mmap)) as source:
        return load_source(source, map_location, encoding, known(weights_only))


def load_source(
    source: Source, map_location: MAP_LOCATION, encoding: str, allowed: Callable[[str], Any]
) -> Any:
    start = source.bytes(0, min(source.size, 264))
    if not start:
        raise EOFError("Ran out of input: the file is empty")
    if start[:4] in (b"PK\3\4", b"PK\5\6"):
        length = int.from_bytes(start[26:28], "little")
        if start[30 : 30 + length].endswith(b".npy"):
            return load_npz(source, map_location)
        return load_zip(source, map_location, encoding, allowed)
    if start.startswith(MAGIC):
        return load_npy(source, map_location)
    if start[8:9] == b"{":
        entries = Entries(source)
        if "minitorch" not in entries.metadata:
            return named_tensors(entries, map_location)
        return decode(structure_of(entries), entries.flat, map_location, allowed)
    if start.startswith(b"\x80"):
        return load_legacy(source, map_location, encoding, allowed)
    if start[257:262] == b"ustar":
        raise RuntimeError(
            "Cannot use ``weights_only=True`` with files saved in the legacy .tar format\n"
            "  load and save it once with PyTorch"
        )
    raise RuntimeError(
        "the file is of no format that load() knows, or damaged at its start: it knows "
        f"minitorch's, safetensors, PyTorch's (.pt, .pth), .npz and .npy\n  it begins {start[:8]!r}"
    )


def structure_of(entries):
    try:
        return json.loads(entries.metadata["minitorch"])
    except (ValueError, RecursionError):
        raise damaged("its structure is no JSON") from None
