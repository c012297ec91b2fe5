"""Worker processes of the DataLoader: real ones, also killed, stuck, interrupted and orphaned."""

import gc
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minitorch
from minitorch.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    TensorDataset,
    get_worker_info,
    shared,
)
from minitorch.utils.data import dataloader

resource = pytest.importorskip("resource", reason="not on Windows")

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
ROOT = Path(minitorch.__file__).parents[1]
SOON = 300  # seconds, on a machine that is slow, or busy with other things


class Squares(Dataset):
    """Item i is an image full of i, and i * i."""

    def __init__(self, length=10, side=2):
        self.length = length
        self.side = side

    def __getitem__(self, index):
        return np.full((self.side, self.side), index, np.float32), index * index

    def __len__(self):
        return self.length


class Noisy(Squares):
    """Item i is i, and one random number of each of the three generators."""

    def __getitem__(self, index):
        return index, minitorch.rand(2), random.random(), np.random.rand()


class Broken(Squares):
    """Item 5 raises what the class was made with."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def __getitem__(self, index):
        if index == 5:
            raise self.error
        return index


class Calls(Squares):
    """Item i is what a function returns in the worker."""

    def __init__(self, function, length=4):
        super().__init__(length)
        self.function = function

    def __getitem__(self, index):
        return self.function(index)


class Split(IterableDataset):
    """0 to length - 1, divided among the workers."""

    def __init__(self, length):
        self.length = length

    def __iter__(self):
        worker = get_worker_info()
        return iter(range(worker.id, self.length, worker.num_workers))

    def __len__(self):
        return self.length


def loader(dataset, num_workers=2, multiprocessing_context="fork", **options):
    options["multiprocessing_context"] = multiprocessing_context if num_workers else None
    return DataLoader(dataset, num_workers=num_workers, **options)


def listed(batches):
    if isinstance(batches, minitorch.Tensor | np.ndarray):
        return batches.tolist()
    if isinstance(batches, list | tuple):
        return [listed(each) for each in batches]
    return batches


def is_gone(pid):
    """Whether a process has ended, though perhaps nobody has asked how."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # gone since, or not Linux
        return False
    return status.rpartition(")")[2].split()[0] == "Z"


def await_end(pids):
    deadline = time.monotonic() + SOON
    while not all(map(is_gone, pids)):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """No test leaves a child process."""
    yield
    if multiprocessing.active_children():
        gc.collect()
    assert multiprocessing.active_children() == []


# ---------------------------------------------------------------- what is served


@pytest.mark.parametrize("options", [{}, {"prefetch_factor": 1}, {"persistent_workers": True}])
@pytest.mark.parametrize("side", [2, 100])
def test_workers_serve_the_batches_of_one_process(options, side):
    dataset = Squares(11, side)
    expected = listed(list(DataLoader(dataset, batch_size=3)))
    loading = loader(dataset, batch_size=3, **options)
    for _ in range(2):
        assert listed(list(loading)) == expected
    assert len(loading) == len(iter(loading)) == 4


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_can_be_started_in_every_way(method):
    context = multiprocessing.get_context(method)
    batches = list(loader(Squares(5), 1, context, batch_size=3))
    assert [y.tolist() for _, y in batches] == [[0, 1, 4], [9, 16]]


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": None},
        {"sampler": [4, 2, 2]},
        {"batch_sampler": [[1, 2], (3,)]},
        {"batch_size": 4, "drop_last": True},
        {"batch_size": 4, "collate_fn": str},
    ],
)
def test_all_ways_to_batch_work_with_workers(options):
    dataset = TensorDataset(minitorch.arange(20).reshape(10, 2), minitorch.arange(10))
    for each in (dataset, Squares()):
        assert listed(list(loader(each, **options))) == listed(list(DataLoader(each, **options)))


def test_items_of_all_kinds_arrive():
    items = [
        {"words": ["a", "bc"], "none": np.zeros((0, 3)), "flags": np.array([True]), "n": 2**40},
        {"words": ["d", "ef"], "none": np.ones((0, 3)), "flags": np.array([False]), "n": -1},
    ]
    (ours,) = loader(items, 1, batch_size=2)
    (here,) = DataLoader(items, batch_size=2)
    assert repr(ours) == repr(here)
    big = np.asfortranarray(np.random.rand(300, 200))
    (there,) = loader([big], 1, batch_size=None)
    np.testing.assert_array_equal(there.numpy(), big)


def test_gradients_need_not_be_kept_by_workers():
    (batch,) = loader([minitorch.ones(70, 70, requires_grad=True)], 1, batch_size=None)
    assert batch.requires_grad
    assert batch.is_leaf


def test_batches_come_as_they_are_ready_if_order_does_not_matter():
    another_served = multiprocessing.get_context("fork").Event()

    def item(index):
        if index == 0:
            another_served.wait(SOON)
        return index

    served = []
    for each in loader(Calls(item, 8), in_order=False):
        served.append(each.item())
        another_served.set()
    assert sorted(served) == list(range(8))
    assert served[0] != 0


def test_streams_are_divided_by_worker_info():
    assert get_worker_info() is None
    loading = loader(Split(11), batch_size=2, persistent_workers=True)
    for _ in range(2):
        assert listed(list(loading)) == [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9]]
    assert listed(list(loader(Split(11), batch_size=2, drop_last=True)))[-1] == [8, 10]
    assert sorted(loader(Split(11), batch_size=None)) == list(range(11))


def test_a_stream_that_workers_repeat_warns():
    class Whole(Split):
        def __iter__(self):
            return iter(range(self.length))

    loading = loader(Whole(3), batch_size=None)
    assert len(loading) == 3
    with pytest.warns(UserWarning, match="this could be caused by not properly configuring"):
        list(loading)


def test_worker_info_is_that_of_the_worker():
    def item(index):
        info = get_worker_info()
        return info.id, info.num_workers, len(info.dataset), os.getpid()

    loading = iter(loader(Calls(item), 2))
    pids = [process.pid for process in loading._workers]
    served = listed(list(loading))
    assert served == [[[i % 2], [2], [4], [pids[i % 2]]] for i in range(4)]


def test_worker_info_is_not_to_be_changed():
    def item(index):
        with pytest.raises(AttributeError, match="cannot assign to field 'id'"):
            get_worker_info().id = 3
        return index

    list(loader(Calls(item), 1))


def test_trainers_may_end_the_workers_of_an_iterator():
    loading = loader(Squares(4), persistent_workers=True)
    next(iter(loading))
    iterator = loading._iterator
    assert isinstance(iterator, dataloader._MultiProcessingDataLoaderIter)
    iterator._shutdown_workers()
    assert not any(process.is_alive() for process in iterator._workers)
    assert isinstance(iter(loader(Squares(4), 0)), dataloader._SingleProcessDataLoaderIter)


def test_worker_init_fn_is_called_once_in_each_worker():
    calls = multiprocessing.get_context("fork").Queue()
    loading = loader(Squares(4), worker_init_fn=calls.put, persistent_workers=True)
    for _ in range(2):
        list(loading)
    assert sorted([calls.get(timeout=SOON), calls.get(timeout=SOON)]) == [0, 1]
    assert calls.empty()


def test_persistent_workers_stay_and_others_do_not():
    def pids(loading):
        return {each.item() for each in loading}

    stay = loader(Calls(lambda index: os.getpid()), persistent_workers=True)
    assert pids(stay) == pids(stay)
    leave = loader(Calls(lambda index: os.getpid()))
    assert not pids(leave) & pids(leave)


def test_an_epoch_that_was_broken_off_leaves_nothing_for_the_next():
    loading = loader(Squares(40, 100), persistent_workers=True, shuffle=True)
    for n in (1, 2, 7, 40):
        seen = [y.item() for (x, y), _ in zip(loading, range(n)) if (x**2 == y).all()]
        assert len(set(seen)) == n


def test_workers_make_their_items_on_the_cpu():
    (x, y), *_ = loader(Calls(lambda index: (minitorch.ones(1), np.ones(1))), 1)
    assert x.device == y.device == minitorch.device("cpu")


def test_workers_multiply_matrices_in_one_thread():
    assert listed(list(loader(Calls(lambda index: minitorch.get_num_threads()), 1))) == [[1]] * 4


# ---------------------------------------------------------------- random numbers


def epochs(num_workers, **options):
    """Two epochs of noisy items, and what the main program draws next."""
    minitorch.manual_seed(6)
    loading = loader(Noisy(), num_workers, batch_size=3, shuffle=True, **options)
    return listed([list(loading), list(loading)]), minitorch.rand(3).tolist()


def test_random_numbers_do_not_depend_on_the_workers():
    expected, after = epochs(0, seed_items=True)
    numbers = {str(batch[1:]) for epoch in expected for batch in epoch}
    assert len(numbers) == 8
    for options in (
        {"num_workers": 1},
        {"num_workers": 2, "persistent_workers": True},
        {"num_workers": 3, "prefetch_factor": 1},
    ):
        assert epochs(**options) == (expected, after)


def test_random_numbers_of_collating_do_not_depend_on_the_workers():
    def collate(items):
        return items, random.random()

    drawn = [
        list(loader(range(6), n, collate_fn=collate, generator=minitorch.Generator(), **options))
        for n, options in ((1, {}), (2, {}), (0, {"seed_items": True}))
    ]
    assert drawn[0] == drawn[1] == drawn[2]
    assert len({number for _, number in drawn[0]}) == 6


def test_the_order_is_the_same_without_workers():
    orders = []
    for n in (0, 2):
        minitorch.manual_seed(1)
        loading = loader(range(20), n, shuffle=True)
        orders.append((listed(list(loading)), listed(list(loading)), minitorch.rand(1).item()))
    assert orders[0] == orders[1]


def test_workers_start_from_seeds_of_their_own():
    class Seeds(IterableDataset):
        def __iter__(self):
            yield get_worker_info().seed, minitorch.initial_seed(), random.random()

    first, second = loader(Seeds(), batch_size=None, collate_fn=lambda item: item)
    assert first[0] == first[1] == second[0] - 1
    assert first[2] != second[2]
    again = loader(Seeds(), batch_size=None, persistent_workers=True, collate_fn=lambda item: item)
    assert [item[2] for item in again] != [item[2] for item in again]


def test_a_generator_that_worker_init_fn_seeds_is_left_alone():
    def init(worker_id):
        minitorch.manual_seed(12345)

    def item(index):
        return minitorch.initial_seed(), random.random()

    served = list(loader(Calls(item), 2, worker_init_fn=init, generator=minitorch.Generator()))
    assert [seed.item() for seed, _ in served] == [12345] * 4
    one = list(loader(Calls(item), 1, generator=minitorch.Generator()))
    assert [number.item() for _, number in served] == [number.item() for _, number in one]


# ---------------------------------------------------------------- memory


def test_a_batch_stays_as_it_was_while_the_program_has_it():
    """More of them than there are blocks: the others are copies."""
    batches = list(loader(Squares(30, 100), prefetch_factor=1))
    assert len(batches) > shared.LEASES
    for i, (x, y) in enumerate(batches):
        assert (x == i).all()
        x += 1  # is nobody else's memory
        assert y.item() == i * i
    parts = [x[0, :2] for x, _ in loader(Squares(30, 100))]
    gc.collect()
    assert [part[1, 0].item() for part in parts] == list(range(30))


def test_blocks_are_used_again():
    batches = iter(loader(Squares(60, 100), 1))
    for _ in batches:
        blocks = batches._links and len(batches._links[0].inbox.blocks)
        assert blocks <= shared.LEASES + 2


def test_batches_may_grow():
    def item(index):
        return np.full(index * 5000, index)

    for i, x in enumerate(loader(Calls(item, 12), 1, batch_size=None)):
        assert x.shape == (i * 5000,)
        assert (x == i).all()


def test_arrays_of_a_batch_are_changed_in_place_apart():
    """A write to one is none to another that a gradient needs."""
    (batch,) = loader([(np.ones((90, 90)), np.ones((90, 90)))], 1, batch_size=None)
    x, y = batch
    w = minitorch.ones(90, 90, dtype=minitorch.float64, device="cpu", requires_grad=True)
    loss = (w * x).sum()
    y.zero_()
    loss.backward()
    assert (w.grad == 1).all()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux shows what is mapped")
def test_shared_memory_has_no_name_that_could_stay_behind():
    def item(index):
        return Path("/proc/self/maps").read_text(), np.zeros((100, 100))

    def named(maps):
        return {line.split(maxsplit=5)[-1] for line in maps.splitlines() if "/dev/shm" in line}

    for (maps,), _ in loader(Calls(item), 1):
        assert named(maps) <= named(Path("/proc/self/maps").read_text())
    assert "memfd:minitorch (deleted)" in maps


def test_too_many_open_files_are_an_error():
    batches = iter(loader(Squares(9, 100), 1))
    kept = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, kept[1]))
    try:
        with pytest.raises(RuntimeError, match=r"Too many open files\. .*`ulimit -n`"):
            next(batches)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, kept)


# ---------------------------------------------------------------- errors


class Odd(Exception):
    """Can't be made of one message."""

    def __init__(self, one, two):
        super().__init__(one, two)


class Local:
    error = type("Hidden", (ValueError,), {"__qualname__": "nowhere.to.be.Found"})


RAISED = [
    (ValueError("too odd"), ValueError, "Caught ValueError in DataLoader worker process"),
    (KeyError("name"), KeyError, r"KeyError: 'name'"),
    (Odd(1, 2), RuntimeError, "Caught Odd in DataLoader"),
    (Local.error("x"), RuntimeError, "Caught Hidden in DataLoader"),
    (StopIteration("x"), RuntimeError, "Caught StopIteration in DataLoader"),
]


@pytest.mark.parametrize(("error", "kind", "text"), RAISED)
def test_an_error_arrives_with_its_traceback_and_the_index(error, kind, text):
    with pytest.raises(kind, match=text) as caught:
        list(loader(Broken(error), batch_size=3))
    assert caught.type is kind
    message = str(caught.value)
    assert "at index 5 of the dataset, in batch 1\n" in message
    assert "Original Traceback (most recent call last):\n" in message
    assert "in __getitem__\n    raise self.error\n" in message


def test_after_an_error_come_the_other_batches():
    batches = iter(loader(Broken(ValueError()), batch_size=3))
    assert next(batches).tolist() == [0, 1, 2]
    with pytest.raises(ValueError):
        next(batches)
    assert listed(list(batches)) == [[6, 7, 8], [9]]


def fail(_):
    raise OSError("no file for you")


class BadStream(IterableDataset):
    def __iter__(self):
        raise OSError("no stream for you")


def test_errors_before_the_first_item_arrive_too():
    with pytest.raises(OSError, match="no file for you"):
        list(loader(Squares(), worker_init_fn=fail))
    with pytest.raises(OSError, match="no stream for you"):
        list(loader(BadStream()))
    with pytest.raises(RuntimeError, match="equal size") as caught:
        list(loader([[1], [2, 3]], batch_size=2))
    assert "at index" not in str(caught.value)


def test_what_cannot_be_sent_is_an_error_here():
    with pytest.raises((AttributeError, TypeError), match=r"Caught .* in DataLoader worker"):
        list(loader(Calls(lambda index: lambda: 0), collate_fn=lambda items: items))


def test_what_a_new_process_cannot_be_given_is_an_error_here():
    with (
        pytest.warns(UserWarning, match="Got pickle error when attempting to start a worker"),
        pytest.raises((AttributeError, TypeError)),
    ):
        list(loader(Calls(lambda index: 0), 1, "spawn"))


def quit_at_once(index):
    os._exit(3)


def kill_itself(index):
    os.kill(os.getpid(), signal.SIGKILL)


DEATHS = [
    (kill_itself, r"DataLoader worker \(pid \d+\) is killed by signal: Killed"),
    (quit_at_once, r"DataLoader worker \(pid \d+\) exited unexpectedly with exit code 3"),
]


@pytest.mark.parametrize(("item", "text"), DEATHS)
@pytest.mark.parametrize("options", [{}, {"persistent_workers": True}])
def test_a_worker_that_dies_is_an_error(item, text, options):
    loading = loader(Calls(item), **options)
    batches = iter(loading)
    pids = [process.pid for process in batches._workers]
    with pytest.raises(RuntimeError, match=text):
        next(batches)
    await_end(pids)
    assert list(batches) == []


def test_a_worker_killed_from_outside_is_an_error_and_new_ones_can_be_had():
    loading = loader(Squares(1000, 50), persistent_workers=True)
    batches = iter(loading)
    next(batches)
    pids = [process.pid for process in batches._workers]
    os.kill(pids[1], signal.SIGKILL)
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="killed by signal"):
        list(batches)
    assert time.monotonic() - start < SOON
    await_end(pids)
    assert len(list(loading)) == 1000


def test_a_worker_killed_between_two_epochs_is_an_error():
    loading = loader(Squares(), persistent_workers=True)
    list(loading)
    os.kill(loading._iterator._workers[0].pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="killed by signal"):
        list(loading)


def test_a_stuck_worker_is_an_error_after_the_timeout():
    batches = iter(loader(Calls(lambda index: time.sleep(1000)), timeout=0.5))
    pids = [process.pid for process in batches._workers]
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.5 seconds"):
        next(batches)
    assert time.monotonic() - start < SOON
    await_end(pids)


def test_a_stopped_worker_is_an_error_after_the_timeout():
    batches = iter(loader(Squares(100), timeout=0.5))
    pids = [process.pid for process in batches._workers]
    os.kill(pids[0], signal.SIGSTOP)
    with pytest.raises(RuntimeError, match="timed out"):
        list(batches)
    await_end(pids)


# ---------------------------------------------------------------- the end


def test_workers_end_with_the_iteration():
    batches = iter(loader(Squares()))
    workers = batches._workers
    list(batches)
    assert [process.exitcode for process in workers] == [0, 0]


def test_workers_end_when_the_iteration_is_dropped():
    def item(index):
        time.sleep(0.05)
        return index

    for options in ({}, {"persistent_workers": True}):
        batches = iter(loader(Calls(item, 20_000), batch_size=10_000, **options))
        workers = batches._workers
        start = time.monotonic()
        del batches  # no need to finish the batch of 500 seconds
        gc.collect()
        assert time.monotonic() - start < SOON
        assert [process.exitcode for process in workers] == [0, 0]


def test_large_indices_and_large_answers_do_not_block_one_another():
    indices = [list(range(100_000))] * 8
    loading = loader(Calls(lambda index: "x" * 3_000_000), 1, batch_size=None, sampler=indices)
    assert [len(each) for each in loading] == [3_000_000] * 8


SCRIPT = """
import os, signal, sys, time
import numpy as np
from minitorch.data import DataLoader, Dataset

class Slow(Dataset):
    def __getitem__(self, index):
        time.sleep(0.01)
        return np.ones((100, 100))
    def __len__(self):
        return 100_000

def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    signal.signal(signal.SIGTERM, lambda *_: print("saved"))  # which the workers must not inherit
    loading = DataLoader(Slow(), num_workers=2, multiprocessing_context=sys.argv[1], **{options})
    batches = iter(loading)
    next(batches), next(batches)  # one of each worker: both have started
    print(*[process.pid for process in batches._workers], flush=True)
    {then}
"""
GUARD = '\nif __name__ == "__main__":\n    main()\n'


def launch(tmp_path, method="fork", options="{}", then="list(batches)", guard=GUARD):
    """A program with two workers, in a session of its own."""
    path = tmp_path / "program.py"
    path.write_text(SCRIPT.replace("{options}", options).replace("{then}", then) + guard)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", str(path), method],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def start(*args, **options):
    """Such a program, and the process ids of its workers, which are at work."""
    program = launch(*args, **options)
    return program, [int(pid) for pid in program.stdout.readline().split()]


@pytest.mark.parametrize(
    ("method", "options"), [("fork", "{}"), ("spawn", '{"persistent_workers": True}')]
)
def test_ctrl_c_ends_everything(tmp_path, method, options):
    program, pids = start(tmp_path, method, options)
    os.killpg(program.pid, signal.SIGINT)
    _, errors = program.communicate(timeout=SOON)
    assert errors.count("Traceback") == errors.count("KeyboardInterrupt") == 1, errors
    assert program.returncode == -signal.SIGINT
    await_end(pids)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_end_when_their_parent_is_killed(tmp_path, method):
    program, pids = start(tmp_path, method)
    assert len(pids) == 2
    program.kill()
    program.wait(SOON)
    await_end(pids)
    program.communicate()


ENDINGS = {
    "at the end of the program": ("pass", 0),
    "after an error": ("raise SystemExit(7)", 7),
    "while the program still holds the iteration": ("globals().update(locals())", 0),
}


@pytest.mark.parametrize(("then", "code"), ENDINGS.values(), ids=list(ENDINGS))
def test_workers_end_with_the_program(tmp_path, then, code):
    program, pids = start(tmp_path, options='{"persistent_workers": True}', then=then)
    output, errors = program.communicate(timeout=SOON)
    assert (output, errors, program.returncode) == ("", "", code)
    await_end(pids)


def test_a_script_without_a_guard_is_told_so(tmp_path):
    program = launch(tmp_path, "spawn", guard="\nmain()\n")
    _, errors = program.communicate(timeout=SOON)
    assert program.returncode == 1
    last = errors[errors.rindex("RuntimeError: DataLoader worker") :]
    assert "exited unexpectedly with exit code 1" in last
    assert "each imports the program anew" in last
    assert "if __name__ == '__main__':" in last
