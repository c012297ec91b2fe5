"""`namespace(x)`: the functions that suit an array, under NumPy's names.

NumPy arrays get NumPy and the kernels of `numpy_*.py`, CuPy arrays get CuPy and those of
`cupy_*.py`, and Tensors get the project's own ops (`autograd/op.py` enters them), so one body of an
op serves all three.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from minitorch.backend.meta import META, Meta

FIRST = ("kernels", "index", "rows")
LATER = (  # loaded at the first name that is not there: 2.5 of the 25 ms of an import
    "attention", "bessel", "channels", "conv", "ctc", "grid", "linalg", "optim", "pool",
    "recurrent", "scan", "special",
)  # fmt: skip


def functions_of(library=None, first=(), later=()) -> Any:
    """One flat namespace of what a library offers and the kernels on it.

    The kernels in `first` win over the library's own functions; those in `later` have new names.
    """
    here = ModuleType(library.__name__ if library else "minitorch")
    offered = vars(here)

    def take(module):
        offered.update({name: value for name, value in vars(module).items() if name[0] != "_"})

    def load(families):
        for family in families:
            take(import_module(f"minitorch.backend.{library.__name__}_{family}"))

    def load_later(name):
        load(later)
        offered.pop("__getattr__", None)
        return getattr(here, name)

    if library:
        take(library)
        load(first)
        offered["__getattr__"] = load_later
    return here


class _ByType(dict):
    """Array type to namespace; subclasses and CuPy are found at their first use."""

    def __missing__(self, kind):
        for known in list(self):
            if issubclass(kind, known):
                self[kind] = self[known]
                return self[kind]
        if kind.__module__.partition(".")[0] != "cupy":
            raise TypeError(
                f"an op met a {kind.__name__}: it works on NumPy or CuPy arrays or Tensors"
            )
        import cupy  # noqa: PLC0415  only where arrays of it exist

        self[kind] = functions_of(cupy, FIRST + LATER)
        for each in at_first_cupy:
            each()
        return self[kind]


at_first_cupy: list = []  # functions that are called when the first CuPy array is seen
NUMPY = functions_of(np, FIRST, LATER)
META.numpy = NUMPY
BY_TYPE = _ByType({np.ndarray: NUMPY, np.generic: NUMPY, Meta: META})


def namespace(x):
    """The functions for arrays like `x`. 0.1 us."""
    return BY_TYPE[type(x)]
