"""Write the stubs from which editors and type checkers know what minitorch makes at run time.

Functions and methods come from the registry of ops, so their source does not show them. This
writes `minitorch/__init__.pyi` and `minitorch/autograd/tensor.pyi`:

    python docs/make_stubs.py
"""

import inspect
from pathlib import Path
from types import FunctionType, ModuleType

import minitorch
from minitorch.autograd import tensor as tensor_module
from minitorch.autograd.specialise import first_call, specialise
from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor
from minitorch.backend.dtypes import dtype

ROOT = Path(minitorch.__file__).parent
NOTE = '"""Written by docs/make_stubs.py: change that, or the code, and run it again."""\n\n'

# `float`, `int` and `bool` are dtypes and methods here, so Python's own go by `builtins`.
NUMBER = "builtins.float"  # which takes an int or a bool too

PARAMETERS = {
    "input": "Tensor",
    "tensors": "Sequence[Tensor]",
    "dim": "Any",
    "axis": "Any",
    "keepdim": "builtins.bool",
    "keepdims": "builtins.bool | None",
    "dtype": "_dtype | None",
    "device": "_device | builtins.str | builtins.int | None",
    "requires_grad": "builtins.bool",
    "generator": "Generator | None",
    "out": "Tensor | None",
    "alpha": NUMBER,
    "other": f"Tensor | {NUMBER}",
}

BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
    "lshift", "rshift",
)  # fmt: skip
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
OPERATORS = {
    *[f"__{prefix}{name}__" for name in BINARY for prefix in ("", "r", "i")],
    *[f"__{name}__" for name in COMPARISONS],
}

EITHER = (
    "max", "min", "unique", "unique_consecutive", "nonzero", "where", "median", "nanmedian",
    "atleast_1d", "atleast_2d", "atleast_3d",
)  # fmt: skip
SEVERAL = (
    "split", "chunk", "unbind", "meshgrid", "broadcast_tensors", "lu", "gradient", "qr", "geqrf",
    "svd", "slogdet", "aminmax", "var_mean", "std_mean", "tensor_split", "hsplit", "vsplit",
    "dsplit", "unsafe_split", "unsafe_chunk", "max_pool1d_with_indices", "adaptive_max_pool1d",
    "split_copy", "unbind_copy", "histogram", "histogramdd", "triangular_solve", "kthvalue", "mode",
)  # fmt: skip
TENSORS = "builtins.tuple[Tensor, ...]"
RETURNS = {
    **dict.fromkeys(SEVERAL, TENSORS),
    **dict.fromkeys(EITHER, "Any"),
    **dict.fromkeys(("type", "size", "stride", "tolist", "item", "__dlpack__"), "Any"),
    **dict.fromkeys(("storage", "storage_type", "untyped_storage"), "Any"),
    **dict.fromkeys(("__reduce__", "__deepcopy__"), "Any"),
    **dict.fromkeys(
        ("is_tensor", "is_floating_point", "is_complex", "is_contiguous"), "builtins.bool"
    ),
    **dict.fromkeys(("is_grad_enabled", "is_inference_mode_enabled"), "builtins.bool"),
    **dict.fromkeys(("equal", "allclose", "__bool__", "__contains__"), "builtins.bool"),
    **dict.fromkeys(("numel", "nelement", "dim", "ndimension", "element_size"), "builtins.int"),
    **dict.fromkeys(("data_ptr", "storage_offset", "get_device"), "builtins.int"),
    **dict.fromkeys(("initial_seed", "seed"), "builtins.int"),
    **dict.fromkeys(("__len__", "__hash__", "__int__", "__index__"), "builtins.int"),
    **dict.fromkeys(("__init__", "__setitem__", "backward", "set_rng_state"), "None"),
    **dict.fromkeys(
        (
            "is_signed",
            "is_conj",
            "is_neg",
            "is_inference",
            "is_distributed",
            "is_shared",
            "is_pinned",
            "is_same_size",
            "is_set_to",
            "is_storage",
            "can_cast",
            "is_anomaly_enabled",
            "is_anomaly_check_nan_enabled",
        ),
        "builtins.bool",
    ),
    "dim_order": "builtins.tuple[builtins.int, ...]",
    "typename": "builtins.str",
    "result_type": "_dtype",
    "set_default_tensor_type": "None",
    "manual_seed": "Generator",
    **dict.fromkeys(("numpy", "__array__"), "np.ndarray"),
    **dict.fromkeys(("register_hook", "register_post_accumulate_grad_hook"), "RemovableHandle"),
    "retain_grad": "None",
    "broadcast_shapes": "Size",
    "__float__": "builtins.float",
    "__complex__": "builtins.complex",
    "__iter__": "Iterator[Tensor]",
    "__repr__": "builtins.str",
    "__format__": "builtins.str",
    "__dlpack_device__": "builtins.tuple[builtins.int, builtins.int]",
}

PROPERTIES = {
    "default_generator": "Generator",
    **dict.fromkeys(("e", "inf", "nan", "pi"), "builtins.float"),
    "shape": "Size",
    "dtype": "_dtype",
    "device": "_device",
    "grad": "Tensor | None",
    "data": "Tensor",
    "grad_fn": "Node | None",
    **dict.fromkeys(("T", "H", "mT", "mH"), "Tensor"),
    **dict.fromkeys(("ndim", "itemsize", "nbytes", "_version", "output_nr"), "builtins.int"),
    **dict.fromkeys(("is_leaf", "is_cuda", "requires_grad", "is_cpu"), "builtins.bool"),
}


def signature_of(f):
    """The parameters of a function; an op's function has them from its first call on."""
    if hasattr(f, "op") and f.__code__ is first_call.__code__:
        specialise(f)
    parameters = dict(inspect.signature(f).parameters)
    while hasattr(f, "__wrapped__"):  # decorators add `out`, and NumPy's names of `dim`, `keepdim`
        for each in inspect.signature(f, follow_wrapped=False).parameters.values():
            stands_for = {"axis": "dim", "keepdims": "keepdim"}.get(each.name, "out")
            if each.kind is each.KEYWORD_ONLY and stands_for in {*parameters, "out"}:
                parameters.setdefault(each.name, each)
        f = f.__wrapped__
    return parameters.values()


def type_of(parameter, op):
    """The annotation of a parameter of a function, which is that of `op` unless None."""
    name, default = parameter.name, parameter.default
    if isinstance(parameter.annotation, str):
        return parameter.annotation
    if op is not None:
        own = "x" if name == "input" and "x" in op.tensors else name
        if own in op.tensors:
            several = len(op.tensors) > 1 and op.promote and own not in op.apart
            kind = f"Tensor | {NUMBER}" if several else "Tensor"
            return f"{kind} | None" if own in op.optional else kind
    if name in PARAMETERS:
        return PARAMETERS[name]
    if isinstance(default, bool | int | float | str):
        return f"builtins.{type(default).__name__}"
    return "Any"


def shown(parameter, op, returns):
    mark = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    several = parameter.name == "out" and returns != "Tensor"
    kind = "builtins.tuple[Tensor, ...] | None" if several else type_of(parameter, op)
    text = f"{mark.get(parameter.kind, '')}{parameter.name}: {kind}"
    return text if parameter.default is parameter.empty else f"{text} = ..."


def definition(name, f, returns, bound=False, indent=""):
    """`def name(...) -> returns: ...` for a function or, `bound`, a method."""
    op = getattr(f, "op", None)
    parts, keywords = [], False
    for parameter in signature_of(f):
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords:
            parts.append("*")
        keywords |= parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        parts.append(shown(parameter, op, returns))
    if bound:
        parts = ["self", "other: Any"] if name in OPERATORS else ["self", *parts[1:]]
    ignore = (
        "  # type: ignore[override]  # a tensor, no bool" if name in ("__eq__", "__ne__") else ""
    )
    line = f"{indent}def {name}({', '.join(parts)}) -> {returns}: ...{ignore}\n"
    if len(line) <= 100:
        return line
    lines = "".join(f"{indent}    {part},\n" for part in parts)
    return f"{indent}def {name}({ignore}\n{lines}{indent}) -> {returns}: ...\n"


def returned(name, f):
    """What a registered function or method returns: a Tensor, unless the table says otherwise."""
    op = getattr(f, "op", None)
    if op is not None:
        return outputs_name(op) if op.outputs else "Tensor"
    return RETURNS.get(name, "Tensor")


def outputs_of(functions):
    """The named tuples that ops with several outputs return."""
    text = ""
    for _, f in sorted(functions.items()):
        op = getattr(f, "op", None)
        if op is not None and op.outputs:
            fields = "".join(f"    {name}: Tensor\n" for name in op.outputs._fields)
            text += f"class {outputs_name(op)}(NamedTuple):\n{fields}\n"
    return text


def outputs_name(op):
    return f"{op.name.capitalize()}Outputs"


def imported(module, names):
    """Import statements that export, in the order that ruff gives them."""
    names = sorted(names, key=lambda name: (not name[0].isupper(), name))
    return "".join(f"from {module} import {name} as {name}\n" for name in names)


# -------------------------------------------------------------------- the two files


def package_stub():
    """The text of minitorch/__init__.pyi."""
    imports, names, functions = {"minitorch": []}, [], {}
    for later in minitorch.LATER:
        getattr(minitorch, later)
    minitorch.load_families()
    for name, value in sorted(vars(minitorch).items()):
        if name[0] == "_" or name.isupper():
            continue
        if isinstance(value, ModuleType):
            if value.__name__ == f"minitorch.{name}":
                imports["minitorch"].append(name)
        elif name in FUNCTIONS and isinstance(value, FunctionType):
            functions[name] = value
        elif value is minitorch.load_families:
            names.append("def load_families() -> None: ...\n")
        elif isinstance(value, type | FunctionType):
            imports.setdefault(value.__module__, []).append(name)
        else:
            kind = "dtype" if isinstance(value, dtype) else PROPERTIES.get(name, "Any")
            names.append(f"{name}: {kind}\n")
    for name, module in minitorch.NAMED.items():
        imports.setdefault(f"minitorch.{module}", []).append(name)
    body = [definition(name, f, returned(name, f)) for name, f in functions.items()]
    return "".join(
        [
            NOTE,
            "import builtins\nfrom collections.abc import Sequence\n",
            "from typing import Any, NamedTuple\n\n",
            *[imported(module, imports[module]) for module in sorted(imports)],
            "\n_dtype = dtype\n_device = device\n__version__: str\n",
            *names,
            "\n",
            outputs_of(functions),
            *body,
        ]
    )


def tensor_stub():
    """The text of minitorch/autograd/tensor.pyi."""
    functions = [
        f"def {name}(*args: Any, **kwargs: Any) -> Any: ...\n"
        for name, value in sorted(vars(tensor_module).items())
        if isinstance(value, FunctionType) and value.__module__ == tensor_module.__name__
    ]
    return "".join(
        [
            NOTE,
            "import builtins\nfrom collections.abc import Callable, Iterator\n",
            "from typing import Any, NamedTuple\n\nimport numpy as np\n\n",
            "from minitorch.autograd.node import Node, RemovableHandle\n",
            "from minitorch.backend.devices import device as _device\n",
            "from minitorch.backend.dtypes import dtype as _dtype\n",
            "from minitorch.backend.generators import Generator\n\n",
            "FUNCTIONS: dict[str, Callable[..., Any]]\n",
            "METHODS: dict[str, Callable[..., Any]]\n",
            "PENDING: dict[str, Any]\n\n",
            *functions,
            "\n",
            outputs_of(METHODS),
            size_class(),
            "\n",
            tensor_class(),
        ]
    )


def size_class():
    lines = [
        "class Size(builtins.tuple[builtins.int, ...]):\n",
        "    def numel(self) -> builtins.int: ...\n",
        "    def __add__(self, other: Any) -> Size: ...\n",
        "    def __getitem__(self, key: Any) -> Any: ...\n",
    ]
    return "".join(lines)


def tensor_class():
    """The class Tensor with everything that was ever set on it."""
    lines = [
        "class Tensor:\n",
        "    array: Any\n    node: Any\n    base: Tensor | None\n    views: Any\n",
    ]
    lines.append("    _grad: Tensor | None\n")
    for name, value in sorted(vars(Tensor).items()):
        if isinstance(value, property):
            kind = PROPERTIES.get(name, "Any")
            lines.append(f"    @property\n    def {name}(self) -> {kind}: ...\n")
            if value.fset is not None:
                lines.append(f"    @{name}.setter\n    def {name}(self, value: Any) -> None: ...\n")
        elif isinstance(value, FunctionType):
            known = name in METHODS or name.endswith("_") or hasattr(value, "op")
            returns = returned(name, value) if known else RETURNS.get(name, "Tensor")
            lines.append(definition(name, value, returns, bound=True, indent="    "))
        elif isinstance(value, staticmethod):
            lines.append("" if name == "__new__" else "    @staticmethod\n")
            lines.append(definition(name, value.__func__, "Any", bound=False, indent="    "))
        elif name[0] != "_" and hasattr(Tensor, name) and not inspect.ismemberdescriptor(value):
            lines.append(f"    {name}: Any\n")
    return "".join(lines)


def stubs():
    """The text of each stub, by its path."""
    return {
        ROOT / "__init__.pyi": package_stub(),
        ROOT / "autograd" / "tensor.pyi": tensor_stub(),
    }


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text)
