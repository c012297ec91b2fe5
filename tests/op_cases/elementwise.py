"""Rows for `ops/elementwise.py`."""

import numpy as np

from op_cases.row import case

FLAGS = np.array([[True, False, True], [False, False, True]])
MORE_FLAGS = np.array([True, True, False])
INTS = np.array([[3, -2, 0], [5, 7, -4]])
OTHER_INTS = np.array([[2, 3, -2], [-3, 4, 5]])
BYTES = np.array([200, 100, 7], np.uint8)
SHORTS = np.array([-3, 4, 5], np.int16)
SPECIAL = np.array([0.0, -0.0, 1.5, np.inf, -np.inf, np.nan])
TIES = np.array([1.0, -1.0, 0.0, 2.0])
OTHER_TIES = np.array([1.0, 1.0, 0.0, -2.0])
HALVES = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])


def power(x, exponent):
    return x ** np.asarray(exponent, x.dtype)


def clipped(x, min=-np.inf, max=np.inf):
    return np.minimum(np.maximum(x, min), max)


ARITHMETIC = [
    case("add", [(2, 3), (2, 3)], like=np.add),
    case("add", [(2, 1), (3,)], like=np.add),
    case("add", [(2, 3), ()], like=np.add),
    case("add", [(3,), 2.5], like=np.add),
    case("add", [(3,), (3,)], alpha=-2.5, like=lambda x, y, alpha: x + alpha * y),
    case("add", [INTS, OTHER_INTS], like=np.add),
    case("add", [INTS, 2.5], like=np.add, gives="float32", near=1e-6),
    case("add", [BYTES, SHORTS], like=np.add),
    case("add", [INTS, (3,)], like=np.add),
    case("add", [FLAGS, FLAGS], like=np.logical_or),
    case("add", [BYTES, 1], like=np.add),
    case("add", [(2, 3), (4,)],
         raises="The size of tensor a (3) must match the size of tensor b (4)"),
    case("sub", [(2, 3), (3,)], like=np.subtract),
    case("sub", [(3,), (3,)], alpha=3, like=lambda x, y, alpha: x - alpha * y),
    case("sub", [INTS, OTHER_INTS], like=np.subtract),
    case("sub", [FLAGS, FLAGS], raises="two bool tensors is not supported"),
    case("rsub", [(2, 3), (3,)], like=lambda x, y: y - x),
    case("rsub", [(3,), (3,)], alpha=2, like=lambda x, y, alpha: y - alpha * x),
    case("rsub", [INTS, 2], like=lambda x, y: y - x),
    case("mul", [(2, 3), (2, 1)], like=np.multiply),
    case("mul", [(2, 3), -0.5], like=np.multiply),
    case("mul", [INTS, OTHER_INTS], like=np.multiply),
    case("mul", [FLAGS, INTS], like=np.multiply),
    case("mul", [FLAGS, (3,)], like=np.multiply),
    case("mul", [FLAGS, FLAGS], like=np.logical_and),
    case("true_divide", [(2, 3), (3,)], values=(0.5, 2), like=np.divide),
    case("true_divide", [(2, 3), 4], like=np.divide),
    case("true_divide", [INTS, OTHER_INTS], like=np.divide, gives="float32", near=1e-6),
    case("true_divide", [FLAGS, 2], like=np.divide, gives="float32"),
    case("floor_divide", [(2, 3), (3,)], values=(0.5, 9), like=np.floor_divide),
    case("floor_divide", [INTS, OTHER_INTS], like=np.floor_divide),
    case("floor_divide", [(4,), 0.75], like=np.floor_divide),
    case("remainder", [(2, 3), (3,)], values=[(-9, 9), (1, 2)], like=np.remainder),
    case("remainder", [INTS, OTHER_INTS], like=np.remainder),
    case("remainder", [(2, 3), 1.5], like=np.remainder),
    case("div", [(2, 3), (3,)], values=(0.5, 2), like=np.divide),
    case("div", [(4,), (4,)], values=[(-9, 9), (1, 2)], rounding_mode="floor",
         like=lambda x, y, rounding_mode: np.floor(x / y), orders=0),
    case("div", [(4,), (4,)], values=[(-9, 9), (1, 2)], rounding_mode="trunc",
         like=lambda x, y, rounding_mode: np.trunc(x / y)),
    case("div", [INTS, OTHER_INTS], rounding_mode="trunc",
         like=lambda x, y, rounding_mode: np.trunc(x / y).astype(int)),
    case("div", [(4,), (4,)], rounding_mode="up", raises="one of None, 'trunc', or 'floor'"),
    case("neg", [(2, 3)], like=np.negative),
    case("neg", [INTS], like=np.negative),
    case("neg", [FLAGS], raises="on a bool tensor is not supported"),
    case("abs", [(2, 3)], like=np.abs),
    case("abs", [INTS], like=np.abs),
    case("abs", [SPECIAL], like=np.abs, orders=0),
    case("sign", [(2, 3)], like=np.sign),
    case("sign", [INTS], like=np.sign),
    case("maximum", [(2, 3), (3,)], like=np.maximum),
    case("maximum", [TIES, OTHER_TIES], like=np.maximum, orders=0),
    case("maximum", [INTS, OTHER_INTS], like=np.maximum),
    case("minimum", [(2, 3), (3,)], like=np.minimum),
    case("minimum", [TIES, OTHER_TIES], like=np.minimum, orders=0),
    case("minimum", [INTS, BYTES], like=np.minimum),
    case("clamp", [(3, 4)], min=-0.5, max=1.5, like=clipped),
    case("clamp", [(3, 4)], min=0.25, like=clipped),
    case("clamp", [(3, 4)], max=0.25, like=clipped),
    case("clamp", [INTS], min=-1, max=4, like=clipped),
    case("clamp", [(3,)], min=1.0, max=-1.0, like=lambda x, min, max: np.full_like(x, max)),
    case("clamp", [(3,)], raises="At least one of 'min' or 'max' must not be None"),
]  # fmt: skip

ROUNDING = [
    case("floor", [(2, 3)], like=np.floor),
    case("floor", [INTS], like=np.floor, gives="int64"),
    case("ceil", [(2, 3)], like=np.ceil),
    case("ceil", [INTS], like=np.ceil, gives="int64"),
    case("trunc", [(2, 3)], like=np.trunc),
    case("round", [(2, 3)], like=np.round),
    case("round", [HALVES], like=np.round, orders=0),
    case("round", [(2, 3)], decimals=2, like=np.round, orders=0),
    case("round", [(2, 3)], decimals=-1, values=(-90, 90), like=np.round),
]

POWERS = [
    case("exp", [(2, 3)], like=np.exp),
    case("exp", [INTS], like=np.exp, gives="float32", near=1e-5),
    case("exp", [FLAGS], like=np.exp, gives="float32", near=1e-3),
    case("log", [(2, 3)], values=(0.2, 3), like=np.log),
    case("log1p", [(2, 3)], values=(-0.5, 3), like=np.log1p),
    case("expm1", [(2, 3)], like=np.expm1),
    case("sqrt", [(2, 3)], values=(0.2, 3), like=np.sqrt),
    case("rsqrt", [(2, 3)], values=(0.2, 3), like=lambda x: 1 / np.sqrt(x)),
    case("square", [(2, 3)], like=np.square),
    case("square", [INTS], like=np.square),
    case("reciprocal", [(2, 3)], values=(0.2, 3), like=np.reciprocal),
    case("reciprocal", [OTHER_INTS], like=lambda x: 1 / x, gives="float32", near=1e-6),
    case("sin", [(2, 3)], like=np.sin),
    case("cos", [(2, 3)], like=np.cos),
    *[
        case("pow_scalar", [(2, 3)], exponent=n, values=(0.5, 2), like=power, torch="pow")
        for n in (0, 1, 2, 3, 0.5, -1, -2.5)
    ],
    *[
        case("pow_scalar", [(2, 3)], exponent=n, values=values, like=power, torch="pow")
        for n in (4, 5, -2, -3, 4.0, 7.0)
        for values in [(0.5, 2), (-2, -0.5)]
    ],
    case("pow_scalar", [INTS], exponent=3, like=power, torch="pow"),
    case("pow_tensor", [(2, 3), (3,)], values=[(0.5, 2), (-2, 2)], like=np.power, torch="pow"),
    case("pow", [(2, 3), (3,)], values=[(0.5, 2), (-2, 2)], like=np.power),
    case("pow", [INTS, 2], like=np.power),
    case("pow", [INTS, 2.0], like=np.power, gives="float32"),
    case("pow", [INTS, -2], raises="Integers to negative integer powers are not allowed."),
    case("pow", [BYTES, 300], raises="value cannot be converted to type uint8_t without overflow"),
]

CHOICE = [
    *[
        case(name, [a, b], like=like)
        for name, like in {
            "eq": np.equal, "ne": np.not_equal, "lt": np.less,
            "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
        }.items()
        for a, b in [
            [(2, 3), (3,)], [INTS, OTHER_INTS], [SPECIAL, SPECIAL], [INTS, 3], [INTS, (3,)],
        ]
    ],
    case("where", [FLAGS, (2, 3), (3,)], like=np.where),
    case("where", [MORE_FLAGS, (2, 1), (3,)], like=np.where),
    case("where", [FLAGS, INTS, OTHER_INTS], like=np.where),
    case("where", [FLAGS, INTS, (3,)], like=np.where),
    case("where", [FLAGS, (2, 3), 0.0], like=np.where),
    case("where", [FLAGS, (2, 3), (4,)], raises="must match the size of tensor"),
    case("where", [(2, 3), (2, 3), (2, 3)], raises="expected condition to be a boolean tensor"),
    *[
        case(name, [array], like=like)
        for name, like in {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}.items()
        for array in (SPECIAL, INTS, FLAGS)
    ],
    case("logical_not", [FLAGS], like=np.logical_not),
    case("logical_not", [SPECIAL], like=np.logical_not),
    *[
        case(name, [a, b], like=like)
        for name, like in {
            "logical_and": np.logical_and, "logical_or": np.logical_or,
            "logical_xor": np.logical_xor,
        }.items()
        for a, b in [
            [FLAGS, MORE_FLAGS], [INTS, OTHER_INTS], [SPECIAL, SPECIAL[::-1]], [INTS, FLAGS],
        ]
    ],
    case("bitwise_not", [FLAGS], like=np.invert),
    case("bitwise_not", [INTS], like=np.invert),
    *[
        case(name, [a, b], like=like)
        for name, like in {
            "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or,
            "bitwise_xor": np.bitwise_xor,
        }.items()
        for a, b in [[FLAGS, MORE_FLAGS], [INTS, OTHER_INTS], [INTS, FLAGS], [INTS, 6]]
    ],
    case("bitwise_and", [(3,), (3,)], gpu=False, raises="\"bitwise_and_cpu\" not implemented for"),
]  # fmt: skip

CASES = [*ARITHMETIC, *ROUNDING, *POWERS, *CHOICE]
