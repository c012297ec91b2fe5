"""The stubs that `docs/make_stubs.py` writes: that they are current, and that they are right."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

import minitorch
from minitorch import overrides
from minitorch.autograd.node import Node, RemovableHandle
from minitorch.autograd.tensor import METHODS

REPOSITORY = Path(__file__).parent.parent
CLASSES = {
    "Tensor": minitorch.Tensor,
    "Size": minitorch.Size,
    "Generator": minitorch.Generator,
    "np.ndarray": np.ndarray,
    "Node": Node,
    "RemovableHandle": RemovableHandle,
    **{f"builtins.{each.__name__}": each for each in (bool, int, float, str, tuple)},
}


@pytest.fixture(scope="module")
def maker():
    """The script, while functions have the code that they were written with."""
    overrides.end()
    place = importlib.util.spec_from_file_location("make_stubs", REPOSITORY / "docs/make_stubs.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    yield module
    overrides.begin()  # for the subclasses that other tests have made


def test_the_stubs_are_current(maker):
    for path, text in maker.stubs().items():
        assert path.read_text() == text, "run python docs/make_stubs.py"


@pytest.mark.parametrize("name", ["argsort", "histc", "svd"])
def test_a_function_that_is_made_to_take_out_shows_it(maker, name):
    assert "out" in [each.name for each in maker.signature_of(getattr(minitorch, name))]


def test_every_method_is_in_the_stub(maker):
    text = maker.tensor_stub()
    for name in METHODS:
        assert re.search(rf"    def {name}\(", text), name


def call_alone(f):
    """What a method makes of a tensor without further arguments; None where it wants some."""
    try:
        return f(minitorch.ones(2, 2))
    except (TypeError, ValueError, RuntimeError, IndexError):
        return None


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")
def test_methods_return_what_the_stub_says(maker):
    tried = 0
    for name, f in METHODS.items():
        wanted = CLASSES.get(maker.returned(name, f).partition("[")[0])
        result = call_alone(f)
        if wanted is not None and result is not None:
            assert isinstance(result, wanted), name
            tried += 1
    assert tried > 50
