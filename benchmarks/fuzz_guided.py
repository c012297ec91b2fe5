"""`python -m benchmarks.fuzz_guided FOLDER -runs=1000000`: files that find their own way.

Beside `fuzz_files`, whose mutations are blind: libFuzzer keeps in FOLDER what reaches new lines of
the readers and mutates that, through `pip install atheris`. The first byte of a case tells how the
rest becomes a file, so that no checksum stands between the mutations and what is behind it. Each
file must load or raise an error that `minitorch.load` documents, and nothing may be run. Options of
libFuzzer follow, such as -max_len=4096, -timeout=10 (seconds) and -rss_limit_mb=2048.
"""

import io
import json
import sys
import zipfile
from pathlib import Path

import atheris
import numpy as np

import minitorch

with atheris.instrument_imports(include=["minitorch.serialization"]):
    import minitorch.serialization
from benchmarks.fuzz_files import DOCUMENTED, LONGEST, WATCHED, samples
from minitorch.serialization.safetensors import write_entries
from minitorch.serialization.structure import encode

heard: list[str] = []
listening = False


def zipped(name, content):
    """A zip with this entry and a storage of 24 bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("archive/data/0", bytes(24))
    return file.getvalue()


def own(structure):
    """A file of our own with this structure, and a tensor."""
    file = io.BytesIO()
    x = np.arange(6, dtype=np.float32)
    write_entries(file, {"x": x}, {"x": (2, 3)}, {"minitorch": structure.decode("latin-1")})
    return file.getvalue()


WAYS = [
    bytes,
    lambda content: zipped("archive/data.pkl", content),
    lambda content: zipped("a.npy", content),
    own,
    lambda header: len(header).to_bytes(8, "little") + header + bytes(32),
]


def beginnings():
    """Cases to start from: the samples, and what is inside of them."""
    for data in samples().values():
        yield b"\0" + data
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    if name.endswith(("data.pkl", ".npy")):
                        yield bytes([1 if name.endswith("pkl") else 2]) + archive.read(name)
        elif data[8:9] == b"{":
            yield b"\4" + data[8 : 8 + int.from_bytes(data[:8], "little")]
    x = minitorch.arange(6.0).reshape(2, 3)
    structure, *_ = encode({"x": [x, x.T], "n": (1, {"a", 2.5}, b"\xff", 1j, np.arange(3.0))})
    yield b"\3" + json.dumps(structure).encode()


def hear(event, arguments):
    if listening and event.startswith(WATCHED):
        heard.append(event)


def try_case(case):
    """Read one file; an error that comes out of here ends the fuzzing."""
    global listening  # noqa: PLW0603  an audit hook is the process's
    data = WAYS[case[0] % len(WAYS)](case[1:]) if case else b""
    listening = True
    try:
        minitorch.load(io.BytesIO(data))
    except DOCUMENTED as error:
        assert 0 < len(str(error)) < LONGEST
    finally:
        listening = False
    assert not heard, heard


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(beginnings()):
        (folder / f"beginning{number}").write_bytes(case)
        try_case(case)  # and what is imported at first use
        heard.clear()
    sys.addaudithook(hear)
    atheris.Setup(sys.argv, try_case)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
