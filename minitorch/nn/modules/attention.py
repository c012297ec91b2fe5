"""Attention with learned maps for queries, keys and values."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.linear import NonDynamicallyQuantizableLinear
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter, unset


class MultiheadAttention(Module):
    """`num_heads` attentions side by side, each in its part of the width, between linear maps.

    embed_dim      width of queries and output, a multiple of num_heads
    dropout        share of the attention weights that is dropped while training
    bias           whether the linear maps have one
    add_bias_kv    learn one key and one value more, bias_k and bias_v, (1, 1, embed_dim)
    add_zero_attn  add one key and one value of zeros
    kdim, vdim     width of keys and values; None: embed_dim
    batch_first    the batch is the first dimension, (N, L, E), not the second

    Learned are in_proj_weight (3 * embed_dim, embed_dim) and in_proj_bias, for query, key and value
    one below the other, or, where keys or values have a width of their own, q_proj_weight,
    k_proj_weight, v_proj_weight and in_proj_bias; and out_proj. The weights start out by
    `init.xavier_uniform_`, the biases as 0, bias_k and bias_v by `init.xavier_normal_`.

    Vaswani and others, Attention Is All You Need, 2017, arXiv:1706.03762.

    >>> import minitorch
    >>> from minitorch import nn
    >>> attention = nn.MultiheadAttention(8, num_heads=2, batch_first=True)
    >>> query, memory = minitorch.randn(5, 3, 8), minitorch.randn(5, 7, 8)
    >>> y, weights = attention(query, memory, memory)
    >>> y.shape, weights.shape
    (torch.Size([5, 3, 8]), torch.Size([5, 3, 7]))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError(
                "embed_dim must be divisible by num_heads\n"
                f"  embed_dim {embed_dim}   num_heads {num_heads}"
            )

        width, together = embed_dim, self._qkv_same_embed_dim
        for name, shape in (
            ("q_proj_weight", None if together else (width, width)),
            ("k_proj_weight", None if together else (width, self.kdim)),
            ("v_proj_weight", None if together else (width, self.vdim)),
            ("in_proj_weight", (3 * width, width) if together else None),
            ("in_proj_bias", (3 * width,) if bias else None),
            ("bias_k", (1, 1, width) if add_bias_kv else None),
            ("bias_v", (1, 1, width) if add_bias_kv else None),
        ):
            self.register_parameter(name, None if shape is None else unset(shape, device, dtype))
        self.out_proj = NonDynamicallyQuantizableLinear(
            width, width, bias=bias, device=device, dtype=dtype
        )
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self):
        for weight in (
            self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        ):  # fmt: skip
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output and, with need_weights, how much each key counted for each query.

        query             (L, N, E), with batch_first (N, L, E), or (L, E)
        key, value        (S, N, kdim) and (S, N, vdim), or as query
        key_padding_mask  (N, S) or (S,): True for keys that don't count, or floats to be added
        attn_mask         (L, S) or (N * num_heads, L, S): so too, for each query
        average_attn_weights  weights (N, L, S), the mean of the heads; else (N, num_heads, L, S)
        is_causal         a hint that attn_mask hides what comes later
        """
        swap = self.batch_first and query.ndim == 3
        if swap:
            query, key, value = swapped(query, key, value)
        y, weights = F.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight,
            self.in_proj_bias, self.bias_k, self.bias_v, self.add_zero_attn, self.dropout,
            self.out_proj.weight, self.out_proj.bias, training=self.training,
            key_padding_mask=key_padding_mask, need_weights=need_weights, attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim, q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight, v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights, is_causal=is_causal,
        )  # fmt: skip
        return y.transpose(0, 1) if swap else y, weights


def swapped(query, key, value):
    """The tensors with the first two dimensions exchanged; what was one tensor stays one, since
    `multi_head_attention_forward` maps such in one product.
    """
    made = {id(x): x.transpose(0, 1) for x in (query, key, value)}
    return made[id(query)], made[id(key)], made[id(value)]
