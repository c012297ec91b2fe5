"""Batches copied to a GPU while it works on the ones before them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import on
from minitorch.cuda.streams import Event, Stream, current_stream, stream


def copied_ahead(batches: Iterable[Any], device: Any = "cuda") -> Iterator[Any]:
    """The batches on a GPU, each copied by a stream of its own while the one before is worked on.

    batches  such as a DataLoader with `pin_memory=True`, whose memory a GPU reads by itself

    The program never waits. PyTorch has no function for it.
    """
    device = as_device(device)
    with on(device):
        aside = Stream(device)
    before: tuple[Any, Event] | None = None
    for batch in batches:
        # What was worked on until now may lie in memory that the copy is going to take.
        aside.wait_stream(current_stream(device))
        with stream(aside):
            copy = to_device(batch, device)
        copied = aside.record_event()
        if before is not None:
            yield when_there(*before)
        before = copy, copied
    if before is not None:
        yield when_there(*before)


def when_there(batch, copied):
    """`batch`, which the stream in use waits for."""
    current_stream().wait_event(copied)
    return batch


def to_device(batch, device):
    """The tensors in lists, tuples and mappings on a device, all else as it is."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(to_device(value, device) for value in batch)
    return batch
