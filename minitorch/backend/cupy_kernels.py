"""The kernels of `numpy_kernels.py` on CuPy arrays: same names, same signatures.

No function here reads a value back to the host.
"""

import cupy as cp


def expand(x, shape):
    """`x` broadcast to `shape`."""
    return cp.broadcast_to(x, shape)


def astype(x, dtype):
    """A copy of `x` of the dtype `dtype`."""
    return x.astype(dtype)


@cp.fuse()
def sigmoid(x):
    """1 / (1 + exp(-x)) in one kernel."""
    return 1 / (1 + cp.exp(-x))
