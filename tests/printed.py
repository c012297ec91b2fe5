"""Tables of what an expression prints, the same here and in PyTorch."""

import pytest

import minitorch


def printing_tests(rows, names):
    """Two tests of rows {expression: text}: what it evaluates to prints so, and in PyTorch.

    names  from the library to the names that the expressions use
    """

    def printed(library, expression):
        return repr(eval(expression, names(library)))

    each_row = pytest.mark.parametrize("expression", rows)

    @each_row
    def prints(expression):
        assert printed(minitorch, expression) == rows[expression]

    @pytest.mark.torch
    @each_row
    def torch_prints(expression):
        assert printed(pytest.importorskip("torch"), expression) == rows[expression]

    return prints, torch_prints
