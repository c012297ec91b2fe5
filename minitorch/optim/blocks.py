"""Blocks: parameters that are always updated together, as if they were one.

A NumPy call on a small array takes half a microsecond whatever it computes, and an update rule
makes about ten. So the small parameters of a group move into one flat array, their arena: each
`parameter.array` becomes a view of it, the state lies in flat arrays beside it, and the rule runs
once for all of them. A large parameter is a block of its own, in the memory that it has. Long
arrays are updated in pieces, so that what the rule computes on the way stays in the cache.

    one step in us, on one core           in blocks   one by one   PyTorch 2.13
    XOR net, 9 numbers, SGD                       7           16             22
    XOR net, 9 numbers, Adam                     15           46            118
    784-128-10, Adam                            295          306            274
    200 parameters of 64 x 64, Adam            2400         4640           6380

On a GPU what counts is the launches: there all parameters share an arena, however large, and a rule
that has a kernel in `backend/cupy_optim.py` is one launch for all of it.

Only what nobody else holds may move, or a held `p.detach()` would no longer see the updates. And
nothing is taken for granted from one step to the next: a block whose parameters were given other
memory or other state, or of which only some have gradients, is taken apart and its parameters are
divided anew.
"""

from operator import is_
from typing import Any

import numpy as np

from minitorch.autograd.alone import ALONE, holders, is_alone
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.autograd.versions import stamp, touch, version_of
from minitorch.backend.devices import device_of, move
from minitorch.backend.dtypes import float32, float64, get_default_dtype
from minitorch.backend.namespaces import namespace

FUSED = "fused_update"  # the kernel that makes one launch of a rule
SMALL = 1 << 13  # elements; to copy the gradient of a larger one costs more than the calls saved
PIECE = 1 << 18  # bytes; on a megabyte of L2, half as much takes 5 % longer, all at once 90 %


class Plan:
    """The blocks into which the parameters of one group are divided.

    params   the group's parameters when they were last looked at
    blocks   those whose parameters have had a gradient
    waiting  the parameters that are in no block
    """

    def __init__(self, elementwise, kernel, numbers):
        self.elementwise = elementwise
        self.kernel = kernel
        self.numbers = ("step", *numbers)
        self.params = []
        self.blocks = []
        self.waiting = []

    def due(self, params, state, initial):
        """The blocks that have gradients.

        params   the group's parameters
        state    the optimizer's: parameter -> name -> Tensor
        initial  name of each entry that a parameter's state must have -> its first value
        """
        if len(params) != len(self.params) or not all(map(is_, params, self.params)):
            self.params = list(params)
            self.waiting = list(dict.fromkeys(params))
            for block in self.blocks:
                block.dissolve()
            self.blocks = []
        due, idle = [], []
        for block in self.blocks:
            missing = [p for p in block.params if p._grad is None]
            if len(missing) == len(block.params):
                idle.append(block)
            elif not missing and block.holds(state, initial):
                due.append(block)
            else:
                block.dissolve()
                self.waiting += block.params
        if self.waiting and (woken := [p for p in self.waiting if p._grad is not None]):
            self.waiting = [p for p in self.waiting if p._grad is None]
            due += self.divide(woken, state, initial)
        self.blocks = due + idle
        return due

    def divide(self, params, state, initial):
        """Blocks of `params`: the small ones whose states hold the same numbers are together."""
        together: dict[Any, list[Tensor]] = {}
        for p in params:
            key: Any = id(p)
            if self.elementwise and 0 < p.array.size <= largest_of_arena(p) and is_alone(p):
                entries = state.get(p)
                held = [float((entries or initial).get(name, 0)) for name in self.numbers]
                key = p.array.dtype, device_of(p.array), updates_of(entries, initial), *held
            together.setdefault(key, []).append(p)
        return [
            Block(each, state, initial, self.elementwise, self.kernel, self.numbers)
            for each in together.values()
        ]


class Block:
    """Parameters that are updated together.

    params   the tensors
    arrays   what `tensor.array` is as long as the memory is the one that this block knows
    value    what the rule updates: the arena, or the array of the only parameter
    parts    where each parameter lies in `value`
    names    of the entries of the state
    views    (parameter, its dict in the optimizer's state, the names in it and the arrays that the
             tensors under them must have: views of the flat state)
    singles  name -> the entries of that name of all parameters, where they are single numbers
    pieces   (index, value[index], state) for each piece of `value`; the state has its piece of the
             flat arrays, and the numbers, of which each piece counts its own
    count    how often the parameters were updated
    in_one_launch  the kernel that serves as the rule, on a GPU, or None
    """

    def __init__(self, params, state, initial, elementwise, kernel, numbers):
        self.params = params
        self.settings: dict[str, Any] = {}  # those that `converted` was made from
        self.converted: dict[str, Any] = {}
        self.count = updates_of(state.get(params[0]), initial)
        if len(params) > 1:
            self.move_in()
        else:
            array = params[0].array
            self.value = array.reshape(-1) if elementwise and array.flags.c_contiguous else array
            self.parts: list[Any] = [...]
        self.arrays = [p.array for p in params]
        self.versions = [version_of(array) for array in self.arrays]
        flat = self.lay_out(state, initial, numbers)
        self.pieces = [
            (index, self.value[index], {name: array[index] for name, array in flat.items()})
            for index in pieces_of(self.value, elementwise)
        ]
        for _, _, its_state in self.pieces:
            its_state.update({name: np.array(array[0]) for name, array in self.others()})
        flat_floats = elementwise and self.value.dtype.kind == "f" and self.value.flags.c_contiguous
        found = getattr(namespace(self.value), kernel, None) if kernel and flat_floats else None
        self.in_one_launch = found

    def lay_out(self, state, initial, numbers):
        """Make flat arrays for the state and let the entries of the parameters be views of them."""
        self.names = tuple(initial)
        entries = [state[p] for p in self.params] if initial else []
        self.singles = {
            name: np.full(len(self.params), initial[name], dtype_of_numbers(name, entries))
            for name in numbers
            if name in initial
        }
        flat = {}
        for name, value in initial.items():
            if name in self.singles:
                each_number = self.singles[name]
                views = [each_number[i : i + 1].reshape(()) for i in range(len(self.params))]
            else:
                flat[name] = namespace(self.value).full_like(self.value, value)
                views = [
                    flat[name][part].reshape(array.shape)
                    for part, array in zip(self.parts, self.arrays)
                ]
            for each, view in zip(entries, views):
                place(each, name, view)
        self.views = [
            (p, each, [(name, each[name].array) for name in initial])
            for p, each in zip(self.params, entries)
        ]
        held = [version_of(array) for array in self.singles.values()]
        self.singles_written = [(version, version.count) for version in held]
        return flat

    def others(self):
        """The numbers that are in the state besides "step": their names and arrays."""
        return [(name, array) for name, array in self.singles.items() if name != "step"]

    def move_in(self):
        """Move the values of the parameters into an arena."""
        arrays = [p.array for p in self.params]
        xp = namespace(arrays[0])
        self.value = xp.concatenate(arrays, axis=None)
        self.gradients = None
        ends = np.cumsum([array.size for array in arrays]).tolist()
        self.parts = [slice(end - array.size, end) for array, end in zip(arrays, ends)]
        for p, part in zip(self.params, self.parts):
            p.array = own_view(self.value[part].reshape(p.array.shape))

    def holds(self, state, initial):
        """Whether the parameters and their state lie where this block has put them."""
        if self.names != tuple(initial):
            return False
        for version, count in self.singles_written:
            if version.count != count:  # somebody wrote to an entry "step", say
                return False
        for p, array in zip(self.params, self.arrays):
            if p.array is not array:
                return False
        try:
            for p, entries, views in self.views:
                if state.get(p) is not entries:
                    return False
                for name, view in views:
                    if entries[name].array is not view:
                        return False
        except (AttributeError, KeyError):  # an entry is no tensor, or was taken out
            return False
        return True

    def gradient(self):
        """The gradients of the parameters, arranged as `value` is."""
        if len(self.params) == 1:
            return self.params[0]._grad.array.reshape(self.value.shape)
        xp, arrays = namespace(self.value), [p._grad.array for p in self.params]
        if self.gradients is None:
            self.gradients = xp.empty_like(self.value)
        return xp.concatenate(arrays, axis=None, out=self.gradients)

    def gradients_apart(self):
        """The gradients of the parameters, each contiguous, in the order in `value`."""
        xp = namespace(self.value)
        return [xp.ascontiguousarray(p._grad.array) for p in self.params]

    def numbers(self, settings):
        """`settings` with its floats as 0-d arrays: as operands NumPy takes them 0.3 us faster.

        A Tensor among them, a learning rate say, gives the number that it holds now.
        """
        if settings != self.settings:
            if settings.keys() != self.settings.keys():
                self.settings, self.converted = {}, {}
            for name, value in settings.items():
                if name not in self.settings or value != self.settings[name]:
                    self.convert(name, value)
        return self.converted

    def convert(self, name, value):
        if isinstance(value, Tensor):
            value = value.item()
        self.settings[name] = value
        if type(value) is float and type(self.value) is np.ndarray:
            value = np.array(value, self.value.dtype)
        self.converted[name] = value

    def written(self):
        """Note that the rule was applied: in the numbers of the state, and for stale graphs."""
        for name, array in self.singles.items():
            array.fill(self.count if name == "step" else self.pieces[0][2][name])
        stamp(*self.versions)

    def dissolve(self):
        """Let go of all memory; parameters that only this block held get an array of their own."""
        moved = [
            len(self.params) > 1 and p.array is array for p, array in zip(self.params, self.arrays)
        ]
        del self.arrays, self.value, self.pieces
        for p, was_moved in zip(self.params, moved):
            if was_moved and holders(p) == ALONE:
                p.array = p.array.copy()


def largest_of_arena(p):
    """How many elements a parameter in an arena may have: on a GPU what counts is the launches."""
    return SMALL if type(p.array) is np.ndarray else p.array.size


def pieces_of(value, elementwise):
    """The indices that cut `value` into pieces for the cache; a GPU is better off with one."""
    length = PIECE // value.itemsize
    few = value.size <= 2 * length  # two pieces of 200 KB take 7 us more than one of 400
    if not elementwise or value.ndim != 1 or few or type(value) is not np.ndarray:
        return [...]
    return [slice(start, start + length) for start in range(0, value.size, length)]


def update_alone(rule, p, state, settings):
    """Apply the rule to one parameter, whatever the shapes of the tensors in its state."""
    arrays = {name: entry.array for name, entry in state.items() if name != "step"}
    fused = getattr(namespace(p.array), FUSED, None)
    if fused is None:
        rule(p.array, p.grad.array, arrays, **settings)
    else:
        fused(rule, p.array, p.grad.array, arrays, settings)
    for array in (p.array, *arrays.values()):
        touch(array)


def updates_of(entries, initial):
    """How often a parameter was updated, as far as its state tells.

    Without an entry "step" all that counts is whether it was: the state is there or not.
    """
    if not entries or not initial:
        return 0
    if "step" in initial:
        step = entries.get("step", 0)
        return int(step.array if isinstance(step, Tensor) else step)
    return int(all(entries.get(name) is not None for name in initial))


def dtype_of_numbers(name, entries):
    """The dtype of the entries `name` that are there, if they agree; else that of new ones."""
    held = [each[name] for each in entries if isinstance(each.get(name), Tensor)]
    kinds = {each.array.dtype for each in held}
    return kinds.pop() if len(kinds) == 1 else scalar_dtype().dtype


def scalar_dtype():
    """The dtype of the numbers in a state: float32, unless the default is float64."""
    return float64 if get_default_dtype() is float64 else float32


def number(value):
    """A Tensor without dimensions, for a state."""
    return wrap(np.array(value, scalar_dtype().dtype))


def place(entries, name, view):
    """Let the entry `name` of a parameter lie in the memory of `view`; it keeps its value."""
    former = entries.get(name)
    if isinstance(former, Tensor):
        view[...] = move(former.array, device_of(view))  # a number that was loaded is elsewhere
        former.array = view
    else:
        if former is not None:
            view[...] = former
        entries[name] = wrap(view)


def own_view(part):
    """A view of a part of an arena that is its own owner, so that `versions` tells parts apart.

    NumPy makes a view of a view a view of the owner; a memoryview between the two stops that.
    """
    if device_of(part).type == "cpu":
        return np.asarray(memoryview(part))
    return namespace(part).ndarray(part.shape, part.dtype, part.data)
