"""`autocast`: minitorch computes in the dtypes that the tensors have, and says so."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

from minitorch.backend.devices import cuda_device_count
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import float16

KINDS = ("cuda", "cpu", "mps", "xpu", "hpu", "xla", "ipu", "mtia", "maia", "meta", "privateuseone")


class autocast:  # noqa: N801  PyTorch's name
    """A context, or a decorator, in which PyTorch computes some ops in half precision.

    Here it changes no dtype: float16 on a CPU is slower than float32. With `enabled` it warns
    once per process and goes on in the dtypes that the tensors have.

    device_type  "cpu" or "cuda"

    Raises RuntimeError for a device that PyTorch does not know.
    """

    told = False

    def __init__(
        self,
        device_type: str,
        dtype: dtype_type | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if device_type not in KINDS:
            raise RuntimeError(
                f"User specified an unsupported autocast device_type '{device_type}'\n"
                "  use 'cpu' or 'cuda'"
            )
        self.device = device_type
        self.fast_dtype = float16 if dtype is None else dtype
        if enabled and device_type == "cuda" and not cuda_device_count():
            warnings.warn(
                "CUDA is not available or torch_xla is imported. Disabling autocast.",
                UserWarning,
                stacklevel=2,
            )
        elif enabled and not autocast.told:
            autocast.told = True
            warnings.warn(
                "autocast changes nothing: minitorch computes in the dtypes that the tensors have\n"
                "  for half precision convert model and data with .half()",
                UserWarning,
                stacklevel=2,
            )

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any):
            return function(*args, **kwargs)

        return call


def is_autocast_available(device_type: str) -> bool:
    """False: `autocast` changes nothing on any device."""
    return False


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False."""
    return False


def get_autocast_dtype(device_type: str) -> dtype_type:
    """float16, the one half precision that there is here."""
    return float16


def get_autocast_gpu_dtype() -> dtype_type:
    """float16."""
    return float16


def custom_fwd(
    fwd: Callable | None = None, *, device_type: str, cast_inputs: dtype_type | None = None
) -> Callable:
    """For `forward` of an `autograd.Function`: as it is, since there is no autocast to leave."""
    return fwd or functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)


def custom_bwd(bwd: Callable | None = None, *, device_type: str) -> Callable:
    """For `backward` of an `autograd.Function`: as it is."""
    return bwd or functools.partial(custom_bwd, device_type=device_type)
