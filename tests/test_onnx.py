"""What the exporter reads of a model, and what it refuses; no test here needs the package onnx."""

import importlib.util
import inspect
import sys
from pathlib import Path

import pytest

import minitorch as torch
from minitorch import nn
from minitorch.autograd.op import OPS
from minitorch.nn import functional as F
from minitorch.onnx.exporter import RULES
from minitorch.onnx.graph import LAST
from minitorch.onnx.reading import read
from minitorch.onnx.shapes import in_full
from minitorch.onnx.sizes import Symbol, solve

DOCS = Path(__file__).parents[1] / "docs"


class Net(nn.Module):
    """A model that computes `function(model, *tensors)`."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *tensors):
        return self.function(self, *tensors)


def program(function, *tensors, dynamic=(0,), **parts):
    """What is read of a function; all its inputs have the dynamic axes n0, n1 ... of these."""
    names = [f"x{at}" for at in range(len(tensors))]
    axes = {name: {axis: f"n{axis}" for axis in dynamic} for name in names}
    return read(Net(function, **parts), tensors, {}, names, axes)


def ops(function, *tensors, **options):
    return [step.op.name for step in program(function, *tensors, **options).steps]


# -------------------------------------------------------------------- the program


def test_the_steps_are_the_ops_in_order():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    found = read(model, torch.randn(5, 4), {}, None, {})
    assert [step.op.name for step in found.steps] == ["linear", "relu", "linear"]
    assert found.steps[0].module == "0 (Linear)"
    assert [value.name for value in found.inputs] == ["input"]
    assert found.steps[0].inputs[1].name == "0.weight"


def test_what_does_not_depend_on_the_inputs_is_computed_beforehand():
    found = program(lambda model, x: x * (model.w.exp() + 1), torch.ones(5, 3), w=torch.ones(3))
    assert [step.op.name for step in found.steps] == ["mul"]
    assert found.steps[0].inputs[1].array.tolist() == pytest.approx([3.7182817] * 3)


def test_ops_without_effect_on_the_outputs_are_left_out():
    def function(model, x):
        x.svd()
        return x.exp()

    assert ops(function, torch.randn(3, 3)) == ["exp"]


def test_a_detached_tensor_is_followed():
    assert ops(lambda model, x: x.exp().detach().data.tanh(), torch.ones(3)) == ["exp", "tanh"]


def test_an_index_that_an_op_takes_as_a_setting_is_an_input():
    table = nn.Embedding(9, 2, padding_idx=0)
    (step,) = program(lambda model, i: model.e(i), torch.tensor([3, 1]), e=table).steps
    assert step.settings["index"].name == "x0"


def test_an_in_place_form_is_its_op():
    def function(model, x):
        y = x + 1
        y.relu_()
        y += x
        y[:, 0] = 0
        return y.exp()

    assert ops(function, torch.randn(3, 2)) == ["add", "relu", "add", "put", "exp"]


def test_a_cast_to_integers_is_an_op():
    assert ops(lambda model, x: (x > 0).long() + x.int(), torch.randn(3)) == [
        "gt", "astype", "astype", "astype", "add",
    ]  # fmt: skip


# -------------------------------------------------------------------- sizes


def test_a_size_that_follows_an_axis_is_a_formula():
    found = program(lambda model, x: torch.cat([x, x, x[:1]]), torch.randn(5, 2))
    size, width = found.outputs[0].shape
    assert ([symbol.name for symbol in size.symbols], size.factor, size.offset) == (["n0"], 2, 1)
    assert width == 2


def test_a_product_of_axes_is_a_formula():
    found = program(lambda model, x: x.reshape(-1), torch.randn(5, 4, 3), dynamic=(0, 1))
    (size,) = found.outputs[0].shape
    assert ([symbol.name for symbol in size.symbols], size.factor) == (["n0", "n1"], 3)


def test_no_run_has_the_size_1_of_the_example():
    found = program(lambda model, x: x.squeeze(), torch.randn(1, 3))
    assert found.symbols[0].sizes == (3, 4, 5)
    assert len(found.outputs[0].shape) == 2


def test_smaller_sizes_are_tried_first_and_others_where_the_model_refuses_those():
    def even(model, x):
        return x.reshape(2, -1)

    assert program(lambda model, x: x, torch.ones(8)).symbols[0].sizes == (8, 7, 4)
    assert program(even, torch.ones(8)).symbols[0].sizes == (8, 16, 24)


@pytest.mark.parametrize("start, step", [(0, 1), (3, 2), (0, -1)])
def test_an_arange_of_a_dynamic_size_counts(start, step):
    def function(model, x):
        return x + torch.arange(start, start + step * len(x), step)

    (add,) = program(function, torch.arange(6)).steps
    assert add.inputs[1].count == (start, step)


def test_a_tensor_of_zeros_of_a_dynamic_size_is_filled():
    (cat,) = program(
        lambda model, x: torch.cat([x, torch.zeros(len(x), 1)], 1), torch.ones(5, 2)
    ).steps
    assert cat.inputs[1].fill == 0


def test_a_size_that_is_used_as_a_number_is_a_formula():
    (div,) = program(lambda model, x: x / x.shape[0], torch.ones(5)).steps
    assert [symbol.name for symbol in div.inputs[1].symbols] == ["n0"]


def test_halves_are_no_formula():
    batch = Symbol("batch", 0, 0, (8, 7, 4))
    assert solve([4, 3, 2], [batch]).symbols == ()
    assert solve([16, 14, 8], [batch]).factor == 2
    assert solve([5, 5, 5], [batch]) == 5


# -------------------------------------------------------------------- refusals

COMPUTED = "computed from the inputs outside of tensors, or drawn at random"
REFUSED = {
    "an item": (lambda model, x: x * x.sum().item(), f"`mul`, called in the model .*{COMPUTED}"),
    "an array": (lambda model, x: x + torch.from_numpy(x.numpy() * 2), COMPUTED),
    "a draw": (lambda model, x: x + torch.rand_like(x), COMPUTED),
    "dropout": (lambda model, x: F.dropout(x), COMPUTED),
    "a branch": (
        lambda model, x: x.exp() if x[0, 0] > x[-1, -1] else x.tanh(),
        "depends on the values of the inputs: `(exp|tanh)` or `(exp|tanh)` differs",
    ),
    "a loop": (
        lambda model, x: torch.stack([row * 2 for row in x]),
        "depends on the sizes of the inputs",
    ),
    "a root": (lambda model, x: x / x.shape[0] ** 0.5, "in no simple way: 1.73.*, 2.0, 2.23"),
    "a write through a view": (
        lambda model, x: (y := x + 1, y.view(-1).mul_(2), y * 1)[-1],
        "memory was written in place and is read through another view of it",
    ),
    "no tensor": (lambda model, x: 3, "the model returns no tensors, but int"),
}


@pytest.mark.parametrize("function, text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_graph_is_refused(function, text):
    with pytest.raises(torch.onnx.OnnxExporterError, match=text):
        program(function, torch.tensor([[3.0, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]]))


def test_a_buffer_that_changes_is_refused_by_name():
    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x):
            self.calls += 1
            return x * self.calls

    with pytest.raises(
        torch.onnx.OnnxExporterError, match=r"writes to 'part\.calls' while it runs"
    ):
        read(Net(lambda model, x: model.part(x), part=Counter()), torch.ones(2), {}, None, {})


def test_an_axis_of_no_other_size_is_refused():
    with pytest.raises(
        torch.onnx.OnnxExporterError, match=r"not on 12 or 18 along the dynamic axis 'n0'"
    ):
        program(lambda model, x: x.view(6), torch.ones(6))


def test_a_model_of_one_batch_alone_is_refused():
    with pytest.raises(torch.onnx.OnnxExporterError, match=r"but not on sizes {'n0': 3}"):
        program(lambda model, x: x.view(1, 3), torch.ones(1, 3))


def test_a_model_that_wants_just_these_values_is_refused():
    lengths = torch.tensor([3, 2])
    x = nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2, 4), lengths)
    with pytest.raises(torch.onnx.OnnxExporterError, match="the example, but not on other values"):
        read(nn.LSTM(4, 3), (x,), {}, None, {})


def test_names_of_arguments_follow_their_order_in_the_call():
    class Named(nn.Module):
        def forward(self, x, *, a, b):
            return x + a - b

    found = read(Named(), torch.ones(1), {"b": torch.ones(1), "a": torch.ones(1)}, None, {})
    assert [value.name for value in found.inputs] == ["x", "b", "a"]


def test_one_name_for_two_sizes_is_refused():
    with pytest.raises(
        ValueError, match="the dynamic axis 'n0' has two sizes in the example: 2 and 3"
    ):
        program(lambda model, x, y: x.sum() + y.sum(), torch.ones(2), torch.ones(3))


def test_too_many_names_are_refused():
    with pytest.raises(
        ValueError, match=r"number of input_names provided \(2\) exceeded number of"
    ):
        read(nn.ReLU(), torch.ones(2), {}, ["a", "b"], {})


def test_without_onnx_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'pip install "minitorch-numpy\[onnx\]"'):
        torch.onnx.export(nn.ReLU(), torch.ones(2))


# -------------------------------------------------------------------- what is left behind


def test_afterwards_all_is_as_before():
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(), nn.BatchNorm1d(3))
    model[1].eval()
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    rules = {name: (call.op.rule, call.__globals__["rule"]) for name, call in OPS.items()}
    called, state = nn.Module.__call__, torch.get_rng_state()
    x = torch.randn(4, 3)
    values = x.clone()
    torch.set_rng_state(state)
    read(model, x, {}, None, {"input": [0]})
    assert rules == {name: (call.op.rule, call.__globals__["rule"]) for name, call in OPS.items()}
    assert all(own is in_scope for own, in_scope in rules.values())
    assert nn.Module.__call__ is called
    assert [module.training for module in model] == [True, False, True]
    assert all(value.equal(kept[name]) for name, value in model.state_dict().items())
    assert x.equal(values)
    assert torch.get_rng_state().equal(state)


def test_a_model_that_fails_leaves_no_trace():
    rule = OPS["exp"].op.rule
    with pytest.raises(ZeroDivisionError):
        program(lambda model, x: x.exp() / (1 // 0), torch.ones(2), dynamic=())
    assert OPS["exp"].op.rule is rule
    assert not torch.onnx.is_in_onnx_export()


def test_a_model_can_ask_whether_it_is_exported():
    seen = []
    program(lambda model, x: seen.append(torch.onnx.is_in_onnx_export()) or x, torch.ones(2))
    assert set(seen) == {True}
    assert not torch.onnx.is_in_onnx_export()


# -------------------------------------------------------------------- the table of rules


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_takes_what_its_op_takes(name):
    o = OPS[name].op
    first, second, *taken = inspect.signature(RULES[name]).parameters
    inputs = 1 if o.variadic else len(o.tensors)
    assert (first, second, len(taken[:inputs])) == ("g", "out", inputs)
    assert tuple(taken[inputs:]) == o.settings


def test_the_table_in_the_docs_is_current():
    place = importlib.util.spec_from_file_location("make", DOCS / "make_onnx_table.py")
    maker = importlib.util.module_from_spec(place)
    place.loader.exec_module(maker)
    assert maker.TABLE.read_text() == maker.table(), "run python docs/make_onnx_table.py"


def test_a_key_is_written_out():
    whole = slice(None)
    assert in_full((0, Ellipsis, None), 3) == (0, whole, whole, None)
    assert in_full((None, 1), 2) == (None, 1, whole)
    assert LAST > 2**62
