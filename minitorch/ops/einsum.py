"""`einsum`: sums of products by an equation over the dimensions' letters."""

import math
from typing import Any

from minitorch.autograd.tensor import Tensor, function
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.ops.products import matmul, scalar_name

NO_OPERAND = (
    "einsum(): must specify the equation string and at least one operand, or at least one operand "
    "and its subscripts list"
)
STRAY = " that is not part of any ellipsis"
ELLIPSIS = "."  # as a label: all dimensions that an ellipsis covers


@function
def einsum(*args):
    """Sum of products by the equation: einsum("ij,jk->ik", a, b) is a matrix product.

    The letters (a-z, A-Z) name the dimensions of each operand. Those after the arrow are the
    dimensions of the result; all others are summed over. A letter that stands twice for one
    operand takes its diagonal; `...` stands for further dimensions, which broadcast. Without an
    arrow the result has the letters that occur once, capitals first.

    In place of an equation each operand may be followed by a list of numbers in [0, 52), and the
    last by that of the result: einsum(a, [0, 1], b, [1, 2], [0, 2]).

    Contracts from left to right.

    >>> from minitorch import ones
    >>> einsum("bij,bjk->bik", ones(2, 3, 4), ones(2, 4, 5)).shape
    torch.Size([2, 3, 5])
    """
    equation, operands = equation_of(args)
    left, arrow, right = equation.partition("->")
    labels = labels_of_operands(left, len(operands))
    covered = covered_by_ellipses(labels, operands)
    letters = sorted({each for each in "".join(labels) if each != ELLIPSIS})
    if arrow:
        result = labels_of_result(right, len(left) + 2, letters)
    else:
        everything = "".join(labels)
        result = ELLIPSIS + "".join(each for each in letters if everything.count(each) == 1)
    order = result + ELLIPSIS * (ELLIPSIS not in result)
    order += "".join(each for each in letters if each not in order)
    kept = len(result) + (covered - 1) * (ELLIPSIS in result)
    aligned = [align(x, own, order, covered, i) for i, (x, own) in enumerate(zip(operands, labels))]
    require_same_sizes(aligned, labels, order, covered)
    return contract(aligned, kept)


def equation_of(args):
    """The equation and the operands, in whichever form they were given."""
    if len(args) < 2:
        raise ValueError(NO_OPERAND)
    if isinstance(args[0], Tensor):
        equation = ",".join(map(letters_of, args[1::2]))
        if len(args) % 2:
            return f"{equation}->{letters_of(args[-1])}", args[:-1:2]
        return equation, args[::2]
    equation, *operands = args
    if not isinstance(equation, str):
        raise TypeError(
            f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}"
        )
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = operands[0]
    if not operands:
        raise ValueError(NO_OPERAND)
    for i, each in enumerate(operands):
        if not isinstance(each, Tensor):
            raise TypeError(
                f"expected Tensor as element {i} in argument 1, but got {type(each).__name__}"
            )
    return equation, operands


def letters_of(numbers):
    """The letters that the numbers of a subscripts list stand for."""
    letters = []
    for n in numbers:
        if n is not Ellipsis and not 0 <= n < 52:
            raise ValueError(
                "einsum(): subscript in subscript list is not within the valid range [0, 52)"
            )
        letters.append("..." if n is Ellipsis else chr(n + (65 if n < 26 else 71)))
    return "".join(letters)


def labels_of_operands(left, count):
    """The labels of each operand, from the equation's left side."""
    texts = left.split(",")
    labels = []
    start = 0
    for i, text in enumerate(texts):
        if i == count:
            raise ShapeError(
                "einsum(): fewer operands were provided than specified in the equation"
            )
        labels.append(
            scan(text, start, f"for operand {i}{STRAY}", f"for operand {i} for which an ellipsis")
        )
        start += len(text) + 1
    if len(texts) < count:
        raise ShapeError("einsum(): more operands were provided than specified in the equation")
    return labels


def scan(text, start, place, again):
    """The letters of `text`, with one ELLIPSIS for its three dots; spaces don't count.

    start         where the text stands in the equation
    place, again  what errors say of dots that are no ellipsis, and of a second ellipsis
    """
    labels = []
    i = 0
    while i < len(text):
        each = text[i]
        if each == ".":
            if ELLIPSIS in labels:
                raise ShapeError(f"einsum(): found '.' {again} was already found")
            if text[i : i + 3] != "...":
                raise ShapeError(f"einsum(): found '.' {place}")
            labels.append(ELLIPSIS)
            i += 2
        elif each != " ":
            if not (each.isascii() and each.isalpha()):
                raise ShapeError(
                    f"einsum(): invalid subscript given at index {start + i} in the equation "
                    "string, subscripts must be in [a-zA-Z]"
                )
            labels.append(each)
        i += 1
    return "".join(labels)


def labels_of_result(right, start, letters):
    """The labels of the result, from the equation's right side."""
    labels = scan(right, start, f"for output{STRAY} (...)", "for output but an ellipsis (...)")
    for i, each in enumerate(labels):
        if each in labels[:i]:
            raise ShapeError(
                f"einsum(): output subscript {each} appears more than once in the output"
            )
        if each not in letters and each != ELLIPSIS:
            raise ShapeError(
                f"einsum(): output subscript {each} does not appear in the equation for any input "
                "operand"
            )
    return labels


def covered_by_ellipses(labels, operands):
    """How many dimensions an ellipsis stands for: the most that one covers."""
    covered = 0
    for i, (own, x) in enumerate(zip(labels, operands)):
        dotted, count, ndim = ELLIPSIS in own, len(own.replace(ELLIPSIS, "")), x.array.ndim
        if count > ndim or (count < ndim and not dotted):
            fault = "is more than" if dotted else "does not match"
            raise ShapeError(
                f"einsum(): the number of subscripts in the equation ({count}) {fault} the number "
                f"of dimensions ({ndim}) for operand {i}"
                + " and no ellipsis was given"
                * (not dotted)
            )
        covered = max(covered, (ndim - count) * dotted)
    return covered


def align(x, own, order, covered, position):
    """`x`, whose dimensions are labelled `own`, with one dimension for each label of `order`."""
    places: dict[Any, Any] = {}
    at = 0
    for each in own:
        if each == ELLIPSIS:
            missing = covered - (x.ndim - at - (len(own) - own.index(each) - 1))
            for _ in range(missing):
                x = x.unsqueeze(at)
            places[each] = range(at, at + covered)
            at += covered
        elif each in places:
            first = places[each][0]
            if x.shape[first] != x.shape[at]:
                raise ShapeError(
                    f"einsum(): subscript {each} is repeated for operand {position} but the sizes "
                    f"don't match, {x.shape[at]} != {x.shape[first]}"
                )
            x = x.diagonal(0, first, at).movedim(-1, first)
        else:
            places[each] = (at,)
            at += 1
    axes = []
    for each in order:
        for k in range(covered if each == ELLIPSIS else 1):
            if each not in places:
                x = x.unsqueeze(-1)
            axes.append(places[each][k] if each in places else x.ndim - 1)
    return x if axes == [*range(x.ndim)] else x.permute(axes)


def require_same_sizes(aligned, labels, order, covered):
    """Refuse operands whose sizes differ, unless one is 1."""
    names = [each for each in order for _ in range(covered if each == ELLIPSIS else 1)]
    for d, name in enumerate(names):
        seen = 1
        for i, x in enumerate(aligned):
            size = x.array.shape[d]
            if seen != 1 != size and size != seen:
                if name == ELLIPSIS:
                    place = labels[i].index(ELLIPSIS) + d - names.index(ELLIPSIS)
                    raise ShapeError(
                        f"einsum(): dimension {place} covered by ellipsis in operand {i}has "
                        f"size {size} which does not broadcast with previously seen ellipsis with "
                        f"size {seen} for the respective dimension"
                    )
                raise ShapeError(
                    f"einsum(): subscript {name} has size {size} for operand {i} which does not "
                    f"broadcast with previously seen size {seen}"
                )
            seen = size if seen == 1 else seen


def contract(operands, kept):
    """The product of operands of one rank, summed over all dimensions from `kept` on."""
    ndim = operands[0].ndim
    last = {  # the last operand that has the dimension: after it, it can be summed over
        d: max([i for i, x in enumerate(operands) if x.array.shape[d] != 1], default=0)
        for d in range(kept, ndim)
    }
    y = operands[0]
    gone = [d for d in last if last[d] == 0 and (len(operands) == 1 or y.array.shape[d] != 1)]
    y = y.sum(gone, keepdim=True) if gone else y
    for i, x in enumerate(operands[1:], 1):
        y = pair(y, x, [d for d in last if last[d] == i])
    return y.reshape(y.shape[:kept])


def pair(x, other, gone):
    """x * other summed over the dimensions `gone`, which stay with size 1; of one rank.

    That is a batch of matrix products: the dimensions that both have make the batch, those that
    one has alone its rows, or columns.
    """
    for d in gone:
        if other.shape[d] == 1:
            x = x.sum(d, keepdim=True)
        elif x.shape[d] == 1:
            other = other.sum(d, keepdim=True)
    summed = [d for d in gone if x.shape[d] != 1]
    if not summed:
        return x * other
    both: list[int] = []
    rows: list[int] = []
    columns: list[int] = []
    for d in range(x.ndim):
        if d not in summed:
            kind = columns if x.shape[d] == 1 else rows if other.shape[d] == 1 else both
            kind.append(d)
    if x.dtype is not other.dtype:
        raise DtypeError(f"expected scalar type {scalar_name(x)} but found {scalar_name(other)}")
    sizes = [[t.shape[d] for d in dims] for t, dims in ((x, both), (x, rows), (other, columns))]
    b, n, m = map(math.prod, sizes)
    k = math.prod(x.shape[d] for d in summed)
    batch = (b,) if both else ()
    x = x.permute(both + rows + summed + columns).reshape(*batch, n, k)
    other = other.permute(both + summed + columns + rows).reshape(*batch, k, m)
    order = both + rows + columns + summed
    y = matmul(x, other).reshape(*sizes[0], *sizes[1], *sizes[2], *[1] * len(summed))
    return y.permute([order.index(d) for d in range(len(order))])
