"""Indexing: x[key], x[key] = value, and what bodies of ops need for their gradients."""

import numpy as np

from minitorch.autograd.node import grad_mode
from minitorch.autograd.op import TENSOR_FUNCTIONS, op
from minitorch.autograd.rebase import write
from minitorch.autograd.tensor import Tensor, method, wrap
from minitorch.autograd.versions import touch
from minitorch.backend.namespaces import namespace


@op(view=True, public=False, shown="Slice")
def getitem(x, /, key):
    """x[key] for a key of ints, slices, None and Ellipsis: a view."""
    shape = x.shape
    return x[key], lambda g: namespace(g).put_add(g, key, shape, True)


@op(promote=None, public=False, shown="Index")
def index(x, /, key):
    """x[key] for a key with index arrays or masks: a copy."""
    shape = x.shape
    return x[key], lambda g: namespace(g).put_add(g, key, shape, False)


@op(public=False)
def put(x, value, /, key):
    """A copy of `x` whose part `key` is `value`."""
    xp = namespace(x)
    return xp.put(x, value, key), lambda g: xp.put(g, 0, key), lambda g: g[key]


@op(public=False)
def put_add(x, /, key, shape, unique):
    """Zeros of `shape` with `x` added at `key`; `unique`: no element is addressed twice."""
    return namespace(x).put_add(x, key, shape, unique), lambda g: g[key]
