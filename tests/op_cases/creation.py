"""Rows of random tensors; what fills and counts has no tensors to differentiate by."""

import numpy as np

from op_cases.row import case

CASES = [
    case(
        "drawn", [(2, 3), np.ones((2, 3))], step="Bernoulli", like=lambda x, value, step: value,
        fixed=(1,), torch=None, shapes=False,
    ),
]  # fmt: skip
