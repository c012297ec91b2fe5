"""From a list of items to a batch."""

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import get_default_device, move
from minitorch.backend.dtypes import dtype_in_numpy
from minitorch.backend.errors import ShapeError
from minitorch.ops.from_data import tensor
from minitorch.ops.join import stack

CollateMap = dict[type | tuple[type, ...], Callable]


def default_collate(batch: Sequence[Any]) -> Any:
    """One batch of a list of items, which all look like the first: `collate` with
    `default_collate_fn_map`, which programs may add kinds of items to.

    tensors, NumPy arrays  stacked along a new first axis
    numbers                a tensor; of floats a float64 one
    strings, bytes         the list, unchanged
    mappings               a mapping of the same kind, each value a batch
    namedtuples            a namedtuple of batches
    tuples, lists          a list of batches: items (x, y) become [batch of x, batch of y]

    Raises RuntimeError for sequences of different lengths and tensors of different shapes, and
    TypeError for any other kind of item.

    >>> default_collate([(1, {"a": 0.5}), (2, {"a": 1.5})])
    [tensor([1, 2]), {'a': tensor([0.5000, 1.5000], dtype=torch.float64)}]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Any:
    """One batch of a list of items: containers become containers of batches, and what is in them
    goes to the function that `collate_fn_map` has for it.

    collate_fn_map  from a type, or a tuple of types, to a function of (batch, *, collate_fn_map).
                    The type of the first item itself is looked for first, then, in the order of
                    the map, one that it is a subclass of.

    >>> collate(["ab", "c"], collate_fn_map={str: lambda batch, *, collate_fn_map: len(batch)})
    2
    """
    first = batch[0]
    functions = collate_fn_map or {}
    chosen = functions.get(type(first))
    if chosen is None:
        kinds = (each for kind, each in functions.items() if isinstance(first, kind))
        chosen = next(kinds, None)
    if chosen is not None:
        return chosen(batch, collate_fn_map=collate_fn_map)

    def inner(items):
        return collate(items, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return like(first, {key: inner([each[key] for each in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return like(first, [inner(each) for each in zip(*batch)])
    if isinstance(first, Sequence):
        if any(len(each) != len(first) for each in batch):
            raise RuntimeError(
                "each element in list of batch should be of equal size\n"
                f"  the lengths are {sorted({len(each) for each in batch})}: pad them in collate_fn"
            )
        return like(first, [inner(each) for each in zip(*batch)])
    raise unknown(type(first))


def collate_tensor_fn(batch, *, collate_fn_map=None):
    try:
        return stack(batch, 0)
    except ShapeError as error:
        raise ShapeError(
            f"{error}\n  bring the items to one shape in the Dataset, or give the DataLoader a "
            "collate_fn that pads them"
        ) from None


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    return collate([from_array(each) for each in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    return from_array(np.array(batch))


def collate_float_fn(batch, *, collate_fn_map=None):
    return from_array(np.array(batch, np.float64))


def collate_int_fn(batch, *, collate_fn_map=None):
    return tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    return batch


default_collate_fn_map: CollateMap = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_convert(data: Any) -> Any:
    """`data` with the NumPy arrays and numbers in it, at any depth, as tensors."""
    if isinstance(data, np.ndarray):
        return data if data.dtype.kind in "SUO" else from_array(data)
    if isinstance(data, np.bool_ | np.number):
        return from_array(np.array(data))
    if isinstance(data, Mapping):
        return like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return like(data, [default_convert(each) for each in data])
    return data


def from_array(array):
    """A tensor in the memory of `array`, unless the default device is a GPU."""
    if array.dtype.kind in "SUO":
        raise unknown(array.dtype)
    dtype_in_numpy(array.dtype)
    return wrap(move(array, get_default_device()))


def like(model, values):
    """`values`, a dict or list, in a container of the kind of `model`; for a tuple, a list."""
    if isinstance(model, tuple):
        return type(model)(*values) if hasattr(model, "_fields") else values
    try:
        if isinstance(model, MutableMapping | MutableSequence):
            # A copy, since the kind may have attributes besides its items.
            filled = copy.copy(model)
            for key, value in values.items() if isinstance(values, dict) else enumerate(values):
                filled[key] = value
            return filled
        return type(model)(values)
    except TypeError:  # a kind that can't be copied or made like this, such as range
        return values


def unknown(kind):
    return TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {kind}\n  give the DataLoader a collate_fn that makes a batch of such items"
    )
