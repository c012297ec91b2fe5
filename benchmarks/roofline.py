"""`python -m benchmarks.roofline`: what share of the machine's limits each workload reaches.

The limits are measured: the rate of a large matrix product, and the bandwidth of memory, copying
and in `a = b + s * c`. A workload's multiplications and bytes are counted in PyTorch's program, as
if each of its operations read its tensors from memory and wrote them there. Of these bytes a cache
saves some, and so does a program that joins operations: it may pass 100 % of the bandwidth. What is
far from both limits is held up by neither: by calls, or by instructions other than these.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

import minitorch
from benchmarks.timing import duration, seconds_per_call, summary
from benchmarks.workers import pair_timer
from benchmarks.workloads import WORKLOADS

SIDE = 2048  # of the product's matrices
NUMBERS = 1 << 25  # 128 MB each, above any cache
BLOCK = 1 << 15  # numbers between which `s * c` stays in the cache
NAMES = ("elementwise chain", "mlp 784", "convnet", "resnet18", "lstm", "transformer")


def product_rate():
    """Multiplications and additions a second in a product of large matrices, the best of five."""
    a, b, out = (np.ones((SIDE, SIDE), np.float32) for _ in range(3))
    return 2 * SIDE**3 / min(seconds_per_call(lambda: np.matmul(a, b, out), 0) for _ in range(5))


def bandwidth(work, arrays, threads):
    """Bytes a second of `work(slice)` over `arrays` of NUMBERS, split among threads."""
    edges = [NUMBERS * i // threads for i in range(threads + 1)]
    parts = [slice(*edge) for edge in pairwise(edges)]
    with ThreadPoolExecutor(threads) as pool:
        seconds = min(seconds_per_call(lambda: list(pool.map(work, parts)), 0) for _ in range(5))
    return 4 * NUMBERS * arrays / seconds


def limits(threads):
    """(floating-point operations a second, bytes a second copied, bytes a second in the triad)."""
    minitorch.set_num_threads(threads)
    a, b, c = (np.ones(NUMBERS, np.float32) for _ in range(3))

    def copy(part):
        a[part] = b[part]

    def triad(part):
        scaled = np.empty(BLOCK, np.float32)
        for i in range(part.start, part.stop, BLOCK):
            block = slice(i, i + BLOCK)
            np.add(b[block], np.multiply(c[block], 3, out=scaled), out=a[block])

    return product_rate(), bandwidth(copy, 2, threads), bandwidth(triad, 3, threads)


def lstm_forward(x, w, *given, **named):
    """The products with x (length, batch, width) and the state; w (4 hidden, width)."""
    return 2 * x[0] * x[1] * w[0] * (w[1] + w[0] // 4)


def lstm_backward(x, w, *given, **named):
    """The gradients of both weights and of the state; that of x is not asked for."""
    return 2 * x[0] * x[1] * w[0] * (w[1] + 2 * w[0] // 4)


def attention(q, k, v, *given, **named):
    """q k^T and the product with v; all (batch, heads, length, width)."""
    return 4 * q[0] * q[1] * q[2] * k[2] * q[3]


def attention_backward(g, q, k, *given, **named):
    """The gradients of the two products in q, k, v and the scores, which are not computed again."""
    return 2 * attention(q, k, k)


def count(workload):
    """(floating-point operations, bytes) of one call, as PyTorch runs it."""
    import torch  # noqa: PLC0415  what is counted
    from torch.utils import flop_counter  # noqa: PLC0415  as torch
    from torch.utils._python_dispatch import TorchDispatchMode  # noqa: PLC0415  as torch
    from torch.utils._pytree import tree_leaves  # noqa: PLC0415  as torch

    def size(things):
        tensors = [t for t in tree_leaves(things) if isinstance(t, torch.Tensor)]
        return sum(min(t.numel() * t.itemsize, t.untyped_storage().nbytes()) for t in tensors)

    class Traffic(TorchDispatchMode):
        bytes = 0

        def __torch_dispatch__(self, f, types, args=(), kwargs=None):
            out = f(*args, **(kwargs or {}))
            if not f.is_view:
                written = [
                    given for given, declared in zip(args, f._schema.arguments) if declared.is_write
                ]
                self.bytes += size((args, kwargs)) + size(written or out)
            return out

    aten = torch.ops.aten
    uncounted = {  # what the counter does not know by itself
        aten.mkldnn_rnn_layer: lstm_forward,
        aten.mkldnn_rnn_layer_backward: lstm_backward,
        aten._scaled_dot_product_flash_attention_for_cpu: attention,
        aten._scaled_dot_product_flash_attention_for_cpu_backward: attention_backward,
    }
    step = workload(torch)
    step()
    operations = flop_counter.FlopCounterMode(display=False, custom_mapping=uncounted)
    with Traffic() as traffic, operations:
        step()
    return operations.get_total_flops(), traffic.bytes


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roofline", description=__doc__)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--pairs", type=int, default=5, help="how often each is measured")
    options = parser.parse_args()
    names = [n for n in WORKLOADS if n.startswith(NAMES) and options.only in n]
    work = {name: count(WORKLOADS[name]) for name in names}
    for threads in options.threads:
        product, copy, triad = limits(threads)
        print(
            f"\n{threads} threads: product {product / 1e9:.0f} GFLOP/s, memory {copy / 1e9:.1f} "
            f"GB/s copied, {triad / 1e9:.1f} GB/s in a = b + s * c\n"
            f"{'':34}{'':10}{'a step':>10}{'GFLOP/s':>9}{'of product':>11}{'GB/s':>7}"
            f"{'of memory':>11}"
        )
        with pair_timer("torch", threads) as measure:
            for name in names:
                row = summary([measure(name) for _ in range(options.pairs)])
                for library, seconds in (("minitorch", row["ours"]), ("PyTorch", row["theirs"])):
                    operations, moved = (each / seconds for each in work[name])
                    print(
                        f"{name:34}{library:10}{duration(seconds):>10}{operations / 1e9:9.1f}"
                        f"{operations / product:11.0%}{moved / 1e9:7.1f}"
                        f"{moved / max(copy, triad):11.0%}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
