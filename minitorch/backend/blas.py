"""Functions of NumPy's OpenBLAS that NumPy itself does not offer, called through `ctypes`.

Where NumPy has another BLAS they are not there, and each caller says what it does then.
"""

import ctypes
import importlib
from functools import lru_cache

# In NumPy's wheels, in builds with integers of 64 bits, and of 32.
NAMES = (
    ("scipy_{}64_", ctypes.c_int64),
    ("{}64_", ctypes.c_int64),
    ("{}", ctypes.c_int),
)


def library():
    """NumPy's compiled part, which can be asked for the functions of the libraries it loaded."""
    return ctypes.CDLL(importlib.import_module("numpy._core._multiarray_umath").__file__)


def found(name):
    """The function of that name and the type of its integers, or None."""
    numpy = library()
    for pattern, integer in NAMES:
        if hasattr(numpy, pattern.format(name)):
            return getattr(numpy, pattern.format(name)), integer
    return None


def read_environment():
    """Let an OpenBLAS that was loaded before take up its environment variables.

    Its threads end, as they do before a fork, and the next product starts them anew.
    """
    numpy = library()
    if hasattr(numpy, "openblas_read_env") and hasattr(numpy, "blas_thread_shutdown_"):
        numpy.openblas_read_env()
        numpy.blas_thread_shutdown_()


@lru_cache(1)
def thread_counts():
    """The functions that read and set the number of threads; without them it reads as one."""
    read, write = found("openblas_get_num_threads"), found("openblas_set_num_threads")
    return (read[0], write[0]) if read and write else (lambda: 1, lambda count: None)


@lru_cache(2)
def axpy(char):
    """The function (count, a, x, 1, y, 1) that adds a * x to y, two addresses of `count` numbers
    of the dtype float32 ("f") or float64 ("d"); None where it is not there.
    """
    real, letter = (ctypes.c_float, "s") if char == "f" else (ctypes.c_double, "d")
    function, integer = found(f"cblas_{letter}axpy") or (None, None)
    if function:
        function.argtypes = [integer, real, ctypes.c_void_p, integer, ctypes.c_void_p, integer]
        function.restype = None
    return function
