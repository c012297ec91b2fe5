"""The table that `docs/make_ops_table.py` writes."""

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def maker():
    place = importlib.util.spec_from_file_location("make_ops_table", DOCS / "make_ops_table.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_the_table_is_current(maker):
    assert maker.TABLE.read_text() == maker.table(), "run python docs/make_ops_table.py"


def test_whatever_is_missing_has_a_reason(maker):
    assert maker.missing().get("not built yet", []) == []


def test_the_table_tells_what_is_measured(maker):
    table = maker.TABLE.read_text()
    exp = r"\| `exp` \| yes \| yes \| yes \| bool integers floats \| yes \| yes \| yes \|"
    assert re.search(exp, table)
    assert re.search(r"\| `argmax` \| yes \| yes \|  \| .*integers floats \|  \|  \| yes \|", table)


@pytest.mark.torch
def test_the_recorded_names_are_those_of_torch(maker):
    torch = pytest.importorskip("torch")
    if not torch.__version__.startswith("2.13"):
        pytest.skip("recorded from PyTorch 2.13")
    assert maker.NAMES.read_text() == maker.recorded()
