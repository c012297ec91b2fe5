"""The update rule of an optimizer over CuPy arrays, as one kernel."""

from functools import lru_cache

import cupy as cp

from minitorch.backend.cupy_blocks import WIDER
from minitorch.backend.cupy_chains import Place, leaf, source_of


def fused_update(rule, p, g, state, settings):
    """`rule(p, g, state, **settings)` in one launch.

    The rule changes p and the arrays of the state by operators, `[...] =` and the functions of
    their namespace. Its numbers are arguments of the kernel, for many are others at each step.
    """
    place, held = Place(p), dict(state)
    held.update({name: Place(x) for name, x in state.items() if type(x) is cp.ndarray})
    rule(place, leaf(g), held, **settings)
    places = [x for x in (place, *held.values()) if type(x) is Place and x.now.made is not x.array]
    numbers: list = []
    leaves, lines, results = source_of([x.now for x in places], numbers)
    lines += [f"y{i} = T({name});" for i, name in enumerate(results)]
    run = kernel("\n".join(lines), len(leaves), len(numbers), len(places))
    run(*leaves, *numbers, *[x.array for x in places])


@lru_cache(256)
def kernel(lines, arrays, numbers, results):
    """The kernel of these lines, which reads so many arrays and numbers and writes so many."""
    given = [f"T x{i}" for i in range(arrays)] + [f"float64 c{i}" for i in range(numbers)]
    made = ", ".join(f"T y{i}" for i in range(results))
    return cp.ElementwiseKernel(", ".join(given), made, WIDER + lines, "fused_update")
