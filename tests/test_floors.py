"""Imports point down the floors: read with `ast`, without running anything."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minitorch
from minitorch.autograd.tensor import METHODS
from minitorch.methods import families

ROOT = Path(minitorch.__file__).parent
FLOORS = [
    {"backend"},
    {"autograd"},
    {"ops"},
    {"methods"},
    {"nn", "losses", "optim", "data", "serialization", "signal"}
    | {"amp", "backends", "cuda", "testing"},
    {"vision", "distributed", "distributions", "func", "jit", "onnx", "profiler"}
    | {"utils", "_dynamo", "_higher_order_ops", "_inductor"},  # names that PyTorch has there
    {"compat"},
]
TOP = len(FLOORS) - 1  # compat and minitorch/__init__.py and the other modules beside the packages


def name_of(path):
    parts = ("minitorch", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in ROOT.rglob("*.py")}


def package_of(module):
    """The package below `minitorch`, or "" for what stands beside the packages."""
    part = (module.split(".") + [""])[1]
    return part if (ROOT / part / "__init__.py").exists() else ""


def floor_of(module):
    package = package_of(module)
    if not package:
        return TOP
    return next(floor for floor, packages in enumerate(FLOORS) if package in packages)


def imports_of(module):
    """The modules of minitorch that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else node.module)
    return {name for name in found if name.split(".")[0] == "minitorch"} - {module}


IMPORTS = {module: imports_of(module) for module in MODULES}


def circle(graph):
    """A path in `graph` that ends where it began, or None."""
    done = set()
    for start in graph:
        path, waiting = [], [(start, iter(sorted(graph.get(start, ()))))]
        path.append(start)
        while waiting:
            node, others = waiting[-1]
            other = next((o for o in others if o not in done), None)
            if other is None:
                done.add(node)
                waiting.pop()
                path.pop()
            elif other in path:
                return [*path[path.index(other) :], other]
            else:
                path.append(other)
                waiting.append((other, iter(sorted(graph.get(other, ())))))
    return None


def test_every_package_stands_on_a_floor():
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert packages <= set().union(*FLOORS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_nothing_from_a_higher_floor(module):
    higher = [name for name in IMPORTS[module] if floor_of(name) > floor_of(module)]
    assert higher == []


def test_no_module_imports_itself_by_a_detour():
    assert circle(IMPORTS) is None


def test_no_package_imports_itself_by_a_detour():
    """But for what an `__init__` only offers again, as `minitorch.nn` does the losses."""
    packages = {}
    for module, names in IMPORTS.items():
        if MODULES[module].name == "__init__.py":
            continue
        packages.setdefault(package_of(module), set()).update(map(package_of, names))
    assert circle({package: names - {package, ""} for package, names in packages.items()}) is None


def functions_in(module):
    """The names and parameters of the functions that a module defines."""
    return {
        node.name: [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        for node in ast.parse(MODULES[module].read_text()).body
        if isinstance(node, ast.FunctionDef)
    }


def test_every_kernel_that_an_op_calls_has_its_twin_for_the_gpu():
    called = {
        node.attr
        for module, path in MODULES.items()
        if package_of(module) in ("ops", "autograd", "losses")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    for kind in ("kernels", "index", "conv", "pool"):
        here = functions_in(f"minitorch.backend.numpy_{kind}")
        there = functions_in(f"minitorch.backend.cupy_{kind}")
        for name in called & set(here):
            # What CuPy has under NumPy's own name needs no kernel.
            assert hasattr(np, name) or name in there, name
            assert there.get(name, here[name]) == here[name], name


def test_importing_minitorch_loads_nothing_but_numpy():
    code = (
        "import sys, json, numpy; before = set(sys.modules); import minitorch;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(run.stdout)) - set(sys.stdlib_module_names)
    assert loaded <= {"minitorch", "numpy"}


def run_afresh(code):
    """Run this in a process that has loaded nothing yet; fails if it raises."""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_families_of_ops_load_at_the_first_function_that_is_asked_for():
    code = (
        "import sys, minitorch;"
        "families = minitorch.methods.families;"
        "late = [f'minitorch.ops.{family}' for family in families.LATER];"
        "late += [f'minitorch.{module}' for module in families.METHODS];"
        "assert not set(late) & set(sys.modules);"
        "assert 'minitorch.backend.numpy_conv' not in sys.modules;"
        "assert minitorch.conv2d is minitorch.nn.functional.conv2d;"
        "assert set(late) < set(sys.modules);"
        "assert {'einsum', 'nn', 'save', 'add'} < set(dir(minitorch));"
        "assert minitorch.special.i0(minitorch.zeros(1)).item() == 1"
    )
    run_afresh(code)


def test_the_methods_that_load_late_are_those_that_are_not_there_at_first():
    code = (
        "import minitorch; from minitorch.autograd.tensor import METHODS;"
        "families = minitorch.methods.families;"
        "early = set(METHODS);"
        "families.load();"
        "assert sorted(set(METHODS) - early) == sorted(' '.join(families.METHODS.values()).split())"
    )
    run_afresh(code)


@pytest.mark.parametrize("module", [m for m in families.METHODS if m.startswith("ops.")])
def test_the_methods_that_load_late_are_in_the_module_named(module):
    defined = {name for name, f in METHODS.items() if f.__module__ == f"minitorch.{module}"}
    assert set(families.METHODS[module].split()) == defined


def test_a_method_loads_its_family_from_the_class_a_subclass_or_a_tensor():
    code = (
        "import sys, minitorch;"
        "own = type('Own', (minitorch.Tensor,), {'__torch_function__': None});"
        "assert 'minitorch.ops.scan' not in sys.modules;"
        "assert own.cumsum is minitorch.cumsum is minitorch.Tensor.cumsum;"
        "assert 'minitorch.ops.sort' in sys.modules;"
        "assert minitorch.ones(2).cumsum(0).tolist() == [1, 2]"
    )
    run_afresh(code)


def test_threads_may_load_packages_at_the_same_time():
    code = (
        "import minitorch; from concurrent.futures import ThreadPoolExecutor as Pool;"
        "names = ['optim', 'nn', 'profiler', 'losses', 'data', 'amp', 'vision', 'func'];"
        "assert [each.__name__ for each in Pool(8).map(minitorch.__getattr__, names)]"
        " == [f'minitorch.{name}' for name in names]"
    )
    run_afresh(code)


@pytest.mark.parametrize(
    "first",
    [
        "from minitorch.amp import casting; casting.prepare()",
        "x = type('Own', (minitorch.Tensor,), {})([1.0]);"
        "assert type(minitorch.acos(x)) is type(x.cumsum(0)) is type(minitorch.special.i0(x))"
        " is type(x)",
    ],
    ids=["autocast", "subclasses"],
)
def test_what_takes_hold_of_all_ops_loads_their_families(first):
    run_afresh(f"import minitorch; {first}")


def test_a_method_or_function_that_a_program_sets_itself_stays_when_its_family_loads():
    code = (
        "import minitorch; Tensor = minitorch.Tensor;"
        "pending = vars(Tensor)['sin'];"
        "Tensor.cos = Tensor.sin = minitorch.cos = lambda x: 'mine';"
        "x = minitorch.zeros(1);"
        "assert x.tan().item() == 0 and minitorch.sin(x).item() == 0;"
        "assert x.cos() == x.sin() == minitorch.cos(x) == 'mine';"
        "Tensor.sin = pending;"
        "assert x.sin().item() == 0"
    )
    run_afresh(code)


def test_what_a_body_asks_for_on_tensors_loads_its_family():
    code = (
        "import minitorch; from minitorch.backend.namespaces import namespace;"
        "x = minitorch.ones(2);"
        "assert namespace(x).cumsum(x, 0).tolist() == [1, 2];"
        "assert not hasattr(namespace(x), 'no_such_function')"
    )
    run_afresh(code)


@pytest.mark.parametrize("before", ["enable", "disable"])
def test_importing_minitorch_leaves_the_garbage_collector_as_it_was(before):
    code = f"import gc; gc.{before}(); import minitorch; print(gc.isenabled())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(before == "enable")]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_file_is_shorter_than_450_lines(module):
    assert len(MODULES[module].read_text().splitlines()) < 450
