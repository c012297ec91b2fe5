"""Bessel and Airy functions and orthogonal polynomials, which have no derivatives in PyTorch.

They are in `minitorch.special` alone.
"""

from minitorch.autograd.op import op
from minitorch.backend.namespaces import namespace

BESSEL = {
    "airy_ai": ("airy_ai", "Airy's function Ai."),
    "bessel_j0": ("j0", "Bessel function of the first kind, of order 0."),
    "bessel_j1": ("j1", "Bessel function of the first kind, of order 1."),
    "bessel_y0": ("y0", "Bessel function of the second kind, of order 0."),
    "bessel_y1": ("y1", "Bessel function of the second kind, of order 1."),
    "modified_bessel_i0": ("bessel_i0", "Modified Bessel function of the first kind, of order 0."),
    "modified_bessel_i1": ("i1", "Modified Bessel function of the first kind, of order 1."),
    "modified_bessel_k0": ("k0", "Modified Bessel function of the second kind, of order 0."),
    "modified_bessel_k1": ("k1", "Modified Bessel function of the second kind, of order 1."),
    "scaled_modified_bessel_k0": ("k0e", "exp(x) times `modified_bessel_k0`."),
    "scaled_modified_bessel_k1": ("k1e", "exp(x) times `modified_bessel_k1`."),
    "spherical_bessel_j0": ("spherical_j0", "sin(x) / x; 1 at 0."),
}
POLYNOMIALS = {
    "chebyshev_polynomial_t": "Chebyshev's of the first kind: cos(n * t) where x is cos(t).",
    "chebyshev_polynomial_u": "Chebyshev's of the second kind.",
    "chebyshev_polynomial_v": "Chebyshev's of the third kind.",
    "chebyshev_polynomial_w": "Chebyshev's of the fourth kind.",
    "hermite_polynomial_h": "Hermite's, as physicists define them.",
    "hermite_polynomial_he": "Hermite's, as probability theory defines them.",
    "laguerre_polynomial_l": "Laguerre's.",
    "legendre_polynomial_p": "Legendre's.",
    "shifted_chebyshev_polynomial_t": "`chebyshev_polynomial_t` of 2 * x - 1.",
    "shifted_chebyshev_polynomial_u": "`chebyshev_polynomial_u` of 2 * x - 1.",
    "shifted_chebyshev_polynomial_v": "`chebyshev_polynomial_v` of 2 * x - 1.",
    "shifted_chebyshev_polynomial_w": "`chebyshev_polynomial_w` of 2 * x - 1.",
}


def bessel(name, kernel, meaning):
    """The op `name`, computed by the function `kernel` of the namespace."""

    def rule(x, /):
        return getattr(namespace(x), kernel)(x)

    rule.__name__, rule.__doc__ = name, meaning
    return op(rule, public=False, promote="float", differentiable=False, refuses=no_half(name))


def polynomial(name, meaning):
    """The op `name` of x and the degree n, tensors or numbers; 0 where n is negative."""
    kind = name.removeprefix("shifted_")

    def rule(x, n, /):
        return namespace(x).orthogonal_polynomial(x if kind == name else 2 * x - 1, n, kind)

    rule.__name__, rule.__doc__ = name, f"The polynomial of degree n at x: {meaning}"
    return op(
        rule,
        public=False,
        promote="float",
        differentiable=False,
        numbers="some",
        refuses=no_half(name),
    )


def no_half(name):
    return "h", f"{name}_cpu"


FUNCTIONS = {name: bessel(name, *about) for name, about in BESSEL.items()}
FUNCTIONS |= {name: polynomial(name, meaning) for name, meaning in POLYNOMIALS.items()}
