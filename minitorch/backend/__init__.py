"""Devices, dtypes, arrays and the kernels on them.

NumPy warns of log(0), 1 / 0 and overflow; PyTorch returns -inf, inf and nan in silence. So does
minitorch, for the NumPy calls in this package alone: `np.errstate` around each would cost 0.9 us.
"""

import warnings

warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch\.")
