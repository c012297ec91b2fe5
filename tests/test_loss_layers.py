"""Losses as layers: how they are made, what they keep and print, which function they are."""

import inspect
import math

import numpy as np
import pytest
from against_torch import compare_modules
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import losses, nn, tensor
from minitorch.nn.modules.loss import _Loss, _WeightedLoss

X = np.random.default_rng(1).normal(size=(5, 4))
P = np.random.default_rng(2).uniform(0.1, 0.9, size=(5, 4))
CLASSES, SIGNS = np.array([0, 3, 1, 2, 3]), np.array([1.0, -1, 1, 1, -1])
ROWS = [np.random.default_rng(n).normal(size=(5, 4)) for n in (3, 4)]
LISTS = np.array([[1, 2, -1, 0]] * 5)


def per_class(library):
    return library.tensor([0.5, 1.0, 2.0, 3.0], dtype=library.float64)


# What makes the loss, its inputs (the first is learned), and its value from the formula.
LOSSES = [
    (lambda t: t.nn.L1Loss(), (X, P), np.abs(X - P).mean()),
    (lambda t: t.nn.MSELoss(reduction="sum"), (X, P), ((X - P) ** 2).sum()),
    (lambda t: t.nn.HuberLoss(delta=0.1), (X, X + 0.3), 0.1 * (0.3 - 0.05)),
    (lambda t: t.nn.SmoothL1Loss(beta=0.1), (X, X + 0.3), 0.3 - 0.05),
    (lambda t: t.nn.NLLLoss(), (X, CLASSES), -X[range(5), CLASSES].mean()),
    (lambda t: t.nn.NLLLoss(ignore_index=3), (X, CLASSES), -X[[0, 2, 3], [0, 1, 2]].mean()),
    (lambda t: t.nn.CrossEntropyLoss(), (X * 0, CLASSES), math.log(4)),
    (
        lambda t: t.nn.CrossEntropyLoss(per_class(t), label_smoothing=0.1),
        (X * 0, CLASSES),
        (0.9 + 0.1 * 5 * 6.5 / 4 / 9.5) * math.log(4),
    ),
    (lambda t: t.nn.PoissonNLLLoss(), (X, P), (np.exp(X) - P * X).mean()),
    (lambda t: t.nn.PoissonNLLLoss(False, eps=0), (P, P), (P - P * np.log(P)).mean()),
    (lambda t: t.nn.GaussianNLLLoss(full=True), (X, X, P), np.log(2 * np.pi * P).mean() / 2),
    (lambda t: t.nn.KLDivLoss(reduction="batchmean"), (X, P), (P * (np.log(P) - X)).sum() / 5),
    (
        lambda t: t.nn.KLDivLoss(reduction="sum", log_target=True),
        (X, np.log(P)),
        (P * (np.log(P) - X)).sum(),
    ),
    (
        lambda t: t.nn.BCELoss(per_class(t)),
        (P, P * 0 + 1),
        (-np.log(P) * np.array([0.5, 1, 2, 3])).mean(),
    ),
    (
        lambda t: t.nn.BCEWithLogitsLoss(pos_weight=per_class(t)),
        (X * 0, P * 0 + 1),
        math.log(2) * 6.5 / 4,
    ),
    (lambda t: t.nn.SoftMarginLoss(), (X * 0, np.sign(X)), math.log(2)),
    (
        lambda t: t.nn.MultiLabelSoftMarginLoss(per_class(t)),
        (X * 0, np.round(P)),
        math.log(2) * 6.5 / 4,
    ),
    (
        lambda t: t.nn.MarginRankingLoss(0.5),
        (X[:, 0], X[:, 1], SIGNS),
        np.maximum(0, 0.5 - SIGNS * (X[:, 0] - X[:, 1])).mean(),
    ),
    (
        lambda t: t.nn.HingeEmbeddingLoss(2.0),
        (P[:, 0], SIGNS),
        np.where(SIGNS > 0, P[:, 0], 2 - P[:, 0]).mean(),
    ),
    (lambda t: t.nn.CosineEmbeddingLoss(0.5), (X, X, SIGNS), 2 * 0.5 / 5),
    (lambda t: t.nn.MultiMarginLoss(), (X * 0, CLASSES), 3 / 4),
    (lambda t: t.nn.MultiMarginLoss(2, 3.0, per_class(t)), (X * 0, CLASSES), 9 * 3 / 4 * 9.5 / 5),
    (lambda t: t.nn.MultiLabelMarginLoss(), (X * 0, LISTS), 2 * 2 / 4),
    (lambda t: t.nn.TripletMarginLoss(2.0, eps=0.0), (X, X, X + 0.5), 2 - 1.0),
    (lambda t: t.nn.TripletMarginLoss(2.0, 1.0, 0.0, True), (X, X + 1, X + 0.5), 2 + 4 - 2),
    (lambda t: t.nn.TripletMarginWithDistanceLoss(margin=2.0), (X, X, X + 0.5), 2 - 1.0),
    (
        lambda t: t.nn.TripletMarginWithDistanceLoss(
            distance_function=lambda a, b: (a - b).abs().sum(-1), reduction="sum"
        ),
        (X, X + 1, X),
        5 * (1 + 4),
    ),
]
IDS = [f"{number}-{type(make(minitorch)).__name__}" for number, (make, _, _) in enumerate(LOSSES)]


@pytest.mark.parametrize("make, inputs, wanted", LOSSES, ids=IDS)
def test_a_loss_has_the_value_of_its_formula(make, inputs, wanted):
    found = make(minitorch)(*map(minitorch.tensor, inputs)).item()
    assert found == pytest.approx(wanted, rel=1e-5)


def test_a_star_imports_the_losses_too():
    for path in ("minitorch.nn", "minitorch.nn.modules.loss"):
        names = {}
        exec(f"from {path} import *", names)
        assert names["MSELoss"] is losses.MSELoss
    exec("from minitorch.nn import *", names)
    assert names["Linear"] is nn.Linear and names["functional"] is F


def test_every_loss_is_checked():
    checked = {type(make(minitorch)).__name__ for make, _, _ in LOSSES}
    assert set(nn.modules.LOSSES) - checked == {"NLLLoss2d", "LinearCrossEntropyLoss", "CTCLoss"}
    for name in nn.modules.LOSSES:
        assert getattr(nn, name) is getattr(losses, name) is getattr(nn.modules.loss, name)
        assert issubclass(getattr(nn, name), _Loss)


@pytest.mark.parametrize("name", sorted(set(nn.modules.LOSSES) - {"LinearCrossEntropyLoss"}))
@pytest.mark.filterwarnings("ignore:`NLLLoss2d` has been deprecated")
def test_a_loss_prints_nothing_but_its_name_and_keeps_its_reduction(name):
    loss = getattr(nn, name)(reduction="sum")
    inside = "\n  (distance_function): PairwiseDistance()\n" if "WithDistance" in name else ""
    assert repr(loss) == f"{name}({inside})"
    assert loss.reduction == "sum" and not loss.state_dict()
    if isinstance(loss, _WeightedLoss):
        weighted = getattr(nn, name)(weight=minitorch.ones(3))
        assert list(weighted.state_dict()) == ["weight"]
        assert weighted.double().weight.dtype is minitorch.float64


OLD = [name for name in nn.modules.LOSSES
       if "reduce" in inspect.signature(getattr(losses, name)).parameters]  # fmt: skip


@pytest.mark.parametrize("name", OLD)
@pytest.mark.filterwarnings("ignore:`NLLLoss2d` has been deprecated")
def test_the_older_words_for_a_reduction_warn(name):
    for words, reduction in (({"size_average": False}, "sum"), ({"reduce": False}, "none")):
        with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead"):
            assert getattr(nn, name)(**words).reduction == reduction


def test_arguments_by_position_are_in_the_order_of_pytorch():
    with pytest.warns(UserWarning, match="please use reduction='none'"):
        loss = nn.CrossEntropyLoss(minitorch.ones(4), None, 3, False, "mean", 0.1)
    assert (loss.ignore_index, loss.reduction, loss.label_smoothing) == (3, "none", 0.1)
    with pytest.warns(UserWarning, match="please use reduction='sum'"):
        loss = nn.PoissonNLLLoss(False, True, False, 1e-3)
    assert (loss.log_input, loss.full, loss.eps, loss.reduction) == (False, True, 1e-3, "sum")
    loss = nn.BCEWithLogitsLoss(None, None, None, "sum", minitorch.ones(4))
    assert loss.weight is None and loss.pos_weight.shape == (4,)
    loss = nn.TripletMarginLoss(2.0, 1.0, 0.5, True)
    assert (loss.margin, loss.p, loss.eps, loss.swap) == (2, 1, 0.5, True)


def test_the_older_name_for_images_warns():
    with pytest.warns(FutureWarning, match="`NLLLoss2d` has been deprecated") as seen:
        loss = nn.NLLLoss2d()
    assert seen[0].filename == __file__
    assert loss(minitorch.zeros(1, 2, 2, 2), minitorch.zeros(1, 2, 2).long()).item() == 0


def test_in_how_many_parts_is_accepted_and_changes_nothing():
    options = nn.LinearCrossEntropyOptions(batch_chunk_size=2, chunking_method="aspect_ratio:2")
    loss, x = nn.LinearCrossEntropyLoss(3, 4, options=options), ones(2, 3)
    assert "chunking_method='aspect_ratio:2', acc_policy='auto'" in repr(loss)
    target = minitorch.tensor([0, 1])
    assert loss(x, target) == F.cross_entropy(loss.linear(x), target)
    for wrong in ({"acc_policy": "x"}, {"chunking_method": "aspect_ratio:0"}):
        with pytest.raises(ValueError, match="^invalid " + next(iter(wrong))):
            nn.LinearCrossEntropyOptions(**wrong)
    with pytest.raises(ValueError, match=r"^batch_chunk_size must be positive int or None, got 0"):
        nn.LinearCrossEntropyOptions(batch_chunk_size=0)


def test_a_linear_layer_in_the_loss():
    loss = nn.LinearCrossEntropyLoss(3, 4, bias=True)
    x, target = minitorch.randn(5, 3), tensor(CLASSES)
    wanted = F.cross_entropy(loss.linear(x), target)
    assert loss(x, target).item() == pytest.approx(wanted.item())
    assert list(loss.state_dict()) == ["linear.weight", "linear.bias"]
    places = nn.LinearCrossEntropyLoss(3, 4, out_features=(2,), reduction="none")
    assert places.linear.weight.shape == (8, 3)
    assert places(x, minitorch.zeros(5, 2).long()).shape == (5, 2)
    assert repr(places).split("\n")[1].strip() == (
        "in_features=3, num_classes=4, out_features=(2,), bias=False, reduction=none, "
        "ignore_index=None, label_smoothing=0.0, options=None"
    )


def test_ctc_loss_is_its_function():
    x = minitorch.randn(6, 2, 4).log_softmax(2)
    given = (x, tensor([[1, 2, 3], [2, 1, 3]]), tensor([6, 5]), tensor([3, 2]))
    for settings in ((), (1, "sum"), (0, "none", True)):
        found = nn.CTCLoss(*settings)(*given)
        assert minitorch.equal(found, F.ctc_loss(*given, *settings))


def test_no_steps_spell_nothing():
    x = minitorch.zeros(4, 2, 3).log_softmax(2).requires_grad_()
    loss = F.ctc_loss(x, tensor([[1], [1]]), tensor([0, 0]), tensor([0, 1]), reduction="none")
    assert loss.tolist() == [0, math.inf]


def test_an_ignored_row_counts_zero_and_not_minus_zero():
    loss = nn.NLLLoss(reduction="none")(tensor([[1.0, 2.0]]), tensor([-100]))
    assert str(loss) == "tensor([0.])"


def test_logits_give_a_loss_of_the_dtype_of_the_targets():
    x = minitorch.zeros(2)
    assert nn.BCEWithLogitsLoss()(x.double(), x).dtype is minitorch.float32
    assert nn.BCEWithLogitsLoss()(x, x.double()).dtype is minitorch.float64


# -------------------------------------------------------------------- refusals


def ones(*shape):
    return minitorch.ones(shape)


def ctc(shape, targets, steps, counts):
    return F.ctc_loss(minitorch.zeros(shape), tensor(targets), tensor(steps), tensor(counts))


CTC = "(while checking arguments for ctc_loss_allocate_outputs)"
REFUSED = [
    (
        TypeError,
        "delta must be a float or int, got: <class 'str'>",
        lambda: nn.HuberLoss(delta="a"),
    ),
    (ValueError, "only p == 1 and p == 2 supported", lambda: nn.MultiMarginLoss(3)),
    (
        ValueError,
        "MultiMarginLoss: expected weight to be None or 1D tensor, got 2D instead",
        lambda: nn.MultiMarginLoss(weight=ones(2, 2)),
    ),
    (
        ValueError,
        "TripletMarginLoss: expected margin to be greater than 0, got 0.0 instead",
        lambda: nn.TripletMarginLoss(0.0),
    ),
    (
        ValueError,
        "TripletMarginWithDistanceLoss: expected margin to be greater than 0, got -1 instead",
        lambda: nn.TripletMarginWithDistanceLoss(margin=-1),
    ),
    (ValueError, "avg is not a valid value", lambda: nn.MSELoss(reduction="avg")(ones(2), ones(2))),
    (
        ValueError,
        "avg is not valid",
        lambda: nn.MultiLabelSoftMarginLoss(reduction="avg")(ones(2, 2), ones(2, 2)),
    ),
    (
        RuntimeError,
        "expected weight shape to be (4,), got (3,)",
        lambda: nn.LinearCrossEntropyLoss(2, 4, weight=ones(3)),
    ),
    (
        RuntimeError,
        "expected label_smoothing to be in range [0, 1], got 2.0",
        lambda: nn.LinearCrossEntropyLoss(2, 4, label_smoothing=2.0),
    ),
    (
        RuntimeError,
        "mean(): could not infer output dtype.",
        lambda: nn.L1Loss()(tensor([1]), tensor([2])),
    ),
    (
        RuntimeError,
        "kl_div: Integral inputs not supported.",
        lambda: nn.KLDivLoss(reduction="sum")(tensor([1]), tensor([1])),
    ),
    (
        RuntimeError,
        "Found dtype Float but expected Double",
        lambda: nn.BCELoss()(ones(2).double(), ones(2)),
    ),
    (
        RuntimeError,
        "expected scalar type Float but found Double",
        lambda: nn.NLLLoss(ones(3).double())(ones(2, 3), tensor([0, 1])),
    ),
    (
        RuntimeError,
        "expected target dtype to be Long or Byte, but got Int",
        lambda: nn.CrossEntropyLoss()(ones(2, 3), tensor([0, 1]).int()),
    ),
    (
        ValueError,
        "For 1D input, 1D target must have size 1, but got target size: 2",
        lambda: nn.NLLLoss()(ones(3), tensor([0, 1])),
    ),
    (
        RuntimeError,
        "size mismatch (got input: [1, 2, 3, 3] , target: [1, 3, 2]",
        lambda: nn.NLLLoss()(ones(1, 2, 3, 3), ones(1, 3, 2).long()),
    ),
    (
        RuntimeError,
        "only batches of spatial targets supported (3D tensors) but got targets of dimension: 2",
        lambda: nn.NLLLoss()(ones(1, 2, 3, 3), ones(1, 3).long()),
    ),
    (
        RuntimeError,
        "argument #2 'target' is out of range",
        lambda: nn.MultiLabelMarginLoss()(ones(3), tensor([-5, 0, 0])),
    ),
    (
        RuntimeError,
        "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
        "samples (batch size). Expected target size [3], but got [2]. Input has shape [3, 4].",
        lambda: nn.MultiMarginLoss()(ones(3, 4), tensor([0, 1])),
    ),
    (
        RuntimeError,
        "Expected target_lengths to have value at least 0, but got value -1 " + CTC,
        lambda: ctc((4, 1, 3), [1], [4], [-1]),
    ),
    (
        RuntimeError,
        "Expected input_lengths to have value at most 4, but got value 5 " + CTC,
        lambda: ctc((4, 1, 3), [[1]], [5], [1]),
    ),
    (
        RuntimeError,
        "Expected tensor to have size 4 at dimension 0, but got size 2 for argument #2 'targets'",
        lambda: ctc((4, 2, 3), [1, 2], [4, 4], [1, 3]),
    ),
    (
        RuntimeError,
        "Expected tensor to have size at least 2 at dimension 1, but got size 1 for argument #2",
        lambda: ctc((4, 1, 3), [[1]], [4], [2]),
    ),
    (
        RuntimeError,
        "Expected 1 to 2 dimensions, but got 3-dimensional tensor for argument #2 'targets'",
        lambda: ctc((4, 1, 3), [[[1]]], [4], [1]),
    ),
    (
        RuntimeError,
        "Expected 3-dimensional tensor, but got 5-dimensional tensor for argument #1 'log_probs'",
        lambda: ctc((4, 1, 1, 3), [[1]], [4], [1]),
    ),
    (
        RuntimeError,
        "log_probs tensor must not be empty",
        lambda: ctc((0, 1, 3), [[1]], [0], [1]),
    ),
    (
        RuntimeError,
        "log_probs tensor must not be empty",
        lambda: ctc((4, 2, 0), [[1], [1]], [4, 4], [1, 1]),
    ),
]

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


@pytest.mark.torch
@pytest.mark.parametrize("number", range(len(LOSSES)), ids=IDS)
def test_torch_agrees(number):
    torch = pytest.importorskip("torch")
    make, (x, *constants), _ = LOSSES[number]

    def fixed(library):
        class Model(library.nn.Module):
            def __init__(self):
                super().__init__()
                self.loss = make(library)

            def forward(self, x):
                rest = [library.tensor(c) for c in constants]
                return self.loss(x, *[c.to(x.dtype) if c.is_floating_point() else c for c in rest])

        return Model()

    compare_modules(torch, fixed(minitorch), fixed(torch), x + 0.01)
