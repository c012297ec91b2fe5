"""The same computation here and in PyTorch: values, gradients, second derivatives."""

import numpy as np

import minitorch

DTYPES = (("float64", 1e-9), ("float32", 5e-5))


def weight_for(y):
    """A gradient for an output of that shape: random, and the same at each call."""
    draw = np.random.default_rng(5).normal(size=tuple(y.shape))
    return np.asarray(draw).astype(y.detach().numpy().dtype)


def assert_close(ours, theirs, near):
    """Equal dtypes, shapes and values; None, no gradient, is as good as zeros."""
    ours, theirs = (None if x is None else x.detach() for x in (ours, theirs))
    if ours is None or theirs is None:
        given = [x.numpy(force=True) for x in (ours, theirs) if x is not None]
        assert not np.any(given)
        return
    ours, theirs = ours.numpy(), theirs.numpy(force=True)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, near, near)


def gradients(torch, y, xs, create_graph):
    weight = torch.from_numpy(weight_for(y))
    return torch.autograd.grad(y, xs, weight, create_graph=create_graph, allow_unused=True)


def compare(torch, ours, theirs, floats, constants=(), second=True):
    """Call both on the same arrays, in float64 and float32.

    floats     arrays by which to differentiate
    constants  further arrays; those of floats take the dtype under test too
    second     also compare second derivatives, in float64
    """
    for dtype, near in DTYPES:
        arrays = [np.array(x, dtype) for x in floats]
        fixed = [np.array(x, dtype if x.dtype.kind == "f" else x.dtype) for x in constants]
        results = []
        for library, f in ((minitorch, ours), (torch, theirs)):
            xs = [library.from_numpy(x.copy()).requires_grad_() for x in arrays]
            y = f(*xs, *map(library.from_numpy, fixed))
            graph = second and dtype == "float64"
            first = gradients(library, y, xs, graph)
            results.append([y, *first])
            if graph:
                parts = [g for g in first if g.requires_grad]
                total = sum((g * library.from_numpy(weight_for(g))).sum() for g in parts)
                some = library.autograd.grad(total, xs, allow_unused=True) if parts else ()
                results[-1] += [*some, *[None] * (len(xs) - len(some))]
        for a, b in zip(*results, strict=True):
            assert_close(a, b, near)


def compare_modules(torch, ours, theirs, *inputs):
    """Two modules with the parameters of the second: how they print, what they give and learn."""
    assert repr(ours) == repr(theirs)
    for dtype, near in DTYPES:
        theirs.to(getattr(torch, dtype))
        ours.to(getattr(minitorch, dtype))
        state = {key: x.numpy().copy() for key, x in theirs.state_dict().items()}
        assert list(ours.state_dict()) == list(state)
        ours.load_state_dict({key: minitorch.from_numpy(x) for key, x in state.items()})
        results = []
        for library, module in ((minitorch, ours), (torch, theirs)):
            module.zero_grad()
            xs = [library.from_numpy(np.array(x, dtype)).requires_grad_() for x in inputs]
            y = module(*xs)
            y.backward(library.from_numpy(weight_for(y)))
            found = [y, *[x.grad for x in xs], *[p.grad for p in module.parameters()]]
            results.append([*found, *module.buffers()])
        for a, b in zip(*results, strict=True):
            assert_close(a, b, near)
