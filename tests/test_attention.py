"""Attention: masks, heads, dropout, against PyTorch."""

import itertools
import math

import numpy as np
import pytest
from against_torch import compare, compare_modules
from refusals import refusal_tests

import minitorch
import minitorch.nn.functional as F
from minitorch import nn, tensor
from minitorch.backend import numpy_attention
from minitorch.nn.attention import SDPBackend, sdpa_kernel
from minitorch.nn.attention.bias import CausalBias, causal_lower_right, causal_upper_left
from minitorch.nn.attention.flex_attention import create_block_mask, flex_attention


def normal(*shape):
    return np.random.normal(size=shape)


def test_attention_by_hand():
    q, k = tensor([[0.0, 1.0]]), tensor([[0.0, 0.0], [0.0, math.log(3) * 2**0.5]])
    y = F.scaled_dot_product_attention(q, k, tensor([[4.0], [8.0]]))
    assert y.item() == pytest.approx(7)
    assert F.scaled_dot_product_attention(q, k, tensor([[4.0], [8.0]]), scale=0.0).item() == 6


def test_vectors_without_elements_are_all_alike():
    value = minitorch.tensor([[1.0], [3.0]])
    y = F.scaled_dot_product_attention(minitorch.ones(3, 0), minitorch.ones(2, 0), value)
    assert y.tolist() == [[2], [2], [2]]


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


def in_numpy(q, k, v, mask, kept):
    """Attention by its formula."""
    scores = q @ np.swapaxes(k, -1, -2) * 0.3 + mask
    weights = np.exp(scores - np.maximum(scores.max(-1, keepdims=True), -1e30))
    return weights / np.maximum(weights.sum(-1, keepdims=True), 1e-300) * kept @ v


LARGE = [((3, 50), 70, 90), ((2, 3, 5), 150, 150), ((7,), 300, 257), ((), 400, 400)]


@pytest.mark.parametrize("size", [1, 30], ids=["small", "large"])
@pytest.mark.parametrize("batch, length, keys", LARGE)
def test_the_kernel_goes_through_many_heads_in_blocks(batch, length, keys, size):
    """`size` decides whether exp() is safe without subtracting the largest score."""
    q, k, v = (normal(*batch, n, 4) * size for n in (length, keys, keys))
    later = np.where(np.tri(length, keys) > 0, 0, -np.inf)
    some = np.where(np.random.uniform(size=(length, keys)) < 0.5, 0, -np.inf)
    some[3] = -np.inf
    kept = (np.random.uniform(size=(*batch, length, keys)) < 0.5) * 2.0
    cases = [(None, None, False), (None, None, True), (some, None, False), (None, kept, True)]
    for mask, drop, causal in cases:
        y, *rest = numpy_attention.attend(q, k, v, mask, drop, 0.3, causal)
        added = later if causal else 0 if mask is None else mask
        np.testing.assert_allclose(
            y, in_numpy(q, k, v, added, 1 if drop is None else drop), 1e-9, 1e-9
        )
        g = normal(*y.shape)
        ways = [normal(*x.shape) for x in (q, k, v)]
        shares = numpy_attention.attend_share(g, q, k, v, mask, drop, y, *rest, 0.3, causal)
        step = 1e-6
        ends = [
            numpy_attention.attend(
                *(x + sign * step * way for x, way in zip((q, k, v), ways)), mask, drop, 0.3, causal
            )[0]
            for sign in (1, -1)
        ]
        slope = (g * (ends[0] - ends[1])).sum() / (2 * step)
        assert sum((s * way).sum() for s, way in zip(shares, ways)) == pytest.approx(
            slope, rel=1e-5
        )


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

test_what_makes_no_sense_is_refused, test_torch_refuses_too = refusal_tests(REFUSED)


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


# -------------------------------------------------------------------- the layer


@pytest.mark.torch
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_first": True},
        {"bias": False, "kdim": 3, "vdim": 5},
        {"add_bias_kv": True, "add_zero_attn": True},
    ],
)
def test_torch_agrees_on_the_layer(settings):
    torch = pytest.importorskip("torch")

    def summed(library):
        class Both(library.nn.MultiheadAttention):
            def forward(self, *inputs):
                y, weights = super().forward(*inputs)
                return y + weights.sum(-1, keepdim=True).mean()

        return Both(4, 2, **settings)

    widths = settings.get("kdim", 4), settings.get("vdim", 4)
    inputs = normal(3, 3, 4), *(normal(3, 3, width) for width in widths)
    compare_modules(torch, summed(minitorch), summed(torch), *inputs)


def test_the_layer_returns_weights_of_all_heads_or_their_mean_or_none():
    layer, x = nn.MultiheadAttention(4, 2), minitorch.randn(3, 5, 4)
    y, mean = layer(x, x, x)
    _, apart = layer(x, x, x, average_attn_weights=False)
    assert mean.shape == (5, 3, 3) and apart.shape == (5, 2, 3, 3)
    assert minitorch.allclose(mean, apart.mean(1))
    without, none = layer(x, x, x, need_weights=False)
    assert none is None and minitorch.allclose(without, y, atol=1e-6)


def test_the_causal_hint_stands_for_the_mask():
    layer, x = nn.MultiheadAttention(4, 2), minitorch.randn(3, 5, 4)
    mask = nn.Transformer.generate_square_subsequent_mask(3)
    for wanted in (True, False):
        y, _ = layer(x, x, x, attn_mask=mask, need_weights=wanted)
        hinted, _ = layer(x, x, x, attn_mask=mask, need_weights=wanted, is_causal=True)
        assert minitorch.allclose(y, hinted, atol=1e-6)


def test_keys_of_a_layer_and_their_shapes():
    layer = nn.MultiheadAttention(4, 2, add_bias_kv=True)
    assert {key: tuple(x.shape) for key, x in layer.state_dict().items()} == {
        "in_proj_weight": (12, 4),
        "in_proj_bias": (12,),
        "bias_k": (1, 1, 4),
        "bias_v": (1, 1, 4),
        "out_proj.weight": (4, 4),
        "out_proj.bias": (4,),
    }
    apart = list(nn.MultiheadAttention(4, 2, vdim=3, bias=False).state_dict())
    assert apart == ["q_proj_weight", "k_proj_weight", "v_proj_weight", "out_proj.weight"]


# -------------------------------------------------------------------- PyTorch's names around it


def test_a_mask_learns():
    q, bias = minitorch.randn(1, 3, 4), minitorch.zeros(3, 3, requires_grad=True)
    F.scaled_dot_product_attention(q, q, q, bias).square().sum().backward()
    assert bias.grad.shape == (3, 3) and bias.grad.any()
    assert minitorch.autograd.gradcheck(
        lambda b: F.scaled_dot_product_attention(q.double(), q.double(), q.double(), b),
        minitorch.zeros(3, 3, dtype=minitorch.float64, requires_grad=True),
    )


def test_leading_dimensions_broadcast():
    q, k = minitorch.randn(2, 3, 5, 4), minitorch.randn(3, 6, 4, requires_grad=True)
    y = F.scaled_dot_product_attention(q, k, k)
    assert y.shape == (2, 3, 5, 4)
    assert minitorch.allclose(y[1], F.scaled_dot_product_attention(q[1], k, k), atol=1e-6)
    y.sum().backward()
    assert k.grad.shape == (3, 6, 4)


def test_the_choice_of_a_kernel_changes_nothing():
    q = minitorch.randn(1, 3, 4)
    wanted = F.scaled_dot_product_attention(q, q, q)
    with sdpa_kernel([SDPBackend.MATH, SDPBackend.FLASH_ATTENTION], set_priority=True):
        assert minitorch.equal(F.scaled_dot_product_attention(q, q, q), wanted)
    wrong = sdpa_kernel("math")
    with pytest.raises(AssertionError, match=r"^Backend must be an instance of SDPBackend or a"):
        wrong.__enter__()


@pytest.mark.parametrize(
    "shapes, settings, message",
    [
        ([(2, 3, 4), (2, 3, 4), (2, 5, 4)], {}, "Expected key and value to have the same"),
        ([(3, 2, 4), (2, 2, 4), (2, 2, 4)], {"enable_gqa": True}, "Number of heads in key and"),
        ([(2, 2, 4), (0, 2, 4), (0, 2, 4)], {"enable_gqa": True}, "Number of heads in key and"),
        (
            [(2, 4, 3, 4), (2, 2, 3, 4), (2, 2, 3, 4)],
            {},
            r"The size of tensor a \(4\) must match the size of tensor b \(2\) at non-singleton "
            "dimension 1",
        ),
        ([(4,), (1, 4), (1, 4)], {}, r".* but got query.dim: 1 key.dim: 2 and value.dim: 2 inst"),
        (
            [(2, 3, 4), (2, 5, 4), (2, 5, 4)],
            {"attn_mask": minitorch.ones(3, 3)},
            r"The size of tensor a \(5\) must match the size of tensor b \(3\) at non-singleton "
            r"dimension 2\n  attn_mask \(3, 3\) must broadcast to the scores \(2, 3, 5\)",
        ),
        (
            [(1, 3, 4), (1, 5, 4), (1, 5, 4)],
            {"attn_mask": minitorch.ones(2, 3, 5)},
            r"output with shape \[1, 3, 5\] doesn't match the broadcast shape \[2, 3, 5\]",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shapes, settings, message):
    with pytest.raises(RuntimeError, match=f"^{message}"):
        F.scaled_dot_product_attention(*map(minitorch.ones, shapes), **settings)


def test_a_causal_mask_goes_where_the_queries_are():
    q = minitorch.randn(1, 3, 4)
    with minitorch.device("cpu"):
        bias = causal_lower_right(3, 3)
    wanted = F.scaled_dot_product_attention(q, q, q, is_causal=True)
    assert minitorch.allclose(F.scaled_dot_product_attention(q, q, q, bias), wanted)


def test_causal_masks_of_either_corner():
    assert causal_upper_left(2, 3).int().tolist() == [[1, 0, 0], [1, 1, 0]]
    assert causal_lower_right(2, 3).int().tolist() == [[1, 1, 0], [1, 1, 1]]
    with pytest.warns(UserWarning, match="^Lower right causal bias will produce NaNs"):
        bias = causal_lower_right(3, 2)
    assert isinstance(bias, CausalBias) and bias.variant.name == "LOWER_RIGHT"
    with pytest.raises(AssertionError, match=r"^variant must be a CausalVariant, got int"):
        CausalBias(1, 2, 2)
    for f in (causal_upper_left, causal_lower_right):
        with pytest.raises(AssertionError, match=f"^{f.__name__} only supports 2D tensors"):
            f(2)


@pytest.mark.parametrize("f", [flex_attention, create_block_mask])
def test_flex_attention_says_what_to_use(f):
    with pytest.raises(NotImplementedError, match="call scaled_dot_product_attention"):
        f(minitorch.ones(1))


def test_a_way_of_attention_prints_by_its_name():
    assert str(SDPBackend.MATH) == f"{SDPBackend.MATH}" == "SDPBackend.MATH"
