"""Checkpoints of PyTorch's put together by hand, opcode by opcode, for files that nobody writes."""

import io
import pickle
import struct
import zipfile

import numpy as np

import minitorch

MAGIC = 0x1950A86A20F9469CFC6C


def loaded(data, **settings):
    return minitorch.load(io.BytesIO(data), **settings)


def zipped(code, storages=None, **others):
    """A checkpoint around the pickle `code`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", code)
        for key, content in (storages or {}).items():
            archive.writestr(f"archive/data/{key}", content)
        for name, content in others.items():
            archive.writestr(f"archive/{name}", content)
    return file.getvalue()


def legacy(code, keys=(), storages=b""):
    """A checkpoint of the former format around the pickle `code`."""
    system = {"protocol_version": 1001, "little_endian": True}
    head = b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, system))
    return head + code + pickle.dumps(list(keys), 2) + storages


def text(value):
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value):
    return b"J" + struct.pack("<i", value)


def sizes(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor_code(size, stride, offset=0, numel=6, kind="FloatStorage", key="0", name="storage"):
    """The pickle of a tensor over storage "0"."""
    pid = b"(" + text(name) + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + pid + number(numel) + b"tQ"
        + number(offset) + sizes(size) + sizes(stride)
        + b"\x89ccollections\nOrderedDict\n)RtR."
    )  # fmt: skip


SIX = np.arange(6, dtype="<f4").tobytes()
