"""Memory for what a kernel computes on the way."""

import math
import threading

import numpy as np

KEEP_BYTES = 1 << 25  # a larger buffer is not kept
kept = threading.local()


def scratch(name, shape, dtype):
    """This thread's buffer of that name, as an uninitialised array; it is never handed out."""
    size = math.prod(shape) * dtype.itemsize
    memory = getattr(kept, name, None)
    if memory is None or len(memory) < size:
        memory = np.empty(size, np.uint8)
        if size <= KEEP_BYTES:
            setattr(kept, name, memory)
    return memory[:size].view(dtype).reshape(shape)
