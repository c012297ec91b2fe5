"""On a GPU the rules of some ops compute in one launch what they call element by element.

See `backend/cupy_chains.py`. Before there is a CuPy array no call costs more for it.
"""

from minitorch.autograd.op import OPS, at_registration
from minitorch.backend.namespaces import at_first_cupy

MODULES = (  # of `ops`, whose rules call elementwise functions one upon the other
    "activation", "activation_forms", "batch_norm", "binary_loss", "bounds", "exponents", "grid",
    "loss", "norm", "ranking_loss",
)  # fmt: skip


@at_first_cupy.append
def fuse_rules():
    """Give the ops of MODULES, and those that are made from now on, rules over chains."""
    from minitorch.backend.cupy_chains import fused  # noqa: PLC0415  only where CuPy is

    def fuse(call):
        o = call.op
        chosen = o.rule.__module__.rpartition(".")[2] in MODULES
        if chosen and o.differentiable and not o.variadic and not o.outputs:
            alike = o.composite is o.rule  # then what is packed in the vjps of one fits the other
            o.rule = call.__globals__["rule"] = fused(o.rule)
            o.composite = o.rule if alike else o.composite

    for call in OPS.values():
        fuse(call)
    at_registration.append(fuse)
