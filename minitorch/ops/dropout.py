"""Dropout: elements set to zero at random, so that no unit can rely on another."""

from minitorch.autograd.rebase import write
from minitorch.backend.errors import DtypeError
from minitorch.ops.elementwise import mul
from minitorch.ops.random import rand


def dropout(input, p=0.5, training=True, inplace=False):
    """Each element is 0 with probability p, else input / (1 - p), so that the mean stays.

    p         in [0, 1]
    training  False: the input itself
    inplace   write into the input

    Srivastava and others, Dropout, JMLR 15, 2014.
    """
    return drop(input, input.array.shape, p, training, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """`dropout` of whole channels of (N, C, H, W) or (C, H, W).

    Tompson and others, 2015, arXiv:1411.4280, section 3.2.
    """
    shape = input.array.shape
    return drop(input, shape[:-2] + (1, 1), p, training, inplace)


def drop(input, shape, p, training, inplace):
    """The elements that share a number in an array of `shape` live or die together."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not input.dtype.is_floating_point:
        raise DtypeError(
            f"result type Float can't be cast to the desired output type {input.dtype}\n"
            "  dropout needs floats: convert with .float()"
        )
    if not training or p == 0:
        return input
    kept = rand(*shape, dtype=input.dtype, device=input.device) >= p
    mask = kept.to(input.dtype) * (1 / (1 - p) if p < 1 else 0)
    return write(input, lambda x: mul(x, mask)) if inplace else mul(input, mask)
