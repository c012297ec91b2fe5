"""The sampler of `minitorch.data` for several processes."""

from minitorch.data.distributed import DistributedSampler

__all__ = ["DistributedSampler"]
