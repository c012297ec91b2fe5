"""The functions of `numpy_random.py` on CuPy arrays: the same bits.

In place of NumPy's generator stands where its words come from: (key, key, first block). Each thread
computes one block of four, by the cipher that NumPy calls Philox.

Salmon and others, Parallel Random Numbers: As Easy as 1, 2, 3, 2011, section 3.2 (Philox4x64-10).
"""

import functools
import math

import cupy as cp
import numpy as np

from minitorch.backend import ziggurat

SOURCE = r"""
typedef unsigned long long word;

__device__ void philox(word key0, word key1, word block, word* w) {
    w[0] = block + 1; w[1] = 0; w[2] = 0; w[3] = 0;
    if (w[0] == 0) w[1] = 1;
    for (int round = 0; round < 10; ++round) {
        const word a = 0xD2E7470EE14C6C93ull, b = 0xCA5A826395121157ull;
        word high0 = __umul64hi(a, w[0]), low0 = a * w[0];
        word high1 = __umul64hi(b, w[2]), low1 = b * w[2];
        w[0] = high1 ^ w[1] ^ key0; w[1] = low1;
        w[2] = high0 ^ w[3] ^ key1; w[3] = low0;
        key0 += 0x9E3779B97F4A7C15ull; key1 += 0xBB67AE8584CAA73Bull;
    }
}

__device__ double within(word w) { return ((double) (w >> 12) + 0.5) * ULP; }

__device__ double logarithm(double x) {  // ziggurat.log
    int e; double m = frexp(x, &e), s = (m - ROOT) / (m + ROOT), square = s * s, y = square / 13;
    for (int k = 11; k > 1; k -= 2) y = (y + 1.0 / k) * square;
    return fmin((y + 1) * s * 2 + (e - 0.5) * LN2, -ULP / 2);
}

__device__ word next_word(word w) {
    w += 0x9E3779B97F4A7C15ull;
    w = (w ^ (w >> 30)) * 0xBF58476D1CE4E5B9ull;
    w = (w ^ (w >> 27)) * 0x94D049BB133111EBull;
    return w ^ (w >> 31);
}

__device__ double normal(word w, const double* widths, const double* sure) {
    for (;;) {
        int layer = w % LAYERS;
        double x = ((double) ((long long) w >> 12) + 0.5) * PLACE * widths[layer];
        if (fabs(x) < sure[layer]) return x;
        if (layer == 0) {
            for (;;) {
                w = next_word(w); double y = -logarithm(within(w)) / TAIL;
                w = next_word(w);
                if (2 * -logarithm(within(w)) > y * y) return copysign(TAIL + y, x);
            }
        }
        w = next_word(w);
        double low = exp(-widths[layer] * widths[layer] / 2);
        double high = exp(-sure[layer] * sure[layer] / 2);
        if (low + within(w) * (high - low) < exp(-x * x / 2)) return x;
        w = next_word(w);
    }
}

extern "C" __global__ void draw_KIND(
    T* y, long long n, word key0, word key1, word block PARAMETERS
) {
    word w[4];
    long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
    if (i * PER_BLOCK >= n) return;
    philox(key0, key1, block + i, w);
    for (int j = 0; j < PER_BLOCK; ++j) {
        long long k = i * PER_BLOCK + j;
        if (k < n) y[k] = NUMBER;
    }
}
"""
CONSTANTS = {
    "ULP": 2.0**-52,
    "ROOT": ziggurat.ROOT,
    "LN2": ziggurat.LN2,
    "TAIL": ziggurat.TAIL,
    "PLACE": ziggurat.PLACE,
    "LAYERS": ziggurat.LAYERS,
}
UNIFORM32, UNIFORM64 = (
    "(float) (HALF >> (32 - bits)) / (float) (1u << bits)",
    "(double) (w[j] >> 11) * (ULP / 2)",
)
# Of each kind: further parameters, and the number made of the words w.
KINDS = {
    "uniform32": (", int bits", UNIFORM32),
    "uniform64": ("", UNIFORM64),
    "mask32": (", int bits, float p, float scale", f"{UNIFORM32} < p ? 0 : scale"),
    "mask64": (", double p, double scale", f"{UNIFORM64} < p ? 0 : scale"),
    "normal": (", const double* widths, const double* sure", "normal(w[j], widths, sure)"),
    "exponential": ("", "-logarithm(within(w[j]))"),
    "geometric": (", double fail", "(T) floor(logarithm(within(w[j])) / fail) + 1"),
    "scaled": (", word low, word span", "(T) (__umul64hi(w[j], span) + low)"),
    "remainder": (", word low, word span", "(T) (w[j] % span + low)"),
    "whole": (", word low", "(T) (w[j] + low)"),
}
C_TYPES = {"f": "float", "d": "double", "q": "long long", "l": "long long"}


@functools.cache
def kernel(kind, char, per_block):
    """The kernel that draws numbers of the dtype `char`, so many for each block of words."""
    parameters, number = KINDS[kind]
    defined = {
        **CONSTANTS,
        "PARAMETERS": parameters,
        "NUMBER": number,
        "HALF": "(unsigned int) (w[j / 2] >> (j % 2 * 32))",
        "T": C_TYPES[char],
        "PER_BLOCK": per_block,
        "draw_KIND": f"minitorch_{kind}_{char}",
    }
    lines = [f"#define {name} {value}" for name, value in defined.items()]
    # A product and a sum made one instruction are rounded once, which NumPy does not do.
    return cp.RawKernel(
        "\n".join(lines) + SOURCE, f"minitorch_{kind}_{char}", options=("--fmad=false",)
    )


def draw(kind, stream, shape, dtype, *settings, per_block=4):
    """Numbers of that kind, one for each word, or with `per_block=8` for each half of one."""
    y = cp.empty(shape, dtype)
    blocks = -(-y.size // per_block)
    if blocks:
        run = kernel(kind, y.dtype.char, per_block)
        run((-(-blocks // 128),), (128,), (y, np.int64(y.size), *map(np.uint64, stream), *settings))
    return y


def uniform(stream, shape, dtype):
    """Floats in [0, 1): of the half of a word, or for float64 of a word, the highest bits."""
    if dtype.itemsize == 8:
        return draw("uniform64", stream, shape, dtype)
    bits = np.int32(11 if dtype.itemsize == 2 else 24)
    return draw("uniform32", stream, shape, np.float32, bits, per_block=8).astype(dtype, copy=False)


def mask(stream, shape, dtype, p, scale):
    """0 where a `uniform` number is below p, else `scale`: what dropout multiplies by."""
    p, scale = (dtype.type(number) for number in (p, scale))
    if dtype.itemsize == 8:
        return draw("mask64", stream, shape, dtype, p, scale)
    bits, settings = np.int32(11 if dtype.itemsize == 2 else 24), map(np.float32, (p, scale))
    made = draw("mask32", stream, shape, np.float32, bits, *settings, per_block=8)
    return made.astype(dtype, copy=False)


@functools.cache
def tables(device):
    """The tables of the ziggurat on a device."""
    return tuple(cp.asarray(table) for table in ziggurat.tables())


def normal(stream, shape, dtype):
    """Floats of mean 0 and standard deviation 1."""
    wider = np.float32 if dtype.itemsize < 8 else dtype
    y = draw("normal", stream, shape, wider, *tables(cp.cuda.runtime.getDevice()))
    return y.astype(dtype, copy=False)


def exponential(stream, shape, dtype):
    """Positive floats of density exp(-x)."""
    wider = np.float32 if dtype.itemsize < 8 else dtype
    return draw("exponential", stream, shape, wider).astype(dtype, copy=False)


def geometric(stream, p, shape):
    """int64: how many tries of success probability p it takes."""
    return draw("geometric", stream, shape, np.int64, np.float64(math.log1p(-p)))


def integers(stream, low, high, shape):
    """int64 from `low` up to but not including `high`: the words scaled, or their remainders."""
    span, low = high - low, np.uint64(low % 2**64)
    if span == 2**64:
        return draw("whole", stream, shape, np.int64, low)
    kind = "scaled" if span <= 2**32 else "remainder"
    return draw(kind, stream, shape, np.int64, low, np.uint64(span))
