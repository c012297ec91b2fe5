"""NumPy's own files, `.npz` and `.npy`; nothing in them is unpickled."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.dtypes import BY_NUMPY
from minitorch.backend.errors import DtypeError
from minitorch.serialization.files import File, Source, write
from minitorch.serialization.memory import restorer
from minitorch.serialization.safetensors import damaged


def save_npz(tensors: Mapping[str, Tensor], f: File, keep: int = 0) -> None:
    """Save a dict of tensors as NumPy's `.npz`, one array for each.

    keep  how many former files of that name stay, as `f.1`, `f.2`, ...
    """
    arrays = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise TypeError(
                f"save_npz: expected a dict of tensors by str, found {name!r}: "
                f"{type(tensor).__name__}\n  minitorch.save takes nested objects"
            )
        arrays[name] = tensor.numpy(force=True)

    def writer(file):
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                content = io.BytesIO()
                np.save(content, array, allow_pickle=False)
                archive.writestr(f"{name}.npy", content.getbuffer())

    write(f, writer, keep)


def load_numpy(source: Source, map_location: Any) -> Any:
    """A dict of tensors from a `.npz`, a tensor from a `.npy`."""
    restore = restorer(map_location)
    source.seek(0)
    try:
        loaded = np.load(source.file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return tensor_of(loaded, "the array", restore)
        return {name: tensor_of(loaded[name], name, restore) for name in loaded.files}
    except DtypeError:
        raise
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise damaged(str(error)) from error


def tensor_of(array, name, restore):
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if native.dtype not in BY_NUMPY:
        raise DtypeError(f"array {name!r} has dtype {array.dtype}, which no tensor can hold")
    return wrap(restore(native.reshape(-1), "cpu").reshape(array.shape))
