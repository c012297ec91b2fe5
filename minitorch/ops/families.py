"""The families of ops that tensors do not have as methods: they load at the first use of one."""

from importlib import import_module

LATER = (  # 5 of the 25 ms that an import of minitorch takes above NumPy's
    "activation_forms", "adaptive_pool", "average_pool", "conv", "copies", "distance", "dropout",
    "einsum", "embedding", "fold", "grid", "implicit", "low_rank", "norm", "pad", "pairwise",
    "pool", "recurrent", "segments", "transposed_conv", "windows",
)  # fmt: skip


def load():
    """Register the ops of all families."""
    for family in LATER:
        import_module(f"minitorch.ops.{family}")
