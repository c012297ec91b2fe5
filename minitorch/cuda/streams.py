"""Streams and events of the GPU: CuPy's under PyTorch's names."""

from typing import Any

from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import device as device_type
from minitorch.backend.devices import load_cupy, on
from minitorch.cuda.numbers import current_device


class Event:
    """A mark in what the GPU does, for measuring time between two of them.

    enable_timing  needed for `elapsed_time`

    Raises RuntimeError without CuPy.
    """

    def __init__(self, enable_timing: bool = False, blocking: bool = False):
        self.event = load_cupy().cuda.Event(blocking, not enable_timing)

    def record(self, stream: Any = None) -> None:
        """Set the mark after what the stream has been asked for so far."""
        self.event.record(stream and stream.stream)

    def wait(self, stream: Any = None) -> None:
        """Let a stream, by default the one in use, do nothing before the mark is reached."""
        (stream or current_stream()).wait_event(self)

    def synchronize(self) -> None:
        """Wait until the mark is reached."""
        self.event.synchronize()

    def query(self) -> bool:
        """Whether the mark was reached."""
        return self.event.done

    def elapsed_time(self, end_event: "Event") -> float:
        """Milliseconds from this mark to the other one."""
        return load_cupy().cuda.get_elapsed_time(self.event, end_event.event)


class Stream:
    """A queue of work for the GPU; `with stream(s):` puts work there.

    Raises RuntimeError without CuPy.
    """

    def __init__(self, device: Any = None, priority: int = 0, stream: Any = None):
        if stream is None:
            with on(as_device("cuda" if device is None else device)):
                stream = load_cupy().cuda.Stream(non_blocking=True, priority=priority)
        self.stream = stream

    def __repr__(self):
        return f"<torch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"

    @property
    def device(self) -> device_type:
        """The GPU of this stream."""
        number = self.stream.device_id
        return as_device("cuda", current_device() if number < 0 else number)

    @property
    def cuda_stream(self) -> int:
        """The handle that CUDA knows the stream by."""
        return self.stream.ptr

    def __eq__(self, other):
        return isinstance(other, Stream) and self.stream == other.stream

    def __hash__(self):
        return hash(self.stream)

    def synchronize(self) -> None:
        """Wait until all its work is done."""
        self.stream.synchronize()

    def wait_stream(self, stream: "Stream") -> None:
        """Do nothing further before the other one has done what it was asked for so far."""
        self.stream.wait_event(stream.stream.record())

    def wait_event(self, event: Event) -> None:
        """Do nothing further before the mark is reached."""
        self.stream.wait_event(event.event)

    def record_event(self, event: Event | None = None) -> Event:
        """Set a mark here."""
        event = event or Event()
        event.record(self)
        return event

    def query(self) -> bool:
        """Whether all its work is done."""
        return self.stream.done


class StreamContext:
    """A context in which work goes to `stream`; None: no change."""

    def __init__(self, stream: Stream | None):
        self.stream = stream

    def __enter__(self):
        if self.stream is not None:
            self.stream.stream.__enter__()

    def __exit__(self, *exc):
        if self.stream is not None:
            self.stream.stream.__exit__(*exc)


def stream(stream: Stream | None) -> StreamContext:
    """A context in which work goes to `stream`; None: no change."""
    return StreamContext(stream)


def current_stream(device: Any = None) -> Stream:
    """The stream of a GPU to which work goes now."""
    with on(as_device("cuda" if device is None else device)) as gpu:
        return Stream(stream=load_cupy().cuda.get_current_stream(gpu.id))


def default_stream(device: Any = None) -> Stream:
    """The stream of a GPU to which work goes unless another one is chosen."""
    with on(as_device("cuda" if device is None else device)):
        return Stream(stream=load_cupy().cuda.Stream.null)


def set_stream(stream: Stream) -> None:
    """Let work go to this stream from now on."""
    stream.stream.use()


class graph:  # noqa: N801  PyTorch's name
    """A context that records launches: there is none, annotations may name it.

    Raises NotImplementedError where one is made.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("graph: launches are not recorded\n  call the code itself")


class CUDAGraph:
    """A recorded sequence of launches, which minitorch does not record: annotations may name it.

    Raises NotImplementedError where one is made.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("CUDAGraph: launches are not recorded\n  call the code itself")
