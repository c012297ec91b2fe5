"""Update rules as functions of lists of tensors, as PyTorch has them: `optim.adam.adam`, ...

>>> import minitorch
>>> from minitorch.optim.sgd import sgd
>>> p, g = minitorch.ones(2), minitorch.ones(2)
>>> sgd([p], [g], [], lr=0.1)
>>> p
tensor([0.9000, 0.9000])
"""

from minitorch.autograd.tensor import Tensor
from minitorch.optim.options import SWITCHES

PAIRS = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "step_sizes": ("step_size_min", "step_size_max"),
}
WITHOUT_EFFECT = SWITCHES - {"differentiable"} | {"has_complex", "has_sparse_grad"}


def over_lists(kind, *names):
    """A function that changes `params` by the rule of the optimizer class `kind`.

    After `params` and their gradients it takes a list for each of `names`, entries of the state,
    which change too: empty where the rule knows no such entry, with None for one that is not there
    yet. The options go by name; those not given are as in the class. With `differentiable` the step
    is recorded, and the lists get new tensors.
    """

    def rule(params, grads, *lists, **options):
        if len(lists) != len(names):
            raise TypeError(
                f"{kind.__name__.lower()}() takes {len(names)} lists of state ({', '.join(names)}) "
                f"but got {len(lists)}\n  all other options go by name"
            )
        entries = {name: each for name, each in zip(names, lists) if each}
        if not all(isinstance(step, Tensor) for step in entries.get("step", ())):
            raise RuntimeError(
                "API has changed, `state_steps` argument must contain a list of singleton tensors"
            )
        options = {
            name: value
            for name, value in options.items()
            if name not in WITHOUT_EFFECT and value is not None
        }
        for name, ends in PAIRS.items():
            if ends[0] in options:
                options[name] = tuple(options.pop(end) for end in ends)
        optimizer = kind(params, **options)
        held = [p._grad for p in params]
        try:
            for i, (p, g) in enumerate(zip(params, grads, strict=True)):
                p._grad = g
                known = {name: each[i] for name, each in entries.items() if each[i] is not None}
                optimizer.state[p] = known
            optimizer._step_one_by_one(optimizer.param_groups[0])
        finally:
            for p, g in zip(params, held, strict=True):
                p._grad = g
        for name, each in entries.items():
            each[:] = [optimizer.state[p].get(name) for p in params]

    return rule
