"""The rig itself: CuPy over it computes what NumPy does, and kernels with bugs are found out."""

import cupy_rig
import numpy as np
import pytest

from minitorch.backend import namespaces


@pytest.fixture(autouse=True)
def cupy(device):
    """CuPy, where `--device cuda` and no GPU let the rig in."""
    if device.type != "cuda" or cupy_rig.there_is_a_gpu():
        pytest.skip("the rig is used with --device cuda, where there is no GPU")
    import cupy

    yield cupy
    cupy_rig.check()


A = np.random.default_rng(0).standard_normal((37, 53)).astype(np.float32)


def added_at(xp, a):
    b = xp.zeros(53, "f4")
    xp.add.at(b, xp.asarray([1, 1, 2]), xp.asarray([1, 2, 3], dtype="f4"))
    return b


CALLS = {
    "add": lambda xp, a: a + 1,
    "copy of a transpose": lambda xp, a: xp.ascontiguousarray(a.T),
    "tanh": lambda xp, a: xp.tanh(a),
    "where": lambda xp, a: xp.where(a > 0, a, 0.1 * a),
    "sum": lambda xp, a: a.sum(),
    "sum of columns": lambda xp, a: a.sum(axis=0),
    "max of rows": lambda xp, a: a.max(axis=1),
    "argmax": lambda xp, a: a.argmax(axis=1),
    "variance": lambda xp, a: a.var(axis=1),
    "cumulative sum": lambda xp, a: a.cumsum(axis=1),
    "product": lambda xp, a: a @ a.T,
    "product of the transpose": lambda xp, a: a.T @ a,
    "products of a batch": lambda xp, a: xp.matmul(a[None].repeat(3, 0), a.T[None].repeat(3, 0)),
    "product of halves": lambda xp, a: a.astype("f2") @ a.T.astype("f2"),
    "product of integers": lambda xp, a: xp.arange(6).reshape(2, 3) @ xp.arange(6).reshape(3, 2),
    "rows by index": lambda xp, a: xp.take(a, xp.asarray([3, 1, 1]), axis=0),
    "elements by index": lambda xp, a: a[xp.asarray([3, 1, 1]), xp.asarray([0, 2, 5])],
    "elements by mask": lambda xp, a: a[a > 0],
    "addition at indices": added_at,
    "sort": lambda xp, a: xp.sort(a, axis=1),
    "argsort": lambda xp, a: xp.argsort(a, axis=1),
    "unique": lambda xp, a: xp.unique(xp.round(a)),
    "sum into an array": lambda xp, a: xp.sum(a, axis=1, out=xp.empty(37, "f4")),
}


def in_order_and_back(xp, a):
    """Vectors are known but for their sign: what they make of the values is known."""
    u, s, vh = xp.linalg.svd(a, full_matrices=False)
    return (u * s[..., None, :]) @ vh


def spectrum_and_back(xp, a):
    values, vectors = xp.linalg.eigh(a, "U")
    return (vectors * values[..., None, :]) @ vectors.swapaxes(-1, -2)


SQUARE = np.stack([A[:32, :32], A[5:37, 20:52]]).astype(np.float64)
POSITIVE = SQUARE @ SQUARE.swapaxes(-1, -2) + np.eye(32)
SOLVERS = {
    "solve": (lambda xp, a: xp.linalg.solve(a, xp.ascontiguousarray(a[..., :3])), SQUARE),
    "inv": (lambda xp, a: xp.linalg.inv(a), SQUARE),
    "inv of the transpose": (lambda xp, a: xp.linalg.inv(a.swapaxes(-1, -2)), SQUARE),
    "det": (lambda xp, a: xp.linalg.det(a / 3), SQUARE),
    "slogdet": (lambda xp, a: xp.stack(list(xp.linalg.slogdet(a))), SQUARE),
    "cholesky": (lambda xp, a: xp.linalg.cholesky(a), POSITIVE),
    "eigh": (lambda xp, a: xp.linalg.eigh(a)[0], POSITIVE),
    "eigh, there and back": (spectrum_and_back, POSITIVE),
    "svd": (lambda xp, a: xp.linalg.svd(a)[1], SQUARE[..., :20]),
    "svd of a wide matrix": (in_order_and_back, SQUARE[..., :20, :]),
    "svd of a tall matrix": (in_order_and_back, SQUARE[..., :20]),
    "all vectors of svd": (lambda xp, a: xp.abs(xp.linalg.svd(a)[0][..., :20]), SQUARE[..., :20]),
    "reduced qr": (lambda xp, a: xp.linalg.qr(a)[0], SQUARE[..., :20]),
    "complete qr": (lambda xp, a: xp.linalg.qr(a, "complete")[0], SQUARE[..., :20]),
    "r": (lambda xp, a: xp.linalg.qr(a)[1], SQUARE[..., :20, :]),
    "reflectors": (lambda xp, a: xp.linalg.qr(a, "raw")[0], SQUARE[..., :20]),
    "their factors": (lambda xp, a: xp.linalg.qr(a, "raw")[1], SQUARE[..., :20]),
}


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("name", SOLVERS)
def test_the_solvers_of_cupy_over_the_rig_find_what_those_of_numpy_do(name, batch, cupy):
    call, given = SOLVERS[name]
    given = given if batch else given[0]
    for dtype, near in (("f8", 1e-9), ("f4", 2e-3)):
        found, wanted = call(cupy, cupy.asarray(given, dtype)), call(np, given.astype(dtype))
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found.get(), wanted, near, near)


@pytest.mark.parametrize("batch", [(), (1,)])
def test_a_matrix_that_has_no_inverse_leaves_what_is_not_finite(batch, cupy):
    singular = cupy.ones((*batch, 3, 3))
    assert not cupy.isfinite(cupy.linalg.inv(singular)).any()
    assert float(cupy.linalg.det(singular).sum()) == 0


@pytest.mark.parametrize("batch", [(), (1,)])
def test_a_solver_says_that_it_failed_where_cupy_is_told_to_ask(batch, cupy):
    import cupyx

    with cupyx.errstate(linalg="raise"):
        for solver in (cupy.linalg.cholesky, cupy.linalg.inv):
            with pytest.raises(np.linalg.LinAlgError, match=r"devInfo|infoArray"):
                solver(cupy.zeros((*batch, 3, 3)))


@pytest.mark.parametrize("name", CALLS)
def test_cupy_over_the_rig_computes_what_numpy_does(name, cupy):
    found, wanted = CALLS[name](cupy, cupy.asarray(A)), CALLS[name](np, A)
    near = 2e-2 if wanted.dtype == np.float16 else 1e-5
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found.get(), wanted, near, near)


def test_waiting_for_the_device_is_found_and_named(cupy):
    a = cupy.asarray(A)
    with cupy_rig.no_synchronisation():
        a + a
    found = pytest.raises(AssertionError, match="the program waited for the GPU:\n  streamSync")
    with found, cupy_rig.no_synchronisation():
        float(a.sum())


def test_launches_copies_and_allocations_are_counted(cupy):
    cupy.asarray(A) + 1  # compiled, and memory in the pool
    before = cupy_rig.counts.copy()
    a = cupy.asarray(A)
    (a + 1).get()
    made = {name: cupy_rig.counts[name] - before[name] for name in ("launches", "h2d", "d2h")}
    assert made == {"launches": 1, "h2d": 1, "d2h": 1}
    assert cupy_rig.launches[-1][0].startswith("cupy_add")


def test_fresh_memory_is_not_zero(cupy):
    assert cupy.empty(1000, "u1").get().min() == 0xAB


def test_what_the_rig_has_not_is_refused(cupy):
    with pytest.raises(NotImplementedError, match=r"the rig has no cupy\.random\.Generator"):
        cupy.random.default_rng(0)


# -------------------------------------------------------------------- kernels with bugs

SOFTMAX = r"""
extern "C" __global__ void softmax(const float* x, float* y, int n) {
    __shared__ float s[128];
    int t = threadIdx.x; const float* r = x + blockIdx.x * n; float m = -1e30f, z = 0;
    for (int i = t; i < n; i += blockDim.x) m = fmaxf(m, r[i]);
    s[t] = m; __syncthreads(); /* 1 */
    for (int k = 64; k; k >>= 1) { if (t < k) s[t] = fmaxf(s[t], s[t + k]); __syncthreads(); }
    m = s[0]; __syncthreads(); /* 2 */
    for (int i = t; i < n; i += blockDim.x) z += expf(r[i] - m);
    for (int o = 16; o; o >>= 1) z += __shfl_xor_sync(0xffffffff, z, o);
    if ((t & 31) == 0) s[t >> 5] = z;
    __syncthreads(); /* 3 */
    z = s[0] + s[1] + s[2] + s[3];
    for (int i = t; i < n; i += blockDim.x) y[blockIdx.x * n + i] = expf(r[i] - m) / z;
}"""
BUGS = {
    "no first barrier": ("__syncthreads(); /* 1 */", ""),
    "no second barrier": ("__syncthreads(); /* 2 */", ""),
    "no third barrier": ("__syncthreads(); /* 3 */", ""),
    "half a shuffle": ("int o = 16", "int o = 8"),
    "half a block": ("int k = 64", "int k = 32"),
}


def errors(cupy, source):
    """How far the kernel is off, for each order of the threads."""
    from cupy_rig import kernels

    # So large that with the wrong maximum the exponential would be infinite.
    x = np.random.default_rng(1).normal(size=(37, 300)).astype(np.float32) * 1000
    wanted, found = np.exp(x - x.max(1, keepdims=True)), []
    wanted /= wanted.sum(1, keepdims=True)
    for order in kernels.ORDERS:
        y = cupy.empty(x.shape, "f4")
        with kernels.in_order(order):
            run = cupy.RawKernel(source, "softmax")
            run((len(x),), (128,), (cupy.asarray(x), y, np.int32(x.shape[1])))
        found.append(np.abs(y.get() - wanted).max())
    return found


def test_a_right_kernel_is_right_in_every_order_of_the_threads(cupy):
    assert np.max(errors(cupy, SOFTMAX)) < 1e-6


@pytest.mark.parametrize("bug", BUGS)
def test_a_kernel_with_a_bug_is_wrong_in_some_order(bug, cupy):
    right, wrong = BUGS[bug]
    assert right in SOFTMAX
    assert not np.max(errors(cupy, SOFTMAX.replace(right, wrong))) < 1e-3


def test_a_kernel_that_does_not_compile_says_where(cupy):
    with pytest.raises(RuntimeError, match="g\\+\\+ on kernel softmax"):
        errors(cupy, SOFTMAX.replace("float m = -1e30f", "float m = nothing"))
        cupy_rig.check()
    cupy_rig.runtime.errors.clear()


def test_a_kernel_that_nvrtc_does_not_compile_is_refused(cupy):
    with pytest.raises(RuntimeError, match="NVRTC on kernel softmax: INFINITY is undefined"):
        errors(cupy, SOFTMAX.replace("float m = -1e30f", "float m = -INFINITY"))
        cupy_rig.check()
    cupy_rig.runtime.errors.clear()


def test_minitorch_takes_the_arrays_of_the_rig(cupy):
    assert namespaces.namespace(cupy.zeros(2)).zeros is cupy.zeros
