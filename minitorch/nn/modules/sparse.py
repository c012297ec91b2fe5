"""Embeddings: a learned vector for each of a number of things, looked up by index."""

import warnings
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import empty


class Table(Module):
    """What Embedding and EmbeddingBag share: the weight and its start."""

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None
    weight: Parameter

    def _fill(self, weight, freeze, device, dtype):
        """Take `weight` as it is, or make one; the row of padding starts as zeros."""
        shape = (self.num_embeddings, self.embedding_dim)
        if weight is None:
            start = empty(shape, device=device, dtype=dtype)
            self.weight = Parameter(start, requires_grad=not freeze)
            self.reset_parameters()
        elif tuple(weight.shape) != shape:
            raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
        else:
            self.weight = Parameter(weight, requires_grad=not freeze)

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self):
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)


class Embedding(Table):
    """The rows of `weight` that the input names: (...) of int64 or int32 to (..., embedding_dim).

    num_embeddings      how many rows there are; the input is in [0, num_embeddings)
    padding_idx         a row that starts as zeros and gets no gradient; -1 is the last
    max_norm            longer rows among those asked for are shortened to it, in place
    norm_type           the p of the norm in which length is measured
    scale_grad_by_freq  divide the gradient of a row by how often it was asked for
    sparse              warns: the gradient of weight is dense here in either case

    weight (num_embeddings, embedding_dim) starts out from the normal distribution.

    >>> from minitorch import tensor
    >>> table = Embedding.from_pretrained(tensor([[1.0, 2.0], [3.0, 4.0]]))
    >>> table(tensor([1, 0, 1]))
    tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = row_of_padding("Padding_idx", padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self._fill(_weight, _freeze, device, dtype)
        self.sparse = sparse
        warn_of_sparse(sparse)

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
            self.scale_grad_by_freq, self.sparse,
        )  # fmt: skip

    def extra_repr(self) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        if self.padding_idx is not None:
            parts.append(f"padding_idx={self.padding_idx}")
        return ", ".join([*parts, *bounds_of(self), *["sparse=True"] * bool(self.sparse)])

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> "Embedding":
        """An Embedding of the rows of `embeddings` (V, D), whose memory it shares.

        freeze  they are not learned
        """
        rows, columns = sizes_of(embeddings)
        return cls(
            rows, columns, _weight=embeddings, _freeze=freeze, padding_idx=padding_idx,
            max_norm=max_norm, norm_type=norm_type, scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
        )  # fmt: skip


class EmbeddingBag(Table):
    """Sum, mean or maximum of the rows of `weight` in each bag of indices; zeros for an empty bag.

    mode                 "mean", "sum" or "max"
    include_last_offset  the offsets have one number more, for the end of the last bag
    padding_idx          a row that starts as zeros, gets no gradient and doesn't count

    Called with input, offsets, per_sample_weights, which are as in `nn.functional.embedding_bag`:
    (B, n) of bags of one length, or (m,) with the offsets (B,) where each bag starts; the result is
    (B, embedding_dim). The other settings are those of `Embedding`.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = row_of_padding("padding_idx", padding_idx, num_embeddings)
        self._fill(_weight, False, device, dtype)
        self.mode = mode
        self.sparse = sparse
        warn_of_sparse(sparse)
        self.include_last_offset = include_last_offset

    def forward(
        self,
        input: Tensor,
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
            self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}", *bounds_of(self)]
        parts.append(f"mode={self.mode!r}")
        if self.padding_idx is not None:
            parts.append(f"padding_idx={self.padding_idx}")
        return ", ".join(parts)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> "EmbeddingBag":
        """An EmbeddingBag of the rows of `embeddings` (V, D), whose memory it shares.

        freeze  they are not learned
        """
        rows, columns = sizes_of(embeddings)
        bag = cls(
            rows, columns, _weight=embeddings, max_norm=max_norm, norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq, mode=mode, sparse=sparse,
            include_last_offset=include_last_offset, padding_idx=padding_idx,
        )  # fmt: skip
        bag.weight.requires_grad = not freeze
        return bag


def row_of_padding(name, padding_idx, rows):
    """`padding_idx` counted from the start."""
    if padding_idx is None or padding_idx == 0:
        return padding_idx
    if not -rows <= padding_idx < rows:
        raise AssertionError(f"{name} must be within num_embeddings")
    return padding_idx % rows


def warn_of_sparse(sparse):
    if sparse:
        warnings.warn(
            "sparse=True: minitorch leaves out sparse tensors, so the gradient of weight is dense; "
            "its values are the same, and any optimizer takes it (Adam in place of SparseAdam)",
            stacklevel=3,
        )


def bounds_of(table: Any) -> list[str]:
    """The settings of norm and gradient that aren't the defaults, as `repr` shows them."""
    plain = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
    values = {name: getattr(table, name) for name in plain}
    return [f"{name}={value}" for name, value in values.items() if value != plain[name]]


def sizes_of(embeddings):
    if embeddings.dim() != 2:
        raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
    return embeddings.shape
