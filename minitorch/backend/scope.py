"""What PyTorch has and minitorch leaves out on purpose, for errors that say so."""

import re

OUT_OF_SCOPE = {
    "complex|^c(half|float|double)|^polar$|view_as_real|^i?stft$": (
        "complex numbers: keep real and imaginary part in two tensors"
    ),
    "sparse": "sparse tensors: all are dense",
    "quant|^q(int|uint|scheme)|^fake_": "quantised tensors",
    "^bfloat16$|^float8|^float4|BFloat16": (
        "dtypes that NumPy does not have: take float16 or float32"
    ),
    "^quasirandom$|^Sobol": "Sobol sequences, a table of a megabyte: take scipy.stats.qmc.Sobol",
    "^(compile|export|fx)$": "compiling: functions run as they are",
}


def why_missing(name):
    """What to add to the error for a name that minitorch does not have."""
    for pattern, what in OUT_OF_SCOPE.items():
        if re.search(pattern, name):
            return f"; minitorch leaves out {what}"
    return ""
