"""Containers beyond the basics that test_module.py has: names, copies, what is refused."""

import re
from collections import OrderedDict

import pytest

import minitorch
from minitorch import nn


def values():
    return nn.ParameterDict({"b": minitorch.ones(2), "a": minitorch.zeros(1)})


def test_a_parameter_dict_is_a_dict():
    named = values()
    assert list(named) == ["a", "b"] and list(reversed(named)) == ["b", "a"]
    assert named.setdefault("c", minitorch.ones(1)) is named["c"]
    assert named.setdefault("c") is named["c"] and isinstance(named["c"], nn.Parameter)
    assert named.popitem()[0] == "c"
    twin = named.copy()
    assert twin is not named and twin["a"] is named["a"]
    fresh = named.fromkeys(["x", "y"], minitorch.ones(1))
    assert list(fresh) == ["x", "y"] and list(named.fromkeys(["z"]).items()) == [("z", None)]


def test_parameter_dicts_are_joined():
    named, more = values(), nn.ParameterDict({"c": minitorch.ones(1), "a": minitorch.ones(1)})
    joined = named | more
    assert list(joined) == ["a", "b", "c"] and joined["a"] is more["a"]
    assert list(named) == ["a", "b"]
    before = named
    named |= more
    assert named is before and list(named) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "kind, text, act",
    [
        (TypeError, "ParametersDict.update should be called with an", lambda p: p.update(3)),
        (TypeError, "ParameterDict update sequence element #0 should be", lambda p: p.update([3])),
        (ValueError, "element #0 has length 3; 2 is required", lambda p: p.update([(1, 2, 3)])),
        (TypeError, "cannot be used as a key as it is not a string", lambda p: p[3]),
        (TypeError, "(type is 'int')", lambda p: p.__setitem__(3, None)),
        (AttributeError, "'ParameterDict' object has no attribute 'x'", lambda p: p["x"]),
        (KeyError, "popitem(): dictionary is empty", lambda p: nn.ParameterDict().popitem()),
    ],
)
def test_a_parameter_dict_refuses(kind, text, act):
    with pytest.raises(kind, match=re.escape(text)):
        act(values())


@pytest.mark.parametrize(
    "kind, text, given",
    [
        (TypeError, "ModuleDict.update should be called with an iterable", 3),
        (TypeError, "ModuleDict update sequence element #0 should be Iterable; isint", [3]),
        (ValueError, "ModuleDict update sequence element #0 has length 1", [["a"]]),
        (KeyError, "attribute 'keys' already exists", {"keys": nn.Tanh()}),
    ],
)
def test_a_module_dict_refuses(kind, text, given):
    with pytest.raises(kind, match=text):
        nn.ModuleDict(given)


def test_the_older_container_takes_modules_by_name():
    with pytest.warns(FutureWarning, match=r"`nn\.Container` is deprecated"):
        box = nn.Container(first=nn.Tanh())
    assert repr(box) == "Container(\n  (first): Tanh()\n)"


def test_named_sequentials_keep_their_names_until_one_is_deleted():
    net = nn.Sequential(OrderedDict(a=nn.Tanh(), b=nn.ReLU()))
    net[1] = nn.ELU()
    assert list(net._modules) == ["a", "b"] and repr(net.b) == "ELU(alpha=1.0)"
    assert list(net[:1]._modules) == ["a"]
    del net[0]
    assert list(net._modules) == ["0"]


def test_lists_forget_what_was_taken_out():
    layers = nn.ModuleList(nn.Linear(1, 1) for _ in range(4))
    kept = layers[1]
    part = layers.pop(slice(2, 4))
    assert len(part) == 2 and len(layers) == 2
    del layers[0]
    assert list(layers._modules) == ["0"] and layers[0] is kept and not hasattr(layers, "1")
