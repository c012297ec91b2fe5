"""cuSOLVER and the solvers of cuBLAS, for real matrices, written with NumPy.

`cupyx.cusolver`, where CuPy calls cuSOLVER for batches, is compiled against that library and can't
be imported without it: what `cupy.linalg` takes from there is written here too.

Matrices lie in memory column by column, as Fortran has it; `step` is the distance of two columns.
What a solver leaves of a matrix that it can't treat is what LAPACK leaves.
"""

import numpy as np

from cupy_rig import runtime
from cupy_rig.libraries import CUDA_TYPES, at, dense, module_of

# -------------------------------------------------------------------- the mathematics


def lu(a):
    """a = P L U in place. Returns the rows exchanged, from 1, and which pivot is 0, or 0."""
    exchanged, info = [], 0
    for i in range(len(a)):
        row = i + int(np.argmax(np.abs(a[i:, i])))
        exchanged.append(row + 1)
        a[[i, row]] = a[[row, i]]
        if a[i, i] == 0:
            info = info or i + 1
            continue
        a[i + 1 :, i] /= a[i, i]
        a[i + 1 :, i + 1 :] -= np.outer(a[i + 1 :, i], a[i, i + 1 :])
    return exchanged, info


def exchange(b, rows):
    for i, row in rows:
        b[[i, row - 1]] = b[[row - 1, i]]


def substitute(triangle, b, lower, unit):
    """x of triangle @ x = b, in place of b."""
    for i in range(len(b)) if lower else reversed(range(len(b))):
        known = slice(0, i) if lower else slice(i + 1, None)
        b[i] -= triangle[i, known] @ b[known]
        if not unit:
            b[i] /= triangle[i, i]


def solve(a, exchanged, b, transposed):
    """x of a @ x = b in place of b; `a` holds what `lu` made of it."""
    rows = list(enumerate(exchanged))
    with np.errstate(all="ignore"):
        if transposed:
            substitute(a.T, b, lower=True, unit=False)
            substitute(a.T, b, lower=False, unit=True)
            exchange(b, reversed(rows))
        else:
            exchange(b, rows)
            substitute(a, b, lower=True, unit=True)
            substitute(a, b, lower=False, unit=False)


def cholesky(a, upper):
    """The factor in place of its triangle. Returns which minor is not positive, or 0."""
    a = a.T if upper else a
    for i in range(len(a)):
        a[i, i] -= a[i, :i] @ a[i, :i]
        if not a[i, i] > 0:
            return i + 1
        a[i, i] = np.sqrt(a[i, i])
        a[i + 1 :, i] = (a[i + 1 :, i] - a[i + 1 :, :i] @ a[i, :i]) / a[i, i]
    return 0


def product_of_reflectors(h, tau):
    """The first columns of H1 @ H2 @ ..., as many as `h` has; a reflector in each column of `h`."""
    q = np.eye(*h.shape, dtype=h.dtype)
    for i in reversed(range(len(tau))):
        v = h[:, i].copy()
        v[:i], v[i] = 0, 1
        q -= tau[i] * np.outer(v, v @ q)
    return q


def finite(a):
    """`a`, or a refusal: the manuals don't say what a GPU makes of it."""
    if np.isfinite(a).all():
        return a
    raise runtime.Refused("the rig has no decomposition of nan and inf: run this on a GPU")


# -------------------------------------------------------------------- in the words of the libraries


def matrix(pointer, dtype, rows, columns, step):
    return at(pointer, dtype, (rows, columns), (1, step))


def say(info, value):
    at(info, "i4", (1,), (1,))[0] = value


def listed(pointers, count):
    """The addresses of the matrices of a batch."""
    return [int(pointer) for pointer in at(pointers, "u8", (count,), (1,))]


def buffer_size(*given):
    return 1


def getrf(dtype):
    def run(handle, m, n, a, step, work, exchanged, info):
        runtime.count_launch("cusolver_getrf")
        rows, failed = lu(matrix(a, dtype, m, n, step))
        dense(exchanged, "i4", (n,))[...] = rows
        say(info, failed)

    return run


def getrs(dtype):
    def run(handle, how, n, columns, a, step, exchanged, b, b_step, info):
        runtime.count_launch("cusolver_getrs")
        right = matrix(b, dtype, n, columns, b_step)
        solve(matrix(a, dtype, n, n, step), dense(exchanged, "i4", (n,)), right, how != 0)
        say(info, 0)

    return run


def potrf(dtype):
    def run(handle, triangle, n, a, step, work, size, info):
        runtime.count_launch("cusolver_potrf")
        say(info, cholesky(matrix(a, dtype, n, n, step), triangle == 1))

    return run


def potrf_of_batch(dtype):
    def run(handle, triangle, n, pointers, step, info, count):
        runtime.count_launch("cusolver_potrf_batched")
        for i, a in enumerate(listed(pointers, count)):
            say(info + 4 * i, cholesky(matrix(a, dtype, n, n, step), triangle == 1))

    return run


def geqrf(dtype):
    def run(handle, m, n, a, step, tau, work, size, info):
        runtime.count_launch("cusolver_geqrf")
        given = matrix(a, dtype, m, n, step)
        reflectors, factors = np.linalg.qr(given, "raw")
        given[...], dense(tau, dtype, (min(m, n),))[...] = reflectors.T, factors
        say(info, 0)

    return run


def orgqr(dtype):
    def run(handle, m, n, k, a, step, tau, work, size, info):
        runtime.count_launch("cusolver_orgqr")
        given = matrix(a, dtype, m, n, step)
        given[...] = product_of_reflectors(given, dense(tau, dtype, (k,)))
        say(info, 0)

    return run


def gesvd(dtype):
    def run(handle, job_u, job_v, m, n, a, step, s, u, u_step, v, v_step, work, size, more, info):
        """A job is A: all; S: the first; O: these in place of `a`; N: none."""
        runtime.count_launch("cusolver_gesvd")
        given = matrix(a, dtype, m, n, step)
        left, values, right = np.linalg.svd(finite(given), full_matrices=ord("A") in (job_u, job_v))
        dense(s, dtype, values.shape)[...] = values
        for job, made, pointer, its_step in (
            (job_u, left, u, u_step),
            (job_v, right, v, v_step),
        ):
            if job == ord("O"):
                given[: len(made), : made.shape[1]] = made
            elif job != ord("N"):
                matrix(pointer, dtype, *made.shape, its_step)[...] = made
        say(info, 0)

    return run


def xsyevd(
    handle, settings, job, triangle, n, kind, a, step, w_kind, w, c_kind, work, size, host_work,
    host_size, info,
):  # fmt: skip
    runtime.count_launch("cusolver_xsyevd")
    dtype = CUDA_TYPES[kind]
    given = matrix(a, dtype, n, n, step)
    dense(w, dtype, (n,))[...], vectors = np.linalg.eigh(finite(given), "LU"[triangle])
    if job:
        given[...] = vectors
    say(info, 0)


def getrf_of_batch(dtype):
    def run(handle, n, pointers, step, exchanged, info, count):
        runtime.count_launch("cublas_getrf_batched")
        for i, a in enumerate(listed(pointers, count)):
            rows, failed = lu(matrix(a, dtype, n, n, step))
            dense(exchanged, "i4", (count, n))[i] = rows
            say(info + 4 * i, failed)

    return run


def getrs_of_batch(dtype):
    def run(handle, how, n, columns, a, step, exchanged, b, b_step, info, count):
        runtime.count_launch("cublas_getrs_batched")
        for rows, left, right in zip(
            dense(exchanged, "i4", (count, n)), listed(a, count), listed(b, count)
        ):
            x = matrix(right, dtype, n, columns, b_step)
            solve(matrix(left, dtype, n, n, step), rows, x, how != 0)
        say(info, 0)

    return run


def getri_of_batch(dtype):
    def run(handle, n, a, step, exchanged, c, c_step, info, count):
        runtime.count_launch("cublas_getri_batched")
        for i, (rows, left, made) in enumerate(
            zip(dense(exchanged, "i4", (count, n)), listed(a, count), listed(c, count))
        ):
            x = matrix(made, dtype, n, n, c_step)
            x[...] = np.eye(n)
            solve(matrix(left, dtype, n, n, step), rows, x, transposed=False)
            say(info + 4 * i, 0)

    return run


def of_both_precisions(functions):
    """name: maker to sname and dname."""
    return {
        letter + name: make(dtype)
        for name, make in functions.items()
        for letter, dtype in (("s", "f4"), ("d", "f8"))
    }


IN_CUBLAS = {
    "CUBLAS_FILL_MODE_LOWER": 0,
    "CUBLAS_FILL_MODE_UPPER": 1,
    **of_both_precisions(
        {
            "getrfBatched": getrf_of_batch,
            "getrsBatched": getrs_of_batch,
            "getriBatched": getri_of_batch,
        }
    ),
}
IN_CUSOLVER = {
    "CUSOLVER_EIG_MODE_NOVECTOR": 0,
    "CUSOLVER_EIG_MODE_VECTOR": 1,
    "create": runtime.handle,
    "destroy": lambda handle: None,
    "setStream": lambda handle, stream: None,
    "createParams": runtime.handle,
    "destroyParams": lambda settings: None,
    "xsyevd_bufferSize": lambda *given: (1, 1),
    "xsyevd": xsyevd,
    **of_both_precisions(
        {
            "getrf": getrf,
            "getrs": getrs,
            "potrf": potrf,
            "potrfBatched": potrf_of_batch,
            "geqrf": geqrf,
            "orgqr": orgqr,
            "gesvd": gesvd,
        }
    ),
    **of_both_precisions(
        {
            name + "_bufferSize": lambda dtype: buffer_size
            for name in ("getrf", "potrf", "geqrf", "orgqr", "gesvd")
        }
    ),
}

# -------------------------------------------------------------------- batches


def on_arrays(name, f):
    """`f` of NumPy arrays as a function of CuPy arrays, without waiting."""

    def run(a, *settings):
        import cupy

        runtime.count_launch(name)
        a, made = cupy.ascontiguousarray(a), []
        for each in f(dense(a.data.ptr, a.dtype, a.shape), *settings):
            made.append(cupy.empty(each.shape, each.dtype))
            dense(made[-1].data.ptr, each.dtype, each.shape)[...] = each
        return made

    return run


def svd_of_batch(a, full, vectors, overwrite):
    """U, S, V, not its transpose; or S alone."""
    if not vectors:
        return [np.linalg.svd(finite(a), compute_uv=False)]
    u, s, vh = np.linalg.svd(finite(a), full)
    return u, s, vh.swapaxes(-1, -2)


def gesvdj_of_batch(a, full, vectors, overwrite):
    made = on_arrays("cusolver_gesvdj_batched", svd_of_batch)(a, full, vectors, overwrite)
    return made if vectors else made[0]


def gesvd_of_batch(a, letter, full, vectors, overwrite):
    return gesvdj_of_batch(a.astype(letter), full, vectors, overwrite)


def qr_of_batch(a, mode):
    return on_arrays("cusolver_geqrf_batched", lambda x: np.linalg.qr(x, mode))(a)


def syevj(a, triangle="L", with_vectors=True):
    return tuple(on_arrays("cusolver_syevj", lambda x: np.linalg.eigh(finite(x), triangle))(a))


IN_CUPYX = {
    "check_availability": lambda name: True,
    "_gesvdj_batched": gesvdj_of_batch,
    "_gesvd_batched": gesvd_of_batch,
    "_geqrf_orgqr_batched": qr_of_batch,
    "syevj": syevj,
}

# -------------------------------------------------------------------- in CuPy's place


def install():
    """After the libraries, before anything calls `cupy.linalg`."""
    import cupyx
    from cupy_backends.cuda import libs

    vars(libs.cublas).update(IN_CUBLAS)
    libs.cusolver = module_of("cupy_backends.cuda.libs.cusolver", IN_CUSOLVER)
    cupyx.cusolver = module_of("cupyx.cusolver", IN_CUPYX)
