"""How a tensor prints: PyTorch's text for it, made from a NumPy array.

A text has three parts: the prefix `tensor(`, the values in nested brackets, and the suffixes
(`dtype=...`, `requires_grad=True`, ...), which are there only where the values don't say it.

Values. All elements share one notation and one width, so that columns line up:
- floats that are all whole numbers print as `36.`, others with `precision` digits;
- floats print as `1.0000e-05` if the largest is over 1e8, the smallest under 1e-4, or their
  ratio over 1000; zeros, infs and nans have no say in this, nor in the width;
- integers and booleans print as in Python.

Brackets. With more than `threshold` elements, an axis longer than twice `edgeitems` shows
`edgeitems` at either end and `...` between; what isn't shown isn't looked at, so a tensor of
any size prints at once. Rows wrap at `linewidth`, never splitting an element; the blocks of an
axis that has d axes inside it are d lines apart.
"""

from contextlib import contextmanager
from math import inf, isfinite
from typing import Any

import numpy as np

# PyTorch's word, not ours: whoever follows course notes compares printed outputs.
DTYPE_PREFIX = "torch."

PROFILES: dict[Any, dict[str, float]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": inf, "edgeitems": 3, "linewidth": 80},
}

options: dict[str, Any] = {**PROFILES["default"], "sci_mode": None}


def format_tensor(
    array,
    *,
    prefix="tensor(",
    default_dtype="float32",
    requires_grad=False,
    grad_fn=None,
    device="cpu",
    tangent=None,
):
    """The text of a tensor that holds `array`.

    array          NumPy array of numbers or booleans, any shape
    prefix         what stands before the values; later lines are indented by its length
    default_dtype  the float dtype that needs no `dtype=` suffix
    requires_grad  shown unless there is a grad_fn, which implies it
    grad_fn        name of the node that made the tensor, such as "MulBackward0", or None
    device         shown unless it is "cpu"
    tangent        text of the tangent of a dual tensor, or None

    >>> print(format_tensor(np.array([[1, 2.5], [-3, np.nan]]), requires_grad=True))
    tensor([[ 1.0000,  2.5000],
            [-3.0000,     nan]], dtype=torch.float64, requires_grad=True)
    """
    empty = array.size == 0
    # Empty brackets tell neither the shape nor, without an element to judge by, the dtype.
    show_size = array.ndim != 1 if empty else device == "meta" or options["edgeitems"] == 0
    silent_dtypes = (
        [default_dtype] if empty or device == "meta" else [default_dtype, "int64", "bool"]
    )

    suffixes = []
    if device != "cpu":
        suffixes.append(f"device='{device}'")
    if show_size:
        suffixes.append(f"size={array.shape}")
    if array.dtype not in silent_dtypes:
        suffixes.append(f"dtype={DTYPE_PREFIX}{array.dtype.name}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")

    values = "..." if device == "meta" else format_values(array, indent=len(prefix))
    text = prefix + values
    return append_suffixes(text, suffixes, indent=len(prefix)) + ")"


def set_printoptions(
    precision=None,
    threshold=None,
    edgeitems=None,
    linewidth=None,
    profile=None,
    sci_mode=None,
):
    """Choose how tensors print from now on; None leaves a setting as it is.

    precision  digits after the point, 4 at first
    threshold  number of elements above which a tensor is summarised, 1000 at first
    edgeitems  elements shown at either end of a summarised axis, 3 at first
    linewidth  characters in a line, 80 at first
    profile    "default", "short" or "full": sets the four above, before they are applied
    sci_mode   True: always scientific; False: never; None: as the values require.
               Unlike the others it goes back to None in a call that doesn't name it.
    """
    options.update(PROFILES.get(profile, {}))
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    options.update({name: value for name, value in given.items() if value is not None})
    options["sci_mode"] = sci_mode


def get_printoptions():
    """The settings as a dictionary that `set_printoptions(**...)` takes back."""
    return dict(options)


@contextmanager
def printoptions(**settings):
    """Print with other settings inside a `with` block; those of `set_printoptions`.

    >>> with printoptions(precision=2):
    ...     print(format_tensor(np.float32([3.14159])))
    tensor([3.14])
    """
    before = get_printoptions()
    set_printoptions(**settings)
    try:
        yield
    finally:
        set_printoptions(**before)


def format_values(array, indent):
    """The nested brackets of `array`, the first of which stands in column `indent`."""
    edge = options["edgeitems"]
    shortened = []
    if array.size == 0:
        return "[]"
    if array.size > options["threshold"]:
        if edge == 0 and array.ndim > 0:
            return "[...]"
        shortened = [axis for axis, length in enumerate(array.shape) if length > 2 * edge]
        array = array[np.ix_(*(shown_indices(length, edge) for length in array.shape))]

    values = array.ravel().tolist()
    if array.dtype.kind == "f":
        texts, width = format_floats(values)
    else:
        texts = [str(value) for value in values]
        width = max(len(text) for text in texts)
    texts = [text.rjust(width) for text in texts]

    room = options["linewidth"] - indent - (array.ndim - 1)
    per_line = max(1, int(room // (width + len(", "))))

    # From the innermost axis outwards, the texts along an axis become one text of the next.
    for axis in reversed(range(array.ndim)):
        length = array.shape[axis]
        inner = array.ndim - 1 - axis
        rows = [texts[i : i + length] for i in range(0, len(texts), length)]
        if axis in shortened:
            dots = "..." if inner else " ..."
            rows = [[*row[:edge], dots, *row[edge:]] for row in rows]
        if not inner:
            rows = [fill_lines(row, per_line) for row in rows]
        separator = "," + "\n" * max(1, inner) + " " * (indent + axis + 1)
        texts = [f"[{separator.join(row)}]" for row in rows]
    return texts[0]


def shown_indices(length, edge):
    """The indices that a summary shows of an axis: `edge` at either end, or all if they meet."""
    if length <= 2 * edge:
        return range(length)
    return [*range(edge), *range(length - edge, length)]


def format_floats(values):
    """The texts of floats, not yet padded, and the width to pad them to.

    Only the finite values other than zero decide about notation and width. So a `nan` or `-0.`
    among short numbers sticks out, as it does in PyTorch.
    """
    telling = [value != 0 and isfinite(value) for value in values]
    sizes = [abs(value) for value, tells in zip(values, telling, strict=True) if tells]
    whole = all(size.is_integer() for size in sizes)
    scientific = options["sci_mode"]
    if not sizes:
        scientific = False
    elif scientific is None:
        smallest, largest = min(sizes), max(sizes)
        scientific = largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4

    if scientific:
        texts = [f"{value:.{options['precision']}e}" for value in values]
    elif whole:
        texts = [f"{value:.0f}." if isfinite(value) else f"{value}" for value in values]
    else:
        texts = [f"{value:.{options['precision']}f}" for value in values]
    widths = (len(text) for text, tells in zip(texts, telling, strict=True) if tells)
    return texts, max(widths, default=1)


def fill_lines(texts, per_line):
    """The texts in lines of `per_line` elements each."""
    return [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]


def append_suffixes(text, suffixes, indent):
    """The text with its suffixes, each on a new line where it would pass `linewidth`."""
    # PyTorch takes the last line of the values for two characters longer than it is.
    column = len(text.rpartition("\n")[2]) + 2
    for suffix in suffixes:
        if column + len(", ") + len(suffix) > options["linewidth"]:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(", ") + len(suffix)
    return text
