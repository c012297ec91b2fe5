"""Running a program as `python program.py` or `python -m program` would, behind the door."""

import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from minitorch.compat.finder import install
from minitorch.compat.missing import explanation

USAGE = """\
usage: python -m minitorch.compat program.py [arguments]
       python -m minitorch.compat -m module [arguments]

Runs a PyTorch program with `import torch` answered by minitorch."""
RUNNING = "MINITORCH_COMPAT_PROGRAM"  # tells processes that multiprocessing spawns what to load


def main(words: list[str]) -> int | str:
    """Run what the command line asks for; returns what the process ends with."""
    as_module = words[:1] == ["-m"]
    words = words[as_module:]
    if not words or words[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if words else 2
    if not as_module and not os.path.exists(words[0]):
        return f"python -m minitorch.compat: can't open file {words[0]!r}"
    try:
        run(words[0], words[1:], as_module)
    except (ImportError, AttributeError) as error:
        line = explanation(error, os.environ[RUNNING])
        if line is None:
            raise
        return line
    return 0


def run(program: str, arguments: Sequence[str], as_module: bool) -> None:
    """Run `program`, a path or with `as_module` the name of a module, as `__main__`.

    `sys.argv` and `sys.path` are what Python would have made them; what it raises is raised.
    """
    install()
    if as_module:
        sys.path[:1] = [os.getcwd()]
        name, spec, code = module_code(program)
        path = word = spec.origin
        package = name.rpartition(".")[0]
    else:
        sys.path[:1] = [os.path.dirname(os.path.realpath(program))]
        path, word, package = os.path.abspath(program), program, None
        code = script_code(path)
    sys.argv = [word, *arguments]
    os.environ[RUNNING] = f"-m {name}" if as_module else path
    main_module = ModuleType("__main__")
    main_module.__file__ = path
    main_module.__package__ = package
    # By this name multiprocessing loads the program in a process that it spawns: `run_again`.
    main_module.__spec__ = ModuleSpec("minitorch.compat", None, origin=path)
    sys.modules["__main__"] = main_module
    exec(code, main_module.__dict__)


def run_again(names: dict) -> None:
    """Load the program in a spawned process, with `__name__` "__mp_main__", into `names`."""
    install()
    program = os.environ[RUNNING]
    if program.startswith("-m "):
        name, spec, code = module_code(program[3:])
        names.update(__file__=spec.origin, __package__=name.rpartition(".")[0])
    else:
        names.update(__file__=program, __package__=None)
        code = script_code(program)
    sys.argv[0] = names["__file__"]
    exec(code, names)


def script_code(path):
    with io.open_code(path) as file:
        return compile(file.read(), path, "exec")


def module_code(name):
    """The name, the spec and the code of a module, `__main__` of a package."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if spec.submodule_search_locations is not None:
        return module_code(f"{name}.__main__")
    loader: Any = spec.loader
    return name, spec, loader.get_code(name)
