"""From indices to a batch: what this process does, or a worker process in its place."""

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from minitorch.data.collate import default_collate
from minitorch.data.dataset import speaks_for_items
from minitorch.data.seeding import COLLATING


class Recipe(NamedTuple):
    """How batches are made of a dataset: the part of a DataLoader that its workers need."""

    dataset: Any
    collate_fn: Callable[[Any], Any]
    batched: bool  # whether a sampler yields lists of indices, and not single ones
    is_stream: bool
    batch_size: int | None
    drop_last: bool

    def gathers(self) -> bool:
        """Whether the dataset makes whole batches itself, of an array of indices."""
        collates = self.batched and self.collate_fn is default_collate
        return collates and speaks_for_items(self.dataset, "gather")

    def fetcher(self, before: Callable[[int], Any]) -> Any:
        """What makes the batches of one epoch. `before(place)` is called before each item; the
        items of a stream have no place.
        """
        return StreamFetcher(self) if self.is_stream else MapFetcher(self, before)


class MapFetcher:
    """Batches of a dataset that has `__getitem__`.

    at  the index that is being loaded, or the indices; None: the batch is being collated
    """

    def __init__(self, recipe: Recipe, before: Callable[[int], Any]) -> None:
        self.recipe = recipe
        self.before = before
        self.gathers = recipe.gathers()
        self.asks_for_many = speaks_for_items(recipe.dataset, "__getitems__")
        self.at: Any = None

    def fetch(self, indices: Any, place: int) -> Any:
        """The batch of these indices, the first of which has this place in the epoch."""
        dataset = self.recipe.dataset
        if not self.recipe.batched:
            items = self.load(dataset.__getitem__, indices, place)
        elif self.gathers:
            return self.load(dataset.gather, np.array(indices, np.int64), place)
        elif self.asks_for_many:
            items = self.load(dataset.__getitems__, indices, place)
        else:
            get = dataset.__getitem__
            items = [self.load(get, index, place + i) for i, index in enumerate(indices)]
        self.at = None
        self.before(place + COLLATING)
        return self.recipe.collate_fn(items)

    def load(self, get, index, place):
        self.at = index
        self.before(place)
        return get(index)


class StreamFetcher:
    """Batches of an iterable dataset; StopIteration when it is exhausted."""

    at = None

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.items = iter(recipe.dataset)

    def fetch(self, indices: Any, place: int = 0) -> Any:
        """The next batch, whatever the indices."""
        recipe = self.recipe
        if recipe.batch_size is None:
            return recipe.collate_fn(next(self.items))
        batch = list(islice(self.items, recipe.batch_size))
        if not batch or (recipe.drop_last and len(batch) < recipe.batch_size):
            raise StopIteration
        return recipe.collate_fn(batch)
