"""Rows of random tensors; what fills and counts has no tensors to differentiate by."""

import numpy as np

from op_cases.row import case

CASES = [
    case(
        "drawn", [(2, 3), np.ones((2, 3))], step="Bernoulli", like=lambda x, value, step: value,
        fixed=(1,), torch=None, shapes=False,
    ),
    # Their derivatives are those of draws, of which the value says nothing: test_implicit.py.
    case(
        "gamma_drawn", [(2, 3), np.ones((2, 3))], like=lambda x, value: value, values=(0.5, 3),
        fixed=(1,), torch=None, shapes=False, orders=0,
    ),
    case(
        "dirichlet_drawn", [(2, 3), np.full((2, 3), 1 / 3)], like=lambda x, value: value,
        values=(0.5, 3), fixed=(1,), torch=None, shapes=False, orders=0,
    ),
]  # fmt: skip
