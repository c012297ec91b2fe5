"""Attention: each query looks up a mean of the values, weighted by how well the keys match it.

Vaswani and others, Attention Is All You Need, 2017, arXiv:1706.03762.
"""

import math
from functools import reduce

from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.refusals import require_bool, unequal_sizes
from minitorch.autograd.tensor import wrap
from minitorch.backend.dtypes import bool as bool_
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.activation import softmax
from minitorch.ops.creation import full, zeros
from minitorch.ops.dropout import drawn_mask, idle
from minitorch.ops.join import broadcast_shapes, together
from minitorch.ops.products import matmul


def scaled_dot_product_attention(
    query,
    key,
    value,
    attn_mask=None,
    dropout_p=0.0,
    is_causal=False,
    scale=None,
    enable_gqa=False,
):
    """softmax(query @ key.T * scale) @ value, over the last two dimensions.

    query       (..., L, E)
    key, value  (..., S, E) and (..., S, V); returns (..., L, V)
    attn_mask   broadcasts to (..., L, S): bool, True where a key counts; or floats to be added
    dropout_p   share of the weights that is dropped
    is_causal   query i sees the keys up to i, of those that attn_mask leaves
    scale       None: 1 / sqrt(E)
    enable_gqa  key and value may have fewer heads (third dimension from the end): each serves
                several of query

    Where no key counts for a query, zeros come out.
    """
    require_attention(query, key, value, attn_mask)
    require_bool("scaled_dot_product_attention", is_causal=is_causal, enable_gqa=enable_gqa)
    if enable_gqa:
        require_served(query, key, value)
        key, value = served(key, query), served(value, query)
    query, key, value = in_batches(query, key, value)
    if hasattr(attn_mask, "_materialize"):  # a CausalBias, which is made on the CPU
        attn_mask = attn_mask._materialize(query.device)
    if attn_mask is not None:
        require_mask(tuple(attn_mask.shape), (*query.shape[:-1], key.shape[-2]))
    mask, kept = additive(attn_mask, query.dtype), None
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    if dropout_p > 0 and not idle(query, dropout_p, True):
        kept = wrap(drawn_mask(query, (*query.shape[:-1], key.shape[-2]), dropout_p))
    if mask is not None and mask.requires_grad:
        return attend_in_steps(query, key, value, mask, kept, scale, is_causal)[0]
    return attention(query, key, value, mask, kept, scale, is_causal)


@op(public=False, joint=True, promote="same", wide="cpu", shown="ScaledDotProductAttention")
def attention(x, key, value, mask=None, kept=None, /, scale=1.0, is_causal=False):
    """softmax(x @ key.T * scale + mask) * kept @ value; no gradient for `mask` and `kept`.

    x     (..., L, E), key (..., S, E) and value (..., S, V), with the same leading dimensions
    mask  broadcasts to (..., L, S)
    kept  (..., L, S): 0 where dropout takes a weight away, else 1 / (1 - p)
    """
    xp = namespace(x)
    y, top, r = xp.attend(x, key, value, mask, kept, scale, is_causal)
    return y, lambda g: (
        *xp.attend_share(g, x, key, value, mask, kept, y, top, r, scale, is_causal),
        None,
        None,
    )


def attend_in_steps(q, k, v, mask, kept, scale, is_causal):
    """The kernel `attend` on Tensors; the second result are the weights, the third is not used."""
    scores = matmul(q, k.transpose(-2, -1)) * scale
    if mask is not None:
        scores = scores + mask
    if is_causal:
        later = full(scores.shape[-2:], -math.inf, dtype=q.dtype, device=q.device).triu(1)
        scores = scores + later
    dead = (scores.detach() == -math.inf).all(-1, keepdim=True)
    weights = softmax(scores.masked_fill(dead, 0), -1).masked_fill(dead, 0)
    return matmul(weights if kept is None else weights * kept, v), weights, None


def attend_share_in_steps(g, q, k, v, mask, kept, y, weights, _, scale, is_causal):
    """The kernel `attend_share` on Tensors."""
    share = matmul(g, v.transpose(-2, -1))
    share = share if kept is None else share * kept
    share = weights * (share - (g * y).sum(-1, keepdim=True)) * scale
    weights = weights if kept is None else weights * kept
    return (
        matmul(share, k),
        matmul(share.transpose(-2, -1), q),
        matmul(weights.transpose(-2, -1), g),
    )


TENSOR_FUNCTIONS.attend = attend_in_steps
TENSOR_FUNCTIONS.attend_share = attend_share_in_steps


# -------------------------------------------------------------------- what goes in


def served(x, query):
    """x with each head repeated for as many heads of the query as it serves."""
    return x.repeat_interleave(query.shape[-3] // x.shape[-3], -3)


def in_batches(*tensors):
    """The tensors with the same dimensions but for the last two."""
    batches = [tuple(x.shape[:-2]) for x in tensors]
    if len(set(batches)) == 1:
        return tensors
    batch = reduce(together, batches)
    return [x.expand(*batch, *x.shape[-2:]) for x in tensors]


def additive(mask, dtype):
    """A mask that is True where a key counts as floats: -inf where none does, else 0."""
    if mask is None or mask.dtype is not bool_:
        return mask
    return zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, -math.inf)


def require_mask(shape, scores):
    """Refuse a mask of a shape that does not broadcast to that of the scores."""
    text = unequal_sizes(scores, shape)
    if text is None and (whole := broadcast_shapes(scores, shape)) != scores:
        text = f"output with shape {[*scores]} doesn't match the broadcast shape {[*whole]}"
    if text is not None:
        raise ShapeError(f"{text}\n  attn_mask {shape} must broadcast to the scores {scores}")


def require_served(query, key, value):
    """Refuse numbers of heads of keys and values by which that of the queries can't be divided."""
    heads, *served = (x.size(-3) for x in (query, key, value))
    if any(not n or heads % n for n in served):
        raise ShapeError(
            "Number of heads in key and value must divide the number of heads in query\n"
            f"  query {tuple(query.shape)}   key {tuple(key.shape)}   value {tuple(value.shape)}"
        )


def require_attention(query, key, value, attn_mask):
    if not query.dtype is key.dtype is value.dtype:
        raise DtypeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype} instead."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ShapeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.ndim} key.dim: {key.ndim} and value.dim: {value.ndim} instead."
        )
    if key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            "Expected key and value to have the same sequence length\n"
            f"  key {tuple(key.shape)}   value {tuple(value.shape)}"
        )
    if attn_mask is None:
        return
    if attn_mask.dtype is not bool_ and attn_mask.dtype is not query.dtype:
        raise DtypeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {attn_mask.dtype} and  query.dtype: {query.dtype} instead."
        )
