"""Where programs written for PyTorch look for `data`."""
