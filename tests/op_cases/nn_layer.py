"""Rows for normalisation, embeddings, lengths and distances, attention."""

import numpy as np

from op_cases.row import case

INDEX = np.array([[0, 2], [2, 3]])
MASK = np.array([[True, False, True, True], [False, True, False, True]])


def normalised(x, axes, eps):
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


def scaled(y, weight, bias):
    channels = (-1, *[1] * (y.ndim - 2))
    y = y if weight is None else y * weight.reshape(channels)
    return y if bias is None else y + bias.reshape(channels)


def batch_norm(x, weight=None, bias=None, eps=1e-5):
    return scaled(normalised(x, (0, *range(2, x.ndim)), eps), weight, bias)


def instance_norm(x, mean=None, var=None, weight=None, bias=None, eps=1e-5):
    return scaled(normalised(x, tuple(range(2, x.ndim)), eps), weight, bias)


def group_norm(x, weight=None, bias=None, num_groups=1, eps=1e-5):
    groups = normalised(x.reshape(len(x), num_groups, -1), (2,), eps)
    return scaled(groups.reshape(x.shape), weight, bias)


def layer_norm(x, weight=None, bias=None, axes=(-1,), eps=1e-5):
    y = normalised(x, axes, eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def rms_norm(x, weight=1.0, axes=(-1,), eps=1e-5):
    return x / np.sqrt((x * x).mean(axes, keepdims=True) + eps) * weight


def response_norm(x, size, alpha, k):
    channels = x.shape[1]
    near = [
        (x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1] ** 2).sum(1) / size
        for c in range(channels)
    ]
    return x / (k + alpha * np.stack(near, 1)) ** 0.75


def first(f, *tensors, **settings):
    """The output alone: no gradient flows through mean and variance, the other outputs."""
    return f(*tensors, **settings)[0]


def of_last(f, x, weight, bias=None, **settings):
    """The call of a norm over the last axis, which takes its size."""
    return f(x, (x.shape[-1],), weight, *[] if bias is None else [bias], **settings)


def by_groups(f, x, weight, bias, num_groups):
    return f(x, num_groups, weight, bias)


def column(vector, otherwise):
    """(3,) as it broadcasts against (2, 3, 2)."""
    return otherwise if vector is None else vector[:, None]


def by_running(x, mean, var, weight=None, bias=None, eps=1e-5):
    unit = (x - mean[:, None]) / np.sqrt(var[:, None] + eps)
    return unit * column(weight, 1) + column(bias, 0)


SPREADS = np.array([0.5, 1.0, 2.0])
NORMS = [
    case("batch_norm_by_batch", [(3, 2)], like=batch_norm, call=first, shapes=False),
    case("batch_norm_by_batch", [(2, 2, 3), (2,), (2,)], eps=0.1, like=batch_norm, call=first,
         shapes=False),
    *[
        case("batch_norm_by_running", [(2, 3, 2), (3,), SPREADS, *vectors], eps=0.1, fixed=(1, 2),
             like=by_running, shapes=False)
        for vectors in ([], [(3,), None], [None, (3,)], [(3,), (3,)])
    ],
    *[
        case("scale_channels", [(2, 3, 2), *vectors], shapes=False, like=lambda x, scale, shift:
             x * column(scale, 1) + column(shift, 0))
        for vectors in ([(3,), None], [None, (3,)], [(3,), (3,)])
    ],
    case("layer_norm_of", [(2, 3)], like=layer_norm, shapes=False),
    case("layer_norm_of", [(2, 2, 3), (2, 3), (2, 3)], axes=(-2, -1), eps=0.1, like=layer_norm,
         shapes=False),
    case("layer_norm_of", [(2, 3), (3,), None], like=layer_norm, shapes=False),
    case("layer_norm_of", [(2, 3), (2, 3), (2, 3)], axes=(0, 1), like=layer_norm, shapes=False),
    case("layer_norm", [(2, 3), (3,), (3,)], like=layer_norm, shapes=False, call=of_last),
    case("rms_norm_of", [(2, 3), (3,)], like=rms_norm, shapes=False),
    case("rms_norm_of", [(2, 2, 3), None], axes=(-2, -1), eps=0.1, shapes=False,
         like=lambda x, weight, axes, eps: rms_norm(x, 1.0, axes, eps)),
    case("rms_norm", [(2, 3), (3,)], eps=1e-3, like=rms_norm, shapes=False, call=of_last),
    case("group_norm", [(2, 4, 3), (4,), (4,)], num_groups=2, like=group_norm, shapes=False,
         call=by_groups),
    case("group_norm", [(2, 7, 4)], num_groups=2,
         raises="Expected number of channels in input to be divisible by num_groups, but got input "
         "of shape [2, 7, 4]"),
    case("group_norm", [(1,)], num_groups=1,
         raises="Expected at least 2 dimensions for input tensor but received 1"),
    case("instance_norm", [(2, 3, 4), None, None, (3,), (3,)], like=instance_norm, shapes=False,
         torch="nn.functional.instance_norm",
         call=lambda f, x, mean, var, w, b: f(x, weight=w, bias=b)
         if f.__name__ == "instance_norm" else f(x, w, b, mean, var, True, 0.1, 1e-5, False)),
    case("local_response_norm", [(2, 4, 3)], size=3, alpha=0.5, k=2.0, like=response_norm,
         shapes=False),
    case("local_response_norm", [(2, 3)], size=2, error=ValueError,
         raises="input (got 2 dimensions)"),
]  # fmt: skip


# -------------------------------------------------------------------- embeddings


def bags(input, weight, mode="mean"):
    rows = weight[input]
    return {"mean": rows.mean, "sum": rows.sum, "max": rows.max}[mode](1)


EMBEDDINGS = [
    case("rows_of", [(4, 3)], index=INDEX, share=None, shapes=False,
         like=lambda x, index, share: x[index]),
    case("embedding", [INDEX, (4, 3)], shapes=False, torch="nn.functional.embedding",
         call=lambda f, index, table: f(table, index) if f.__module__.startswith("minitorch")
         else f(index, table), like=lambda index, table: table[index]),
    *[
        case("embedding_bag", [INDEX, (4, 3)], mode=mode, shapes=False, like=bags,
             torch="nn.functional.embedding_bag")
        for mode in ("sum", "mean", "max")
    ],
    case("embedding_bag", [INDEX, (4,)], error=ValueError, torch="nn.functional.embedding_bag",
         raises="weight has to be a 2D Tensor, but got Tensor of dimension 1"),
    case("embedding_bag", [INDEX[0], (4, 3)], error=ValueError, torch="nn.functional.embedding_bag",
         raises="offsets has to be a 1D Tensor but got None"),
    case("one_hot", [INDEX], num_classes=5,
         like=lambda index, num_classes: np.eye(5, dtype=int)[index]),
]  # fmt: skip


# -------------------------------------------------------------------- lengths and distances


def length(x, p=2.0, dim=-1, keepdim=False):
    size = np.abs(x)
    if p == 0:
        return (x != 0).sum(dim, keepdims=keepdim).astype(x.dtype)
    if p == np.inf:
        return size.max(dim, keepdims=keepdim)
    return (size**p).sum(dim, keepdims=keepdim) ** (1 / p)


def cosine(a, b, dim=1):
    return (a * b).sum(dim) / length(a, dim=dim) / length(b, dim=dim)


def pairs(x, p=2.0):
    one, other = np.triu_indices(len(x), 1)
    return length(x[one] - x[other], p)


DISTANCES = [
    case("normalize", [(2, 3)], p=3.0, shapes=False,
         like=lambda x, p: x / length(x, p, 1, True)),
    case("cosine_similarity", [(2, 3), (2, 3)], like=cosine, shapes=False),
    case("cosine_similarity", [(2, 1, 3), (4, 3)], dim=2, shapes=False,
         like=lambda a, b, dim: cosine(*np.broadcast_arrays(a, b), dim)),
    case("cosine_similarity", [np.array([[1]]), np.array([[1]])],
         raises="expected common dtype to be floating point, yet common dtype is Long"),
    case("pairwise_distance", [(2, 3), (2, 3)], shapes=False,
         like=lambda a, b: length(a - b + 1e-6)),
    case("pairwise_distance", [(2, 3), (3,)], p=1.0, keepdim=True, shapes=False,
         like=lambda a, b, p, keepdim: length(a - b + 1e-6, p, keepdim=True)),
    case("pdist", [(4, 3)], like=pairs, shapes=False, half=False),
    case("pdist", [(4, 3)], p=np.inf, like=pairs, shapes=False, half=False),
    case("pdist", [(3,)], raises="pdist only supports 2D tensors, got: 1D"),
    case("bilinear", [(2, 3), (2, 4), (5, 3, 4), (5,)], shapes=False,
         like=lambda a, b, w, bias: np.einsum("ni,kij,nj->nk", a, w, b) + bias),
    case("bilinear", [(2, 3), (2, 4), (5, 2, 4)],
         raises="bilinear(): input1 size does not match weight size: got 3 but expected 2"),
]  # fmt: skip


# -------------------------------------------------------------------- attention


def attention(q, k, v, mask=None, kept=None, is_causal=False, scale=None):
    scores = q @ k.swapaxes(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return (weights if kept is None else weights * kept) @ v


def product_of_two(f, x):
    """Of the three parts only the first and the last are used."""
    first, _, last = f(x)
    return first * last


KEPT = np.array([[2.0, 0, 2, 0], [0, 0, 2, 2]])

ATTENTION = [
    case("thirds", [(2, 2, 6)], like=lambda x: x[..., :2] * x[..., 4:], call=product_of_two,
         torch=None, shapes=False),
    case("thirds", [(3, 3)], like=lambda x: x[..., :1] * x[..., 2:], call=product_of_two,
         torch=None, shapes=False),
    case("attention", [(2, 2, 3), (2, 4, 3), (2, 4, 5)], like=attention, scale=0.5, torch=None,
         shapes=False),
    case("attention", [(2, 3), (4, 3), (4, 5), np.where(MASK, 0.5, -np.inf), KEPT], scale=0.5,
         like=attention, torch=None, shapes=False, fixed=(3, 4)),
    case("attention", [(1, 3, 2), (1, 5, 2), (1, 5, 2)], like=attention, scale=1.0, is_causal=True,
         torch=None, shapes=False),
    case("scaled_dot_product_attention", [(2, 2, 3), (2, 4, 3), (2, 4, 5)], like=attention,
         shapes=False),
    case("scaled_dot_product_attention", [(2, 3), (4, 3), (4, 5), MASK], like=attention,
         shapes=False),
    case("scaled_dot_product_attention", [(2, 3), (4, 3), (4, 5), (2, 4)], scale=0.3,
         like=attention, shapes=False),
    case("scaled_dot_product_attention", [(1, 3, 2), (1, 3, 2), (1, 3, 2)], is_causal=True,
         like=attention, shapes=False),
    case("scaled_dot_product_attention", [(3,), (3,), (3,)],
         raises="Expected query, key, and value to all be  at least 2 dimensional, but got "
         "query.dim: 1"),
    # PyTorch takes both for 4 dimensions and a mask that needs no gradient.
    case("scaled_dot_product_attention", [(1, 1, 3, 2)] * 3 + [(3, 3)], is_causal=True,
         like=attention, torch=None, shapes=False),
]  # fmt: skip

CASES = [*NORMS, *EMBEDDINGS, *DISTANCES, *ATTENTION]
