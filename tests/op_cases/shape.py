"""Rows for `ops/shape.py`, `ops/join.py` and `ops/index.py`."""

import numpy as np

from op_cases.row import case

CASES = []
