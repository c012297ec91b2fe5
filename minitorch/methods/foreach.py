"""`torch._foreach_add` and its kind: one operation on each tensor of a list.

Optimizers written for PyTorch use them to start one kernel for many tensors. Here each tensor has
its own call; the names are there so that these optimizers run.

    _foreach_mul_(moments, beta)                 a number, or a list with one for each tensor
    _foreach_add_(params, updates, alpha=-lr)    a list of tensors

The forms without `_` return a tuple of new tensors.
"""

from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor
from minitorch.backend.errors import ShapeError
from minitorch.ops import families

families.load()

UNARY = """
    abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg
    reciprocal round rsqrt sigmoid sign sin sinh sqrt tan tanh trunc
"""
OTHERS = "add clamp_max clamp_min div lerp mul pow sub"
AS = {"maximum": "clamp_min", "minimum": "clamp_max"}  # these take numbers, too


def spread(value, count):
    """One value for each of `count` tensors: those of a list, else `value` for all."""
    if not isinstance(value, list | tuple):
        return [value] * count
    if len(value) != count:
        raise ShapeError(
            f"Tensor lists must have the same number of tensors, got {count} and {len(value)}"
        )
    return value


def calls(f, tensors, others, settings):
    """What `f` returns for each tensor with its share of the others."""
    lists = [value for value in (tensors, *others) if isinstance(value, list | tuple)]
    if not lists or not lists[0]:
        raise ShapeError("Tensor list must have at least one tensor.")
    shares = [spread(value, len(lists[0])) for value in (tensors, *others)]
    return [f(*share, **settings) for share in zip(*shares, strict=True)]


def new_ones(f):
    def call(self, *others, **settings):
        return tuple(calls(f, self, others, settings))

    return call


def in_place(f):
    def call(self, *others, **settings):
        calls(f, self, others, settings)
        return self

    return call


def with_value(f):
    """`f`, addcmul or addcdiv, whose factor may be the last positional argument."""

    def call(x, tensor1, tensor2, value=1):
        return f(x, tensor1, tensor2, value=value)

    return call


def _foreach_norm(self, ord=2, dtype=None):
    """The norm of each tensor, as that of a vector."""
    return tuple(calls(FUNCTIONS["norm"], self, (ord,), {"dtype": dtype}))


def _foreach_max(self):
    """The largest element of each tensor."""
    return tuple(calls(FUNCTIONS["amax"], self, (), {}))


def _foreach_zero_(self):
    """Zeros in all tensors."""
    return in_place(Tensor.zero_)(self)


def _foreach_copy_(self, src, non_blocking=False):
    """Each tensor takes the values of the one in `src`."""
    return in_place(Tensor.copy_)(self, src, non_blocking=non_blocking)


made = {}
for name in f"{UNARY} {OTHERS} {' '.join(AS)}".split():
    own = AS.get(name, name)
    made[f"_foreach_{name}"] = new_ones(FUNCTIONS[own])
    made[f"_foreach_{name}_"] = in_place(METHODS[f"{own}_"])
for name in ("addcdiv", "addcmul"):
    made[f"_foreach_{name}"] = new_ones(with_value(FUNCTIONS[name]))
    made[f"_foreach_{name}_"] = in_place(with_value(METHODS[f"{name}_"]))
for name, f in made.items():
    f.__name__ = f.__qualname__ = name
globals().update(made)
