"""The transformer: an encoder and a decoder, each a stack of layers.

The letters of shapes and the masks are as in `transformer_layer.py`.

Vaswani and others, Attention Is All You Need, 2017, arXiv:1706.03762.
"""

import copy
import math
import warnings
from typing import Any

from minitorch.autograd.grad_mode import is_grad_enabled
from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.errors import ShapeError
from minitorch.backends.mha import get_fastpath_enabled
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.container import ModuleList
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.normalization import LayerNorm
from minitorch.nn.modules.transformer_layer import (
    Activation,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
    _get_activation_fn,  # noqa: F401  as in PyTorch
)
from minitorch.ops.creation import full


class TransformerEncoder(Module):
    """`num_layers` copies of a layer, one after the other, and at last `norm` if there is one.

    The copies start out with the weights of `encoder_layer`.

    enable_nested_tensor  in eval mode and without gradients give zeros where there is padding, if
                          that is at the ends, there is no other mask and PyTorch could leave it out
    mask_check            changes nothing
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _get_clones(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check
        reason = why_not_nested(encoder_layer) if enable_nested_tensor else None
        self.use_nested_tensor = enable_nested_tensor and reason is None
        if reason:
            warnings.warn(
                "enable_nested_tensor is True, but self.use_nested_tensor is False because "
                f"encoder_layer{reason}",
                stacklevel=2,
            )

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """(S, N, E) to the same shape.

        mask                  (S, S) or (N * nhead, S, S)
        src_key_padding_mask  (N, S)
        is_causal             a hint that mask hides what comes later; None: see for yourself
        """
        src_key_padding_mask = F._canonical_mask(
            src_key_padding_mask, "src_key_padding_mask", F._none_or_dtype(mask), "mask", src.dtype
        )
        mask = F._canonical_mask(mask, "mask", None, "", src.dtype, check_other=False)
        length = _get_seq_len(src, self.layers[0].self_attn.batch_first)
        is_causal = _detect_is_causal_mask(mask, is_causal, length)
        x = src
        for layer in self.layers:
            x = layer(
                x, src_mask=mask, is_causal=is_causal, src_key_padding_mask=src_key_padding_mask
            )
        if src_key_padding_mask is not None and mask is None and self.leaves_padding_out(src):
            padding = src_key_padding_mask != 0
            if (padding[:, :-1] <= padding[:, 1:]).all():
                x = x.masked_fill(padding.unsqueeze(-1), 0)
        return x if self.norm is None else self.norm(x)

    def leaves_padding_out(self, src: Tensor) -> bool:
        """Whether PyTorch would compute nothing for padding, if it is at the ends."""
        first = self.layers[0]
        return (
            self.use_nested_tensor
            and get_fastpath_enabled()
            and not first.training
            and src.ndim == 3
            and not (
                is_grad_enabled()
                and (src.requires_grad or any(p.requires_grad for p in first.parameters()))
            )
        )


class TransformerDecoder(Module):
    """`num_layers` copies of a layer, one after the other, and at last `norm` if there is one.

    The copies start out with the weights of `decoder_layer`.
    """

    def __init__(
        self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None
    ) -> None:
        super().__init__()
        self.layers = _get_clones(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """(T, N, E) and memory (S, N, E) to (T, N, E); see `TransformerDecoderLayer.forward`.

        tgt_is_causal  None: see for yourself whether tgt_mask hides just what comes later
        """
        length = _get_seq_len(tgt, self.layers[0].self_attn.batch_first)
        tgt_is_causal = _detect_is_causal_mask(tgt_mask, tgt_is_causal, length)
        x = tgt
        for layer in self.layers:
            x = layer(
                x, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                memory_is_causal=memory_is_causal,
            )  # fmt: skip
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder of the source and a decoder of the target, which attends to what that gives.

    custom_encoder, custom_decoder  modules to take in their place

    The other arguments are those of `TransformerEncoderLayer`. All weights of two dimensions and
    more start out by `init.xavier_uniform_`.

    >>> import minitorch
    >>> from minitorch import nn
    >>> model = nn.Transformer(
    ...     16, nhead=4, num_encoder_layers=1, num_decoder_layers=1, batch_first=True
    ... )
    >>> source, target = minitorch.randn(5, 9, 16), minitorch.randn(5, 7, 16)
    >>> mask = nn.Transformer.generate_square_subsequent_mask(7)
    >>> model(source, target, tgt_mask=mask).shape
    torch.Size([5, 7, 16])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any | None = None,
        custom_decoder: Any | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        where: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        sizes = d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps
        how = {"batch_first": batch_first, "norm_first": norm_first, **where}
        if custom_encoder is None:
            norm = LayerNorm(d_model, eps=layer_norm_eps, **where)
            custom_encoder = TransformerEncoder(
                TransformerEncoderLayer(*sizes, **how), num_encoder_layers, norm
            )
        self.encoder = custom_encoder
        if custom_decoder is None:
            norm = LayerNorm(d_model, eps=layer_norm_eps, **where)
            custom_decoder = TransformerDecoder(
                TransformerDecoderLayer(*sizes, **how), num_decoder_layers, norm
            )
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """(S, N, E) and (T, N, E) to (T, N, E); masks as in the layers."""
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[batch] != tgt.shape[batch]:
            raise ShapeError("the batch number of src and tgt must be equal")
        if not src.shape[-1] == tgt.shape[-1] == self.d_model:
            raise ShapeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        return self.decoder(
            tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )  # fmt: skip

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: device_type | str | None = None, dtype: dtype_type | None = None
    ) -> Tensor:
        """(sz, sz), floats to be added: -inf above the diagonal, what comes later, and else 0."""
        return _generate_square_subsequent_mask(sz, device, dtype)

    def _reset_parameters(self):
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)


# The names are PyTorch's: programs with layers of their own import them.


def _generate_square_subsequent_mask(sz, device=None, dtype=None):
    return full((sz, sz), -math.inf, device=device, dtype=dtype).triu(1)


def _get_clones(module, N):
    return ModuleList([copy.deepcopy(module) for _ in range(N)])


def _get_seq_len(src, batch_first):
    return src.shape[1] if src.ndim == 3 and batch_first else src.shape[0]


def _detect_is_causal_mask(mask, is_causal=None, size=None):
    """Whether the mask hides just what comes later: `is_causal`, unless that is None."""
    if is_causal is not None or mask is None:
        return is_causal is True
    size = mask.shape[-2] if size is None else size
    causal = _generate_square_subsequent_mask(size, mask.device, mask.dtype)
    return mask.shape == causal.shape and bool((mask == causal).all())


def why_not_nested(layer):
    """What hinders PyTorch from its shortcut over padding, or None; it warns of that."""
    if not isinstance(layer, TransformerEncoderLayer):
        return " was not TransformerEncoderLayer"
    attention = layer.self_attn
    hindrances = (
        (layer.norm_first, ".norm_first was True"),
        (
            not attention.batch_first,
            ".self_attn.batch_first was not True(use batch_first for better inference performance)",
        ),
        (
            not attention._qkv_same_embed_dim,
            ".self_attn._qkv_same_embed_dim was not True",
        ),
        (attention.in_proj_bias is None, ".self_attn was passed bias=False"),
        (not layer.activation_relu_or_gelu, ".activation_relu_or_gelu was not True"),
        (
            layer.norm1.eps != layer.norm2.eps,
            ".norm1.eps was not equal to encoder_layer.norm2.eps",
        ),
        (attention.num_heads % 2 == 1, ".self_attn.num_heads is odd"),
    )
    return next((reason for hinders, reason in hindrances if hinders), None)
