"""Rules of elementwise ops."""

import math

import numpy as np

from minitorch.onnx.rules import RULES, rule

UNARY = {
    "abs": "Abs", "acos": "Acos", "acosh": "Acosh", "asin": "Asin", "asinh": "Asinh",
    "atan": "Atan", "atanh": "Atanh", "cos": "Cos", "cosh": "Cosh", "erf": "Erf",
    "exp": "Exp", "hardswish": "HardSwish", "log": "Log",
    "mish": "Mish", "neg": "Neg", "reciprocal": "Reciprocal", "relu": "Relu", "sgn": "Sign",
    "sigmoid": "Sigmoid", "sign": "Sign", "sin": "Sin", "sinh": "Sinh", "sqrt": "Sqrt",
    "tan": "Tan", "tanh": "Tanh",
}  # fmt: skip
BINARY = {
    "eq": "Equal", "ge": "GreaterOrEqual", "gt": "Greater", "le": "LessOrEqual", "lt": "Less",
    "maximum": "Max", "minimum": "Min", "mul": "Mul", "pow_tensor": "Pow", "true_divide": "Div",
}  # fmt: skip
OF_BOOLS = {"Max": "Or", "Min": "And", "Mul": "And", "Add": "Or"}
LOGICAL = {"logical_and": "And", "logical_or": "Or", "logical_xor": "Xor"}
BITWISE = {"bitwise_and": "And", "bitwise_or": "Or", "bitwise_xor": "Xor"}


def unary(kind):
    return lambda g, out, x: g.node(kind, x)


def binary(kind):
    return lambda g, out, x, other: two(g, kind, x, other)


def two(g, kind, x, other):
    """The node of two operands, one of which may be a number."""
    dtype = getattr(x, "dtype", None) or other.dtype
    kind = OF_BOOLS.get(kind, kind) if dtype == np.bool_ else kind
    return g.node(kind, g.operand(x, dtype), g.operand(other, dtype))


def logical(kind):
    def write(g, out, x, other):
        return g.node(kind, *[e if e.dtype == np.bool_ else g.cast(e, bool) for e in (x, other)])

    return write


def bitwise(kind):
    return lambda g, out, x, other: two(
        g, kind if out.dtype == np.bool_ else f"Bitwise{kind}", x, other
    )


RULES |= {op: unary(kind) for op, kind in UNARY.items()}
RULES |= {op: binary(kind) for op, kind in BINARY.items()}
RULES |= {op: logical(kind) for op, kind in LOGICAL.items()}
RULES |= {op: bitwise(kind) for op, kind in BITWISE.items()}

# -------------------------------------------------------------------- arithmetic


def times(g, x, number, dtype):
    """x * number."""
    return x if number == 1 else g.node("Mul", x, g.operand(number, dtype))


@rule("add")
def add(g, out, x, other, alpha):
    if alpha == 1:
        return two(g, "Add", x, other)
    return g.node(
        "Add", g.operand(x, out.dtype), times(g, g.operand(other, out.dtype), alpha, out.dtype)
    )


@rule("sub")
def sub(g, out, x, other, alpha):
    x, other = g.operand(x, out.dtype), g.operand(other, out.dtype)
    return g.node("Sub", x, times(g, other, alpha, out.dtype))


@rule("rsub")
def rsub(g, out, x, other, alpha):
    return sub(g, out, other, x, alpha)


@rule("floor_divide")
def floor_divide(g, out, x, other):
    x, other = g.operand(x, out.dtype), g.operand(other, out.dtype)
    if out.dtype.kind == "f":
        return g.node("Floor", g.node("Div", x, other))
    return g.node("Div", g.node("Sub", x, g.node("Mod", x, other)), other)  # Div rounds towards 0


@rule("div_whole")
def div_whole(g, out, x, other, rounding_mode):
    if rounding_mode == "floor":
        return floor_divide(g, out, x, other)
    y = g.node("Div", g.operand(x, out.dtype), g.operand(other, out.dtype))
    return trunc(g, out, y) if out.dtype.kind == "f" else y


@rule("remainder")
def remainder(g, out, x, other):
    x, other = g.operand(x, out.dtype), g.operand(other, out.dtype)
    if out.dtype.kind != "f":
        return g.node("Mod", x, other)
    whole = g.node("Floor", g.node("Div", x, other))
    return g.node("Sub", x, g.node("Mul", whole, other))


@rule("fmod")
def fmod(g, out, x, other):
    return g.node("Mod", g.operand(x, out.dtype), g.operand(other, out.dtype), fmod=1)


@rule("addcmul")
def addcmul(g, out, x, tensor1, tensor2, value):
    return g.node("Add", x, times(g, g.node("Mul", tensor1, tensor2), value, out.dtype))


@rule("addcdiv")
def addcdiv(g, out, x, tensor1, tensor2, value):
    return g.node("Add", x, times(g, g.node("Div", tensor1, tensor2), value, out.dtype))


@rule("lerp")
def lerp(g, out, x, end, weight):
    x, end, weight = (g.operand(each, out.dtype) for each in (x, end, weight))
    return g.node("Add", x, g.node("Mul", weight, g.node("Sub", end, x)))


@rule("square")
def square(g, out, x):
    return g.node("Mul", x, x)


@rule("rsqrt")
def rsqrt(g, out, x):
    return g.node("Reciprocal", g.node("Sqrt", x))


@rule("ceil")
def ceil(g, out, x):
    return x if out.dtype.kind != "f" else g.node("Ceil", x)


@rule("floor")
def floor(g, out, x):
    return x if out.dtype.kind != "f" else g.node("Floor", x)


@rule("round")
def round(g, out, x, decimals):
    if out.dtype.kind != "f":
        return x
    if not decimals:
        return g.node("Round", x)
    scale = g.number(10.0**decimals, out.dtype)
    return g.node("Div", g.node("Round", g.node("Mul", x, scale)), scale)


@rule("trunc")
def trunc(g, out, x):
    if out.dtype.kind != "f":
        return x
    return g.node("Mul", g.node("Sign", x), g.node("Floor", g.node("Abs", x)))


@rule("frac")
def frac(g, out, x):
    return g.node("Sub", x, trunc(g, out, x))


@rule("log1p")
def log1p(g, out, x):
    return g.node("Log", g.node("Add", x, g.number(1, out.dtype)))


@rule("expm1")
def expm1(g, out, x):
    return g.node("Sub", g.node("Exp", x), g.number(1, out.dtype))


@rule("log2")
def log2(g, out, x):
    return g.node("Div", g.node("Log", x), g.number(math.log(2), out.dtype))


@rule("log10")
def log10(g, out, x):
    return g.node("Div", g.node("Log", x), g.number(math.log(10), out.dtype))


@rule("exp2")
def exp2(g, out, x):
    return g.node("Pow", g.number(2, out.dtype), x)


@rule("pow_scalar")
def pow_scalar(g, out, x, exponent):
    if exponent == 2:
        return g.node("Mul", x, x)
    return g.node("Pow", x, g.number(exponent, out.dtype))


@rule("logaddexp")
def logaddexp(g, out, x, other):
    x, other = g.operand(x, out.dtype), g.operand(other, out.dtype)
    apart = g.node("Abs", g.node("Sub", x, other))
    return g.node("Add", g.node("Max", x, other), g.node("Softplus", g.node("Neg", apart)))


@rule("erfc")
def erfc(g, out, x):
    return g.node("Sub", g.number(1, out.dtype), g.node("Erf", x))


@rule("logit")
def logit(g, out, x, eps):
    one = g.number(1, out.dtype)
    if eps is not None:
        x = g.node("Clip", x, g.number(eps, out.dtype), g.number(1 - eps, out.dtype))
    return g.node("Log", g.node("Div", x, g.node("Sub", one, x)))


@rule("hypot")
def hypot(g, out, x, other):
    squares = [g.node("Mul", each, each) for each in (x, other)]
    return g.node("Sqrt", g.node("Add", *squares))


@rule("deg2rad")
def deg2rad(g, out, x):
    return g.node("Mul", x, g.number(math.pi / 180, out.dtype))


@rule("rad2deg")
def rad2deg(g, out, x):
    return g.node("Mul", x, g.number(180 / math.pi, out.dtype))


# -------------------------------------------------------------------- bounds and choices


@rule("clamp_scalar")
def clamp_scalar(g, out, x, min, max):
    low, high = (None if n is None else g.number(n, out.dtype) for n in (min, max))
    return g.node("Clip", x, low, high)


@rule("clamp_tensor")
def clamp_tensor(g, out, x, min, max):
    low = x if min is None else g.node("Max", x, g.operand(min, out.dtype))
    return low if max is None else g.node("Min", low, g.operand(max, out.dtype))


@rule("at_least")
def at_least(g, out, x, least):
    return g.node("Max", x, g.number(least, out.dtype))


@rule("choose")
def choose(g, out, condition, x, other):
    return g.node("Where", condition, g.operand(x, out.dtype), g.operand(other, out.dtype))


@rule("fill_where")
def fill_where(g, out, x, mask, value):
    return g.node("Where", mask, g.operand(value, out.dtype), x)


@rule("ne")
def ne(g, out, x, other):
    return g.node("Not", two(g, "Equal", x, other))


@rule("logical_not", "bitwise_not")
def logical_not(g, out, x):
    if out.dtype != np.bool_:
        return g.node("BitwiseNot", x)
    return g.node("Not", x if x.dtype == np.bool_ else g.cast(x, bool))


# -------------------------------------------------------------------- what is not finite


def floats(g, x):
    """`x`, integers and bools as floats: ONNX asks only floats."""
    return x if x.dtype.kind == "f" else g.cast(x, "f4")


def infinity(g, x, sign=1):
    return g.number(sign * math.inf, x.dtype if x.dtype.kind == "f" else np.dtype("f4"))


@rule("isnan")
def isnan(g, out, x):
    return g.node("IsNaN", floats(g, x))


@rule("isinf")
def isinf(g, out, x):
    return g.node("Equal", g.node("Abs", floats(g, x)), infinity(g, x))


@rule("isfinite")
def isfinite(g, out, x):
    return g.node("Less", g.node("Abs", floats(g, x)), infinity(g, x))


@rule("isposinf")
def isposinf(g, out, x):
    return g.node("Equal", floats(g, x), infinity(g, x))


@rule("isneginf")
def isneginf(g, out, x):
    return g.node("Equal", floats(g, x), infinity(g, x, -1))


@rule("nan_to_num")
def nan_to_num(g, out, x, nan, posinf, neginf):
    if out.dtype.kind != "f":
        return x
    limits = np.finfo(out.dtype)
    for found, number in (
        (g.node("IsNaN", x), 0 if nan is None else nan),
        (isposinf(g, out, x), limits.max if posinf is None else posinf),
        (isneginf(g, out, x), limits.min if neginf is None else neginf),
    ):
        x = g.node("Where", found, g.number(number, out.dtype), x)
    return x


@rule("astype")
def astype(g, out, x, dtype):
    return g.cast(x, out.dtype)


@rule("clone")
def clone(g, out, x, memory_format):
    return x
