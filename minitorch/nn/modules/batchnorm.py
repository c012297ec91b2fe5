"""Batch normalisation."""

from typing import Any, ClassVar

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import int64
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.lazy import LazyModuleMixin
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter
from minitorch.ops.creation import empty
from minitorch.ops.from_data import tensor


class _NormBase(Module):
    """What the normalisations by channel learn and keep: weight, bias, and running statistics.

    Version 2 of its state dict has num_batches_tracked; an older one is loaded without it.
    """

    _version = 2
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    ranks: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats

        def start():
            return empty(num_features, device=device, dtype=dtype)

        track = track_running_stats
        self.register_parameter("weight", Parameter(start()) if affine else None)
        self.register_parameter("bias", Parameter(start()) if affine and bias else None)
        self.register_buffer("running_mean", start() if track else None)
        self.register_buffer("running_var", start() if track else None)
        count = tensor(0, dtype=int64, device=device) if track else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        if self.track_running_stats:
            start = {"running_mean": 0, "running_var": 1, "num_batches_tracked": 0}
            for name, value in start.items():
                self._buffers[name].fill_(value)

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input_dim(self, input: Tensor) -> None:
        if not self.ranks:
            raise NotImplementedError(f"{type(self).__name__} does not say what inputs it takes")
        if input.ndim not in self.ranks:
            ranks = " or ".join(f"{n}D" for n in self.ranks)
            raise ValueError(f"expected {ranks} input (got {input.ndim}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *how):
        if (local_metadata.get("version") or 1) < 2 and self.track_running_stats:
            now = self.num_batches_tracked
            start = tensor(0, dtype=int64) if now is None else now
            state_dict.setdefault(prefix + "num_batches_tracked", start)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *how)


class _BatchNorm(_NormBase):
    """Each channel to mean 0 and variance 1, * weight + bias: while training by the statistics of
    the batch, after `eval()` by the running ones. See `nn.functional.batch_norm`.
    """

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        momentum = self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        tracked = not self.training or self.track_running_stats
        return F.batch_norm(
            input, self.running_mean if tracked else None, self.running_var if tracked else None,
            self.weight, self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            0.0 if momentum is None else momentum, self.eps,
        )  # fmt: skip


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (N, C) or (N, C, L); see `BatchNorm2d`."""

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of (N, C, H, W): each channel to mean 0 and variance 1, * weight + bias.

    While training, mean and variance are those of the batch; after `eval()` they are the running
    ones, running_mean and running_var, which training moves.

    num_features         how many channels the second axis of the input has
    eps                  added to the variance
    momentum             the share of a batch in the running statistics; None: all count alike
    affine, bias         whether there are a weight and a bias to learn
    track_running_stats  False: always normalise by the batch

    Ioffe and Szegedy, Batch Normalization, 2015, arXiv:1502.03167.
    """

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of (N, C, D, H, W); see `BatchNorm2d`."""

    ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation of (N, C, ...) over the batches of all processes; in one process it is
    what `BatchNorm2d` is.

    process_group  kept, without effect
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
        *,
        bias: bool = True,
    ) -> None:
        how = (eps, momentum, affine, track_running_stats, device, dtype)
        super().__init__(num_features, *how, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")
        if not input.shape[1]:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """`module` with a SyncBatchNorm of the same parameters for each batch norm in it."""
        converted = module
        if isinstance(module, _BatchNorm):
            how = (module.eps, module.momentum, module.affine, module.track_running_stats)
            bias = module.bias is not None
            converted = SyncBatchNorm(module.num_features, *how, process_group, bias=bias)
            for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                setattr(converted, name, getattr(module, name))
            converted.training = module.training
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted


# -------------------------------------------------------------------- lazy


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """A normalisation that takes num_features from its first input."""

    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = tensor(0, dtype=int64, device=device)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        for each in (self.weight, self.bias, self.running_mean, self.running_var):
            if each is not None:
                each.materialize((self.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNormBase, _BatchNorm):
    """`BatchNorm1d` whose num_features are the channels of its first input."""

    cls_to_become = BatchNorm1d
    ranks = BatchNorm1d.ranks


class LazyBatchNorm2d(_LazyNormBase, _BatchNorm):
    """`BatchNorm2d` whose num_features are the channels of its first input."""

    cls_to_become = BatchNorm2d
    ranks = BatchNorm2d.ranks


class LazyBatchNorm3d(_LazyNormBase, _BatchNorm):
    """`BatchNorm3d` whose num_features are the channels of its first input."""

    cls_to_become = BatchNorm3d
    ranks = BatchNorm3d.ranks
