"""Attention: masks, heads, dropout, against PyTorch."""

import itertools
import math
import re

import numpy as np
import pytest
from against_torch import compare

import minitorch
import minitorch.nn.functional as F
from minitorch import tensor


def normal(*shape):
    return np.random.normal(size=shape)


def test_attention_by_hand():
    q, k = tensor([[0.0, 1.0]]), tensor([[0.0, 0.0], [0.0, math.log(3) * 2**0.5]])
    y = F.scaled_dot_product_attention(q, k, tensor([[4.0], [8.0]]))
    assert y.item() == pytest.approx(7)
    assert F.scaled_dot_product_attention(q, k, tensor([[4.0], [8.0]]), scale=0.0).item() == 6


def test_a_query_for_which_no_key_counts_gets_zeros_and_no_nan():
    q, k, v = (minitorch.randn(2, 3, requires_grad=True) for _ in range(3))
    mask = tensor([[True, False], [False, False]])
    blocked = minitorch.zeros(2, 2).masked_fill(~mask, -np.inf)
    for each in (mask, blocked):
        y = F.scaled_dot_product_attention(q, k, v, each)
        assert y[0].tolist() == pytest.approx(v[0].tolist()) and (y[1] == 0).all()
        grads = minitorch.autograd.grad(y.sum(), (q, k, v))
        assert all(g.isfinite().all() for g in grads)


def test_dropout_takes_weights_away():
    q = minitorch.zeros(1, 4)
    y = F.scaled_dot_product_attention(
        q, minitorch.zeros(1000, 4), minitorch.ones(1000, 1), None, 0.5
    )
    assert y.item() == pytest.approx(1, abs=0.15) and y.item() != 1


@pytest.mark.torch
@pytest.mark.parametrize("heads", [(4, 4), (4, 2), (4, 1)])
def test_torch_agrees_on_attention(heads):
    torch = pytest.importorskip("torch")
    many, few = heads
    arrays = normal(2, many, 3, 4), normal(2, few, 5, 4), normal(2, few, 5, 6)
    floats, allowed = normal(3, 5), np.random.uniform(size=(2, many, 3, 5)) < 0.6
    for mask, causal, scale in [
        (None, False, None), (None, True, 0.3), (floats, False, None), (allowed, False, None)
    ]:  # fmt: skip

        def call(library, functional, mask=mask, causal=causal, scale=scale):
            def attend(q, k, v):
                given = None if mask is None else library.tensor(mask)
                if given is not None and given.dtype != library.bool:
                    given = given.to(q.dtype)
                return functional.scaled_dot_product_attention(
                    q, k, v, given, 0.0, causal, scale=scale, enable_gqa=many != few
                )

            return attend

        both = call(minitorch, F), call(torch, torch.nn.functional)
        compare(torch, *both, list(arrays), second=False)


def weights_of(width):
    return [normal(3 * width, width), normal(3 * width), normal(width, width), normal(width)]


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(3, 2, 4), (3, 4)])
def test_torch_agrees_on_attention_of_several_heads(shape):
    torch = pytest.importorskip("torch")
    length, width, count = shape[0], shape[-1], 2 if len(shape) == 3 else 1
    padding = np.zeros((count, length), bool)
    padding[0, 2] = True
    causal = np.triu(np.ones((length, length), bool), 1)
    for mask, padded, wanted, average, extra in itertools.product(
        (None, causal), (None, padding[: len(shape) - 1]), (True, False), (True, False), (0, 1)
    ):
        padded = padded[0] if padded is not None and len(shape) == 2 else padded

        def call(library, functional, mask=mask, padded=padded, how=(wanted, average, extra)):
            need, average, extra = how

            def attend(x, w, b, out, out_b):
                given = [None if m is None else library.tensor(m) for m in (padded, mask)]
                bias = x.reshape(-1)[:width].reshape(1, 1, width) if extra else None
                y, weights = functional.multi_head_attention_forward(
                    x, x, x, width, 2, w, b, bias, bias, bool(extra), 0.0, out, out_b,
                    key_padding_mask=given[0], need_weights=need, attn_mask=given[1],
                    average_attn_weights=average,
                )  # fmt: skip
                return y if weights is None else y.sum() + (weights * weights).sum()

            return attend

        both = call(minitorch, F), call(torch, torch.nn.functional)
        compare(torch, *both, [normal(*shape), *weights_of(width)], second=False)


def ones(*shape):
    return minitorch.ones(shape)


def heads(q, *, mask=None, width=4, count=2, causal=False):
    weights = ones(12, 4), ones(12), None, None, False, 0.0, ones(4, 4), ones(4)
    return F.multi_head_attention_forward(
        q, q, q, width, count, *weights, attn_mask=mask, is_causal=causal
    )


REFUSED = [
    (
        AssertionError,
        "query should be unbatched 2D or batched 3D tensor but received 1-D query tensor",
        lambda: heads(ones(4)),
    ),
    (
        AssertionError,
        "was expecting embedding dimension of 5, but got 4",
        lambda: heads(ones(3, 4), width=5),
    ),
    (
        AssertionError,
        "embed_dim 4 not divisible by num_heads 3",
        lambda: heads(ones(3, 4), count=3),
    ),
    (
        AssertionError,
        "only bool and floating types of attn_mask are supported",
        lambda: heads(ones(3, 4), mask=ones(3, 3).long()),
    ),
    (
        RuntimeError,
        "The shape of the 2D attn_mask is torch.Size([3, 2]), but should be (3, 3).",
        lambda: heads(ones(3, 4), mask=ones(3, 2)),
    ),
    (
        RuntimeError,
        "Need attn_mask if specifying the is_causal hint.",
        lambda: heads(ones(3, 4), causal=True),
    ),
    (
        RuntimeError,
        "Expected query, key, and value to have the same dtype, but got query.dtype: ",
        lambda: F.scaled_dot_product_attention(ones(3, 4), ones(3, 4).double(), ones(3, 4)),
    ),
]
IDS = [re.sub(r"\W+", " ", text)[:50] for _, text, _ in REFUSED]


@pytest.mark.parametrize("kind, text, act", REFUSED, ids=IDS)
def test_what_makes_no_sense_is_refused(kind, text, act):
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


@pytest.mark.torch
@pytest.mark.parametrize("kind, text, act", REFUSED, ids=IDS)
def test_torch_refuses_too(kind, text, act, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setitem(globals(), "F", torch.nn.functional)
    monkeypatch.setitem(globals(), "minitorch", torch)
    with pytest.raises(kind) as error:
        act()
    assert text in str(error.value)


def unmapped(query, key, value, num_heads=1, **settings):
    """Multi-head attention whose linear maps change nothing."""
    width = query.shape[-1]
    eye = minitorch.eye(width)
    return F.multi_head_attention_forward(
        query, key, value, width, num_heads, minitorch.cat((eye, eye, eye)), None,
        settings.pop("bias_k", None), settings.pop("bias_v", None), settings.pop("zeros", False),
        0.0, eye, None, **settings,
    )  # fmt: skip


def test_one_head_without_maps_is_plain_attention():
    q, k, v = (minitorch.randn(n, 2, 4) for n in (3, 5, 5))
    y, weights = unmapped(q, k, v)
    wanted = F.scaled_dot_product_attention(*(x.transpose(0, 1) for x in (q, k, v)))
    assert minitorch.allclose(y, wanted.transpose(0, 1), atol=1e-6)
    assert weights.shape == (2, 3, 5)
    assert minitorch.allclose(weights.sum(-1), minitorch.ones(2, 3))


def test_heads_attend_in_their_own_part_of_the_width():
    q, k, v = (minitorch.randn(n, 2, 4) for n in (3, 5, 5))
    both, weights = unmapped(q, k, v, num_heads=2, average_attn_weights=False)
    assert weights.shape == (2, 2, 3, 5)
    for part in (slice(0, 2), slice(2, 4)):
        alone, _ = unmapped(q[..., part], k[..., part], v[..., part], need_weights=False)
        assert minitorch.allclose(both[..., part], alone, atol=1e-6)


def test_keys_that_are_masked_might_as_well_not_be_there():
    q, k, v = (minitorch.randn(n, 4) for n in (3, 5, 5))
    padding = tensor([False, False, False, True, True])
    wanted, _ = unmapped(q, k[:3], v[:3])
    assert minitorch.allclose(unmapped(q, k, v, key_padding_mask=padding)[0], wanted, atol=1e-6)
    mask = padding.expand(3, 5)
    assert minitorch.allclose(unmapped(q, k, v, attn_mask=mask)[0], wanted, atol=1e-6)


def test_zeros_and_biases_are_keys_and_values_more():
    q, k, v = (minitorch.randn(n, 1, 4) for n in (3, 5, 5))
    more = minitorch.zeros(1, 1, 4)
    wanted, _ = unmapped(q, minitorch.cat((k, more)), minitorch.cat((v, more)))
    assert minitorch.allclose(unmapped(q, k, v, zeros=True)[0], wanted, atol=1e-6)
    assert minitorch.allclose(unmapped(q, k, v, bias_k=more, bias_v=more)[0], wanted, atol=1e-6)


def test_separate_weights_and_static_keys():
    q, k, v = (minitorch.randn(n, 1, 4) for n in (3, 5, 5))
    eye, wanted = minitorch.eye(4), unmapped(q, k, v)[0]
    separate = dict.fromkeys(("q_proj_weight", "k_proj_weight", "v_proj_weight"), eye)
    separate["use_separate_proj_weight"] = True
    assert minitorch.allclose(unmapped(q, k, v, **separate)[0], wanted, atol=1e-6)
    static = {"static_k": k.transpose(0, 1), "static_v": v.transpose(0, 1)}
    assert minitorch.allclose(unmapped(q, k, v, **static)[0], wanted, atol=1e-6)


@pytest.mark.parametrize(
    "shapes, settings, message",
    [
        ([(3, 1, 4)] * 3, {"num_heads": 3}, "embed_dim 4 not divisible by num_heads 3"),
        ([(3, 1, 4)] * 3, {"is_causal": True}, "Need attn_mask if specifying the is_causal hint"),
        ([(3, 1, 4), (5, 1, 4), (4, 1, 4)], {}, "key shape .* does not match value shape"),
        ([(3, 1, 4)] * 3, {"attn_mask": minitorch.zeros(2, 2)}, "The shape of the 2D attn_mask"),
        ([(4,)] * 3, {}, "query should be unbatched 2D or batched 3D tensor"),
    ],
)
def test_what_does_not_fit_is_refused(shapes, settings, message):
    with pytest.raises((RuntimeError, AssertionError, ValueError), match=message):
        unmapped(*(minitorch.randn(*shape) for shape in shapes), **settings)
