"""The kernels of `numpy_optim.py` over CuPy arrays, and update rules of optimizers in one launch.

A rule does what `update` of the optimizer of its name does, with the same settings, however many
parameters there are: the values `p` and the entries of `state` lie in arenas, flat and contiguous;
the gradients where backward left them, so the kernel gets their addresses.

p          (n,), changed in place
gradients  arrays of n elements together, in the order of p
state      name -> (n,), changed in place
"""

import cupy as cp
import numpy as np

from minitorch.backend.cupy_blocks import LINES, THREADS, launch
from minitorch.backend.cupy_rules import fused_update  # noqa: F401  a kernel like the others

MOST = 128  # gradients in one launch: what a kernel is given fits in 4 KB
BLOCKS = 1024  # at most, for each gradient
PARTS = np.dtype([("g", np.uint64, MOST), ("start", np.int64, MOST + 1)])
PARTS_OF = r"""
struct Parts {
    T* g[128];
    I start[129];
};

// A row of blocks for each gradient: g[k] belongs to p[i].
#define EACH_OF_PART(k)                                                                      \
    for (I k = blockIdx.x * (I)blockDim.x + threadIdx.x; k < n; k += gridDim.x * (I)blockDim.x)
#define FIND_PART                                                                            \
    T* g = parts.g[blockIdx.y];                                                              \
    const I start = parts.start[blockIdx.y], n = parts.start[blockIdx.y + 1] - start;
"""
NORMS = (
    LINES
    + PARTS_OF
    + r"""
__device__ A joined(A mine, bool largest) {
    const bool odd = largest && of_line(mine != mine, true);
    mine = of_line(mine, largest);
    return odd ? sqrt(A(-1)) : mine;
}

// The sum of squares, or the largest size, of what this block sees of one array.
extern "C" __global__ void sizes(Parts parts, A* sizes, bool largest) {
    FIND_PART
    A mine = 0;
    for (I k = blockIdx.x * (I)blockDim.y + threadIdx.y; k < n; k += gridDim.x * (I)blockDim.y) {
        const A x = A(g[k]);
        // A nan must come through, which fmax leaves out.
        mine = !largest ? mine + x * x : fabs(x) > mine || x != x ? fabs(x) : mine;
    }
    mine = joined(mine, largest);
    if (threadIdx.y == 0) sizes[blockIdx.y * gridDim.x + blockIdx.x] = mine;
}

// The norm, of `count` results of `sizes`.
extern "C" __global__ void norm_of_sizes(const A* sizes, T* norm, I count, bool largest) {
    A mine = 0;
    for (I k = threadIdx.y; k < count; k += blockDim.y)
        mine = !largest ? mine + sizes[k]
                        : sizes[k] > mine || sizes[k] != sizes[k] ? sizes[k] : mine;
    mine = joined(mine, largest);
    if (threadIdx.y == 0) *norm = T(largest ? mine : sqrt(mine));
}
"""
)
SOURCE = (
    PARTS_OF
    + r"""
#define GRADIENT(k) ((maximize ? -A(g[k]) : A(g[k])) + weight_decay * A(p[start + k]))

extern "C" __global__ void sgd(
    Parts parts, T* p, T* buffer, A lr, A momentum, A share, A weight_decay, bool nesterov,
    bool maximize
) {
    FIND_PART
    EACH_OF_PART(k) {
        const I i = start + k;
        A step = GRADIENT(k);
        if (buffer) {
            A b = momentum * A(buffer[i]) + share * step;
            buffer[i] = T(b);
            step = nesterov ? step + momentum * b : b;
        }
        p[i] = T(A(p[i]) - lr * step);
    }
}

extern "C" __global__ void adam(
    Parts parts, T* p, T* mean, T* square, T* largest, A step_size, A share1, A beta2, A share2,
    A correction, A eps, A weight_decay, A shrink, bool maximize
) {
    FIND_PART
    EACH_OF_PART(k) {
        const I i = start + k;
        p[i] = T(A(p[i]) * shrink);
        const A grad = GRADIENT(k);
        A m = A(mean[i]) + (grad - A(mean[i])) * share1;
        A v = A(square[i]) * beta2 + grad * grad * share2;
        mean[i] = T(m);
        square[i] = T(v);
        if (largest) {
            v = fmax(A(largest[i]), v);
            largest[i] = T(v);
        }
        p[i] = T(A(p[i]) - step_size * (m / (sqrt(v) / correction + eps)));
    }
}

extern "C" __global__ void rmsprop(
    Parts parts, T* p, T* square, T* buffer, T* mean, A lr, A alpha, A share, A eps,
    A weight_decay, A momentum, bool maximize
) {
    FIND_PART
    EACH_OF_PART(k) {
        const I i = start + k;
        const A grad = GRADIENT(k);
        A v = A(square[i]) * alpha + share * (grad * grad);
        square[i] = T(v);
        if (mean) {
            A m = A(mean[i]) + share * (grad - A(mean[i]));
            mean[i] = T(m);
            v -= m * m;
        }
        A step = grad / (sqrt(v) + eps);
        if (buffer) {
            step += A(buffer[i]) * momentum;
            buffer[i] = T(step);
        }
        p[i] = T(A(p[i]) - lr * step);
    }
}

extern "C" __global__ void adagrad(
    Parts parts, T* p, T* sum, A lr, A weight_decay, A eps, bool maximize
) {
    FIND_PART
    EACH_OF_PART(k) {
        const I i = start + k;
        const A grad = GRADIENT(k), total = A(sum[i]) + grad * grad;
        sum[i] = T(total);
        p[i] = T(A(p[i]) - lr * (grad / (sqrt(total) + eps)));
    }
}

extern "C" __global__ void clip_to_norm(Parts parts, const T* norm, A max_norm) {
    FIND_PART
    const A factor = max_norm / (A(*norm) + A(1e-6));
    EACH_OF_PART(k) g[k] = T(A(g[k]) * (factor > 1 ? A(1) : factor));
}

extern "C" __global__ void unscale(Parts parts, bool* found, A factor) {
    FIND_PART
    EACH_OF_PART(k) {
        const A x = A(g[k]);
        if (x - x != 0) *found = true;
        g[k] = T(x * factor);
    }
}

extern "C" __global__ void clip_to_bounds(Parts parts, A bound) {
    FIND_PART
    EACH_OF_PART(k) {
        const A x = A(g[k]);
        g[k] = T(x > bound ? bound : x < -bound ? -bound : x);
    }
}
"""
)


def sgd_step(p, gradients, state, *, lr, momentum, share, weight_decay, nesterov, maximize):
    """One launch of `SGD.update`."""
    buffer = state["momentum_buffer"] if momentum else None
    numbers = lr, momentum, share, weight_decay
    launch_over_parts(
        "sgd", gradients, [p, buffer], *map(float, numbers), bool(nesterov), bool(maximize)
    )


def adam_step(
    p, gradients, state, *, step_size, share1, beta2, share2, correction, eps, weight_decay, shrink,
    amsgrad, maximize,
):  # fmt: skip
    """One launch of `Adam.update`."""
    largest = state["max_exp_avg_sq"] if amsgrad else None
    arrays = [p, state["exp_avg"], state["exp_avg_sq"], largest]
    numbers = step_size, share1, beta2, share2, correction, eps, weight_decay
    shrink = 1.0 if shrink is None else float(shrink)
    launch_over_parts("adam", gradients, arrays, *map(float, numbers), shrink, bool(maximize))


def rmsprop_step(
    p, gradients, state, *, lr, alpha, share, eps, weight_decay, momentum, centered, maximize
):
    """One launch of `RMSprop.update`."""
    arrays = [p, state["square_avg"], state.get("momentum_buffer"), state.get("grad_avg")]
    numbers = lr, alpha, share, eps, weight_decay, momentum
    launch_over_parts("rmsprop", gradients, arrays, *map(float, numbers), bool(maximize))


def adagrad_step(p, gradients, state, *, lr, weight_decay, eps, maximize):
    """One launch of `Adagrad.update`."""
    numbers = lr, weight_decay, eps
    launch_over_parts("adagrad", gradients, [p, state["sum"]], *map(float, numbers), bool(maximize))


def total_norm(arrays, p):
    """The p-norm, p 2 or infinite, of all elements of `arrays`, of one dtype, in two launches."""
    dtype, arrays = arrays[0].dtype, [cp.ascontiguousarray(x) for x in arrays]
    sums, largest = [], p != 2
    for table, longest, count in tables(arrays):
        blocks = min(64, max(1, longest // (8 * THREADS)))
        sums.append(cp.empty((count, blocks), "d" if dtype.char == "d" else "f"))
        launch(NORMS, "sizes", dtype, (blocks, count), (1, THREADS), table, sums[-1], largest)
    each = sums[0] if len(sums) == 1 else cp.concatenate(sums, axis=None)
    norm = cp.empty((), dtype)
    launch(NORMS, "norm_of_sizes", dtype, 1, (1, THREADS), each, norm, each.size, largest)
    return norm


def clip_to_norm(arrays, norm, max_norm):
    """Multiply `arrays`, whose norm is `norm`, in place by max_norm / norm where that is below 1.

    norm  () of the dtype of the arrays
    """
    launch_in_place("clip_to_norm", arrays, norm, float(max_norm))


def clip_to_bounds(arrays, bound):
    """Bring all elements of `arrays`, in place, into [-bound, bound]."""
    launch_in_place("clip_to_bounds", arrays, float(bound))


def unscale(arrays, factor):
    """Multiply `arrays`, in place; returns, (), whether a number was not finite before."""
    found = cp.zeros((), bool)
    launch_in_place("unscale", arrays, found, float(factor))
    return found


def launch_in_place(name, arrays, *arguments):
    """Run a kernel for all of `arrays`; those with gaps in their memory are copied and put back."""
    dense = [x if x.flags.c_contiguous or x.flags.f_contiguous else x.copy() for x in arrays]
    launch_over_parts(name, dense, [], *arguments)
    for x, changed in zip(arrays, dense):
        if x is not changed:
            x[...] = changed


def launch_over_parts(name, parts, arenas, *arguments):
    """Run a kernel for all `parts`, contiguous arrays of one dtype.

    arenas  flat arrays in which the parts lie in a row, or None
    """
    begin = 0
    for table, longest, count in tables(parts):
        moved = [None if each is None else each[begin:] for each in arenas]
        grid = min(BLOCKS, -(-longest // THREADS)), count
        if longest:
            launch(SOURCE, name, parts[0].dtype, grid, (THREADS,), table, *moved, *arguments)
        begin += int(table["start"][count])


def tables(parts):
    """What a kernel is to know of the parts, MOST at a time: the table, the longest, the count."""
    for first in range(0, len(parts), MOST):
        some = parts[first : first + MOST]
        table, sizes = np.zeros((), PARTS), [part.size for part in some]
        table["g"][: len(some)] = [part.data.ptr for part in some]
        table["start"][1 : len(some) + 1] = np.cumsum(sizes)
        yield table, max(sizes), len(some)
