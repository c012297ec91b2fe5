"""In-place forms: x.add_(y), x += y, and the others, made from the ops of the same name."""

from minitorch.autograd.op import F4, F8
from minitorch.autograd.rebase import require_writable, write
from minitorch.autograd.tensor import Tensor, method
from minitorch.autograd.versions import touch
from minitorch.backend.errors import ShapeError
from minitorch.ops import activation, elementwise, gather, rearrange
from minitorch.ops.index import assign, concerns_graph
from minitorch.ops.shape import squeeze, swapaxes, swapdims, t, transpose, unsqueeze

# -------------------------------------------------------------------- forms made from a list

FORMS = {
    activation: "relu sigmoid tanh",
    elementwise: """
        abs bitwise_and bitwise_not bitwise_or bitwise_xor ceil clamp cos div eq exp expm1 floor
        floor_divide ge gt le log log1p logical_and logical_not logical_or logical_xor lt ne neg pow
        reciprocal remainder round rsqrt sign sin sqrt square true_divide trunc
    """,
    gather: "index_add index_copy index_fill masked_fill scatter scatter_add",
    rearrange: "tril triu",
}


def in_place(name, f):
    """The method `name` that gives its tensor the value of `f`; it returns the tensor."""

    def call(self, *others, **settings):
        return write(self, lambda x: f(x, *others, **settings))

    call.__name__ = name
    call.__doc__ = f"`{f.__name__}` in place."
    return method(call)


for module, names in FORMS.items():
    for name in names.split():
        in_place(f"{name}_", getattr(module, name))


# -------------------------------------------------------------------- arithmetic, quickly


def arithmetic(name, f, quick):
    """The method `name` that gives its tensor the value of `f`.

    quick  the same on arrays, `quick(x, y)`; it serves floats of one dtype that no graph concerns
    """

    def call(self, other, **settings):
        x = self.array
        y = other.array if isinstance(other, Tensor) else other
        plain = type(y) is float or type(y) is int or getattr(y, "dtype", None) is x.dtype
        if plain and (x.dtype is F4 or x.dtype is F8) and not concerns_graph(self, other):
            try:
                quick(x, y, **settings)
            except ValueError:
                pass  # `write` says what is wrong
            else:
                touch(x)
                return self
        return write(self, lambda x: f(x, other, **settings))

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
    "__ipow__": elementwise.pow, "__iand__": elementwise.bitwise_and,
    "__ior__": elementwise.bitwise_or, "__ixor__": elementwise.bitwise_xor,
}.items():  # fmt: skip
    in_place(name, f)


# -------------------------------------------------------------------- new contents


@method
def zero_(self):
    """Zeros."""
    return assign(self, (Ellipsis,), 0)


@method
def fill_(self, value):
    """The number `value`, or that in a 0-d tensor, everywhere."""
    if isinstance(value, Tensor) and value.array.ndim:
        raise ShapeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.array.ndim} dimensions."
        )
    return assign(self, (Ellipsis,), value)


@method
def copy_(self, src, non_blocking=False):
    """The elements of `src`, broadcast, in the dtype and on the device of this tensor."""
    return assign(self, (Ellipsis,), src if src.device == self.device else src.to(self.device))


@method
def fill_diagonal_(self, fill_value):
    """The number `fill_value` on the main diagonal of a matrix."""
    if self.array.ndim != 2:
        raise ShapeError(
            f"fill_diagonal_ takes a matrix, this tensor has {self.array.ndim} dimensions"
        )
    self.diagonal().fill_(fill_value)
    return self


# -------------------------------------------------------------------- another shape


def reshaping(name, f):
    """The method `name` that turns its tensor into the view of it which `f` returns."""

    def call(self, *others, **settings):
        require_writable(self)
        view = f(self, *others, **settings)
        self.array, self.node = view.array, view.node
        return self

    call.__name__ = name
    call.__doc__ = f"`{f.__name__}` in place."
    return method(call)


for f in (squeeze, unsqueeze, t, transpose, swapaxes, swapdims):
    reshaping(f"{f.__name__}_", f)
