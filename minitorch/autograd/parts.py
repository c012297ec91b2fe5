"""Parts: the gradients of an op's several outputs, on their way to its node."""


class Parts(tuple):
    """One gradient per output, None for an output that nobody used.

    It adds up like an array, so the engine carries it like any gradient.
    """

    __slots__ = ()
    shape = None

    def __add__(self, other):
        return Parts(
            b if a is None else a if b is None else a + b for a, b in zip(self, other, strict=True)
        )


def pick(index, count):
    """The vjp from the output `index` of an op with `count` outputs to the op's node."""
    return lambda g: Parts(g if i == index else None for i in range(count))
