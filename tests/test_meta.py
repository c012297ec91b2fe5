"""Device "meta": tensors with a shape and no values."""

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn


def weight():
    return mt.empty(4, 3, device="meta")


def test_a_tensor_without_values_knows_its_shape_dtype_and_device():
    x = weight().double()
    assert (x.shape, x.stride(), x.dtype) == ((4, 3), (3, 1), mt.float64)
    assert x.device == mt.device("meta")
    assert x.is_meta
    assert not mt.ones(1).is_meta
    assert x.data_ptr() == 0


def test_it_prints_without_values():
    assert repr(weight()) == "tensor(..., device='meta', size=(4, 3))"
    long = mt.zeros(2, device="meta", dtype=mt.int64)
    assert repr(long) == "tensor(..., device='meta', size=(2,), dtype=torch.int64)"


MAKING = [
    lambda: mt.ones(2).to("meta"),
    lambda: mt.rand(2, device="meta"),
    lambda: mt.randint(9, (2,), device="meta"),
    lambda: mt.arange(2, device="meta"),
    lambda: mt.zeros_like(mt.ones(2, device="meta")),
    lambda: mt.ones(2, device="meta").clone(),
    lambda: mt.ones(2, device="meta").copy_(mt.ones(2)),
    lambda: mt.ones(2, device="meta").normal_(),
    lambda: mt.ones(2, device="meta") * 2 + 1,
    lambda: 10 ** mt.ones(2, device="meta"),
    lambda: mt.ones(2, 3, device="meta").sum(1),
    lambda: mt.ones(2, 3, device="meta").argmax(1),
    lambda: mt.ones(2, 3, device="meta") @ mt.ones(3, device="meta"),
    lambda: mt.cat([mt.ones(1, device="meta")] * 2),
    lambda: mt.ones(2, 2, device="meta").softmax(-1)[0],
    lambda: mt.linalg.svd(mt.ones(2, 3, device="meta"))[1],
    lambda: nn.functional.dropout(mt.ones(2, device="meta")),
    lambda: nn.functional.interpolate(mt.ones(1, 1, 1, device="meta"), 2)[0, 0],
    lambda: mt.ones(2, 3, device="meta").topk(1)[1][:, 0],
    lambda: mt.einsum("ij,j->i", mt.ones(2, 3, device="meta"), mt.ones(3, device="meta")),
    lambda: nn.Linear(3, 2, device="meta")(mt.ones(1, 3, device="meta"))[0],
]


@pytest.mark.parametrize("make", MAKING)
def test_what_is_made_of_it_has_a_shape_and_no_values(make):
    y = make()
    assert y.is_meta
    assert y.shape == (2,)


READING = [
    (lambda x: x.cpu(), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda x: mt.zeros(4, 3).copy_(x), NotImplementedError, "Cannot copy out of meta tensor"),
    (lambda x: x.tolist(), NotImplementedError, "Cannot copy out of meta tensor; no data!"),
    (lambda x: x.numpy(), TypeError, "can't convert meta device type tensor to numpy"),
    (lambda x: np.asarray(x), TypeError, "can't convert meta device type tensor to numpy"),
    (lambda x: x[0, 0].item(), RuntimeError, r"Tensor.item\(\) cannot be called on meta tensors"),
    (lambda x: bool(x[0, 0]), RuntimeError, r"Tensor.item\(\) cannot be called on meta tensors"),
    (lambda x: x.nonzero(), NotImplementedError, "the shape depends on its values"),
    (lambda x: x.add_(mt.ones(5, device="meta")), RuntimeError, r"size of tensor b \(5\)"),
    (lambda x: x + mt.ones(3), RuntimeError, "at least two devices, meta, cpu"),
    (lambda x: mt.Generator(x.device), RuntimeError, "META device type not an accelerator."),
]


@pytest.mark.parametrize(("read", "kind", "match"), READING)
def test_reading_values_that_are_not_there_is_refused(read, kind, match):
    with pytest.raises(kind, match=match):
        read(weight())


def test_draws_there_leave_the_generator_where_it_is():
    before = mt.get_rng_state()
    nn.Linear(3, 3, device="meta")
    assert mt.equal(before, mt.get_rng_state())


def test_a_model_is_made_there_and_gets_its_values_from_a_state_dict():
    with mt.device("meta"):
        model = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.LSTM(4, 4), nn.Embedding(3, 2)
        )
    assert {t.device.type for t in model.state_dict().values()} == {"meta"}
    loaded = {key: mt.ones(t.shape, dtype=t.dtype) for key, t in model.state_dict().items()}
    model.load_state_dict(loaded, assign=True)
    assert {t.device for t in model.state_dict().values()} == {mt.ones(1).device}
    assert model[3].weight.tolist() == [[1, 1]] * 3
    assert isinstance(model[3].weight, nn.Parameter)


def test_loading_into_it_without_assign_warns_that_nothing_happens():
    layer = nn.Linear(1, 1, bias=False, device="meta")
    with pytest.warns(UserWarning, match="for weight: copying from a non-meta parameter"):
        layer.load_state_dict({"weight": mt.ones(1, 1)})
    assert layer.weight.is_meta


def test_to_empty_gives_it_memory_and_to_is_refused():
    layer = nn.Linear(2, 2, device="meta")
    with pytest.raises(NotImplementedError, match=r"Please use torch.nn.Module.to_empty"):
        layer.to("cpu")
    assert layer.double().weight.dtype is mt.float64
    layer.to_empty(device="cpu").reset_parameters()
    assert layer.weight.abs().max() < 1


def test_a_backward_pass_finds_the_shapes_of_gradients():
    x = mt.ones(3, 4, device="meta", requires_grad=True)
    (nn.functional.layer_norm(x, (4,)) * 2).sum().backward()
    assert (x.grad.device.type, x.grad.shape) == ("meta", (3, 4))


def test_a_checkpoint_is_read_as_shapes_alone(tmp_path):
    mt.save({"w": mt.ones(2, 3)}, tmp_path / "c.pt")
    assert mt.load(tmp_path / "c.pt", map_location="meta")["w"].shape == (2, 3)
    assert mt.load(tmp_path / "c.pt", map_location="meta")["w"].is_meta


@pytest.mark.torch
@pytest.mark.parametrize("make", MAKING)
def test_shapes_are_those_of_pytorch(make, monkeypatch):
    torch = pytest.importorskip("torch")
    ours = make()
    monkeypatch.setitem(make.__globals__, "mt", torch)
    monkeypatch.setitem(make.__globals__, "nn", torch.nn)
    theirs = make()
    assert (str(theirs.dtype), tuple(theirs.shape)) == (str(ours.dtype), tuple(ours.shape))
