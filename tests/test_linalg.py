"""`minitorch.linalg` and the products: what the rows of the op table can't say."""

import math
import re
from functools import partial

import numpy as np
import pytest

import minitorch
from minitorch import linalg
from minitorch.autograd import grad, gradcheck, gradgradcheck


def random(*shape, seed=0):
    values = np.random.default_rng(seed).uniform(-1, 1, shape)
    return minitorch.from_numpy(values).requires_grad_()


def regular(*batch, n=3):
    return (
        random(*batch, n, n).detach() + 3 * minitorch.eye(n, dtype=minitorch.float64)
    ).requires_grad_()


def close(a, b, near=1e-9):
    np.testing.assert_allclose(a.detach().numpy(), b, rtol=near, atol=near)


# -------------------------------------------------------------------- values and derivatives

N = np.linalg
SQUARE = [
    ("inv", {}, N.inv),
    ("det", {}, N.det),
    ("matrix_exp", {}, None),
    ("matrix_power", {"n": 3}, lambda a: N.matrix_power(a, 3)),
    ("matrix_power", {"n": -1}, N.inv),
    ("pinv", {}, N.pinv),
    ("svdvals", {}, lambda a: N.svd(a, compute_uv=False)),
    ("matrix_norm", {}, lambda a: N.norm(a, "fro", (-2, -1))),
    ("matrix_norm", {"ord": "nuc"}, lambda a: N.norm(a, "nuc", (-2, -1))),
    *[
        ("matrix_norm", {"ord": p}, lambda a, p=p: N.norm(a, p, (-2, -1)))
        for p in (1, -1, 2, -2, np.inf, -np.inf)
    ],
    *[
        ("cond", {"p": p}, lambda a, p=p: N.cond(a, p))
        for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro")
    ],
    ("norm", {}, N.norm),
    ("vector_norm", {"ord": 3, "dim": 1}, lambda a: (np.abs(a) ** 3).sum(1) ** (1 / 3)),
    ("diagonal", {"offset": 1}, lambda a: np.diagonal(a, 1, -2, -1)),
]


@pytest.mark.parametrize("batch", [(), (2,)])
@pytest.mark.parametrize("name, settings, like", SQUARE)
def test_functions_of_square_matrices_agree_with_numpy_and_with_differences(
    name, settings, like, batch
):
    x = regular(*batch)
    if name == "diagonal" and not batch:
        like = partial(np.diagonal, offset=1)
    f = partial(getattr(linalg, name), **settings)
    if like is not None:
        close(f(x), like(x.detach().numpy()))
    assert gradcheck(f, (x,))
    assert gradgradcheck(f, (x,))


@pytest.mark.parametrize("p", ["fro", "nuc", 1, -1, math.inf, -math.inf])
def test_the_condition_of_a_singular_matrix_is_infinite(p):
    A = minitorch.stack([minitorch.eye(2), minitorch.zeros(2, 2)])
    assert linalg.cond(A, p)[1].item() == math.inf


def test_third_derivatives_are_those_of_second_ones_differenced():
    x = regular(n=2)
    for f in (linalg.det, lambda x: linalg.inv(x).sum(), lambda x: linalg.matrix_exp(x)[0, 1],
              lambda x: linalg.slogdet(x)[1], lambda x: linalg.svdvals(x)[0],
              lambda x: linalg.qr(x).R[0, 1], lambda x: linalg.lu_factor(x).LU[1, 1],
              lambda x: linalg.cholesky(x @ x.mT)[1, 0]):  # fmt: skip
        assert gradgradcheck(lambda x, f=f: grad(f(x), x, create_graph=True), (x,))


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("shape", [(3, 2), (4, 3, 2), (1, 3, 2)])
def test_solve_takes_batches_from_either_side(shape, left):
    a, b = regular(4), random(*(shape if left else (*shape[:-2], 2, 3)), seed=1)
    x = linalg.solve(a, b, left=left)
    close(a @ x if left else x @ a, np.broadcast_to(b.detach().numpy(), (4, *b.shape[-2:])))
    assert gradcheck(lambda a, b: linalg.solve(a, b, left=left), (a, b))
    assert gradgradcheck(lambda a, b: linalg.solve(a, b, left=left), (a, b))


def test_solve_takes_vectors_one_for_each_matrix():
    a, b = regular(2), random(2, 3, seed=1)
    x = linalg.solve(a, b)
    assert x.shape == (2, 3)
    close((a @ x.unsqueeze(-1)).squeeze(-1), b.detach().numpy())


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3), (2, 3, 2)])
@pytest.mark.parametrize("full", [True, False])
def test_svd_puts_its_matrix_together_again(shape, full):
    x = random(*shape)
    u, s, vh = linalg.svd(x, full_matrices=full)
    k = s.shape[-1]
    close(u[..., :k] * s.unsqueeze(-2) @ vh[..., :k, :], x.detach().numpy())
    assert u.shape[-1] == (shape[-2] if full else k)
    assert vh.shape[-2] == (shape[-1] if full else k)
    assert gradcheck(lambda x: linalg.svd(x, full_matrices=full).U[..., :k].abs(), (x,))
    assert gradgradcheck(lambda x: linalg.svd(x, full_matrices=full).Vh[..., :k, :].abs(), (x,))


def test_old_svd_returns_v_and_zeros_for_vectors_not_asked_for():
    x = random(3, 2)
    u, s, v = minitorch.svd(x)
    close(u * s @ v.mT, x.detach().numpy())
    u, s, v = minitorch.svd(x, compute_uv=False)
    assert (u.shape, v.shape) == ((3, 3), (2, 2))
    assert not u.any() and not v.any()


@pytest.mark.parametrize("uplo", ["L", "U"])
def test_eigh_reads_one_triangle(uplo):
    x = random(3, 3)
    w, v = linalg.eigh(x, uplo)
    a = x.detach().tril() if uplo == "L" else x.detach().triu().mT
    a = a + a.tril(-1).mT
    close(v * w @ v.mT, a.numpy())
    close(linalg.eigvalsh(x, uplo), w.detach().numpy())


@pytest.mark.parametrize("shape", [(70, 70), (2, 40, 65), (65, 40), (0, 3, 3), (3, 0), (2, 0, 0)])
def test_lu_puts_its_matrix_together_again(shape):
    x = random(*shape)
    p, lower, upper = linalg.lu(x)
    close(p @ lower @ upper, x.detach().numpy())
    packed, pivots, info = linalg.lu_factor_ex(x)
    assert pivots.dtype is minitorch.int32
    assert info.shape == shape[:-2]
    assert not info.any()
    for part, again in zip((p, lower, upper), minitorch.lu_unpack(packed, pivots)):
        close(part, again.detach().numpy())


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("adjoint", [True, False])
def test_lu_solve_solves_with_the_factors_of_lu_factor(left, adjoint):
    a, b = regular(2), random(2, 3, 3, seed=1)

    def f(a, b):
        return linalg.lu_solve(*linalg.lu_factor(a), b, left=left, adjoint=adjoint)

    x, matrix = f(a, b), a.mT if adjoint else a
    close(matrix @ x if left else x @ matrix, b.detach().numpy())
    assert gradcheck(f, (a, b))


@pytest.mark.parametrize("shape", [(4, 2), (3, 3), (2, 4), (2, 4, 3)])
def test_geqrf_and_its_reflectors_make_q(shape):
    x = random(*shape)
    q, r = linalg.qr(x, mode="complete")
    h, tau = minitorch.geqrf(x.detach())
    close(h.triu(), r.detach().numpy())
    m, n = shape[-2:]
    if m >= n:
        close(linalg.householder_product(h, tau), q[..., :n].detach().numpy())
    other = random(*shape[:-2], m, m, seed=2)
    close(minitorch.ormqr(h, tau, other), (q @ other).detach().numpy())
    close(minitorch.ormqr(h, tau, other, False, True), (other @ q.mT).detach().numpy())


@pytest.mark.parametrize("driver", [None, "gels", "gelsd", "gelss", "gelsy"])
def test_lstsq_comes_nearest(driver):
    a, b = random(2, 5, 3), random(2, 5, 2, seed=1)
    found = linalg.lstsq(a, b, driver=driver)
    for i in range(2):
        want, distance, rank, s = N.lstsq(a[i].detach().numpy(), b[i].detach().numpy(), None)
        close(found.solution[i], want)
        if driver in ("gels", "gelsd", "gelss"):
            close(found.residuals[i], distance)
        if driver != "gels":
            assert found.rank[i] == rank
        if driver in ("gelsd", "gelss"):
            close(found.singular_values[i], s)
    assert gradcheck(lambda a, b: linalg.lstsq(a, b).solution, (a, b))
    assert gradgradcheck(lambda a, b: linalg.lstsq(a, b).solution, (a, b))


def test_pinv_counts_small_singular_values_as_0():
    x = minitorch.diag(minitorch.tensor([1.0, 1e-3, 0.0]))
    close(linalg.pinv(x), np.diag([1, 1e3, 0]), 1e-4)
    close(linalg.pinv(x, atol=0.1), np.diag([1, 0, 0]))
    close(linalg.pinv(x, rtol=0.1, hermitian=True), np.diag([1, 0, 0]), 1e-6)
    assert linalg.matrix_rank(x) == 2
    assert linalg.matrix_rank(x, atol=minitorch.tensor([0.1, 0.0])).tolist() == [1, 2]
    assert linalg.matrix_rank(x, hermitian=True, rtol=0.5) == 1


def test_tensors_are_solved_and_inverted_as_matrices():
    a, b = random(2, 3, 6), random(2, 3, seed=1)
    close(linalg.tensorsolve(a, b), N.tensorsolve(a.detach().numpy(), b.detach().numpy()))
    moved = a.permute(2, 0, 1).contiguous()
    close(linalg.tensorsolve(moved, b, dims=(0,)), linalg.tensorsolve(a, b).detach().numpy())
    close(linalg.tensorinv(moved, ind=1), N.tensorinv(moved.detach().numpy(), 1))


def test_cross_without_a_dimension_warns_and_takes_the_first_of_size_3():
    a, b = minitorch.rand(3, 2), minitorch.rand(3, 2)
    with pytest.warns(UserWarning, match="Using torch.cross without specifying the") as seen:
        found = minitorch.cross(a, b)
    assert seen[0].filename == __file__
    assert minitorch.equal(found, minitorch.cross(a, b, dim=0))
    with (
        pytest.warns(UserWarning, match="Using torch.cross"),
        pytest.raises(RuntimeError, match="no dimension of size 3 in input"),
    ):
        minitorch.cross(minitorch.ones(2, 4), minitorch.ones(2, 4))


def test_cross_takes_vectors_of_one_dtype():
    with pytest.raises(RuntimeError, match="expected scalar type Float but found Double"):
        linalg.cross(minitorch.ones(3), minitorch.ones(3).double())


def test_vander_and_vecdot_and_cross():
    x = minitorch.tensor([1, 2, 3])
    assert linalg.vander(x).tolist() == np.vander([1, 2, 3], increasing=True).tolist()
    assert linalg.vander(x, N=2).tolist() == [[1, 1], [1, 2], [1, 3]]
    a, b = random(2, 3), random(3, seed=1)
    close(linalg.vecdot(a, b), a.detach().numpy() @ b.detach().numpy())
    close(linalg.cross(a, b.expand(2, 3)), np.cross(a.detach().numpy(), b.detach().numpy()))


def test_multi_dot_takes_vectors_at_the_ends():
    a, b, c, d = (random(*shape).detach() for shape in [(4,), (4, 2), (2, 5), (5,)])
    for tensors in ([a, b, c, d], [b, c], [a, b], [c, d], [b, c, d]):
        close(linalg.multi_dot(tensors), N.multi_dot([t.numpy() for t in tensors]))


# -------------------------------------------------------------------- einsum and products


def test_einsum_takes_lists_of_numbers_and_a_list_of_operands():
    a, b = random(2, 3), random(3, 4)
    want = (a @ b).detach().numpy()
    close(minitorch.einsum(a, [0, 1], b, [1, 27], [0, 27]), want)
    close(minitorch.einsum(a, [0, 1], b, [1, 27]), want)
    close(minitorch.einsum("ij,jk", [a, b]), want)
    close(minitorch.einsum(a, [..., 0], b, [0, 1], [..., 1]), want)


def test_einsum_refuses_in_pytorchs_words():
    a = minitorch.ones(2, 3)
    for error, words, arguments in [
        (ValueError, "must specify the equation string and at least one operand", ("i",)),
        (ValueError, "subscript in subscript list is not within the valid range", (a, [0, 60])),
        (TypeError, "argument 'equation' (position 1) must be str, not int", (3, a)),
        (TypeError, "expected Tensor as element 1 in argument 1, but got int", ("ij,", a, 3)),
        (RuntimeError, "found '.' for output but an ellipsis (...)", ("ij->......", a)),
        (RuntimeError, "for output that is not part of any ellipsis (...)", ("ij->..", a)),
        (ValueError, "must specify the equation string and at least one operand", ("", [])),
        (RuntimeError, "found '.' for operand 0 for which an ellipsis", ("...i...", a)),
        (RuntimeError, "is more than the number of dimensions (2)", ("ijk...", a)),
        (RuntimeError, "dimension 1 covered by ellipsis in operand 1has size 2",
         (a, [0, ...], minitorch.ones(3, 2), [1, ...])),
    ]:  # fmt: skip
        with pytest.raises(error, match=re.escape(words)):
            minitorch.einsum(*arguments)


@pytest.mark.parametrize("name, shapes", [
    ("addmm", [(2, 3), (2, 4), (4, 3)]), ("addmv", [(2,), (2, 3), (3,)]),
    ("addr", [(2, 3), (2,), (3,)]), ("addbmm", [(2, 3), (4, 2, 2), (4, 2, 3)]),
    ("baddbmm", [(4, 2, 3), (4, 2, 2), (4, 2, 3)]),
])  # fmt: skip
def test_sums_with_products_have_in_place_forms_and_with_beta_0_forget_nan(name, shapes):
    x, a, b = (random(*shape, seed=i).detach() for i, shape in enumerate(shapes))
    want = getattr(minitorch, name)(x, a, b, beta=0, alpha=2)
    lost = minitorch.full_like(x, math.nan)
    close(getattr(minitorch, name)(lost, a, b, beta=0, alpha=2), want.numpy())
    assert getattr(lost, f"{name}_")(a, b, beta=0, alpha=2) is lost
    close(lost, want.numpy())


def test_recorded_steps_have_pytorchs_names():
    x, a = random(2, 2), regular(n=2)
    for y, name in [
        (minitorch.addmm(x, x, x), "AddmmBackward0"),
        (minitorch.addmv(x[0], x, x[0]), "AddmvBackward0"),
        (linalg.inv(a), "LinalgInvExBackward0"),
        (linalg.solve(a, x), "LinalgSolveExBackward0"),
        (linalg.det(a), "LinalgDetBackward0"),
        (linalg.eigh(a).eigenvalues, "LinalgEighBackward0"),
        (linalg.svd(a).S, "LinalgSvdBackward0"),
        (linalg.matrix_exp(a), "LinalgMatrixExpBackward0"),
        (minitorch.cdist(x, x), "CdistBackward0"),
    ]:
        assert y.grad_fn.name() == name


def test_out_receives_the_value_or_the_values():
    a = regular().detach()
    out = minitorch.empty(3, 3, dtype=minitorch.float64)
    assert linalg.inv(a, out=out) is out
    close(out, N.inv(a.numpy()))
    q, r = minitorch.empty(0, dtype=a.dtype), minitorch.empty(0, dtype=a.dtype)
    found = linalg.qr(a, out=(q, r))
    assert found.Q is q and found.R is r
    close(q @ r, a.numpy())


def test_cdist_by_products_is_near_the_exact_one():
    a, b = random(30, 4), random(20, 4, seed=1)
    exact = minitorch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    close(minitorch.cdist(a, b), exact.detach().numpy())
    with pytest.raises(ValueError, match="x is not a valid value for compute_mode"):
        minitorch.cdist(a, b, compute_mode="x")


def test_cdist_has_no_gradient_where_rows_are_equal():
    x = minitorch.ones(2, 3, dtype=minitorch.float64).requires_grad_()
    (g,) = grad(minitorch.cdist(x, x).sum(), x, create_graph=True)
    assert not g.any()
    assert not grad(g.sum(), x)[0].any()


# -------------------------------------------------------------------- what can't be done


def test_info_tells_which_matrix_failed():
    good, bad = minitorch.eye(3), minitorch.diag(minitorch.tensor([1.0, -1.0, 1.0]))
    found = linalg.cholesky_ex(minitorch.stack([good, bad]))
    assert found.info.tolist() == [0, 2]
    close(found.L[0], np.eye(3))
    flat = minitorch.ones(3, 3)
    assert linalg.inv_ex(minitorch.stack([good, flat])).info.tolist() == [0, 2]
    found = linalg.solve_ex(minitorch.stack([good, flat]), good)
    assert found.info.tolist() == [0, 2]
    close(found.result[0], np.eye(3))
    assert linalg.lu_factor_ex(flat).info == 2


ONE = minitorch.eye(3)
FLAT = minitorch.ones(3, 3)
WIDE = minitorch.ones(2, 3)
REFUSED = [
    (lambda: linalg.cholesky(-ONE), "linalg.cholesky: The factorization could not be completed"),
    (lambda: linalg.inv(FLAT), "linalg.inv: The diagonal element 2 is zero"),
    (lambda: linalg.solve(FLAT, ONE), "torch.linalg.solve: The solver failed because the input"),
    (lambda: linalg.solve(ONE, WIDE), "linalg.solve: Incompatible shapes of A and B for the "
     "equation AX = B (3x3 and 2x3)"),
    (lambda: linalg.solve(ONE, WIDE.double()), "linalg.solve: Expected A and B to have the same"),
    (lambda: linalg.inv(ONE.half()), "linalg.inv: Low precision dtypes not supported. Got Half"),
    (lambda: linalg.svd(ONE * math.nan), "linalg.svd: The algorithm failed to converge because"),
    (lambda: linalg.svd(minitorch.stack([ONE, ONE * math.nan])), "linalg.svd: (Batch element 1):"),
    (lambda: linalg.eigh(ONE * math.nan), "linalg.eigh: The algorithm failed to converge because"),
    (lambda: linalg.eigh(ONE, "x"), "Expected UPLO argument to be 'L' or 'U', but got x"),
    (lambda: linalg.qr(ONE, "x"), "qr received unrecognized mode 'x'"),
    (lambda: linalg.lu(WIDE, pivot=False), "LU without pivoting is not implemented on the CPU"),
    (lambda: linalg.lu_factor(FLAT), "torch.linalg.lu_factor: U[2,2] is zero and using it on"),
    (lambda: linalg.matrix_norm(ONE, 3), "linalg.matrix_norm: Order 3 not supported."),
    (lambda: linalg.matrix_norm(ONE, dim=(0, 0)), "dims must be different. Got (0, 0)"),
    (lambda: linalg.matrix_norm(ONE.int()), "linalg.matrix_norm: Expected a floating point or"),
    (lambda: linalg.matrix_norm(ONE.double(), dtype=minitorch.float32), "without narrowing to"),
    (lambda: linalg.norm(ONE.expand(2, 3, 3), 2), "the input must be 1D or 2D. Got 3D."),
    (lambda: linalg.norm(ONE, dim=(0, 1, 2)), "If dim is specified, it must be of length 1 or 2"),
    (lambda: linalg.cond(WIDE, 1), "linalg.cond(ord=1): A must be batches of square matrices"),
    (lambda: linalg.cond(ONE, 3), "linalg.cond got an invalid norm type: 3"),
    (lambda: linalg.lstsq(WIDE, ONE), "torch.linalg.lstsq: input.size(-2) should match other.size"),
    (lambda: linalg.lstsq(FLAT, ONE, driver="gels"), "does not have full rank (error code: 2)"),
    (lambda: linalg.lstsq(ONE, ONE, driver="x"), "parameter `driver` should be one of (gels, "),
    (lambda: linalg.multi_dot([ONE]), "multi_dot(): expected at least 2 tensors but got 1"),
    (lambda: linalg.multi_dot([ONE, WIDE]), "multi_dot(): tensors 0 and 1 with shapes [3, 3] and "),
    (lambda: linalg.vander(ONE, N=1), "N must be greater than 1."),
    (lambda: linalg.vecdot(ONE, ONE.int()), "linalg.vecdot: Expected x and y to have the same"),
    (lambda: linalg.tensorinv(WIDE, ind=0), "Expected a strictly positive integer for 'ind'"),
    (lambda: linalg.tensorsolve(WIDE, WIDE), "Expected self to satisfy the requirement prod("),
    (lambda: linalg.eig(ONE), "linalg.eig: its results are complex"),
    (lambda: linalg.eigvals(ONE), "linalg.eigvals: its results are complex"),
    (lambda: minitorch.ones(2, 3) @ minitorch.ones(3, 4, dtype=minitorch.float64),
     "expected m1 and m2 to have the same dtype, but got: float != double"),
]  # fmt: skip


@pytest.mark.parametrize("call, words", REFUSED, ids=[words[:30] for _, words in REFUSED])
def test_refused_matrices_raise_with_these_words(call, words):
    with pytest.raises(RuntimeError, match=re.escape(words)):
        call()


def test_failures_of_the_data_are_linalg_errors():
    assert issubclass(linalg.LinAlgError, RuntimeError)
    for call in (lambda: linalg.inv(FLAT), lambda: linalg.cholesky(-ONE)):
        with pytest.raises(linalg.LinAlgError):
            call()


def test_qr_says_where_it_has_no_derivative():
    x = random(3, 2)
    with pytest.raises(RuntimeError, match="which is not computed when mode='r'"):
        linalg.qr(x, "r").R.sum().backward()
    with pytest.raises(RuntimeError, match="when mode='complete' and nrows > ncols"):
        linalg.qr(x, "complete").R.sum().backward()
    with pytest.raises(NotImplementedError, match="the derivative for 'geqrf' is not implemented"):
        minitorch.geqrf(x).a.sum().backward()


def test_results_print_as_pytorchs():
    shown = repr(linalg.slogdet(minitorch.eye(2)))
    assert shown == "torch.return_types.linalg_slogdet(\nsign=tensor(1.),\nlogabsdet=tensor(0.))"


def test_triangles_with_a_zero_on_the_diagonal_give_inf():
    a = minitorch.tensor([[1.0, 2.0], [0.0, 0.0]])
    x = linalg.solve_triangular(a, minitorch.ones(2, 1), upper=True)
    assert not minitorch.isfinite(x).any()


@pytest.mark.torch
def test_torch_linalg_has_the_same_names():
    torch = pytest.importorskip("torch")
    theirs = {name for name in dir(torch.linalg) if name[0] != "_" and name.islower()}
    theirs -= {"common_notes", "inf", "torch", "ldl_factor", "ldl_factor_ex", "ldl_solve"}
    theirs &= {name for name in theirs if callable(getattr(torch.linalg, name))}
    assert theirs - set(linalg.__all__) == set()
    for name in linalg.__all__:
        assert hasattr(linalg, name)
        assert hasattr(torch.linalg, name)


# -------------------------------------------------------------------- low rank


@pytest.mark.parametrize("shape", [(30, 8), (8, 30), (2, 12, 9)])
def test_a_matrix_of_low_rank_comes_back_from_its_largest_singular_values(shape):
    A = (random(*shape[:-1], 3) @ random(*shape[:-2], 3, shape[-1], seed=1)).detach()
    U, S, V = minitorch.svd_lowrank(A, q=5)
    assert (U.shape, S.shape, V.shape) == (
        (*shape[:-1], 5), (*shape[:-2], 5), (*shape[:-2], shape[-1], 5),
    )  # fmt: skip
    close(U * S.unsqueeze(-2) @ V.mT, A)
    close(S[..., :3], np.linalg.svd(A.numpy())[1][..., :3])


def test_a_mean_is_taken_off_before_the_singular_values():
    A, M = random(9, 4).detach(), random(1, 4, seed=1).detach()
    _, S, _ = minitorch.svd_lowrank(A, q=4, M=M)
    close(S, np.linalg.svd((A - M).numpy())[1])


def test_principal_components_are_those_of_the_centred_rows():
    A = random(20, 5).detach() + 7
    _, S, V = minitorch.pca_lowrank(A, q=5)
    _, want, Vh = np.linalg.svd(A.numpy() - A.numpy().mean(0))
    close(S, want)
    close((V.mT @ minitorch.from_numpy(Vh.T)).abs(), np.eye(5), near=1e-6)
    assert minitorch.pca_lowrank(A, center=False)[1][0] > 60


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"q": 6}, r"q\(=6\) must be non-negative integer and not greater than min\(m, n\)=5"),
        ({"niter": -1}, r"niter\(=-1\) must be non-negative integer"),
    ],
)
def test_principal_components_name_what_they_refuse(settings, text):
    with pytest.raises(ValueError, match=text):
        minitorch.pca_lowrank(random(20, 5), **settings)


@pytest.mark.parametrize(
    "f",
    [
        linalg.inv,
        linalg.cholesky,
        partial(linalg.cholesky, upper=True),
        linalg.qr,
        lambda A: linalg.qr(A[..., :2, :]),
        lambda A: linalg.svd(A)[::2],
        lambda A: linalg.eigh(A).eigenvectors,
        lambda A: linalg.solve(A, A[..., :2]),
        lambda A: linalg.solve_triangular(A, A, upper=True),
        lambda A: linalg.solve_triangular(A, A, upper=True, left=False),
        lambda A: linalg.lu_factor(A).LU,
        lambda A: minitorch.geqrf(A).a,
    ],
    ids=[
        "inv",
        "cholesky",
        "upper",
        "qr",
        "wide",
        "svd",
        "eigh",
        "solve",
        "triangular",
        "right",
        "lu_factor",
        "geqrf",
    ],
)
def test_results_lie_in_memory_column_by_column(f):
    for shape in ((3, 3), (2, 3, 3)):
        A = random(*shape).detach()
        made = f(A @ A.mT + minitorch.eye(3, dtype=A.dtype))
        for y in [made] if isinstance(made, minitorch.Tensor) else made:
            assert y.mT.is_contiguous()


BY_COLUMNS = {
    "lstsq": lambda m, a: m.linalg.lstsq(a[:, :2], a[:, 1:]).solution,
    "lu_solve": lambda m, a: m.linalg.lu_solve(*m.linalg.lu_factor(a), a[:, :2], adjoint=True),
    "householder_product": lambda m, a: m.linalg.householder_product(*m.geqrf(a[:, :2])),
    "ormqr": lambda m, a: m.ormqr(*m.geqrf(a), a[:, :2]),
    "cholesky_inverse": lambda m, a: m.cholesky_inverse(m.linalg.cholesky(a @ a.mT)),
    "solve": lambda m, a: m.linalg.solve(a, a[:, :2]),
    "inv": lambda m, a: m.linalg.inv(a),
    "cholesky_ex of a matrix that has none": lambda m, a: m.linalg.cholesky_ex(-a).L,
    "inv_ex of a singular matrix": lambda m, a: m.linalg.inv_ex(a * 0).inverse,
    "solve_ex of a singular matrix": lambda m, a: m.linalg.solve_ex(a * 0, a[:, :2]).result,
}


@pytest.mark.parametrize("library", ["minitorch", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("name", BY_COLUMNS)
def test_results_lie_column_by_column_as_lapack_leaves_them(name, library):
    m = pytest.importorskip(library)
    a = m.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [2.0, 1.0, 5.0]])
    result = BY_COLUMNS[name](m, a)
    assert result.stride(0) == 1 < result.stride(1)
