"""Batch normalisation."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import int64
from minitorch.nn import functional as F
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import empty
from minitorch.ops.from_data import tensor


class BatchNorm(Module):
    """Each channel to mean 0 and variance 1, * weight + bias: while training by the statistics of
    the batch, after `eval()` by the running ones. See `nn.functional.batch_norm`.

    num_features         how many channels the second axis of the input has
    eps                  added to the variance
    momentum             the share of a batch in the running statistics; None: all count alike
    affine, bias         whether there are a weight and a bias to learn
    track_running_stats  False: always normalise by the batch
    """

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    ranks: tuple[int, ...] = ()

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
        start = {"running_mean": 0, "running_var": 1, "num_batches_tracked": 0}
        for name, value in start.items():
            buffer = self._buffers[name]
            if buffer is not None:
                buffer.fill_(value)

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in self.ranks:
            ranks = " or ".join(f"{n}D" for n in self.ranks)
            raise ValueError(f"expected {ranks} input (got {input.ndim}D input)")
        momentum = self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        tracked = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if tracked else None,
            self.running_var if tracked else None,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            0.0 if momentum is None else momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(BatchNorm):
    """Batch normalisation of (N, C) or (N, C, L)."""

    ranks = (2, 3)


class BatchNorm2d(BatchNorm):
    """Batch normalisation of (N, C, H, W)."""

    ranks = (4,)
