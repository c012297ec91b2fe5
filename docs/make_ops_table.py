"""Write docs/ops.md: what there is, what it takes, and what PyTorch has besides.

    python docs/make_ops_table.py            write the table
    python docs/make_ops_table.py --record   write docs/pytorch_names.txt from the PyTorch installed

Dtypes and derivatives are measured: the first row of an op in `tests/op_cases` is run in each dtype
and differentiated twice. Whether it runs on the GPU is read from its source: each kernel that it
calls needs its twin for CuPy.
"""

import ast
import importlib
import re
import sys
import warnings
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType

import numpy as np

import minitorch
from minitorch.autograd import grad
from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor, wrap

DOCS = Path(__file__).parent
PACKAGE = Path(minitorch.__file__).parent
TABLE = DOCS / "ops.md"
NAMES = DOCS / "pytorch_names.txt"
sys.path.insert(0, str(DOCS.parent / "tests"))

from op_cases import CASES  # noqa: E402  which the line above makes importable

MODULES = ("linalg", "special", "nn.functional", "signal.windows")
TRIED = ("bool", "uint8", "int64", "float16", "float32", "float64")
SHOWN = {  # what the dtypes that went well are called in the table
    ("bool",): "bool", ("uint8", "int64"): "integers", ("float16", "float32", "float64"): "floats",
}  # fmt: skip

# Why PyTorch's names are not here: the first pattern that is found in the name says it.
# `^` is a function of torch itself, `\b` the start of the last part of any name.
REASONS = {
    r"complex|\bc(half|float|double)$|polar$|real$|imag$|conj|\bm?H$|adjoint|angle|stft|is_neg$"
    r"|resolve_neg|linalg.eig(vals)?$": "complex numbers are out of scope",
    r"sparse|coalesce|dense|(col|row|crow|ccol)_indices|\bindices|\bvalues|^(ds|hs|s|sp)mm$"
    r"|saddmm|sspaddmm|hspmm|\bsmm$": "sparse tensors are out of scope",
    r"quant|\bq_|qscheme|int_repr|fbgemm|qparams|scaled_(grouped_)?mm|obs_fake": (
        "quantised and 8-bit arithmetic are out of scope"
    ),
    r"cudnn|miopen|mkldnn|mps|xpu|xla|ipu|hpu|mtia|vulkan|maia": (
        "the interface of one vendor's library or device"
    ),
    r"autocast": "mixed precision by autocast: NumPy computes no faster in a narrower dtype",
    r"bfloat16": "NumPy has no bfloat16",
    r"^sym_|compile|^cond$|vmap|import_ir|parse_|unify_type|merge_type|^(fork|wait)$|_schema"
    r"|while_loop|get_device_module|thread_safe": (
        "belongs to the compiler, to tracing or to TorchScript"
    ),
    r"nested|padded_tensor": "nested tensors are out of scope",
    r"_copy$|slice_inverse|^native_|batch_norm_(stats|elemt|gather|update|backward)|_counts$"
    r"|norm_except_dim|for_size|conv_tbc|^convolution|constant_pad_nd|grid_sampler|grid_generator"
    r"|frobenius_norm|nuclear_norm|hash_tensor|feature_dropout|grouped_mm|reinforce|unsafe_"
    r"|Tensor.index$|as_subclass|embedding_renorm": (
        "a building block inside PyTorch, not for users"
    ),
    r"^(rnn|lstm|gru)": "recurrent layers come with their modules",
    r"storage|\bset_$|share_memory|module_load|\bmap2?_$|apply_|from_file|record_stream|data_ptr": (
        "storages, and functions that run Python on each element: arrays serve instead"
    ),
    r"volatile|Tensor.(solve|symeig|eig|lstsq|resize|resize_as)$|\bger$|\borgqr$|^chain_matmul$": (
        "deprecated in PyTorch in favour of another name"
    ),
    r"^(save|load)$": "comes with serialization",
    r"ldl_": "NumPy does not reach LAPACK's factorisation of indefinite matrices",
    r"lobpcg": "an iterative solver for a few eigenvalues of large, mostly sparse matrices",
    r"warn_always|flush_denormal|num_interop|init_num_threads|cxx11|grad_dtype": (
        "a setting of PyTorch's own runtime"
    ),
}


# -------------------------------------------------------------------- what there is


def module_of(path):
    """The module of minitorch at a path such as "nn.functional"."""
    return importlib.import_module(f"minitorch.{path}")


def functions_in(path):
    """The functions of a module that PyTorch's has too, by name."""
    home = module_of(path)
    return {
        line.rpartition(".")[2]: getattr(home, line.rpartition(".")[2])
        for line in NAMES.read_text().split()
        if line.rpartition(".")[0] == f"torch.{path}" and hasattr(home, line.rpartition(".")[2])
    }


def methods():
    """The methods and properties of Tensor, by name."""
    return {
        name: f
        for name, f in sorted(vars(Tensor).items())
        if name[0] != "_"
        and hasattr(Tensor, name)  # or it is there to say why not
        and name not in ("array", "base", "node", "views")
    }


def missing():
    """PyTorch's names that are not here, by the reason."""
    found: dict = {}
    for line in NAMES.read_text().split():
        path, _, name = line.rpartition(".")
        home = Tensor if path == "torch.Tensor" else minitorch
        if path not in ("torch", "torch.Tensor"):
            home = module_of(path.removeprefix("torch."))
        if not hasattr(home, name):
            found.setdefault(reason_for(line), []).append(line)
    return found


def reason_for(line):
    for pattern, reason in REASONS.items():
        if re.search(pattern, line.removeprefix("torch.")):
            return reason
    return "not built yet"


# -------------------------------------------------------------------- measured


@cache
def rows():
    """The first row of each op that refuses nothing, by name."""
    found: dict = {}
    for case in CASES:
        if case.raises is None:
            found.setdefault(case.name, case)
    return found


def row_of(name, f):
    op = getattr(f, "op", None)
    for each in (name, f"linalg.{name}", op and op.name, getattr(f, "__name__", None)):
        if each in rows():
            return rows()[each]
    return None


def inputs_of(case, dtype):
    """The tensors of a row in `dtype`: its floats, or where it has none its first input."""
    arrays = case.arrays(dtype)
    floats = [
        isinstance(given, tuple) or (isinstance(given, np.ndarray) and given.dtype.kind == "f")
        for given in case.inputs
    ]
    if not any(floats) and arrays and isinstance(arrays[0], np.ndarray):
        arrays[0] = arrays[0].astype(dtype)
    return [wrap(each) if isinstance(each, np.ndarray) else each for each in arrays]


def dtypes_of(case):
    """The dtypes in which the row runs, in words."""
    good = []
    for dtype in TRIED:
        try:
            case.run(case.function(), inputs_of(case, dtype))
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
            continue
        good.append(dtype)
    words = []
    for group, word in SHOWN.items():
        inside = [dtype for dtype in group if dtype in good]
        words += [word] if len(inside) == len(group) else inside
    return " ".join(words)


def derivatives_of(case):
    """("yes" or "", "yes" or "zero" or ""): whether the first and the second derivative exist."""
    try:
        tensors = inputs_of(case, "float64")
        sources = [
            t.requires_grad_()
            for i, t in enumerate(tensors)
            if isinstance(t, Tensor) and t.is_floating_point() and i not in case.fixed
        ]
        results = [y for y in case.run(case.function(), tensors) if y.requires_grad]
        if not results:
            return "", ""
        first = derivatives(results, sources)
        curved = [g for g in first if g is not None and g.requires_grad]
        if not curved:
            return "yes", "zero"
        derivatives(curved, sources)
    except (RuntimeError, TypeError, ValueError, AttributeError):
        return "yes" if "first" in locals() else "", ""
    return "yes", "yes"


def derivatives(results, sources):
    weights = [wrap(np.ones(y.shape, y.array.dtype)) for y in results]
    return grad(results, sources, weights, create_graph=True, allow_unused=True)


# -------------------------------------------------------------------- read from the source


@cache
def kernels(kind):
    """The names that the backend's files for "numpy" or "cupy" define or import."""
    found = set()
    for path in (PACKAGE / "backend").glob(f"{kind}_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Assign):
                found.update(each.id for each in node.targets if isinstance(each, ast.Name))
            elif isinstance(node, ast.ImportFrom):
                found.update(alias.asname or alias.name for alias in node.names)
    return {name for name in found if name[0] != "_"}


@cache
def names_used(module):
    """For each function of a module, the attributes and the names that stand in it."""
    path = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    if not path.exists():
        return {}
    return {
        node.name: (
            {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)},
            {each.id for each in ast.walk(node) if isinstance(each, ast.Name)},
        )
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }


def on_gpu(f):
    """ "yes", or the kernels that a function calls and that CuPy lacks."""
    rule = f.op.rule if hasattr(f, "op") else f
    inside = names_used(rule.__module__)
    used, waiting = set(), [rule.__name__]
    for name in waiting:  # grows while we walk it
        attributes, names = inside.get(name, ((), ()))
        used.update(attributes)
        waiting += [each for each in names if each in inside and each not in waiting]
    lacking = {
        each
        for each in used & kernels("numpy")
        if each not in kernels("cupy") and not hasattr(np, each)
    }
    return f"no: {', '.join(sorted(lacking))}" if lacking else "yes"


# -------------------------------------------------------------------- the table


def line(*cells):
    return f"| {' | '.join(cells)} |\n"


def row(name, f, function, method, in_place):
    case = row_of(name, f)
    dtypes = dtypes_of(case) if case else ""
    first, second = derivatives_of(case) if case else ("", "")
    gpu = on_gpu(f) if isinstance(f, FunctionType) else ""
    return line(f"`{name}`", function, method, in_place, dtypes, first, second, gpu)


HEAD = line("name", "function", "method", "in place", "dtypes", "1st", "2nd", "CuPy") + line(
    *["---"] * 8
)


def tensor_rows():
    """Rows of the functions of minitorch and the methods and properties of Tensor."""
    yes = {True: "yes", False: ""}
    minitorch.load_families()
    functions, own = {k: v for k, v in FUNCTIONS.items() if callable(v)}, methods()
    for name in sorted({*functions, *own}):
        if name.endswith("_") and name[:-1] in {*functions, *own}:
            continue
        f = functions.get(name, METHODS.get(name))
        yield row(name, f, yes[name in functions], yes[name in own], yes[f"{name}_" in own])


def table():
    """The text of docs/ops.md."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        minitorch.manual_seed(0)
        tensors = "".join(tensor_rows())
        modules = {
            path: "".join(row(name, f, "yes", "", "") for name, f in functions_in(path).items())
            for path in MODULES
        }
    counts = {path: len(functions_in(path)) for path in MODULES}
    functions = sum(callable(f) for f in FUNCTIONS.values())
    lines = [
        "# Ops\n\nWritten by `python docs/make_ops_table.py`: change that, or the code, and run it "
        "again.\n\n",
        f"{functions} functions of `minitorch`, {len(methods())} methods and properties of "
        f"`Tensor` ({sum(name.endswith('_') for name in methods())} of them in-place forms), "
        + ", ".join(f"{count} functions of `{path}`" for path, count in counts.items() if count)
        + ".\n\n",
        "- dtypes: those in which the op's first test row runs; empty: nothing to try\n",
        "- 1st, 2nd: whether the first and the second derivative exist; zero: it is 0 everywhere\n",
        "- CuPy: whether all kernels that it calls exist for the GPU\n\n",
        "## Functions of `minitorch` and methods of `Tensor`\n\n",
        HEAD,
        tensors,
    ]
    for path, text in modules.items():
        if text:
            lines += [f"\n## Functions of `{path}`\n\n", HEAD, text]
    lines.append("\n## What PyTorch 2.13 has and minitorch has not\n")
    for reason, names in sorted(missing().items()):
        shown = ", ".join(f"`{name.removeprefix('torch.')}`" for name in names)
        lines.append(f"\n**{reason[0].upper()}{reason[1:]}** ({len(names)}): {shown}\n")
    return "".join(lines)


# -------------------------------------------------------------------- PyTorch's names


def recorded():
    """The documented names of the PyTorch installed, one a line."""
    import torch  # noqa: PLC0415  only to record

    def documented(home, names):
        return [
            name
            for name in sorted(set(names))
            if name[0] != "_" and getattr(getattr(home, name), "__doc__", None)
        ]

    kinds = FunctionType, BuiltinFunctionType, type(torch.abs)
    functional, helpers = (
        torch.nn.functional,
        r"has_torch|torch_function|_with_indices|assert_|_dispatch",
    )
    lines = [
        f"torch.{name}"
        for name in documented(torch, torch.__all__)
        if isinstance(getattr(torch, name), kinds) and not name.endswith("_")
    ]
    lines += [f"torch.Tensor.{name}" for name in documented(torch.Tensor, dir(torch.Tensor))]
    for path in ("linalg", "special", "signal.windows"):
        home = importlib.import_module(f"torch.{path}")
        names = documented(home, getattr(home, "__all__", vars(home)))
        lines += [f"torch.{path}.{n}" for n in names if isinstance(getattr(home, n), kinds)]
    lines += [
        f"torch.nn.functional.{name}"
        for name in documented(functional, vars(functional))
        if isinstance(getattr(functional, name), kinds) and not re.search(helpers, name)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--record" in sys.argv:
        NAMES.write_text(recorded())
    else:
        TABLE.write_text(table())
