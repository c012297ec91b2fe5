"""The address `torch.functional`: functions of `minitorch` that PyTorch also has there."""

from minitorch.autograd.tensor import FUNCTIONS
from minitorch.methods import families
from minitorch.nn import functional as F

__all__ = ["F"]
NAMES = """
    atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod
    cdist chain_matmul einsum lu meshgrid norm split tensordot unique unique_consecutive
    unravel_index
"""
families.load()
globals().update({name: FUNCTIONS[name] for name in NAMES.split()})
