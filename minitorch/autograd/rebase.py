"""In-place writes to tensors of a graph: the tensor moves on to a new node.

`y += 1` computes `y + 1`, writes the value into y's memory and gives y the new node. Where y is a
view, its base has changed too: the base moves on to a node that puts the view's value into the
base's former one, and y becomes a view of that. Views taken before a write and used after it still
point at the base's former node; backward finds them, since the former node is noted here, and
takes the same view of the newer node.
"""

import weakref

import numpy as np

from minitorch.autograd.node import Node, grad_mode
from minitorch.autograd.op import op
from minitorch.autograd.tensor import wrap
from minitorch.autograd.versions import touch
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


class _Clock:
    """latest: the order number of the last write to a tensor of a graph."""

    latest = 0


clock = _Clock()
_moved = weakref.WeakKeyDictionary()  # former node -> the node that its tensor moved on to


@op(promote=None, public=False, shown="AsStrided")
def region(x, /, positions):
    """The elements of `x` at these flat `positions`, in their shape."""
    xp, shape, size = namespace(x), x.shape, x.size
    return (
        x.reshape(-1)[positions],
        lambda g: xp.put_add(g, positions, (size,), True).reshape(shape),
    )


region.op.view = True  # by meaning, though the memory is another


@op(promote=None, public=False, shown="CopySlices")
def put_region(x, value, /, positions):
    """A copy of `x` with `value` at these flat `positions`."""
    xp, shape = namespace(x), x.shape
    return (
        xp.put(x.reshape(-1), value, positions).reshape(shape),
        lambda g: xp.put(g.reshape(-1), 0, positions).reshape(shape),
        lambda g: g.reshape(-1)[positions],
    )


def require_writable(tensor):
    """Refuse an in-place write that PyTorch refuses."""
    if grad_mode.enabled and tensor.node is not None:
        if tensor.node.leaf is not None:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation.\n"
                "  write to it under minitorch.no_grad(), or to a clone()"
            )
    if grad_mode.enabled and tensor.base is not None:
        node = tensor.base.node
        if node is not None and node.leaf is not None:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation.\n  write to it under minitorch.no_grad(), or to a clone()"
            )


def write(tensor, compute):
    """Give `tensor` in place the value that `compute(tensor as it was)` returns; it is returned.

    Raises RuntimeError for a leaf that requires grad while recording, and where the value does not
    fit the shape or the dtype of `tensor`.
    """
    require_writable(tensor)
    result = compute(with_array(tensor, tensor.array)) if tensor.node is None else None
    if result is None or result.node is not None:
        # What vjps capture must not be the memory that is about to be overwritten.
        result = compute(with_array(tensor, tensor.array.copy()))
    if result.array.shape != tensor.array.shape:
        raise ShapeError(
            f"output with shape {list(tensor.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )
    if result.dtype is not tensor.dtype and result.dtype.category > tensor.dtype.category:
        raise DtypeError(
            f"result type {result.dtype} can't be cast to the desired output type {tensor.dtype}"
        )
    tensor.array[...] = result.array
    touch(tensor.array)
    if result.node is not None:
        result = result if result.dtype is tensor.dtype else result.to(tensor.dtype)
        move_on(tensor, result.node)
    return tensor


def move_on(tensor, node):
    """Let `tensor`, whose memory was just written, continue at `node`."""
    base = tensor.base
    if base is None:
        follow(tensor, node)
        return
    positions = positions_in(base.array, tensor.array)
    whole = put_region(with_node(base, base.node), with_node(tensor, node), positions)
    follow(base, whole.node)
    tensor.node = region(with_node(base, whole.node), positions).node


def follow(tensor, node):
    if tensor.node is not None:
        _moved[tensor.node] = node
    tensor.node = node
    clock.latest = node.order


def with_array(tensor, array):
    placed = wrap(array)
    placed.node = tensor.node
    return placed


def with_node(tensor, node):
    placed = wrap(tensor.array)
    placed.node = node
    return placed


def positions_in(base, part):
    """The flat positions in `base` (as if it were contiguous) of the elements of its view `part`."""
    xp = namespace(base)
    size = base.itemsize
    steps = [stride // size for stride in base.strides]
    memory = xp.zeros(1 + sum((n - 1) * step for n, step in zip(base.shape, steps)), np.int64)
    strided = xp.lib.stride_tricks.as_strided
    strided(memory, base.shape, [step * 8 for step in steps])[...] = xp.arange(base.size).reshape(
        base.shape
    )
    start = (address(part) - address(base)) // size
    return strided(memory[start:], part.shape, [stride // size * 8 for stride in part.strides]).copy()


def address(array):
    return array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr


def renew_views(nodes):
    """Redirect, in `nodes`, every use of a view that was overtaken by a write to its base.

    Returns whether anything changed, so that the graph is collected again.
    """
    renewed = {}
    changed = False
    for node in nodes:
        parents = tuple(
            parent if parent is None else current(parent, node.order, renewed) for parent in node.parents
        )
        if parents != node.parents:
            node.parents = parents
            changed = True
    return changed


def current(node, order, renewed):
    """The node to which a use at `order` of the value of `node` belongs."""
    views = []
    root = node
    while root.op is not None and root.op.view:
        views.append(root)
        root = root.parents[0]
    if not views:
        return node
    newest = root
    while newest in _moved and views[0].order < _moved[newest].order < order:
        newest = _moved[newest]
    if newest is root:
        return node
    limit = newest.order + 1
    for view in reversed(views):
        key = (view, newest)
        if key not in renewed:
            renewed[key] = Node(view.op, (newest,), view.vjps, (None,), view.settings, view.shape)
            renewed[key].order = (newest.order + limit) / 2  # before everything recorded later
        newest = renewed[key]
    return newest
