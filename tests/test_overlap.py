"""Writing to memory that is read at the same time is refused where PyTorch refuses it."""

import pytest

import minitorch as m

SHARED = "some elements of the input tensor and the written-to tensor refer to a single memory"


def set_slice(x):
    x[1:] = x[:-1]


REFUSED = {
    "add_": lambda x: x[1:].add_(x[:-1]),
    "one of its elements": lambda x: x.mul_(x[0]),
    "its transpose": lambda x: x[:4].view(2, 2).mul_(x[:4].view(2, 2).t()),
    "/=": lambda x: x.__itruediv__(x[1]),
    "addcmul_": lambda x: x[1:].addcmul_(x[:-1], x[:-1]),
    "index_add_": lambda x: x.index_add_(0, m.tensor([0, 1]), x[:2]),
    "copy_": lambda x: x[1:].copy_(x[:-1]),
    "a slice": set_slice,
    "out=": lambda x: m.exp(x[:-1], out=x[1:]),
    "out= of two": lambda x: m.add(x[:-1], 1, out=x[1:]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_write_to_what_is_partly_read_is_refused(name):
    with pytest.raises(RuntimeError, match=SHARED):
        REFUSED[name](m.arange(6.0))


def test_the_same_elements_may_be_read_and_written():
    x = m.arange(4.0)
    x[1:].mul_(x[1:])
    x[2:] += 1
    m.exp(x, out=x)
    assert x.log().round().tolist() == [0, 1, 5, 10]


def test_halves_that_lie_apart_may_be_read_and_written():
    x = m.arange(4.0)
    x[2:].add_(x[:2])
    x[:2] = x[2:]
    assert x.tolist() == [2, 4, 2, 4]


def test_a_value_to_fill_with_may_come_from_the_same_memory():
    x = m.arange(3.0)
    assert x.masked_fill_(x > 1, x[0]).tolist() == [0, 1, 0]
