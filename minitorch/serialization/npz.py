"""NumPy's own files, `.npz` and `.npy`; nothing in them is unpickled."""

import io
import math
import re
import zipfile
from collections.abc import Mapping
from pickle import UnpicklingError
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.dtypes import BY_NUMPY
from minitorch.backend.errors import DtypeError
from minitorch.serialization.files import File, Source, damaged, write
from minitorch.serialization.memory import require_named_tensor, restorer
from minitorch.serialization.zips import Zip

MAGIC = b"\x93NUMPY"
CODES = {dtype.str[1:] for dtype in BY_NUMPY}  # "f4", ...
FIELDS = {  # of the header of a `.npy`, and how Python prints them
    "descr": r"('[^']*'|\[)",
    "fortran_order": r"(True|False)",
    "shape": r"\(((?:\d{1,19}L?, *)*(?:\d{1,19}L?)?)\)",
}


def save_npz(tensors: Mapping[str, Tensor], f: File, keep: int = 0) -> None:
    """Save a dict of tensors as NumPy's `.npz`, one array for each.

    keep  how many former files of that name stay, as `f.1`, `f.2`, ...
    """
    arrays = {}
    for name, tensor in tensors.items():
        require_named_tensor("save_npz", name, tensor)
        arrays[name] = tensor.numpy(force=True)

    def writer(file):
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                content = io.BytesIO()
                np.save(content, array, allow_pickle=False)
                archive.writestr(f"{name}.npy", content.getbuffer())

    write(f, writer, keep)


def load_npz(source: Source, map_location: Any) -> dict[str, Tensor]:
    """The arrays of a `.npz`, by name; they may be compressed."""
    restore = restorer(map_location)
    files = Zip(source, compressed=True)
    return {
        name.removesuffix(".npy"): tensor_of(files.content(name), name, restore)
        for name in files.entries
    }


def load_npy(source: Source, map_location: Any) -> Tensor:
    """The array of a `.npy`."""
    return tensor_of(source.array(0, source.size), "the array", restorer(map_location))


def tensor_of(content, name, restore):
    """The tensor in the bytes of a `.npy`.

    They are the magic string, two bytes for the version, the length of the header (2 bytes in
    version 1, else 4, little-endian), the header (a dict as Python prints it), the elements.
    """
    if content[:6].tobytes() != MAGIC or content.size < 12:
        raise damaged(f"{name!r:.80} is no array of NumPy's")
    start = 10 if content[6] == 1 else 12
    start += int.from_bytes(content[8:start].tobytes(), "little")
    header = content[10:start].tobytes().decode("latin-1")
    descr, fortran, sizes = (field(header, key, name) for key in FIELDS)
    dtype = dtype_of(descr.strip("'"), name)
    shape = tuple(int(size) for size in re.findall(r"\d+", sizes))
    if len(shape) > 64 or start + math.prod(shape) * dtype.itemsize != content.size:
        raise damaged(f"{name!r:.80} has {content.size - start} bytes, not those of its shape")
    flat = np.require(content[start:].view(dtype), dtype.newbyteorder("="), "A")
    flat = restore(flat, "cpu")
    return wrap(flat.reshape(shape[::-1]).T if fortran == "True" else flat.reshape(shape))


def field(header, key, name):
    """What stands in the header for a key."""
    found = re.findall(rf"['\"]{key}['\"]: *{FIELDS[key]}", header)
    if len(found) != 1:
        raise damaged(f"the header of {name!r:.80} does not tell its {key}: {header!r:.80}")
    return found[0]


def dtype_of(descr, name):
    """The dtype of that spelling, such as "<f4", if tensors can have it."""
    if re.fullmatch(r"[|<>=]?O\d?", descr):
        raise UnpicklingError(
            f"{name!r:.80} holds Python objects: Object arrays cannot be loaded when "
            "allow_pickle=False, and here they never are"
        )
    if descr[:1] in "|<>=" and descr[1:] in CODES:
        return np.dtype(descr)
    raise DtypeError(f"array {name!r:.80} has dtype {descr:.20}, which no tensor can hold")
