"""`case(...)`: what a row of the table of ops says."""

import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minitorch.autograd.op import OPS
from minitorch.autograd.tensor import FUNCTIONS, METHODS, Tensor
from minitorch.backend.namespaces import namespace
from minitorch.nn import functional


@dataclass
class Case:
    """One row.

    name     of the op (or of a function or method that combines ops)
    inputs   for each tensor: a shape, to be filled with random floats; an array, taken as it is,
             its floats in the dtype under test; a number; None
    settings the other arguments, by name
    like     the value, from the arrays and the settings, in NumPy
    values   (low, high) of the random floats, or one such pair for each input
    raises   the op refuses these inputs, with this text
    error    the type of that error
    gives    dtype of the result, where it is not the one that `like` gives
    torch    PyTorch's function: its path, or None where there is none; by default its name
    call     how to call: call(f, *tensors, **settings), where f(*tensors, **settings) won't do
    near     tolerance of values in float64
    orders   how many derivatives are compared with differences
    shapes   also try a size of 0, and no dimensions at all
    gpu      this holds on the GPU too, where no values are looked at and CuPy words its errors
    fixed    positions of the inputs that never get a gradient
    half     also try float16
    """

    name: str
    inputs: list
    like: Any = None
    values: Any = (-2, 2)
    raises: str | None = None
    error: type = RuntimeError
    gives: str | None = None
    torch: str | None = ""
    call: Any = None
    near: float = 1e-9
    orders: int = 2
    shapes: bool = True
    gpu: bool = True
    fixed: tuple = ()
    half: bool = True
    settings: dict = field(default_factory=dict)

    def __str__(self):
        inputs = [
            f"{each.dtype}{list(each.shape)}" if isinstance(each, np.ndarray) else repr(each)
            for each in self.inputs
        ]
        settings = [f"{k}={brief(v)}" for k, v in self.settings.items()]
        return f"{self.name}({', '.join([*inputs, *settings])})".replace(" ", "")

    def arrays(self, dtype="float64", resize=tuple):
        """The inputs as arrays (numbers and None as they are); the same ones at each call."""
        random = np.random.default_rng(7)
        pairs = self.values if isinstance(self.values, list) else [self.values] * len(self.inputs)
        return [
            np.asarray(random.uniform(*pair, resize(each))).astype(dtype)
            if isinstance(each, tuple)
            else each.astype(dtype if each.dtype.kind == "f" else each.dtype)
            if isinstance(each, np.ndarray)
            else each
            for each, pair in zip(self.inputs, pairs, strict=True)
        ]

    def function(self):
        """The op, function or method of this name."""
        for place in (OPS, FUNCTIONS, METHODS):
            if self.name in place:
                return place[self.name]
        return getattr(functional, self.name)

    def run(self, f, tensors):
        """What f makes of the tensors and this row's settings, as a tuple."""
        o = getattr(self.function(), "op", None)
        settings = {name: beside(value, tensors) for name, value in self.settings.items()}
        if self.call is not None:
            result = self.call(f, *tensors, **settings)
        elif o is not None and o.variadic:
            result = f(tensors, **settings)
        else:
            result = f(*tensors, **settings)
        return tuple(result) if isinstance(result, tuple | list) else (result,)

    def expected(self, arrays):
        """What the reference makes of the arrays: it takes settings by name, or else in order."""
        try:
            inspect.signature(self.like).bind(*arrays, **self.settings)
        except (TypeError, ValueError):  # ValueError: NumPy's own have no signature
            result = self.like(*arrays, *self.settings.values())
        else:
            result = self.like(*arrays, **self.settings)
        return result if isinstance(result, tuple | list) else (result,)

    def torch_function(self, torch):
        """PyTorch's function of this name, or None."""
        for place in (torch, torch.nn.functional, torch.Tensor):
            found = place
            for part in (self.torch or self.name).split("."):
                found = getattr(found, part, None)
            if found is not None and self.torch is not None:
                return found
        return None


def brief(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    return repr(value)


OPTIONS = [name for name in inspect.signature(Case).parameters if name not in ("name", "inputs")]


def case(name, inputs, /, **options):
    """A row; keywords that are not options of `Case` are settings of the op."""
    known = {key: options.pop(key) for key in OPTIONS if key in options}
    return Case(name, inputs, **known, settings=options)


def beside(value, tensors):
    """A setting that is an array, or a tuple of them, on the device of the tensors."""
    if type(value) is tuple:
        return tuple(beside(each, tensors) for each in value)
    near = next((t.array for t in tensors if isinstance(t, Tensor)), None)
    if isinstance(value, np.ndarray) and near is not None:
        return namespace(near).asarray(value)
    return value
