"""Parts of batches for several devices, of which there is one: `scatter` and `gather`."""

from collections.abc import Sequence
from typing import Any

from minitorch.nn.parallel.data_parallel import Place


def scatter(inputs: Any, target_gpus: Sequence[Place], dim: int = 0) -> list:
    """The parts of `inputs` for each device: for the one there can be, all of them.

    Raises NotImplementedError for several devices.
    """
    if len(target_gpus) != 1:
        raise NotImplementedError(
            f"scatter has one device to share out to, but got {list(target_gpus)}\n"
            "  give one of them"
        )
    return [inputs]


def gather(outputs: Sequence[Any], target_device: Place, dim: int = 0) -> Any:
    """The parts that the devices made, joined: the only one there can be."""
    (output,) = outputs
    return output
