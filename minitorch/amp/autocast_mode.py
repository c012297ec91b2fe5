"""`autocast`: on a GPU, products in half precision and what needs it in single precision."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

from minitorch.amp.casting import casting, prepare
from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import cuda_device_count, misnamed
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.backend.dtypes import float16, float64

KINDS = ("cuda", "cpu", "mps", "xpu", "hpu", "xla", "ipu", "mtia", "maia", "meta", "privateuseone")


class autocast:  # noqa: N801  PyTorch's name
    """A context, or a decorator, in which ops on a GPU choose their precision.

    Products (of matrices, convolutions, attention, recurrent layers) convert their inputs to
    float16 and sum up in float32; exp, log, powers, sums, softmax, norms and losses convert float16
    to float32; all else works in the dtype it meets. The lists are PyTorch's for CUDA, see
    `amp/casting.py`; float64 stays. What is composed of several ops here follows these: `addmm`
    adds in the wider dtype. `layer_norm` and `group_norm` return the dtype of their input.

    On the CPU it changes no dtype, since float16 is slower there than float32, and says so once.

    device_type    "cuda" or "cpu"
    dtype          float16, or None for it
    cache_enabled  False: a parameter is converted anew each time it is used

    Raises RuntimeError for a device that PyTorch does not know.
    Micikevicius et al., Mixed Precision Training, 2017, arXiv:1710.03740.
    """

    told = False

    def __init__(
        self,
        device_type: str,
        dtype: dtype_type | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ):
        require_kind(device_type)
        self.device = device_type
        self.fast_dtype = float16 if dtype is None else dtype
        self._cache_enabled = cache_enabled is not False
        self._entered: list[tuple[bool, dict | None]] = []
        if enabled and device_type == "cuda" and not cuda_device_count():
            warn("CUDA is not available or torch_xla is imported. Disabling autocast.")
            enabled = False
        elif enabled and device_type == "cuda" and self.fast_dtype is not float16:
            warn(
                "In CUDA autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CUDA Autocast only supports dtypes of torch.float16 currently."
            )
            enabled = False
        elif enabled and device_type != "cuda":
            enabled = False
            if not autocast.told:
                autocast.told = True
                warn(
                    f"autocast changes nothing on '{device_type}': minitorch computes in the "
                    "dtypes that the tensors have\n"
                    "  for half precision convert model and data with .half()"
                )
        self._enabled = enabled

    def __enter__(self):
        self._entered.append((casting.on, casting.kept))
        if self.device == "cuda":
            if self._enabled:
                prepare()
            casting.on = self._enabled
            kept = {} if casting.kept is None else casting.kept
            casting.kept = kept if self._cache_enabled else None
        return self

    def __exit__(self, *exc):
        casting.on, casting.kept = self._entered.pop()
        return False

    def __call__(self, function: Callable) -> Callable:
        if not callable(function):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(function).__name__}. Did you "
                "mean to use autocast as a context manager? For example:\n"
                "    with torch.autocast(device_type=...):\n        output = model(input)"
            )

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any):
            with self:
                return function(*args, **kwargs)

        return call


def require_kind(device_type):
    """Refuse what is no kind of device."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if device_type not in KINDS:
        raise RuntimeError(f"{misnamed(device_type)}\n  use 'cpu' or 'cuda'")


def warn(text):
    warnings.warn(text, UserWarning, stacklevel=3)


def is_autocast_available(device_type: str) -> bool:
    """Whether `autocast` knows what to do on this kind of device: on "cuda"."""
    require_kind(device_type)
    return device_type == "cuda"


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether autocast is on for this kind of device, in this thread."""
    return device_type == "cuda" and casting.on


def is_autocast_cpu_enabled() -> bool:
    """False: on the CPU autocast changes nothing."""
    return False


def is_autocast_cache_enabled() -> bool:
    """Whether a parameter that serves several times is converted once; outside of autocast True."""
    return casting.kept is not None or not casting.on


def clear_autocast_cache() -> None:
    """Convert parameters anew when they are used next."""
    if casting.kept is not None:
        casting.kept.clear()


def get_autocast_dtype(device_type: str) -> dtype_type:
    """float16, the one half precision that there is here."""
    return float16


def get_autocast_gpu_dtype() -> dtype_type:
    """float16."""
    return float16


# -------------------------------------------------------------------- for `autograd.Function`


def custom_fwd(
    fwd: Callable | None = None, *, device_type: str, cast_inputs: dtype_type | None = None
) -> Callable:
    """For `forward` of an `autograd.Function`: remember whether autocast is on, for `custom_bwd`.

    cast_inputs  where autocast is on: convert the inputs to this dtype, and switch it off inside
    """
    require_kind(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def call(ctx: Any, *args: Any, **kwargs: Any):
        ctx._used_autocast = is_autocast_enabled(device_type) and cast_inputs is None
        if cast_inputs is None or not is_autocast_enabled(device_type):
            return fwd(ctx, *args, **kwargs)
        args = tuple(converted(each, device_type, cast_inputs) for each in args)
        kwargs = {name: converted(each, device_type, cast_inputs) for name, each in kwargs.items()}
        with autocast(device_type, enabled=False):
            return fwd(ctx, *args, **kwargs)

    return call


def custom_bwd(bwd: Callable | None = None, *, device_type: str) -> Callable:
    """For `backward` of an `autograd.Function`: autocast is on in it if it was in `forward`."""
    require_kind(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def call(ctx: Any, *args: Any, **kwargs: Any):
        with autocast(device_type, enabled=ctx._used_autocast):
            return bwd(ctx, *args, **kwargs)

    return call


def converted(value, device_type, dtype):
    """`value`, and the tensors in it, in `dtype`, as far as they are floats on this device."""
    if isinstance(value, Tensor):
        floats = value.is_floating_point() and value.dtype is not float64
        return value.to(dtype) if floats and value.device.type == device_type else value
    if isinstance(value, dict):
        return {key: converted(each, device_type, dtype) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(converted(each, device_type, dtype) for each in value)
    return value
