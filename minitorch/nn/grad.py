"""Gradients of convolutions, without a forward pass of one's own.

Each takes the arguments of the convolution, but for `grad_output`, the gradient of its output, and
the size of what the gradient is taken by.
"""

from collections.abc import Callable, Sequence
from typing import Any

from minitorch.autograd import engine
from minitorch.autograd.grad_mode import enable_grad
from minitorch.autograd.tensor import Tensor
from minitorch.nn import functional as F

Sizes = int | Sequence[int]


def gradients(convolution: Callable[..., Tensor]) -> tuple[Callable, Callable]:
    """The two functions that give the gradient by the input and by the weight."""

    def share(source, given, grad_output, call):
        with enable_grad():
            source = given.new_zeros(source).requires_grad_()
            y = call(source)
        onward = given.requires_grad or grad_output.requires_grad
        return engine.grad(y, source, grad_output, create_graph=onward)[0]

    def by_input(
        input_size: Sequence[int],
        weight: Tensor,
        grad_output: Tensor,
        stride: Sizes = 1,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
    ) -> Any:
        options = (None, stride, padding, dilation, groups)
        return share(input_size, weight, grad_output, lambda x: convolution(x, weight, *options))

    def by_weight(
        input: Tensor,
        weight_size: Sequence[int],
        grad_output: Tensor,
        stride: Sizes = 1,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        groups: int = 1,
    ) -> Any:
        options = (None, stride, padding, dilation, groups)
        return share(weight_size, input, grad_output, lambda w: convolution(input, w, *options))

    for function, by in ((by_input, "input"), (by_weight, "weight")):
        function.__name__ = function.__qualname__ = f"{convolution.__name__}_{by}"
        function.__doc__ = f"The gradient of `{convolution.__name__}` by its {by}."
    return by_input, by_weight


conv1d_input, conv1d_weight = gradients(F.conv1d)
conv2d_input, conv2d_weight = gradients(F.conv2d)
conv3d_input, conv3d_weight = gradients(F.conv3d)
