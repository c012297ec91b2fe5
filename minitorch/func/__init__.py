"""Functions of functions: derivatives, mapping over a dimension, modules as functions.

>>> from minitorch import tensor
>>> vmap(grad(lambda x: x**3))(tensor([1.0, 2.0]))
tensor([ 3., 12.])
"""

from minitorch.func.derivatives import (
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
)
from minitorch.func.mapping import vmap
from minitorch.func.modules import (
    functional_call,
    replace_all_batch_norm_modules_,
    stack_module_state,
)

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap",
]  # fmt: skip
