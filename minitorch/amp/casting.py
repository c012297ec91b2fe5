"""Where `autocast` reaches into the ops: it gives those on its lists a line that converts inputs.

A program that never enters `autocast` runs without that line; from the first time on it costs those
ops 0.05 us when no autocast is on.
"""

import functools
import threading
from contextlib import contextmanager

import minitorch.nn.functional  # noqa: F401  whose ops are on the lists
from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import OPS
from minitorch.autograd.specialise import specialise
from minitorch.autograd.tensor import Tensor
from minitorch.backend import dtypes
from minitorch.methods import families

# PyTorch's lists for CUDA, by the ops that those functions are made of here. Ops that take the
# widest dtype of their inputs do so anyway.
HALF = (
    "matmul", "linear", "convolution", "conv_input", "prelu_kernel", "attention", "lstm_steps",
    "gru_steps", "rnn_steps",
)  # fmt: skip
SINGLE = (
    "acos", "asin", "cosh", "erfinv", "exp", "expm1", "log", "log10", "log2", "log1p", "reciprocal",
    "rsqrt", "sinh", "tan", "pow_scalar", "pow_tensor", "softplus", "layer_norm_of", "norm_over",
    "nll_of_rows", "cross_entropy_of_rows", "cross_entropy_of_logits", "squared_error",
    "absolute_error", "smooth_absolute_error", "huber_error", "dist", "euclidean_distances",
    "logsumexp", "prod", "softmax", "log_softmax", "cumsum", "cumprod", "sum",
)  # fmt: skip
REFUSED = ("cross_entropy_of_chances",)


class Casting(threading.local):
    """What autocast does in this thread.

    on    whether it is on
    kept  (id of a parameter, whether gradients were on) -> the parameter, and what it was converted
          to; None: not kept
    """

    on = False
    kept: dict | None = None


casting = Casting()


@contextmanager
def again(on):
    """Inside, autocast is on if it was at another call, and converts parameters anew: so both calls
    record the same, whatever was converted before.
    """
    before = casting.on, casting.kept
    casting.on, casting.kept = on, {}
    try:
        yield
    finally:
        casting.on, casting.kept = before


@functools.cache
def prepare():
    """Give the ops on the lists the line that converts, once."""
    families.load()
    for names, convert in ((HALF, to_half), (SINGLE, to_single), (REFUSED, refuse)):
        for name in names:
            call = OPS[name]
            scope = call.__globals__
            scope.update(casting=casting, convert=convert)
            # A profiler that is on, or `overrides.py`, has put the op's code elsewhere.
            specialise(scope.get("twin") or getattr(call, "__wrapped__", call), casts=True)


def to_half(tensors):
    """The tensors in float16, those on a GPU and of a smaller dtype than float64."""
    return [half(t) if concerned(t) else t for t in tensors]


def to_single(tensors):
    """The tensors in float32 where they are in float16."""
    return [t.to(dtypes.float32) if concerned(t) else t for t in tensors]


def refuse(tensors):
    """Refuse a loss that float16 makes infinite."""
    if any(map(concerned, tensors)):
        raise RuntimeError(
            "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to "
            "autocast.\n  binary_cross_entropy_with_logits, or BCEWithLogitsLoss, takes what comes "
            "before the sigmoid, and is safe"
        )
    return tensors


def concerned(t):
    """Whether autocast may convert `t`."""
    return isinstance(t, Tensor) and t.dtype in (dtypes.float16, dtypes.float32) and t.is_cuda


def half(t):
    """`t` in float16; of a parameter, which serves many times, what it was converted to is kept."""
    if t.dtype is dtypes.float16:
        return t
    if casting.kept is None or t.node is None or t.node.leaf is None:
        return t.to(dtypes.float16)
    key = id(t), grad_mode.enabled
    entry = casting.kept.get(key)
    if entry is None:
        entry = casting.kept[key] = t, t.to(dtypes.float16)
    return entry[1]
