"""Settings that PyTorch's scripts make, and what they do here: little."""

import os
import warnings

from minitorch.backend.errors import ShapeError

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MODES = ("default", "warn", "error")
PRECISIONS = ("highest", "high", "medium")


class _Chosen:
    deterministic = 0  # a position in MODES
    precision = "highest"


def get_num_threads():
    """How many threads NumPy multiplies matrices with, by the environment or else all processors.

    Everything else runs in one.
    """
    for name in VARIABLES:
        if os.environ.get(name, "").isdigit():
            return int(os.environ[name])
    return os.cpu_count()


def set_num_threads(threads):
    """Warn, if `threads` is not what `get_num_threads` says: NumPy settles that when it loads."""
    if not isinstance(threads, int):
        raise RuntimeError(f"set_num_threads expects an int, but got {type(threads).__name__}")
    if threads <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    if threads != get_num_threads():
        warnings.warn(
            f"set_num_threads({threads}) changes nothing: NumPy settles the number of its threads "
            f"when it is imported\n  start Python with {VARIABLES[0]}={threads}",
            UserWarning,
            stacklevel=2,
        )


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Remember the choice. On the CPU all algorithms give the same result each time they run."""
    _Chosen.deterministic = 0 if not mode else 1 if warn_only else 2


def are_deterministic_algorithms_enabled():
    """What was chosen by `use_deterministic_algorithms`."""
    return _Chosen.deterministic > 0


def is_deterministic_algorithms_warn_only_enabled():
    """What was chosen by `use_deterministic_algorithms`."""
    return _Chosen.deterministic == 1


def set_deterministic_debug_mode(debug_mode):
    """As `use_deterministic_algorithms`: 0 or "default", 1 or "warn", 2 or "error"."""
    if debug_mode not in (*MODES, 0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0 or one of {', '.join(MODES)}, "
            f"got {debug_mode!r}"
        )
    _Chosen.deterministic = MODES.index(debug_mode) if debug_mode in MODES else debug_mode


def get_deterministic_debug_mode():
    """What was chosen by `set_deterministic_debug_mode`, as a number."""
    return _Chosen.deterministic


def set_float32_matmul_precision(precision):
    """Remember "highest", "high" or "medium". Float32 is always multiplied in full precision."""
    if precision not in PRECISIONS:
        raise ShapeError(f"precision must be one of {', '.join(PRECISIONS)}, got {precision!r}")
    _Chosen.precision = precision


def get_float32_matmul_precision():
    """What was chosen by `set_float32_matmul_precision`."""
    return _Chosen.precision
