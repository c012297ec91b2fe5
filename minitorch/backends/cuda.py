"""What PyTorch sets for CUDA; remembered, with no effect on CuPy."""

import contextlib
from types import SimpleNamespace
from typing import Any

from minitorch.backend.devices import cuda_device_count

matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    fp32_precision="none",
)


def is_built() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    return cuda_device_count() > 0


def flash_sdp_enabled() -> bool:
    """False: attention has one way to be computed."""
    return False


def mem_efficient_sdp_enabled() -> bool:
    """False: attention has one way to be computed."""
    return False


def cudnn_sdp_enabled() -> bool:
    """False: attention has one way to be computed."""
    return False


def math_sdp_enabled() -> bool:
    """True: the way in which attention is computed."""
    return True


def enable_flash_sdp(enabled: bool) -> None:
    """Nothing: attention has one way to be computed."""


def enable_mem_efficient_sdp(enabled: bool) -> None:
    """Nothing: attention has one way to be computed."""


def enable_cudnn_sdp(enabled: bool) -> None:
    """Nothing: attention has one way to be computed."""


def enable_math_sdp(enabled: bool) -> None:
    """Nothing: attention has one way to be computed."""


@contextlib.contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Any:
    """Nothing: attention has one way to be computed."""
    yield {}
