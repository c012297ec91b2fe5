"""Rules of shapes, indexing and joining."""

import numpy as np

from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.graph import FIRST, LAST
from minitorch.onnx.program import Value, turn_of
from minitorch.onnx.rules import rule
from minitorch.onnx.sizes import Dim, static

WHOLE = slice(None)

# -------------------------------------------------------------------- shapes


@rule("viewed")
def viewed(g, out, x, size):
    return g.reshape(x, out.shape)


@rule("unsqueeze")
def unsqueeze(g, out, x, dim):
    return g.node("Unsqueeze", x, g.ints([dim]))


@rule("squeeze")
def squeeze(g, out, x, dim):
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [d % x.ndim for d in dims if x.shape[d] == 1] if x.ndim else []
    return g.node("Squeeze", x, g.ints(axes)) if axes else x


@rule("expanded")
def expanded(g, out, x, size):
    return g.node("Expand", x, g.ints(out.shape))


@rule("permuted")
def permuted(g, out, x, dims):
    return g.permute(x, dims)


@rule("transpose")
def transpose(g, out, x, dim0, dim1):
    axes = list(range(x.ndim))
    if axes:
        axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return g.permute(x, axes)


@rule("t")
def t(g, out, x):
    return g.permute(x, range(x.ndim)[::-1])


@rule("tiled")
def tiled(g, out, x, repeats):
    front = len(repeats) - x.ndim
    x = g.node("Unsqueeze", x, g.ints(list(range(front)))) if front else x
    return g.node("Tile", x, g.ints(repeats))


@rule("joined")
def joined(g, out, *tensors, dim):
    parts = [x for x in tensors if x.shape != (0,)]
    return g.node("Concat", *parts, axis=dim)


@rule("thirds")
def thirds(g, out, x):
    return g.node("Split", x, axis=-1, num_outputs=3, outputs=3)


@rule("stacked")
def stacked(g, out, *tensors, dim):
    parts = [g.node("Unsqueeze", x, g.ints([dim])) for x in tensors]
    return g.node("Concat", *parts, axis=dim)


@rule("flipped")
def flipped(g, out, x, dims):
    if not dims:
        return x
    count = len(dims)
    return g.slice(x, list(dims), [-1] * count, [FIRST] * count, [-1] * count)


@rule("roll")
def roll(g, out, x, shifts, dims):
    moves = [shifts] if isinstance(shifts, int) else shifts
    if dims is None or dims == ():
        flat = g.node("Reshape", x, g.ints([-1]))
        return g.reshape(rolled(g, flat, moves[0], 0, None), out.shape)
    for move, dim in zip(moves, [dims] if isinstance(dims, int) else dims):
        x = rolled(g, x, move, dim, out.shape[dim])
    return x


def rolled(g, x, move, axis, size):
    """`x` moved on along one axis; where its size is not known, by less than that."""
    move = move % size if isinstance(size, int) and size else move
    back = g.slice(x, [axis], [-move], [LAST])
    return g.node("Concat", back, g.slice(x, [axis], [0], [-move]), axis=axis) if move else x


@rule("tril")
def tril(g, out, x, diagonal):
    return triangle(g, out, x, diagonal, 0)


@rule("triu")
def triu(g, out, x, diagonal):
    return triangle(g, out, x, diagonal, 1)


def triangle(g, out, x, diagonal, upper):
    k = g.node("Squeeze", g.ints([diagonal]), g.ints([0]))
    if out.dtype != np.bool_:
        return g.node("Trilu", x, k, upper=upper)
    return g.cast(g.node("Trilu", g.cast(x, "f4"), k, upper=upper), bool)


@rule("padded_with")
def padded_with(g, out, x, pad, value):
    before, behind = pad[::2][::-1], pad[1::2][::-1]
    axes = g.ints(list(range(-len(before), 0)))
    return g.node("Pad", x, g.ints([*before, *behind]), g.number(value, out.dtype), axes)


@rule("padded_from_edges")
def padded_from_edges(g, out, x, pad, mode):
    before, behind = pad[::2][::-1], pad[1::2][::-1]
    axes = list(range(-len(before), 0))
    if mode != "circular":
        named = {"reflect": "reflect", "replicate": "edge"}[mode]
        sizes = g.ints([*before, *behind])
        return g.node("Pad", x, sizes, None, g.ints(axes), mode=named)
    for axis, front, back in zip(axes, before, behind):
        ends = [g.slice(x, [axis], [-front], [LAST])] if front else []
        starts = [g.slice(x, [axis], [0], [back])] if back else []
        x = g.node("Concat", *ends, x, *starts, axis=axis) if front or back else x
    return x


@rule("windows")
def windows(g, out, x, axis, size, step):
    count = static(out.shape[axis], "the number of windows")
    at = g.constant(step * np.arange(count)[:, None] + np.arange(size))
    axis %= x.ndim
    axes = [*range(axis + 1), *range(axis + 2, x.ndim + 1), axis + 1]
    return g.permute(g.node("Gather", x, at, axis=axis), axes)


@rule("diagonal")
def diagonal(g, out, x, offset, dim1, dim2):
    a, b = dim1 % x.ndim, dim2 % x.ndim
    rows, columns = (static(x.shape[axis], "the size of a diagonal") for axis in (a, b))
    others = [axis for axis in range(x.ndim) if axis not in (a, b)]
    lines = g.permute(x, [*others, a, b])
    lines = g.reshape(lines, [*[x.shape[axis] for axis in others], rows * columns])
    places = np.arange(rows * columns).reshape(rows, columns).diagonal(offset)
    return g.node("Gather", lines, g.constant(places), axis=len(others))


# -------------------------------------------------------------------- x[key]


@rule("piece_at")
def piece_at(g, out, x, key, name, number):
    return view_at(g, out, x, key)


@rule("view_at")
def view_at(g, out, x, key):
    key = in_full(key, x.ndim)
    y, cut, gone, axis = x, [], [], 0
    for each in key:
        if each is None:
            continue
        if isinstance(each, slice):
            if each != WHOLE:
                cut.append((axis, each.start or 0, LAST if each.stop is None else each.stop,
                            each.step or 1))  # fmt: skip
        else:
            cut.append((axis, each, behind(each), 1))
            gone.append(axis)
        axis += 1
    if len(gone) == 1 == len(cut):
        y = g.node("Gather", x, g.operand(cut[0][1], np.dtype("i8")), axis=gone[0])
    elif cut:
        axes, starts, ends, steps = zip(*cut, strict=True)
        y = g.slice(x, list(axes), starts, ends, steps)
        y = g.node("Squeeze", y, g.ints(gone)) if gone else y
    left = [each for each in key if each is None or isinstance(each, slice)]
    new = [at for at, each in enumerate(left) if each is None]
    return g.node("Unsqueeze", y, g.ints(new)) if new else y


def behind(place):
    """The end of a slice of the one element at `place`."""
    if isinstance(place, Dim):
        return place.plus(1)
    return LAST if place == -1 else place + 1


def in_full(key, ndim):
    """`key` with whole slices in place of the Ellipsis and of what is missing at the end."""
    free = ndim - sum(each is not None and each is not Ellipsis for each in key)
    if Ellipsis not in key:
        return (*key, *[WHOLE] * free)
    at = key.index(Ellipsis)
    return (*key[:at], *[WHOLE] * free, *key[at + 1 :])


@rule("take_rows")
def take_rows(g, out, x, index):
    return g.node("Gather", x, index, axis=0)


@rule("rows_of")
def rows_of(g, out, x, index, share):
    return g.node("Gather", x, index, axis=0)


@rule("copy_at")
def copy_at(g, out, x, key):
    arrays = [(axis, each) for axis, each in enumerate(key) if isinstance(each, Value)]
    if any(each.dtype == np.bool_ for _, each in arrays):
        return masked(g, x, arrays)
    if len(arrays) == 1:
        ((axis, index),) = arrays
        return g.node("Gather", x, index, axis=axis)
    if [axis for axis, _ in arrays] != list(range(len(arrays))):
        raise OnnxExporterError(
            "index tensors that are not the first ones of x[...] have no counterpart "
            "in ONNX\n  bring these dimensions to the front with movedim, then index"
        )
    shape = g.ints(out.shape[: max(index.ndim for _, index in arrays)])
    parts = [g.node("Expand", index, shape) for _, index in arrays]
    last = g.ints([-1])
    return g.node(
        "GatherND", x, g.node("Concat", *[g.node("Unsqueeze", p, last) for p in parts], axis=-1)
    )


def masked(g, x, arrays):
    """x[mask], where the mask covers the first dimensions and nothing else is in the key."""
    if len(arrays) > 1 or arrays[0][0]:
        raise OnnxExporterError(
            "a mask among other parts of x[...] has no counterpart in ONNX\n"
            "  choose with torch.where, or index by one mask alone"
        )
    places = g.permute(g.node("NonZero", arrays[0][1]), [1, 0])
    return g.node("GatherND", x, places)


@rule("take_along")
def take_along(g, out, x, indices, axis):
    sizes = zip(x.shape, indices.shape, strict=True)
    if any(n == 1 and m != 1 for d, (m, n) in enumerate(sizes) if d != axis % x.ndim):
        indices = g.node("Expand", indices, g.ints(out.shape))
    return g.node("GatherElements", x, indices, axis=axis)


@rule("set_along")
def set_along(g, out, x, value, indices, axis):
    value = g.operand(value, out.dtype)
    if not isinstance(value, Value) or value.shape != indices.shape:
        value = g.node("Expand", value, g.ints(indices.shape))
    return g.node("ScatterElements", x, indices, value, axis=axis)


@rule("put")
def put(g, out, x, value, key):
    if any(isinstance(each, Value) for each in key):
        return put_where(g, out, x, value, key)
    shape: list = []  # of what the key names
    whole: list = []  # the same with 1 for ints, and without None
    cuts = []
    for each in in_full(key, x.ndim):
        if each is None:
            shape.append(1)
            continue
        axis = len(whole)
        start, stop = ends(each, x.shape[axis])
        whole.append(span(start, stop, x.shape[axis]))
        if isinstance(each, slice):
            shape.append(whole[-1])
        if (start, stop) != (0, LAST):
            cuts.append((axis, start, stop))
    part = g.node("Expand", g.operand(value, out.dtype), g.ints(shape))
    return put_part(g, x, part if shape == whole else g.reshape(part, whole), cuts)


def put_part(g, x, part, cuts):
    """`x` with `part` in place of what lies between start and end along the axes of the cuts."""
    if not cuts:
        return part
    (axis, start, stop), *rest = cuts
    pieces = [] if start == 0 else [g.slice(x, [axis], [0], [start])]
    pieces.append(put_part(g, g.slice(x, [axis], [start], [stop]), part, rest))
    pieces += [] if stop == LAST else [g.slice(x, [axis], [stop], [LAST])]
    return pieces[0] if len(pieces) == 1 else g.node("Concat", *pieces, axis=axis)


def ends(each, size):
    """Start and end, not negative, of the part of an axis that `each` names; LAST for its end."""
    if isinstance(each, slice):
        if each.step not in (None, 1):
            raise OnnxExporterError(
                "x[::step] = value has no counterpart in ONNX\n  choose with torch.where and a mask"
            )
        start, stop = each.start or 0, LAST if each.stop is None else each.stop
    else:
        start, stop = each, behind(each)
    if isinstance(size, Dim):
        start, stop = (size.plus(n) if isinstance(n, int) and n < 0 else n for n in (start, stop))
        return start, LAST if stop == size else stop
    if isinstance(start, Dim) or isinstance(stop, Dim):
        return start, stop
    start, stop, _ = slice(start, stop).indices(size)
    return start, LAST if stop == size else stop


def span(start, stop, size):
    """The number of elements from start to before stop along an axis of this size."""
    stop = size if stop == LAST else stop
    if isinstance(start, int) and isinstance(stop, int):
        return stop - start
    if isinstance(start, int):
        return stop.plus(-start)
    if isinstance(stop, Dim) and stop.symbols == start.symbols and stop.factor == start.factor:
        return stop.offset - start.offset
    raise OnnxExporterError("x[a:b] = value wants a b that does not depend on sizes")


def put_where(g, out, x, value, key):
    """`x` with a number where a mask holds, or with rows of values at one index tensor."""
    first, *rest = key
    if any(each != WHOLE for each in rest) or not isinstance(first, Value):
        raise OnnxExporterError(
            "x[...] = value with several index tensors has no counterpart in ONNX\n"
            "  choose with torch.where and a mask"
        )
    value = g.operand(value, out.dtype)
    if first.dtype == np.bool_:
        if isinstance(value, Value) and value.ndim:
            raise OnnxExporterError(
                "x[mask] = value wants one number for value\n  choose with torch.where"
            )
        more = list(range(first.ndim, x.ndim))
        mask = g.node("Unsqueeze", first, g.ints(more)) if more else first
        return g.node("Where", mask, value, x)
    rows = g.node("Expand", value, g.ints([*first.shape, *x.shape[1:]]))
    return g.node("ScatterND", x, g.node("Unsqueeze", first, g.ints([-1])), rows)


@rule("put_add")
def put_add(g, out, x, key, shape, unique):
    index, *rest = key
    if any(each != WHOLE for each in rest) or getattr(index, "dtype", np.bool_) == np.bool_:
        raise OnnxExporterError("adding up at other places than those of one index tensor")
    zeros = g.node("Expand", g.number(0, out.dtype), g.ints(out.shape))
    return g.node("ScatterND", zeros, g.node("Unsqueeze", index, g.ints([-1])), x, reduction="add")


@rule("reordered")
def reordered(g, out, x, index):
    """Packed rows (T*N, I) from the last step to the first, where all steps have N rows."""
    turn = turn_of(index.array) if index.array is not None else index.turn
    if turn is None:
        raise OnnxExporterError(
            "a bidirectional recurrent layer over sequences of unequal length (a "
            "PackedSequence)\n  pad them to one length"
        )
    by_step = g.node("Reshape", x, g.ints([*turn, x.shape[1]]))
    return g.reshape(g.slice(by_step, [0], [-1], [FIRST], [-1]), out.shape)
