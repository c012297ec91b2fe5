"""The source of the function that users call for an op: straight-line code for its signature.

A wrapper that takes `*args` costs 1.2 us more per call than one written for two tensors; so `@op`
writes it, as `dataclass` writes `__init__`. For `mul` it reads

    def call(input, other, *, out=None):
        if type(other) is float or type(other) is int:
            ...
        try:
            x0, x1 = input.array, other.array
        except AttributeError:
            return bind((input, other,), {}, out)
        d = x0.dtype
        if x1.dtype is not d or out is not None:
            return bind((input, other,), {}, out)
        try:
            made, v0, v1 = rule(x0, x1)
        except ERRORS as error:
            if strays((input, other,)): return bind((input, other,), {}, out)
            explain(op, error, (input, other,))
        p0, p1 = input.node, other.node
        if p0 is None and p1 is None or not grad_mode.enabled:
            return wrap(made)
        return record(made, op, (p0, p1,), ...)

where `bind` serves what the quick way does not: Python numbers on the left, NumPy arrays, mixed
dtypes.
"""

from minitorch.autograd.older import SETTINGS

WIDE = (True, "cpu")  # the quick way is not for float16
NUMPY_NAMES = {"dim": "axis", "keepdim": "keepdims"}
FLAGS = ("descending", "keepdim", "largest", "upper")  # bools, even where there is no default
WHOLE = ("decimals", "diagonal", "ignore_index", "k", "offset")  # ints, not bools


def specialise(function, casts=False):
    """Turn the function of an op into its straight-line code.

    That takes 0.3 ms, so it is done at the first call: for all ops at once the import would take
    twice as long.

    casts  whether `autocast` is to convert the inputs first; see `amp/casting.py`
    """
    names: dict = {}  # of this thread: another one may be at the same op
    code = compile(source_of(function.op, casts), f"<op {function.op.name}>", "exec")
    exec(code, function.__globals__, names)
    made = names["call"]
    function.__defaults__ = made.__defaults__
    function.__kwdefaults__ = made.__kwdefaults__
    function.__code__ = made.__code__  # last: from now on calls find it


def first_call(*args, **kwargs):
    """The code of every op's function until its first call; `this` is the function itself."""
    specialise(this)  # type: ignore[name-defined]  # noqa: F821  in the scope that `@op` gives it
    return this(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821  likewise


def source_of(o, casts=False):
    """Python source of the function that callers get for the op `o`."""
    tensors = callers(o)
    everything = "tuple(tensors)" if o.variadic else listing(tensors)
    settings = "{" + ", ".join(f"'{s}': {s}" for s in o.settings) + "}"
    general = (
        f"return bind({everything}, {settings}{', out' * takes_out(o)}"
        f"{', dtype=dtype' * bool(o.casts)})"
    )
    lines = [f"def call({signature(o)}):"]
    if casts:
        lines.append(f"    if casting.on: {', '.join(tensors)}, = convert({everything})")
    lines += [*with_older(o, tensors), *settled(o)]
    if o.outputs:
        return "\n".join([*lines, f"    {general}", ""])
    if o.variadic:
        return "\n".join([*lines, *on_many(o, general), ""])
    count = range(len(tensors))
    vjps = ["v"] if o.joint else [f"v{i}" for i in count]
    results = ", ".join(["made", *vjps] if o.differentiable else ["made"])
    arguments = [f"x{i}" for i in count]
    arguments += [f"{s}={s}" if s in o.keyword_only else s for s in o.settings]
    lines += [
        *loading(o, tensors, general),
        "    try:",
        f"        {results} = rule({', '.join(arguments)})",
        "    except ERRORS as error:",
        f"        if strays({everything}): {general}",
        f"        explain(op, error, {everything})",
        *(recording(o, tensors) if o.differentiable else ["    return wrap(made)"]),
        "",
    ]
    return "\n".join(lines)


def with_older(o, tensors):
    """What serves PyTorch's older order of arguments; see `older.py`."""
    if o.name not in SETTINGS:
        return []
    (s,) = SETTINGS[o.name]
    return [
        "    if older:",
        f"        named = {{}} if {s} is default_{s} else {{'{s}': {s}}}",
        f"        given = {', '.join(tensors)}, *older",
        f"        tensors, numbers = numbers_first('{o.name}', given, named)",
        "        return this(*tensors, **numbers, out=out)",
    ]


def settled(o):
    """The settings under NumPy's names, numbers taken from tensors, and bools and ints checked."""
    lines = []
    renamed = [s for s in o.settings if s in NUMPY_NAMES]
    for s in renamed:
        lines.append(f"    if {NUMPY_NAMES[s]} is not None: {s} = {NUMPY_NAMES[s]}")
    for s in renamed:
        if s not in o.defaults:
            error = f"TypeError(\"{o.name}() missing 1 required argument: '{s}'\")"
            lines.append(f"    if {s} is None: raise {error}")
    for s, default in o.defaults.items():
        if type(default) is float or s in ("alpha", "eps", "value"):
            given = f"{s} is not default_{s} and type({s}) is Tensor"
            lines.append(f"    if {given}: {s} = number_in({s}, '{s}', op)")
    for s in o.settings:
        if s in FLAGS or type(o.defaults.get(s)) is bool:
            plain = f"{s} is False or {s} is True"
            lines.append(f"    if not ({plain}): raise not_a('bool', op, '{s}', {s})")
        elif s in WHOLE:
            lines.append(f"    if {s} is True or {s} is False: raise not_a('int', op, '{s}', {s})")
    return lines


def on_many(o, general):
    """The body for any number of tensors, which have a joint vjp."""
    return [
        "    try:",
        "        arrays = [t.array for t in tensors]",
        "        nodes = tuple([t.node for t in tensors])",
        "    except AttributeError:",
        f"        {general}",
        "    d = arrays[0].dtype if arrays else None",
        "    same = (d is F4 or d is F8) and [a.dtype for a in arrays].count(d) == len(arrays)",
        "    if not same or out is not None:",
        f"        {general}",
        "    try:",
        f"        made, v = rule(*arrays, {', '.join(f'{s}={s}' for s in o.settings)})",
        "    except ERRORS as error:",
        f"        if strays(tensors): {general}",
        "        explain(op, error, tensors)",
        "    if nodes.count(None) == len(nodes) or not grad_mode.enabled:",
        "        return wrap(made)",
        "    inputs = [None if n and not n.leaf else a for a, n in zip(arrays, nodes)]",
        f"    return record(made, op, nodes, v, tuple(inputs), {listing(o.settings)})",
    ]


def callers(o):
    """What callers call the tensor inputs: the first is `input`, as in PyTorch."""
    if o.variadic:
        return ["tensors"]
    return ["input" if name == "x" else name for name in o.tensors]


def listing(names):
    return f"({', '.join(names)},)"


def takes_out(o):
    return (o.promote is not None or o.outputs is not None) and not o.view


def signature(o):
    """The parameters: tensors, settings, then what only a keyword can give."""

    def parameter(s):
        if s in o.defaults:
            return f"{s}=default_{s}"
        return f"{s}=None" if s in NUMPY_NAMES else s  # it may come under NumPy's name

    optional = [name in o.optional for name in o.tensors] or [False]
    head = [f"{c}=None" if none else c for c, none in zip(callers(o), optional, strict=True)]
    head += [parameter(s) for s in o.settings if s not in o.keyword_only]
    keywords = [parameter(s) for s in o.settings if s in o.keyword_only]
    keywords += [f"{NUMPY_NAMES[s]}=None" for s in o.settings if s in NUMPY_NAMES]
    place = head if o.casts == "last" else keywords
    place += ["dtype=None"] * bool(o.casts)
    keywords += ["out=None"] * takes_out(o)
    star = "*older" if o.name in SETTINGS else "*"
    return ", ".join(head + [star, *keywords] * bool(keywords))


def loading(o, tensors, general):
    """Arrays x0, x1 ... of the inputs; to `general` with what is not plain."""
    optional = [name in o.optional for name in o.tensors]
    joined = [i for i, name in enumerate(o.tensors) if name not in o.apart]
    odd = ["out is not None"] * takes_out(o) + ["dtype is not None"] * bool(o.casts)
    floating = "not (d is F4 or d is F8)"
    refused = o.refuses[0]
    dtypes = [floating] if o.promote == "float" or o.wide in WIDE or refused else []
    if "f" in refused:
        dtypes = [f"d.kind in '{refused}'"]
    for i in joined[1:] if o.promote else ():
        differs = f"x{i}.dtype is not d"
        dtypes.append(f"(x{i} is not None and {differs})" if optional[i] else differs)

    load = [
        f"        x{i} = None if {c} is None else {c}.array"
        if optional[i]
        else f"        x{i} = {c}.array"
        for i, c in enumerate(tensors)
    ]
    lines = ["    try:", *load, "    except AttributeError:", f"        {general}"]
    if dtypes or odd:
        lines += [
            f"    d = x{joined[0]}.dtype",
            f"    if {' or '.join(dtypes + odd)}:",
            f"        {general}",
        ]
    plain = f"d is None or d.kind in '{refused}'" if "f" in refused else floating
    if takes_number(o):  # asking beforehand takes 0.03 us, the AttributeError 0.4 us
        lines = [
            "    if type(other) is float or type(other) is int:",
            "        x0 = getattr(input, 'array', other)",
            "        x1 = other",
            "        d = None if x0 is other else x0.dtype",
            f"        if {' or '.join([plain, *odd])}:",
            f"            {general}",
            "    else:",
            *[f"    {line}" for line in lines],
        ]
    return lines


def takes_number(o):
    """Whether the second operand is often a Python number."""
    return o.promote is not None and o.tensors == ("x", "other") and o.numbers != "none"


def recording(o, tensors):
    """Return the value, with a node where an input has one."""
    count = range(len(tensors))
    lines = []
    for i, c in enumerate(tensors):
        constant = "other" if takes_number(o) else "None" if o.tensors[i] in o.optional else None
        known = f"None if x{i} is {constant} else " if i and constant else ""
        lines.append(f"    p{i} = {known}{c}.node")
    idle = f"({' and '.join(f'p{i} is None' for i in count)}) or not grad_mode.enabled"
    kept = "v" if o.joint else listing([f"v{i} if p{i} is not None else None" for i in count])
    inputs = listing([f"x{i} if p{i} is None or p{i}.leaf is not None else None" for i in count])
    settings = listing(o.settings) if o.settings else "()"
    node = f"record(made, op, {listing([f'p{i}' for i in count])}, {kept}, {inputs}, {settings})"
    if not o.view:
        return [*lines, f"    if {idle}:", "        return wrap(made)", f"    return {node}"]
    first = tensors[0]
    return [
        *lines,
        f"    t = wrap(made) if {idle} else {node}",
        "    if made is x0 or made.base is x0 or (made.base is not None and made.base is x0.base):",
        f"        set_base(t, {first})",
        "    return t",
    ]
