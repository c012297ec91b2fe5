"""`minitorch.data` under PyTorch's name."""

from minitorch.data import *
