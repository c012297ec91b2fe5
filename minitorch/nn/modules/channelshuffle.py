"""A layer that mixes the channels of groups."""

from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F
from minitorch.nn.modules.module import Module


class ChannelShuffle(Module):
    """The channels of (N, C, ...) dealt out anew: the first of each group, then the second, ...

    Zhang et al., ShuffleNet, 2017, arXiv:1707.01083.

    >>> from minitorch import arange
    >>> ChannelShuffle(2)(arange(6.0).reshape(1, 6, 1, 1)).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
