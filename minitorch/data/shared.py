"""Batches from a worker to the main process, their arrays through memory that both have.

A worker pickles a batch with the arrays left out, and copies these into a block of memory that it
shares with the main process. There they are opened in place: no copy, and nothing large goes
through the pipe. When the arrays of a batch are gone, its block is used again.

A block has no name in the file system. The operating system frees it with the last process that
has it open, however that one ends, so nothing can be left behind.
"""

import errno
import mmap
import os
import pickle
import socket
import weakref
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from minitorch.methods.sharing import nameless_file

SMALL = 1 << 14  # bytes that go through the pipe faster than a block is handed back and forth
ALIGNMENT = 64
LEASES = 4  # how many batches of one loader stay in blocks while the program holds them
HAS_BLOCKS = hasattr(socket, "send_fds")  # not on Windows: there all goes through the pipe


class Parcel(NamedTuple):
    """A pickled batch and where its arrays are.

    block  the number of the block, and its size if the block is new; None: they are in `arrays`
    spans  for each array, where in the block it begins and ends
    """

    head: bytes
    arrays: list
    block: tuple[int, int | None] | None = None
    spans: tuple = ()


class Outbox:
    """The worker's end.

    files  of the blocks that the main process does not have yet
    free   the blocks that may be written to
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.files: dict[int, int] = {}
        self.blocks: dict[int, np.ndarray] = {}
        self.free: set[int] = set()

    def pack(self, value: Any) -> Parcel:
        buffers: list = []
        head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        arrays = [np.frombuffer(each.raw(), np.uint8) if each.raw() else b"" for each in buffers]
        ends = []
        at = 0
        for each in arrays:
            ends.append(at + len(each))
            at = -(-ends[-1] // ALIGNMENT) * ALIGNMENT
        if at <= SMALL or not HAS_BLOCKS:
            return Parcel(head, [bytearray(each) for each in arrays])
        spans = tuple((end - len(each), end) for each, end in zip(arrays, ends))
        number = self.block_of(at)
        for (start, end), each in zip(spans, arrays):
            self.blocks[number][start:end] = each
        new_size = len(self.blocks[number]) if number in self.files else None
        return Parcel(head, [], (number, new_size), spans)

    def block_of(self, size):
        """The number of a free block of at least `size` bytes."""
        fitting = [number for number in self.free if len(self.blocks[number]) >= size]
        if fitting:
            self.free.remove(fitting[0])
            return fitting[0]
        number = self.free.pop() if self.free else len(self.blocks)
        size = 1 << (size - 1).bit_length()  # what is not written to takes no memory
        self.files[number] = nameless_file(size)
        self.blocks[number] = map_file(self.files[number], size)
        return number

    def send(self, label: Any, parcel: Parcel) -> None:
        self.connection.send((label, parcel))
        if parcel.block and parcel.block[0] in self.files:
            file = self.files.pop(parcel.block[0])
            with as_socket(self.connection) as channel:
                socket.send_fds(channel, [b"f"], [file])
            os.close(file)


class Inbox:
    """The main process's end. `leased` holds one entry for each batch in a block that the program
    still has, of all workers.
    """

    def __init__(self, connection: Connection, leased: list) -> None:
        self.connection = connection
        self.leased = leased
        self.blocks: dict[int, np.ndarray] = {}
        self.freed: list[int] = []

    def receive(self) -> tuple[Any, Parcel]:
        """The next label and parcel. Raises EOFError or OSError when the worker is gone."""
        label, parcel = self.connection.recv()
        if parcel.block and parcel.block[1]:
            try:
                self.blocks[parcel.block[0]] = self.receive_block(parcel.block[1])
            except OSError as error:
                if error.errno != errno.EMFILE:
                    raise
                raise RuntimeError(
                    "Too many open files. Communication with the workers is no longer possible. "
                    "Please increase the limit using `ulimit -n` in the shell"
                ) from None
        return label, parcel

    def receive_block(self, size):
        with as_socket(self.connection) as channel:
            _, files, _, _ = socket.recv_fds(channel, 1, 1)
        if not files:  # the system drops a file for which there is no room
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        try:
            return map_file(files[0], size)
        finally:
            os.close(files[0])

    def unpack(self, parcel: Parcel) -> Any:
        """The value. Its arrays are in the block, or copies if the program holds many already."""
        if parcel.block is None:
            return pickle.loads(parcel.head, buffers=parcel.arrays)
        number = parcel.block[0]
        parts: list[Any] = [self.blocks[number][start:end] for start, end in parcel.spans]
        if len(self.leased) >= LEASES:
            parts = [part.copy() for part in parts]
            self.freed.append(number)
        else:
            self.leased.append(None)
            left = [len(parts)]
            for part in parts:
                watch = weakref.finalize(part, part_gone, left, number, self.freed, self.leased)
                watch.atexit = False
        # Of an array NumPy would keep the one it views, of a memoryview the array itself.
        return pickle.loads(parcel.head, buffers=[memoryview(part) for part in parts])

    def drop(self, parcel: Parcel) -> None:
        """Give the block back unopened."""
        if parcel.block:
            self.freed.append(parcel.block[0])

    def take_freed(self) -> list[int]:
        """The blocks to give back to the worker."""
        return [self.freed.pop() for _ in range(len(self.freed))]


def part_gone(left, number, freed, leased):
    """The program has let go of an array; with the last one the block is free."""
    left[0] -= 1
    if left[0] == 0:
        leased.pop()
        freed.append(number)


def as_socket(connection):
    return socket.socket(fileno=os.dup(connection.fileno()))


def map_file(file, size):
    return np.frombuffer(mmap.mmap(file, size), np.uint8)
