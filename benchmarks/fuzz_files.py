"""`python -m benchmarks.fuzz_files`: mutated and truncated files through the readers.

Every case is made from its number alone, so that one which is found can be tried again. A case must
load or raise an error that `minitorch.load` documents; within a second; in at most three times the
memory of the file and what 1 MB leaves for Python's own objects; and without a call that an audit
hook sees (an import, an open file, a process, a name looked up by `pickle`, ...).
"""

import argparse
import io
import json
import multiprocessing
import pickle
import random
import resource
import signal
import sys
import time
import tracemalloc
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np

import minitorch
from minitorch import serialization
from minitorch.serialization.safetensors import write_entries
from minitorch.serialization.structure import encode

RECORDED = Path(__file__).parent.parent / "tests" / "reference"  # files that PyTorch wrote
DOCUMENTED = (RuntimeError, EOFError, pickle.UnpicklingError)
LONGEST = 2000  # characters of a message
SECONDS = 1
SPACE = 2**30  # bytes of address space above what a worker has at its start
ALLOWANCE = 2**20  # bytes, for the objects that every reading makes
MEASURED_EVERY = 16  # cases: tracemalloc makes reading slower
BATCH = 5000  # cases of one worker process
WATCHED = ("exec", "import", "open", "pickle.", "os.", "subprocess.", "socket.", "shutil.")
BYTES = b"\x00\x01\x7f\x80\xff.()RQqhjbcoi]}ut\x81\x82\x85\x88\x8a\x8b\x8c\x8d\x93\x94\x95{[\"'"


def samples():
    """Small files of every format, by name."""
    x = minitorch.arange(6.0).reshape(2, 3)
    obj = OrderedDict(
        x=x, t=x.T, e=x[:0], a=np.arange(3), n={"epoch": 3, "lr": (0.1, None), "s": {1, 2}},
        p=minitorch.nn.Parameter(minitorch.ones(2)), g=minitorch.float16, raw=b"\x00\xff",
    )  # fmt: skip
    found = {name: (RECORDED / name).read_bytes() for name in ("checkpoint.pt",)}
    found["legacy"] = (RECORDED / "checkpoint_legacy.pt").read_bytes()
    for format in ("safetensors", "pt"):
        file = io.BytesIO()
        minitorch.save(obj, file, format=format)
        found[f"own {format}"] = file.getvalue()
    header = {
        "x": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]},
    }
    text = json.dumps(header).encode()
    found["foreign safetensors"] = len(text).to_bytes(8, "little") + text + bytes(range(32))
    file = io.BytesIO()
    serialization.save_npz({"a": x, "b": x[0, 0]}, file)
    found["npz"] = file.getvalue()
    file = io.BytesIO()
    np.save(file, np.arange(6, dtype=">i4"))
    found["npy"] = file.getvalue()
    return found


def mutated(data, draw):
    """`data` with one to four changes."""
    data = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 4))):
        at = draw.randrange(len(data) + 1)
        length = min(draw.choice((1, 1, 2, 4, 8, 30, 200)), len(data) - at)
        piece = data[at : at + length]
        kind = draw.randrange(8)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = piece * draw.choice((1, 2, 100))
        elif kind == 3:
            data[at:at] = bytes(draw.choices(BYTES, k=max(length, 1)))
        elif kind == 4:
            data[at : at + length] = draw.randbytes(length)
        elif kind == 5:
            start = draw.randrange(len(data) + 1)
            data[at : at + length] = data[start : start + length]
        elif length:
            data[at] = draw.choice(BYTES) if kind == 6 else data[at] ^ 1 << draw.randrange(8)
    return bytes(data)


def resealed_zip(data, draw):
    """A checkpoint with another pickle, all checksums in order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        changed = draw.choice(old.namelist()) if draw.random() < 0.2 else None
        for entry in old.namelist():
            content = old.read(entry)
            if entry == changed or (not changed and entry.endswith(("data.pkl", ".npy"))):
                content = mutated(content, draw)
            new.writestr(entry, content)
    return made.getvalue()


def resealed_own(structure, entries, shapes, draw):
    """A file of our own with another structure, all checksums in order."""
    made = io.BytesIO()
    text = mutated(json.dumps(structure).encode(), draw).decode("latin-1")
    write_entries(made, entries, shapes, {"minitorch": text})
    return made.getvalue()


class Cases:
    """Files by their numbers."""

    def __init__(self, seed):
        self.seed = seed
        self.samples = samples()
        self.names = list(self.samples)
        x = minitorch.arange(6.0).reshape(2, 3)
        self.encoded = encode({"x": [x, x.T], "n": (1, {"a", 2.5}, b"\xff", np.arange(3.0))})

    def make(self, number):
        """(the sample's name, the file)"""
        draw = random.Random(f"{self.seed} {number}")
        name = self.names[number % len(self.names)]
        data = self.samples[name]
        if draw.random() < 0.5:
            if data.startswith(b"PK"):
                return f"{name}, sealed again", resealed_zip(data, draw)
            if name == "own safetensors":
                return f"{name}, sealed again", resealed_own(*self.encoded, draw)
        return name, mutated(data, draw)


# -------------------------------------------------------------------- trying them


def try_case(data, measured, altered):
    """What `load` did: (its kind of error or "loaded", what is wrong with that or "").

    altered  whether it must find that the file is
    """
    wrong = ""
    if measured:
        tracemalloc.start()
    start = time.perf_counter()
    try:
        minitorch.load(io.BytesIO(data))
        outcome = "loaded"
        if altered:
            wrong = "the change was not found"
    except DOCUMENTED as error:
        outcome = type(error).__name__
        if not 0 < len(str(error)) < LONGEST:
            wrong = f"an error with a message of {len(str(error))} characters"
    except BaseException as error:  # whatever else comes out is what is looked for
        outcome = type(error).__name__
        wrong = f"{outcome}: {error}"
    if time.perf_counter() - start > SECONDS:
        wrong = wrong or f"took {time.perf_counter() - start:.1f} s"
    if measured:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if peak > 3 * len(data) + ALLOWANCE:
            wrong = wrong or f"took {peak} bytes for {len(data)}"
    return outcome, wrong


def work(cases, start, stop, at, results):
    """Try the cases from `start` to `stop`; `at` tells which one."""
    for data in cases.samples.values():
        minitorch.load(io.BytesIO(data))  # what is imported at first use
    heard = []

    def hear(event, arguments):
        if at.value >= 0 and event.startswith(WATCHED):
            heard.append(event)

    sys.addaudithook(hear)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + SPACE, used + SPACE))
    outcomes, found = Counter(), []
    for number in range(start, stop):
        name, data = cases.make(number)
        heard.clear()
        at.value = number
        signal.alarm(10)  # ends a process that hangs
        altered = name.startswith("own") and data != cases.samples.get(name)
        altered = altered and not name.endswith("again")
        outcome, wrong = try_case(data, number % MEASURED_EVERY == 0, altered)
        if heard:
            wrong = f"calls were heard: {heard}"
        outcomes[name, outcome] += 1
        if wrong:
            found.append((number, name, wrong))
    signal.alarm(0)
    at.value = -1
    results.put((outcomes, found))


def run(cases, start, stop):
    """Try these cases in a process of their own; go on behind one that ends it."""
    context = multiprocessing.get_context("fork")
    outcomes, found = Counter(), []
    while start < stop:
        at, results = context.Value("q", -1), context.SimpleQueue()
        process = context.Process(target=work, args=(cases, start, stop, at, results))
        process.start()
        process.join()
        if process.exitcode == 0:
            more, also = results.get()
            return outcomes + more, found + also
        if at.value < 0:
            raise RuntimeError("a worker ended before its first case")
        found.append((at.value, "", f"the process ended with {process.exitcode}"))
        start = at.value + 1
    return outcomes, found


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_files", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="cases")
    parser.add_argument("--start", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, metavar="NUMBER", help="try this case alone")
    options = parser.parse_args()
    cases = Cases(options.seed)
    if options.show is not None:
        name, data = cases.make(options.show)
        print(name, data, sep="\n")
        print(minitorch.load(io.BytesIO(data)))
        return
    began, outcomes, problems = time.perf_counter(), Counter(), 0
    end = options.start + options.count
    for start in range(options.start, end, BATCH):
        more, found = run(cases, start, min(start + BATCH, end))
        outcomes += more
        problems += len(found)
        for number, name, wrong in found:
            print(f"FOUND  case {number} ({name}): {wrong}", flush=True)
    seconds = time.perf_counter() - began
    for (name, outcome), count in sorted(outcomes.items()):
        print(f"{name:36}{outcome:20}{count:>9}")
    print(f"{options.count} files in {seconds:.0f} s ({options.count / seconds:.0f} a second)")
    print(f"{problems} problems")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
