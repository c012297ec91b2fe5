"""cuBLAS, Thrust and cuRAND, written with NumPy over the pretended device memory."""

import ctypes
import math
import sys
import types

import numpy as np

from cupy_rig import runtime

CUDA_TYPES = {0: "f4", 1: "f8", 2: "f2", 4: "c8", 5: "c16"}  # cudaDataType_t


def at(pointer, dtype, shape, strides):
    """The memory at `pointer` as an array; strides in elements."""
    dtype = np.dtype(dtype)
    extent = sum((n - 1) * step for n, step in zip(shape, strides)) + 1 if all(shape) else 0
    memory = (ctypes.c_char * (extent * dtype.itemsize)).from_address(pointer)
    steps = [step * dtype.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(np.frombuffer(memory, dtype), shape, steps)


def dense(pointer, dtype, shape):
    return at(pointer, dtype, tuple(shape), [math.prod(shape[i + 1 :]) for i in range(len(shape))])


# -------------------------------------------------------------------- cuBLAS


def product(ta, tb, m, n, k, alpha, a, a_type, lda, b, b_type, ldb, beta, c, c_type, ldc, inner):
    """c = alpha * op(a) @ op(b) + beta * c, column by column as Fortran has it."""
    if runtime.executor is None:
        return
    left = at(a, a_type, (k, m) if ta else (m, k), (1, lda))
    right = at(b, b_type, (n, k) if tb else (k, n), (1, ldb))
    scale, keep = at(alpha, inner, (1,), (1,))[0], at(beta, inner, (1,), (1,))[0]
    result = at(c, c_type, (m, n), (1, ldc))
    left, right = (left.T if ta else left).astype(inner), (right.T if tb else right).astype(inner)
    with np.errstate(all="ignore"):  # a GPU says nothing of nan and inf
        made = scale * (left @ right)
        result[...] = made + keep * result.astype(inner) if keep else made


def count_product(dtype, m, n, k):
    runtime.count_launch("cublas_gemm_" + np.dtype(dtype).name, (m, n, k))


def plain_product(dtype):
    """sgemm, dgemm."""

    def gemm(handle, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
        count_product(dtype, m, n, k)
        product(ta, tb, m, n, k, alpha, a, dtype, lda, b, dtype, ldb, beta, c, dtype, ldc, dtype)

    return gemm


def mixed_product(
    handle, ta, tb, m, n, k, alpha, a, a_type, lda, b, b_type, ldb, beta, c, c_type, ldc, compute,
    how,
):  # fmt: skip
    """gemmEx: half precision is added up in float32."""
    types_ = [CUDA_TYPES[t] for t in (a_type, b_type, c_type)]
    inner = "f8" if compute in (70, 71) else "f4" if c_type in (0, 2) else types_[2]
    count_product(types_[2], m, n, k)
    product(
        ta, tb, m, n, k, alpha, a, types_[0], lda, b, types_[1], ldb, beta, c, types_[2], ldc, inner
    )  # fmt: skip


def strided_products(
    handle, ta, tb, m, n, k, alpha, a, a_type, lda, a_step, b, b_type, ldb, b_step, beta, c, c_type,
    ldc, c_step, batch, compute, how,
):  # fmt: skip
    """gemmStridedBatchedEx: one launch for the batch."""
    kinds = [np.dtype(CUDA_TYPES[t]) for t in (a_type, b_type, c_type)]
    inner = "f4" if c_type in (0, 2) else kinds[2]
    count_product(kinds[2], m, n, k)
    for i in range(batch):
        places = [
            pointer + i * step * kind.itemsize
            for pointer, step, kind in zip((a, b, c), (a_step, b_step, c_step), kinds)
        ]
        product(
            ta, tb, m, n, k, alpha, places[0], kinds[0], lda, places[1], kinds[1], ldb, beta,
            places[2], kinds[2], ldc, inner,
        )  # fmt: skip


def listed_products(dtype):
    """sgemmBatched, dgemmBatched: the arrays lie anywhere, their addresses in a list."""

    def gemm(handle, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, batch):
        count_product(dtype, m, n, k)
        for x, y, z in zip(*(at(list_, "i8", (batch,), (1,)) for list_ in (a, b, c))):
            product(
                ta, tb, m, n, k, alpha, int(x), dtype, lda, int(y), dtype, ldb, beta, int(z), dtype,
                ldc, dtype,
            )  # fmt: skip

    return gemm


CUBLAS = {
    "CUBLAS_OP_N": 0,
    "CUBLAS_OP_T": 1,
    "CUBLAS_OP_C": 2,
    "CUBLAS_POINTER_MODE_HOST": 0,
    "CUBLAS_POINTER_MODE_DEVICE": 1,
    "CUBLAS_COMPUTE_32F": 68,
    "CUBLAS_COMPUTE_32F_PEDANTIC": 69,
    "CUBLAS_COMPUTE_64F": 70,
    "CUBLAS_COMPUTE_64F_PEDANTIC": 71,
    "CUBLAS_COMPUTE_32F_FAST_TF32": 77,
    "CUBLAS_GEMM_DEFAULT": -1,
    "CUBLAS_GEMM_DEFAULT_TENSOR_OP": 99,
    "CUBLAS_DEFAULT_MATH": 0,
    "CUBLAS_TENSOR_OP_MATH": 1,
    "create": runtime.handle,
    "destroy": lambda handle: None,
    "setStream": lambda handle, stream: None,
    "setPointerMode": lambda handle, mode: None,
    "getPointerMode": lambda handle: 0,
    "setMathMode": lambda handle, mode: None,
    "getMathMode": lambda handle: 0,
    "sgemm": plain_product("f4"),
    "dgemm": plain_product("f8"),
    "gemmEx": mixed_product,
    "gemmStridedBatchedEx": strided_products,
    "sgemmBatched": listed_products("f4"),
    "dgemmBatched": listed_products("f8"),
}

# -------------------------------------------------------------------- Thrust


def sort(dtype, data, keys, shape):
    runtime.count_launch("thrust_sort")
    array = dense(data, dtype, shape)
    array[...] = np.sort(array, axis=-1, kind="stable")


def argsort(dtype, indices, data, keys, shape):
    runtime.count_launch("thrust_argsort")
    array = dense(data, dtype, shape)
    order = np.argsort(array, axis=-1, kind="stable")
    dense(indices, "i8", shape)[...] = order
    array[...] = np.take_along_axis(array, order, -1)


def lexsort(dtype, indices, keys, rows, length):
    runtime.count_launch("thrust_lexsort")
    dense(indices, "i8", (length,))[...] = np.lexsort(dense(keys, dtype, (rows, length)))


THRUST = {
    "available": True,
    "get_build_version": lambda: 300102,
    "sort": sort,
    "argsort": argsort,
    "lexsort": lexsort,
}

# -------------------------------------------------------------------- cuRAND

_streams: dict = {}


def new_stream(kind):
    number = runtime.handle()
    _streams[number] = np.random.default_rng(0)
    return number


def filling(dtype, draw):
    def generate(handle, pointer, size, *settings):
        runtime.count_launch("curand")
        dense(pointer, dtype, (size,))[...] = draw(_streams[handle], size, *settings)

    return generate


def uniform(stream, size):
    return 1 - stream.random(size)  # cuRAND draws from (0, 1]


def normal(stream, size, mean, spread):
    return stream.normal(mean, spread, size)


def words(dtype):
    return lambda stream, size: stream.integers(0, np.iinfo(dtype).max, size, dtype, endpoint=True)


CURAND = {
    "CURAND_RNG_PSEUDO_DEFAULT": 100,
    "CURAND_RNG_PSEUDO_XORWOW": 101,
    "CURAND_RNG_PSEUDO_MRG32K3A": 121,
    "CURAND_RNG_PSEUDO_MTGP32": 141,
    "CURAND_RNG_PSEUDO_MT19937": 142,
    "CURAND_RNG_PSEUDO_PHILOX4_32_10": 161,
    "createGenerator": new_stream,
    "destroyGenerator": lambda handle: _streams.pop(handle, None) and None,
    "setStream": lambda handle, stream: None,
    "setGeneratorOffset": lambda handle, offset: None,
    "setGeneratorOrdering": lambda handle, order: None,
    "setPseudoRandomGeneratorSeed": lambda handle, seed: _streams.__setitem__(
        handle, np.random.default_rng(seed)
    ),
    "generate": filling("u4", words("u4")),
    "generateLongLong": filling("u8", words("u8")),
    "generateUniform": filling("f4", uniform),
    "generateUniformDouble": filling("f8", uniform),
    "generateNormal": filling("f4", normal),
    "generateNormalDouble": filling("f8", normal),
}

# -------------------------------------------------------------------- in CuPy's place


def module_of(name, functions):
    module = types.ModuleType(name)
    vars(module).update(functions)
    sys.modules[name] = module
    return module


def install():
    """After the runtime, before anything imports CuPy."""
    cublas = module_of("cupy_backends.cuda.libs.cublas", CUBLAS)
    curand = module_of("cupy_backends.cuda.libs.curand", CURAND)
    thrust = module_of("cupy.cuda.thrust", THRUST)
    from cupy_backends.cuda import libs

    libs.cublas, libs.curand = cublas, curand
    import cupy

    cupy.cuda.thrust = thrust
    refuse_precompiled_draws()
    for name, value in vars(cupy.fft).items():  # of which cuFFT does the work
        if callable(value):
            setattr(cupy.fft, name, runtime.refusal(f"cupy.fft.{name}"))


PRECOMPILED = ("init_curand", "random_", "standard_", "exponential", "gamma", "beta")


def refuse_precompiled_draws():
    """`cupy.random.Generator` runs device code inside CuPy's wheel: here it would do nothing."""
    from cupy.random import _generator_api

    for name, value in vars(_generator_api).items():
        if callable(value) and name.startswith(PRECOMPILED):
            setattr(_generator_api, name, runtime.refusal("cupy.random.Generator"))
