"""Normal numbers, each from one random word of 64 bits: the ziggurat of Marsaglia and Tsang.

The density exp(-x * x / 2) lies under LAYERS boxes of equal area, one on another. A word names a
layer and a place in it. If the place is under the curve, as 99.8 % are, it is the number; if not,
`unlikely` decides with more words, a hash of the first. Nothing but + - * / enters the number, and
these are rounded in one way everywhere, so the number is the same on every device.

Marsaglia and Tsang, The Ziggurat Method for Generating Random Variables, 2000.
"""

import functools
import math

import numpy as np

LAYERS = 2048
TAIL = 4.216370409511897  # where the lowest layer turns from a box into the tail
PLACE = 2.0**-51  # half of it is what a place in (-1, 1) is an odd multiple of
LN2, ROOT = math.log(2), math.sqrt(0.5)


@functools.cache
def layers():
    """Of each layer half the width, how much of it lies under the curve all the way up, and the
    heights of the curve at the two.
    """
    area = TAIL * density(TAIL) + math.sqrt(math.pi / 2) * math.erfc(TAIL / math.sqrt(2))
    widths = [area / density(TAIL), TAIL]
    for _ in range(LAYERS - 2):
        widths.append(math.sqrt(-2 * math.log(density(widths[-1]) + area / widths[-1])))
    sure = [*widths[1:], 0.0]
    return widths, sure, [density(x) for x in widths], [density(x) for x in sure]


@functools.cache
def tables():
    """The widths, and what of them is surely under the curve, as arrays."""
    widths, sure, _, _ = layers()
    return np.array(widths), np.array(sure)


def density(x):
    return math.exp(-x * x / 2)


def log(x):
    """The natural logarithm of float64 in (0, 1), by + - * / alone; to 5e-13, and below 0."""
    m, e = np.frexp(x)
    s = (m - ROOT) / (m + ROOT)
    square = s * s
    y = square / 13
    for k in (11, 9, 7, 5, 3):  # 1 + s**2 / 3 + s**4 / 5 + ...
        y += 1 / k
        y *= square
    y += 1
    y *= s
    y *= 2
    y += (e - 0.5) * LN2
    return np.minimum(y, -(2.0**-53))


def uniform(word):
    """The word as a number in (0, 1): an odd multiple of 2**-53."""
    return ((word >> 12) + 0.5) * 2.0**-52


def next_word(word):
    """A word that looks as if it had nothing to do with `word`.

    Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014, SplitMix64.
    """
    word = (word + 0x9E3779B97F4A7C15) % 2**64
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
    return word ^ (word >> 31)


def unlikely(word):
    """The normal number of a word whose place is not under the curve for sure."""
    widths, sure, low, high = layers()
    while True:
        layer = word % LAYERS
        x = ((word >> 12) - (word >> 63 << 52) + 0.5) * PLACE * widths[layer]
        if abs(x) < sure[layer]:
            return x
        if layer == 0:
            return math.copysign(of_tail(word), x)
        word = next_word(word)
        if low[layer] + uniform(word) * (high[layer] - low[layer]) < density(x):
            return x
        word = next_word(word)


def of_tail(word):
    """A normal number above TAIL."""
    while True:
        word = next_word(word)
        x = float(-log(uniform(word))) / TAIL
        word = next_word(word)
        if 2 * float(-log(uniform(word))) > x * x:
            return TAIL + x
