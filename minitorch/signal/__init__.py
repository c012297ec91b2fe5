"""Signal processing: the names of `torch.signal`."""

from minitorch.signal import windows
