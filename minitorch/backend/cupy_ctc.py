"""The kernels of `numpy_ctc.py` on CuPy arrays: same names, same signatures, a launch each.

A block goes through the steps of one sample; its threads share the labels among them.
"""

import cupy as cp

from minitorch.backend.cupy_blocks import THREADS, launch

SOURCE = r"""
__device__ A never() { return log(A(0)); }

// log(exp(a) + exp(b) + exp(c)), where all may be -inf.
__device__ A log_of_sum(A a, A b, A c) {
    const A highest = fmax(a, fmax(b, c));
    if (highest == never()) return highest;
    return log(exp(a - highest) + exp(b - highest) + exp(c - highest)) + highest;
}

#define EACH_LABEL(l) for (I l = threadIdx.x; l < labels; l += blockDim.x)

extern "C" __global__ void ctc_alphas(
    const T* emitted, const bool* skips, const I* steps, const I* counts, T* alphas, T* total,
    I times, I samples, I labels
) {
    const I n = blockIdx.x, last = 2 * counts[n];
    const T* before = nullptr;
    for (I t = 0; t < times; t++) {
        T* now = alphas + (t * samples + n) * labels;
        EACH_LABEL(l) {
            const A here = A(emitted[(t * samples + n) * labels + l]);
            if (t == 0) {
                now[l] = T(steps[n] > 0 ? (l < 2 ? here : never()) : l == 0 ? A(0) : never());
            } else if (t >= steps[n]) {
                now[l] = before[l];
            } else {
                const A one = l > 0 ? A(before[l - 1]) : never();
                const bool skip = l > 1 && skips[n * (labels - 2) + l - 2];
                now[l] = T(log_of_sum(A(before[l]), one, skip ? A(before[l - 2]) : never()) + here);
            }
        }
        before = now;
        __syncthreads();
    }
    if (threadIdx.x == 0)
        total[n] = T(log_of_sum(A(before[last]), last ? A(before[last - 1]) : never(), never()));
}

// later: (2, samples, labels), room for what the step behind a step leads to.
extern "C" __global__ void ctc_shares(
    const T* emitted, const T* alphas, const T* total, const bool* skips, const I* steps,
    const I* counts, T* later, T* shares, I times, I samples, I labels
) {
    const I n = blockIdx.x, last = 2 * counts[n];
    for (I t = times - 1; t >= 0; t--) {
        const T* next = later + ((t + 1) % 2 * samples + n) * labels;
        T* now = later + (t % 2 * samples + n) * labels;
        EACH_LABEL(l) {
            const I i = (t * samples + n) * labels + l;
            A beta = l == last || l == last - 1 ? A(0) : never();
            if (t < steps[n] - 1) {
                const A one = l < labels - 1 ? A(next[l + 1]) : never();
                const bool skip = l < labels - 2 && skips[n * (labels - 2) + l];
                beta = log_of_sum(A(next[l]), one, skip ? A(next[l + 2]) : never());
            }
            shares[i] = T(t < steps[n] ? exp(A(alphas[i]) + beta - A(total[n])) : A(0));
            now[l] = T(beta + A(emitted[i]));
        }
        __syncthreads();
    }
}
"""


def ctc_alphas(emitted, skips, steps, counts):
    """log of the ways that come to each label at each step, (T, N, L), and of all ways, (N,)."""
    alphas, total = cp.empty_like(emitted), cp.empty(emitted.shape[1], emitted.dtype)
    _launch("ctc_alphas", emitted, skips, steps, counts, alphas, total)
    return alphas, total


def ctc_shares(emitted, alphas, total, skips, steps, counts):
    """The probability of each label at each step, given what `ctc_alphas` made; (T, N, L)."""
    shares, later = cp.empty_like(emitted), cp.empty((2, *emitted.shape[1:]), emitted.dtype)
    _launch("ctc_shares", emitted, alphas, total, skips, steps, counts, later, shares)
    return shares


def _launch(name, emitted, *arrays):
    """Run a kernel on contiguous arrays, with a block for each sample."""
    times, samples, labels = emitted.shape
    block = (min(THREADS, -(-labels // 32) * 32),)
    launch(SOURCE, name, emitted.dtype, samples, block, emitted, *arrays, times, samples, labels)
