"""The kernels of both array libraries have the same names and signatures."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch

BACKEND = Path(minitorch.__file__).parent / "backend"
QUICKER = {"transpose", "swapaxes"}  # CuPy's own serve there


def kernels(library, kind):
    """Name and parameters of each public function of the file."""
    tree = ast.parse((BACKEND / f"{library}_{kind}.py").read_text())
    return {
        node.name: [argument.arg for argument in node.args.args]
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_"
    }


@pytest.mark.parametrize("kind", ["kernels", "index", "conv"])
def test_cupy_kernels_have_the_signatures_of_the_numpy_kernels(kind):
    numpy, cupy = kernels("numpy", kind), kernels("cupy", kind)
    shared = numpy.keys() & cupy.keys()
    assert {name: cupy[name] for name in shared} == {name: numpy[name] for name in shared}


def test_every_numpy_kernel_has_one_for_cupy():
    assert kernels("numpy", "kernels").keys() - kernels("cupy", "kernels").keys() == QUICKER


def test_numpy_warns_of_what_the_user_computes_and_not_of_what_this_package_does():
    program = "import numpy as np, minitorch; minitorch.tensor(0.0).log(); {}"
    subprocess.run([sys.executable, "-W", "error", "-c", program.format("")], check=True)
    own = subprocess.run(
        [sys.executable, "-W", "error", "-c", program.format("np.log(np.zeros(1))")],
        capture_output=True,
        check=False,
    )
    assert b"divide by zero" in own.stderr
