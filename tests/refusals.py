"""Tables of what is refused, the same here and in PyTorch."""

import re

import pytest


def refusal_tests(rows):
    """Two tests of rows (kind, text, act): that `act()` raises `kind` with `text`, and in PyTorch.

    For the second one `minitorch`, `nn`, `F` and `tensor` in the file of `act` are PyTorch's.
    """
    ids = [re.sub(r"\W+", " ", text)[:50] for _, text, _ in rows]
    each_row = pytest.mark.parametrize("kind, text, act", rows, ids=ids)

    @each_row
    def refused(kind, text, act):
        with pytest.raises(kind) as error:
            act()
        assert text in str(error.value)

    @pytest.mark.torch
    @each_row
    def refused_by_torch(kind, text, act, monkeypatch):
        torch = pytest.importorskip("torch")
        theirs = {"minitorch": torch, "nn": torch.nn, "F": torch.nn.functional}
        for name, value in {**theirs, "tensor": torch.tensor}.items():
            monkeypatch.setitem(act.__globals__, name, value)
        refused(kind, text, act)

    return refused, refused_by_torch
