"""Which tensors one call of a `torch._foreach_` function may take: for optimizers that ask."""

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type


def _group_tensors_by_device_and_dtype(
    tensorlistlist: list[list], with_indices: bool = False
) -> dict:
    """The tensors of several lists, in groups of one device and dtype, those of the first list.

    returns  {(device, dtype): (the lists with the members of the group, their places before)}

    The places are an empty list unless `with_indices`. A list may be empty; the others are of one
    length.
    """
    groups: dict = {}
    for i, tensor in enumerate(tensorlistlist[0]):
        lists, places = groups.setdefault(
            (tensor.device, tensor.dtype), ([[] for _ in tensorlistlist], [])
        )
        for former, members in zip(tensorlistlist, lists, strict=True):
            if former:
                members.append(former[i])
        if with_indices:
            places.append(i)
    return groups


def _get_foreach_kernels_supported_devices() -> list[str]:
    return ["cuda"]


def _device_has_foreach_support(device: device_type) -> bool:
    return True


def _has_foreach_support(tensors: list[Tensor], device: device_type) -> bool:
    return all(tensor is None or type(tensor) is Tensor for tensor in tensors)
