"""One iteration over a DataLoader."""

import warnings
from collections.abc import Callable, Iterator
from itertools import count, repeat
from typing import Any, NoReturn

import numpy as np

from minitorch.backend import generators
from minitorch.backend.devices import cuda_device_count
from minitorch.data.dataset import items_of
from minitorch.data.fetch import MapFetcher, Recipe, StreamFetcher
from minitorch.data.pinning import pinned
from minitorch.data.sampler import BatchSampler
from minitorch.data.seeding import GLOBAL_GENERATORS, item_seed, restore, states


class Batches(Iterator):
    """What `iter(loader)` returns. A subclass defines `_next`."""

    def __init__(self, loader: Any) -> None:
        self._index_sampler = loader._index_sampler
        self._reported = loader._reported_length
        self._dataset = loader.dataset
        self._num_workers = loader.num_workers
        self._position = loader.open_position()
        self._count = self._position.given
        self._pinned = loader.pin_memory and cuda_device_count() > 0

    def _next(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        try:
            batch = self._next()
        except StopIteration:
            self._position.ended = True
            raise
        self._count += 1
        if self._reported is not None and self._count > self._reported:
            self._warn_of_length()
        return pinned(batch) if self._pinned else batch

    def _pass_by(self, given, make):
        """Have a stream make once more what was given out already: it knows no other way there."""
        for number in range(given):
            try:
                make()
            except StopIteration:
                raise RuntimeError(
                    f"DataLoader: the stream ends after {number} batches, though {given} of this "
                    "epoch were given out before its state was saved: it is another one"
                ) from None

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
        recipe, order = loader.recipe(), self._index_sampler
        if recipe.is_stream:
            with self._position.where_it_began():
                self._make: Any = StreamFetcher(recipe).fetch
                self._pass_by(self._position.given, lambda: self._make(None))
            self._order: Any = zip(count(self._position.given), repeat(0), repeat(None))
            return
        if loader.seed_items:
            self._make = SeededFetch(recipe, self._position.seed)
        else:
            self._make = maker(recipe)
            if recipe.gathers() and type(order) is BatchSampler:
                order = order.arrays()
        self._order = self._position.walk(order, recipe.batched)

    def _next(self) -> Any:
        number, place, indices = next(self._order)
        self._position.give(number, indices)
        return self._make(indices, place)


def maker(recipe: Recipe) -> Callable[[Any, int], Any]:
    """The function from indices to a batch, of a dataset that has `__getitem__`."""
    dataset, collate_fn = recipe.dataset, recipe.collate_fn
    if not recipe.batched:
        return lambda index, _: collate_fn(dataset[index])
    if recipe.gathers():
        return lambda indices, _: dataset.gather(np.asarray(indices, np.int64))
    return lambda indices, _: collate_fn(items_of(dataset, indices))


class SeededFetch:
    """Makes each batch with the random numbers that it would have in a worker, and leaves the
    global generators where they were.
    """

    def __init__(self, recipe: Recipe, epoch_seed: int) -> None:
        self.fetcher = MapFetcher(recipe, self.seed)
        self.epoch_seed = epoch_seed

    def __call__(self, indices: Any, place: int) -> Any:
        kept, of_devices = states(), generators.states()
        try:
            return self.fetcher.fetch(indices, place)
        finally:
            restore(kept)
            generators.go_to_states(of_devices)

    def seed(self, place):
        for each in GLOBAL_GENERATORS:
            each.seed(item_seed(self.epoch_seed, place))
