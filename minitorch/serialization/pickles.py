"""Pickles read without unpickling: opcode by opcode, to containers, numbers, strings and tensors.

Python's own unpickler calls whatever a file names. This machine calls nothing: a name in the file
becomes a `Named`, and what the file asks to be done with it is looked up in a table of builders,
written here. Another name stands for a class or function that the program allows (`allowed.py`), of
which the file gets an empty object or the function as a value; or it ends the reading.
"""

import struct
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from pickle import UnpicklingError
from typing import Any

from minitorch.serialization.allowed import blank
from minitorch.serialization.files import ALWAYS_FINE, Source, failed

MARK = object()
LONGEST_NAME = 1000  # bytes
LONGEST_KEY = 64  # elements of a tuple that is the key of a dict: hashing it takes time
LARGEST_CROWD = 100  # keys of one hash in a dict or set
LARGEST_GROWTH = 24  # times its bytes that what a pickle builds may take in memory; a list of two
# numbers takes 8 times those that Python writes for it, a dict of one number 21 times


class Named:
    """A name that a pickle mentions, such as "torch.float32"."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Blank:
    """A class of which the pickle may have instances that it gives their attributes."""

    __slots__ = ("kind",)

    def __init__(self, kind: type) -> None:
        self.kind = kind


class Unfinished:
    """A value that waits for the state which the pickle gives it with BUILD.

    numbers  where the memo has it
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def finished(self, state: Any) -> Any:
        raise NotImplementedError


Builders = Mapping[str, Callable]
Crowds = dict[int, tuple[Any, Counter]]  # by the ids of containers, which are held to keep theirs


def refuse(name: str, what: str) -> UnpicklingError:
    name = name.removeprefix("builtins.")[:200]
    return failed(
        f"Unsupported global: GLOBAL {name} was not an allowed global "
        f"by default.\n  {what}; minitorch.load builds tensors, containers and numbers and runs "
        "nothing that a file names\n  save state_dict()s and plain data instead, from the program "
        f"that knows {name}\n  a class of modules that this program has imported: allow it with "
        "add_safe_globals([...]), or load with weights_only=False"
    )


class Machine:
    """Reads one pickle.

    constants  values by their names in the file
    builders   functions by the names in the file that they stand in for
    storage    what a persistent id stands for
    known      the class or function that another name may stand for, or None
    """

    def __init__(
        self,
        constants: Mapping[str, Any],
        builders: Builders,
        storage: Callable[[Any], Any],
        encoding: str = "utf-8",
        known: Callable[[str], Any] = lambda name: None,
    ) -> None:
        self.constants = constants
        self.builders = builders
        self.storage = storage
        self.encoding = encoding
        self.known = known
        self.kinds: set[type] = {Namespace}  # whose instances get attributes
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.crowds: Crowds = {}
        self.position = 0  # bytes read
        self.handed = 0  # elements and characters that builders were given
        self.made = 0  # bytes that all containers and built values take, about

    def read(self, source: Source) -> Any:
        """The object whose pickle begins where `source` stands; it is left after its end."""
        self.source = source
        try:
            while (code := self.take(1)) != b".":
                if code in SIZES:
                    self.note(SIZES[code])
                if code in VALUES:
                    self.stack.append(VALUES[code](self))
                elif code in ACTIONS:
                    ACTIONS[code](self)
                else:
                    raise failed(f"Unsupported operand {code[0]}: PyTorch does not write it")
            return self.pop()
        except (UnpicklingError, RuntimeError):
            raise
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise failed(f"The pickle is damaged: {error!s:.200}") from error

    def take(self, count):
        data = self.source.read(count)
        if len(data) < count:
            raise failed("The pickle is truncated")
        self.position += count
        return data

    def line(self):
        data = self.source.readline(LONGEST_NAME)
        if data[-1:] != b"\n":
            raise failed("The pickle is truncated in a name")
        self.position += len(data)
        return data[:-1].decode()

    def note(self, size):
        """An empty list is 1 byte in a pickle and 64 in memory: a few are data, many a bomb."""
        self.made += size
        if self.made > max(ALWAYS_FINE, LARGEST_GROWTH * self.position):
            raise failed(
                f"A bomb of containers: {self.position} bytes that take "
                f"over {self.made} in memory\n  if it is none: keep what it holds in tensors"
            )

    def do_proto(self):
        self.take(1)

    def do_frame(self):
        if int.from_bytes(self.take(8), "little") > self.source.size - self.source.tell():
            raise failed("The pickle is truncated in a frame")

    # ---------------------------------------------------------------- the memo

    def do_binput(self):
        self.remember(self.take(1)[0])

    def do_long_binput(self):
        self.remember(int.from_bytes(self.take(4), "little"))

    def do_memoize(self):
        self.remember(len(self.memo))

    def remember(self, number):
        value = self.memo[number] = self.top()
        if isinstance(value, Unfinished):
            value.numbers.append(number)

    # ---------------------------------------------------------------- the stack

    def pop(self):
        value = self.stack.pop()
        if value is MARK:
            raise failed("The pickle is damaged: a mark is left")
        return value

    def top(self):
        if not self.stack or self.stack[-1] is MARK:
            raise failed("The pickle is damaged: nothing there")
        return self.stack[-1]

    def above_mark(self):
        for start in range(len(self.stack) - 1, -1, -1):
            if self.stack[start] is MARK:
                items = self.stack[start + 1 :]
                del self.stack[start:]
                return items
        raise failed("The pickle is damaged: no mark")

    def do_pop(self):
        self.stack.pop()

    def do_pop_mark(self):
        self.above_mark()

    # ---------------------------------------------------------------- plain values

    def do_tuple(self):
        self.stack.append(tuple(self.above_mark()))

    def do_tuple1(self):
        self.stack.append((self.pop(),))

    def do_tuple2(self):
        last = self.pop()
        self.stack.append((self.pop(), last))

    def do_tuple3(self):
        last, middle = self.pop(), self.pop()
        self.stack.append((self.pop(), middle, last))

    def do_append(self):
        self.extend([self.pop()])

    def do_appends(self):
        self.extend(self.above_mark())

    def extend(self, items):
        self.container(list).extend(items)

    def do_setitem(self):
        value = self.pop()
        self.fill([self.pop(), value])

    def do_setitems(self):
        self.fill(self.above_mark())

    def fill(self, items):
        target = self.container(dict, OrderedDict, Counter)
        keys = plain_keys(items[::2], target, self.crowds)
        target.update(zip(keys, items[1::2], strict=True))

    def do_additems(self):
        items = self.above_mark()
        target = self.container(set)
        target.update(plain_keys(items, target, self.crowds))

    def do_frozenset(self):
        self.stack.append(frozenset(plain_keys(self.above_mark())))

    def container(self, *kinds):
        target = self.top()
        if type(target) not in kinds:
            raise failed(f"Can only add to {kinds[0].__name__}, but got {type(target)}")
        return target

    # ---------------------------------------------------------------- names

    def do_global(self):
        self.mention(f"{self.line()}.{self.line()}")

    def do_inst(self):
        raise refuse(f"{self.line()}.{self.line()}", "the file makes an instance of it")

    def do_stack_global(self):
        name, module = self.pop(), self.pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise failed("A name that is no string")
        self.mention(f"{module}.{name}")

    def mention(self, name):
        name = OF_PYTHON_2.get(name, name)
        if name in self.constants:
            self.stack.append(self.constants[name])
        elif name in self.builders:
            self.stack.append(Named(name))
        elif (found := self.known(name)) is not None:
            self.stack.append(Blank(found) if isinstance(found, type) else found)
        else:
            raise refuse(name, "the file asks for it")

    def do_reduce(self):
        arguments = self.pop()
        self.stack.append(self.build(self.pop(), arguments))

    def build(self, called, arguments):
        if isinstance(called, Blank) and arguments == ():
            self.kinds.add(called.kind)
            return blank(called.kind)
        if not isinstance(called, Named):
            raise failed(f"Trying to call reduce for unrecognized function {type(called).__name__}")
        if not isinstance(arguments, tuple):
            raise failed("Arguments that are no tuple")
        self.count(arguments)
        return self.builders[called.name](*arguments)

    def count(self, arguments):
        """What is built is written out before: a memo bomb hands the same again and again."""
        self.handed += sum(len(each) for each in arguments if isinstance(each, COPIED))
        if self.handed > self.position:
            raise failed("A memo bomb: it asks for more than it holds")

    def do_build(self):
        state = self.pop()
        target: Any = self.top()
        if type(target) is OrderedDict:
            if isinstance(state, dict) and isinstance(state.get("_metadata"), dict):
                vars(target)["_metadata"] = state["_metadata"]
        elif type(target) in self.kinds and isinstance(state, dict):
            self.count((state,))
            vars(target).update((key, value) for key, value in state.items() if type(key) is str)
        elif isinstance(target, Unfinished) and isinstance(state, tuple):
            self.count(state)
            self.stack[-1] = target.finished(state)
            self.memo.update(dict.fromkeys(target.numbers, self.stack[-1]))
            target.numbers.clear()
        else:
            raise failed(
                "Can only build Tensor, Parameter, OrderedDict or types "
                f"allowlisted via `add_safe_globals`, but got {type(target)}"
            )

    def do_binpersid(self):
        self.stack.append(self.storage(self.pop()))


def plain_keys(keys: Collection[Any], target: Any = (), crowds: Crowds | None = None) -> Any:
    """`keys`, if they are what dicts and sets of plain data have.

    Tuples and large integers can be made to clash, and each that does is compared with all those
    before it: `crowds` counts the hashes in the container `target`, which may get more later.
    """
    crowd: Counter | None = None
    few = len(target) + len(keys) <= LARGEST_CROWD
    for key in keys:
        if isinstance(key, tuple):
            if len(key) > LONGEST_KEY or not all(isinstance(each, ATOMS) for each in key):
                raise failed("A tuple of such things is no key")
        elif not isinstance(key, ATOMS):
            raise failed(f"A {type(key).__name__} is no key")
        elif not isinstance(key, int) or key.bit_length() < 64:
            continue
        if few:
            continue
        if crowd is None:
            crowds = {} if crowds is None else crowds
            if id(target) not in crowds:
                crowds[id(target)] = target, Counter(map(hash, target))
            crowd = crowds[id(target)][1]
        crowd[hash(key)] += 1
        if crowd[hash(key)] > LARGEST_CROWD:
            raise failed("Keys that are made to clash")
    return keys


COPIED = (str, bytes, bytearray, list, tuple, dict, set, frozenset)
ATOMS = (str, bytes, int, float, bool, type(None))
OF_PYTHON_2 = {
    "__builtin__.set": "builtins.set",
    "__builtin__.bytes": "builtins.bytes",
    "__builtin__.bytearray": "builtins.bytearray",
    "__builtin__.complex": "builtins.complex",
}


SIZES = {  # bytes in memory of what opcodes make that is far larger than they are
    b"]": 64, b"}": 72, b"\x8f": 224, b"t": 56, b"\x85": 56, b"\x86": 64, b"\x87": 72,
    b"\x91": 224, b"R": 160, b"\x81": 160,
    b"s": 160, b"u": 160, b"a": 32, b"e": 32,  # a first element makes a container grow
    b"\x94": 60,
}  # fmt: skip


# -------------------------------------------------------------------- opcodes
# See `pickletools` for what each does. Those of protocol 0, the registered extensions and
# NEWOBJ_EX are not here: PyTorch does not write them.


def number(format):
    packed = struct.Struct(format)
    return lambda machine: packed.unpack(machine.take(packed.size))[0]


def sized(format, decode):
    """What comes after its own length."""
    length = number(format)
    return lambda machine: decode(machine.take(length(machine)))


def text(raw):
    return str(raw, "utf-8", "surrogatepass")


def signed(raw):
    return int.from_bytes(raw, "little", signed=True)


def string_of_python_2(format):
    """A string that does not say how it is encoded."""
    raw = sized(format, bytes)

    def read(machine):
        value = raw(machine)
        return value if machine.encoding == "bytes" else value.decode(machine.encoding)

    return read


VALUES: dict[bytes, Callable[[Machine], Any]] = {  # opcodes that push a value
    b"J": number("<i"), b"K": number("B"), b"M": number("<H"), b"\x8a": sized("B", signed),
    b"G": number(">d"),
    b"X": sized("<I", text), b"\x8c": sized("B", text), b"\x8d": sized("<Q", text),
    b"B": sized("<I", bytes), b"C": sized("B", bytes), b"\x8e": sized("<Q", bytes),
    b"\x96": sized("<Q", bytearray),
    b"U": string_of_python_2("B"), b"T": string_of_python_2("<I"),
    b"N": lambda machine: None, b"\x88": lambda machine: True, b"\x89": lambda machine: False,
    b")": lambda machine: (), b"]": lambda machine: [], b"}": lambda machine: {},
    b"\x8f": lambda machine: set(), b"(": lambda machine: MARK,
    b"h": lambda machine: machine.memo[machine.take(1)[0]],
    b"j": lambda machine: machine.memo[int.from_bytes(machine.take(4), "little")],
}  # fmt: skip
ACTIONS: dict[bytes, Callable[[Machine], None]] = {
    b"\x80": Machine.do_proto, b"\x95": Machine.do_frame,
    b"q": Machine.do_binput, b"r": Machine.do_long_binput, b"\x94": Machine.do_memoize,
    b"0": Machine.do_pop, b"1": Machine.do_pop_mark,
    b"t": Machine.do_tuple, b"\x85": Machine.do_tuple1, b"\x86": Machine.do_tuple2,
    b"\x87": Machine.do_tuple3,
    b"a": Machine.do_append, b"e": Machine.do_appends,
    b"s": Machine.do_setitem, b"u": Machine.do_setitems,
    b"\x90": Machine.do_additems, b"\x91": Machine.do_frozenset,
    b"c": Machine.do_global, b"i": Machine.do_inst, b"\x93": Machine.do_stack_global,
    b"R": Machine.do_reduce, b"\x81": Machine.do_reduce, b"b": Machine.do_build,
    b"Q": Machine.do_binpersid,
}  # fmt: skip
