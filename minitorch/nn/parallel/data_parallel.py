"""DataParallel, on one device."""

from collections.abc import Sequence
from typing import Any

from minitorch.backend.devices import cuda_device_count, device
from minitorch.nn.modules.module import Module

Place = int | device | str


class DataParallel(Module):
    """Calls `module`, so that programs which split batches over GPUs run on the one there is.

    module      is the attribute `module`: its names in `state_dict` begin with "module."
    device_ids  none, or the number of one GPU, to which the module is moved; several are refused
    output_device, dim  where and along which dimension PyTorch joins the parts
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Place] | None = None,
        output_device: Place | None = None,
        dim: int = 0,
    ) -> None:
        super().__init__()
        self.module = module
        self.dim = dim
        self.device_ids = [0] if device_ids is None else [number_of(each) for each in device_ids]
        if not cuda_device_count():
            self.device_ids = []
        if len(self.device_ids) > 1:
            raise NotImplementedError(
                f"DataParallel computes on one GPU, but got device_ids={self.device_ids}\n"
                "  give one of them, as device_ids=[0]"
            )
        if self.device_ids:
            self.module.to(f"cuda:{self.device_ids[0]}")

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


def number_of(place):
    """The number of a GPU given as such, as a device or as "cuda:0"."""
    if isinstance(place, int):
        return place
    return device(place).index or 0


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Sequence[Place] | None = None,
    output_device: Place | None = None,
    dim: int = 0,
    module_kwargs: dict[str, Any] | None = None,
) -> Any:
    """What `DataParallel(module, device_ids)` makes of `inputs`, a tuple or a single one."""
    inputs = inputs if isinstance(inputs, tuple) else () if inputs is None else (inputs,)
    return DataParallel(module, device_ids, output_device, dim)(*inputs, **module_kwargs or {})
