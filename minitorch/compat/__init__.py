"""The door for PyTorch programs: `import torch` is answered by minitorch.

    python -m minitorch.compat train.py --epochs 3
    python -m minitorch.compat -m package.train

runs a program as Python would. In a notebook, before the first `import torch`:

    import minitorch.compat
    minitorch.compat.install()

The modules are not copied: `torch.nn.Linear is minitorch.nn.Linear`. What a program looks for and
minitorch does not have ends it with one line that says which name that is.
"""

from minitorch.compat.finder import install, uninstall

__all__ = ["install", "uninstall"]
