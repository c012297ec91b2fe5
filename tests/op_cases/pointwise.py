"""Rows for `ops/bounds.py`, `comparison.py`, `exponents.py`, `trigonometry.py` and `bits.py`."""

import numpy as np

from op_cases.elementwise import (
    FLAGS,
    INTS,
    MORE_FLAGS,
    OTHER_INTS,
    OTHER_TIES,
    SPECIAL,
    TIES,
    clipped,
)
from op_cases.row import case

SHIFTS = np.array([[1, 0, 3], [2, 62, 64]])
BYTES = np.array([200, 100, 7], np.uint8)
BASES = np.array([[-np.inf, -2.0, -1.0, -0.5, -0.0, 0.0, 2.0, np.inf, np.nan]]).T
POWERS = np.array([-np.inf, -3.0, -2.0, -1.5, -0.0, 0.5, 1.0, 2.0, 3.0, np.inf, np.nan])
NEXT = np.array([1.0, 2.0, 2.0])

TRIGONOMETRY = [
    case("tan", [(2, 3)], values=(-1, 1), like=np.tan),
    case("asin", [(2, 3)], values=(-0.9, 0.9), like=np.arcsin),
    case("acos", [(2, 3)], values=(-0.9, 0.9), like=np.arccos),
    case("atan", [(2, 3)], like=np.arctan),
    case("atan2", [(2, 3), (3,)], values=[(-2, 2), (0.5, 2)], like=np.arctan2),
    case("sinh", [(2, 3)], like=np.sinh),
    case("cosh", [(2, 3)], like=np.cosh),
    case("asinh", [(2, 3)], like=np.arcsinh),
    case("acosh", [(2, 3)], values=(1.5, 3), like=np.arccosh),
    case("atanh", [(2, 3)], values=(-0.8, 0.8), like=np.arctanh),
    case("deg2rad", [(2, 3)], like=np.deg2rad),
    case("rad2deg", [(2, 3)], like=np.rad2deg),
    case("angle", [(2, 3)], like=np.angle),
    case("hypot", [(2, 3), (3,)], values=(0.5, 2), like=np.hypot),
    case("tan", [INTS], like=np.tan, gives="float32", near=1e-5),
    case("angle", [INTS], like=np.angle, gives="float32", near=1e-6),
    *[
        case(name, [(2, 3)], values=(0.1, 0.9), like=getattr(np, name))
        for name in ("arcsin", "arccos", "arctan", "arcsinh", "arctanh")
    ],
    case("arccosh", [(2, 3)], values=(1.5, 3), like=np.arccosh),
    case("arctan2", [(2, 3), (3,)], values=(0.5, 2), like=np.arctan2),
]

EXPONENTS = [
    case("pow", [FLAGS, True], like=lambda x, n: x),
    case("ldexp", [(3,), np.array([3, 1, 0], np.uint8)], like=np.ldexp),
    case("ldexp", [(2,), np.array([True, False])], raises="\"ldexp_cpu_exp\" not implemented",
         error=NotImplementedError),
    case("bitwise_left_shift", [(2, 3), 1], raises="\"lshift_cpu\" not implemented for 'Double'",
         error=NotImplementedError),
    case("sub", [INTS, True], raises="Subtraction, the `-` operator, with a bool tensor"),
    case("addcmul", [INTS, INTS, INTS], value=1.9, like=lambda x, a, b, value: x + a * b),
    case("lerp", [(2,), INTS[0, :2], 0.5], raises="for `end` but got dtype long int"),
    case("lerp", [INTS, INTS, 0.5], raises="not implemented for 'Long'", error=NotImplementedError),
    case("pow", [FLAGS, 2], like=lambda x, n: x.astype(int)),
    case("pow", [2, (2, 3)], like=np.power),
    case("pow", [BASES, POWERS], like=np.errstate(all="ignore")(np.power), orders=0, gpu=False),
    case("pow", [np.array([2, 1, -1, -1]), np.array([-1, -2, -3, -4])],
         like=lambda x, n: np.trunc(x.astype(float) ** n).astype(int)),
    case("float_power", [INTS, 2], like=lambda x, n: np.power(x, 2.0)),
    case("float_power", [2, INTS], like=lambda x, n: np.power(2.0, n)),
    case("ldexp", [(2, 3), (3,)], like=lambda x, n: x * 2.0**n),
    case("ldexp", [(2, 3), 2], error=TypeError, raises="must be Tensor"),
    case("exp2", [(2, 3)], like=np.exp2),
    case("log2", [(2, 3)], values=(0.2, 3), like=np.log2),
    case("log10", [(2, 3)], values=(0.2, 3), like=np.log10),
    case("logaddexp", [(2, 3), (3,)], like=np.logaddexp),
    case("logaddexp2", [(2, 3), (3,)], like=np.logaddexp2),
]  # fmt: skip

ARITHMETIC = [
    case("add", [BYTES, BYTES], alpha=-3, like=lambda x, y, alpha: x - y - y - y),
    case("add", [INTS, INTS], alpha=0.5, raises="argument alpha must not be a floating point"),
    case("div_whole", [INTS, OTHER_INTS], rounding_mode="floor", torch="div",
         like=lambda x, y, rounding_mode: x // y),
    case("div_whole", [(2, 3), (3,)], values=[(-9, 9), (1, 2)], rounding_mode="trunc",
         torch="div", like=lambda x, y, rounding_mode: np.trunc(x / y)),
    *[
        case(name, [INTS, np.array([1, 0, 2])], gpu=False, raises="ZeroDivisionError")
        for name in ("floor_divide", "remainder", "fmod")
    ],
    case("fmod", [(2, 3), (3,)], values=[(-9, 9), (1, 2)], like=np.fmod),
    case("fmod", [INTS, OTHER_INTS], like=np.fmod),
    case("frac", [(2, 3)], like=lambda x: np.modf(x)[0]),
    case("addcmul", [(2, 3), (3,), (2, 1)], value=-2.5,
         like=lambda x, a, b, value: x + value * a * b),
    case("addcmul", [INTS, OTHER_INTS, INTS], like=lambda x, a, b: x + a * b),
    case("addcdiv", [(2, 3), (3,), (2, 1)], values=(0.5, 2), value=3,
         like=lambda x, a, b, value: x + value * a / b),
    case("addcdiv", [INTS, OTHER_INTS, OTHER_INTS], raises="Integer division with addcdiv"),
    case("lerp", [(3, 1), (4,), ()], like=lambda a, b, w: a + w * (b - a)),
    case("lerp", [(3,), (3,), 0.3], like=lambda a, b, w: a + w * (b - a)),
    case("sgn", [(2, 3)], like=np.sign, torch=None),  # its gradient there is no plain tensor
    case("sgn", [FLAGS], like=lambda x: x),
    case("sign", [FLAGS], like=lambda x: x),
    case("square", [FLAGS], like=lambda x: x.astype(int)),
    case("positive", [(2, 3)], like=np.positive),
    case("positive", [FLAGS], raises="The `+` operator, on a bool tensor is not supported."),
    case("real", [(2, 3)], like=lambda x: x),
    case("conj", [(2, 3)], like=lambda x: x),
    case("imag", [(2, 3)], raises="imag is not implemented for tensors with non-complex dtypes."),
]  # fmt: skip

BOUNDS = [
    case("fmax", [(2, 3), (3,)], like=np.fmax),
    case("fmin", [(2, 3), (3,)], like=np.fmin),
    case("fmax", [SPECIAL, SPECIAL[::-1].copy()], like=np.fmax, orders=0),
    case("fmin", [SPECIAL, SPECIAL[::-1].copy()], like=np.fmin, orders=0),
    case("fmax", [TIES, OTHER_TIES], like=np.fmax, orders=0),
    *[
        case("clamp_scalar", [(3, 4)], torch="clamp", **bounds, like=clipped)
        for bounds in ({"min": -0.5, "max": 1.5}, {"min": 0.25}, {"max": 0.25})
    ],
    case("clamp_tensor", [(3, 4), (4,), (3, 1)], values=[(-2, 2), (-1, 0), (0, 1)], torch="clamp",
         like=clipped),
    case("clamp_tensor", [(3, 4), None, (4,)], torch="clamp",
         like=lambda x, low, high: np.minimum(x, high)),
    case("clamp", [INTS], min=0.5, like=clipped, gives="float32"),
    case("clamp_min", [(2, 3), (3,)], like=np.maximum),
    case("clamp_min", [(2, 3)], min=0.5, like=np.maximum),
    case("clamp_max", [(2, 3), (3,)], like=np.minimum),
    case("nan_to_num", [(2, 3)], like=np.nan_to_num),
    case("nan_to_num", [SPECIAL], nan=1.0, posinf=2.0, neginf=3.0, orders=0,
         like=lambda x, nan, posinf, neginf: np.nan_to_num(x, True, nan, posinf, neginf)),
    case("nan_to_num", [INTS], like=np.nan_to_num),
    case("choose", [FLAGS, (2, 3), (3,)], like=np.where, torch="where"),
    case("where", [np.array([1, 0, 2], np.uint8), (3,), 1.5], torch=None,
         like=lambda condition, x, y: np.where(condition > 0, x, y)),
    case("where", [FLAGS], like=np.nonzero, shapes=False),
]  # fmt: skip

COMPARISON = [
    *[
        case(name, [INTS, OTHER_INTS], like=getattr(np, name))
        for name in ("greater", "greater_equal", "less", "less_equal", "not_equal")
    ],
    case("isposinf", [SPECIAL], like=np.isposinf),
    case("isposinf", [INTS], like=lambda x: np.zeros(x.shape, bool)),
    case("isneginf", [SPECIAL], like=np.isneginf),
    case("isreal", [SPECIAL], like=np.isreal),
    case("isin", [INTS, np.array([3, 5])], like=np.isin, shapes=False),
    case("isin", [INTS, np.array([3, 5])], invert=True, shapes=False,
         like=lambda x, y, invert: np.isin(x, y, invert=invert)),
    case("heaviside", [SPECIAL, TIES[:1]], orders=0,
         like=lambda x, values: np.where(np.isnan(x), 0, np.heaviside(x, values))),
    case("heaviside", [INTS, (2, 3)], raises="tensors with different dtypes"),
    case("step", [SPECIAL, TIES[:1]], orders=0, torch="heaviside",
         like=lambda x, values: np.where(np.isnan(x), 0, np.heaviside(x, values))),
    case("is_nonzero", [(2,)], raises="with more than one value is ambiguous"),
    case("is_nonzero", [(0,)], raises="with no values is ambiguous"),
    case("eq", [2, INTS], error=TypeError, raises="argument 'input' (position 1) must be Tensor"),
    case("maximum", [(3,), 2], error=TypeError,
         raises="argument 'other' (position 2) must be Tensor"),
    case("logical_and", [FLAGS, True], error=TypeError,
         raises="argument 'other' (position 2) must be Tensor"),
    case("isclose", [(3,), (3,)], rtol=-1, raises="rtol must be greater than or equal to zero"),
]  # fmt: skip

BITS = [
    case("bitwise_left_shift", [INTS, SHIFTS], like=np.left_shift),
    case("bitwise_right_shift", [INTS, SHIFTS], like=np.right_shift),
    case("bitwise_right_shift", [BYTES, 2], like=lambda x, n: x >> 2),
    case("bitwise_right_shift", [INTS, -1], like=lambda x, n: x >> 63),
    case("bitwise_right_shift", [BYTES, 300], like=lambda x, n: x * 0),
    case("bitwise_left_shift", [BYTES, -1], like=lambda x, n: x * 0),
    case("gcd", [INTS, OTHER_INTS], like=np.gcd),
    case("lcm", [INTS, OTHER_INTS], like=np.lcm),
    case(
        "gcd",
        [(3,), (3,)],
        raises="\"gcd_cpu\" not implemented for 'Double'",
        error=NotImplementedError,
    ),
    case("frexp", [(2, 3)], like=np.frexp, orders=1),
    case("frexp", [INTS], raises="only supports floating-point dtypes"),
    case("signbit", [SPECIAL], like=np.signbit),
    case("signbit", [INTS], like=np.signbit),
    case("signbit", [MORE_FLAGS], like=lambda x: np.zeros(x.shape, bool)),
    case("copysign", [(2, 3), (3,)], like=np.copysign, values=[(0.5, 2), (-2, 2)]),
    case("copysign", [INTS, OTHER_INTS], like=np.copysign, gives="float32"),
    case("nextafter", [NEXT, NEXT[::-1].copy()], like=np.nextafter, orders=0),
]

CASES = [*TRIGONOMETRY, *EXPONENTS, *ARITHMETIC, *BOUNDS, *COMPARISON, *BITS]
