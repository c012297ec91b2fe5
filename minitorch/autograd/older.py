"""PyTorch's first signatures of some functions, the numbers before the tensors: `p.add_(-lr, g)`.

They are deprecated, but many programs were written with them.
"""

import warnings
from functools import wraps

from minitorch.autograd.tensor import Tensor

SETTINGS = {"add": ("alpha",), "sub": ("alpha",), "addcmul": ("value",), "addcdiv": ("value",)}
TENSORS = {
    "add": ("other",),
    "sub": ("other",),
    "addcmul": ("tensor1", "tensor2"),
    "addcdiv": ("tensor1", "tensor2"),
    "addmm": ("mat1", "mat2"),
    "addmv": ("mat", "vec"),
    "addr": ("vec1", "vec2"),
    "addbmm": ("batch1", "batch2"),
    "baddbmm": ("batch1", "batch2"),
}
PLACES = {  # of the numbers among the arguments; a function has beta in front of the tensor
    ("alpha",): ((1,),),
    ("value",): ((1,),),
    ("beta", "alpha"): ((0,), (1,), (0, 2), (1, 2)),
}


def numbers_first(name, given, named):
    """What was given to `name` by position, as its tensors and its settings, with a warning.

    named  the settings given by name; all are returned

    Raises TypeError where it is not such a call.
    """
    base = name.rstrip("_")
    tensors, names = TENSORS.get(base, ("other",)), SETTINGS.get(base, ("beta", "alpha"))
    excess = len(given) - 1 - len(tensors)
    places = tuple(i for i, value in enumerate(given) if not isinstance(value, Tensor))[:excess]
    if base not in TENSORS or places not in PLACES[names]:
        raise TypeError(
            f"{name}() takes {1 + len(tensors)} positional arguments but {len(given)} were given"
        )
    for twice in named.keys() & set(names[:excess]):
        raise TypeError(f"{name}() got multiple values for argument '{twice}'")
    warnings.warn(
        f"This overload of {name} is deprecated:\n"
        f"\t{name}({listed('Number', names[:excess])}, {listed('Tensor', tensors)})\n"
        "Consider using one of the following signatures instead:\n"
        f"\t{name}({listed('Tensor', tensors)}, *, {listed('Number', names, ' = 1')})",
        UserWarning,
        stacklevel=3,
    )
    numbers = [given[i] for i in places]
    rest = [value for i, value in enumerate(given) if i not in places]
    return rest, {**dict(zip(names, numbers)), **named}


def listed(kind, names, default=""):
    return ", ".join(f"{kind} {name}{default}" for name in names)


def takes_numbers_first(f):
    """`f`, a function of three tensors, that takes them after its numbers too."""

    @wraps(f)
    def call(*args, **settings):
        if len(args) > 3:
            args, settings = numbers_first(f.__name__, args, settings)
        return f(*args, **settings)

    return call
