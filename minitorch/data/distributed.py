"""DistributedSampler: each of several processes its share of a dataset."""

import math
from collections.abc import Sized

import numpy as np

from minitorch.backend.generators import Generator
from minitorch.data.sampler import Sampler


class DistributedSampler(Sampler[int]):
    """The share of `dataset` that the process `rank` of `num_replicas` loads.

    All processes draw the same order from `seed` and the epoch, and each takes every
    num_replicas-th index of it. So that all shares are equally long, the first indices come once
    more at the end; with drop_last the last ones are left out instead.

    Call `set_epoch(epoch)` before each epoch, or every epoch has the same order.

    Raises ValueError for a rank outside [0, num_replicas).

    >>> [list(DistributedSampler(range(5), 2, rank, shuffle=False)) for rank in (0, 1)]
    [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError(
                "Requires distributed package to be available\n"
                f"  num_replicas={num_replicas}   rank={rank}: give both"
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(
                f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]"
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        share = len(dataset) / num_replicas
        self.num_samples = math.floor(share) if drop_last else math.ceil(share)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def draw(self) -> np.ndarray:
        n = len(self.dataset)
        if self.shuffle:
            order = Generator().manual_seed(self.seed + self.epoch).permutation(n)
        else:
            order = np.arange(n)
        return np.resize(order, self.total_size)[self.rank :: self.num_replicas]

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Shuffle as epoch `epoch` does, from the next iteration on."""
        self.epoch = epoch
