"""One iteration over a DataLoader."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from typing import Any, NoReturn

import numpy as np

from minitorch.data.dataset import items_of
from minitorch.data.fetch import MapFetcher, Recipe, StreamFetcher
from minitorch.data.sampler import BatchSampler
from minitorch.data.seeding import (
    GLOBAL_GENERATORS,
    draw_epoch_seed,
    item_seed,
    restore,
    states,
)


class Batches(Iterator):
    """What `iter(loader)` returns. A subclass defines `_next`."""

    def __init__(self, loader: Any) -> None:
        self._index_sampler = loader._index_sampler
        self._reported = loader._reported_length
        self._dataset = loader.dataset
        self._num_workers = loader.num_workers
        self._count = 0

    def _next(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        batch = self._next()
        self._count += 1
        if self._reported is not None and self._count > self._reported:
            self._warn_of_length()
        return batch

    def __len__(self) -> int:
        return len(self._index_sampler)

    def _warn_of_length(self):
        text = (
            f"Length of IterableDataset {self._dataset} was reported to be {self._reported}"
            f"(when accessing len(dataloader)), but {self._count} samples have been fetched. "
        )
        if self._num_workers:
            text += (
                "For multiprocessing data-loading, this could be caused by not properly "
                "configuring the IterableDataset replica at each worker: see get_worker_info."
            )
        warnings.warn(text, stacklevel=3)

    def __getstate__(self) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} cannot be pickled")


class InProcessBatches(Batches):
    """Batches that this process makes, each when it is asked for."""

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        recipe, indices = loader.recipe(), self._index_sampler
        if recipe.is_stream:
            make: Any = partial(StreamFetcher(recipe).fetch, None)
            indices = repeat(0)
        elif loader.seed_items:
            make = SeededFetch(recipe)
        else:
            make = maker(recipe)
            if recipe.gathers() and type(indices) is BatchSampler:
                indices = indices.arrays()
        # `map` and not a generator: after an error the next batch can still be asked for.
        self._batches = map(make, indices)
        epoch_seed = draw_epoch_seed(loader.generator)  # always: workers change no numbers here
        if loader.seed_items:
            make.epoch_seed = epoch_seed

    def _next(self) -> Any:
        return next(self._batches)


def maker(recipe: Recipe) -> Callable[[Any], Any]:
    """The function from indices to a batch, of a dataset that has `__getitem__`."""
    dataset, collate_fn = recipe.dataset, recipe.collate_fn
    if not recipe.batched:
        return lambda index: collate_fn(dataset[index])
    if recipe.gathers():
        return lambda indices: dataset.gather(np.asarray(indices, np.int64))
    return lambda indices: collate_fn(items_of(dataset, indices))


class SeededFetch:
    """Makes each batch with the random numbers that it would have in a worker, and leaves the
    global generators where they were.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.fetcher = MapFetcher(recipe, self.seed)
        self.batched = recipe.batched
        self.epoch_seed = 0
        self.place = 0

    def __call__(self, indices: Any) -> Any:
        place = self.place
        self.place += len(indices) if self.batched else 1
        kept = states()
        try:
            return self.fetcher.fetch(indices, place)
        finally:
            restore(kept)

    def seed(self, place):
        for each in GLOBAL_GENERATORS:
            each.seed(item_seed(self.epoch_seed, place))
