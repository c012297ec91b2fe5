"""`torch.utils.flop_counter`: here it is the profiler that counts operations."""

from typing import Any, NoReturn


class FlopCounterMode:
    """The operations counted so far, by module: none, since it refuses to count.

    Libraries make one and ask it whether or not they count. Raises NotImplementedError where a
    `with` block begins.
    """

    def __init__(self, mods: Any = None, depth: int | None = 2, display: bool = True, **names: Any):
        self.mods, self.depth, self.display = mods, depth, display

    def get_total_flops(self) -> int:
        """0: nothing was counted."""
        return 0

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """Of nothing but the whole, and there nothing."""
        return {"Global": {}}

    def __enter__(self) -> NoReturn:
        raise NotImplementedError(
            "FlopCounterMode: take minitorch.profiler.profile(with_flops=True, record_shapes=True)"
        )

    def __exit__(self, *error: object) -> None:
        pass
