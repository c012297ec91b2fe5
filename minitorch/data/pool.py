"""The main process's side of the workers: who makes which batch, and what becomes of them."""

import multiprocessing
import os
import pickle
import signal
import time
import warnings
import weakref
from itertools import cycle
from multiprocessing.connection import wait
from typing import Any

from minitorch.data.batches import Batches
from minitorch.data.shared import Inbox, Parcel
from minitorch.data.worker import END, ERROR, Task, work

GRACE = 5.0  # seconds in which a worker may finish the item that it is making
_our_ends: weakref.WeakSet = weakref.WeakSet()  # of the pipes to all workers of this process


def close_our_ends():
    """A worker knows by the end of its pipe that the main process is dead, so that no other
    process may keep a copy of ours.
    """
    for connection in list(_our_ends):
        connection.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=close_our_ends)


class Link:
    """One worker, as the main process sees it.

    busy    how many tasks it has in this epoch
    active  whether its stream, if it has one, goes on
    heard   whether it has ever answered
    """

    def __init__(self, process: Any, connection: Any, leased: list) -> None:
        self.process = process
        self.connection = connection
        self.inbox = Inbox(connection, leased)
        self.busy = 0
        self.active = True
        self.heard = False

    def send(self, task: Task | None) -> None:
        try:
            self.connection.send(task)
        except OSError:  # it is dead, which is noticed where its answer is waited for
            pass


class WorkerBatches(Batches):
    """The batches of a DataLoader, made in turn by worker processes, each some batches ahead.

    The workers end with the iteration; persistent ones with this object.

    _most     how many batches may be under way
    _owners   of each batch under way its worker and its indices, by its number, oldest first
    _arrived  the answers that have come and were not asked for yet, by the number of the batch
    """

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        if loader.prefetch_factor <= 0:
            raise AssertionError(
                "prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter"
            )
        self._most = loader.prefetch_factor * loader.num_workers
        self._timeout = loader.timeout
        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        self._recipe = loader.recipe()
        self._epoch = 0
        self._owners: dict[int, tuple[Link, Any]] = {}
        self._arrived: dict[int, tuple[str, Parcel]] = {}
        self._links: list[Link] = []
        self._close = weakref.finalize(self, shut_down, self._links, os.getpid())
        leased: list[None] = []
        for worker_id in range(loader.num_workers):
            self._links.append(start_worker(loader, worker_id, self._position.seed, leased))
        self._workers = [link.process for link in self._links]
        self._begin()

    def restart(self, loader: Any) -> None:
        """Begin another epoch with the same workers."""
        super().__init__(loader)
        self._epoch += 1
        self._begin()

    def is_open(self) -> bool:
        """Whether there are workers still."""
        return self._close.alive

    def _shutdown_workers(self):
        """End the workers now: PyTorch's trainers call it."""
        self._close()

    def _begin(self):
        for number, (_, parcel) in self._arrived.items():  # of an epoch that was broken off
            self._owners[number][0].inbox.drop(parcel)
        self._arrived.clear()
        self._owners.clear()
        passed = 0
        if self._recipe.is_stream:
            passed, self._position.given = self._position.given, 0
        self._order = self._position.walk(self._index_sampler, self._recipe.batched)
        self._turns = cycle(self._links)
        for link in self._links:
            link.busy, link.active = 0, True
        for _ in range(self._most):
            self._hand_out()
        self._pass_by(passed, self._next)

    def _next(self) -> Any:
        try:
            kind, value = self._take()
        except BaseException:  # Ctrl-C too may leave half a message in a pipe
            shut_down(self._links, os.getpid(), grace=0)
            self._close()
            self._owners.clear()
            raise
        if kind == ERROR:
            raise_here(*value)
        if kind == END:
            if not self._persistent:
                self._close()
            raise StopIteration
        return value

    def _take(self):
        """The kind of the next answer, and its value; END when there are no more."""
        deadline = time.monotonic() + self._timeout
        while self._owners:
            number = next(iter(self._owners if self._in_order else self._arrived), None)
            if number not in self._arrived:
                self._receive(deadline)
                continue
            link, indices = self._owners.pop(number)
            kind, parcel = self._arrived.pop(number)
            link.busy -= 1
            link.active = kind != END
            value = link.inbox.unpack(parcel)
            self._hand_out()
            if kind != END:  # else that was the end of one worker's stream
                stream = self._recipe.is_stream  # whose ends have numbers, too
                self._position.give(self._position.given if stream else number, indices)
                return kind, value
        return END, None

    def _hand_out(self):
        """Give the next batch to the worker whose turn it is."""
        link = self._whose_turn()
        if link is None:
            return
        try:
            number, place, indices = next(self._order)
        except StopIteration:
            return
        self._owners[number] = link, indices
        link.busy += 1
        freed = link.inbox.take_freed()
        link.send(Task(self._epoch, self._position.seed, number, place, indices, freed))

    def _whose_turn(self):
        active = [link for link in self._links if link.active]
        for _ in self._links:
            link = next(self._turns)
            # Out of order a slow worker gets no more than its share of what is under way.
            if link.active and (self._in_order or link.busy < self._most // len(active)):
                return link
        return None

    def _receive(self, deadline):
        """Wait until a worker answers; RuntimeError if it is too late, or if one has died."""
        sources = {link.connection: link for link in self._links}
        sources.update({link.process.sentinel: link for link in self._links})
        left = max(0.0, deadline - time.monotonic()) if self._timeout else None
        ready = wait(list(sources), left)
        if not ready:
            raise RuntimeError(
                f"DataLoader timed out after {self._timeout} seconds\n"
                "  no worker has finished a batch in that time: see what an item waits for with "
                "num_workers=0, or raise timeout"
            )
        for source in ready:
            link = sources[source]
            if source is link.connection:
                try:
                    (epoch, number, kind), parcel = link.inbox.receive()
                except (EOFError, ConnectionError):
                    raise RuntimeError(obituary(link)) from None
                link.heard = True
                if epoch == self._epoch:
                    self._arrived[number] = kind, parcel
                else:
                    link.inbox.drop(parcel)
            elif not link.connection.poll():
                raise RuntimeError(obituary(link))


def start_context(context, num_workers):
    """The context of `multiprocessing` that `context` is or names."""
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > "
            f"0), but got num_workers={num_workers}"
        )
    if isinstance(context, str):
        methods = multiprocessing.get_all_start_methods()
        if context not in methods:
            raise ValueError(
                "multiprocessing_context option should specify a valid start method in "
                f"{methods!r}, but got multiprocessing_context={context!r}"
            )
        context = multiprocessing.get_context(context)
    if not isinstance(context, multiprocessing.context.BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string "
            f"specifying the start method, but got multiprocessing_context={context}"
        )
    return context


def start_worker(loader, worker_id, epoch_seed, leased):
    """A started worker process, with our end of the pipe to it."""
    context = loader.multiprocessing_context or multiprocessing.get_context()
    ours, theirs = context.Pipe()
    process = context.Process(
        target=work,
        args=(
            theirs, loader.recipe(), worker_id, loader.num_workers, epoch_seed,
            loader.worker_init_fn,
        ),
        daemon=True,
    )  # fmt: skip
    _our_ends.add(ours)
    try:
        process.start()
    except (TypeError, AttributeError, pickle.PicklingError):
        warnings.warn(
            "Got pickle error when attempting to start a worker Process. "
            "This might be because the worker Process arguments are not picklable. "
            "Python 3.14+ changed the multiprocessing start method in non-Mac POSIX platforms "
            "to 'forkserver', which requires the worker Process arguments to be picklable. "
            "You can also try multiprocessing.set_start_method('fork').",
            stacklevel=5,
        )
        raise
    except (BrokenPipeError, EOFError):  # it ended before it had read all of its arguments
        raise RuntimeError(obituary(Link(process, ours, leased))) from None
    finally:
        theirs.close()
    return Link(process, ours, leased)


def shut_down(links, owner, grace=GRACE):
    """End the workers, if this is the process that has started them: what they are making is given
    up, and who has not come to an end after `grace` seconds is killed.
    """
    if os.getpid() != owner:
        return
    for link in links:
        link.send(None)
    deadline = time.monotonic() + grace
    for link in links:
        link.process.join(max(0.0, deadline - time.monotonic()))
    for stop in ("terminate", "kill"):
        alive = [link.process for link in links if link.process.is_alive()]
        for process in alive:
            getattr(process, stop)()
        for process in alive:
            process.join(1)
    for link in links:
        link.connection.close()
    links.clear()


def raise_here(kind, message):
    """Raise what went wrong in a worker."""
    if kind is KeyError:
        message = Verbatim(message)
    if issubclass(kind, StopIteration):  # which would end the iteration without a word
        kind = RuntimeError
    try:
        error = kind(message)
    except Exception:  # a class whose arguments are not one message
        error = RuntimeError(message)
    raise error


class Verbatim(str):
    """A message that KeyError, which shows the repr of its argument, shows as it is."""

    def __repr__(self):
        return str(self)


def obituary(link):
    """What to say of a worker that ended too early."""
    link.process.join(GRACE)
    pid, code = link.process.pid, link.process.exitcode
    if code is not None and code < 0:
        text = f"DataLoader worker (pid {pid}) is killed by signal: {signal.strsignal(-code)}. "
        if -code == 9:  # SIGKILL, a name that Windows does not have
            text += "\n  if nobody has killed it, the system was out of memory"
        return text
    text = (
        f"DataLoader worker (pid {pid}) exited unexpectedly with exit code {code}. "
        "Details are lost due to multiprocessing. "
        "Rerunning with num_workers=0 may give better error trace."
    )
    if not link.heard:
        text += (
            "\n  it ended before its first batch; what it printed stands above. Where workers are "
            "started by 'spawn' or 'forkserver' each imports the program anew, so that a script "
            "has to keep what it does under\n    if __name__ == '__main__':"
        )
    return text
