"""Training processes that are killed, resumed and killed again, until one comes to its end: always
with the same weights, and never further back than the last checkpoint.

    python tests/kill_runs.py --runs 500

Half of the kills come at a random time, half at a random line of the code that brings a file to the
disk. A process has 0, 1 or 2 workers, another number each time, and each item of its data
draws random numbers.
"""

import argparse
import hashlib
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

import minitorch
from minitorch import nn, optim
from minitorch.checkpoint import Checkpoint
from minitorch.data import DataLoader, Dataset
from minitorch.serialization import files

EPOCHS, BATCHES = 3, 5
LINES = 350  # about as many as a process runs to bring its checkpoints to the disk
PATIENCE = 600  # seconds for one process


class Noisy(Dataset):
    """Vectors to each of which noise from all three generators is added whenever it is loaded."""

    def __getitem__(self, index):
        noise = minitorch.randn(8) + random.random() + float(np.random.rand())
        return minitorch.full((8,), float(index)) / 20 + 0.1 * noise, index % 2

    def __len__(self):
        return 4 * BATCHES


def make_run(path, workers):
    """All that there is to a training run."""
    minitorch.manual_seed(1)
    model = nn.Sequential(
        nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2)
    )
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=EPOCHS * BATCHES)
    loader = DataLoader(
        Noisy(),
        4,
        shuffle=True,
        num_workers=workers,
        seed_items=True,
        multiprocessing_context="fork" if workers else None,
        persistent_workers=workers == 2,
    )
    run = Checkpoint(
        path,
        every_steps=2,
        every_seconds=None,
        model=model,
        optimizer=optimizer,
        scheduler=scheduler,
        loader=loader,
        losses=[],
    )
    return model, optimizer, scheduler, loader, run


def train(path, workers, line, say):
    """Train from where the checkpoint stands to the end; `say` hears of each checkpoint. At `line`
    of what writes files, if it is not None, the process is killed.
    """
    if line is not None:
        die_at_line(line)
    model, optimizer, scheduler, loader, run = make_run(path, workers)
    where = minitorch.get_default_device()
    run.resume()
    say(f"begin {run.steps_done}")
    for _ in run.epochs(EPOCHS):
        for x, y in loader:
            x, y = x.to(where), y.to(where)  # workers make their items on the CPU
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()
            run.parts["losses"].append(loss.item())
            run.step()
            if run.steps_done % run.every_steps == 0:
                say(f"saved {run.steps_done}")
    say(f"end {digest(model, optimizer, run.parts['losses'])}")


def digest(model, optimizer, losses):
    """A fingerprint of every bit of the weights, of the optimizer's state and of the losses."""
    found = hashlib.sha256()
    state = [entry for each in optimizer.state.values() for _, entry in sorted(each.items())]
    for tensor in (*model.state_dict().values(), *state):
        found.update(tensor.cpu().numpy().tobytes())
    found.update(repr((losses, minitorch.rand(1).item())).encode())
    return found.hexdigest()


# -------------------------------------------------------------------- one process


def die_at_line(wanted):
    """Have this process killed before the `wanted`-th line that it runs of what writes files."""
    left = wanted

    def watch_line(frame, event, arg):
        nonlocal left
        left -= event == "line"
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return watch_line

    def watch_call(frame, event, arg):
        return watch_line if frame.f_code.co_filename == files.__file__ else None

    sys.settrace(watch_call)


def start(program):
    """Fork a process that runs `program(say)`; its number, and the pipe from which it is heard."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, ours
    try:
        os.close(ours)
        program(lambda text: os.write(theirs, f"{text}\n".encode()))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def heard(pipe, deadline):
    """What is said in a pipe until it is closed or the time has come, and whether it is closed."""
    said = b""
    while (left := deadline - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        more = os.read(pipe, 4096)
        if not more:
            return said, True
        said += more
    return said, False


def process(program, seconds=PATIENCE):
    """Run `program(say)` in a process that is killed after so many seconds, if it is not at its end
    before; the lines that it said, and whether it was killed.
    """
    pid, pipe = start(program)
    said, ended = heard(pipe, time.monotonic() + seconds)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        said += heard(pipe, time.monotonic() + PATIENCE)[0]
    os.close(pipe)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code not in (0, -signal.SIGKILL):
        raise AssertionError(f"a process failed with {code}, having said {said!r}")
    return said.decode().split("\n")[:-1], code != 0


# -------------------------------------------------------------------- one run


def survive(folder, draw, kills, seconds):
    """Kill a run up to `kills` times and let it end; the fingerprint of its end, and how often it
    was killed at a time, within so many seconds from its start, and at a line.

    Raises AssertionError where a process began further back than the last checkpoint.
    """
    path = str(Path(folder) / "run")
    reached, how = 0, Counter()
    for number in range(kills + 1):
        kind = "unharmed" if number == kills else draw.choice(["time", "line"])
        line = draw.randrange(1, LINES) if kind == "line" else None
        said, killed = process(
            partial(train, path, draw.randrange(3), line),
            draw.uniform(0, seconds) if kind == "time" else PATIENCE,
        )
        how[kind] += killed
        for line in said:
            word, _, value = line.partition(" ")
            if word == "begin" and int(value) < reached:
                raise AssertionError(f"lost: step {reached} was saved, resumed at {value}")
            if word == "saved":
                reached = int(value)
            if word == "end":
                return value, +how
    raise AssertionError(f"the last process of a run said only {said}")


def unharmed(workers=0):
    """The fingerprint of a run that nobody kills, and the seconds it takes."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        said, _ = process(partial(train, f"{folder}/run", workers, None))
        return said[-1].removeprefix("end "), time.perf_counter() - began


def main(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3, help="of one run, at most")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    draw = random.Random(args.seed)
    expected, seconds = max((unharmed(workers) for workers in range(3)), key=lambda each: each[1])
    how, ends, number = Counter(), Counter(), 0
    while number < args.runs:
        with tempfile.TemporaryDirectory() as folder:
            end, ways = survive(folder, draw, args.kills, seconds)
        if not ways:  # it was at its end before
            continue
        how += ways
        ends[end] += 1
        number += 1
        if number % 50 == 0 or number == args.runs:
            print(
                f"{number} runs: {how['time']} processes killed at a time, {how['line']} at a line "
                f"of a save; {ends[expected]} ended as the run that nobody killed, "
                f"{number - ends[expected]} otherwise",
                flush=True,
            )
    if ends[expected] != args.runs:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
