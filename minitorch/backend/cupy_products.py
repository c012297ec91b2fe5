"""Products of batches of matrices on CuPy arrays, in one launch, however they lie in memory.

cuBLAS takes batches whose matrices are equally far apart, or one matrix for all, with gaps between
rows or between columns. CuPy's own product copies what is not contiguous, and takes three launches
more for one matrix that serves all.
"""

import math

import cupy as cp
import numpy as np
from cupy.cuda import device
from cupy_backends.cuda.api import runtime
from cupy_backends.cuda.libs import cublas

TYPES = {  # letter of a dtype -> cuBLAS's number for it, for how it is added up, and 1 and 0
    letter: (kind, how, np.ones((), letter), np.zeros((), letter))
    for letter, kind, how in (
        ("f", runtime.CUDA_R_32F, cublas.CUBLAS_COMPUTE_32F),
        ("d", runtime.CUDA_R_64F, cublas.CUBLAS_COMPUTE_64F),
    )
}


def matmul(x, other, out=None):
    """Matrix product by NumPy's rules, in `out` or a new array."""
    batches = min(x.ndim, other.ndim) > 1 and max(x.ndim, other.ndim) > 2
    served = x.dtype == other.dtype and x.dtype.char in TYPES
    if not batches or not served or x.shape[-1] != other.shape[-2]:
        return cp.matmul(x, other, out=out)
    if other.ndim == 2 and out is None and x.flags.c_contiguous:
        rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
        return cp.matmul(rows, other).reshape(*x.shape[:-1], other.shape[1])
    batch = np.broadcast_shapes(x.shape[:-2], other.shape[:-2])
    made = cp.empty((*batch, x.shape[-2], other.shape[-1]), x.dtype) if out is None else out
    if not made.size:
        return made
    if not x.shape[-1]:
        made.fill(0)
        return made
    place = place_of(made, batch)
    shared = out is not None and (cp.may_share_memory(out, x) or cp.may_share_memory(out, other))
    if place is None or place[0] or shared:
        out[...] = matmul(x, other)
        return out
    multiply(x, other, made, batch, place)
    return made


def multiply(x, other, made, batch, place):
    """Write x @ other to `made`, which lies in memory as `place` says."""
    (x, (x_turned, x_lead, x_step)), (other, (turned, lead, step)) = (
        placed(each, batch) for each in (x, other)
    )
    kind, how, one, zero = TYPES[made.dtype.char]
    # cuBLAS goes by columns: what it is given, and what it makes, are the transposes.
    cublas.gemmStridedBatchedEx(
        device.get_cublas_handle(), int(turned), int(x_turned), *made.shape[:-3:-1], x.shape[-1],
        one.ctypes.data, other.data.ptr, kind, lead, step, x.data.ptr, kind, x_lead, x_step,
        zero.ctypes.data, made.data.ptr, kind, *place[1:], math.prod(batch), how,
        cublas.CUBLAS_GEMM_DEFAULT,
    )  # fmt: skip


def placed(x, batch):
    """`x`, or a copy where cuBLAS needs one, and its `place_of`."""
    place = place_of(x, batch)
    if place is None:
        x = cp.ascontiguousarray(x)
        place = place_of(x, batch)
    if place is None:
        x = cp.ascontiguousarray(cp.broadcast_to(x, (*batch, *x.shape[-2:])))
        place = place_of(x, batch)
    return x, place


def place_of(x, batch):
    """How matrices that serve for `batch` lie in memory, or None where cuBLAS can't take them so.

    returns  (whether columns follow one another and not rows, how many elements the rows or columns
             are apart, how many the matrices are)
    """
    *outer, down, across = [step // x.itemsize for step in x.strides]
    rows, columns = x.shape[-2:]
    if (across == 1 or columns == 1) and (rows == 1 or down >= columns):
        turned, lead = False, down if rows > 1 else columns
    elif (down == 1 or rows == 1) and (columns == 1 or across >= rows):
        turned, lead = True, across if columns > 1 else rows
    else:
        return None
    step = whole = None
    served = len(batch) - len(outer)
    for axis in reversed(range(len(batch))):
        if batch[axis] == 1:
            continue
        at = axis - served
        apart = 0 if at < 0 or x.shape[at] == 1 else outer[at]
        if step is None:
            step = apart
        elif apart != whole:
            return None
        whole = apart * batch[axis]
    return turned, lead, step or 0
