"""Rows for losses: between numbers, of yes or no, of classes, of distances."""

import numpy as np

from op_cases.row import case

KINKS = np.array([-3.0, -1.0, 0.0, 1.0, 30.0])
CLASSES = np.array([2, 0, 2, -100])
WANTED = np.array([[0.1, 0.2, 0.7], [1.0, 0.0, 0.0], [0.3, 0.3, 0.4], [0.5, 0.5, 0.0]])
YES_OR_NO = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.7]])
CHANCES = np.array([[0.9, 0.2, 0.5], [0.1, 0.6, 0.8]])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
COUNTS = np.array([[0.0, 1.0, 5.0], [2.0, 0.5, 3.0]])
LABELS = np.array([[0, 2, -1, 1], [3, -1, 0, 1], [-1, 0, 1, 2]])


def loss(name, inputs, **options):
    """A row for a loss of which PyTorch has another form, with numbers for words, at its top."""
    return case(name, inputs, torch=f"nn.functional.{name}", **options)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def combined(y, weight, reduction):
    y = y if weight is None else y * weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"mean": lambda: y.sum() / y.size, "sum": y.sum, "none": lambda: y}[reduction]()


def loss_of(f):
    """A loss from what it is element by element."""
    return lambda x, target, weight=None, reduction="mean": combined(
        f(x, target), weight, reduction
    )


def huber(x, target, reduction="mean", delta=1.0):
    away = np.abs(x - target)
    y = np.where(away < delta, 0.5 * away * away, delta * (away - 0.5 * delta))
    return combined(y, None, reduction)


def cross_entropy_of_yes(p, target):
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def with_logits(x, target, weight=None, pos_weight=None, reduction="mean"):
    yes = 1 if pos_weight is None else pos_weight
    y = -(yes * target * np.log(sigmoid(x)) + (1 - target) * np.log(sigmoid(-x)))
    return combined(y, weight, reduction)


def log_softmax(x):
    x = x - x.max(1, keepdims=True)
    return x - np.log(np.exp(x).sum(1, keepdims=True))


def nll(x, target, weight=None, ignore_index=-100, reduction="mean"):
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    share = counts * (1.0 if weight is None else weight[classes])
    y = -np.take_along_axis(x, classes[:, None], 1)[:, 0] * share
    return {"mean": lambda: y.sum() / share.sum(), "sum": y.sum, "none": lambda: y}[reduction]()


def nll_of_softmax(x, target, weight=None, ignore_index=-100, reduction="mean"):
    return nll(log_softmax(x), target, weight, ignore_index, reduction)


def of_weights(x, target, weight=None, reduction="mean", label_smoothing=0.0):
    target = target * (1 - label_smoothing) + label_smoothing / x.shape[1]
    y = -(log_softmax(x) * target * (1 if weight is None else weight)).sum(1)
    return combined(y, None, reduction)


def smoothed(x, target, label_smoothing, reduction):
    return of_weights(x, np.eye(3)[target], None, reduction, label_smoothing)


def less_one_hot(x, share, g, key, smoothing=0.0):
    y = np.exp(x) - smoothing / x.shape[1]
    y[key] -= 1 - smoothing
    return y * (share * g).reshape(-1, 1)


def poisson(x, t, log_input, reduction):
    y = np.exp(x) - t * x if log_input else x - t * np.log(x + 1e-8)
    return combined(y, None, reduction)


def stirling(t):
    above = np.where(t > 1, t, 2)
    return np.where(t > 1, above * np.log(above) - above + 0.5 * np.log(2 * np.pi * above), 0)


def gaussian(x, t, var, full, reduction):
    y = 0.5 * (np.log(var) + (x - t) ** 2 / var)
    return combined(y + full * 0.5 * np.log(2 * np.pi), None, reduction)


def divergence(x, t, log_target, reduction):
    y = np.exp(t) * (t - x) if log_target else t * (np.log(t) - x)
    return y.sum() / len(x) if reduction == "batchmean" else combined(y, None, reduction)


def with_labels(x, t, weight=1.0, reduction="mean"):
    return combined((with_logits(x, t, reduction="none") * weight).mean(1), None, reduction)


def margins(x, target, p=1, margin=1.0, reduction="mean"):
    short = np.maximum(0, margin - np.take_along_axis(x, target[:, None], 1) + x) ** p
    short[np.arange(len(x)), target] = 0
    return combined(short.sum(1) / x.shape[1], None, reduction)


def labels(x, target, reduction="mean"):
    y = np.zeros(len(x))
    for n, row in enumerate(target):
        right = [int(c) for c in row[: list(row).index(-1)]]
        for i in set(range(x.shape[1])) - set(right):
            y[n] += sum(max(0, 1 - x[n, j] + x[n, i]) for j in right)
    return combined(y / x.shape[1], None, reduction)


def distance(a, b, p=2, eps=1e-6):
    return (np.abs(a - b + eps) ** p).sum(-1) ** (1 / p)


def triplet(a, b, c, margin=1.0, swap=False, reduction="mean"):
    far = np.minimum(distance(a, c), distance(b, c)) if swap else distance(a, c)
    return combined(np.maximum(0, margin + distance(a, b) - far), None, reduction)


def cosine_loss(a, b, t, margin=0.0, reduction="mean"):
    cosine = (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))
    return combined(np.where(t == 1, 1 - cosine, np.maximum(0, cosine - margin)), None, reduction)


WEIGHTS = np.array([1.0, 0.5, 2.0])
REDUCTIONS = ("mean", "sum", "none")

NUMBERS = [
    *[
        case(name, [(2, 3), (2, 3)], reduction=reduction, like=loss_of(f), torch=torch)
        for name, torch, f in [
            ("squared_error", "nn.functional.mse_loss", lambda x, t: (x - t) ** 2),
            ("absolute_error", "nn.functional.l1_loss", lambda x, t: np.abs(x - t)),
        ]
        for reduction in REDUCTIONS
    ],
    *[
        case(name, [(2, 3), (2, 3)], reduction=reduction, shapes=False, like=loss_of(f))
        for name, f in {
            "mse_loss": lambda x, t: (x - t) ** 2, "l1_loss": lambda x, t: np.abs(x - t),
        }.items()
        for reduction in REDUCTIONS
    ],
    case("squared_error", [np.array([1]), np.array([2])],
         raises="\"mse_cpu\" not implemented for 'Long'", torch="nn.functional.mse_loss"),
    case("mse_loss", [(2, 3), (2, 3)], reduction="max", error=ValueError,
         raises="max is not a valid value for reduction"),
    *[
        case(name, [(3, 3), (3, 3)], reduction=r, delta=0.7, like=huber,
             torch="nn.functional.huber_loss")
        for name in ("huber_error", "huber_loss")
        for r in REDUCTIONS
    ],
    case("smooth_absolute_error", [(3, 3), (3, 3)], beta=0.5, torch="nn.functional.smooth_l1_loss",
         like=lambda x, t, beta: huber(x, t, delta=beta) / beta),
    case("smooth_l1_loss", [(3, 3), (3, 3)], beta=0.5,
         like=lambda x, t, beta: huber(x, t, delta=beta) / beta),
    case("at_least", [(2, 3)], least=-3.0, like=np.maximum, torch=None),
    case("times_log", [(2, 3)], values=(0.1, 2), like=lambda x: x * np.log(x), torch=None),
    case("times_log", [np.array([0.0, 1.0])], like=np.zeros_like, orders=0, torch=None),
    *[
        loss("poisson_nll_loss", [(2, 3), COUNTS], values=(0.2, 2), log_input=log, reduction=r,
             fixed=(1,), like=poisson, shapes=False)
        for log in (True, False)
        for r in REDUCTIONS
    ],
    loss("poisson_nll_loss", [(2, 3), COUNTS], full=True, fixed=(1,), shapes=False,
         like=lambda x, t, full: (np.exp(x) - t * x + stirling(t)).mean()),
    *[
        loss("gaussian_nll_loss", [(2, 3), (2, 3), spread], values=(0.5, 2), full=full,
             reduction="sum", shapes=False, like=gaussian)
        for spread in [(2, 3), (2, 1), 0.7]
        for full in (False, True)
    ],
    loss("gaussian_nll_loss", [(2, 3), (2, 3), (3, 3)], values=(0.5, 2), error=ValueError,
         raises="var is of incorrect size"),
    loss("gaussian_nll_loss", [(2, 3), (2, 3), -0.5], error=ValueError,
         raises="var has negative entry/entries"),
    *[
        loss("kl_div", [(2, 3), (2, 3)], values=(0.1, 1), log_target=log, reduction=r,
             like=divergence, shapes=False)
        for log in (False, True)
        for r in ("batchmean", "sum", "none")
    ],
]  # fmt: skip


YES_NO = [
    *[
        case("cross_entropy_of_chances", [CHANCES, YES_OR_NO], reduction=r,
             like=loss_of(cross_entropy_of_yes), torch="nn.functional.binary_cross_entropy")
        for r in REDUCTIONS
    ],
    *[
        case("cross_entropy_of_logits", [(2, 3), YES_OR_NO], reduction=r, like=with_logits,
             torch="nn.functional.binary_cross_entropy_with_logits")
        for r in REDUCTIONS
    ],
    case("cross_entropy_of_logits", [(2, 3), YES_OR_NO, WEIGHTS, WEIGHTS[::-1]],
         like=with_logits, fixed=(2, 3), shapes=False, torch=None),
    *[
        loss("soft_margin_loss", [(2, 3), SIGNS], reduction=r, fixed=(1,),
             like=loss_of(lambda x, t: np.log1p(np.exp(-x * t))))
        for r in REDUCTIONS
    ],
    *[
        case("multilabel_soft_margin_loss", [(2, 3), YES_OR_NO, *weight], reduction=r,
             like=with_labels, fixed=(1, 2), shapes=False)
        for weight in ([], [WEIGHTS])
        for r in REDUCTIONS
    ],
    *[
        case("binary_cross_entropy", [CHANCES, YES_OR_NO], reduction=r,
             like=loss_of(cross_entropy_of_yes))
        for r in REDUCTIONS
    ],
    case("binary_cross_entropy", [CHANCES, YES_OR_NO, WEIGHTS], like=loss_of(cross_entropy_of_yes),
         fixed=(2,), shapes=False),
    case("binary_cross_entropy", [(2, 3), (2, 2)],
         raises="Using a target size (torch.Size([2, 2]))",
         error=ValueError),
    case("binary_cross_entropy", [KINKS, KINKS * 0],
         gpu=False,
         raises="all elements of input should be between 0 and 1"),
    *[
        case("binary_cross_entropy_with_logits", [(2, 3), YES_OR_NO], reduction=r, like=with_logits,
             torch="nn.functional.binary_cross_entropy_with_logits")
        for r in REDUCTIONS
    ],
    case("binary_cross_entropy_with_logits", [(2, 3), (2, 2)], error=ValueError,
         raises="Target size (torch.Size([2, 2])) must be the same as input size"),
]  # fmt: skip


OF_CLASSES = [
    *[
        case(name, [(4, 3), CLASSES, *weight], reduction=r, like=like, torch=torch, fixed=(2,),
             shapes=False)
        for name, like, torch in [
            ("nll_of_rows", nll, "nn.functional.nll_loss"),
            ("cross_entropy_of_rows", nll_of_softmax, "nn.functional.cross_entropy"),
        ]
        for weight in ([], [WEIGHTS])
        for r in REDUCTIONS
    ],
    *[
        case("cross_entropy_of_rows", [(4, 3), np.array([2, 0, 2, 1])], label_smoothing=0.2,
             reduction=r, like=smoothed, torch="nn.functional.cross_entropy", shapes=False)
        for r in REDUCTIONS
    ],
    case("cross_entropy_of_rows", [(4, 3), CLASSES], ignore_index=2, reduction="sum",
         error=IndexError, gpu=False, raises="Target -100 is out of bounds",
         torch="nn.functional.cross_entropy"),
    case("cross_entropy", [(4, 3), WANTED, WEIGHTS], label_smoothing=0.2, like=of_weights,
         fixed=(2,),
         shapes=False),
    case("cross_entropy", [(4, 3), np.array([2, 0, 2, 1]), np.array([0.5, 2, 1])], fixed=(2,),
         label_smoothing=0.2, shapes=False,
         like=lambda x, t, weight, label_smoothing:
             of_weights(x, np.eye(3)[t], weight, "sum", label_smoothing) / weight[t].sum()),
    case("cross_entropy", [(2, 3, 2), np.array([[2, 0], [1, 1]])], shapes=False,
         like=lambda x, t: nll_of_softmax(x.transpose(0, 2, 1).reshape(4, 3), t.reshape(-1))),
    case("cross_entropy", [(4, 3), CLASSES[:3]], error=ValueError,
         raises="Expected input batch_size (4) to match target batch_size (3)"),
    case("nll_loss", [(4, 3), CLASSES], like=nll, shapes=False),
    case("softmax_less_one_hot", [(2, 3), (2,), ()], key=(np.arange(2), np.array([2, 0])),
         like=less_one_hot,
         shapes=False),
    case("softmax_less_one_hot", [(2, 3), (), (2,)], key=(np.arange(2), np.array([2, 0])),
         like=less_one_hot,
         shapes=False),
    case("softmax_less_one_hot", [(2, 3), (2,), ()], key=(np.arange(2), np.array([2, 0])),
         smoothing=0.3, like=less_one_hot, shapes=False),
    case("multi_margin_loss", [(4, 3), np.array([2, 0, 1, 1])], like=margins, shapes=False,
         half=False),
    case("multi_margin_loss", [(4, 3), np.array([2, 0, 1, 1])], p=2, margin=0.5, reduction="none",
         like=margins, shapes=False, half=False),
    case("multi_margin_loss", [(3,), np.array(2)], like=lambda x, t: margins(x[None], t[None]),
         shapes=False, half=False),
    case("multi_margin_loss", [(5, 4), (5,)], raises="expected scalar type Long but found Double"),
    case("multi_margin_loss", [(5, 0), CLASSES],
         raises="Expected non-empty vector or matrix with optional 0-dim batch size, but got: "),
    case("multilabel_margin_loss", [(3, 4), LABELS], like=labels, shapes=False, half=False),
    case("multilabel_margin_loss", [(3, 4), LABELS], reduction="none", like=labels, shapes=False,
         half=False),
    case("multilabel_margin_loss", [(5, 4), np.array([1])],
         raises="inconsistent target size: [1] for input of size: [5, 4]"),
    case("linear_cross_entropy", [(4, 2), (3, 2), np.array([2, 0, 1, 1])], shapes=False,
         like=lambda x, w, t: nll_of_softmax(x @ w.T, t)),
    case("linear_cross_entropy", [(2, 3, 3), (2, 3), CLASSES],
         raises="expected input with dimensionality 1 or 2, got 3"),
]  # fmt: skip


DISTANCES = [
    *[
        loss("margin_ranking_loss", [(2, 3), (2, 3), SIGNS], margin=0.3, reduction=r, fixed=(2,),
             shapes=False, like=lambda a, b, t, margin, reduction: combined(
                 np.maximum(0, margin - t * (a - b)), None, reduction))
        for r in REDUCTIONS
    ],
    loss("margin_ranking_loss", [(5, 4), (5, 4), (5,)],
         raises="margin_ranking_loss : All input tensors should have same dimension"),
    *[
        loss("hinge_embedding_loss", [(2, 3), SIGNS], reduction=r, fixed=(1,), shapes=False,
             like=loss_of(lambda x, t: np.where(t == 1, x, np.maximum(0, 1 - x))))
        for r in REDUCTIONS
    ],
    *[
        loss("cosine_embedding_loss", [(3, 4), (3, 4), SIGNS[0]], margin=0.1, reduction=r,
             fixed=(2,), shapes=False, like=cosine_loss)
        for r in REDUCTIONS
    ],
    loss("cosine_embedding_loss", [(4,), (4,), np.array(1.0)], fixed=(2,), shapes=False,
         like=cosine_loss),
    loss("cosine_embedding_loss", [(3, 4), (3, 4), ()],
         raises="0D target tensor expects 1D input tensors, but found inputs with sizes"),
    *[
        loss(name, [(3, 4), (3, 4), (3, 4)], reduction=r, swap=swap, like=triplet, shapes=False)
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
        for r in REDUCTIONS
        for swap in (False, True)
    ],
    loss("triplet_margin_loss", [(3,), (3, 4), (3, 4)],
         raises="but got: anchor 1D, positive 2D, and negative 2D inputs"),
    loss("triplet_margin_loss", [(3, 4), (3, 4), (3, 4)], margin=-1.0, error=ValueError,
         raises="margin must be greater than 0, got -1.0"),
]  # fmt: skip

CASES = [*NUMBERS, *YES_NO, *OF_CLASSES, *DISTANCES]
