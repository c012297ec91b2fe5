"""CUDA source of our own: how it is compiled, and what all of it shares.

The source of a file of kernels is compiled once for each dtype: T is that of the arrays, A the one
in which sums are formed, float for half precision.

Most kernels, those whose source begins with LINES, go over lines: all positions of an array along
one axis, of `width` elements that lie `inner` apart. A block of THREADS threads takes blockDim.x
lines with blockDim.y threads each.
"""

from functools import lru_cache

import cupy as cp
import numpy as np

THREADS = 256  # of a block; a power of two
TYPES = {
    "e": "#include <cupy/float16.cuh>\ntypedef float16 T;\ntypedef float A;\n",
    "f": "typedef float T;\ntypedef float A;\n",
    "d": "typedef double T;\ntypedef double A;\n",
}
# The same A in an ElementwiseKernel over arrays of T.
WIDER = """
    using namespace cupy::type_traits;
    typedef conditional<is_same<T, float16>::value, float, T>::type A;
"""
LINES = r"""
// Sum, or maximum, of what the threads of a line hold; every one of them gets it.
__device__ A of_line(A mine, bool maximum) {
    __shared__ A room[256];
    int at = threadIdx.y * blockDim.x + threadIdx.x;
    room[at] = mine;
    __syncthreads();
    for (int half = blockDim.y / 2; half; half /= 2) {
        if (threadIdx.y < half) {
            A other = room[at + half * blockDim.x];
            room[at] = maximum ? fmax(room[at], other) : room[at] + other;
        }
        __syncthreads();
    }
    A all = room[threadIdx.x];
    __syncthreads();
    return all;
}

// The line of this thread, and its own elements of it. Behind the last line there are none, but
// the thread must come to the barriers.
#define FIND_LINE                                                              \
    const I line = blockIdx.x * (I)blockDim.x + threadIdx.x;                   \
    const bool there = line < lines;                                           \
    const I start = there ? line / inner * inner * width + line % inner : 0;   \
    const I end = there ? start + width * inner : 0;
#define EACH(i) for (I i = start + threadIdx.y * inner; i < end; i += blockDim.y * inner)
"""


def code_of(source, kind):
    """The whole CUDA source for the dtype of this letter."""
    return TYPES[kind] + "typedef long long I;\n" + source


@lru_cache(64)
def kernel(source, name, kind):
    """The kernel `name` of a source for the dtype of this letter."""
    return cp.RawModule(code=code_of(source, kind), options=("-std=c++17",)).get_function(name)


def launch_over_lines(source, name, x, axis, *arguments):
    """Run a kernel over the lines of `x`, contiguous, along `axis`.

    arguments  the kernel's before `lines`, `width` and `inner`: arrays, bools, ints, floats (these
               as A), None for a pointer that is not there
    """
    axis %= x.ndim
    width = x.shape[axis]
    inner = int(np.prod(x.shape[axis + 1 :], dtype=np.int64))
    lines = x.size // max(width, 1)
    # Eight elements or more for each thread; threads beside each other read one line, or where it
    # is scattered several.
    most, along = (8 if inner > 1 else THREADS), 1
    while along < most and along * 8 < width:
        along *= 2
    block = (THREADS // along, along)
    launch(source, name, x.dtype, -(-lines // block[0]), block, *arguments, lines, width, inner)


def launch(source, name, dtype, grid, block, *arguments):
    """Run a kernel: `arguments` as in `launch_over_lines`."""
    if not grid:
        return
    number = np.float64 if dtype.char == "d" else np.float32
    converted = [0 if a is None else number(a) if isinstance(a, float) else a for a in arguments]
    grid = grid if isinstance(grid, tuple) else (grid,)
    kernel(source, name, dtype.char)(grid, block, tuple(converted))
