"""Rows for convolution, pooling, padding, resampling and sampling of images."""

import itertools
import math

import numpy as np

from op_cases.row import case

PLAIN = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
STRIDED = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
LONG = {"stride": (2,), "padding": (1,), "dilation": (2,), "groups": 1}


# -------------------------------------------------------------------- convolution


def terms(image, kernel, stride, padding, dilation, groups):
    """For each product in a convolution of these shapes, the index into y, x and weight."""
    o, share, *inner = kernel
    size = conv_size(image, kernel, stride, padding, dilation)
    for b, out, *at in np.ndindex(image[0], o, *size):
        for k, *within in np.ndindex(share, *inner):
            how = zip(at, within, stride, padding, dilation, strict=True)
            read = [i * s - p + u * d for i, u, s, p, d in how]
            channel = out // (o // groups) * share + k
            if all(0 <= r < n for r, n in zip(read, image[2:], strict=True)):
                yield (b, out, *at), (b, channel, *read), (out, k, *within)


def conv_size(x, w, stride, padding, dilation):
    return [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(x[2:], w[2:], stride, padding, dilation, strict=True)
    ]


def correlate(x, weight, bias=None, *, stride, padding, dilation, groups):
    y = np.zeros(
        (len(x), len(weight), *conv_size(x.shape, weight.shape, stride, padding, dilation))
    )
    for at, read, by in terms(x.shape, weight.shape, stride, padding, dilation, groups):
        y[at] += x[read] * weight[by]
    return y if bias is None else y + bias.reshape(-1, *[1] * (x.ndim - 2))


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


def convolved(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    axes = x.ndim - 2
    how = [(n,) * axes if isinstance(n, int) else n for n in (stride, padding, dilation)]
    names = ("stride", "padding", "dilation")
    return correlate(x, weight, bias, groups=groups, **dict(zip(names, how, strict=True)))


def spread(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """A transposed convolution, for numbers as settings."""
    axes = x.ndim - 2
    size = [
        (n - 1) * stride + dilation * (k - 1) + 1
        for n, k in zip(x.shape[2:], weight.shape[2:], strict=True)
    ]
    how = {"stride": (stride,), "padding": (0,), "dilation": (dilation,)}
    how = {name: value * axes for name, value in how.items()}
    y = into_image(x, weight, (len(x), weight.shape[1] * groups, *size), groups=groups, **how)
    y = padded(y, [-padding, output_padding - padding] * axes)
    return y if bias is None else y + bias.reshape(-1, *[1] * axes)


CONVOLUTIONS = [
    case("convolution", [(1, 2, 3, 3), (1, 2, 2, 2)], like=correlate, shapes=False, torch=None,
         **PLAIN),
    case("convolution", [(1, 2, 3, 4), (2, 1, 2, 2), (2,)], like=correlate, shapes=False,
         torch=None, **STRIDED),
    case("convolution", [(1, 2, 6), (2, 2, 2), (2,)], like=correlate, shapes=False, torch=None,
         **LONG),
    case("conv_input", [(1, 2, 2, 2), (2, 1, 2, 2)], input_size=(1, 1, 3, 3), like=into_image,
         shapes=False, **PLAIN),
    case("conv_input", [(1, 2, 2, 2), (2, 1, 2, 2)], input_size=(1, 2, 3, 4), like=into_image,
         shapes=False, **STRIDED),
    case("conv_weight", [(1, 2, 2, 2), (1, 1, 3, 3)], weight_size=(2, 1, 2, 2), like=into_weight,
         shapes=False, **PLAIN),
    case("conv_weight", [(1, 2, 2, 2), (1, 2, 3, 4)], weight_size=(2, 1, 2, 2), like=into_weight,
         shapes=False, **STRIDED),
    case("conv1d", [(2, 2, 5), (2, 1, 3), (2,)], stride=2, padding=2, groups=2, like=convolved,
         shapes=False),
    case("conv1d", [(4,), (1, 1, 2)],
         raises="Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size:"),
    case("conv2d", [(1, 1, 3, 3), (2, 1, 2, 2), (2,)], like=convolved, shapes=False),
    case("conv2d", [(1, 2, 3, 3), (2, 1, 2, 2)], raises="to have 1 channels, but got 2 channels"),
    case("conv2d", [(1, 1, 3, 3), (2, 1, 2, 2)], groups=0,
         raises="non-positive groups is not supported"),
    case("conv2d", [(1, 1, 3, 3), (2, 1, 2, 2)], dilation=0,
         raises="dilation should be greater than zero, but got [0, 0]"),
    case("conv2d", [(1, 2, 3, 3), (3, 1, 2, 2)], groups=2,
         raises="Given groups=2, expected weight to be divisible by 2 at dimension 0"),
    case("conv3d", [(1, 1, 2, 3, 2), (1, 1, 2, 2, 1), (1,)], padding=(0, 1, 0), like=convolved,
         shapes=False),
    case("conv_transpose1d", [(1, 2, 3), (2, 1, 2), (1,)], stride=2, padding=1, output_padding=1,
         like=spread, shapes=False),
    case("conv_transpose1d", [(1, 2, 3), (2, 1, 2)], output_padding=1, dilation=2, like=spread,
         shapes=False),
    case("conv_transpose2d", [(1, 2, 2, 2), (2, 1, 2, 2), (2,)], stride=2, groups=2, like=spread,
         shapes=False),
    case("conv_transpose2d", [(1, 1, 2, 2), (1, 1, 2, 2)], output_padding=1,
         raises="output padding must be smaller than either stride or dilation"),
    case("conv_transpose2d", [(1, 1, 2, 2), (1, 1, 2, 2)], padding=3,
         raises="Calculated output size per channel: (-3 x -3). Output size is too small"),
    case("conv_transpose3d", [(1, 1, 1, 2, 2), (1, 1, 2, 1, 2)], like=spread, shapes=False),
]  # fmt: skip


# -------------------------------------------------------------------- pooling


def pooled(x, kernel_size, stride, padding, dilation, ceil_mode):
    """Values and indices of max pooling, without ceil_mode."""
    c, axes = x.shape[1], x.ndim - 2
    size = conv_size(x.shape, (0, 0, *kernel_size), stride, padding, dilation)
    values = np.full((len(x), c, *size), -np.inf)
    indices = np.zeros(values.shape, np.int64)
    for at, read, _ in terms(x.shape, (c, 1, *kernel_size), stride, padding, dilation, c):
        if x[read] > values[at]:
            values[at] = x[read]
            indices[at] = np.ravel_multi_index(read[-axes:], x.shape[-axes:])
    return values, indices


def into_windows(g, indices, input_size):
    x = np.zeros(input_size)
    for at in np.ndindex(g.shape):
        x[at[:2]].reshape(-1)[indices[at]] += g[at]
    return x


def over_windows(f):
    """Pooling with f, for windows of `kernel_size` side by side."""

    def pool(x, kernel_size):
        axes = x.ndim - 2
        y = np.empty((*x.shape[:2], *[n // kernel_size for n in x.shape[2:]]))
        for b, c, *at in np.ndindex(y.shape):
            part = tuple([slice(i * kernel_size, (i + 1) * kernel_size) for i in at])
            y[(b, c, *at)] = f(x[(b, c, *part)])
        return y if axes else x

    return pool


def over_spans(f):
    """Pooling with f into `output_size` windows along each axis."""

    def pool(x, output_size):
        axes = x.ndim - 2
        y = np.empty((*x.shape[:2], *[output_size] * axes))
        for b, c, *at in np.ndindex(y.shape):
            part = tuple(
                [
                    slice(i * n // output_size, -(-(i + 1) * n // output_size))
                    for i, n in zip(at, x.shape[2:], strict=True)
                ]
            )
            y[(b, c, *at)] = f(x[(b, c, *part)])
        return y

    return pool


def length(window):
    return math.sqrt((window * window).sum())


WINDOWS = np.array([[[[0, 2], [5, 4]]]])
HALVES = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
SHAPES = {1: (1, 2, 5), 2: (1, 2, 4, 5), 3: (1, 1, 2, 4, 3)}

POOLING = [
    case("max_pool_with_indices", [(1, 2, 4, 4)], kernel_size=(2, 2), stride=(2, 2),
         padding=(0, 0), dilation=(1, 1), ceil_mode=False, like=pooled, shapes=False),
    case("max_pool_with_indices", [(1, 1, 4, 5)], kernel_size=(3, 2), stride=(1, 2),
         padding=(1, 1), dilation=(1, 2), ceil_mode=False, like=pooled, shapes=False),
    case("max_pool_with_indices", [(1, 1, 3, 2, 4)], kernel_size=(2, 2, 3), stride=(1, 2, 1),
         padding=(1, 0, 1), dilation=(1, 1, 1), ceil_mode=False, like=pooled, shapes=False),
    case("max_pool_input", [(1, 1, 2, 2), WINDOWS], input_size=(1, 1, 2, 3), like=into_windows,
         torch=None, shapes=False),
    case("max_pool_gather", [(1, 1, 2, 3), WINDOWS], torch=None, shapes=False,
         like=lambda x, indices: x.reshape(1, 1, 6)[:, :, indices[0, 0]]),
    case("largest_of", [np.array([[[3.0, 1.0, 2.0, 5.0]]])], flat=np.array([[[[0, 1], [1, 2]]]]),
         like=lambda x, flat: np.array([[[0, 2]]]), torch=None, shapes=False),
    case("weighted_windows", [(1, 3, 3), HALVES, HALVES], fixed=(1, 2), shapes=False,
         like=lambda x, columns, rows: rows @ x @ columns.T),
    *[
        case(f"{name}_pool{axes}d", [SHAPES[axes]], kernel_size=2, like=over_windows(f),
             shapes=False, half=axes < 3)
        for axes in SHAPES
        for name, f in {"max": np.max, "avg": np.mean}.items()
    ],
    *[
        case(f"adaptive_{name}_pool{axes}d", [SHAPES[axes]], output_size=2, like=over_spans(f),
             call=lambda f, x, output_size: first(f(x, output_size)),
             torch=f"nn.functional.adaptive_{name}_pool{axes}d", shapes=False)
        for axes in SHAPES
        for name, f in {"max": np.max, "avg": np.mean}.items()
    ],
    *[
        case(f"lp_pool{axes}d", [SHAPES[axes]], kernel_size=2, like=over_windows(length),
             call=lambda f, x, kernel_size: f(x, 2.0, kernel_size), shapes=False, half=axes < 3)
        for axes in SHAPES
    ],
    *[
        case(f"max_unpool{axes}d", [SHAPES[axes][:2] + (1,) * axes],
             call=lambda f, x, axes: f(x, zeros_like(x), 2), axes=axes, torch=None,
             like=lambda x, axes: np.pad(x, [(0, 0)] * 2 + [(0, 1)] * axes), shapes=False)
        for axes in SHAPES
    ],
    case("max_unpool2d", [(1, 1, 1, 1), np.array([[[[4]]]])], kernel_size=2,
         raises="Found an invalid max index: 4 (output volumes are of size 2x2)", gpu=False),
    case("max_pool2d", [(1, 1, 3, 3)], kernel_size=2, padding=2,
         raises="pad should be at most half of effective kernel size, but got pad=2"),
    case("max_pool2d", [(1, 1, 3, 3)], kernel_size=(2, 2, 2),
         raises="max_pool2d: kernel_size must either be a single int, or a tuple of two ints"),
    case("max_pool1d", [(1, 1, 3)], kernel_size=5,
         raises="max_pool1d() Invalid computed output size: 0"),
    case("avg_pool2d", [(1, 3, 3)], kernel_size=2, stride=1, shapes=False,
         like=lambda x, kernel_size, stride: HALVES @ x @ HALVES.T),
    case("avg_pool2d", [(1, 3, 3)], kernel_size=2, divisor_override=0,
         raises="divisor must be not zero"),
    case("adaptive_avg_pool2d", [(3, 3)], output_size=2,
         raises="adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [3, 3]"),
    case("adaptive_avg_pool2d", [(1, 3, 3)], output_size=(-1, 1),
         raises="elements of output_size must be greater than or equal to 0 but received {-1, 1}"),
]  # fmt: skip


def first(found):
    return found[0] if isinstance(found, tuple) else found


def zeros_like(x):
    return (x.detach() * 0).long()


# -------------------------------------------------------------------- padding, resampling


def padded(x, pad, value=0):
    """With a number; negative sizes cut."""
    edges = [(0, 0)] * (x.ndim - len(pad) // 2) + list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    x = np.pad(x, [(max(a, 0), max(b, 0)) for a, b in edges], constant_values=value)
    return x[tuple([slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape, edges)])]


def as_columns(x, kernel, stride, padding, dilation):
    (n, c), how = x.shape[:2], (stride, padding, dilation)
    y = np.zeros((n, c, *kernel, *conv_size(x.shape, (0, 0, *kernel), *how)))
    for (b, channel, *at), read, (_, _, *within) in terms(x.shape, (c, 1, *kernel), *how, c):
        y[(b, channel, *within, *at)] = x[read]
    return y.reshape(n, c * math.prod(kernel), -1)


def as_images(x, size, kernel, stride, padding, dilation):
    shape = (len(x), x.shape[1] // math.prod(kernel), *size)
    places = as_columns(
        np.arange(1.0, 1 + math.prod(shape)).reshape(shape), kernel, stride, padding, dilation
    ).astype(int)
    y = np.zeros(1 + math.prod(shape))
    np.add.at(y, places, x)
    return y[1:].reshape(shape)


def shuffled(x, upscale_factor):
    n, c, h, w = x.shape
    r = upscale_factor
    y = np.zeros((n, c // (r * r), h * r, w * r))
    for k, i, j in itertools.product(range(c // (r * r)), range(r), range(r)):
        y[:, k, i::r, j::r] = x[:, k * r * r + i * r + j]
    return y


def from_edges(x, pad, mode):
    numpy = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    return np.pad(x, [(0, 0), pad[2:], pad[:2]], numpy)


def to_edges(x, pad, mode):
    """`from_edges` transposed, by its matrix."""
    one = np.eye(9).reshape(9, 3, 3)
    matrix = from_edges(one, pad, mode).reshape(9, 30)
    return (x.reshape(-1, 30) @ matrix.T).reshape(-1, 3, 3)


WINDOW = {"kernel": (2, 2), "stride": (1, 2), "padding": (0, 1), "dilation": (2, 1)}
BACK = np.array([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
CELLS = np.array([[[0, 3, 3], [1, 2, 0]], [[2, 2, 2], [3, 2, 1]]])


def cells(x, index):
    """x[n, c, index[n, k, p]], of shape (N, C, K, P)."""
    return np.stack([each[:, at] for each, at in zip(x, index)])


IMAGES = [
    case("padded_with", [(2, 3)], pad=(1, -1, 0, 2), value=0.5, like=padded, torch=None,
         shapes=False),
    case("constant_pad_nd", [(2, 3)], pad=(1, 2), value=0.5, like=padded, shapes=False),
    case("constant_pad_nd", [(2, 3)], pad=(1,), raises="Length of pad must be even"),
    *[
        case("pad", [(1, 2, 3)], pad=(2, 1), mode=mode, torch="nn.functional.pad", shapes=False,
             like=lambda x, pad, mode, numpy=numpy: np.pad(x, [(0, 0), (0, 0), pad], numpy))
        for mode, numpy in {
            "constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap",
        }.items()
    ],
    *[
        case(name, [shape], pad=(1, 2, 2, 0), mode=mode, torch=None, shapes=False, like=like)
        for mode in ("reflect", "replicate", "circular")
        for name, shape, like in (
            ("padded_from_edges", (2, 3, 3), from_edges), ("added_to_edges", (2, 5, 6), to_edges),
        )
    ],
    case("pad", [(1, 2, 3)], pad=(3, 0), mode="reflect",
         raises="Argument #4: Padding size should be less than the corresponding input dimension"),
    case("im2col", [(1, 2, 3, 4)], like=as_columns, torch=None, shapes=False, **WINDOW),
    case("col2im", [(1, 8, 3)], size=(3, 4), like=as_images, torch=None, shapes=False, **WINDOW),
    case("pixel_shuffle", [(1, 4, 2, 3)], upscale_factor=2, like=shuffled, shapes=False),
    case("pixel_shuffle", [(3, 2, 2)], upscale_factor=2,
         raises="input.size(-3)=3 is not divisible by 4"),
    case("pixel_unshuffle", [(1, 1, 2, 4)], downscale_factor=2, shapes=False,
         like=lambda x, downscale_factor: np.stack(
             [x[:, 0, i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)),
    case("channel_shuffle", [(1, 4, 2)], groups=2, like=lambda x, groups: x[:, [0, 2, 1, 3]],
         shapes=False),
    case("native_channel_shuffle", [(1, 4, 2)], groups=2, shapes=False, torch=None,
         like=lambda x, groups: x[:, [0, 2, 1, 3]]),
    case("interpolate", [(1, 1, 3)], scale_factor=2.0, shapes=False,
         like=lambda x, scale_factor: x.repeat(2, -1)),
    case("interpolate", [(1, 1, 2, 2)], size=(3, 3), mode="bilinear", align_corners=True,
         like=lambda x, size, mode, align_corners: MIDDLE @ x @ MIDDLE.T, shapes=False),
    case("interpolate", [(1, 1, 2)], size=3, scale_factor=2.0, error=ValueError,
         raises="only one of size or scale_factor should be defined"),
    case("grid_sample", [(1, 1, 3, 3), np.array([[[[-1.0, -1.0], [0.5, 0.25]]]])],
         align_corners=True, shapes=False,
         like=lambda x, grid, align_corners: np.array([[[[
             x[0, 0, 0, 0], 0.375 * x[0, 0, 1, 1] + 0.375 * x[0, 0, 1, 2]
             + 0.125 * x[0, 0, 2, 1] + 0.125 * x[0, 0, 2, 2]]]]]), fixed=(1,)),
    case("in_pixels", [(2, 3)], m=4, align_corners=False, torch=None,
         like=lambda x, m, align_corners: (x + 1) * 2 - 0.5),
    case("in_pixels", [(2, 3)], m=4, align_corners=True, torch=None,
         like=lambda x, m, align_corners: (x + 1) * 1.5),
    case("brought_in", [np.array([-0.7, 0.2, 1.3, 3.4])], m=3, padding_mode="border",
         align_corners=False, torch=None, like=lambda x, *_: x.clip(0, 2)),
    case("brought_in", [np.array([-1.2, 0.2, 1.3, 3.4, 5.8])], m=3, padding_mode="reflection",
         align_corners=False, torch=None, shapes=False,
         like=lambda x, *_: np.array([0.2, 0.2, 1.3, 1.6, 0])),
    case("brought_in", [(3,)], m=3, padding_mode="zeros", align_corners=True, torch=None,
         like=lambda x, *_: x),
    case("shares", [(2, 1, 3)], mode="bilinear", shapes=False, torch=None,
         like=lambda x, mode: np.concatenate([1 - x % 1, x % 1], 1)),
    case("shares", [np.array([[[1.5]]])], mode="bicubic", shapes=False, torch=None,
         like=lambda x, mode: np.array([[[-0.09375], [0.59375], [0.59375], [-0.09375]]])),
    case("shares", [(2, 1, 3)], mode="nearest", shapes=False, torch=None, orders=0,
         like=lambda x, mode: np.ones_like(x)),
    case("blend", [(2, 3, 4), (2, 2, 3)], index=CELLS, shapes=False, torch=None,
         like=lambda x, weight, index: np.einsum("nkp,nckp->ncp", weight, cells(x, index))),
    case("blend_input", [(2, 3, 3), (2, 2, 3)], index=CELLS, size=4, shapes=False, torch=None,
         like=lambda x, weight, index, size: np.einsum(
             "ncp,nkp,nkpm->ncm", x, weight, np.eye(size)[index])),
    case("blend_weight", [(2, 3, 3), (2, 3, 4)], index=CELLS, shapes=False, torch=None,
         like=lambda x, other, index: np.einsum("ncp,nckp->nkp", x, cells(other, index))),
    case("affine_grid", [BACK], size=(1, 1, 2, 2), shapes=False, fixed=(0,), orders=0,
         like=lambda theta, size: np.array([[[[0.5, -0.5], [0.5, 0.5]], [[-0.5, -0.5],
                                                                         [-0.5, 0.5]]]]),
         call=lambda f, theta, size: f(theta, size, align_corners=False)),
]  # fmt: skip

MIDDLE = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])

CASES = [*CONVOLUTIONS, *POOLING, *IMAGES]
