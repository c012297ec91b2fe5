"""Datasets and how they are served in batches, under the names of `torch.utils.data`."""

from minitorch.data.collate import default_collate, default_convert
from minitorch.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from minitorch.data.distributed import DistributedSampler
from minitorch.data.loader import DataLoader
from minitorch.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from minitorch.data.worker_info import get_worker_info
