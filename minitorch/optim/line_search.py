"""A line search: how far to go along a direction."""

from typing import Any, NamedTuple


class Point(NamedTuple):
    """What is known at the step length `t`; `slope` is the derivative of the loss by t."""

    t: float
    loss: float
    gradient: Any
    slope: float


def strong_wolfe(at, start, t, longest, evaluations, c1=1e-4, c2=0.9, tolerance=1e-9):
    """A point where the loss is low enough and the slope flat enough, and how many were tried.

    loss <= start.loss + c1 * t * start.slope   and   |slope| <= c2 * |start.slope|

    at           t -> Point
    start        the point at 0; its slope is negative
    t            the first length to try
    longest      the largest number of the direction
    evaluations  give up after about so many

    Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6.
    """

    def too_high(point):
        return point.loss > start.loss + c1 * point.t * start.slope

    def flat(point):
        return abs(point.slope) <= -c2 * start.slope

    before, new, tries = start, at(t), 0
    while tries < evaluations:  # go on until there is a minimum in between
        if too_high(new) or (tries > 1 and new.loss >= before.loss):
            bracket = [before, new]
            break
        if flat(new):
            return new, tries + 1
        if new.slope >= 0:
            bracket = [before, new]
            break
        t = cubic_minimum(before, new, new.t + 0.01 * (new.t - before.t), new.t * 10)
        before, new = new, at(t)
        tries += 1
    else:
        bracket = [start, new]

    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    stuck = False
    while tries < evaluations:  # narrow the bracket
        left, right = sorted(point.t for point in bracket)
        if (right - left) * longest < tolerance:
            break
        t = cubic_minimum(bracket[0], bracket[1], left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (stuck or not left < t < right):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near = False
        stuck = near
        new = at(t)
        tries += 1
        if too_high(new) or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        if flat(new):
            return new, tries + 1
        if new.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = new
    return bracket[low], tries + 1


def cubic_minimum(a, b, left, right):
    """Where the cubic through two points, with their slopes, is lowest in [left, right]."""
    if a.t > b.t:
        a, b = b, a
    middle = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = middle**2 - a.slope * b.slope
    if not square >= 0:
        return (left + right) / 2
    root = square**0.5
    span = b.slope - a.slope + 2 * root
    if span == 0:
        return (left + right) / 2
    return min(max(b.t - (b.t - a.t) * ((b.slope + root - middle) / span), left), right)
