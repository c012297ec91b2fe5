"""Chains of elementwise calls on CuPy arrays, as one kernel each.

Where the rule of an op computes `0.5 * x * (1 + xp.erf(x * c))`, CuPy launches a kernel for each
call. So a rule is given a `Chain` in place of each array: it notes what is called, and `arrays_of`
makes one kernel of all that was noted. What a chain cannot note (a sum, a reshape) it computes
first and hands to CuPy; what a method returns is the leaf of another chain. Python numbers are
arguments of the kernel, so that others need no other kernel.

Only what nobody writes to may be read later than it was handed in: a chain reads the arrays that a
rule and its vjps are given, which they must not change, and nothing that they make themselves.
"""

import operator
from functools import lru_cache, wraps

import cupy as cp
import numpy as np

from minitorch.backend.cupy_blocks import WIDER
from minitorch.backend.namespaces import BY_TYPE

LONGEST = 60  # calls in a chain; a kernel of more takes long to compile
FLOATS = "efd"
OPERATORS = {
    "add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "truediv": "{} / {}",
    "lt": "{} < {}", "le": "{} <= {}", "gt": "{} > {}", "ge": "{} >= {}", "eq": "{} == {}",
    "ne": "{} != {}", "and": "{} && {}", "or": "{} || {}", "xor": "{} != {}",
}  # fmt: skip
TO_BOOL = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "xor", "invert", "isnan")
FUNCTIONS = {
    **{name: name + "({})" for name in ("exp", "log", "log1p", "expm1", "sqrt", "tanh", "erf",
                                        "sinh", "cosh", "sin", "cos", "floor", "ceil")},
    "absolute": "fabs({})", "abs": "fabs({})", "negative": "-{}", "square": "{0} * {0}",
    "invert": "!{}", "isnan": "{0} != {0}", "sign": "({0} > 0 ? A(1) : {0} < 0 ? A(-1) : {0})",
    "sigmoid": "A(1) / (A(1) + exp(-{}))", "power": "pow({}, {})",
    "clip": "({0} < {1} ? A({1}) : {0} > {2} ? A({2}) : {0})",
    "maximum": "({0} > {1} || {0} != {0} ? {0} : {1})",
    "minimum": "({0} < {1} || {0} != {0} ? {0} : {1})",
    "where": "({} ? A({}) : A({}))", "zero_where": "({} ? A(0) : {})", "astype": "A({})",
    "sigmoid_share": "{0} * (A(1) - {1}) * {1}", "tanh_share": "{0} * (A(1) - {1} * {1})",
}  # fmt: skip


class Chain:
    """An array that is yet to be computed: a call and what it is called with.

    call    the name of an operator or function, or "leaf"
    given   chains and Python numbers
    kind    the dtype of the floats that it is made of; `dtype` may be bool
    made    the array, once it was computed
    length  how many calls there are in it
    """

    length: int
    __slots__ = ("call", "dtype", "given", "kind", "length", "made", "shape")
    __array_ufunc__ = None  # CuPy leaves operators with chains to us
    __hash__ = None  # type: ignore[assignment]  # == makes a chain

    def __init__(self, call, given, kind, shape, made=None):
        self.call, self.given, self.kind, self.shape = call, given, kind, shape
        self.dtype = np.dtype(bool) if call in TO_BOOL else kind
        self.made = made
        self.length = 1 + sum(each.length for each in given if type(each) is Chain)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def value(self):
        """The array that the chain stands for."""
        return array_of(self)

    @property
    def leaves(self):
        """The arrays that are read when this one is computed."""
        if self.made is not None:
            return [self.made]
        return [array for each in self.given if type(each) is Chain for array in each.leaves]

    def __getattr__(self, name):
        if name in ("array", "strides", "base") or name[:2] == "__":
            raise AttributeError(name)
        found = getattr(array_of(self), name)
        if not callable(found):
            return leaf(found)
        return lambda *given, **settings: leaf(found(*arrays_of(given), **arrays_of(settings)))

    def __getitem__(self, key):
        return leaf(array_of(self)[key])

    def reshape(self, *shape):
        """Of a leaf a leaf in another shape, of another chain an array."""
        y = array_of(self).reshape(*shape)
        return leaf(y) if self.call == "leaf" else y

    def __pow__(self, exponent):
        return chained("power", self, exponent)

    def __float__(self):
        return float(array_of(self))

    def __matmul__(self, other):
        return leaf(array_of(self) @ arrays_of(other))


class Place(Chain):
    """An array that a rule changes, by operators such as `+=` and by `[...] =`.

    now  the chain of what it is to hold
    """

    __slots__ = ("array", "now")

    def __init__(self, array):
        self.array, self.now = array, leaf(array)
        super().__init__("place", (), array.dtype, array.shape)

    def __setitem__(self, key, value):
        self.now = value if type(value) is Chain else leaf(self.array * 0 + arrays_of(value))


def give_operators():
    """Give chains their operators; of comparisons Python knows how to turn them round."""

    def change(name):
        def operate(place, y):
            place.now = leaf(chained(name, place, y))
            return place

        return operate

    for name in OPERATORS:
        setattr(Chain, f"__{name}__", lambda x, y, name=name: chained(name, x, y))
        if name in ("and", "or", "xor") or name not in TO_BOOL:
            setattr(Chain, f"__r{name}__", lambda x, y, name=name: chained(name, y, x))
        if name in ("add", "sub", "mul", "truediv"):
            setattr(Place, f"__i{name}__", change(name))
    for method, name in (("neg", "negative"), ("abs", "absolute"), ("invert", "invert")):
        setattr(Chain, f"__{method}__", lambda x, name=name: chained(name, x))


give_operators()


def fused(rule):
    """`rule`, but of CuPy arrays each result is computed in one launch, if it can be."""

    @wraps(rule)
    def of_chains(*arrays, **settings):
        if any(type(each) in (Chain, Place, np.ndarray) for each in arrays):
            return rule(*arrays, **settings)  # called by a rule that is given chains; on the CPU
        y, *vjps = rule(*[leaf(array) for array in arrays], **settings)
        return arrays_of(y), *[later(vjp) for vjp in vjps]

    def later(vjp):
        return None if vjp is None else lambda g: arrays_of(vjp(leaf(g)))

    return of_chains


# -------------------------------------------------------------------- noting


def leaf(array):
    """The chain that reads an array of floats; anything else as it is."""
    floats = type(array) is cp.ndarray and array.dtype.char in FLOATS
    return Chain("leaf", (), array.dtype, array.shape, array) if floats else array


def chained(call, *given):
    """The chain of one call more; computed at once where it cannot be noted."""
    given = tuple([each.now if type(each) is Place else each for each in given])
    chains = [each for each in given if type(each) is Chain]
    kinds = {each.kind for each in chains}
    noted = len(chains) + sum(map(is_number, given)) == len(given) and len(kinds) == 1
    floats = call in TO_BOOL or any(each.dtype.kind == "f" for each in chains)
    if (
        not noted
        or not (floats or call == "astype")
        or sum(each.length for each in chains) >= LONGEST
    ):
        return computed(call, *given)
    return Chain(call, given, kinds.pop(), np.broadcast_shapes(*[each.shape for each in chains]))


def is_number(x):
    return type(x) in (float, int, bool) or (isinstance(x, np.generic) and x.dtype.kind in "fiub")


def computed(call, *given, **settings):
    """What CuPy, or a kernel for its arrays, makes of this call."""
    given, settings = arrays_of(given), arrays_of(settings)
    if call in OPERATORS:
        return getattr(operator, call + "_" if call in ("and", "or") else call)(*given)
    return getattr(BY_TYPE[cp.ndarray], call)(*given, **settings)


class Functions:
    """What `namespace(chain)` offers: the functions of CuPy's namespace, noted if they can be."""

    def __getattr__(self, name):
        offered = getattr(BY_TYPE[cp.ndarray], name)
        if not callable(offered) or isinstance(offered, type):
            return offered

        def call(*given, **settings):
            now = settings or name not in FUNCTIONS
            return computed(name, *given, **settings) if now else chained(name, *given)

        setattr(self, name, call)
        return call

    def astype(self, x, dtype):
        """`x` as floats of the kind that it is made of; another dtype is computed."""
        same = type(x) is Chain and x.kind == dtype
        return chained("astype", x) if same else computed("astype", x, dtype)

    def subtract_scaled(self, y, a, x):
        y -= a * x

    def root_plus(self, x, eps):
        return self.sqrt(x) + eps


BY_TYPE[Chain] = BY_TYPE[Place] = Functions()

# -------------------------------------------------------------------- computing


def arrays_of(x):
    """`x`, a chain, an array or several in tuples, lists and dicts, without chains."""
    if type(x) in (Chain, Place):
        return array_of(x)
    if type(x) in (tuple, list):
        return type(x)([arrays_of(each) for each in x])
    return {name: arrays_of(each) for name, each in x.items()} if type(x) is dict else x


def array_of(chain):
    """The array that the chain stands for; computed once."""
    if type(chain) is Place:
        return array_of(chain.now)
    if chain.made is None:
        if all(type(each) is not Chain or each.made is not None for each in chain.given):
            if chain.call == "astype":
                chain.made = chain.given[0].made.astype(chain.kind)
            else:
                chain.made = computed(chain.call, *chain.given)
        else:
            leaves, numbers, lines, (value,) = source_of([chain])
            kind = "bool" if chain.dtype.kind == "b" else "T"
            run = kernel(f"{lines}y0 = {kind}({value});", len(leaves), len(numbers), (kind,))
            chain.made = run(*leaves, *numbers)
        chain.given, chain.length = (), 1  # what it was made of is not kept
    return chain.made


def source_of(chains):
    """What a kernel for chains is made of: the arrays that it is given as x0, x1, ..., the numbers
    that it is given as c0, c1, ..., its source, and under which names this leaves the results.
    """
    leaves: list = []
    numbers: list = []
    names: dict = {}
    lines: list = []

    def named(each):
        if type(each) is not Chain:
            numbers.append(float(each))
            return f"A(c{len(numbers) - 1})"
        if id(each) not in names:
            if each.made is not None:
                at = next((i for i, x in enumerate(leaves) if x is each.made), len(leaves))
                leaves[at:] = leaves[at:] or [each.made]
                names[id(each)] = f"A(x{at})"
            else:
                template = OPERATORS.get(each.call) or FUNCTIONS[each.call]
                value = template.format(*map(named, each.given))
                kind = "bool" if each.dtype.kind == "b" else "A"
                lines.append(f"const {kind} v{len(lines)} = {value};")
                names[id(each)] = f"v{len(lines) - 1}"
        return names[id(each)]

    results = [named(chain) for chain in chains]
    return leaves, numbers, "".join(f"{line}\n" for line in lines), results


@lru_cache(1024)
def kernel(source, arrays, numbers, results):
    """The kernel of this source, which is given so many arrays and numbers; "T" or "bool" of each
    of its results.
    """
    given = [f"T x{i}" for i in range(arrays)] + [f"float64 c{i}" for i in range(numbers)]
    made = [f"{kind} y{i}" for i, kind in enumerate(results)]
    return cp.ElementwiseKernel(", ".join(given), ", ".join(made), WIDER + source, "chain")
