"""The Kullback-Leibler divergence: the names of `torch.distributions.kl`.

`kl_same` and `kl_mixed` hold the formulas, which stand in the table once they are imported.
"""

from minitorch.distributions import kl_mixed, kl_same
from minitorch.distributions.kl_registry import _KL_REGISTRY, kl_divergence, register_kl
from minitorch.distributions.kl_same import _kl_expfamily_expfamily  # noqa: F401  so in PyTorch

__all__ = ["kl_divergence", "register_kl"]

assert kl_mixed and kl_same and _KL_REGISTRY
