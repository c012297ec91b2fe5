"""Where programs find `OptimizedModule`."""

from typing import Any


class OptimizedModule:
    """What PyTorch's `compile` makes of a module: no object is one, `isinstance` says so."""

    def __init__(self, *args: Any, **kwargs: Any):
        raise RuntimeError(
            "torch._dynamo.OptimizedModule: nothing is compiled here\n  take the module itself"
        )
