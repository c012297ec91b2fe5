"""The table of ops: one row per op and situation; `test_ops.py` makes its tests from the rows.

A row names the op, the shapes of its tensors and, by keyword, its settings:

    case("lerp", [(3, 1), (4,), ()], like=lambda a, b, w: a + w * (b - a))

and from it come: the value against `like` (NumPy, float64), the dtype kept in float32 and float16,
first and second derivatives against central differences, inputs that are not contiguous, empty or
0-d, inputs left unchanged, an output that is overwritten, and, where PyTorch is installed, value,
dtypes, argument names and gradients against PyTorch's function of the same name. `row.py` says what
else a row can say.
"""

from op_cases import (
    creation,
    decompose,
    elementwise,
    index,
    linalg,
    nn_activation,
    nn_ctc,
    nn_image,
    nn_layer,
    nn_loss,
    pieces,
    pointwise,
    recurrent,
    reduce,
    scan,
    scatter,
    shape,
    solve,
    special,
    statistics,
    sums_of_products,
)

FAMILIES = (
    creation,
    elementwise,
    pointwise,
    special,
    reduce,
    scan,
    statistics,
    shape,
    pieces,
    index,
    scatter,
    linalg,
    sums_of_products,
    decompose,
    solve,
    nn_image,
    nn_activation,
    nn_loss,
    nn_ctc,
    nn_layer,
    recurrent,
)
CASES = [case for family in FAMILIES for case in family.CASES]
