"""Attention in several heads, between linear maps: what `MultiheadAttention` computes."""

import math
import warnings

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.backend.dtypes import bool as bool_
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.backend.numpy_rows import parts_of_rows
from minitorch.ops.activation import softmax
from minitorch.ops.attention import scaled_dot_product_attention
from minitorch.ops.creation import zeros
from minitorch.ops.dropout import dropout
from minitorch.ops.join import cat
from minitorch.ops.products import linear, matmul


def multi_head_attention_forward(
    query,
    key,
    value,
    embed_dim_to_check,
    num_heads,
    in_proj_weight,
    in_proj_bias,
    bias_k,
    bias_v,
    add_zero_attn,
    dropout_p,
    out_proj_weight,
    out_proj_bias,
    training=True,
    key_padding_mask=None,
    need_weights=True,
    attn_mask=None,
    use_separate_proj_weight=False,
    q_proj_weight=None,
    k_proj_weight=None,
    v_proj_weight=None,
    static_k=None,
    static_v=None,
    average_attn_weights=True,
    is_causal=False,
):
    """Attention in `num_heads` parts of the width E, between linear maps.

    query             (L, N, E) or (L, E)
    key, value        (S, N, E) or (S, E), of other widths with separate weights
    in_proj_weight    (3 * E, E): those for query, key and value, one below the other
    bias_k, bias_v    (1, 1, E) or None: one key and one value more
    add_zero_attn     one key and one value more, of zeros
    key_padding_mask  (N, S) or (S,): True for keys that don't count, or floats to be added
    attn_mask         (L, S) or (N * num_heads, L, S): True for keys that don't count, or floats
    static_k, v       (N * num_heads, S, E / num_heads) in place of the mapped key and value
    need_weights      also return the weights, (N, L, S), or with `average_attn_weights` False
                      (N, num_heads, L, S)
    is_causal         a hint that attn_mask hides what comes later
    """
    batched = require_heads(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, width = query.shape
    is_causal = taken_hint(is_causal, attn_mask, key_padding_mask, need_weights)
    key_padding_mask = _canonical_mask(
        key_padding_mask, "key_padding_mask", _none_or_dtype(attn_mask), "attn_mask", query.dtype
    )
    attn_mask = _canonical_mask(
        None if is_causal else attn_mask, "attn_mask", None, "", query.dtype, check_other=False
    )
    require(
        width == embed_dim_to_check,
        f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}",
    )
    require(width % num_heads == 0, f"embed_dim {width} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        weights = q_proj_weight, k_proj_weight, v_proj_weight
        q, k, v = projected_apart(query, key, value, weights, in_proj_bias)
    else:
        q, k, v = projected(query, key, value, in_proj_weight, in_proj_bias)
    attn_mask = per_head(attn_mask, batch * num_heads, length, key.shape[0])

    if bias_k is not None or bias_v is not None:
        require_pair(bias_k, bias_v, static_k, static_v)
        k = cat([k, bias_k.repeat(1, batch, 1)])
        v = cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = longer(attn_mask), longer(key_padding_mask)
    heads = batch * num_heads, width // num_heads
    q = in_heads(q, *heads)
    k = in_heads(k, *heads) if static_k is None else required_static("static_k", static_k, *heads)
    v = in_heads(v, *heads) if static_v is None else required_static("static_v", static_v, *heads)
    if add_zero_attn:
        zero = zeros(heads[0], 1, heads[1], dtype=k.dtype, device=k.device)
        k, v = cat([k, zero], 1), cat([v, zero], 1)
        attn_mask, key_padding_mask = longer(attn_mask), longer(key_padding_mask)
    mask = joined(attn_mask, key_padding_mask, batch, num_heads, k.shape[1])

    attend = attended_by_weights if need_weights else attended
    y, weights = attend(q, k, v, mask, dropout_p if training else 0.0, is_causal)
    y = linear(y.transpose(0, 1).reshape(length, batch, width), out_proj_weight, out_proj_bias)
    if need_weights:
        weights = weights.reshape(batch, num_heads, length, -1)
        weights = weights.mean(1) if average_attn_weights else weights
    if batched:
        return y, weights
    return y.squeeze(1), weights.squeeze(0) if need_weights else None


def taken_hint(is_causal, attn_mask, key_padding_mask, need_weights):
    """Whether `is_causal` stands for the mask that it describes."""
    if is_causal and attn_mask is None:
        raise ShapeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module "
            "method `generate_square_subsequent_mask` to create this mask."
        )
    return is_causal and key_padding_mask is None and not need_weights


def attended(q, k, v, mask, dropout_p, is_causal):
    """The output of all heads, and no weights."""
    return scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal), None


def attended_by_weights(q, k, v, mask, dropout_p, is_causal):
    """The output of all heads, and the weights. Where no key counts both are nan, as in PyTorch."""
    scores = matmul(q * math.sqrt(1 / q.shape[-1]), k.transpose(-2, -1))
    weights = softmax(scores if mask is None else scores + mask, -1)
    weights = dropout(weights, dropout_p)
    return matmul(weights, v), weights


def joined(attn_mask, padding, batch, num_heads, keys):
    """Both masks, of floats, as one that broadcasts to (N * num_heads, L, S)."""
    if padding is None:
        return attn_mask
    for d, size in enumerate((batch, keys)):
        require(
            padding.shape[d] == size,
            f"Expected key_padded_mask.shape[{d}] to be {size}, but got {padding.shape[d]}",
        )
    padding = padding.reshape(batch, 1, 1, keys).expand(-1, num_heads, -1, -1)
    padding = padding.reshape(batch * num_heads, 1, keys)
    return padding if attn_mask is None else attn_mask + padding


def require_pair(bias_k, bias_v, static_k, static_v):
    require(bias_v is not None, "bias_k is set but bias_v is None")
    require(bias_k is not None, "bias_v is set but bias_k is None")
    require(static_k is None, "bias cannot be added to static key.")
    require(static_v is None, "bias cannot be added to static value.")


def projected(query, key, value, weight, bias):
    """The three inputs, mapped linearly; those that are one tensor in one product."""
    require(weight is not None, "use_separate_proj_weight is False but in_proj_weight is None")
    require(
        key.shape == value.shape, f"key shape {key.shape} does not match value shape {value.shape}"
    )
    width = query.shape[-1]
    if query is key is value:
        return thirds(linear(query, weight, bias))
    heads = linear(query, weight[:width], None if bias is None else bias[:width])
    rest, b = weight[width:], None if bias is None else bias[width:]
    if key is value:
        return heads, *linear(key, rest, b).chunk(2, -1)
    k = linear(key, rest[:width], None if b is None else b[:width])
    return heads, k, linear(value, rest[width:], None if b is None else b[width:])


@op(public=False, promote=None, outputs=("query", "key", "value"), shown="Split")
def thirds(x, /):
    """The three parts of x (..., 3 * E) along its last axis."""
    xp, shape = namespace(x), (*x.shape[:-1], x.shape[-1] // 3)

    def vjp(parts):
        kind = next(g for g in parts if g is not None).dtype
        parts = [xp.zeros(shape, kind) if g is None else g for g in parts]
        return xp.concatenate(parts, axis=-1)

    return xp.parts_of_rows(x, 3), vjp


TENSOR_FUNCTIONS.parts_of_rows = parts_of_rows


def projected_apart(query, key, value, weights, bias):
    """The three inputs, each mapped by a weight of its own: they may differ in width."""
    require(
        key.shape[:2] == value.shape[:2],
        f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}",
    )
    width = query.shape[-1]
    made = []
    for letter, name, x, weight, b in zip(
        "qkv",
        ("query", "key", "value"),
        (query, key, value),
        weights,
        (None, None, None) if bias is None else bias.chunk(3),
    ):
        require(
            weight is not None, f"use_separate_proj_weight is True but {letter}_proj_weight is None"
        )
        shape = width, x.shape[-1]
        require(
            weight.shape == shape,
            f"expecting {name} weights shape of {shape}, but got {weight.shape}",
        )
        made.append(linear(x, weight, b))
    return made


def in_heads(x, count, width):
    """(S, N, E) -> (N * num_heads, S, E / num_heads)."""
    return x.reshape(x.shape[0], count, width).transpose(0, 1)


def required_static(name, x, count, width):
    for d, size in ((0, count), (2, width)):
        require(x.shape[d] == size, f"expecting {name}.size({d}) of {size}, but got {x.shape[d]}")
    return x


def _canonical_mask(mask, mask_name, other_type, other_name, target_type, check_other=True):
    """A mask as floats to be added; True becomes -inf. The name is PyTorch's, whose layers are
    often copied and call it.

    other_type  dtype of the mask that goes with this one, or None
    """
    if mask is None:
        return None
    require(
        mask.dtype is bool_ or mask.dtype.is_floating_point,
        f"only bool and floating types of {mask_name} are supported",
    )
    if check_other and other_type is not None and other_type is not mask.dtype:
        warnings.warn(
            f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for "
            "both instead.",
            stacklevel=3,
        )
    if mask.dtype is not bool_:
        return mask
    return zeros(mask.shape, dtype=target_type, device=mask.device).masked_fill(mask, -math.inf)


def _none_or_dtype(input):
    return None if input is None else input.dtype


def per_head(mask, count, length, keys):
    """attn_mask in three dimensions."""
    if mask is None:
        return None
    wanted = (length, keys) if mask.ndim == 2 else (count, length, keys)
    if tuple(mask.shape) != wanted:
        raise ShapeError(
            f"The shape of the {mask.ndim}D attn_mask is {mask.shape}, but should be {wanted}."
        )
    return mask.unsqueeze(0) if mask.ndim == 2 else mask


def longer(mask):
    """A mask with one key more, which counts."""
    if mask is None:
        return None
    return cat([mask, zeros(*mask.shape[:-1], 1, dtype=mask.dtype, device=mask.device)], -1)


def require_heads(query, key, value, key_padding_mask, attn_mask, num_heads):
    """Whether there is a batch dimension; AssertionError where ranks don't go together."""
    ranks = {2: "unbatched (2-D)", 3: "batched (3-D)"}
    n = query.ndim
    require(
        n in ranks,
        f"query should be unbatched 2D or batched 3D tensor but received {n}-D query tensor",
    )
    require(
        key.ndim == n == value.ndim,
        f"For {ranks[n]} `query`, expected `key` and `value` to be {n}-D but found {key.ndim}-D "
        f"and {value.ndim}-D tensors respectively",
    )
    if key_padding_mask is not None:
        require(
            key_padding_mask.ndim == n - 1,
            f"For {ranks[n]} `query`, expected `key_padding_mask` to be `None` or {n - 1}-D but "
            f"found {key_padding_mask.ndim}-D tensor instead",
        )
    if attn_mask is not None:
        require(
            attn_mask.ndim in (2, 3),
            f"For {ranks[n]} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found "
            f"{attn_mask.ndim}-D tensor instead",
        )
        wanted = (num_heads, query.shape[0], key.shape[0])
        require(
            n == 3 or attn_mask.ndim == 2 or tuple(attn_mask.shape) == wanted,
            f"Expected `attn_mask` shape to be {wanted} but got {attn_mask.shape}",
        )
    return n == 3


def require(condition, message):
    if not condition:
        raise AssertionError(message)
