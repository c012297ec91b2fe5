"""The older names of `minitorch.amp`, for the GPU."""

import warnings
from collections.abc import Callable
from typing import Any

from minitorch import amp
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import float16


def deprecated(name):
    warnings.warn(
        f"`torch.cuda.amp.{name}(args...)` is deprecated. "
        f"Please use `torch.amp.{name}('cuda', args...)` instead.",
        FutureWarning,
        stacklevel=3,
    )


class autocast(amp.autocast):  # noqa: N801  PyTorch's name
    """`amp.autocast("cuda", ...)`."""

    def __init__(
        self, enabled: bool = True, dtype: dtype_type = float16, cache_enabled: bool = True
    ):
        deprecated("autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`amp.GradScaler("cuda", ...)`."""

    def __init__(self, *args: Any, **kwargs: Any):
        deprecated("GradScaler")
        super().__init__("cuda", *args, **kwargs)


def custom_fwd(fwd: Callable | None = None, *, cast_inputs: dtype_type | None = None) -> Callable:
    """`amp.custom_fwd(device_type="cuda")`."""
    deprecated("custom_fwd")
    return amp.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Callable) -> Callable:
    """`amp.custom_bwd(device_type="cuda")`."""
    deprecated("custom_bwd")
    return amp.custom_bwd(bwd, device_type="cuda")
