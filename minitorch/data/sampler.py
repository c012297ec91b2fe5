"""Samplers: in which order the items of a dataset are visited."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np

from minitorch.autograd.tensor import wrap
from minitorch.backend.generators import Generator, default_generator
from minitorch.ops.draws import require_weights

T_co = TypeVar("T_co", covariant=True)
PIECE = 1 << 16  # so many indices are drawn with replacement at a time


class Sampler(Generic[T_co]):
    """What yields indices. A subclass has `__iter__`, or `draw` or `pieces`, which are faster."""

    def __iter__(self) -> Iterator[T_co]:
        for piece in self.pieces():  # drawn at the first `next`, as PyTorch does
            yield from piece.tolist()

    def draw(self) -> np.ndarray:
        """All indices of one epoch, int64."""
        raise NotImplementedError(f"{type(self).__name__} needs __iter__ or draw")

    def pieces(self) -> Iterator[np.ndarray]:
        """The same indices in one or more arrays, for epochs that fit no memory."""
        yield self.draw()


class SequentialSampler(Sampler[int]):
    """0, 1, 2, ... to the end of `data_source`."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def draw(self) -> np.ndarray:
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The indices of `data_source` in random order, a new one for each epoch.

    replacement  draw each index from all of them, so that some come twice and some never
    num_samples  how many to draw; the length of `data_source` if None. Without replacement,
                 more than that begin another permutation.
    generator    where the randomness comes from; the default generator if None

    Raises ValueError where there is nothing to draw, TypeError for a replacement that is no bool.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        require_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def pieces(self) -> Iterator[np.ndarray]:
        n, wanted = len(self.data_source), self.num_samples
        size = PIECE if self.replacement else n
        generator = self.generator
        if generator is None or wanted > size:  # one of its own: others draw between two pieces
            seed = (generator or default_generator()).integers(0, 2**63 - 1, ())
            generator = Generator().manual_seed(seed)
        for start in range(0, wanted, size):
            count = min(size, wanted - start)
            if self.replacement:
                yield generator.integers(0, n, (count,))
            else:
                yield generator.permutation(n)[:count]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The elements of `indices` in random order, a new one for each epoch."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def draw(self) -> np.ndarray:
        generator = self.generator or default_generator()
        return np.asarray(self.indices)[generator.permutation(len(self.indices))]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices of `weights`, drawn with probabilities proportional to these.

    weights      one for each item, >= 0
    num_samples  how many to draw
    replacement  whether an index may come more than once
    generator    where the randomness comes from; the default generator if None

    Raises ValueError for other arguments, and when drawing RuntimeError for weights below 0, or all
    0, and where, without replacement, there are fewer weights than samples to draw.
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        require_positive("num_samples", num_samples)
        require_bool("replacement", replacement)
        values = np.array(weights, np.float64)
        if values.ndim != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {values.shape}"
            )
        self.weights = wrap(values)
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def draw(self) -> np.ndarray:
        require_weights(self.weights, self.num_samples, self.replacement, None)
        weights: np.ndarray = self.weights.array
        generator = self.generator or default_generator()
        if self.replacement:
            ends = np.cumsum(weights / weights.sum())
            draws = generator.uniform((self.num_samples,), weights.dtype)
            return np.searchsorted(ends, draws * ends[-1], side="right")
        # Each index waits for an exponentially distributed time, the shorter the larger its
        # weight; the first to come are the sample. Efraimidis and Spirakis, 2006.
        with np.errstate(divide="ignore"):
            times = generator.exponential(weights.shape, weights.dtype) / weights
        return np.argsort(times)[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of `batch_size` indices of `sampler`; the last may be shorter, or is left out.

    >>> list(BatchSampler(SequentialSampler(range(5)), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self, sampler: Sampler[int] | Iterable[int], batch_size: int, drop_last: bool
    ) -> None:
        require_positive("batch_size", batch_size)
        require_bool("drop_last", drop_last)
        self.sampler: Any = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def arrays(self) -> Iterator[np.ndarray]:
        """The same batches as arrays: slices, where the sampler draws many at once."""
        if getattr(type(self.sampler), "__iter__", None) is not Sampler.__iter__:
            yield from map(np.array, self)
            return
        rest = np.empty(0, np.int64)
        for piece in self.sampler.pieces():
            indices = np.concatenate([rest, piece]) if len(rest) else piece
            whole = len(indices) - len(indices) % self.batch_size
            for start in range(0, whole, self.batch_size):
                yield indices[start : start + self.batch_size]
            rest = indices[whole:]
        if len(rest) and not self.drop_last:
            yield rest

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


def require_positive(name, value):
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def require_bool(name, value):
    if not isinstance(value, bool):
        raise ValueError(f"{name} should be a boolean value, but got {name}={value}")
