"""Weights of convolutions in another order in memory."""

from minitorch.backend.layouts import memory_format as order
from minitorch.nn.modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from minitorch.nn.modules.module import Module


def convert_conv2d_weight_memory_format(module: Module, memory_format: order) -> Module:
    """Bring the weights of all 2-dimensional convolutions into an order, such as channels_last."""
    return convert(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: Module, memory_format: order) -> Module:
    """As `convert_conv2d_weight_memory_format` for three dimensions: channels_last_3d."""
    return convert(module, (Conv3d, ConvTranspose3d), memory_format)


def convert(module, kinds, memory_format):
    for each in module.modules():
        if isinstance(each, kinds):
            each.weight.data = each.weight.detach().contiguous(memory_format=memory_format)
    return module
