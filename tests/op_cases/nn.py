"""Rows for what is in `nn.functional`: activations, losses, norms, convolution, pooling."""

import itertools

import numpy as np

from op_cases.row import case

PLAIN = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
STRIDED = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
KINKS = np.array([-3.0, -1.0, 0.0, 1.0, 30.0])
CLASSES = np.array([2, 0, 2, -100])
WANTED = np.array([[0.1, 0.2, 0.7], [1.0, 0.0, 0.0], [0.3, 0.3, 0.4], [0.5, 0.5, 0.0]])
YES_OR_NO = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.7]])
CHANCES = np.array([[0.9, 0.2, 0.5], [0.1, 0.6, 0.8]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def softplus(x, beta=1.0, threshold=20.0):
    return np.where(x * beta > threshold, x, np.log1p(np.exp(np.minimum(x * beta, 50))) / beta)


def clipped(x, min_val, max_val):
    return np.minimum(np.maximum(x, min_val), max_val)


ACTIVATIONS = [
    case("leaky_relu", [(2, 3)], like=lambda x: np.where(x > 0, x, 0.01 * x)),
    case("leaky_relu", [(2, 3)], negative_slope=0.3,
         like=lambda x, negative_slope: np.where(x > 0, x, negative_slope * x)),
    case("elu", [(2, 3)], like=elu),
    case("elu", [(2, 3)], alpha=0.5, like=elu),
    case("silu", [(2, 3)], like=lambda x: x * sigmoid(x)),
    case("softplus", [(2, 3)], like=softplus),
    case("softplus", [KINKS], beta=2.0, threshold=5.0, like=softplus, orders=0),
    case("logsigmoid", [(2, 3)], like=lambda x: np.log(sigmoid(x))),
    case("logsigmoid", [np.array([-800.0, 800.0])], like=lambda x: np.minimum(x, 0)),
    case("hardtanh", [(2, 3)], like=lambda x: np.clip(x, -1, 1)),
    case("hardtanh", [KINKS], min_val=-1.0, max_val=1.0, orders=0,
         like=clipped),
    case("sigmoid_share", [(2, 3), (2, 3)], like=lambda x, y: x * (1 - y) * y),
]  # fmt: skip


# -------------------------------------------------------------------- losses


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


def less_one_hot(x, scale, key):
    y = np.exp(x)
    y[key] -= 1
    return y * scale.reshape(-1, 1)


WEIGHTS = np.array([1.0, 0.5, 2.0])
REDUCTIONS = ("mean", "sum", "none")

LOSSES = [
    *[
        case(name, [(2, 3), (2, 3)], reduction=reduction, like=loss_of(f))
        for name, f in {
            "mse_loss": lambda x, t: (x - t) ** 2, "l1_loss": lambda x, t: np.abs(x - t),
        }.items()
        for reduction in REDUCTIONS
    ],
    case("mse_loss", [(2, 3), (2, 3)], reduction="max", error=ValueError,
         raises="max is not a valid value for reduction"),
    *[case("huber_loss", [(3, 3), (3, 3)], reduction=r, delta=0.7, like=huber) for r in REDUCTIONS],
    case("smooth_l1_loss", [(3, 3), (3, 3)], beta=0.5,
         like=lambda x, t, beta: huber(x, t, delta=beta) / beta),
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
    case("binary_cross_entropy_with_logits", [(2, 3), YES_OR_NO, WEIGHTS, WEIGHTS[::-1]],
         like=with_logits, fixed=(2, 3), shapes=False, torch=None),
    case("binary_cross_entropy_with_logits", [(2, 3), (2, 2)], error=ValueError,
         raises="Target size (torch.Size([2, 2])) must be the same as input size"),
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
    case("cross_entropy_of_rows", [(4, 3), CLASSES], ignore_index=2, reduction="sum",
         error=IndexError,
         gpu=False, raises="Target -100 is out of bounds", torch="nn.functional.cross_entropy"),
    case("cross_entropy", [(4, 3), WANTED, WEIGHTS], label_smoothing=0.2, like=of_weights,
         fixed=(2,),
         shapes=False),
    case("cross_entropy", [(4, 3), np.array([2, 0, 2, 1])], label_smoothing=0.2, shapes=False,
         like=lambda x, t, label_smoothing: of_weights(
             x, np.eye(3)[t], label_smoothing=label_smoothing)),
    case("cross_entropy", [(2, 3, 2), np.array([[2, 0], [1, 1]])], shapes=False,
         like=lambda x, t: nll_of_softmax(x.transpose(0, 2, 1).reshape(4, 3), t.reshape(-1))),
    case("cross_entropy", [(4, 3), CLASSES[:3]], error=ValueError,
         raises="Expected input batch_size (4) to match target batch_size (3)"),
    case("nll_loss", [(4, 3), CLASSES], like=nll, shapes=False),
    case("softmax_less_one_hot", [(2, 3), (2,)], key=(np.arange(2), np.array([2, 0])),
         like=less_one_hot,
         shapes=False),
    case("softmax_less_one_hot", [(2, 3), ()], key=(np.arange(2), np.array([2, 0])),
         like=less_one_hot,
         shapes=False),
]  # fmt: skip


# -------------------------------------------------------------------- norms


def normalised(x, axes, eps):
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps), mean, var


def batch_norm(x, weight=None, bias=None, eps=1e-5):
    channels = (-1, *[1] * (x.ndim - 2))
    y, _, _ = normalised(x, (0, *range(2, x.ndim)), eps)
    y = y if weight is None else y * weight.reshape(channels)
    return y if bias is None else y + bias.reshape(channels)


def layer_norm(x, weight=None, bias=None, axes=(-1,), eps=1e-5):
    y, _, _ = normalised(x, axes, eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def first(f, *tensors, **settings):
    """The output alone: no gradient flows through mean and variance, the other outputs."""
    return f(*tensors, **settings)[0]


NORMS = [
    case("batch_norm_by_batch", [(3, 2)], like=batch_norm, call=first, shapes=False),
    case("batch_norm_by_batch", [(2, 2, 3), (2,), (2,)], eps=0.1, like=batch_norm, call=first,
         shapes=False),
    case("layer_norm_of", [(2, 3)], like=layer_norm, shapes=False),
    case("layer_norm_of", [(2, 2, 3), (2, 3), (2, 3)], axes=(-2, -1), eps=0.1, like=layer_norm,
         shapes=False),
    case("layer_norm_of", [(2, 3), (3,), None], like=layer_norm, shapes=False),
    case("layer_norm", [(2, 3), (3,), (3,)], like=layer_norm, shapes=False,
         call=lambda f, x, weight, bias: f(x, (3,), weight, bias)),
]  # fmt: skip


# -------------------------------------------------------------------- convolution


def terms(image, kernel, stride, padding, dilation, groups):
    """For each product in a convolution of these shapes, the index into y, x and weight."""
    n, _c, h, w = image
    o, share, kh, kw = kernel
    oh = (h + 2 * padding[0] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    ow = (w + 2 * padding[1] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    sizes = (n, o, oh, ow, share, kh, kw)
    for b, out, i, j, k, u, v in itertools.product(*map(range, sizes)):
        row = i * stride[0] - padding[0] + u * dilation[0]
        column = j * stride[1] - padding[1] + v * dilation[1]
        channel = out // (o // groups) * share + k
        if 0 <= row < h and 0 <= column < w:
            yield (b, out, i, j), (b, channel, row, column), (out, k, u, v)


def conv_size(x, w, stride, padding, dilation):
    return [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(x[2:], w[2:], stride, padding, dilation, strict=True)
    ]


def correlate(x, weight, stride, padding, dilation, groups):
    y = np.zeros(
        (len(x), len(weight), *conv_size(x.shape, weight.shape, stride, padding, dilation))
    )
    for at, read, by in terms(x.shape, weight.shape, stride, padding, dilation, groups):
        y[at] += x[read] * weight[by]
    return y


def with_bias(x, weight, bias, **how):
    return correlate(x, weight, **how) + bias.reshape(-1, 1, 1)


def into_image(g, weight, input_size, **how):
    x = np.zeros(input_size)
    for at, read, by in terms(input_size, weight.shape, **how):
        x[read] += g[at] * weight[by]
    return x


def into_weight(g, x, weight_size, **how):
    weight = np.zeros(weight_size)
    for at, read, by in terms(x.shape, weight_size, **how):
        weight[by] += g[at] * x[read]
    return weight


def pooled(x, kernel_size, stride, padding, dilation, ceil_mode):
    """Values and indices of max pooling, without ceil_mode."""
    n, c, _h, w = x.shape
    size = conv_size(x.shape, (0, 0, *kernel_size), stride, padding, dilation)
    values = np.full((n, c, *size), -np.inf)
    indices = np.zeros((n, c, *size), np.int64)
    kernel = (c, 1, *kernel_size)
    for at, read, _ in terms(x.shape, kernel, stride, padding, dilation, c):
        if x[read] > values[at]:
            values[at], indices[at] = x[read], read[2] * w + read[3]
    return values, indices


def into_windows(g, indices, input_size):
    x = np.zeros(input_size)
    for at in np.ndindex(g.shape):
        x[at[:2]].reshape(-1)[indices[at]] += g[at]
    return x


WINDOWS = np.array([[[[0, 2], [5, 4]]]])
HALVES = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])

IMAGES = [
    case("cross_correlate", [(1, 2, 3, 3), (1, 2, 2, 2)], like=correlate, shapes=False, **PLAIN),
    case("cross_correlate", [(1, 2, 3, 4), (2, 1, 2, 2)], like=correlate, shapes=False, **STRIDED),
    case("convolution", [(1, 2, 3, 3), (2, 2, 2, 2), (2,)], like=with_bias, shapes=False,
         torch=None, **PLAIN),
    case("convolution", [(1, 2, 3, 4), (2, 1, 2, 2), (2,)], like=with_bias, shapes=False,
         torch=None, **STRIDED),
    case("conv2d_input", [(1, 2, 2, 2), (2, 1, 2, 2)], input_size=(1, 1, 3, 3), like=into_image,
         shapes=False, **PLAIN),
    case("conv2d_input", [(1, 2, 2, 2), (2, 1, 2, 2)], input_size=(1, 2, 3, 4), like=into_image,
         shapes=False, **STRIDED),
    case("conv2d_weight", [(1, 2, 2, 2), (1, 1, 3, 3)], weight_size=(2, 1, 2, 2), like=into_weight,
         shapes=False, **PLAIN),
    case("conv2d_weight", [(1, 2, 2, 2), (1, 2, 3, 4)], weight_size=(2, 1, 2, 2), like=into_weight,
         shapes=False, **STRIDED),
    case("conv2d", [(1, 1, 3, 3), (2, 1, 2, 2), (2,)], like=lambda *xs: with_bias(*xs, **PLAIN),
         shapes=False),
    case("conv2d", [(1, 2, 3, 3), (2, 1, 2, 2)], raises="to have 1 channels, but got 2 channels"),
    case("max_pool2d_with_indices", [(1, 2, 4, 4)], kernel_size=(2, 2), stride=(2, 2),
         padding=(0, 0),
         dilation=(1, 1), ceil_mode=False, like=pooled, shapes=False),
    case("max_pool2d_with_indices", [(1, 1, 4, 5)], kernel_size=(3, 2), stride=(1, 2),
         padding=(1, 1),
         dilation=(1, 2), ceil_mode=False, like=pooled, shapes=False),
    case("max_pool2d_input", [(1, 1, 2, 2), WINDOWS], input_size=(1, 1, 2, 3), like=into_windows,
         torch=None, shapes=False),
    case("max_pool2d_gather", [(1, 1, 2, 3), WINDOWS], torch=None, shapes=False,
         like=lambda x, indices: x.reshape(1, 1, 6)[:, :, indices[0, 0]]),
    case("weighted_windows", [(1, 3, 3), HALVES, HALVES], fixed=(1, 2), shapes=False,
         like=lambda x, rows, columns: rows @ x @ columns.T),
    case("avg_pool2d", [(1, 3, 3)], kernel_size=2, stride=1, shapes=False,
         like=lambda x, kernel_size, stride: HALVES @ x @ HALVES.T),
]  # fmt: skip

CASES = [*ACTIVATIONS, *LOSSES, *NORMS, *IMAGES]
