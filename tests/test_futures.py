"""`minitorch.futures`: results that are not there yet."""

import pickle
import threading

import pytest

from minitorch.futures import Future, collect_all, wait_all


def test_a_result_is_there_once_it_is_set():
    future = Future()
    assert not future.done()
    with pytest.raises(RuntimeError, match="Future is not completed"):
        future.value()
    future.set_result(3)
    assert future.done() and future.wait() == future.value() == 3
    with pytest.raises(RuntimeError, match="can only be marked completed once"):
        future.set_result(4)


def test_waiting_lasts_until_another_thread_sets_the_result():
    future = Future()
    timer = threading.Timer(0.01, future.set_result, (1,))
    timer.start()
    assert future.wait() == 1
    timer.join()


def test_what_follows_gets_the_future_and_its_error_arrives():
    future = Future()
    doubled = future.then(lambda done: 2 * done.value())
    failed = doubled.then(lambda done: 1 / (done.value() - 6))
    seen = []
    future.add_done_callback(lambda done: seen.append(done.value()))
    future.set_result(3)
    assert doubled.wait() == 6 and seen == [3]
    text = "Got the following error when running the callback: ZeroDivisionError: division by zero"
    with pytest.raises(RuntimeError, match=text) as caught:
        failed.wait()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_exception_in_place_of_a_result_is_raised_by_wait():
    future = Future()
    with pytest.raises(AssertionError, match="not an Exception"):
        future.set_exception(3)
    future.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        future.wait()


def test_several_are_collected_when_the_last_is_done():
    first, second = Future(), Future()
    every = collect_all([first, second])
    second.set_result(2)
    assert not every.done()
    first.set_result(1)
    assert [f.value() for f in every.wait()] == [1, 2] == wait_all([first, second])
    assert collect_all([]).wait() == []


def test_several_fail_with_the_first_of_the_list_that_does():
    first, second = Future(), Future()
    every = collect_all([first, second])
    second.set_exception(ValueError("no"))
    assert not every.done()
    first.set_exception(KeyError("late"))
    with pytest.raises(KeyError, match="late"):
        every.wait()


def test_what_is_not_there_yet_cannot_be_pickled():
    with pytest.raises(RuntimeError, match="Can not pickle"):
        pickle.dumps(Future())
