"""Parametrizations that PyTorch brings: orthogonal matrices, weight and spectral normalisation."""

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import finfo
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module
from minitorch.nn.utils.parametrize import register_parametrization
from minitorch.nn.utils.spectral_norm import as_matrix, output_dim, require_iterations
from minitorch.nn.utils.weight_norm import norm_except_dim, normalized
from minitorch.ops.comparison import allclose
from minitorch.ops.creation import eye, zeros_like
from minitorch.ops.decompose import geqrf
from minitorch.ops.join import cat
from minitorch.ops.least_squares import orgqr
from minitorch.ops.matrix_functions import matrix_exp
from minitorch.ops.random import randn
from minitorch.ops.solve import solve_ex

MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    """From any matrix to one with orthonormal columns; rows, where it is wide.

    base  with `use_trivialization` the result is base @ map(X), so that any orthogonal matrix can
          be assigned: it becomes the base, and X the one that the map makes the identity of
    """

    base: Tensor

    def __init__(
        self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True
    ) -> None:
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        wide = X.size(-2) < X.size(-1)
        X = X.mT if wide else X
        Q = reflections(X) if self.orthogonal_map == "householder" else self._rotation(X)
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if wide else Q

    def _rotation(self, X):
        """The first columns of a rotation, made from the lower triangle of X."""
        n, k = X.shape[-2:]
        X = X.tril()
        if n != k:
            X = cat([X, X.new_zeros(*X.shape[:-1], n - k)], dim=-1)
        skew = X - X.mT
        if self.orthogonal_map == "matrix_exp":
            return matrix_exp(skew)[..., :k]
        one = eye(n, dtype=skew.dtype, device=skew.device)
        return solve_ex(one - skew / 2, one + skew / 2)[0][..., :k]

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of "
                f"shape {Q.shape}."
            )
        given = Q
        wide = Q.size(-2) < Q.size(-1)
        Q = Q.mT if wide else Q
        n, k = Q.shape[-2:]
        if not hasattr(self, "base"):
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley "
                    "parametrizations when use_trivialization=False."
                )
            A, tau = geqrf(Q)
            signs = A.diagonal(dim1=-2, dim2=-1)
            signs.sign_()
            signs[tau == 0] *= -1
            return A.mT if wide else A
        if n != k:
            more = randn(*Q.shape[:-1], n - k, dtype=Q.dtype, device=Q.device)
            Q = cat([Q, more], dim=-1)
        self.base = Q.clone() if n == k and is_orthogonal(Q) else made_orthogonal(Q)
        start = zeros_like(given)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start


def reflections(X):
    """The product of the Householder reflections of the columns below the diagonal of X, times the
    signs on it.
    """
    A = X.tril(-1)
    tau = 2.0 / (1.0 + (A * A).sum(-2))
    return orgqr(A, tau) * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)


def is_orthogonal(Q):
    n, k = Q.shape[-2:]
    one = eye(k, dtype=Q.dtype, device=Q.device)
    return allclose(Q.mT @ Q, one, atol=10.0 * n * finfo(Q.dtype).eps)


def made_orthogonal(A):
    """The orthonormal factor of A that varies evenly where A is random."""
    X, tau = geqrf(A)
    return orgqr(X, tau) * X.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Keep the columns of a weight orthonormal; its rows, where it has more columns than rows.

    orthogonal_map      "matrix_exp", "cayley" or "householder", how an orthogonal matrix is made
                        of any; None: the first for square weights, else the last
    use_trivialization  carry the present weight along as a factor, which makes assigning possible

    Lezcano-Casado, Trivializations for Gradient-Based Optimization on Manifolds, 2019,
    arXiv:1909.09501.
    """
    weight = tensor_of(module, name)
    if weight.ndim < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions."
        )
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
            f"Got: {orthogonal_map}"
        )
    map = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, map, unsafe=True)


def tensor_of(module, name):
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


class _WeightNorm(Module):
    """Size and direction to a weight: g * v / |v|."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return normalized(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn size (original0) and direction (original1) of a weight apart.

    dim  along which each part has a size of its own; None: one for the whole weight

    Loads state dicts of the older `nn.utils.weight_norm` too.
    Salimans and Kingma, Weight Normalization, 2016, arXiv:1602.07868.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def take_older_names(state_dict, prefix, *others):
        older = [f"{prefix}{name}{end}" for end in ("_g", "_v")]
        if all(key in state_dict for key in older):
            for i, key in enumerate(older):
                newer = f"{prefix}parametrizations.{name}.original{i}"
                state_dict[newer] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(take_older_names)
    return module


class _SpectralNorm(Module):
    """A weight to itself by its largest singular value, which power iteration finds."""

    _u: Tensor
    _v: Tensor

    def __init__(
        self,
        weight: Tensor,
        n_power_iterations: int = 1,
        dim: int = 0,
        eps: float = 1e-12,
    ) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got "
                f"{dim})"
            )
        require_iterations(n_power_iterations)
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            for name, n in zip(("_u", "_v"), matrix.shape, strict=True):
                draws = matrix.new_empty(n).normal_(0, 1)
                self.register_buffer(name, F.normalize(draws, dim=0, eps=eps))
            self._power_method(matrix, 15)

    @no_grad()
    def _power_method(self, weight_mat: Tensor, n_power_iterations: int) -> None:
        for _ in range(n_power_iterations):
            self._u.copy_(F.normalize(weight_mat.mv(self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(weight_mat.T.mv(self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next iteration writes into the buffers
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value.

    n_power_iterations  steps towards that value at each look in training, > 0
    eps                 keeps the division by a norm apart from 0
    dim                 of the weight that counts the outputs; None: what it is for this layer

    Miyato and others, Spectral Normalization for GANs, 2018, arXiv:1802.05957.
    """
    weight = tensor_of(module, name)
    dim = output_dim(module) if dim is None else dim
    norm = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return register_parametrization(module, name, norm)
