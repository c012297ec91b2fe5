"""state_dict and load_state_dict: metadata, what a layer overrides, extra state, hooks."""

import copy
import gc
from collections import OrderedDict

import pytest

import minitorch
from minitorch import nn


def test_a_state_dict_carries_the_version_of_each_module():
    net = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    assert dict(net.state_dict()._metadata) == {
        "": {"version": 1},
        "0": {"version": 1},
        "1": {"version": 2},
    }
    assert not hasattr(net.state_dict(destination=OrderedDict()), "_metadata")


def test_positional_arguments_of_state_dict_are_old():
    with pytest.warns(FutureWarning, match="Positional args are being deprecated"):
        state = nn.Linear(1, 1).state_dict(None, "net.")
    assert list(state) == ["net.weight", "net.bias"]


class Shifted(nn.Module):
    """Saves its parameter plus one, under another name."""

    def __init__(self):
        super().__init__()
        self.value = nn.Parameter(minitorch.ones(1))
        self.inner = nn.Linear(1, 1)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        destination[prefix + "shifted"] = self.value.data + 1

    def _load_from_state_dict(self, state_dict, prefix, *others):
        self.value.data.copy_(state_dict[prefix + "shifted"] - 1)


def test_a_module_may_write_and_read_its_own_state():
    net = nn.Sequential(Shifted())
    state = net.state_dict()
    assert list(state) == ["0.shifted", "0.inner.weight", "0.inner.bias"]
    state["0.shifted"] += 5
    net.load_state_dict(state)
    assert net[0].value.item() == 6


class Counts(nn.Module):
    """Saves a number that is no tensor."""

    seen = 0

    def get_extra_state(self):
        return {"seen": self.seen}

    def set_extra_state(self, state):
        self.seen = state["seen"]


def test_extra_state_is_saved_and_loaded():
    net, other = nn.Sequential(Counts()), nn.Sequential(Counts())
    net[0].seen = 7
    state = net.state_dict()
    assert state == {"0._extra_state": {"seen": 7}}
    other.load_state_dict(state)
    assert other[0].seen == 7
    with pytest.raises(RuntimeError, match=r'Missing key\(s\) in state_dict: "0._extra_state"'):
        net.load_state_dict({})
    with pytest.raises(RuntimeError, match=r'Unexpected key\(s\) in state_dict: "_extra_state"'):
        nn.Tanh().load_state_dict({"_extra_state": 1})


@pytest.mark.parametrize("act", [nn.Tanh().get_extra_state, lambda: nn.Tanh().set_extra_state(1)])
def test_extra_state_is_not_asked_of_a_module_without_it(act):
    with pytest.raises(RuntimeError, match="Reached a code path in Module"):
        act()


def test_hooks_of_state_dict_run_at_every_level():
    log, net = [], nn.Sequential(nn.Linear(1, 1))
    net.register_state_dict_pre_hook(lambda module, prefix, keep_vars: log.append((prefix, "pre")))
    net[0].register_state_dict_post_hook(
        lambda module, state, prefix, metadata: state.pop(prefix + "bias") and None
    )
    net._register_state_dict_hook(lambda module, state, prefix, metadata: {**state, "more": 1})
    assert list(net.state_dict()) == ["0.weight", "more"]
    assert log == [("", "pre")]


def test_a_public_post_hook_returns_nothing():
    layer = nn.Linear(1, 1)

    def hook(*call):
        return {}

    layer.register_state_dict_post_hook(hook)
    with pytest.raises(RuntimeError, match="state_dict post-hook must return None"):
        layer.state_dict()
    with pytest.raises(RuntimeError, match="Cannot register the same function as the state dict"):
        layer._register_state_dict_hook(hook)


def test_hooks_before_loading_may_rename_keys():
    net = nn.Sequential(nn.Linear(1, 1))
    state = {"0.w": minitorch.ones(1, 1), "0.bias": minitorch.zeros(1)}
    log = []

    def rename(module, state_dict, prefix, metadata, strict, missing, unexpected, errors):
        assert module is net[0] and strict and not (missing or unexpected or errors)
        state_dict[prefix + "weight"] = state_dict.pop(prefix + "w")

    handle = net[0].register_load_state_dict_pre_hook(rename)
    net[0]._register_load_state_dict_pre_hook(lambda *call: log.append(call[1]))
    net.load_state_dict(state)
    assert net[0].weight.item() == 1 and log == ["0."] and next(iter(state)) == "0.w"
    handle.remove()
    assert not net[0]._load_state_dict_pre_hooks_with_module
    with pytest.raises(RuntimeError, match="Missing key"):
        net.load_state_dict(state)


def test_hooks_after_loading_may_forgive_keys():
    layer = nn.Linear(1, 1)
    handle = layer.register_load_state_dict_post_hook(lambda module, keys: keys[0].clear())
    assert layer.load_state_dict({}).missing_keys == []
    handle.remove()
    layer.register_load_state_dict_post_hook(lambda module, keys: keys)
    with pytest.raises(AssertionError, match="are not expected to return new values"):
        layer.load_state_dict(layer.state_dict())


def test_a_single_element_fits_a_parameter_without_dimensions():
    module = nn.Module()
    module.scale = nn.Parameter(minitorch.tensor(1.0))
    module.load_state_dict({"scale": minitorch.tensor([3.0])})
    assert module.scale.item() == 3


def test_what_fails_while_copying_is_told_with_the_rest():
    class Stubborn(nn.Parameter):
        def copy_(self, *others):
            raise ValueError("not me")

    module = nn.Module()
    module.p = Stubborn(minitorch.ones(2))
    with pytest.raises(RuntimeError) as error:
        module.load_state_dict({"p": minitorch.zeros(2)})
    assert str(error.value).split("\n\t")[1] == (
        'While copying the parameter named "p", whose dimensions in the model are torch.Size([2]) '
        "and whose dimensions in the checkpoint are torch.Size([2]), an exception occurred : "
        "('not me',)."
    )


def test_loading_leaves_no_circles_behind():
    net = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    state = copy.deepcopy(net).state_dict()
    gc.collect()
    net.load_state_dict(state)
    assert gc.collect() == 0


def test_a_submodule_is_set_by_its_path():
    net = nn.Sequential(nn.Sequential(nn.Tanh()))
    net.set_submodule("0.0", nn.ReLU())
    net.set_submodule("more", nn.Tanh())
    assert repr(net[0][0]) == "ReLU()" and repr(net.more) == "Tanh()"
    for kind, text, act in (
        (ValueError, "Cannot set the submodule without", lambda: net.set_submodule("", net)),
        (ValueError, "`module` is not an nn.Module, found", lambda: net.set_submodule("0", 1)),
        (AttributeError, "has no attribute `x`", lambda: net.set_submodule("x.y", nn.Tanh())),
        (
            AttributeError,
            "has no attribute `x`",
            lambda: net.set_submodule("x", nn.Tanh(), strict=True),
        ),
        (
            AttributeError,
            "`training` is not an nn.Module",
            lambda: net.set_submodule("training", nn.Tanh()),
        ),
    ):
        with pytest.raises(kind, match=text):
            act()


# -------------------------------------------------------------------- conversions


def test_type_and_to_empty_convert_everything():
    layer = nn.BatchNorm1d(2)
    layer.type(minitorch.float64)
    assert layer.weight.dtype is layer.num_batches_tracked.dtype is minitorch.float64
    layer.to_empty(device="cpu")
    assert layer.weight.shape == (2,) and layer.weight.requires_grad


def test_to_takes_a_memory_format_for_images():
    layer = nn.Conv2d(2, 3, 2).to(memory_format=minitorch.channels_last)
    assert layer.weight.stride() == (8, 1, 4, 2) and layer.bias.stride() == (1,)


def test_bfloat16_is_refused():
    with pytest.raises(NotImplementedError, match=r"take \.half\(\) or \.float\(\)"):
        nn.Linear(1, 1).bfloat16()


def test_compile_leaves_a_module_as_it_is():
    layer = nn.Linear(1, 1)
    assert layer.compile(mode="default") is None and layer(minitorch.ones(1, 1)).shape == (1, 1)


def test_shared_memory_holds_the_parameters():
    layer = nn.Linear(2, 2)
    before = layer.weight.tolist()
    assert layer.share_memory() is layer
    assert layer.weight.is_shared() and layer.weight.tolist() == before


@pytest.mark.parametrize(
    "text, act",
    [
        ("__init__() takes 1 positional argument but 2 were given", lambda: nn.Module(1)),
        ("__init__() got an unexpected keyword argument 'a'", lambda: nn.Module(a=1)),
    ],
)
def test_module_takes_no_arguments(text, act):
    with pytest.raises(TypeError) as error:
        act()
    assert text in str(error.value)


def test_the_next_class_in_line_is_initialised_where_asked_for():
    class Other:
        def __init__(self, a):
            self.a = a

    class Both(nn.Module, Other):
        call_super_init = True

    assert Both(3).a == 3


def test_a_module_takes_the_state_of_a_pickle_of_pytorch():
    layer, source = nn.Linear.__new__(nn.Linear), nn.Linear(2, 1)
    layer.__setstate__(
        {
            "training": False,
            "_parameters": {"weight": source.weight, "bias": None},
            "_buffers": {"count": minitorch.zeros(1)},
            "_non_persistent_buffers_set": set(),
            "_modules": {"inner": nn.Tanh()},
            "in_features": 2,
            "out_features": 1,
        }
    )
    assert repr(layer).startswith("Linear(\n  in_features=2, out_features=1, bias=False")
    assert list(layer.state_dict()) == ["weight", "count"] and not layer.training
    assert layer(minitorch.zeros(1, 2)).item() == 0 and layer.weight is source.weight


# -------------------------------------------------------------------- names that nearly fit


def wrong_names(model, change):
    """What the error says after PyTorch's own lines when all names are changed."""
    renamed = {change(name): value for name, value in model.state_dict().items()}
    with pytest.raises(RuntimeError, match="Missing key") as info:
        model.load_state_dict(renamed)
    return str(info.value).splitlines()[3:]


def test_a_prefix_that_all_names_have_is_named_with_its_remedy():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    assert wrong_names(model, lambda name: f"module.{name}") == [
        '  all names in the state_dict begin with "module.": load',
        '  {key.removeprefix("module."): value for key, value in state_dict.items()}',
    ]


def test_a_prefix_is_named_where_other_names_are_wrong_too():
    layer, state = nn.Linear(2, 2), {"net.weight": minitorch.zeros(2, 2), "net.bias": 1, "epoch": 3}
    with pytest.raises(
        RuntimeError, match=r'most names in the state_dict begin with "net\.": load'
    ):
        layer.load_state_dict(state)
    del state["net.bias"], state["epoch"]
    with pytest.raises(RuntimeError, match=r'all names in the state_dict begin with "net\.": load'):
        layer.load_state_dict(state)


def test_a_prefix_that_all_names_lack_is_named_with_its_remedy():
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2)))
    assert wrong_names(model, lambda name: name.removeprefix("0.")) == [
        '  the names in the state_dict lack "0." at their start: load',
        '  {"0." + key: value for key, value in state_dict.items()}',
    ]


def test_a_name_that_is_nearly_the_same_is_named():
    model = nn.Sequential(nn.Linear(2, 2))
    assert wrong_names(model, lambda name: name.replace("weight", "weigths")) == [
        '  "0.weight" may be "0.weigths" in the state_dict'
    ]


def test_names_that_are_nothing_alike_get_no_hint():
    assert wrong_names(nn.Sequential(nn.Linear(2, 2)), lambda name: name[2:] * 9) == []
