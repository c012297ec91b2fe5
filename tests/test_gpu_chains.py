"""What the rules of ops chain, element by element, is one launch on a GPU, there and back."""

from functools import cache

import cupy_rig
import numpy as np
import pytest

import minitorch
from minitorch import nn

F = nn.functional


@pytest.fixture
def rig(cupy):
    if cupy_rig.there_is_a_gpu():
        pytest.skip("only the rig counts")
    yield cupy
    cupy_rig.check()


def tanh_gelu(x):
    return F.gelu(x, approximate="tanh")


ACTIVATIONS = [
    F.celu, F.elu, F.gelu, tanh_gelu, F.hardshrink, F.hardsigmoid, F.hardswish, F.hardtanh,
    F.leaky_relu, F.logsigmoid, F.mish, F.relu, F.relu6, F.selu, F.sigmoid, F.silu, F.softplus,
    F.softshrink, F.tanh,
]  # fmt: skip
LOSSES = [
    F.binary_cross_entropy_with_logits, F.huber_loss, F.l1_loss, F.mse_loss, F.smooth_l1_loss,
]  # fmt: skip
NEAR = {"float16": 2e-2, "float32": 2e-5, "float64": 1e-11}


def made(f, device, dtype):
    """The value of f, its gradient and, where there is one, the gradient of that."""
    values = np.random.default_rng(0).normal(size=(7, 9)) * 3
    values[0, :4] = 0, 0.5, -0.5, 6
    x = minitorch.tensor(values, dtype=getattr(minitorch, dtype), device=device).requires_grad_()
    y = f(x)
    (g,) = minitorch.autograd.grad(y.sum(), x, create_graph=True)
    found = [y, g]
    if g.requires_grad:
        found += minitorch.autograd.grad((g * g).sum(), x)
    return found


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("f", ACTIVATIONS)
def test_an_activation_and_its_gradients_are_those_of_the_cpu(cupy, f, dtype):
    for ours, wanted in zip(*(made(f, where, dtype) for where in ("cuda", "cpu")), strict=True):
        assert ours.dtype is wanted.dtype
        np.testing.assert_allclose(ours.tolist(), wanted.tolist(), NEAR[dtype], NEAR[dtype])


@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("f", LOSSES)
def test_a_loss_and_its_gradients_are_those_of_the_cpu(cupy, f, reduction):
    def of_target(x):
        return f(x, (x.detach() * 0.7).sigmoid(), reduction=reduction)

    for ours, wanted in zip(
        *(made(of_target, where, "float32") for where in ("cuda", "cpu")), strict=True
    ):
        np.testing.assert_allclose(ours.tolist(), wanted.tolist(), 2e-5, 2e-5)


def launches(f, *tensors):
    """How many f takes, and its gradients, at the second call."""
    for _ in range(2):
        before = cupy_rig.counts["launches"]
        y = f(*tensors)
        there = cupy_rig.counts["launches"] - before
        g = minitorch.ones_like(y)
        before = cupy_rig.counts["launches"]
        y.backward(g)
        back = cupy_rig.counts["launches"] - before
        for x in tensors:
            x.grad = None
    return there, back


@pytest.mark.parametrize("dtype", [minitorch.float16, minitorch.float32], ids=str)
@pytest.mark.parametrize("f", ACTIVATIONS)
def test_an_activation_is_one_launch_and_its_gradient_another(rig, f, dtype):
    assert launches(f, minitorch.randn(4, 6).to(dtype).requires_grad_()) == (1, 1)


@pytest.mark.parametrize("f", LOSSES)
def test_a_loss_is_a_launch_for_its_terms_two_for_their_mean_and_one_back(rig, f):
    target = minitorch.rand(4, 6)
    assert launches(lambda x: f(x, target), minitorch.randn(4, 6).requires_grad_()) == (3, 1)


@cache
def classes():
    return minitorch.arange(4)


@cache
def bags():
    return minitorch.arange(4).reshape(2, 2)


def sampled(mode):
    return lambda x, grid: F.grid_sample(x, grid, mode, align_corners=False)


def spelled(x):
    return F.ctc_loss(x.log_softmax(2), bags(), (7, 6), (2, 1))


LAYERS = {  # what: shapes of what it is given, its launches there and back
    "linear": (F.linear, [(4, 6), (3, 6), (3,)], 2, 3),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (6,), w, b), [(4, 6), (6,), (6,)], 1, 2),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
                   [(4, 3, 5), (3,), (3,)], 1, 1),
    "batch_norm in eval": (lambda x, m, v, w, b: F.batch_norm(x, m.detach(), v.detach() ** 2, w, b),
                           [(4, 3, 5), (3,), (3,), (3,), (3,)], 2, 6),
    "group_norm": (lambda x, w, b: F.group_norm(x, 2, w, b), [(2, 4, 5), (4,), (4,)], 2, 5),
    "instance_norm": (lambda x: F.instance_norm(x), [(2, 4, 5)], 1, 1),
    "adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, 3), [(2, 3, 7, 7)], 5, 1),
    "clamp": (lambda x: x.clamp(-1, 1), [(4, 6)], 1, 1),
    "pow": (lambda x: x**2.5, [(4, 6)], 1, 1),
    "dropout": (F.dropout, [(4, 6)], 2, 1),
    "softmax": (lambda x: F.softmax(x, -1), [(4, 6)], 1, 1),
    "cross_entropy": (lambda x: F.cross_entropy(x, classes()), [(4, 6)], 2, 1),
    "cross_entropy, smoothed": (
        lambda x: F.cross_entropy(x, classes(), label_smoothing=0.1), [(4, 6)], 3, 1),
    "grid_sample": (sampled("bilinear"), [(2, 3, 5, 6), (2, 3, 3, 2)], 36, 18),
    "grid_sample, bicubic": (sampled("bicubic"), [(2, 3, 5, 6), (2, 3, 3, 2)], 44, 22),
    "ctc_loss": (spelled, [(7, 2, 4)], 18, 13),
    "rms_norm": (lambda x, w: F.rms_norm(x, (6,), w), [(4, 6), (6,)], 1, 3),
    "embedding": (lambda w: F.embedding(classes(), w), [(5, 2)], 1, 1),
    "embedding_bag": (lambda w: F.embedding_bag(bags(), w), [(5, 2)], 3, 2),
    "gather": (lambda x: x.gather(1, bags()), [(2, 5)], 1, 1),
    "max": (lambda x: x.max(1).values, [(4, 6)], 2, 1),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), [(2, 3, 4, 4)], 1, 1),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), [(2, 3, 4, 4)], 2, 2),
    "conv2d": (F.conv2d, [(2, 3, 8, 8), (4, 3, 3, 3), (4,)], 3, 7),
    "attention": (F.scaled_dot_product_attention, [(2, 4, 3), (2, 5, 3), (2, 5, 3)], 3, 5),
}  # fmt: skip


@pytest.mark.parametrize("what", LAYERS)
def test_what_a_step_is_made_of_takes_no_more_launches_than_it_did(rig, what):
    f, shapes, there, back = LAYERS[what]
    tensors = [minitorch.randn(*shape).requires_grad_() for shape in shapes]
    with minitorch.no_grad():
        f(*tensors)  # what is kept from the first call
    made = launches(f, *tensors)
    assert made[0] <= there and made[1] <= back


def test_what_was_written_to_after_an_activation_read_it_is_refused(cupy):
    h = minitorch.randn(3).requires_grad_() * 1
    y = F.gelu(h)
    h.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_what_an_activation_kept_is_shown(cupy):
    x = minitorch.randn(3).requires_grad_()
    F.gelu(x)  # the first call of all may be of rules that are not fused yet
    y = F.gelu(x)
    assert y.grad_fn._saved_self is x
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t * 2, lambda t: t / 2)
    y.sum().backward()
    wanted = minitorch.func.grad(lambda x: F.gelu(x).sum())(x.detach())
    np.testing.assert_allclose(x.grad.tolist(), wanted.tolist(), 1e-6)


def test_what_an_activation_kept_is_freed_by_backward(cupy):
    x = minitorch.randn(3).requires_grad_()
    y = F.mish(x * 1).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_a_sum_within_a_rule_ends_the_chain(cupy):
    from minitorch.backend.cupy_chains import arrays_of, leaf

    x = leaf(cupy.asarray([1.0, 2.0, 3.0], "f"))
    unit = (x - x.mean()) / 2 + 1
    np.testing.assert_allclose(arrays_of(unit).get(), [0.5, 1, 1.5])


def test_another_number_needs_no_other_kernel(cupy):
    from minitorch.backend.cupy_chains import kernel

    x = minitorch.randn(4)
    F.leaky_relu(x, 0.1)
    known = kernel.cache_info().misses
    F.leaky_relu(x, 0.2), F.leaky_relu(x, float("inf"))
    assert kernel.cache_info().misses == known


def test_a_chain_is_computed_before_it_is_too_long(cupy):
    from minitorch.backend.cupy_chains import LONGEST, arrays_of, leaf

    x = y = leaf(cupy.asarray([1.0, 2.0], "f"))
    for _ in range(2 * LONGEST):
        y = y + x
    np.testing.assert_allclose(arrays_of(y).get(), [2 * LONGEST + 1, 4 * LONGEST + 2])


def test_a_rule_that_computes_something_on_the_way_is_fused_all_the_same(cupy):
    from minitorch.backend.cupy_rules import fused_update

    def rule(p, g, state, *, lr):
        m = state["mean"]
        p -= lr * g.mean()
        m[...] = 3.0
        m += p
        p *= m

    p, m = cupy.asarray([1.0, 2.0], "f"), cupy.zeros(2, "f")
    fused_update(rule, p, cupy.asarray([2.0, 4.0], "f"), {"mean": m}, {"lr": 0.5})
    np.testing.assert_allclose(m.get(), [2.5, 3.5])
    np.testing.assert_allclose(p.get(), [-1.25, 1.75])


def test_a_batch_norm_layer_counts_and_averages_in_a_launch_each(rig):
    layer, x = nn.BatchNorm2d(3), minitorch.randn(2, 3, 4, 4).requires_grad_()
    there, _ = launches(layer, x)
    assert there == 3
    assert layer.num_batches_tracked.item() == 2
    other = nn.BatchNorm2d(3).to("cpu")
    for _ in range(2):
        other(x.detach().cpu())
    for ours, wanted in zip(layer.buffers(), other.buffers(), strict=True):
        np.testing.assert_allclose(ours.tolist(), wanted.tolist(), 1e-5)
