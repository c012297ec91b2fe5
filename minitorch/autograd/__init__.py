"""Automatic differentiation: the names of `torch.autograd`."""

from minitorch.autograd import functional
from minitorch.autograd.engine import backward_all as backward
from minitorch.autograd.engine import grad
from minitorch.autograd.function import Function
from minitorch.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from minitorch.autograd.gradcheck import gradcheck, gradgradcheck
