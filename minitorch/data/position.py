"""Where an iteration over a DataLoader stands, so that another process can go on from there.

The order of an epoch is not saved, but where the generators were when it was drawn: whoever goes on
draws it once more and leaves out what was given out already.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import numpy as np

from minitorch.backend.generators import Generator
from minitorch.data.seeding import GLOBAL_GENERATORS, draw_epoch_seed, restore


class Position:
    """Which batches of one epoch were given out.

    seed    of the epoch, of which the random numbers of its items are made
    start   where the generators were before the order was drawn; None: it was not drawn yet
    given   how many batches were given out
    ahead   the numbers of later ones that were, too (with in_order=False)
    last    the number and the indices of the latest; -1 before the first
    digest  of the indices of the last batch that was given out before the state was saved
    ended   whether there are no more
    """

    def __init__(self, loader: Any, saved: dict[str, Any] | None = None) -> None:
        self.generators = own_generators(loader)
        # What a DataLoader draws itself comes from no global generator but minitorch's: to look at
        # all three takes 60 us more.
        self.watched = GLOBAL_GENERATORS[: None if loader.has_foreign_order else 1]
        self.last: tuple[int, Any] = -1, None
        self.ended = False
        if saved is None:
            seed = draw_epoch_seed(loader.generator)  # always: workers change no numbers here
            saved = {"seed": seed, "start": None, "given": 0, "ahead": [], "digest": None}
        self.seed: int = saved["seed"]
        self.start: Any = saved["start"]
        self.given: int = saved["given"]
        self.ahead = set(saved["ahead"])
        self.digest: int | None = saved["digest"]

    def state_dict(self) -> dict[str, Any]:
        number, indices = self.last
        digest = self.digest if number < 0 else None
        if number == self.given - 1 >= 0:
            digest = fingerprint(indices)
        return {
            "seed": self.seed,
            "start": self.start,
            "given": self.given,
            "ahead": sorted(self.ahead),
            "digest": digest,
        }

    def give(self, number: int, indices: Any) -> None:
        """Note that a batch is given out."""
        self.last = number, indices
        if number != self.given:
            self.ahead.add(number)
            return
        self.given += 1
        while self.given in self.ahead:
            self.ahead.remove(self.given)
            self.given += 1

    def walk(self, order: Iterable[Any], batched: bool) -> Iterator[tuple[int, int, Any]]:
        """The batches that are still to come: number, place of the first item, indices.

        Raises RuntimeError where the order is not what it was before.
        """
        with self.where_it_began():
            batches = enumerate(order)
            passed = [indices for _, indices in islice(batches, self.given)]
            self.require_same(passed)
            first = [] if passed else list(islice(batches, 1))  # an order is drawn at its first
        place = sum(map(len, passed)) if batched else len(passed)
        for number, indices in chain(first, batches):
            if number not in self.ahead:
                yield number, place, indices
            place += len(indices) if batched else 1

    def require_same(self, passed):
        known = passed and self.digest is not None
        if len(passed) < self.given or (known and fingerprint(passed[-1]) != self.digest):
            raise RuntimeError(CHANGED.format(self.given))

    @contextmanager
    def where_it_began(self) -> Iterator[None]:
        """Draws inside come from where the generators were when this epoch began."""
        now = self.noted()
        if self.start is None:
            self.start = now
            yield
            return
        self.go_to(self.start)
        try:
            yield
        finally:
            self.go_to(now)

    def noted(self):
        """Where the generators are: the global ones, and those of the DataLoader's own."""
        return [each.state() for each in self.watched], generator_states(self.generators)

    def go_to(self, noted):
        shared, own = noted
        restore(shared)
        restore_generators(self.generators, own)


CHANGED = (
    "DataLoader: the order of the epoch is not what it was when its state was saved\n"
    "  batch {} of it has other indices now. The dataset has to be the same, and a sampler of your "
    "own has to draw from a Generator in its attribute `generator`, or from the global generators "
    "before it yields its first index."
)


def own_generators(loader: Any) -> list[Generator]:
    """The generators that were given to a DataLoader and its samplers, each once."""
    batches = loader.batch_sampler
    holders = (loader, batches, loader.sampler, getattr(batches, "sampler", None))
    found = [getattr(each, "generator", None) for each in holders]
    return list({id(each): each for each in found if isinstance(each, Generator)}.values())


def generator_states(generators: list[Generator]) -> list[bytes]:
    return [each.state().tobytes() for each in generators]


def restore_generators(generators: list[Generator], saved: list[bytes]) -> None:
    for each, state in zip(generators, saved):
        each.go_to(np.frombuffer(state, np.uint8))


def fingerprint(indices: Any) -> int | None:
    """A number that tells indices apart; None for what is no plain data."""
    try:
        return zlib.crc32(json.dumps(indices, default=lambda array: array.tolist()).encode())
    except (TypeError, ValueError, AttributeError):
        return None
