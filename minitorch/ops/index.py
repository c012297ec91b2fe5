"""Indexing: x[key], x[key] = value, and the ops that are their gradients.

A key of ints, slices, None and Ellipsis gives a view, one with index arrays or masks a copy. Where
both occur, PyTorch takes the view first and indexes that. NumPy does not, so `cut` does it here.
"""

import math
import warnings
from operator import index as as_int

import numpy as np

from minitorch.autograd.inference import NO_UPDATE, inferred, require_inside
from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import op
from minitorch.autograd.overlap import is_expanded, opened, require_apart, warn_of_expanded
from minitorch.autograd.rebase import require_writable, write
from minitorch.autograd.tensor import Tensor, method
from minitorch.autograd.versions import owner, touch
from minitorch.backend.devices import device_of, move
from minitorch.backend.dtypes import BY_NUMPY, LARGEST, SCALAR_NAMES, float16, out_of_range
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import fitting

WHOLE = slice(None)
SEQUENCES = (list, tuple, range, slice, np.ndarray, Tensor)
VIEWING = (int, slice, type(None))
INDICES = (np.bool_, np.uint8, np.int32, np.int64)


def last_step(node):
    """PyTorch cuts one dimension after the other; the step that comes last names the node."""
    steps = [part for part in node.settings[0] if part is not Ellipsis]
    if not steps:
        return "Alias"
    return "Unsqueeze" if steps[-1] is None else "Slice" if type(steps[-1]) is slice else "Select"


def add_at(total, g, key, *_):
    """total[key] += g"""
    total[key] += g


@op(view=True, public=False, shown=last_step, adds=add_at)
def view_at(x, /, key):
    """x[key] for a tuple of ints, slices, None and one Ellipsis: a view."""
    shape = x.shape
    return part(x, key), lambda g: namespace(g).put_add(g, key, shape, True)


@op(promote=None, public=False, shown="Index")
def copy_at(x, /, key):
    """x[key] for a tuple of whole slices, index arrays and masks: a copy."""
    shape = x.shape
    unique = all(each is WHOLE or is_mask(each) for each in key)
    try:
        y = namespace(x).copy_at(x, key)
    except IndexError as error:
        raise IndexError(explain(error, x, key)) from None
    return y, lambda g: namespace(g).put_add(g, key, shape, unique)


@op(promote=None, public=False, shown="Index")
def take_rows(x, /, index):
    """x[index] for one index array: a copy."""
    shape = x.shape
    try:
        y = namespace(x).take_rows(x, index)
    except IndexError as error:
        raise IndexError(explain(error, x, (index,))) from None
    return y, lambda g: namespace(g).put_add(g, (index,), shape, False)


@op(public=False, shown="IndexPut")
def put(x, value, /, key):
    """A copy of `x` whose part `key` is `value`."""
    xp = namespace(x)
    return xp.put(x, value, key), lambda g: xp.put(g, 0, key), lambda g: g[key]


@op(promote=None, public=False, shown="IndexPut")
def put_add(x, /, key, shape, unique):
    """Zeros of `shape` with `x` added at `key`; `unique`: no element is addressed twice."""
    return namespace(x).put_add(x, key, shape, unique), lambda g: g[key]


def part(x, key):
    """x[key], or an IndexError in PyTorch's words."""
    try:
        return x[key]
    except (IndexError, OverflowError) as error:
        raise IndexError(explain(error, x, key)) from None


def require_words(key):
    """Refuse integers of more than 64 bits."""
    if any(type(each) is int and not -(1 << 63) <= each < 1 << 63 for each in key):
        raise ShapeError("Overflow when unpacking long long")


def explain(error, x, key):
    """What PyTorch says where NumPy says `error` of x[key]."""
    require_words(key)
    text = str(error)
    if "non-empty take" in text:
        return "index is out of bounds for dimension with size 0"
    if "boolean" in text:
        return mask_misfit(list(x.shape), key)
    if "broadcast" in text:
        shapes: list[list[int]] = []
        for each in key:
            if hasattr(each, "shape"):  # a mask stands for as many arrays as it has dimensions
                shapes += [[int(each.sum())]] * each.ndim if is_mask(each) else [list(each.shape)]
        return (
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(map(str, shapes))
        )
    if "too many" in text and not x.ndim and isinstance(key[0], slice):
        return "slice() cannot be applied to a 0-dim tensor."
    if "too many" in text and not x.ndim and all(isinstance(each, int) for each in key[:-1]):
        return (
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
            "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        )
    if "too many" in text:
        return f"too many indices for tensor of dimension {x.ndim}"
    return text.replace("axis", "dimension").replace("Index", "index")  # as CuPy writes it


def mask_misfit(shape, key):
    """What PyTorch says where a mask in `key` has another shape than what it masks."""
    axis = 0
    for each in key:
        for d in range(width(each) * is_mask(each)):
            if axis + d == len(shape):
                return f"too many indices for tensor of dimension {len(shape)}"
            if each.shape[d] != shape[axis + d]:
                return (
                    f"The shape of the mask {list(each.shape)} at index {d} does not match the "
                    f"shape of the indexed tensor {shape} at index {axis + d}"
                )
        axis += width(each)


# -------------------------------------------------------------------- keys


def cut(key, array):
    """`key` as two: one for a view, and one for index arrays in that view; either may be None."""
    if type(key) is int:  # the most frequent key
        return (key, Ellipsis), None
    if type(key) is list:
        key = sequence_as_tuple(key)
    parts, dots, arrays = [], False, False
    for each in key if type(key) is tuple else (key,):
        if type(each) is slice:
            each = plain_slice(each)
        elif each is Ellipsis:
            dots = True
        elif type(each) is not int and each is not None:
            each = plain(each, array)
            arrays = arrays or type(each) is not int
        parts.append(each)
    if not arrays:
        return tuple(parts if dots else [*parts, Ellipsis]), None
    return cut_apart(parts, array)


def cut_apart(parts, array):
    """The two keys where some of the parts are arrays."""
    # NumPy treats arrays that stand apart in another way, so it matters what `...` stands for.
    free = array.ndim - sum(map(width, parts))
    view: list = []
    rest: list = []
    for each in parts:
        if each is Ellipsis:
            view += [WHOLE] * free
            rest += [WHOLE] * free
        elif not hasattr(each, "strides"):
            view.append(each)
            rest += [WHOLE] * (type(each) is not int)
        elif each.ndim:
            view += [WHOLE] * width(each)
            rest.append(each)
        else:  # True and False add a dimension of size 1 or 0
            view.append(None)
            rest.append(namespace(array).zeros(int(each), np.int64))
    if all(each is WHOLE for each in rest[1:]):
        rest = rest[:1]
    whole = all(each is WHOLE for each in view)
    return None if whole else (*view, Ellipsis), tuple(rest)


def width(each):
    """How many dimensions this part of a key takes."""
    if each is None or each is Ellipsis:
        return 0
    return each.ndim if is_mask(each) else 1


def is_mask(each):
    return hasattr(each, "strides") and each.dtype.kind == "b"


def sequence_as_tuple(key):
    """A list of other things than numbers stands for a tuple, as in PyTorch."""
    nested = [
        each for each in key if each is None or each is Ellipsis or isinstance(each, SEQUENCES)
    ]
    if not nested or len(key) >= 32:
        return key
    warnings.warn(
        "Using a non-tuple sequence for multidimensional indexing is deprecated and will be "
        "changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will "
        "be interpreted as tensor index, x[torch.tensor(seq)], which will result either in an "
        "error or a different result",
        UserWarning,
        stacklevel=4,
    )
    return tuple(key)


def plain(each, array):
    """One part of a key, which is no slice, as an int or an index array or mask."""
    if isinstance(each, Tensor):
        found = each.array
    elif isinstance(each, bool | list | tuple | range):
        found = np.array(each)
        if found.dtype.kind == "f":  # an empty one, or 1.0 for 1
            found = found.astype(np.int64)
    elif type(each) is not np.bool_ and hasattr(each, "dtype") and each.dtype.kind != "f":
        found = each
    elif type(each) is not np.bool_ and hasattr(each, "__index__"):  # before NumPy 2.3 it has one
        return as_int(each)
    else:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(each).__name__})"
        )
    if not found.ndim and found.dtype.kind == "i":
        return int(found)
    if found.dtype not in INDICES:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if found.dtype == np.uint8:
        found = as_mask(found)
    return move(found, device_of(array))


def as_mask(found):
    """An index array of uint8 as the mask that PyTorch takes it for."""
    if found.ndim:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool "
            "instead.",
            UserWarning,
            stacklevel=5,
        )
    return found.astype(bool)


def plain_slice(each):
    """A slice of ints; the one that takes everything as WHOLE."""
    start, stop, step = each.start, each.stop, each.step
    if step is None and start is None and stop is None:
        return WHOLE
    try:
        start, stop, step = (n if n is None else as_int(n) for n in (start, stop, step))
    except TypeError:
        if any(isinstance(n, Tensor) for n in (start, stop, step)):
            raise
        raise TypeError(
            "slice indices must be integers or None or have an __index__ method"
        ) from None
    if step is not None and step < 1:
        raise ValueError(
            "step must be greater than zero\n  x.flip(0) turns a dimension round"
            if step
            else "slice step cannot be zero"
        )
    return slice(start, stop, step)


# -------------------------------------------------------------------- x[key] and x[key] = value


@method
def __getitem__(self, key):
    view, rest = cut(key, self.array)
    if rest is None:
        return view_at(self, view)
    if view is not None:
        self = view_at(self, view)
    if len(rest) == 1 and rest[0].dtype.kind != "b" and self.array.ndim:
        return take_rows(self, rest[0])
    return copy_at(self, rest)


@method
def __setitem__(self, key, value):
    if isinstance(value, complex):
        raise ShapeError(out_of_range(self.dtype))
    if not isinstance(value, Tensor | bool | int | float | np.generic):
        kind = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(
            f"can't assign a {kind} to a {self.type()}\n"
            "  make a tensor of it first, with minitorch.tensor(...)"
        )
    view, rest = cut(key, self.array)
    if rest is None:
        assign(self, view, value)
        return
    if isinstance(value, Tensor) and value.array.dtype is not self.array.dtype and key is not True:
        masks_alone = all(each is WHOLE or is_mask(each) for each in rest)
        if not (masks_alone and value.array.size == 1):
            require_fit(self.array if view is None else part(self.array, view), rest, value)
            require_same_dtype(self, value)
    assign(self if view is None else view_at(self, view), rest, value)


def require_fit(array, key, value):
    """Refuse to put a value into array[key] to whose shape it does not broadcast."""
    wanted = part(array, key).shape
    try:
        fits = np.broadcast_shapes(wanted, value.array.shape) == wanted
    except ValueError:
        fits = False
    if not fits:
        raise refusal(array, key, value)


def require_same_dtype(target, values):
    """Refuse to put values of another dtype where an index tensor points."""
    if values.dtype is not target.dtype:
        raise DtypeError(
            "Index put requires the source and destination dtypes match, got "
            f"{SCALAR_NAMES[target.dtype.name]} for the destination and "
            f"{SCALAR_NAMES[values.dtype.name]} for the source."
        )


@method
def __delitem__(self, key):
    raise TypeError("Tensor does not support deleting items")


def assign(target, key, value):
    """target[key] = value, where `key` comes from `cut`; returns `target`."""
    if isinstance(value, Tensor):
        if type(value.array) is not type(target.array):
            value = brought(value, target.device, key)
        elif owner(value.array) is owner(target.array):
            require_apart(part(target.array, key), value.array)
    if concerns_graph(target, value):
        others = [each for each in key if each is not WHOLE and each is not Ellipsis]
        require_writable(target, others and all(type(each) in VIEWING for each in others))
        given = value
        if isinstance(value, Tensor):
            value = value.to(target.dtype)
            kept = next((d for d, n in enumerate(value.shape) if n != 1), value.ndim)
            value = value.reshape(value.shape[kept:])  # the engine sums over new dimensions only

        def compute(x):
            try:
                return put(x, value, key)
            except ShapeError:
                raise refusal(target.array, key, given) from None

        return write(target, compute)
    array = target.array
    large = type(value) is float and LARGEST["float32"] < abs(value) < math.inf
    if large and target.dtype is not float16:  # there it is inf
        value = fitting(value, target.dtype)
    try:
        array[key] = value.array if isinstance(value, Tensor) else value
    except IndexError as error:
        raise IndexError(explain(error, array, key)) from None
    except OverflowError:  # PyTorch's uint8 takes -1 for 255
        array[key] = fitting(value, target.dtype)
    except (ValueError, TypeError) as error:
        require_words(key)
        if "read-only" not in str(error):
            raise refusal(array, key, value) from None
        store(array, key, value)
    touch(array)
    return target


def store(array, key, value):
    """array[key] = value where `array` lies in what `expand` or `unfold` made, so is read-only.

    Raises RuntimeError where elements of the part overlap; not for index arrays, nor for a number
    everywhere (`fill_`), since the order of the writes does not matter then.
    """
    given = value.array if isinstance(value, Tensor) else value
    if any(hasattr(each, "strides") for each in key):
        if is_expanded(array):
            warn_of_expanded("index_put_", "tensor[indices] = tensor")
        opened(array, True)[key] = given
    else:
        filled = key == (Ellipsis,) and given is value
        opened(array[key], filled)[...] = given


def concerns_graph(target, value=None):
    """Whether a write of `value` to `target` has to be recorded, or refused by the graph."""
    if inferred.ever:
        require_inside(target, NO_UPDATE)
    if not grad_mode.enabled:
        return False
    if target.node is not None or (target.base is not None and target.base.node is not None):
        return True
    return isinstance(value, Tensor) and value.node is not None


def brought(value, device, key):
    """`value` on another device, to which one number or the value of a slice may be copied."""
    if value.ndim and any(hasattr(each, "strides") for each in key):
        raise DtypeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{device}, {value.device}\n  move the value with .to(device)"
        )
    return value.to(device)


def refusal(array, key, value):
    """Why `value` can't be put into array[key]."""
    if not isinstance(value, Tensor):
        return ShapeError(out_of_range(BY_NUMPY[array.dtype]))
    wanted, given = list(array[key].shape), list(value.shape)
    while given and given[0] == 1:  # those PyTorch leaves out
        given = given[1:]
    if any(hasattr(each, "strides") for each in key):
        return ShapeError(
            f"shape mismatch: value tensor of shape {given} cannot be broadcast to indexing "
            f"result of shape {wanted}"
        )
    if len(given) > len(wanted):
        return ShapeError(
            f"expand(torch.{SCALAR_NAMES[value.dtype.name]}Tensor{{{given}}}, size={wanted}): the "
            f"number of sizes provided ({len(wanted)}) must be greater or equal to the number of "
            f"dimensions in the tensor ({len(given)})"
        )
    away = next(d for d in range(1, len(given) + 1) if given[-d] not in (1, wanted[-d]))
    return ShapeError(
        f"The expanded size of the tensor ({wanted[-away]}) must match the existing size "
        f"({given[-away]}) at non-singleton dimension {len(wanted) - away}.  Target sizes: "
        f"{wanted}.  Tensor sizes: {given}"
    )
