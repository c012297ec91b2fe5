"""What runs in a worker process of a DataLoader."""

import os
import pickle
import queue
import reprlib
import signal
import threading
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from minitorch.backend.devices import set_default_device
from minitorch.backend.threads import set_thread_count
from minitorch.data.fetch import Recipe
from minitorch.data.seeding import GLOBAL_GENERATORS, item_seed, states
from minitorch.data.shared import Outbox
from minitorch.data.worker_info import WorkerInfo, set_worker_info

BATCH, ERROR, END = "batch", "error", "end"  # what a worker answers


class Task(NamedTuple):
    """What the main process asks of a worker.

    epoch   counts the iterations that persistent workers serve
    number  of the batch, which the answer carries
    place   of its first item in the epoch
    freed   blocks of shared memory that may be used again
    """

    epoch: int
    epoch_seed: int
    number: int
    place: int
    indices: Any
    freed: list[int]


class GivenUp(BaseException):
    """The main process no longer wants the batch that is being made."""


def work(
    connection: Any,
    recipe: Recipe,
    worker_id: int,
    num_workers: int,
    epoch_seed: int,
    init_fn: Callable[[int], None] | None,
) -> None:
    """All that a worker process does."""
    # Ctrl-C reaches all processes of a terminal: the main one decides what becomes of it. Ignoring
    # the signal instead would be inherited by programs that an item starts.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler of the main program's is inherited
    set_default_device("cpu")  # CUDA does not work in a process that was forked
    set_thread_count(1)  # there are as many workers as processors
    worker = Worker(connection, recipe, worker_id)
    worker.seed(epoch_seed + worker_id)
    set_worker_info(WorkerInfo(worker_id, num_workers, epoch_seed + worker_id, recipe.dataset))
    if init_fn:
        worker.initialise(init_fn)
    worker.run()


class Worker:
    """Answers each Task with a batch, an error, or the end of its stream, until told to stop.

    newest  the epoch that the main process is in; None: it wants no more
    seeded  the global generators that are seeded here
    failed  the error of worker_init_fn, which is the answer to everything
    """

    def __init__(self, connection: Any, recipe: Recipe, worker_id: int) -> None:
        self.recipe = recipe
        self.id = worker_id
        self.outbox = Outbox(connection)
        self.tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self.newest: int | None = 0
        self.epoch = 0
        self.epoch_seed = 0
        self.fetcher: Any = None
        self.seeded = list(GLOBAL_GENERATORS)
        self.failed: Exception | None = None
        threading.Thread(target=self.listen, args=[connection], daemon=True).start()

    def listen(self, connection):
        """Take in the tasks, in a thread, so that while an item is made the main process need not
        wait to send them, and its death is noticed.
        """
        while True:
            try:
                task = connection.recv()
            except (EOFError, OSError):
                os._exit(0 if self.newest is None else 1)
            self.newest = task and task.epoch
            self.tasks.put(task)

    def initialise(self, init_fn):
        """Call the user's function. A generator that it changes stays as it left it."""
        before = states()
        try:
            init_fn(self.id)
        except Exception as error:
            self.failed = error
        after = states()
        self.seeded = [
            each for each, was, now in zip(GLOBAL_GENERATORS, before, after) if was == now
        ]

    def seed(self, seed):
        for each in self.seeded:
            each.seed(seed)

    def run(self):
        while (task := self.tasks.get()) is not None:
            self.outbox.free.update(task.freed)
            try:
                self.answer(task)
            except GivenUp:
                continue

    def answer(self, task):
        """Make a batch and send it, or what went wrong."""
        try:
            kind, value = BATCH, self.make(task)
            parcel = self.outbox.pack(value)
        except Exception as error:
            if self.recipe.is_stream and isinstance(error, StopIteration):
                kind, value = END, None
            else:
                kind, value = ERROR, self.describe(error, task)
            parcel = self.outbox.pack(value)
        try:
            self.outbox.send((task.epoch, task.number, kind), parcel)
        except OSError:  # the main process is gone
            os._exit(1)

    def make(self, task):
        """The batch that is asked for."""
        if self.newest != task.epoch:
            raise GivenUp
        if self.failed:
            raise self.failed
        if self.fetcher is None or self.epoch != task.epoch:
            self.epoch, self.epoch_seed = task.epoch, task.epoch_seed
            self.seed(task.epoch_seed + self.id)
            self.fetcher = None  # in case the next line fails
            self.fetcher = self.recipe.fetcher(self.before)
        return self.fetcher.fetch(task.indices, task.place)

    def before(self, place):
        """What comes before each item: a last chance to leave it, and its random numbers."""
        if self.newest != self.epoch:
            raise GivenUp
        self.seed(item_seed(self.epoch_seed, place))

    def describe(self, error, task):
        """The type of an error and the message with which it is raised in the main process."""
        kind = type(error)
        message = f"Caught {kind.__name__} in DataLoader worker process {self.id}.\n"
        at = self.fetcher and self.fetcher.at
        if at is not None:
            message += f"  at index {reprlib.repr(at)} of the dataset, in batch {task.number}\n"
        lines = traceback.format_exception(kind, error, error.__traceback__)
        message += f"Original {''.join(lines)}"
        try:
            pickle.dumps(kind)
        except (pickle.PicklingError, AttributeError):  # a class that was made in a function
            kind = RuntimeError
        return kind, message
