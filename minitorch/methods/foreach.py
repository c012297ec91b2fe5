"""`torch._foreach_add` and its kind: one operation on each tensor of a list.

Optimizers written for PyTorch use them to start one kernel for many tensors. Here each tensor has
its own call; the names are there so that these optimizers run.

    _foreach_mul_(moments, beta)                 a number, or a list with one for each tensor
    _foreach_add_(params, updates, alpha=-lr)    a list of tensors

The forms without `_` return a tuple of new tensors.
"""

from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor
from minitorch.backend.errors import ShapeError
from minitorch.methods import families

families.load()

UNARY = """
    abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg
    reciprocal round rsqrt sigmoid sign sin sinh sqrt tan tanh trunc
"""
OTHERS = "add clamp_max clamp_min div lerp mul pow sub"
NAMED = ("other", "scalar", "scalars", "exponent")  # of what else an operation takes
AS = {"maximum": "clamp_min", "minimum": "clamp_max"}  # these take numbers, too


def spread(value, count):
    """One value for each of `count` tensors: those of a list, else `value` for all."""
    if not isinstance(value, list | tuple):
        return [value] * count
    if len(value) != count:
        if value and isinstance(value[0], Tensor):
            raise ShapeError(
                f"Tensor lists must have the same number of tensors, got {count} and {len(value)}"
            )
        raise ShapeError(
            "Tensor list must have same number of elements as scalar list.\n"
            f"  {count} tensors   {len(value)} numbers"
        )
    return value


def calls(f, tensors, others, settings):
    """What `f` returns for each tensor with its share of the others."""
    others += tuple(settings.pop(name) for name in NAMED if name in settings)
    lists = [value for value in (tensors, *others) if isinstance(value, list | tuple)]
    if isinstance(tensors, Tensor) or not lists:
        raise TypeError(f"argument 0 must be a list of Tensors, not {type(tensors).__name__}")
    if not lists[0]:
        raise ShapeError("Tensor list must have at least one tensor.")
    for i, x in enumerate(lists[0]):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}"
            )
    for other in others:
        if isinstance(other, Tensor) and other.ndim:
            raise ShapeError(
                f"scalar tensor expected to be 0 dim but it has {other.ndim} dimensions and "
                f"{other.numel()} elements.\n  a list has one tensor for each"
            )
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


def with_value(call, f):
    """addcmul or addcdiv, whose factors may be a number, a list or a 1-D tensor of them."""

    def of_one(x, tensor1, tensor2, value):
        return f(x, tensor1, tensor2, value=value)

    every = call(of_one)

    def with_factors(self, tensor1, tensor2, value=1, *, scalars=None):
        value = value if scalars is None else scalars
        return every(self, tensor1, tensor2, unpacked(value, len(self)))

    return with_factors


def unpacked(value, count):
    """The numbers of a 1-D tensor as a list; anything else as it is."""
    if not isinstance(value, Tensor):
        return value
    if value.ndim != 1:
        raise ShapeError(
            f"Expected packed scalar Tensor to be of dimension 1. Got {value.ndim} instead."
        )
    if len(value) != count:
        raise ShapeError(
            f"Expected length of scalars to match input of length {count} but got {len(value)} "
            "instead."
        )
    if not value.is_contiguous():
        raise ShapeError("Expected scalars to be contiguous.")
    return value.tolist()


def _foreach_norm(self, ord=2, dtype=None):
    """The norm of each tensor, as that of a vector."""
    return tuple(calls(FUNCTIONS["norm"], self, (ord,), {"dtype": dtype}))


def _foreach_max(self):
    """The largest element of each tensor."""
    return tuple(calls(FUNCTIONS["amax"], self, (), {}))


def _foreach_powsum(self, ord=2, dtype=None):
    """The sum of the magnitudes of each tensor to the power `ord`."""
    powers = calls(lambda x, p: FUNCTIONS["abs"](x) ** p, self, (ord,), {})
    return tuple(power.sum(dtype=dtype) for power in powers)


def _foreach_clone(self, **settings):
    """A copy of each tensor."""
    return tuple(calls(Tensor.clone, self, (), settings))


def _foreach_mm(self, mat2):
    """The matrix product of each pair."""
    return tuple(calls(FUNCTIONS["mm"], self, (mat2,), {}))


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
    made[f"_foreach_{name}"] = with_value(new_ones, FUNCTIONS[name])
    made[f"_foreach_{name}_"] = with_value(in_place, METHODS[f"{name}_"])
for name, f in made.items():
    f.__name__ = f.__qualname__ = name
globals().update(made)
