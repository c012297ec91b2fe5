"""Pickles read without unpickling: opcode by opcode, to containers, numbers, strings and tensors.

Python's own unpickler calls whatever a file names. This machine calls nothing: a name in the file
becomes a `Named`, and what the file asks to be done with it is looked up in a table of builders,
written here. A name that is not in the table ends the reading.
"""

import pickletools
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from pickle import UnpicklingError
from typing import Any

MARK = object()
LONGEST_KEY = 64  # elements of a tuple that is the key of a dict: hashing it takes time


class Named:
    """A name that a pickle mentions, such as "torch.float32"."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Unfinished:
    """A value that waits for the state which the pickle gives it with BUILD.

    numbers  where the memo has it
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def finished(self, state: Any) -> Any:
        raise NotImplementedError


Builders = Mapping[str, Callable]


def refuse(name: str, what: str) -> UnpicklingError:
    name = name.removeprefix("builtins.")
    return UnpicklingError(
        f"Weights only load failed. Unsupported global: GLOBAL {name} was not an allowed global "
        f"by default.\n  {what}; minitorch.load builds tensors, containers and numbers and runs "
        "nothing that a file names\n  save state_dict()s and plain data instead, from the program "
        f"that knows {name}"
    )


class Machine:
    """Reads one pickle.

    constants  values by their names in the file
    builders   functions by the names in the file that they stand in for
    storage    what a persistent id stands for
    """

    def __init__(
        self,
        constants: Mapping[str, Any],
        builders: Builders,
        storage: Callable[[Any], Any],
        encoding: str = "utf-8",
    ) -> None:
        self.constants = constants
        self.builders = builders
        self.storage = storage
        self.encoding = encoding
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def read(self, file: Any) -> Any:
        """The object whose pickle begins where `file` stands; it is left after its end."""
        try:
            for op, argument, _ in pickletools.genops(file):
                if op.name == "STOP":
                    return self.pop()
                self.step(op.name, argument)
        except (UnpicklingError, RuntimeError):
            raise
        except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise UnpicklingError(
                f"Weights only load failed. The pickle is damaged: {error}"
            ) from (error)
        raise UnpicklingError("Weights only load failed. The pickle is truncated")

    def step(self, name, argument):
        if name in PUSHED:
            self.stack.append(argument)
        elif name in EMPTY:
            self.stack.append(EMPTY[name]())
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name in ("BINPUT", "LONG_BINPUT"):
            self.remember(argument)
        elif name == "MEMOIZE":
            self.remember(len(self.memo))
        elif name not in ("PROTO", "FRAME"):
            act = getattr(self, f"do_{name.lower()}", None)
            if act is None:
                raise UnpicklingError(
                    f"Weights only load failed. Unsupported operand {name}: PyTorch does not write "
                    "it"
                )
            act(argument)

    def remember(self, number):
        value = self.memo[number] = self.top()
        if isinstance(value, Unfinished):
            value.numbers.append(number)

    # ---------------------------------------------------------------- the stack

    def pop(self):
        value = self.stack.pop()
        if value is MARK:
            raise UnpicklingError("Weights only load failed. The pickle is damaged: a mark is left")
        return value

    def top(self):
        if not self.stack or self.stack[-1] is MARK:
            raise UnpicklingError("Weights only load failed. The pickle is damaged: nothing there")
        return self.stack[-1]

    def above_mark(self):
        for start in range(len(self.stack) - 1, -1, -1):
            if self.stack[start] is MARK:
                items = self.stack[start + 1 :]
                del self.stack[start:]
                return items
        raise UnpicklingError("Weights only load failed. The pickle is damaged: no mark")

    def do_mark(self, _):
        self.stack.append(MARK)

    def do_pop(self, _):
        self.stack.pop()

    def do_pop_mark(self, _):
        self.above_mark()

    # ---------------------------------------------------------------- plain values

    def do_short_binstring(self, text):
        """A string of Python 2, which does not say how it is encoded."""
        raw = text.encode("latin-1")
        self.stack.append(raw if self.encoding == "bytes" else raw.decode(self.encoding))

    do_binstring = do_short_binstring

    def do_tuple(self, _):
        self.stack.append(tuple(self.above_mark()))

    def do_tuple1(self, _):
        self.stack.append((self.pop(),))

    def do_tuple2(self, _):
        last = self.pop()
        self.stack.append((self.pop(), last))

    def do_tuple3(self, _):
        last, middle = self.pop(), self.pop()
        self.stack.append((self.pop(), middle, last))

    def do_append(self, _):
        self.extend([self.pop()])

    def do_appends(self, _):
        self.extend(self.above_mark())

    def extend(self, items):
        self.container(list).extend(items)

    def do_setitem(self, _):
        value = self.pop()
        self.fill([self.pop(), value])

    def do_setitems(self, _):
        self.fill(self.above_mark())

    def fill(self, items):
        target = self.container(dict, OrderedDict, Counter)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[hashed(key)] = value

    def do_additems(self, _):
        items = self.above_mark()
        self.container(set).update(map(hashed, items))

    def do_frozenset(self, _):
        self.stack.append(frozenset(map(hashed, self.above_mark())))

    def container(self, *kinds):
        target = self.top()
        if type(target) not in kinds:
            raise UnpicklingError(
                f"Weights only load failed. Can only add to {kinds[0].__name__}, but got "
                f"{type(target)}"
            )
        return target

    # ---------------------------------------------------------------- names

    def do_global(self, text):
        self.mention(text.replace(" ", ".", 1))

    def do_inst(self, text):
        raise refuse(text.replace(" ", ".", 1), "the file makes an instance of it")

    def do_stack_global(self, _):
        name = self.pop()
        self.mention(f"{self.pop()}.{name}")

    def mention(self, name):
        name = OF_PYTHON_2.get(name, name)
        if name in self.constants:
            self.stack.append(self.constants[name])
        elif name in self.builders:
            self.stack.append(Named(name))
        else:
            raise refuse(name, "the file asks for it")

    def do_reduce(self, _):
        arguments = self.pop()
        self.stack.append(self.build(self.pop(), arguments))

    do_newobj = do_reduce

    def build(self, called, arguments):
        if not isinstance(called, Named):
            raise UnpicklingError(
                f"Weights only load failed. Trying to call reduce for unrecognized function "
                f"{type(called).__name__}"
            )
        if not isinstance(arguments, tuple):
            raise UnpicklingError("Weights only load failed. Arguments that are no tuple")
        return self.builders[called.name](*arguments)

    def do_build(self, _):
        state = self.pop()
        target: Any = self.top()
        if type(target) is OrderedDict:
            if isinstance(state, dict) and isinstance(state.get("_metadata"), dict):
                vars(target)["_metadata"] = state["_metadata"]
        elif type(target) is Namespace and isinstance(state, dict):
            vars(target).update({str(key): value for key, value in state.items()})
        elif isinstance(target, Unfinished):
            self.stack[-1] = target.finished(state)
            self.memo.update(dict.fromkeys(target.numbers, self.stack[-1]))
        else:
            raise UnpicklingError(
                "Weights only load failed. Can only build Tensor, Parameter, OrderedDict or types "
                f"allowlisted via `add_safe_globals`, but got {type(target)}"
            )

    def do_binpersid(self, _):
        self.stack.append(self.storage(self.pop()))


def hashed(key):
    """`key`, if it is one that a dict of plain data has."""
    if isinstance(key, tuple):
        if len(key) > LONGEST_KEY or not all(isinstance(each, ATOMS) for each in key):
            raise UnpicklingError("Weights only load failed. A tuple of such things is no key")
    elif not isinstance(key, ATOMS):
        raise UnpicklingError(f"Weights only load failed. A {type(key).__name__} is no key")
    return key


ATOMS = (str, bytes, int, float, bool, type(None))
EMPTY: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}
PUSHED = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
OF_PYTHON_2 = {
    "__builtin__.set": "builtins.set",
    "__builtin__.bytearray": "builtins.bytearray",
    "__builtin__.complex": "builtins.complex",
}
