"""Other functions for `record` and `wrap` in front of all ops, while something looks at each call.

So what looks at calls costs nothing while nobody does.
"""

from minitorch.autograd import op as op_module
from minitorch.autograd import tensor as tensor_module
from minitorch.autograd.op import OPS, at_registration

FRONT: dict = {"anomaly": None, "saving": None}  # from the innermost to the outermost


def put(name, layer):
    """Let ops call what `layer`, a function from these functions by name to others, makes of them.

    name   the place in FRONT
    layer  None: nothing there from now on
    """
    FRONT[name] = layer
    for scope in (vars(op_module), *[call.__globals__ for call in OPS.values()]):
        put_into(scope)


def put_into(scope):
    chosen = {"record": tensor_module.record, "wrap": tensor_module.wrap}
    for layer in FRONT.values():
        if layer is not None:
            chosen |= layer(**chosen)
    scope.update({name: f for name, f in chosen.items() if name in scope})


at_registration.append(lambda call: put_into(call.__globals__))
