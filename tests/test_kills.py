"""Processes that end too early: killed at any moment, or asked to end."""

import os
import random
import signal
import subprocess
import sys
import threading
from functools import partial
from itertools import count
from pathlib import Path

import kill_runs
import pytest

import minitorch
from minitorch.checkpoint import Checkpoint

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="not on Windows"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
ROOT = Path(minitorch.__file__).parents[1]


def test_a_file_is_there_whatever_line_its_writer_is_killed_at(tmp_path):
    def held(name):
        return minitorch.load(tmp_path / name)["parts"]["data"][0]

    def written(value, line, say):
        kill_runs.die_at_line(line)
        Checkpoint(tmp_path / "run", data=[value]).save()

    for value in (-2, -1):
        Checkpoint(tmp_path / "run", data=[value]).save()
    for line in count(1):
        before, former = held("run"), held("run.1")
        _, killed = kill_runs.process(partial(written, line, line))
        assert held("run") in (before, line) and held("run.1") in (former, before)
        if not killed:
            break
    assert line > 20 and sorted(os.listdir(tmp_path)) == ["run", "run.1"]


def test_runs_that_are_killed_end_as_one_that_is_not(tmp_path):
    draw, killed = random.Random(5), 0
    expected, seconds = kill_runs.unharmed()
    for number in range(12):
        (folder := tmp_path / str(number)).mkdir()
        end, how = kill_runs.survive(folder, draw, kills=2, seconds=seconds)
        assert end == expected
        killed += sum(how.values())
    assert killed > 6


SCRIPT = """
import select, signal, sys
from minitorch.checkpoint import Checkpoint
from minitorch.data import DataLoader

signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored here
loader = DataLoader(range(4), num_workers=1, multiprocessing_context="fork")
run = Checkpoint(sys.argv[1], every_seconds=None, loader=loader, data=[])
run.resume()
for _ in run.epochs(1):
    for (number,) in loader:
        print("in step", run.steps_done, flush=True)
        if run.steps_done == 2 and len(sys.argv) > 2:
            # Python may note a signal just before it waits, and obeys it afterwards.
            while not select.select([sys.stdin], [], [], 0.1)[0]:
                pass
        run.parts["data"].append(number.item())
        run.step()
print("at the end", run.parts["data"])
"""


def interrupted(path, *signals):
    """What a run says that gets these signals, with its workers as from a terminal, in its third
    step, which goes on until it has spoken of each, or has ended.
    """
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), "wait"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        said = "".join(process.stdout.readline() for _ in range(3))
        noted = ""
        for number in signals:
            os.killpg(process.pid, number)
            noted += process.stderr.readline() + process.stderr.readline()
        rest, errors = process.communicate()
        return said + rest, noted + errors, process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_obeyed_after_the_step_when_it_is_saved(number, tmp_path):
    said, errors, code = interrupted(tmp_path / "run", number)
    assert said == "in step 0\nin step 1\nin step 2\n" and code == -number
    assert "\nThe run is saved after this step; once more ends it at once.\n" in errors
    again = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout == "in step 3\nat the end [0, 1, 2, 3]\n"


def test_a_second_signal_ends_the_run_at_once(tmp_path):
    said, _, code = interrupted(tmp_path / "run", signal.SIGINT, signal.SIGTERM)
    assert said == "in step 0\nin step 1\nin step 2\n" and code == -signal.SIGTERM
    assert not (tmp_path / "run").exists()


@pytest.fixture
def interruptible():
    """Ctrl-C raises KeyboardInterrupt, as it does in programs that were not told to ignore it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def test_handlers_are_as_they_were_after_a_run(interruptible, tmp_path):
    run = Checkpoint(tmp_path / "run", data=[])
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    for _ in run.steps(2):
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    with pytest.raises(ZeroDivisionError):
        for _ in run.steps(3):
            1 / 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_signal_that_is_ignored_stays_so(tmp_path):
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in Checkpoint(tmp_path / "run", data=[]).steps(2):
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, former)


def test_a_run_in_another_thread_leaves_the_signals_alone(tmp_path):
    done = []
    run = Checkpoint(tmp_path / "run", data=[])
    thread = threading.Thread(target=lambda: done.extend(run.steps(2)))
    thread.start()
    thread.join()
    assert done == [0, 1]


def test_a_fork_of_a_run_obeys_at_once(tmp_path):
    for _ in Checkpoint(tmp_path / "run", data=[]).steps(1):
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
