"""The update rule of an optimizer over CuPy arrays, in as few launches as it allows."""

import cupy as cp

from minitorch.backend.cupy_chains import Place, array_of, kernel, leaf, source_of


def fused_update(rule, p, g, state, settings):
    """`rule(p, g, state, **settings)`; in one launch if it is elementwise.

    The rule changes p and the arrays of the state by operators, `[...] =` and the functions of
    their namespace. What it makes of sums and products is computed when it asks for them, and what
    it changes is changed at the end: in one launch all that has the shape of p.
    """
    place, held = Place(p), dict(state)
    held.update({name: Place(x) for name, x in state.items() if type(x) is cp.ndarray})
    rule(place, leaf(g), held, **settings)
    places = [x for x in (place, *held.values()) if type(x) is Place and x.now.made is not x.array]
    alike = [x for x in places if x.shape == p.shape]
    others = [(x.array, array_of(x)) for x in places if x.shape != p.shape]
    leaves, numbers, source, results = source_of([x.now for x in alike])
    source += "".join(f"y{i} = T({name});\n" for i, name in enumerate(results))
    run = kernel(source, len(leaves), len(numbers), ("T",) * len(alike))
    run(*leaves, *numbers, *[x.array for x in alike])
    for array, changed in others:
        array[...] = changed
