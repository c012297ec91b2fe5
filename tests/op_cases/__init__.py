"""The table of ops: one row per op and situation; `test_ops.py` makes its tests from the rows.

A row names the op, the shapes of its tensors and, by keyword, its settings:

    case("lerp", [(3, 1), (4,), ()], like=lambda a, b, w: a + w * (b - a))

and from it come: the value against `like` (NumPy, float64), the dtype kept in float32 and float16,
first and second derivatives against central differences, inputs that are not contiguous, empty or
0-d, inputs left unchanged, an output that is overwritten, and, where PyTorch is installed, value,
dtypes, argument names and gradients against PyTorch's function of the same name. `row.py` says what
else a row can say.
"""

from op_cases import elementwise, index, linalg, nn, reduce, shape

FAMILIES = (elementwise, reduce, shape, index, linalg, nn)
CASES = [case for family in FAMILIES for case in family.CASES]
