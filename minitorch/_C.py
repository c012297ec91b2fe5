"""The compiled part of PyTorch: minitorch has none, and `hasattr`, with which programs ask what is
in it, says so.
"""

from typing import Any

from minitorch.autograd.node import class_of
from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as as_device
from minitorch.backend.dtypes import dtype as as_dtype
from minitorch.backend.layouts import memory_format as order
from minitorch.methods.convert import asked_for
from minitorch.overrides import (  # noqa: F401  programs look for them here
    DisableTorchFunction,
    DisableTorchFunctionSubclass,
)
from minitorch.overrides import (  # noqa: F401  likewise
    disabled_torch_function as _disabled_torch_function_impl,
)


class _functions:  # noqa: N801  PyTorch's name
    """`torch._C._functions`: the class by which the nodes are known where gradients land."""

    AccumulateGrad = class_of("AccumulateGrad")


class _nn:  # noqa: N801  PyTorch's name
    """`torch._C._nn`, which classes with a `to` of their own ask."""

    @staticmethod
    def _parse_to(
        *target: Any,
        device: as_device | str | int | None = None,
        dtype: as_dtype | None = None,
        non_blocking: bool = False,
        memory_format: order | None = None,
    ) -> tuple[as_device | None, as_dtype | None, bool, order | None]:
        """Device, dtype, non_blocking and memory_format, as the arguments of a `to` name them."""
        device, dtype, flags = asked_for(target, device, dtype)
        place = None if device is None else as_device(device)
        return place, dtype, non_blocking or flags[:1] == [True], memory_format


_TensorMeta = type(Tensor)


class PyTorchFileReader:
    """The reader of .pt files that PyTorch compiles: there is none, annotations may name it.

    Raises NotImplementedError where one is made.
    """

    def __init__(self, *file: Any) -> None:
        raise NotImplementedError(
            "PyTorchFileReader: minitorch has no compiled part\n  read the file with torch.load"
        )


def _get_tracing_state() -> None:
    """None: nothing is being traced."""


def _log_api_usage_once(event: str) -> None:
    """Nothing: minitorch keeps no record of what is used."""
