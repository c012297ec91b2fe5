"""Distributions as in PyTorch: values, gradients, shapes, printed forms, divergences."""

import numpy as np
import pytest
from distribution_examples import EXAMPLES, make

import minitorch
import minitorch.distributions

pytestmark = pytest.mark.torch
NEAR = 1e-10
LOOSE = {
    "VonMises": 1e-6,  # PyTorch's Bessel functions are right to 2e-7
    "Multinomial": 1e-6,  # its entropy has a factorial in float32
    "Multinomial of logits": 1e-6,
}
REFUSED = {"GeneralizedPareto"}  # PyTorch mixes float64 with float32, and raises
WISHARTS = {"Wishart", "Wishart of a factor"}  # PyTorch sums a part over the whole batch


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    return torch


def both(name, torch, grad=False):
    """Ours and theirs, each with its parameters where `grad`."""
    found = []
    for library in (minitorch, torch):
        params = [] if grad else None
        found.append((library, make(name, library, params), params))
    return found


def values(name, count=7):
    """Draws of our distribution."""
    minitorch.manual_seed(0)
    return make(name, minitorch).sample((count,)).numpy()


def result(f):
    """The value of f(), or its error."""
    try:
        return f()
    except (NotImplementedError, ValueError, RuntimeError) as error:
        return type(error)


def assert_same(ours, theirs, near):
    if isinstance(theirs, type) or isinstance(ours, type):
        assert isinstance(ours, type) and issubclass(ours, theirs)
        return
    ours, theirs = ours.detach().numpy(), theirs.detach().numpy()
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, near, near)


MOMENTS = ("mean", "mode", "variance", "stddev")


@pytest.mark.parametrize("name", EXAMPLES)
def test_shapes_constraints_and_printed_form(torch, name):
    seen = []
    for _, dist, _ in both(name, torch):
        bounds = {k: repr(v) for k, v in dist.arg_constraints.items()}
        seen.append(
            [repr(dist), tuple(dist.batch_shape), tuple(dist.event_shape), dist.has_rsample]
            + [dist.has_enumerate_support, repr(dist.support), bounds, dist.support.event_dim]
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", EXAMPLES)
def test_torch_agrees_on_moments(torch, name):
    ours, theirs = (dist for _, dist, _ in both(name, torch))
    for moment in MOMENTS:
        a, b = (result(lambda d=d: getattr(d, moment)) for d in (ours, theirs))  # noqa: B023  # called at once
        assert_same(a, b, LOOSE.get(name, NEAR))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("method", ["log_prob", "cdf", "entropy", "perplexity"])
def test_functions_and_their_gradients(torch, name, method):
    drawn = values(name)
    found = []
    for library, dist, params in both(name, torch, grad=True):
        arguments = [library.from_numpy(drawn)] if method in ("log_prob", "cdf") else []
        y = result(lambda: getattr(dist, method)(*arguments))  # noqa: B023  # called at once
        grads = []
        if not isinstance(y, type) and y.requires_grad:
            grads = result(lambda: library.autograd.grad(y.sum(), params, allow_unused=True))  # noqa: B023  # called at once
            grads = [grads] if isinstance(grads, type) else grads
        found.append([y, *[g for g in grads if g is not None]])
    if name in REFUSED and method in ("log_prob", "cdf"):
        assert found[1] == [RuntimeError]
        return
    assert len(found[0]) == len(found[1])
    for a, b in zip(*found):
        assert_same(a, b, LOOSE.get(name, 1e-9))


@pytest.mark.parametrize("name", EXAMPLES)
def test_torch_agrees_on_quantiles(torch, name):
    found = []
    for library, dist, _ in both(name, torch):
        shape = (3, *dist.batch_shape)
        u = library.from_numpy(np.random.default_rng(0).uniform(0.01, 0.99, shape))
        found.append(result(lambda: dist.icdf(u)))  # noqa: B023  # called at once
    assert_same(*found, 1e-9)


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n not in REFUSED])
def test_torch_agrees_on_expanded_distributions(torch, name):
    found = []
    drawn = values(name, 2)
    for library, dist, _ in both(name, torch):
        wide = dist.expand((2, *dist.batch_shape))
        assert type(wide) is type(dist)
        shown = repr(wide)
        found.append([wide.log_prob(library.from_numpy(drawn)), shown])
        if library is minitorch:
            assert wide.sample().shape == wide.sample((1,)).shape[1:]
    assert_same(found[0][0], found[1][0], LOOSE.get(name, NEAR))
    assert found[0][1] == found[1][1]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("expand", [True, False])
def test_torch_agrees_on_the_enumerated_support(torch, name, expand):
    a, b = (result(lambda d=d: d.enumerate_support(expand)) for _, d, _ in both(name, torch))
    assert_same(a, b, NEAR)


@pytest.fixture(scope="module")
def made(torch):
    """All examples, by both."""
    return {library: {n: make(n, library) for n in EXAMPLES} for library in (minitorch, torch)}


@pytest.mark.parametrize("p", EXAMPLES)
def test_divergence_from_every_other(torch, made, p):
    for q in EXAMPLES:
        if {p, q} == WISHARTS:
            continue
        ours, theirs = (
            result(lambda: library.distributions.kl_divergence(made[library][p], made[library][q]))  # noqa: B023  # called at once
            for library in (minitorch, torch)
        )
        assert_same(ours, theirs, 1e-9)
