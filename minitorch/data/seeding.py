"""The random numbers that items are made with: the same ones, whatever process makes an item.

Three generators are global in a Python program: minitorch's, that of `random` and that of
`numpy.random`. Each epoch of a DataLoader has a seed, drawn from the DataLoader's generator. Where
items are seeded (in worker processes; in this one with `seed_items=True`), the three are set
before each item to a seed made of the epoch's seed and the item's place in the epoch, and once
more before the items are collated. So what is drawn does not depend on which worker makes the
item, or after which other items.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minitorch.backend.generators import Generator, default_generator, seed_all

COLLATING = 1 << 62  # added to the place of a batch's first item


class GlobalGenerator(NamedTuple):
    """How to seed one of the three generators, where it is, and how to put it back there."""

    seed: Callable[[int], Any]
    state: Callable[[], Any]
    restore: Callable[[Any], Any]


def numpy_state():
    kind, words, *rest = np.random.get_state(legacy=True)
    return (kind, tuple(np.asarray(words).tolist()), *rest)


def go_to_numpy_state(state):  # looked up when called: to load numpy.random takes 10 ms
    np.random.set_state(state)


GLOBAL_GENERATORS = (
    GlobalGenerator(
        seed_all,
        lambda: default_generator().state().tobytes(),
        lambda state: default_generator().go_to(np.frombuffer(state, np.uint8)),
    ),
    GlobalGenerator(random.seed, random.getstate, random.setstate),
    GlobalGenerator(
        lambda seed: np.random.seed(seed % 2**32),
        numpy_state,
        go_to_numpy_state,
    ),
)


def draw_epoch_seed(generator: Generator | None) -> int:
    """The seed of one epoch, from 0 to 2**63 - 1."""
    return int((generator or default_generator()).integers(0, 2**63 - 1, ()))


def item_seed(epoch_seed: int, place: int) -> int:
    """The seed, below 2**63, of the item at this place in the epoch.

    Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014: the numbers that
    SplitMix64 makes from the seed on, of which `place` chooses one.
    """
    z = (epoch_seed + (place + 1) * 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return (z ^ (z >> 31)) >> 1


def states() -> list:
    """Where the global generators are."""
    return [each.state() for each in GLOBAL_GENERATORS]


def restore(kept: list) -> None:
    """Put the global generators back where `states` found them."""
    for each, state in zip(GLOBAL_GENERATORS, kept):
        each.restore(state)
