"""NumPy's arrays, scalars and dtypes as they stand in pickles."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch.serialization.files import failed
from minitorch.serialization.pickles import Unfinished

KINDS = "biufcSU"  # of the dtypes that are plain bytes
SPELLED = re.compile(rf"[{KINDS}]\d{{1,9}}")  # "f8", ...


class PickledDtype(Unfinished):
    """A dtype: its byte order comes with its state."""

    def __init__(self, code: str) -> None:
        super().__init__()
        code = code if isinstance(code, str) else type(code).__name__
        if not SPELLED.fullmatch(code):
            raise failed(f"A NumPy dtype of {code!r:.40}")
        self.dtype = np.dtype(code)

    def finished(self, state: Any) -> Any:
        return self.dtype.newbyteorder(">") if state[1] == ">" else self.dtype


class PickledArray(Unfinished):
    """An array: all it is comes with its state."""

    def finished(self, state: Any) -> Any:
        _, shape, dtype, fortran, content = state
        order = "F" if fortran else "C"
        return array_of(content, dtype, shape, order)


def array_of(content, dtype, shape, order):
    if not isinstance(dtype, np.dtype) or not isinstance(content, bytes | bytearray):
        raise failed("A NumPy array of objects")
    return np.frombuffer(bytearray(content), dtype).reshape(shape, order=order)


def scalar(dtype, content):
    if not isinstance(dtype, np.dtype) or not isinstance(content, bytes):
        raise failed("A NumPy scalar of no plain dtype")
    if len(content) != dtype.itemsize:
        raise failed("A NumPy scalar of another size")
    return np.frombuffer(content, dtype)[0]


NUMPY: dict[str, Callable] = {
    "numpy.dtype": lambda code, align=False, copy=False: PickledDtype(code),
    "numpy.ndarray": lambda *sizes: PickledArray(),
    "numpy._core.numeric._frombuffer": array_of,  # protocol 5
    "numpy.core.numeric._frombuffer": array_of,
    **{
        f"numpy.{core}.multiarray.{name}": build
        for core in ("core", "_core")
        for name, build in (("scalar", scalar), ("_reconstruct", lambda *_: PickledArray()))
    },
}
