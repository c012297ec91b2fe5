"""The chi-squared distribution."""

from minitorch.autograd.tensor import Tensor
from minitorch.distributions import constraints
from minitorch.distributions.gamma import Gamma

__all__ = ["Chi2"]


class Chi2(Gamma):
    """Of the sum of the squares of `df` standard normal numbers: Gamma(df / 2, 1 / 2).

    df  > 0
    """

    arg_constraints = {"df": constraints.positive}
    _parameters = {"concentration": 0, "rate": 0}

    def __init__(self, df: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Tensor:
        return self.concentration * 2
