"""From a list of items to a batch."""

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.dtypes import as_dtype
from minitorch.ops.from_data import tensor
from minitorch.ops.join import stack


def default_collate(batch: Sequence[Any]) -> Any:
    """One batch of a list of items, which all look like the first.

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
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch, 0)
    if isinstance(first, np.ndarray):
        return stack([from_array(each) for each in batch], 0)
    if isinstance(first, np.bool_ | np.number):
        return from_array(np.array(batch))
    if isinstance(first, float):
        return wrap(np.array(batch, np.float64))
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return like(first, {key: default_collate([each[key] for each in batch]) for key in first})
    if isinstance(first, Sequence):
        if any(len(each) != len(first) for each in batch):
            raise RuntimeError(
                "each element in list of batch should be of equal size\n"
                f"  the lengths are {sorted({len(each) for each in batch})}: pad them in collate_fn"
            )
        return like(first, [default_collate(each) for each in zip(*batch)])
    raise unknown(type(first))


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
    """A tensor in the memory of `array`."""
    if array.dtype.kind in "SUO":
        raise unknown(array.dtype)
    as_dtype(array.dtype)
    return wrap(array)


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
