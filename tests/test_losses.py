"""Losses: by hand, and against PyTorch in value, gradient and refusal."""

import itertools
import math
import warnings

import numpy as np
import pytest
from against_torch import compare
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import losses, nn, tensor

REDUCTIONS = ("mean", "sum", "none")


def test_mse_by_hand():
    x = tensor([1.0, 2.0, 5.0], requires_grad=True)
    target = tensor([1.0, 4.0, 4.0])
    assert F.mse_loss(x, target, reduction="none").tolist() == [0, 4, 1]
    assert F.mse_loss(x, target, reduction="sum").item() == 5
    F.mse_loss(x, target).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.array([0, -4, 2]) / 3, rtol=1e-6)


def test_l1_and_huber_by_hand():
    x, target = tensor([0.0, 3.0]), tensor([0.5, 0.0])
    assert F.l1_loss(x, target).item() == 1.75
    assert F.huber_loss(x, target, reduction="none").tolist() == [0.125, 2.5]
    assert F.smooth_l1_loss(x, target, reduction="none", beta=2.0).tolist() == [0.0625, 2.0]
    assert F.smooth_l1_loss(x, target, beta=0.0).item() == 1.75


def test_bce_by_hand():
    p = tensor([0.25, 0.5], requires_grad=True)
    loss = F.binary_cross_entropy(p, tensor([1.0, 0.0]))
    assert loss.item() == pytest.approx((math.log(4) + math.log(2)) / 2)
    loss.backward()
    np.testing.assert_allclose(p.grad.numpy(), [-2, 1], rtol=1e-6)


def test_bce_counts_no_logarithm_below_minus_100():
    p = tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = F.binary_cross_entropy(p, tensor([1.0, 0.0, 0.0, 1.0]), reduction="none")
    assert loss.tolist() == [100, 100, 0, 0]
    loss.sum().backward()
    assert np.isfinite(p.grad.numpy()).all()


def test_bce_with_logits_is_exact_far_out():
    x = tensor([-200.0, 200.0, 90.0], requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, tensor([0.0, 1.0, 0.0]), reduction="none")
    np.testing.assert_allclose(loss.detach().numpy(), [0, 0, 90], atol=1e-30)
    loss.sum().backward()
    assert x.grad.tolist() == [0, 0, 1]


def test_cross_entropy_by_hand():
    x = tensor([[0.0, math.log(3)], [0.0, 0.0]], requires_grad=True)
    loss = F.cross_entropy(x, tensor([1, 0]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    loss.backward()
    np.testing.assert_allclose(x.grad.numpy(), [[0.125, -0.125], [-0.25, 0.25]], rtol=1e-6)


def test_cross_entropy_does_not_overflow():
    x = tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = F.cross_entropy(x, tensor([1]))
    loss.backward()
    assert loss.item() == 2000 and x.grad.tolist() == [[1, -1]]


def test_ignored_targets_do_not_count():
    x = minitorch.randn(4, 3, requires_grad=True)
    target = tensor([0, -100, 2, -100])
    loss = F.cross_entropy(x, target)
    assert loss.item() == pytest.approx(F.cross_entropy(x[::2], target[::2]).item())
    loss.backward()
    assert (x.grad[1::2] == 0).all() and (x.grad[::2] != 0).all()
    zero = F.cross_entropy(x, tensor([0, 1, 2, 0]), ignore_index=0)
    assert zero.item() == pytest.approx(F.cross_entropy(x[1:3], tensor([1, 2])).item())


def test_what_is_ignored_may_be_infinite():
    x = tensor([[-math.inf, 0.0], [0.0, 0.0]])
    loss = F.cross_entropy(x, tensor([-100, 1]), reduction="none")
    np.testing.assert_allclose(loss.numpy(), [0, math.log(2)], rtol=1e-6)


def test_a_mean_over_nothing_is_nan_but_spoils_no_gradient():
    x = minitorch.randn(2, 3, requires_grad=True)
    loss = F.cross_entropy(x, tensor([-100, -100]))
    assert math.isnan(loss.item())
    loss.backward()
    assert (x.grad == 0).all()
    assert math.isnan(F.mse_loss(minitorch.ones(0), minitorch.ones(0)).item())
    assert math.isnan(F.cross_entropy(minitorch.ones(0, 3), tensor([]).long()).item())
    assert math.isnan(F.binary_cross_entropy(minitorch.ones(0), minitorch.ones(0)).item())


def test_losses_are_modules_and_nn_offers_them():
    binary = ["BCELoss", "BCEWithLogitsLoss"]
    of_classes = ["NLLLoss", "CrossEntropyLoss"]
    for name in ["L1Loss", "MSELoss", "HuberLoss", "SmoothL1Loss", *binary, *of_classes]:
        assert getattr(nn, name) is getattr(losses, name)
        assert repr(getattr(nn, name)()) == f"{name}()"
        assert not getattr(nn, name)().state_dict()
    x, y = minitorch.rand(3, 4), minitorch.rand(3, 4)
    assert nn.L1Loss(reduction="sum")(x, y).item() == F.l1_loss(x, y, reduction="sum").item()
    assert nn.MSELoss()(x, y).item() == F.mse_loss(x, y).item()
    assert nn.HuberLoss("sum", 0.1)(x, y).item() == F.huber_loss(x, y, "sum", 0.1).item()
    assert nn.SmoothL1Loss(beta=0.1)(x, y).item() == F.smooth_l1_loss(x, y, beta=0.1).item()
    assert nn.BCELoss()(x, y).item() == F.binary_cross_entropy(x, y).item()


def test_weights_are_buffers_of_the_loss():
    weight = tensor([1.0, 2.0, 3.0])
    loss = nn.CrossEntropyLoss(weight, label_smoothing=0.1)
    assert list(loss.state_dict()) == ["weight"]
    assert loss.double().weight.dtype is minitorch.float64
    x, target = minitorch.randn(5, 3), tensor([0, 1, 2, 2, 1])
    wanted = F.cross_entropy(x, target, weight, label_smoothing=0.1)
    assert loss.float()(x, target).item() == wanted.item()
    logits = nn.BCEWithLogitsLoss(pos_weight=weight)
    assert list(logits.state_dict()) == ["pos_weight"]
    y = minitorch.rand(5, 3)
    wanted = F.binary_cross_entropy_with_logits(x, y, pos_weight=weight)
    assert logits(x, y).item() == wanted.item()
    rows = minitorch.log_softmax(x, 1)
    wanted = F.nll_loss(rows, target, weight, ignore_index=2)
    assert nn.NLLLoss(weight, ignore_index=2)(rows, target).item() == wanted.item()


@pytest.mark.parametrize("name", ["weight", "pos_weight"])
def test_weights_of_binary_losses_are_constants(name):
    weight = minitorch.ones(2, requires_grad=True)
    x = minitorch.zeros(2)
    loss = F.binary_cross_entropy_with_logits(x, x, **{name: weight})
    with pytest.raises(RuntimeError, match=f"not differentiable with respect to argument '{name}'"):
        loss.backward()


@pytest.mark.parametrize(
    "old, reduction",
    [
        ({"size_average": True}, "mean"),
        ({"size_average": False}, "sum"),
        ({"reduce": True}, "mean"),
        ({"reduce": False}, "none"),
        ({"size_average": True, "reduce": False}, "none"),
    ],
)
def test_the_older_words_for_a_reduction_warn_and_hold(old, reduction):
    x, y = minitorch.rand(2, 3), minitorch.rand(2, 3)
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.binary_cross_entropy, F.kl_div):
        with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead"):
            found = loss(x, y, **old)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that of kl_div, of the mean
            wanted = loss(x, y, reduction=reduction)
        assert found.tolist() == wanted.tolist()


def test_a_weighted_mean_is_over_the_weights_but_for_huber():
    x, y = tensor([1.0, 2.0]), tensor([0.0, 0.0])
    weight = tensor([1.0, 3.0])
    assert F.mse_loss(x, y, weight=weight).item() == 13 / 4
    assert F.l1_loss(x, y, weight=weight).item() == 7 / 4
    assert F.huber_loss(x, y, weight=weight).item() == (0.5 + 3 * 1.5) / 2


def test_soft_margin_loss_does_not_overflow():
    x = tensor([-1000.0, 1000.0, 0.0], requires_grad=True)
    loss = F.soft_margin_loss(x, minitorch.ones(3), reduction="none")
    np.testing.assert_allclose(loss.detach().numpy(), [1000, 0, math.log(2)], rtol=1e-6)
    loss.sum().backward()
    assert x.grad.tolist() == [-1, 0, -0.5]


def test_a_target_without_probability_adds_nothing_to_kl_div():
    x = tensor([-1.0, -2.0], requires_grad=True)
    loss = F.kl_div(x, tensor([0.0, 1.0]), reduction="none")
    assert loss.tolist() == [0, 2]
    loss.sum().backward()
    assert x.grad.tolist() == [0, -1]


# -------------------------------------------------------------------- rows of labels


def test_ctc_loss_by_hand():
    half = minitorch.full((2, 1, 2), math.log(0.5), requires_grad=True)
    loss = F.ctc_loss(half, tensor([[1]]), (2,), (1,), reduction="sum")
    assert loss.item() == pytest.approx(-math.log(3 / 4))  # -1, 1-, 11
    loss.backward()
    assert half.grad.sum().item() == pytest.approx(0, abs=1e-6)


def test_ctc_loss_of_what_cannot_be_spelled_is_infinite_or_zero():
    x = minitorch.zeros(2, 1, 3).log_softmax(2).requires_grad_()
    assert F.ctc_loss(x, tensor([[1, 1]]), (2,), (2,)).item() == math.inf
    loss = F.ctc_loss(x, tensor([[1, 1]]), (2,), (2,), zero_infinity=True)
    loss.backward()
    assert loss.item() == 0 and (x.grad == 0).all()


def test_ctc_loss_takes_targets_in_one_row_and_inputs_without_a_batch():
    x = minitorch.randn(6, 2, 4).log_softmax(2)
    apart = tensor([[1, 2, 3], [2, 1, 0]])
    wanted = F.ctc_loss(x, apart, tensor([6, 5]), tensor([3, 2]), reduction="none")
    joined = F.ctc_loss(x, tensor([1, 2, 3, 2, 1]), (6, 5), (3, 2), reduction="none")
    alone = F.ctc_loss(x[:, 0], apart[0], tensor(6), tensor(3), reduction="none")
    assert joined.tolist() == wanted.tolist()
    assert alone.shape == () and alone.item() == pytest.approx(wanted[0].item())


# -------------------------------------------------------------------- refusals


def floats(*shape):
    return minitorch.full(shape, 0.5)


REFUSED = [
    (
        IndexError,
        "Target 5 is out of bounds.",
        lambda: F.cross_entropy(floats(2, 3), tensor([0, 5])),
    ),
    (IndexError, "Target -1 is out of bounds.", lambda: F.nll_loss(floats(1, 3), tensor([-1]))),
    (
        ValueError,
        "Expected input batch_size (3) to match target batch_size (2).",
        lambda: F.cross_entropy(floats(3, 4), tensor([0, 1])),
    ),
    (
        RuntimeError,
        "Expected target size [3, 2], got [3]",
        lambda: F.cross_entropy(floats(3, 4, 2), tensor([0, 1, 2])),
    ),
    (
        RuntimeError,
        "0D or 1D target tensor expected, multi-target not supported",
        lambda: F.nll_loss(floats(3, 4), tensor([[0], [1], [2]])),
    ),
    (
        ValueError,
        "Expected 1 or more dimensions (got 0)",
        lambda: F.nll_loss(tensor(0.5), tensor([0])),
    ),
    (
        RuntimeError,
        "expected target dtype to be Long or Byte",
        lambda: F.cross_entropy(floats(2, 3), tensor([0.0, 1.0])),
    ),
    (
        RuntimeError,
        "Expected floating point type for target with class probabilities, got ",
        lambda: F.cross_entropy(floats(2, 2), tensor([[0, 1], [1, 0]])),
    ),
    (
        RuntimeError,
        "label_smoothing must be between 0.0 and 1.0. Got: 1.5",
        lambda: F.cross_entropy(floats(2, 3), tensor([0, 1]), label_smoothing=1.5),
    ),
    (
        ValueError,
        "avg is not a valid value for reduction",
        lambda: F.cross_entropy(floats(2, 3), tensor([0, 1]), reduction="avg"),
    ),
    (
        ValueError,
        "avg is not a valid value for reduction",
        lambda: F.mse_loss(floats(2), floats(2), reduction="avg"),
    ),
    (
        RuntimeError,
        "weight tensor should be defined either for all 4 classes or no classes but got weight "
        "tensor of shape: [3]",
        lambda: F.cross_entropy(floats(3, 4), tensor([0, 1, 1]), weight=floats(3)),
    ),
    (
        RuntimeError,
        "expected scalar type",
        lambda: F.cross_entropy(floats(2, 3), tensor([0, 1]), weight=floats(3).double()),
    ),
    (
        RuntimeError,
        "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'.",
        lambda: F.nll_loss(floats(2, 3), tensor([0, 1]), floats(3).requires_grad_()),
    ),
    (
        RuntimeError,
        "ignore_index is not supported for floating point target",
        lambda: F.cross_entropy(floats(2, 3), floats(2, 3), ignore_index=1),
    ),
    (
        RuntimeError,
        "all elements of input should be between 0 and 1",
        lambda: F.binary_cross_entropy(tensor([1.5]), tensor([1.0])),
    ),
    (
        RuntimeError,
        "all elements of input should be between 0 and 1",
        lambda: F.binary_cross_entropy(tensor([math.nan]), tensor([1.0]), reduction="none"),
    ),
    (
        RuntimeError,
        "all elements of target should be between 0 and 1",
        lambda: F.binary_cross_entropy(floats(1), tensor([2.0])),
    ),
    (
        RuntimeError,
        "Found dtype ",
        lambda: F.binary_cross_entropy(floats(1), tensor([1])),
    ),
    (
        ValueError,
        "Using a target size (torch.Size([1, 1])) that is different to the input size "
        "(torch.Size([1])) is deprecated. Please ensure they have the same size.",
        lambda: F.binary_cross_entropy(floats(1), floats(1, 1)),
    ),
    (
        ValueError,
        "Target size (torch.Size([1, 1])) must be the same as input size (torch.Size([1]))",
        lambda: F.binary_cross_entropy_with_logits(floats(1), floats(1, 1)),
    ),
    (
        RuntimeError,
        "can't be cast to the desired output type",
        lambda: F.binary_cross_entropy_with_logits(floats(1), tensor([1])),
    ),
    (
        RuntimeError,
        "huber_loss does not support non-positive values for delta.",
        lambda: F.huber_loss(floats(1), floats(1), delta=0.0),
    ),
    (
        RuntimeError,
        "smooth_l1_loss does not support negative values for beta.",
        lambda: F.smooth_l1_loss(floats(1), floats(1), beta=-1.0),
    ),
    (
        UserWarning,
        "Using a target size (torch.Size([2, 1])) that is different to the input size "
        "(torch.Size([2])). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        lambda: F.mse_loss(floats(2), floats(2, 1)),
    ),
    (
        NotImplementedError,
        "\"mse_cpu\" not implemented for 'Long'",
        lambda: F.mse_loss(tensor([1]), tensor([2])),
    ),
    (
        ValueError,
        "Weights and input must have the same size.",
        lambda: F.l1_loss(floats(2, 1), floats(2, 1), weight=floats(2)),
    ),
    (
        UserWarning,
        "size_average and reduce args will be deprecated, please use reduction='sum' instead.",
        lambda: F.mse_loss(floats(2), floats(2), size_average=False),
    ),
    (
        UserWarning,
        "reduction: 'mean' divides the total loss by both the batch size and the support size.",
        lambda: F.kl_div(floats(2), floats(2)),
    ),
    (
        RuntimeError,
        "0D or 1D target tensor expected, multi-target not supported",
        lambda: F.cosine_embedding_loss(floats(2, 3), floats(2, 3), floats(2, 3)),
    ),
    (
        ValueError,
        "only p == 1 and p == 2 supported",
        lambda: F.multi_margin_loss(floats(2, 3), tensor([0, 1]), p=3),
    ),
    (
        RuntimeError,
        "blank must be in label range",
        lambda: F.ctc_loss(floats(4, 1, 3), tensor([[1]]), (4,), (1,), blank=3),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


# -------------------------------------------------------------------- against PyTorch


@pytest.mark.torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_torch_agrees_on_losses_between_numbers(reduction):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x, y = np.random.normal(size=(2, 3, 4)) * 2
    rows = [("mse_loss", {}), ("l1_loss", {}), ("huber_loss", {"delta": 0.7})]
    for name, settings in [*rows, ("smooth_l1_loss", {"beta": 0.7})]:

        def both(functional, name=name, settings=settings):
            return lambda a, b: getattr(functional, name)(a, b, reduction=reduction, **settings)

        compare(torch, both(F), both(T), [x, y], second=name != "l1_loss")


@pytest.mark.torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_torch_agrees_on_binary_losses(reduction):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x = np.random.normal(size=(3, 4)) * 3
    p, target = np.random.uniform(0.05, 0.95, size=(2, 3, 4))
    weight, pos_weight = np.random.uniform(0.5, 2, size=(2, 4))

    def bce(functional):
        return lambda a, b, *w: functional.binary_cross_entropy(a, b, *w, reduction=reduction)

    compare(torch, bce(F), bce(T), [p, target])
    compare(torch, bce(F), bce(T), [p], [target, weight])

    def logits(functional, *names):
        return lambda a, b, *given: functional.binary_cross_entropy_with_logits(
            a, b, reduction=reduction, **dict(zip(names, given, strict=True))
        )

    compare(torch, logits(F), logits(T), [x, target])
    for names, given in [
        (["weight"], [weight]),
        (["pos_weight"], [pos_weight]),
        (["weight", "pos_weight"], [weight, pos_weight]),
    ]:
        compare(torch, logits(F, *names), logits(T, *names), [x], [target, *given])


@pytest.mark.torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (3, 4, 2), (2, 4, 3, 2)])
def test_torch_agrees_on_losses_between_classes(shape, reduction):
    torch = pytest.importorskip("torch")
    T = torch.nn.functional
    x = np.random.normal(size=shape)
    rows = shape[:1] + shape[2:] if len(shape) > 1 else ()
    target = np.array(np.random.randint(0, 4, rows))
    weight = np.random.uniform(0.5, 2, size=4)
    some = np.array(np.where(np.random.uniform(size=rows) < 0.3, -100, target))
    if rows == () or (some == -100).all():
        some = target
    cases = [(target, -100), (some, -100), (target, 3)]
    for (given, ignored), weights in itertools.product(cases, ([], [weight])):
        if (given == ignored).all():
            continue

        def nll(functional, ignored=ignored):
            return lambda *inputs: functional.nll_loss(
                *inputs, ignore_index=ignored, reduction=reduction
            )

        compare(torch, nll(F), nll(T), [x], [given, *weights])
        for smoothing in (0.0, 0.1):

            def entropy(functional, ignored=ignored, smoothing=smoothing):
                return lambda *inputs: functional.cross_entropy(
                    *inputs,
                    ignore_index=ignored,
                    reduction=reduction,
                    label_smoothing=smoothing,
                )

            compare(torch, entropy(F), entropy(T), [x], [given, *weights])


@pytest.mark.torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (3, 4, 2)])
def test_torch_agrees_on_class_probabilities(shape, reduction):
    torch = pytest.importorskip("torch")
    x, target = np.random.normal(size=shape), np.random.uniform(size=shape)
    weight = np.random.uniform(0.5, 2, size=4)
    for weights, smoothing in itertools.product(([], [weight]), (0.0, 0.2)):

        def entropy(functional, smoothing=smoothing):
            return lambda *inputs: functional.cross_entropy(
                *inputs, reduction=reduction, label_smoothing=smoothing
            )

        compare(torch, entropy(F), entropy(torch.nn.functional), [x], [target, *weights])


@pytest.mark.torch
def test_torch_names_the_nodes_alike():
    torch = pytest.importorskip("torch")

    def names(torch, F):
        x = torch.full((2, 3), 0.5, requires_grad=True)
        target = torch.tensor([0, 1])
        losses = [
            F.mse_loss(x, torch.ones(2, 3)),
            F.huber_loss(x, torch.ones(2, 3)),
            F.binary_cross_entropy(x, torch.ones(2, 3)),
            F.binary_cross_entropy_with_logits(x, torch.ones(2, 3)),
            F.nll_loss(x, target),
            F.cross_entropy(x, target),
            F.cross_entropy(x, target.to(torch.uint8)),
        ]
        return [(loss.grad_fn.name(), repr(loss)) for loss in losses]

    assert names(minitorch, F) == names(torch, torch.nn.functional)
