"""In-place writes to tensors of a graph: the tensor moves on to a new node.

`y += 1` computes `y + 1`, writes the value into y's memory and gives y the new node. Where y is a
view, its base has changed too: the base moves on to a node that puts the view's value into the
base's former one, and y becomes a view of that. The other views of the base, which it knows, show
the new values too: each is taken again of the base's new node.
"""

import math
from typing import NoReturn

import numpy as np

from minitorch.autograd.alone import is_alone
from minitorch.autograd.inference import NO_UPDATE, inferred, require_inside
from minitorch.autograd.node import Node, grad_mode
from minitorch.autograd.op import op
from minitorch.autograd.overlap import OVERLAPPING, opened
from minitorch.autograd.refusals import no_cast
from minitorch.autograd.tensor import at
from minitorch.autograd.versions import count_on, touch
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.namespaces import namespace


@op(promote=None, public=False, shown="AsStrided")
def region(x, /, positions):
    """The elements of `x` at these flat `positions`, in their shape."""
    xp, shape = namespace(x), x.shape
    return (
        x.reshape(-1)[positions],
        lambda g: xp.put_add(g, (positions,), (math.prod(shape),), False).reshape(shape),
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


def require_writable(tensor, part=False):
    """Refuse an in-place write that PyTorch refuses, to a view of the tensor if `part`."""
    if inferred.ever:
        require_inside(tensor, NO_UPDATE)
    if not grad_mode.enabled:
        return
    if tensor.node is not None and tensor.node.leaf is not None:
        refuse_leaf("view of a leaf" if part else "leaf")
    if tensor.base is not None and (tensor.base.node or tensor.node) is not None:
        require_writable_view(tensor.node, tensor.base.node)


def require_writable_view(node, base):
    """Refuse to write to a view at `node` of a tensor at the node `base`; one of them may be None.

    On the way from the base to the view there may be a leaf, as after x[0].requires_grad_().
    """
    step = node
    while step is not None and step.op is not None and step.op.view:
        if step.op.view == "several":
            number = node.settings[2] if step is node else 0
            name = node.name().partition("Backward")[0]
            raise RuntimeError(
                f"Output {number} of {name} is a view and is being modified inplace. This view is "
                "the output of a function that returns multiple views. Such functions do not allow "
                "the output views to be modified inplace. You should replace the inplace operation "
                "by an out-of-place one."
            )
        step = step.parents[0]
    if any(each is not None and each.leaf is not None for each in (step, base)):
        refuse_leaf("view of a leaf")
    if node is None:
        raise RuntimeError(
            "A view was created in no_grad mode and is being modified inplace with grad mode "
            "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You "
            "can clarify your code by moving both the view and the inplace either both inside the "
            "no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
            "want the inplace to be tracked)."
        )


def refuse_leaf(what) -> NoReturn:
    raise RuntimeError(
        f"a {what} Variable that requires grad is being used in an in-place operation.\n"
        "  write to it under minitorch.no_grad(), or to a clone()"
    )


def write(tensor, compute):
    """Give `tensor` in place the value that `compute(tensor as it was)` returns; it is returned.

    Raises RuntimeError for a leaf that requires grad while recording, and where the value does not
    fit the shape or the dtype of `tensor`.
    """
    require_writable(tensor)
    recording = grad_mode.enabled and tensor.node is not None
    alone = recording and is_alone(tensor)
    result = compute(at(tensor.array, tensor.node)) if alone or not recording else None
    if result is None or (result.node is not None and not alone):
        # What vjps capture must not be the memory that is about to be overwritten.
        keep_value(tensor if tensor.base is None else tensor.base)
        result = compute(at(tensor.array.copy(), tensor.node))
    if result.array.shape != tensor.array.shape:
        raise ShapeError(
            f"output with shape {list(tensor.shape)} doesn't match the broadcast shape "
            f"{list(result.shape)}"
        )
    if result.dtype is not tensor.dtype and result.dtype.category > tensor.dtype.category:
        raise DtypeError(no_cast(result.dtype, tensor.dtype))
    try:
        if alone:  # nobody sees that it gets other memory, and vjps may hold either
            former = tensor.array
            tensor.array = like_former(result.array, former)
            count_on(tensor.array, former)
        else:
            tensor.array[...] = result.array
            touch(tensor.array)
    except ValueError:
        if tensor.node is not None:  # it may be a part of what the graph does not know
            raise RuntimeError(OVERLAPPING) from None
        opened(tensor.array)[...] = result.array
        touch(tensor.array)
    if result.node is not None:
        result = result if result.dtype is tensor.dtype else result.to(tensor.dtype)
        move_on(tensor, result.node)
    return tensor


def keep_value(tensor):
    """Give the node at which `tensor` came in from outside the graph (`forward_ad.cut`) its own
    copy of the value, for reading 3.
    """
    node = tensor.node
    if node is not None and node.inputs and node.inputs[0] is tensor.array:
        node.inputs = (tensor.array.copy(),)


def like_former(value, former):
    """`value` in memory that is its own, as `former` lies there."""
    same = value.dtype == former.dtype and value.strides == former.strides
    if same and value is not former and value.base is None:
        return value
    y = namespace(former).empty_like(former)
    y[...] = value
    return y


def move_on(tensor, node):
    """Let `tensor`, whose memory was just written, continue at `node`, and its base and views."""
    base = tensor if tensor.base is None else tensor.base
    former = base.node
    if tensor is not base:
        positions = positions_in(base.array, tensor.array)
        whole = at(base.array, former)
        if former is None:  # reading 3 reads constants again: this one may be written again
            whole.array = base.array.copy()
        node = put_region(whole, at(tensor.array, node), positions).node
    base._move_to(node)
    for reference in (base.views or {}).values():
        view = reference()
        if view is not None and (view is tensor or former is None or view.node is not None):
            view._move_to(taken_again(view, base, former))


def taken_again(view, base, former):
    """The node of `view` of `base`, which moved on from the node `former` to another."""
    steps = []
    node = view.node
    while node is not former and node is not None and node.op is not None and node.op.view:
        steps.append(node)
        node = node.parents[0]
    if former is None or node is not former or any(step.vjps is None for step in steps):
        return region(at(base.array, base.node), positions_in(base.array, view.array)).node
    node = base.node
    for step in reversed(steps):
        node = Node(step.op, (node,), step.vjps, (None,), step.settings, step.shape)
    return node


def positions_in(base, part):
    """The flat positions in `base`, as if it were contiguous, of the elements of its view."""
    xp = namespace(base)
    size = base.itemsize
    steps = [stride // size for stride in base.strides]
    memory = xp.zeros(1 + sum((n - 1) * step for n, step in zip(base.shape, steps)), np.int64)
    strided = xp.lib.stride_tricks.as_strided
    strided(memory, base.shape, [step * 8 for step in steps])[...] = xp.arange(base.size).reshape(
        base.shape
    )
    start = (address(part) - address(base)) // size
    return strided(
        memory[start:], part.shape, [stride // size * 8 for stride in part.strides]
    ).copy()


def address(array):
    return array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr
