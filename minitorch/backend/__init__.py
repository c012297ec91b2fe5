"""Devices, dtypes, arrays and the kernels on them.

NumPy warns of log(0), 1 / 0 and overflow; PyTorch returns -inf, inf and nan in silence. So does
minitorch, for the NumPy calls in this package alone: `np.errstate` around each would cost 0.9 us.
"""

import os
import sys
import warnings

warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch\.")

# The threads of OpenBLAS spin for 2**26 cycles after each product, 27 ms, and take the processor
# from ours and from every other program: 2**18 make ResNet18 on two threads 1.5 times faster.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "18")
if "numpy" in sys.modules:
    from minitorch.backend import blas

    blas.read_environment()
