"""Kernels that are one and the same over NumPy and CuPy arrays.

`xp` is the library of the arrays; `numpy_*.py` and `cupy_*.py` offer these functions without it.
"""


def lines(xp, indices, axis):
    """The key that addresses what `indices` name along `axis`.

    With it reading takes half as long as with `np.take_along_axis`.
    """
    last = indices.ndim - 1
    key = [xp.arange(n).reshape(n, *[1] * (last - d)) for d, n in enumerate(indices.shape)]
    key[axis] = indices
    return tuple(key)


def windows(strided, x, axis, size, step):
    """The windows of `size` elements, `step` apart, along `axis`, as the last axis: a view.

    strided  the kernel of that name
    """
    width = x.strides[axis]
    shape, strides = [*x.shape, size], [*x.strides, width]
    shape[axis], strides[axis] = (x.shape[axis] - size) // step + 1, width * step
    return strided(x, shape, strides, 0)


def add_windows(xp, g, axis, step, length):
    """The array, of `length` along `axis`, whose windows add up to `g`: `windows` transposed."""
    *shape, size = g.shape
    count, before = shape[axis], (slice(None),) * axis
    shape[axis] = length
    y = xp.zeros(shape, g.dtype)
    if size <= count:
        for i in range(size):
            y[(*before, slice(i, i + (count - 1) * step + 1, step))] += g[..., i]
    else:
        for i in range(count):
            y[(*before, slice(i * step, i * step + size))] += xp.moveaxis(g[(*before, i)], -1, axis)
    return y


def padded_with(xp, x, pad, value):
    """`x` with `value` around it; `pad` says how much before and behind each axis, the last first;
    negative numbers cut.
    """
    first = x.ndim - len(pad) // 2
    edges = [(0, 0)] * first + list(zip(pad[::2], pad[1::2]))[::-1]
    y = xp.full([n + a + b for n, (a, b) in zip(x.shape, edges)], value, x.dtype)
    inner = [slice(max(a, 0), n + a + min(b, 0)) for n, (a, b) in zip(x.shape, edges)]
    outer = [slice(max(-a, 0), n + min(b, 0)) for n, (a, b) in zip(x.shape, edges)]
    y[tuple(inner)] = x[tuple(outer)]
    return y


def padded_from_edges(xp, x, pad, mode):
    """`x` with its own elements around it; `pad` says how many before and behind each axis, the
    last first, and `mode` is that of `ops/pad.py`'s `pad`.

    A copy of x and one of each border: 2 to 8 times faster than by indices.
    """
    y = xp.empty(_padded(x.shape, pad), x.dtype)
    y[_inside(x.shape, pad)] = x
    for _, to, source in _borders(x.shape, pad, mode):
        y[to] = y[source]
    return y


def added_to_edges(xp, g, pad, mode):
    """`padded_from_edges` transposed: what lies around is added to where it came from."""
    y, shape = g.copy(), _padded(g.shape, [-n for n in pad])
    for axis, to, source in reversed(_borders(shape, pad, mode)):
        y[source] += y[to].sum(axis, keepdims=True) if mode == "replicate" else y[to]
    return y[_inside(shape, pad)]


def _padded(shape, pad):
    first = len(shape) - len(pad) // 2
    more = [0] * first + [a + b for a, b in zip(pad[::2], pad[1::2])][::-1]
    return [n + m for n, m in zip(shape, more)]


def _inside(shape, pad):
    """The key of what was there, among what was added."""
    first = len(shape) - len(pad) // 2
    return (..., *[slice(a, a + n) for n, a in zip(shape[first:], pad[::2][::-1])])


def _borders(shape, pad, mode):
    """(axis, the key of a border, the key of what it repeats), axis by axis: a later border
    repeats the earlier ones.
    """
    borders = []
    for d, (before, behind) in enumerate(zip(pad[::2], pad[1::2])):
        axis = len(shape) - 1 - d
        n = shape[axis]
        end = before + n
        if mode == "reflect":
            last = end - 2 - behind
            sources = slice(2 * before, before, -1), slice(end - 2, None if last < 0 else last, -1)
        elif mode == "replicate":
            sources = slice(before, before + 1), slice(end - 1, end)
        else:
            sources = slice(n, end), slice(before, before + behind)
        all_before = (slice(None),) * axis
        for to, source in zip((slice(before), slice(end, end + behind)), sources):
            if to.stop > (to.start or 0):
                borders.append((axis, (*all_before, to), (*all_before, source)))
    return borders


def recur(xp, a, b, axis):
    """y with y[i] = a[i] * y[i - 1] + b[i] along `axis`, where y[-1] = 0.

    Two steps make one of the same kind, so log2(n) rounds do for n steps.
    Blelloch, Prefix Sums and Their Applications, 1990, section 1.4.
    """
    a, y = xp.moveaxis(a, axis, 0).copy(), xp.moveaxis(b, axis, 0).copy()
    step = 1
    while step < len(y):
        y[step:] += a[step:] * y[:-step]
        a[step:] = a[step:] * a[:-step]
        step *= 2
    return xp.moveaxis(y, 0, axis)


def first_order(x, zeros):
    """`x`: the op of this name watches over second derivatives."""
    return x
