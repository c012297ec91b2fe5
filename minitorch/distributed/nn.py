"""What passes gradients between processes, which minitorch does not have."""

from minitorch.distributed import refused

__all__ = ["all_gather", "all_reduce", "broadcast", "gather", "reduce", "scatter"]

all_gather = refused("all_gather")
all_reduce = refused("all_reduce")
broadcast = refused("broadcast")
gather = refused("gather")
reduce = refused("reduce")
scatter = refused("scatter")
