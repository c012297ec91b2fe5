"""Padding: with a number, or with what the tensor has at or near its edge."""

from minitorch.autograd.op import op
from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import function
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import fitting
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import in_order_of, integers


@op(public=False, promote=None, shown="ConstantPadNd")
def padded_with(x, /, pad, value):
    """`x` with value around it; see `constant_pad_nd`. Negative numbers cut, so that the gradient
    is the padding with the opposite numbers.
    """
    back = tuple([-n for n in pad])
    return (
        namespace(x).padded_with(x, pad, value),
        lambda g: namespace(g).padded_with(g, back, 0),
    )


@op(public=False, promote=None, shown="Pad", piecewise=True)
def padded_from_edges(x, /, pad, mode):
    """`x` with its own elements around it; see `pad`, of whose numbers none is negative."""
    return (
        namespace(x).padded_from_edges(x, pad, mode),
        lambda g: namespace(g).added_to_edges(g, pad, mode),
    )


@op(public=False, promote=None)
def added_to_edges(x, /, pad, mode):
    """`padded_from_edges` transposed: its gradient with respect to the input."""
    return (
        namespace(x).added_to_edges(x, pad, mode),
        lambda g: namespace(g).padded_from_edges(g, pad, mode),
    )


@function
def constant_pad_nd(input, pad, value=0):
    """`input` with `value` around it.

    pad  how much before and behind the last dimension, then before and behind the last but one,
         and so on; negative numbers cut

    >>> from minitorch import ones
    >>> constant_pad_nd(ones(2), (1, 2))
    tensor([0., 1., 1., 0., 0.])
    """
    pad, shape = tuple(pad), input.array.shape
    if len(pad) % 2:
        raise ShapeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * len(shape):
        raise ShapeError(
            "Length of pad should be no more than twice the number of dimensions of the input. "
            f"Pad length is {len(pad)}while the input has {len(shape)}dimensions."
        )
    for d, n in enumerate(shape[::-1][: len(pad) // 2]):
        before, behind = pad[2 * d : 2 * d + 2]
        if n + min(before, 0) + min(behind, 0) < 0 or n + before + behind < 0:
            raise ShapeError(
                "narrow(): length must be non-negative.\n"
                f"  input {shape}   pad {pad}: that cuts more than there is"
            )
    value = fitting(value, input.dtype)
    return in_order_of(padded_with(input, pad, value), input)


def pad(input, pad, mode="constant", value=None):
    """`input` with more around it.

    pad    how much before and behind the last dimension, then before and behind the last but one,
           and so on; negative numbers cut
    mode   "constant": `value` (default 0). The others pad the last one, two or three of 2 or 3, 3
           or 4, 4 or 5 dimensions: "reflect" mirrors at the element on the edge, "replicate"
           repeats that, "circular" takes what stands at the opposite edge
    """
    require_tensor("pad", input)
    pad = integers("pad(): argument 'pad' (position 2)", pad)
    if len(pad) % 2:
        raise ShapeError(f"Padding length must be divisible by 2\n  pad {pad}")
    shape, axes = input.array.shape, len(pad) // 2
    if axes > len(shape):
        raise ShapeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {len(shape)}"
        )
    if mode == "constant":
        return constant_pad_nd(input, pad, 0 if value is None else float(value))
    if value is not None and value != 0:
        raise ShapeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if axes not in (1, 2, 3) or len(shape) not in (axes + 1, axes + 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {len(shape)}D input tensor.\n"
            f"  input {shape}: only 'constant' pads any dimensions; the other modes need as many "
            "sizes in front"
        )
    require_room(input, pad, axes, mode)
    grow, cut = tuple([max(n, 0) for n in pad]), tuple([min(n, 0) for n in pad])
    first = mode == "circular" and any(cut)  # the others see what is cut
    y = constant_pad_nd(input, cut) if first else input
    y = in_order_of(padded_from_edges(y, grow, mode), input)
    return constant_pad_nd(y, cut) if any(cut) and not first else y


def require_room(input, pad, axes, mode):
    """Raise PyTorch's error where there is not enough to take the padding from."""
    shape = input.array.shape
    if mode == "circular":
        for d in range(axes):
            n = shape[-1 - d]
            if max(pad[2 * d], pad[2 * d + 1]) > n:
                raise ShapeError(
                    "Padding value causes wrapping around more than once.\n"
                    f"  input {shape}   pad {pad}"
                )
            if n + pad[2 * d] + pad[2 * d + 1] < 0:
                raise ShapeError(
                    "Negative padding value is resulting in an empty dimension\n"
                    f"  input {shape}   pad {pad}"
                )
        return
    kind = "reflection" if mode == "reflect" else "replication"
    require_kind(input.dtype, "b", f"{kind}_pad{axes}d")
    if 0 in shape[len(shape) - axes - (len(shape) == axes + 2) :]:
        raise ShapeError(
            f"Expected {axes + 1}D or {axes + 2}D (batch mode) tensor with possibly 0 batch size "
            f"and other non-zero dimensions for input, but got: {list(shape)}"
        )
    for d in range(axes):
        n, (before, behind) = shape[-1 - d], pad[2 * d : 2 * d + 2]
        if mode == "reflect" and max(before, behind) >= n:
            raise ShapeError(
                f"Argument #{4 + 2 * d}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({before}, {behind}) at dimension "
                f"{len(shape) - 1 - d} of input {list(shape)}"
            )
        if n + before + behind < 1:
            name = "WHT"[d]
            raise ShapeError(
                f"input ({name}: {n}) is too small. Calculated output {name}: {n + before + behind}"
            )
