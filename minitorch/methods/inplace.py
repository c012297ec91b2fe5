"""In-place forms: x.add_(y), x += y, and the others, made from the ops of the same name."""

import math

import numpy as np

from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.older import numbers_first
from minitorch.autograd.op import F4, F8
from minitorch.autograd.overlap import (
    is_expanded,
    opened,
    require_apart,
    warn_of_expanded,
)
from minitorch.autograd.rebase import address, require_writable, write
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.autograd.tensor import wrap as as_tensor
from minitorch.autograd.versions import touch
from minitorch.backend.errors import ShapeError
from minitorch.backend.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
)
from minitorch.backend.namespaces import namespace
from minitorch.ops import (
    activation,
    bits,
    bounds,
    comparison,
    elementwise,
    exponents,
    gather,
    products,
    rearrange,
)
from minitorch.ops.from_data import fitting
from minitorch.ops.index import assign, concerns_graph
from minitorch.ops.join import together
from minitorch.ops.making import require_tensor, uninitialised
from minitorch.ops.pieces import as_strided
from minitorch.ops.reorder import swapaxes, swapdims, t, transpose
from minitorch.ops.shape import (
    clone,
    integers,
    inverse,
    squeeze,
    unsqueeze,
)

# -------------------------------------------------------------------- forms made from a list

FORMS = {
    activation: "relu sigmoid tanh",
    elementwise: """
        abs absolute addcdiv addcmul ceil div divide exp expm1 fix floor floor_divide fmod frac lerp
        log log1p multiply neg negative reciprocal remainder round rsqrt sgn sign sqrt square
        subtract true_divide trunc
    """,
    bits: """
        bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
        copysign gcd lcm nextafter
    """,
    bounds: "clamp clamp_max clamp_min clip nan_to_num",
    comparison: """
        eq ge greater greater_equal gt heaviside le less less_equal logical_and logical_not
        logical_or logical_xor lt ne not_equal
    """,
    exponents: "exp2 ldexp log10 log2 pow",
    products: "addbmm addmm addmv addr baddbmm",
    rearrange: "tril triu",
}


def in_place(name, f, require=require_apart):
    """The method `name` that gives its tensor the value of `f`; it returns the tensor.

    require  what refuses other tensors that lie where it writes; None: nothing
    """

    def call(self, *others, **settings):
        if require is not None:
            require(self.array, *[t.array for t in others if isinstance(t, Tensor)])
        if "out" in settings:
            raise TypeError(f"{name}() got an unexpected keyword argument 'out'")
        return write(self, lambda x: f(x, *others, **settings))

    call.__name__ = name
    call.__doc__ = f"`{f.__name__}` in place."
    return method(call)


for module, names in FORMS.items():
    for name in names.split():
        in_place(f"{name}_", getattr(module, name))


def filling(name, f, require):
    """`in_place` that writes to expanded tensors, too, with PyTorch's warning."""
    general = in_place(name, f, require)

    def call(self, *others, **settings):
        if not is_expanded(self.array) or concerns_graph(self):
            return general(self, *others, **settings)
        warn_of_expanded(name, "tensor[mask] = scalar")
        filled = f(self, *others, **settings)
        if filled.shape != self.shape:
            return write(self, lambda x: filled)  # which says what is wrong
        array, changed = self.array, filled.array != self.array
        opened(array, repeated=True)[changed] = filled.array[changed]
        touch(array)
        return self

    call.__name__ = name
    call.__doc__ = general.__doc__
    return method(call)


filling("masked_fill_", gather.masked_fill, None)


# -------------------------------------------------------------------- arithmetic, quickly

I8 = np.dtype(np.int64)


def arithmetic(name, f, quick):
    """The method `name` that gives its tensor the value of `f`.

    quick  the same on arrays, `quick(x, y)`; it serves floats of one dtype that no graph concerns,
           and counters: int64 and a Python int
    """

    def call(self, other, *older, **settings):
        if older:
            (_, other), settings = numbers_first(name, (self, other, *older), settings)
        x = self.array
        y = other.array if isinstance(other, Tensor) else other
        if y is not other:
            require_apart(x, y)
        plain = type(y) is float or type(y) is int or getattr(y, "dtype", None) is x.dtype
        if settings and isinstance(settings.get("alpha"), Tensor):
            plain = False
        quickly = plain and (x.dtype is F4 or x.dtype is F8 or counts(x, y, settings))
        if quickly and not concerns_graph(self, other):
            try:
                quick(x, y, **settings)
            except (ValueError, OverflowError):
                pass  # `write` says what is wrong
            else:
                touch(x)
                return self
        return write(self, lambda x: f(x, other, **settings))

    def counts(x, y, settings):
        return x.dtype is I8 and type(y) is int and not settings and quick is not div

    call.__name__ = name
    call.__doc__ = f"`{f.__name__}` in place."
    return method(call)


def add(x, y, alpha=1):
    x += y if alpha == 1 else alpha * y


def sub(x, y, alpha=1):
    x -= y if alpha == 1 else alpha * y


def mul(x, y):
    x *= y


def div(x, y):
    x /= y


arithmetic("add_", elementwise.add, add)
arithmetic("sub_", elementwise.sub, sub)
arithmetic("mul_", elementwise.mul, mul)
arithmetic("__iadd__", elementwise.add, add)
arithmetic("__isub__", elementwise.sub, sub)
arithmetic("__imul__", elementwise.mul, mul)
arithmetic("__itruediv__", elementwise.true_divide, div)
for name, f in {
    "__ifloordiv__": elementwise.floor_divide, "__imod__": elementwise.remainder,
    "__ipow__": exponents.pow, "__iand__": bits.bitwise_and,
    "__ior__": bits.bitwise_or, "__ixor__": bits.bitwise_xor,
    "__ilshift__": bits.bitwise_left_shift, "__irshift__": bits.bitwise_right_shift,
}.items():  # fmt: skip
    in_place(name, f)


# -------------------------------------------------------------------- new contents


@method
def zero_(input):
    """Zeros."""
    return assign(input, (Ellipsis,), 0)


@method
def fill_(input, value):
    """The number `value`, or that in a 0-d tensor, everywhere."""
    if not isinstance(value, Tensor | bool | int | float | np.generic):
        raise TypeError(
            "fill_() received an invalid combination of arguments - got "
            f"({type(value).__name__}), but expected one number, or a tensor of one"
        )
    if isinstance(value, Tensor) and value.array.ndim:
        raise ShapeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.array.ndim} dimensions."
        )
    if isinstance(value, int | float) and input.dtype.is_floating_point:
        fitting(value, input.dtype)
    return assign(input, (Ellipsis,), value)


@function
def fill(input, value):
    """A tensor like `input` with `value`, a number or a 0-d tensor, everywhere."""
    return fill_(clone(input), value)


@method
def copy_(self, other, non_blocking=False):
    """The elements of `other`, broadcast, in the dtype and on the device of this tensor."""
    if isinstance(other, bool | int | float):
        return fill_(self, other)
    require_tensor("copy_", other, "other")
    if other.array.shape != self.array.shape:
        whole = together(self.array.shape, other.array.shape)
        if whole != self.array.shape:
            raise ShapeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(whole)}"
            )
    device = self.device
    return assign(self, (Ellipsis,), other if other.device == device else other.to(device))


@method
def apply_(self, callable):
    """Each element by what `callable(element)` returns of it: slow, on the CPU alone."""
    return mapped("apply_", self, (), callable)


@method
def map_(self, other, callable):
    """Each element by `callable(element, element of other)`; `other` is broadcast."""
    return mapped("map_", self, (other,), callable)


@method
def map2_(self, x, y, callable):
    """Each element by `callable(element, element of x, element of y)`; both are broadcast."""
    return mapped("map2_", self, (x, y), callable)


def mapped(name, tensor, others, callable):
    """`tensor`, each element of it replaced by what `callable` returns of those at its place."""
    if tensor.is_cuda:
        raise TypeError(f"{name} is only implemented on CPU tensors")
    if any(t.requires_grad for t in (tensor, *others)):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() "
            "instead."
        )
    array = tensor.array if tensor.array.flags.writeable else opened(tensor.array, repeated=True)
    arrays = [array, *(t.expand(array.shape).array for t in others)]
    for at in np.ndindex(array.shape):
        array[at] = callable(*[each[at].item() for each in arrays])
    touch(tensor.array)
    return tensor


@method
def fill_diagonal_(self, fill_value, wrap=False):
    """The number `fill_value` on the main diagonal, where all indices are equal.

    wrap  in a tall matrix the diagonal begins again, one row below where it ended
    """
    shape = self.array.shape
    if len(shape) < 2:
        raise ShapeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise ShapeError("all dimensions of input must be of equal length")
    step = sum(math.prod(shape[d + 1 :]) for d in range(len(shape)))
    stop = self.array.size if wrap and len(shape) == 2 else min(shape) * step
    mask = namespace(self.array).zeros(self.array.size, "bool")
    mask[0:stop:step] = True
    return self.masked_fill_(as_tensor(mask.reshape(shape)), fill_value)


# -------------------------------------------------------------------- another shape


def reshaping(name, f):
    """The method `name` that turns its tensor into the view of it which `f` returns."""

    def call(self, *others, **settings):
        return turned(self, f, *others, **settings)

    call.__name__ = name
    call.__doc__ = f"`{f.__name__}` in place."
    return method(call)


def turned(tensor, f, *others, **settings):
    """`tensor`, turned into the view of it which `f` returns; it stays in its graph, and a leaf."""
    require_writable(tensor)
    with enable_grad():
        view = f(tensor, *others, **settings)
    if tensor.is_leaf:
        tensor.data = view
    else:
        tensor.array, tensor.node = view.array, view.node
    return tensor


for f in (squeeze, unsqueeze, t, transpose, swapaxes, swapdims):
    reshaping(f"{f.__name__}_", f)


@function
@method
def as_strided_(input, size, stride, storage_offset=None):
    """`as_strided` in place.

    Raises RuntimeError in a graph where other tensors view this memory.
    """
    require_writable(input)
    require_alone("as_strided_", input)
    return turned(input, as_strided, size, stride, storage_offset)


@method
def resize_(self, *sizes, size=None, memory_format=contiguous_format):
    """Other sizes over the same memory, row by row; what is added to it is uninitialised.

    Raises RuntimeError for a tensor that requires grad, and where memory that others view, too,
    would have to grow.
    """
    if self.node is not None:
        raise RuntimeError("cannot resize variables that require grad")
    if size is not None:
        sizes = (size,)
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        (sizes,) = sizes
    sizes = integers("resize_(): argument 'size' (position 1)", sizes)
    if min(sizes, default=0) < 0:
        raise ShapeError(f"numel: integer multiplication overflow\n  sizes {list(sizes)}")
    if sizes == self.array.shape:
        return self
    require_alone("resize_", self)
    array, xp, count = self.array, namespace(self.array), math.prod(sizes)
    if count * array.itemsize >= 1 << 63:
        raise ShapeError(
            f"Storage size calculation overflowed with sizes={list(sizes)}"
            if count < 1 << 63
            else f"numel: integer multiplication overflow\n  sizes {list(sizes)}"
        )
    rest = xp.memory(array)[(address(array) - address(xp.memory(array))) // array.itemsize :]
    if rest.size < count:
        if shared(self):
            raise RuntimeError(
                "Trying to resize storage that is not resizable: other tensors view this memory\n"
                f"  it holds {rest.size} elements, {list(sizes)} takes {count}: clone() it first"
            )
        added = uninitialised(xp.empty(count - rest.size, array.dtype))
        rest = xp.concatenate([rest, added])
    memory_format = memory_format or contiguous_format
    axes = memory_format.axes(len(sizes)) or range(len(sizes))
    self.array = rest[:count].reshape([sizes[d] for d in axes]).transpose(inverse(axes))
    return self


@function
@method
def resize_as_(input, the_template, *, memory_format=contiguous_format):
    """`resize_` to the shape of `the_template`; with `preserve_format` also to its order."""
    if memory_format is preserve_format:
        orders = (contiguous_format, channels_last, channels_last_3d)
        held = [order for order in orders if order.holds(the_template.array)]
        memory_format = (held or [contiguous_format])[0]
    return input.resize_(the_template.shape, memory_format=memory_format)


def shared(tensor):
    """Whether `tensor` is a view or has views."""
    views = (tensor.views or {}).values()
    return tensor.base is not None or any(view() is not None for view in views)


def require_alone(name, tensor):
    """Refuse to give another part of its memory to a tensor whose views a graph knows."""
    base = tensor if tensor.base is None else tensor.base
    if base.node is not None and shared(tensor):
        raise RuntimeError(
            f"{name}: a graph knows this tensor and its views in their present shapes\n"
            "  use the form without _, or call it on a clone()"
        )


# -------------------------------------------------------------------- as functions

ALSO_FUNCTIONS = """
    abs addmv ceil clamp clamp_max clamp_min clip detach exp exp2 expm1 fill fix floor frac gcd
    lcm ldexp log log10 log1p log2 nan_to_num neg negative reciprocal round rsqrt sqrt square
    trunc zero
"""
for name in ALSO_FUNCTIONS.split():
    function(getattr(Tensor, f"{name}_"))
