"""Random numbers of the transforms, from minitorch's generator: `manual_seed` fixes them.

So do the seeds that a DataLoader gives each item, whatever the number of its workers.
"""

from minitorch.ops.creation import empty
from minitorch.ops.random import rand, randint


def happens(p: float) -> bool:
    """True with probability `p`."""
    return rand(1).item() < p


def uniform(low: float, high: float) -> float:
    return empty(1).uniform_(low, high).item()


def whole(low: int, high: int) -> int:
    """An integer in [low, high)."""
    return randint(low, high, (1,)).item()
