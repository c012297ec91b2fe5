"""The element types and PyTorch's rules for mixing them."""

from typing import Any

import numpy as np

from minitorch.backend.errors import DtypeError

BOOL, INTEGER, FLOAT = range(3)


class dtype:  # noqa: N801  PyTorch's name
    """An element type, such as `minitorch.float32`; it prints as PyTorch's does.

    >>> import minitorch
    >>> minitorch.ones(2).dtype
    torch.float32
    """

    __slots__ = ("category", "dtype", "is_complex", "is_floating_point", "itemsize", "kind", "name")

    def __init__(self, name):
        self.name = name
        self.dtype = np.dtype(name)  # NumPy looks for this: np.zeros(2, minitorch.float32) works
        self.itemsize = self.dtype.itemsize
        self.kind = self.dtype.kind
        self.category = {"b": BOOL, "i": INTEGER, "u": INTEGER, "f": FLOAT}[self.kind]
        self.is_floating_point = self.category == FLOAT
        self.is_complex = False

    @property
    def is_signed(self):
        return self.kind in "if"

    def to_real(self):
        """The dtype of real and imaginary part: float32 of complex64; a real one itself."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name


bool = dtype("bool")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = short = dtype("int16")
int32 = int = dtype("int32")
int64 = long = dtype("int64")
float16 = half = dtype("float16")
float32 = float = dtype("float32")
float64 = double = dtype("float64")


class absent(dtype):  # noqa: N801  as its base
    """A dtype of PyTorch that no tensor has here: it can be named and compared, but not used."""

    __slots__ = ()

    def __init__(self, name, itemsize):
        self.name = name
        self.itemsize = itemsize
        self.kind = name[0] if name[0] in "cu" else "f"
        self.category = INTEGER if self.kind == "u" else FLOAT
        self.is_floating_point = self.kind == "f"
        self.is_complex = self.kind == "c"

    @property
    def dtype(self):
        why = {
            "f": f"NumPy has no {self.name}\n  take float32 or float16",
            "c": "complex numbers are out of scope\n  keep real and imaginary part in two tensors",
            "u": "PyTorch itself has few operations on it\n  take int32 or int64",
        }
        raise DtypeError(f"{self!r} is not there: {why[self.kind]}")


bfloat16 = absent("bfloat16", 2)
complex64 = cfloat = absent("complex64", 8)
complex128 = cdouble = absent("complex128", 16)
uint16, uint32, uint64 = absent("uint16", 2), absent("uint32", 4), absent("uint64", 8)
float8_e4m3fn, float8_e5m2 = absent("float8_e4m3fn", 1), absent("float8_e5m2", 1)

ALL = (bool, uint8, int8, int16, int32, int64, float16, float32, float64)
BY_NUMPY = {each.dtype: each for each in ALL}
PYTHON_TYPES = {type(True): bool, type(0): int64, type(0.0): float64, type(0j): complex128}

SCALAR_NAMES = {  # as errors and legacy types have them
    "bool": "Bool", "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int",
    "int64": "Long", "float16": "Half", "float32": "Float", "float64": "Double",
}  # fmt: skip

C_NAMES = {  # as PyTorch's C++ calls them, in other errors
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int",
    "int32": "int", "int64": "long int", "float16": "c10::Half", "float32": "float",
    "float64": "double",
}  # fmt: skip


LARGEST = {
    "float16": 65504.0,
    "float32": (2 - 2**-23) * 2.0**127,
    "float64": (2 - 2**-52) * 2.0**1023,
}


def out_of_range(kind):
    """What PyTorch says of a number that does not fit this dtype."""
    short = kind.is_floating_point or kind is int32
    name = C_NAMES[kind.name] if short else f"{kind.name}_t"
    return f"value cannot be converted to type {name} without overflow"


_default = float32


def get_default_dtype():
    """The floating dtype of new tensors made from Python floats; float32 unless set."""
    return _default


def set_default_dtype(d):
    """Make `d` (float16, float32 or float64) the dtype of new tensors made from Python floats."""
    global _default  # noqa: PLW0603  one default per process, as in PyTorch
    if not (isinstance(d, dtype) and d.is_floating_point):
        raise TypeError(
            f"{'' if isinstance(d, dtype) else 'invalid dtype object: '}only floating-point types "
            f"are supported as the default type\n  got {d!r}"
        )
    _default = BY_NUMPY[d.dtype]


def as_dtype(kind, argument="argument 'dtype'"):
    """The dtype that a caller asks for by a dtype or by `bool`, `int`, `float` or `complex`.

    Raises TypeError for others, such as NumPy's dtypes and names of dtypes.
    """
    if isinstance(kind, dtype):
        return kind
    if isinstance(kind, type) and kind in PYTHON_TYPES:
        return PYTHON_TYPES[kind]
    given = type(kind)
    module = f"{given.__module__}." * given.__module__.startswith("numpy")
    raise TypeError(
        f"{argument} must be torch.dtype, not {module}{given.__name__}\n"
        f"  given {kind!r}   dtypes are {', '.join(map(repr, ALL))}"
    )


def dtype_in_numpy(kind):
    """The dtype for one of NumPy's, or for what NumPy takes for one.

    Raises TypeError for what minitorch cannot hold (complex numbers, strings, objects ...).
    """
    try:
        return BY_NUMPY[np.dtype(kind)]
    except (KeyError, TypeError):
        names = ", ".join(each.name for each in ALL)
        why = ": complex numbers are out of scope" if "complex" in str(kind) else ""
        raise TypeError(
            f"dtype {kind} is not one that a tensor can hold{why}\n  use one of {names}"
        ) from None


def dtype_of_number(number):
    """The dtype of a tensor made from a Python number."""
    return _default if isinstance(number, type(0.0)) else PYTHON_TYPES[type(number)]


def promote_types(type1, type2):
    """The smallest dtype that holds both by PyTorch's table: a float wins over any integer.

    >>> promote_types(int64, float16)
    torch.float16
    """
    a = as_dtype(type1, "promote_types(): argument 'type1' (position 1)")
    b = as_dtype(type2, "promote_types(): argument 'type2' (position 2)")
    if a.category == b.category:
        return BY_NUMPY[np.promote_types(a.dtype, b.dtype)]
    return a if a.category > b.category else b


def common_dtype(tensors, zero_dims, scalars):
    """The dtype in which an operation on mixed operands is computed.

    tensors, zero_dims  dtypes of the tensors with dimensions, and without
    scalars             Python numbers

    A later group counts only where it is of a higher category (bool < integer < float) than
    those before it, so `x * 2.0` never widens a float tensor and a 0-d tensor never widens
    another tensor of its own kind.
    """
    result = None
    for group in (tensors, zero_dims, [dtype_of_number(s) for s in scalars]):
        joined = None
        for d in group:
            joined = d if joined is None else promote_types(joined, d)
        if joined is not None and (result is None or joined.category > result.category):
            result = joined
    return result


def rounded_to_half(number):
    """Whether float16 does not hold this Python number as it is."""
    return abs(number) > LARGEST["float16"] or np.float16(number).item() != number


def limits_in_numpy(kind):
    """eps, the largest number, the smallest normal one, resolution."""
    limits = np.finfo(kind)
    numbers = [n.item() for n in (limits.eps, limits.max, limits.smallest_normal)]
    return (*numbers, 10.0**-limits.precision)


ABSENT_LIMITS = {  # the same of formats that NumPy does not have
    "bfloat16": (2.0**-7, (2 - 2.0**-7) * 2.0**127, 2.0**-126, 0.01),
    "float8_e4m3fn": (0.125, 448.0, 2.0**-6, 1.0),
    "float8_e5m2": (0.25, 57344.0, 2.0**-14, 1.0),
}


class finfo:  # noqa: N801  PyTorch's name
    """Limits of a floating dtype as Python numbers, the default dtype's if none is given.

    >>> finfo(float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type=None):
        kind = _default if type is None else as_dtype(type, "finfo(): argument 'type' (position 1)")
        if not kind.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
                f"'torch.finfo'\n  got {kind}"
            )
        self.bits = 8 * kind.itemsize
        self.dtype = kind.name
        limits: Any = ABSENT_LIMITS.get(kind.name) or limits_in_numpy(kind.dtype)
        self.eps, self.max, self.tiny, self.resolution = limits
        self.min = -self.max
        self.smallest_normal = self.tiny

    def __eq__(self, other):
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self):
        return hash(("finfo", self.dtype))

    def __repr__(self):
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        shown = ", ".join(f"{name}={getattr(self, name):g}" for name in names)
        return f"finfo({shown}, dtype={self.dtype})"


class iinfo:  # noqa: N801  PyTorch's name
    """Limits of an integer dtype: bits, max, min."""

    def __init__(self, type):
        kind = as_dtype(type, "iinfo(): argument 'type' (position 1)")
        if kind is bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if kind.category != INTEGER:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle "
                f"'torch.iinfo'\n  got {kind}"
            )
        limits = np.iinfo(kind.dtype)
        self.bits, self.max, self.min = limits.bits, limits.max, limits.min
        self.dtype = kind.name

    def __eq__(self, other):
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self):
        return hash(("iinfo", self.dtype))

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
