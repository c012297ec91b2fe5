"""`namespace(x)`: the functions that suit an array, under NumPy's names.

NumPy arrays get NumPy and `numpy_kernels`, CuPy arrays get CuPy and `cupy_kernels`, and Tensors get
the project's own ops (`autograd/op.py` enters them), so one body of an op serves all three.
"""

from types import SimpleNamespace

import numpy as np

from minitorch.backend import (
    numpy_attention,
    numpy_bessel,
    numpy_channels,
    numpy_conv,
    numpy_index,
    numpy_kernels,
    numpy_linalg,
    numpy_optim,
    numpy_pool,
    numpy_recurrent,
    numpy_rows,
    numpy_scan,
    numpy_special,
)


def functions_of(*modules):
    """One flat namespace of what the modules offer; later modules win."""
    return SimpleNamespace(
        **{
            name: value
            for module in modules
            for name, value in vars(module).items()
            if name[0] != "_"
        }
    )


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

        from minitorch.backend import (  # noqa: PLC0415  so too
            cupy_attention,
            cupy_bessel,
            cupy_channels,
            cupy_conv,
            cupy_index,
            cupy_kernels,
            cupy_linalg,
            cupy_optim,
            cupy_pool,
            cupy_recurrent,
            cupy_rows,
            cupy_scan,
            cupy_special,
        )

        self[kind] = functions_of(
            cupy,
            cupy_attention,
            cupy_channels,
            cupy_conv,
            cupy_index,
            cupy_kernels,
            cupy_linalg,
            cupy_optim,
            cupy_pool,
            cupy_recurrent,
            cupy_rows,
            cupy_scan,
            cupy_special,
            cupy_bessel,
        )
        return self[kind]


NUMPY = functions_of(
    np,
    numpy_attention,
    numpy_channels,
    numpy_conv,
    numpy_index,
    numpy_kernels,
    numpy_linalg,
    numpy_optim,
    numpy_pool,
    numpy_recurrent,
    numpy_rows,
    numpy_scan,
    numpy_special,
    numpy_bessel,
)
BY_TYPE = _ByType({np.ndarray: NUMPY, np.generic: NUMPY})


def namespace(x):
    """The functions for arrays like `x`. 0.1 us."""
    return BY_TYPE[type(x)]
