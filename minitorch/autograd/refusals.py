"""What PyTorch says of inputs that do not go together."""

from functools import partial
from itertools import combinations
from typing import NoReturn

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device_of
from minitorch.backend.dtypes import BY_NUMPY, C_NAMES, SCALAR_NAMES, out_of_range
from minitorch.backend.errors import DtypeError, ShapeError

NO_BOOL = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
    "invert a mask, use the `~` or `logical_not()` operator instead."
)
NO_BOOLS = (
    "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
    "`logical_xor()` operator instead."
)
NO_GRADIENT = (
    "functions with out=... arguments don't support automatic differentiation, but one of the "
    "arguments requires grad."
)


def no_tensor(name, argument, position, value):
    """What PyTorch's function `name` says of a value that is no tensor."""
    kind = type(value)
    module = "numpy." if kind.__module__ == "numpy" else ""
    remedy = ""
    if value is None:
        remedy = "\n  has forward() a return?"
    elif isinstance(value, list | tuple) and any(hasattr(each, "requires_grad") for each in value):
        remedy = "\n  it holds tensors: take out the one you mean, as in output, state = lstm(x)"
    elif module or isinstance(value, list | tuple):
        remedy = "\n  make one with minitorch.tensor(...)"
    elif hasattr(value, "__torch_function__"):
        remedy = "\n  minitorch.overrides.begin() lets functions ask its __torch_function__"
    return (
        f"{name}(): argument '{argument}' (position {position}) must be Tensor, "
        f"not {module}{kind.__name__}{remedy}"
    )


def not_a(kind, name, argument, value):
    """The error for a value of another Python type as this argument of `name`, maybe an op."""
    given = type(value)
    module = "numpy." if given.__module__ == "numpy" else ""
    name = name if isinstance(name, str) else name.public_name()
    what = f"{name}(): argument '{argument}' must be {kind}"
    return TypeError(f"{what}, not {module}{given.__name__}")


def require_bool(name, **arguments):
    """Refuse arguments of the function `name` that are no bools, such as `keepdim=1`."""
    for argument, value in arguments.items():
        if type(value) is not bool:
            raise not_a("bool", name, argument, value)


def require_int(name, **arguments):
    """Refuse arguments of the function `name` that are bools, or no whole numbers."""
    for argument, value in arguments.items():
        if type(value) is bool or not hasattr(value, "__index__"):
            raise not_a("int", name, argument, value)


def no_cast(made, wanted):
    """What PyTorch says where a result of the dtype `made` has no place in one of `wanted`."""
    return (
        f"result type {SCALAR_NAMES[made.name]} can't be cast to the desired output type "
        f"{SCALAR_NAMES[wanted.name]}\n"
        f"  convert first, with .to(minitorch.{made.name}), or leave out the in-place form or out="
    )


NO_DTYPE = "Expected out tensor to have dtype {made}, but got {given} instead"
UNCAST = "Found dtype {Given} but expected {Made}"
RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match "
    "the required output shape {}. This behavior is deprecated, and in a future PyTorch release "
    "outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
    "tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


def require_out(out, kind, place=None, words=NO_DTYPE):
    """Refuse a tensor to write to, the one named `place`, of another dtype, in these words."""
    if out.dtype is not kind:
        made, given = kind.name, out.dtype.name
        raise DtypeError(
            words.format(
                made=C_NAMES[made],
                given=C_NAMES[given],
                Made=SCALAR_NAMES[made],
                Given=SCALAR_NAMES[given],
                place=place,
            )
        )


def exactly(words):
    """`require_out` in these words."""
    return partial(require_out, words=words)


def castable(name):
    """What refuses an `out` that can't hold what the function `name` computes."""
    return partial(
        require_castable,
        words=f"{name}: Expected {{place}} to be safely castable from {{Made}} dtype, but got "
        "{place} with dtype {Given}",
    )


def require_castable(out, kind, place, words):
    if kind.category > out.dtype.category:
        require_out(out, kind, place, words)


def require_kind(dtype, kinds, kernel):
    """Refuse a dtype of one of these `kinds` ("h" for float16), as PyTorch's `kernel` does."""
    if dtype.kind in kinds or ("h" in kinds and dtype.name == "float16"):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{SCALAR_NAMES[dtype.name]}'")


def require_same(tensors):
    """Refuse tensors of several dtypes, and bools, as matrix products do."""
    names = [t.dtype.name for t in tensors]
    if "bool" in names:
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    if len(set(names)) > 1:
        raise DtypeError(f"{unlike(*names)}\n  convert one with .to(dtype)")


def require_alike(names, tensors):
    """Refuse tensors of another dtype than that of the first; a 0-d `weight` counts as a number."""
    wanted = tensors[0].dtype
    for name, t in zip(names[1:], tensors[1:], strict=True):
        number = not hasattr(t, "dtype") or (name == "weight" and not t.ndim)
        if not number and t.dtype is not wanted:
            raise DtypeError(
                f"expected dtype {C_NAMES[wanted.name]} for `{name}` but got dtype "
                f"{C_NAMES[t.dtype.name]}\n  convert it with .to({wanted})"
            )


def unlike(first, second, added=None):
    """What PyTorch says of the dtypes of two matrices and of what is added to their product."""
    if added is None:
        names = f"{C_NAMES[first]} != {C_NAMES[second]}"
        return f"expected m1 and m2 to have the same dtype, but got: {names}"
    which, first = ("self", added) if first == second else ("mat1", first)
    names = f"{SCALAR_NAMES[first]} and {SCALAR_NAMES[second]}"
    return f"{which} and mat2 must have the same dtype, but got {names}"


def unequal_sizes(a, b):
    """What PyTorch says of two shapes that do not broadcast; None where they do."""
    for back, (n, m) in enumerate(zip(a[::-1], b[::-1]), 1):
        if 1 != n != m != 1:
            return (
                f"The size of tensor a ({n}) must match the size of tensor b ({m}) at "
                f"non-singleton dimension {max(len(a), len(b)) - back}"
            )
    return None


def explain(op, error, tensors) -> NoReturn:
    """Raise what there is to say of these inputs, which the array library refused."""
    arrays = [t.array for t in tensors if isinstance(t, Tensor)]
    if isinstance(error, ShapeError | DtypeError | IndexError | NotImplementedError):
        raise error
    if isinstance(error, OverflowError):  # a Python number that an integer dtype does not hold
        raise ShapeError(out_of_range(BY_NUMPY[arrays[0].dtype])) from None
    named = "   ".join(
        f"{name} {tuple(t.shape)}" if isinstance(t, Tensor) else f"{name} {t!r}"
        for name, t in zip(("input", *op.tensors[1:]), tensors)
    )
    if len({type(a) for a in arrays}) > 1:
        places = ", ".join(dict.fromkeys(str(device_of(a)) for a in arrays))
        raise DtypeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{places}\n  {op.name}: {named}\n  move them with .to(device)"
        ) from None
    for a, b in combinations(arrays, 2):
        if text := unequal_sizes(a.shape, b.shape):
            raise ShapeError(f"{text}\n  {op.name}: {named}") from None
    if "boolean subtract" in str(error):
        raise DtypeError(NO_BOOLS) from None
    if "not supported for the input types" in str(error) or "Wrong type (" in str(error):
        kernel = f"{op.name}_{device_of(arrays[0]).type}"
        given = SCALAR_NAMES[arrays[0].dtype.name]
        refusal = f"\"{kernel}\" not implemented for '{given}'\n  {named}"
        raise NotImplementedError(refusal) from None
    kind = DtypeError if isinstance(error, TypeError) else ShapeError
    raise kind(f"{op.public_name()}(): {error}\n  {named}") from error
