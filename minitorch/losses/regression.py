"""Losses between numbers, and between distributions."""

from minitorch.autograd.tensor import Tensor
from minitorch.losses.base import _Loss
from minitorch.nn import functional as F


class L1Loss(_Loss):
    """The mean of |input - target|; by `reduction` also the "sum", or "none": the numbers."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """The mean of the squares of input - target; by `reduction` also their "sum", or "none".

    >>> from minitorch import tensor
    >>> MSELoss()(tensor([1.0, 2.0]), tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class HuberLoss(_Loss):
    """Half the squares of input - target up to a distance of delta, from there on straight.

    Huber, Robust Estimation of a Location Parameter, 1964.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, float | int):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class SmoothL1Loss(_Loss):
    """`HuberLoss` with a delta of beta, over beta.

    Girshick, Fast R-CNN, 2015, arXiv:1504.08083, equation 3.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


# -------------------------------------------------------------------- likelihoods


class PoissonNLLLoss(_Loss):
    """How unlikely the target is as a count whose expectation is exp(input), less log(target!).

    log_input  False: the expectation is the input itself
    full       add Stirling's approximation of log(target!), for targets above 1
    eps        added to an input before its logarithm is taken
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps,
            reduction=self.reduction,
        )  # fmt: skip


class GaussianNLLLoss(_Loss):
    """How unlikely the target is as a normal number of mean `input` and variance `var`.

    full  add the constant log(2 * pi) / 2
    eps   no variance counts as less

    `var` is a number, or has input's shape, or that with a last dimension of 1, or without it.

    Nix and Weigend, Estimating the mean and variance of the target distribution, 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    """target * (log(target) - input): how far the distribution exp(input) is from the target.

    reduction   "batchmean" is the sum over the number of rows, as mathematics has it
    log_target  the target holds logarithms, too

    Kullback and Leibler, On Information and Sufficiency, 1951.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)
