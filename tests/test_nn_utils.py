"""nn.utils: gradients clipped, parameters as one vector."""

import math
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import nn, tensor
from minitorch.nn import utils


def parameters():
    """Two parameters with the gradients (3, 0) and (4,), and one without."""
    a, b = nn.Parameter(tensor([1.0, 2.0])), nn.Parameter(tensor([3.0]))
    a.grad, b.grad = tensor([3.0, 0.0]), tensor([-4.0])
    return [a, nn.Parameter(tensor([0.0])), b]


def test_gradients_are_scaled_to_a_norm_over_all():
    a, none, b = parameters()
    first = a.grad
    assert utils.clip_grad_norm_([a, none, b], 1.0).item() == 5
    np.testing.assert_allclose(a.grad.numpy(), [0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(b.grad.numpy(), [-0.8], rtol=1e-5)
    assert a.grad is first and none.grad is None


def test_small_gradients_stay_as_they_are():
    a, _, b = parameters()
    assert utils.clip_grad_norm_(iter([a, b]), 10.0).item() == 5
    assert a.grad.tolist() == [3, 0] and b.grad.tolist() == [-4]


@pytest.mark.parametrize(
    "p, norm", [(1, 7), (2.0, 5), (3, 91 ** (1 / 3)), (math.inf, 4), ("inf", 4)]
)
def test_the_total_norm_is_that_of_all_gradients_together(p, norm):
    gradients = [each.grad for each in parameters() if each.grad is not None]
    assert utils.get_total_norm(gradients, p).item() == pytest.approx(norm)
    assert utils.get_total_norm(gradients[0]).item() == 3
    assert utils.get_total_norm([]).item() == 0


def test_a_norm_that_is_not_finite_can_be_refused():
    a, _, _ = parameters()
    a.grad[0] = math.nan
    with pytest.raises(RuntimeError, match=r"total norm of order 2\.0 .* is non-finite"):
        utils.clip_grad_norm_(a, 1.0, error_if_nonfinite=True)
    assert math.isnan(utils.clip_grad_norm_(a, 1.0).item())


def test_an_empty_generator_is_warned_of():
    with pytest.warns(UserWarning, match="is an empty generator, no gradient clipping will occur"):
        utils.clip_grad_norm_((p for p in ()), 1.0)


def test_gradients_are_clipped_one_by_one():
    a, none, b = parameters()
    utils.clip_grad_value_([a, none, b], 2)
    assert a.grad.tolist() == [2, 0] and b.grad.tolist() == [-2]
    utils.clip_grad_value_(a, 1.0)
    assert a.grad.tolist() == [1, 0]


def test_a_norm_can_be_given():
    a, _, b = parameters()
    utils.clip_grads_with_norm_([a, b], 1.0, tensor(10.0))
    np.testing.assert_allclose(a.grad.numpy(), [0.3, 0], rtol=1e-5)


def test_parameters_as_one_vector_and_back():
    layer = nn.Linear(2, 3)
    vector = utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (9,) and vector.requires_grad
    utils.vector_to_parameters(minitorch.arange(9.0), layer.parameters())
    assert layer.weight.tolist() == [[0, 1], [2, 3], [4, 5]] and layer.bias.tolist() == [6, 7, 8]
    assert isinstance(layer.weight, nn.Parameter) and layer.weight.requires_grad
    with pytest.raises(TypeError, match=r"expected torch\.Tensor, but got: list"):
        utils.vector_to_parameters([1.0], layer.parameters())


@pytest.mark.torch
@pytest.mark.parametrize("p", [1.0, 2.0, 2.5, math.inf])
def test_torch_clips_alike(p):
    torch = pytest.importorskip("torch")
    gradients = [np.random.normal(size=shape).astype("float32") for shape in ((3, 4), (5,))]

    def clipped(library):
        given = [library.nn.Parameter(library.zeros(*g.shape)) for g in gradients]
        for each, g in zip(given, gradients, strict=True):
            each.grad = library.from_numpy(g.copy())
        norm = library.nn.utils.clip_grad_norm_(given, 0.7, p)
        library.nn.utils.clip_grad_value_(given, 0.2)
        return [norm.numpy(), *[each.grad.numpy() for each in given]]

    for ours, theirs in zip(clipped(minitorch), clipped(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_the_norm_of_order_zero_counts():
    assert utils.get_total_norm([tensor([3.0, 0.0]), tensor([2.0])], 0).item() == 2


def test_the_older_name_of_clipping_warns():
    a, _, b = parameters()
    with pytest.warns(FutureWarning, match="clip_grad_norm` is now deprecated in favor of"):
        assert utils.clip_grad_norm([a, b], 1.0, foreach=False).item() == 5
    assert a.grad[0].item() == pytest.approx(0.6)


# -------------------------------------------------------------------- fusion


def normalisation(kind, width):
    bn = kind(width)
    bn.running_mean.copy_(minitorch.arange(1.0, width + 1))
    bn.running_var.copy_(minitorch.arange(2.0, width + 2))
    nn.init.constant_(bn.weight, 0.5)
    nn.init.constant_(bn.bias, 3.0)
    return bn.eval()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind, transpose", [(nn.Conv2d, False), (nn.ConvTranspose2d, True)])
def test_a_convolution_takes_the_normalisation_in(kind, transpose, bias):
    conv, bn = kind(2, 3, 2, bias=bias).eval(), normalisation(nn.BatchNorm2d, 3)
    fused = utils.fuse_conv_bn_eval(conv, bn, transpose)
    x = minitorch.randn(2, 2, 4, 4)
    np.testing.assert_allclose(
        fused(x).detach().numpy(), bn(conv(x)).detach().numpy(), rtol=1e-4, atol=1e-5
    )
    assert type(fused) is kind and fused.weight.requires_grad and fused.weight is not conv.weight


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_takes_the_normalisation_in(bias):
    linear, bn = nn.Linear(2, 3, bias=bias).eval(), normalisation(nn.BatchNorm1d, 3)
    x = minitorch.randn(5, 2)
    fused = utils.fuse_linear_bn_eval(linear, bn)
    np.testing.assert_allclose(
        fused(x).detach().numpy(), bn(linear(x)).detach().numpy(), rtol=1e-4, atol=1e-5
    )


def test_a_normalisation_without_weights_is_taken_in():
    conv = nn.Conv1d(2, 3, 2).eval()
    bn = nn.BatchNorm1d(3, affine=False).eval()
    bn.running_mean += 1
    x = minitorch.randn(2, 2, 4)
    np.testing.assert_allclose(
        utils.fuse_conv_bn_eval(conv, bn)(x).detach().numpy(),
        bn(conv(x)).detach().numpy(),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "text, act",
    [
        ("Fusion only for eval", lambda bn: utils.fuse_conv_bn_eval(nn.Conv2d(1, 3, 1), bn)),
        ("Fusion only for eval", lambda bn: utils.fuse_linear_bn_eval(nn.Linear(1, 3), bn)),
        (
            "To fuse, linear.out_features == bn.num_features or",
            lambda bn: utils.fuse_linear_bn_eval(nn.Linear(1, 4).eval(), bn),
        ),
        (
            "bn.running_mean and bn.running_var must not be None",
            lambda bn: utils.fuse_conv_bn_eval(
                nn.Conv2d(1, 3, 1).eval(), nn.BatchNorm2d(3, track_running_stats=False).eval()
            ),
        ),
        (
            "bn.running_mean and bn.running_var must not be None",
            lambda bn: utils.fuse_linear_bn_eval(
                nn.Linear(1, 3).eval(), nn.BatchNorm1d(3, track_running_stats=False).eval()
            ),
        ),
    ],
)
def test_what_cannot_be_fused_is_refused(text, act):
    with pytest.raises(AssertionError, match=text):
        act(normalisation(nn.BatchNorm1d, 3))


# -------------------------------------------------------------------- making and calling modules


def test_skip_init_makes_a_module():
    layer = utils.skip_init(nn.Linear, 2, 3, dtype=minitorch.float64)
    assert layer.weight.shape == (3, 2) and layer.weight.dtype is minitorch.float64
    with pytest.raises(RuntimeError, match="Expected a Module; got <class 'int'>"):
        utils.skip_init(int)
    with pytest.raises(RuntimeError, match="Module must support a 'device' arg"):
        utils.skip_init(nn.Tanh)


def test_weights_of_convolutions_change_their_order_in_memory():
    net = nn.Sequential(nn.Conv2d(2, 3, 2), nn.Conv3d(2, 3, 2), nn.Linear(2, 2))
    x = minitorch.randn(1, 2, 4, 4)
    before = net[0](x).detach().numpy()
    assert utils.convert_conv2d_weight_memory_format(net, minitorch.channels_last) is net
    assert net[0].weight.stride() == (8, 1, 4, 2) and net[1].weight.is_contiguous()
    utils.convert_conv3d_weight_memory_format(net, minitorch.channels_last_3d)
    assert net[1].weight.stride() == (16, 1, 8, 4, 2)
    np.testing.assert_allclose(net[0](x).detach().numpy(), before, rtol=1e-5)


def test_the_older_functional_call_warns():
    with pytest.warns(FutureWarning, match=r"`torch\.nn\.utils\.stateless\.functional_call` is"):
        y = utils.stateless.functional_call(
            nn.Linear(2, 1, bias=False), {"weight": minitorch.ones(1, 2)}, minitorch.ones(1, 2)
        )
    assert y.item() == 2


def test_data_parallel_over_two_gpus_is_the_cpu_without_one_and_else_refused(monkeypatch):
    parallel = nn.parallel.data_parallel.__globals__  # the module, whose name the function has
    monkeypatch.setitem(parallel, "cuda_device_count", lambda: 0)
    assert nn.DataParallel(nn.Linear(2, 1), device_ids=[0, "cuda:1"]).device_ids == []
    monkeypatch.setitem(parallel, "cuda_device_count", lambda: 2)
    with pytest.raises(NotImplementedError, match="computes on one GPU, but got device_ids="):
        nn.DataParallel(nn.Linear(2, 1), device_ids=[0, "cuda:1"])


def test_data_parallel_calls_its_module():
    layer = nn.Linear(2, 1)
    net = nn.DataParallel(layer, device_ids=[0], dim=0)
    x = minitorch.ones(3, 2)
    assert (net(x) == layer(x)).all() and net.module is layer
    assert list(net.state_dict()) == ["module.weight", "module.bias"]
    assert repr(net).startswith("DataParallel(\n  (module): Linear(")
    assert (nn.parallel.data_parallel(layer, x) == layer(x)).all()
    assert nn.parallel.data_parallel(nn.Identity(), None, module_kwargs={"input": 3}) == 3
    with pytest.raises(
        NotImplementedError, match=r"leave the wrapper out, or use nn\.DataParallel"
    ):
        nn.parallel.DistributedDataParallel(layer)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_gradients_of_convolutions_are_those_of_backward(dims):
    convolve = getattr(nn.functional, f"conv{dims}d")
    x = minitorch.randn(2, 4, *[5] * dims, requires_grad=True)
    w = minitorch.randn(6, 2, *[3] * dims, requires_grad=True)
    options = {"stride": 2, "padding": 1, "groups": 2}
    y = convolve(x, w, **options)
    g = minitorch.randn(y.shape)
    y.backward(g)
    by_input = getattr(nn.grad, f"conv{dims}d_input")(x.shape, w.detach(), g, **options)
    by_weight = getattr(nn.grad, f"conv{dims}d_weight")(x.detach(), w.shape, g, **options)
    np.testing.assert_allclose(by_input.numpy(), x.grad.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(by_weight.numpy(), w.grad.numpy(), rtol=1e-4, atol=1e-5)
    again = getattr(nn.grad, f"conv{dims}d_weight")(x, w.shape, g, **options)
    assert again.requires_grad and by_weight.requires_grad is False


def test_a_layer_with_weight_norm_can_be_pickled():
    with pytest.warns(FutureWarning, match="weight_norm` is deprecated"):
        layer = utils.weight_norm(nn.Linear(2, 3))
    again = pickle.loads(pickle.dumps(layer))
    assert again(minitorch.ones(2)).tolist() == layer(minitorch.ones(2)).tolist()
