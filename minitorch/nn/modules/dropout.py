"""Dropout: parts of the input set to zero at random while training."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module


class Dropout(Module):
    """Each element is 0 with probability p, else divided by 1 - p; after `eval()` the input itself.

    p        in [0, 1]
    inplace  write into the input
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout2d(Dropout):
    """`Dropout` of whole channels of (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)
