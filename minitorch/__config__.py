"""`torch.__config__`: what the results of this process are computed with, as text."""

import platform

import numpy as np

from minitorch.backend.settings import get_num_threads
from minitorch.version import __version__


def show() -> str:
    """The versions of Python and NumPy, and the BLAS that NumPy was built with."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return (
        f"minitorch {__version__} with:\n"
        f"  - Python {platform.python_version()} on {platform.machine()}\n"
        f"  - NumPy {np.__version__}\n"
        f"  - BLAS: {blas.get('name', 'unknown')} {blas.get('version', '')}\n"
    )


def parallel_info() -> str:
    """How many threads large operations are computed with."""
    return f"get_num_threads() : {get_num_threads()}\n"
