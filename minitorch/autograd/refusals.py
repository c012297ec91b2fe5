"""What PyTorch says of dtypes that do not go together."""

from minitorch.backend.dtypes import C_NAMES, SCALAR_NAMES
from minitorch.backend.errors import DtypeError

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


def no_cast(made, wanted):
    """What PyTorch says where a result of the dtype `made` has no place in one of `wanted`."""
    return (
        f"result type {SCALAR_NAMES[made.name]} can't be cast to the desired output type "
        f"{SCALAR_NAMES[wanted.name]}"
    )


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


def unlike(first, second, added=None):
    """What PyTorch says of the dtypes of two matrices and of what is added to their product."""
    if added is None:
        names = f"{C_NAMES[first]} != {C_NAMES[second]}"
        return f"expected m1 and m2 to have the same dtype, but got: {names}"
    which, first = ("self", added) if first == second else ("mat1", first)
    names = f"{SCALAR_NAMES[first]} and {SCALAR_NAMES[second]}"
    return f"{which} and mat2 must have the same dtype, but got {names}"
