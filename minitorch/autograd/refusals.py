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


def no_cast(made, wanted):
    """What PyTorch says where a result of the dtype `made` has no place in one of `wanted`."""
    return (
        f"result type {SCALAR_NAMES[made.name]} can't be cast to the desired output type "
        f"{SCALAR_NAMES[wanted.name]}"
    )


def require_same(tensors):
    """Refuse tensors of several dtypes, and bools, as matrix products do."""
    names = [t.dtype.name for t in tensors]
    if "bool" in names:
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    if len(set(names)) > 1:
        first = C_NAMES[names[0]]
        second = C_NAMES[next(name for name in names if name != names[0])]
        raise DtypeError(
            f"expected m1 and m2 to have the same dtype, but got: {first} != {second}\n"
            "  convert one with .to(dtype)"
        )
