"""`__torch_function__`: classes of a program's own that say what functions do with them.

A class deriving from Tensor gets back what it puts in: `x + 1` of a `Marked(Tensor)` is a Marked.
It may say more in a classmethod `__torch_function__(func, types, args, kwargs)`, which any class
may have: it is asked in place of the functions of `minitorch`, `nn.functional`, `linalg`, `fft`
and `special` and of the methods of Tensor. A TorchFunctionMode is asked for all calls in its
`with` block. Most properties ask nobody.

Until the first such class or mode functions are as they are. Then each gets code that looks at its
arguments first (1.5 us a call) and goes on to what it was, `f.__wrapped__`.
"""

import functools
import importlib
import threading
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType
from typing import Any

from minitorch.autograd.op import OPS
from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor
from minitorch.methods import families

MODULES = ("nn.functional", "linalg", "special", "fft")
PROPERTIES = ("T", "mT", "H", "mH", "data")
ALONE = ("as_subclass", "is_tensor", "set_printoptions")  # what asks nobody


class State(threading.local):
    """Of this thread: the modes that are on, and whether classes are asked."""

    def __init__(self) -> None:
        self.modes: list[TorchFunctionMode] = []
        self.enabled = True


state = State()
ASKED: dict[type, bool] = {}  # whether a class is asked; of lists and tuples it says nothing


def is_asked(kind: type) -> bool:
    if kind not in ASKED:
        own = getattr(kind, "__torch_function__", None)
        ASKED[kind] = kind is not Tensor and own not in (None, disabled_torch_function)
    return ASKED[kind]


def asked(args: Iterable[Any]) -> list:
    """One argument of each class that is asked, also from within lists; subclasses come first."""
    found: list = []
    for arg in args:
        listed = type(arg) in (list, tuple)
        if listed and not (arg and hasattr(arg[0], "__torch_function__")):
            continue  # it may hold a million numbers
        for each in arg if listed else (arg,):
            kind = type(each)
            if is_asked(kind) and all(kind is not type(other) for other in found):
                at = [i for i, other in enumerate(found) if issubclass(kind, type(other))]
                found.insert(at[0] if at else len(found), each)
    return found


# -------------------------------------------------------------------- asking


def ask(func: Callable, asked_first: list, args: tuple, kwargs: dict[str, Any] | None) -> Any:
    """What the innermost mode, or the first of the classes with an answer, makes of the call."""
    types = tuple(map(type, asked_first))
    if state.modes:
        mode = state.modes.pop()
        try:
            answer = mode.__torch_function__(func, types, args, kwargs)
        finally:
            state.modes.append(mode)
        if answer is not NotImplemented:
            return answer
        asked_first = [mode, *asked_first]
    else:
        for each in asked_first:
            answer = each.__torch_function__(func, types, args, kwargs)
            if answer is not NotImplemented:
                return answer
    handlers = "\n".join(f"  - {type(each)}" for each in asked_first)
    raise TypeError(
        f"Multiple dispatch failed for '{resolve_name(func)}'; all __torch_function__ handlers "
        f"returned NotImplemented:\n\n{handlers}"
    )


def default_torch_function(
    cls: type, func: Callable, types: Iterable[type], args: tuple = (), kwargs: Any = None
) -> Any:
    """Call the function; the tensors that it returns are instances of `cls`."""
    if not all(issubclass(cls, kind) for kind in types):
        return NotImplemented
    kwargs = kwargs or {}
    with DisableTorchFunctionSubclass():
        made = func(*args, **kwargs)
    everything = (*args, *kwargs.values())
    parts = [arg if isinstance(arg, list | tuple) else (arg,) for arg in everything]
    return as_class(made, cls, {id(each) for part in parts for each in part})


def disabled_torch_function(
    func: Callable, types: Iterable[type], args: tuple = (), kwargs: Any = None
) -> Any:
    """The `__torch_function__` of a class of which operations make plain tensors."""
    with DisableTorchFunctionSubclass():
        return func(*args, **(kwargs or {}))


def as_class(made: Any, cls: type, given: set[int]) -> Any:
    """`made` as an instance of `cls`. What was given to the function stays what it is: it comes
    back as a view.

    given  the ids of these
    """
    if isinstance(made, tuple | list):
        return type(made)([as_class(each, cls, given) for each in made])
    if not isinstance(made, Tensor) or isinstance(made, cls):
        return made
    if type(made) is not Tensor or id(made) in given:
        return made.as_subclass(cls)
    made.__class__ = cls
    return made


class DisableTorchFunctionSubclass:
    """A context in which no class is asked: functions do what they do."""

    def __enter__(self) -> None:
        self.before, state.enabled = state.enabled, False

    def __exit__(self, *error: object) -> None:
        state.enabled = self.before


class DisableTorchFunction(DisableTorchFunctionSubclass):
    """A context in which neither classes nor modes are asked."""

    def __enter__(self) -> None:
        super().__enter__()
        self.modes, state.modes = state.modes, []

    def __exit__(self, *error: object) -> None:
        super().__exit__()
        state.modes = self.modes


class TorchFunctionMode:
    """Derive from it and write `__torch_function__(self, func, types, args, kwargs)`, which is
    asked for each call of a function in the `with` block. Within it the next mode is asked.
    """

    def __torch_function__(
        self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        raise NotImplementedError

    def __enter__(self) -> "TorchFunctionMode":
        begin()
        state.modes.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        state.modes.pop()


# -------------------------------------------------------------------- functions that ask


@functools.cache
def begin() -> None:
    """Let the functions and methods ask, from now on."""
    families.load()
    asking_tensor: Any = Tensor
    asking_tensor.__torch_function__ = classmethod(default_torch_function)
    scopes = [vars(importlib.import_module(f"minitorch.{module}")) for module in MODULES]
    functions = [f for scope in (OPS, FUNCTIONS, *scopes) for f in scope.values()]
    functions += [f for name, f in vars(Tensor).items() if name[0] != "_"]
    functions += [vars(Tensor)[name].fget for name in PROPERTIES]
    for f in {id(f): f for f in functions if isinstance(f, FunctionType)}.values():
        if f.__module__.startswith("minitorch.") and f.__name__ not in ALONE:
            intercept(f)


INTERCEPTED: list[FunctionType] = []


def intercept(f: FunctionType) -> None:
    """Give `f` the code that asks."""
    original = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, f.__closure__)
    original.__kwdefaults__ = f.__kwdefaults__
    original.__dict__.update(f.__dict__)

    def through(args: tuple, kwargs: dict) -> Any:
        everything = (*args, *kwargs.values()) if kwargs else args
        if not state.modes:
            for each in everything:
                if ASKED.get(type(each), True):
                    break
            else:
                return original(*args, **kwargs)
        found = asked(everything) if state.enabled else []
        if found or state.modes:
            return ask(f, found, args, kwargs or None)
        return original(*args, **kwargs)

    if f.__globals__.get("this") is f:  # what an op specialises at its first call
        f.__globals__["this"] = original
    f.__wrapped__ = original  # type: ignore[attr-defined]  # what `inspect.signature` looks at
    f.__kwdefaults__ = {**(f.__kwdefaults__ or {}), "through": through}
    f.__code__ = asking(len(f.__closure__ or ()))  # last: other threads may be calling
    INTERCEPTED.append(f)


def end() -> None:
    """Let functions and methods ask nobody again, as before the first such class."""
    while INTERCEPTED:
        f: Any = INTERCEPTED.pop()
        original = f.__wrapped__
        if f.__globals__.get("this") is original:
            f.__globals__["this"] = f
        f.__code__, f.__defaults__ = original.__code__, original.__defaults__
        f.__kwdefaults__ = original.__kwdefaults__
        del f.__wrapped__
        vars(f).update(vars(original))  # also what a decorator had wrapped
    begin.cache_clear()


@functools.cache
def asking(count: int) -> CodeType:
    """Code that hands its arguments to `through`, for functions with `count` free variables: Python
    takes no code with another number of them.
    """
    names = ", ".join(f"free{i}" for i in range(count))
    source = (
        f"def outer({names}):\n"
        "    def call(*args, through, **kwargs):\n"
        f"        if through is None: {names or 'pass'}\n"
        "        return through(args, kwargs)\n"
        "    return call\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(source, __file__, "exec"), scope)  # a line of this package, to anomaly mode
    return scope["outer"](*range(count)).__code__


# -------------------------------------------------------------------- functions of a program's own


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments is of a class that is asked."""
    return bool(state.modes) or (state.enabled and any(is_asked(type(a)) for a in relevant_args))


def has_torch_function_unary(arg: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((arg,))


def has_torch_function_variadic(*args: Any) -> bool:
    """`has_torch_function` of several arguments."""
    return has_torch_function(args)


def handle_torch_function(
    public_api: Callable, relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the classes of these arguments make of the call `public_api(*args, **kwargs)`.

    Raises TypeError if each returns NotImplemented.
    """
    return ask(public_api, asked(relevant_args), args, kwargs)


def wrap_torch_function(dispatcher: Callable) -> Callable:
    """The decorator of a function that asks the classes of `dispatcher(*args, **kwargs)`."""

    def decorator(func):
        @functools.wraps(func)
        def wrapped(*args, **kwargs):
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return func(*args, **kwargs)

        return wrapped

    return decorator


def is_tensor_like(inp: Any) -> bool:
    """Whether `inp` is a Tensor or has `__torch_function__`."""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func: Callable) -> bool:
    """Whether `func` is a method of Tensor."""
    return METHODS.get(getattr(func, "__name__", "")) is func


def resolve_name(f: Callable) -> str:
    """How a program would write it, such as 'torch.add'."""
    name = getattr(f, "__name__", str(f))
    if FUNCTIONS.get(name) is f:
        return f"torch.{name}"
    return f"torch.Tensor.{name}" if METHODS.get(name) is f else name
