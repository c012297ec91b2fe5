"""Results that are not there yet: the names of `torch.futures`, for what `distributed` hands out.

>>> later = Future()
>>> doubled = later.then(lambda done: 2 * done.value())
>>> later.set_result(3)
>>> doubled.wait()
6
"""

import concurrent.futures
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar

T = TypeVar("T")


class Future(Generic[T]):
    """A result that another thread sets, once.

    devices  accepted, without effect: nothing here has to wait for a device
    """

    def __init__(self, *, devices: list | None = None) -> None:
        self.held: concurrent.futures.Future = concurrent.futures.Future()

    def done(self) -> bool:
        """Whether the result or an exception is there."""
        return self.held.done()

    def wait(self) -> T:
        """The result, waited for; raises the exception that was set instead."""
        return self.held.result()

    def value(self) -> T:
        """The result. Raises RuntimeError while it is not there."""
        if not self.done():
            raise RuntimeError("Future is not completed: wait() waits for it")
        return self.wait()

    def set_result(self, result: T) -> None:
        """Give the result. Raises RuntimeError the second time."""
        self._once()
        self.held.set_result(result)

    def set_exception(self, result: BaseException) -> None:
        """Give an exception that `wait` is to raise."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._once()
        self.held.set_exception(result)

    def then(self, callback: Callable[["Future[T]"], Any]) -> "Future[Any]":
        """The Future of `callback(this one)`, which is called when this one is done.

        An error of `callback` becomes a RuntimeError that names it.
        """
        made: Future[Any] = Future()

        def call(_):
            try:
                made.set_result(callback(self))
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
                failed = RuntimeError(f"Got the following error when running the callback: {text}")
                failed.__cause__ = error
                made.set_exception(failed)

        self.held.add_done_callback(call)
        return made

    def add_done_callback(self, callback: Callable[["Future[T]"], Any]) -> None:
        """Call `callback(this one)` when this one is done, at once if it is."""
        self.then(callback)

    def __getstate__(self) -> NoReturn:
        raise RuntimeError("Can not pickle torch.futures.Future")

    def _once(self):
        if self.done():
            raise RuntimeError(
                "Attempting to mark a completed Future as complete again. Note that a Future can "
                "only be marked completed once."
            )


def collect_all(futures: list[Future]) -> Future[list[Future]]:
    """The Future of `futures` itself, done when all are; with the exception of the first of them
    that has one.
    """
    made: Future[list[Future]] = Future()
    left = set(map(id, futures))

    def finish(future):
        left.discard(id(future))
        if left or made.done():
            return
        try:
            wait_all(futures)
        except Exception as error:
            made.set_exception(error)
        else:
            made.set_result(futures)

    for future in futures:
        future.add_done_callback(finish)
    if not futures:
        made.set_result(futures)
    return made


def wait_all(futures: list[Future]) -> list:
    """The results of all, waited for; raises the exception of the first that has one."""
    return [future.wait() for future in futures]
