"""Versions: of minitorch, and of the PyTorch whose behaviour it follows."""

import re


class Version(str):
    """A version that compares by its numbers, with a string or a tuple of numbers.

    >>> Version("2.13.0") > "2.9", Version("2.13.0") >= (2, 13)
    (True, True)
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __lt__(self, other):
        return numbers(self) < numbers(other)

    def __le__(self, other):
        return numbers(self) <= numbers(other)

    def __gt__(self, other):
        return numbers(self) > numbers(other)

    def __ge__(self, other):
        return numbers(self) >= numbers(other)

    def __eq__(self, other):
        if not isinstance(other, str | tuple):
            return NotImplemented
        return numbers(self) == numbers(other)

    def __ne__(self, other):
        return not self == other


def numbers(version):
    """The numbers of a release, without zeros at the end: "2.13.0+minitorch" gives [2, 13]."""
    if isinstance(version, tuple):
        version = ".".join(map(str, version))
    release = re.split(r"[^\d.]", version, maxsplit=1)[0]
    found = [int(digits) for digits in re.findall(r"\d+", release)]
    while found and not found[-1]:
        found.pop()
    return found


__version__ = "0.1.0"
FOLLOWED = Version("2.13.0+minitorch")  # `torch.__version__` behind `minitorch.compat`
cuda = hip = xpu = None
debug = False
