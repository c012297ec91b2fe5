"""DataLoader: a dataset in batches."""

import importlib
import os
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from minitorch.backend.devices import cuda_device_count
from minitorch.backend.generators import Generator
from minitorch.data.batches import Batches, InProcessBatches
from minitorch.data.collate import default_collate, default_convert
from minitorch.data.dataset import Dataset, IterableDataset
from minitorch.data.fetch import Recipe
from minitorch.data.position import (
    Position,
    generator_states,
    own_generators,
    restore_generators,
)
from minitorch.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

T_co = TypeVar("T_co", covariant=True)
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T_co]):
    """The items of `dataset` in batches, once through at each iteration.

    dataset             with `__getitem__` and `__len__`, or an IterableDataset
    batch_size          items in a batch; None: the items themselves, one by one
    shuffle             another random order at each iteration
    sampler             what yields the indices, instead of shuffle
    batch_sampler       what yields lists of indices, instead of batch_size, shuffle, sampler and
                        drop_last
    num_workers         how many processes make the batches, on the CPU whatever the default device
                        is; 0: this one does
    collate_fn          from a list of items to a batch; `default_collate` if None
    pin_memory          give out batches in memory that a GPU reads by itself, where there is one
    drop_last           leave out a last batch that is not full
    timeout             seconds to wait for a batch of the workers; 0: as long as it takes
    worker_init_fn      called with the worker's id in each worker, before it loads anything
    multiprocessing_context  how workers are started: "fork", "spawn", "forkserver", or a context
                        of `multiprocessing`; that module's choice if None
    generator           of the order and of the epochs' seeds; the default generator if None
    prefetch_factor     how many batches each worker is ahead; 2 if None
    persistent_workers  keep the workers, and their copies of the dataset, for the next iteration
    in_order            False: each batch as soon as it is ready, in an order left to chance
    seed_items          seed the random numbers of each item in this process too, see below

    Where a dataset has `gather` (see Dataset) and there is no collate_fn, each batch is gathered
    at once: an epoch of 60,000 rows of 784 floats takes 45 ms, PyTorch's DataLoader takes 360.
    Workers do not pay for such a dataset, but for one whose `__getitem__` computes.

    Random numbers. Each iteration draws a seed from `generator`. In a worker, the generators of
    minitorch, `random` and `numpy.random` are seeded before each item, from that seed and the
    item's place in the epoch, and once more before the items are collated. The batches are
    therefore the same for any number of workers, persistent or not, as long as the dataset has
    `__getitem__` and draws from these three. (In PyTorch they depend on the number of workers.)
    What worker_init_fn makes of a generator stays: from one that it changes, items draw as in
    PyTorch. So they do without workers, from this process's generators as they come; with
    seed_items=True they draw what they would in a worker, and these generators stay where they
    are. The items of an IterableDataset have no place: its generators are seeded once in an epoch,
    differently in each worker.

    `state_dict` says where an iteration stands, and with `load_state_dict` another process goes on
    with the next batch, to the bit, with any number of workers, unless worker_init_fn changes a
    generator. Without workers and seed_items the items draw from this process's generators, whose
    states are yours to save (see `minitorch.checkpoint`, which saves all of it).

    An error in a worker is raised here, with the same type, its traceback and the index of the
    item. A worker that dies is a RuntimeError, at once. Workers end with the iteration or the
    program, however that ends, and their memory with them.

    Raises ValueError for options that contradict one another.

    >>> from minitorch import arange
    >>> from minitorch.data import TensorDataset
    >>> list(DataLoader(TensorDataset(arange(5)), batch_size=2))
    [[tensor([0, 1])], [tensor([2, 3])], [tensor([4])]]
    """

    def __init__(
        self,
        dataset: Dataset[T_co],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable | None = None,
        batch_sampler: Sampler[list] | Iterable[list] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        seed_items: bool = False,
    ) -> None:
        require_worker_options(num_workers, timeout, prefetch_factor, persistent_workers)
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self.seed_items = seed_items

        self._is_stream = isinstance(dataset, IterableDataset)
        if self._is_stream:
            refuse_indices(shuffle, sampler, batch_sampler, seed_items)
        require_one_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.has_foreign_order = self._is_stream or sampler is not None or batch_sampler is not None
        self.dataset: Any = dataset
        self.sampler: Any = sampler
        if sampler is None:
            self.sampler = self._usual_sampler(shuffle, generator)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.batch_size = batch_size
        self.batch_sampler: Any = batch_sampler
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.generator = generator
        self._iterator: Any = None  # that of persistent workers
        self._position: Position | None = None  # of the latest iteration
        self._latest: Any = None  # a weak reference to the iterator that it returned
        self._saved_epoch: dict[str, Any] | None = None  # where the next iteration is to begin
        self._reported_length: int | None = None
        self.persistent_workers = persistent_workers
        self.check_worker_number_rationality()

    def _usual_sampler(self, shuffle, generator):
        if self._is_stream:
            return NoIndices()
        if shuffle:
            return RandomSampler(self.dataset, generator=generator)
        return SequentialSampler(self.dataset)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and "persistent_workers" in vars(self):  # which is set last
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized"
            )
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        """How workers are started, as a context of `multiprocessing`; None: that module's way."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None:
            context = pool().start_context(context, self.num_workers)
        self._context = context

    def __iter__(self) -> Iterator[Any]:
        batches: Any = self._iterator
        if batches is not None and batches.is_open():
            batches.restart(self)
        else:
            batches = self._get_iterator()
        if self.persistent_workers:
            self._iterator, batches = batches, OneEpoch(batches)
        self._latest = weakref.ref(batches)
        return batches

    def _get_iterator(self) -> Batches:
        self._warn_of_pinning()
        if self.num_workers == 0:
            return InProcessBatches(self)
        self.check_worker_number_rationality()
        return pool().WorkerBatches(self)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    # ---------------------------------------------------------------- where it stands

    def state_dict(self) -> dict[str, Any]:
        """Where the latest iteration stands: how many batches it has given out, and of which order.
        After it has ended, the next one is to begin.

        Raises RuntimeError for a stream with in_order=False, whose batches nobody could tell apart.
        """
        if self._is_stream and self.num_workers and not self.in_order:
            raise RuntimeError(
                "DataLoader: with in_order=False an iteration over an IterableDataset can't be "
                "resumed: which of its items were given out is left to chance"
            )
        epoch = self._saved_epoch
        if epoch is None and self._position is not None and not self._position.ended:
            epoch = self._position.state_dict()
        return {"generators": generator_states(own_generators(self)), "epoch": epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Let the next iteration give out what was still to come where `state_dict` was called.

        This loader may have other workers than that one, but the same dataset, batches and order.
        A sampler of your own has to draw its order before its first index, or from a Generator in
        its attribute `generator`. An IterableDataset is gone through once more to get there.
        Raises ValueError where a generator was given to one of the two alone.
        """
        generators = own_generators(self)
        if len(generators) != len(state_dict["generators"]):
            raise ValueError(
                "loaded state dict is of a DataLoader with another number of generators of its own"
                f"\n  loaded {len(state_dict['generators'])}   here {len(generators)}"
            )
        restore_generators(generators, state_dict["generators"])
        self._saved_epoch = state_dict["epoch"]
        self._position = None

    def close_left_epoch(self) -> None:
        """Where the loop over the latest iteration was left, let the next one begin a new epoch;
        `state_dict` would have it go on where that was.
        """
        if self._latest is not None and self._latest() is None:
            self._position = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_position": None, "_latest": None}

    def open_position(self) -> Position:
        """The position of a new iteration."""
        self._position = Position(self, self._saved_epoch)
        self._saved_epoch = None
        return self._position

    def recipe(self) -> Recipe:
        """How the batches are made."""
        return Recipe(
            self.dataset, self.collate_fn, self._auto_collation, self._is_stream, self.batch_size,
            self.drop_last,
        )  # fmt: skip

    def __len__(self) -> int:
        if not self._is_stream:
            return len(self._index_sampler)
        length = self._reported_length = len(self.dataset)
        if self.batch_size is None:
            return length
        whole, rest = divmod(length, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def check_worker_number_rationality(self) -> None:
        """Warn if there are more workers than processors that this process may use."""
        restricted = hasattr(os, "sched_getaffinity")
        most = len(os.sched_getaffinity(0)) if restricted else os.cpu_count() or 1
        if self.num_workers > most:
            note = "" if restricted else " (`cpuset` is not taken into account)"
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. "
                f"Our suggested max number of worker in current system is {most}{note}, which is "
                "smaller than what this DataLoader is going to create. Please be aware that "
                "excessive worker creation might get DataLoader running slow or even freeze, "
                "lower the worker number to avoid potential slowness/freeze if necessary.",
                stacklevel=3,
            )

    def _warn_of_pinning(self):
        if self.pin_memory and self.pin_memory_device:
            warnings.warn(
                "pin_memory_device is deprecated, the current accelerator will be used as the "
                f"device,ignore pin_memory_device='{self.pin_memory_device}'.",
                stacklevel=4,
            )
        if self.pin_memory and not cuda_device_count():
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device "
                "pinned memory won't be used.",
                stacklevel=4,
            )


def pool():
    """The module of the worker processes: 40 ms to load, which most programs never need."""
    return importlib.import_module("minitorch.data.pool")


class OneEpoch(Iterator[Any]):
    """One iteration over persistent workers' batches, which the DataLoader itself holds longer."""

    def __init__(self, batches: Any) -> None:
        self._batches = batches
        self._workers = batches._workers

    def __next__(self) -> Any:
        return next(self._batches)

    def __len__(self) -> int:
        return len(self._batches)


class NoIndices(Sampler[None]):
    """None, for ever: a stream takes no indices."""

    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


def refuse_indices(shuffle, sampler, batch_sampler, seed_items):
    """What an IterableDataset can't be asked for."""
    options = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
    for name, value in options.items():
        if value is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {name} option, "
                f"but got {name}={value}"
            )
    if seed_items:
        raise ValueError(
            "seed_items needs a dataset with __getitem__: the items of an IterableDataset have no "
            "place from which a seed could be made"
        )


def require_one_order(batch_size, shuffle, sampler, batch_sampler, drop_last):
    """ValueError for options of which each says in what order, or batches, the items come."""
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is None:
        if batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with "
                "drop_last"
            )
    elif batch_size != 1 or shuffle or sampler is not None or drop_last:
        raise ValueError(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
            "drop_last"
        )


def require_worker_options(num_workers, timeout, prefetch_factor, persistent_workers):
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable "
            "multiprocessing."
        )
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if prefetch_factor is not None and num_workers == 0:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
