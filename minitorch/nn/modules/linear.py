"""Linear layers."""

import math
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.ops.creation import empty
from minitorch.ops.products import linear


class Identity(Module):
    """The input itself; takes any arguments and ignores them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """input @ weight.T + bias; (..., in_features) to (..., out_features).

    weight (out_features, in_features) and bias (out_features,) start out evenly distributed in
    [-1 / sqrt(in_features), 1 / sqrt(in_features)).
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        start = empty(out_features, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if start is None else Parameter(start))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
