"""Parts of a large task in several threads."""

import os
import subprocess
import sys
import threading

import pytest

import minitorch
from minitorch.backend import blas, threads


@pytest.fixture
def three(monkeypatch):
    """A BLAS of three threads."""
    count = [3]
    monkeypatch.setattr(
        threads, "thread_counts", lambda: (lambda: count[0], lambda n: count.__setitem__(0, n))
    )


def test_results_come_in_the_order_of_the_parts(three):
    assert threads.share(sum, [1, 2, 3, 4, 5, 6, 7]) == [3, 7, 18]
    assert threads.share(list, [1, 2]) == [[1], [2]]
    assert threads.share(list, []) == [[]]


def test_each_run_has_a_thread_and_blas_has_one_meanwhile(three):
    all_here = threading.Barrier(3, timeout=300)

    def work(run):
        all_here.wait()
        return threading.get_ident(), threads.thread_count(), threads.share(list, [1, 2, 3])

    found = threads.share(work, range(3))
    assert len({ident for ident, *_ in found}) == 3
    assert [rest for _, *rest in found] == [[1, [[1, 2, 3]]]] * 3
    assert threads.thread_count() == 3


@pytest.mark.parametrize("bad", [0, 2])
def test_an_error_in_any_run_is_raised_here_once_all_are_done(three, bad):
    done = []

    def work(run):
        if bad in run:
            raise ValueError("part of the work failed")
        done.append(run)

    with pytest.raises(ValueError, match="part of the work failed"):
        threads.share(work, range(3))
    assert len(done) == 2
    assert threads.thread_count() == 3


@pytest.mark.parametrize("count", [1, 3])
def test_work_beside_is_done_in_order_once_and_before_the_end(monkeypatch, count):
    threads_now = [count]
    monkeypatch.setattr(
        threads,
        "thread_counts",
        lambda: (lambda: threads_now[0], lambda n: threads_now.__setitem__(0, n)),
    )
    done = []
    with threads.beside() as later:
        first = later(done.append, 1)
        later(done.append, 2)
        number = later(len, "four")
        first()
        assert done[0] == 1 and threads.thread_count() == 1
        assert number() == number() == 4
    assert done == [1, 2]
    with pytest.raises(ZeroDivisionError), threads.beside() as later:
        later(divmod, 1, 0)
    with pytest.raises(KeyError), threads.beside() as later:
        later(done.append, 3)
        raise KeyError
    assert threads.thread_count() == count


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own(three):
    threads.share(list, range(3))
    child = os.fork()
    if not child:
        os._exit(threads.share(list, range(3)) != [[0], [1], [2]])
    assert os.waitpid(child, 0)[1] == 0


def test_blocks_fill_the_cache_and_leave_no_thread_without_work(three):
    assert threads.blocks(9, 1) == [slice(0, 3), slice(3, 6), slice(6, 9)]
    assert threads.blocks(3, threads.BLOCK_BYTES // 2) == [slice(0, 1), slice(1, 2), slice(2, 3)]
    assert threads.blocks(5, threads.BLOCK_BYTES, least=2)[-1] == slice(4, 5)
    assert threads.blocks(0, 1) == []


def test_the_number_of_threads_can_be_set():
    before = minitorch.get_num_threads()
    try:
        minitorch.set_num_threads(1)
        assert minitorch.get_num_threads() == 1
    finally:
        minitorch.set_num_threads(before)


def test_a_number_of_threads_that_cannot_be_set_warns(monkeypatch):
    monkeypatch.setattr(threads, "thread_counts", lambda: (lambda: 1, lambda n: None))
    with pytest.warns(UserWarning, match=r"set_num_threads\(2\) changes nothing.*\n.*stays at 1"):
        minitorch.set_num_threads(2)


@pytest.mark.parametrize("first", ["minitorch", "numpy"])
def test_the_threads_of_blas_rest_soon_unless_the_user_says_otherwise(first):
    program = (
        f"import {first}, os, numpy, minitorch\n"
        "x = minitorch.ones(300, 300)\n"
        "print((x @ x).sum().item(), os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    )
    without = {k: v for k, v in os.environ.items() if k != "OPENBLAS_THREAD_TIMEOUT"}
    for given, expected in ({}, "18"), ({"OPENBLAS_THREAD_TIMEOUT": "22"}, "22"):
        found = subprocess.run(
            [sys.executable, "-c", program],
            env={**without, **given},
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
        assert found.stdout.split() == ["27000000.0", expected]


def test_blas_still_multiplies_after_it_read_its_environment_anew():
    x = minitorch.ones(300, 300)
    blas.read_environment()
    assert (x @ x).sum() == 300**3
