"""Settings of PyTorch's compiler: programs may put any here; nothing reads them."""
