"""Python's `multiprocessing` with PyTorch's additions: `spawn`, and how tensors are shared.

A tensor that is sent to another process is copied, unless `share_memory_()` was called: then both
processes see one memory.
"""

import multiprocessing as python
import multiprocessing.connection
import sys
import traceback
from collections.abc import Callable, Iterable
from multiprocessing import *  # noqa: F403  PyTorch offers all of it
from typing import Any

from minitorch.backend.errors import ShapeError

__all__ = [
    "ProcessContext", "ProcessExitedException", "ProcessRaisedException",
    "get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy", "spawn",
    "start_processes",
]  # fmt: skip
__all__ += python.__all__


def get_all_sharing_strategies() -> set[str]:
    """{"file_system"}: shared tensors lie in named memory of the system."""
    return {"file_system"}


def get_sharing_strategy() -> str:
    """The word "file_system"."""
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Nothing: there is one way, under either of PyTorch's names."""
    if new_strategy not in ("file_system", "file_descriptor"):
        raise ShapeError(f"sharing strategy must be file_system, not {new_strategy!r}")


class ProcessRaisedException(Exception):
    """A process that `spawn` started raised an error; the message has its traceback."""

    def __init__(self, msg: str, error_index: int, error_pid: int | None):
        super().__init__(msg)
        self.msg, self.error_index, self.pid = msg, error_index, error_pid


class ProcessExitedException(Exception):
    """A process that `spawn` started ended by a signal or with an exit code other than 0."""

    def __init__(self, msg: str, error_index: int, error_pid: int | None, exit_code: int | None):
        super().__init__(msg)
        self.msg, self.error_index, self.pid = msg, error_index, error_pid
        self.exit_code = exit_code


class ProcessContext:
    """The processes that `start_processes` started."""

    def __init__(self, processes: list, errors: list):
        self.processes, self.errors = processes, errors

    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self.processes]

    def join(self, timeout: float | None = None) -> bool:
        """Wait for one to end. True: all did; the first that failed ends the others and raises."""
        running = {process.sentinel: i for i, process in enumerate(self.processes)}
        alive = [s for s, i in running.items() if self.processes[i].exitcode is None]
        multiprocessing.connection.wait(alive or list(running), timeout)
        failed = [i for i, p in enumerate(self.processes) if p.exitcode not in (None, 0)]
        if not failed:
            return all(process.exitcode == 0 for process in self.processes)
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join()
        i = failed[0]
        process = self.processes[i]
        if self.errors[i].poll():
            text = f"\n\n-- Process {i} terminated with the following error:\n"
            raise ProcessRaisedException(text + self.errors[i].recv(), i, process.pid)
        raise ProcessExitedException(
            f"process {i} terminated with exit code {process.exitcode}", i, process.pid,
            process.exitcode,
        )  # fmt: skip


def guarded(fn, i, args, error):
    """Run `fn` in the started process; what it raises goes to `error` as text."""
    try:
        fn(i, *args)
    except KeyboardInterrupt:
        pass
    except Exception:
        error.send(traceback.format_exc())
        sys.exit(1)


def start_processes(
    fn: Callable,
    args: Iterable[Any] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """Run `fn(i, *args)` in `nprocs` processes; `join` waits for them and raises what one raised.

    Returns None, or without `join` a ProcessContext.
    """
    context: Any = python.get_context(start_method)
    processes, errors = [], []
    for i in range(nprocs):
        receive, send = context.Pipe(duplex=False)
        process = context.Process(target=guarded, args=(fn, i, tuple(args), send), daemon=daemon)
        process.start()
        processes.append(process)
        errors.append(receive)
    started = ProcessContext(processes, errors)
    if not join:
        return started
    while not started.join():
        pass
    return None


def spawn(
    fn: Callable,
    args: Iterable[Any] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """`start_processes` in new interpreters: `fn` must be importable."""
    return start_processes(fn, args, nprocs, join, daemon, "spawn")
