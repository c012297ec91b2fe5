"""Settings that PyTorch's scripts make, and what they do here: little."""

import warnings

from minitorch.backend.errors import ShapeError
from minitorch.backend.threads import set_thread_count, thread_count

MODES = ("default", "warn", "error")
PRECISIONS = ("highest", "high", "medium")


class _Chosen:
    deterministic = 0  # a position in MODES
    precision = "highest"
    warn_always = False


def get_num_threads():
    """How many threads large operations are computed with."""
    return thread_count()


def set_num_threads(threads):
    """Compute large operations with so many threads; where NumPy's BLAS takes no number, warn.

    `OPENBLAS_NUM_THREADS` in the environment says it from the start.
    """
    if not isinstance(threads, int):
        raise RuntimeError(f"set_num_threads expects an int, but got {type(threads).__name__}")
    if threads <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    set_thread_count(threads)
    if threads != thread_count():
        warnings.warn(
            f"set_num_threads({threads}) changes nothing: NumPy's BLAS here is not OpenBLAS, or "
            f"was not built for so many\n  it stays at {thread_count()}",
            UserWarning,
            stacklevel=2,
        )


def get_num_interop_threads():
    """How many operations are computed at the same time: one."""
    return 1


def set_num_interop_threads(threads):
    """Accepted as PyTorch does; operations are computed one after the other."""
    if not isinstance(threads, int):
        raise RuntimeError(
            f"set_num_interop_threads expects an int, but got {type(threads).__name__}"
        )
    if threads <= 0:
        raise RuntimeError("set_num_interop_threads expects a positive integer")


def set_flush_denormal(mode):
    """False: NumPy has no switch for it, numbers near 0 stay as they are."""
    return False


def set_warn_always(b):
    """Whether to warn each time of what PyTorch warns of once in a process."""
    require_bool("b' (position 1)", b)
    _Chosen.warn_always = b


def is_warn_always_enabled():
    """What was chosen by `set_warn_always`."""
    return _Chosen.warn_always


_warned: set[str] = set()


def warn_once(text, stacklevel=3):
    """A UserWarning, but of the same text only the first time; see `set_warn_always`.

    stacklevel  as at `warnings.warn`; 3 is the caller of the function that warns
    """
    if text not in _warned or _Chosen.warn_always:
        _warned.add(text)
        warnings.warn(text, UserWarning, stacklevel=stacklevel)


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Remember the choice. On the CPU all algorithms give the same result each time they run."""
    require_bool("mode' (position 1)", mode)
    require_bool("warn_only'", warn_only)
    _Chosen.deterministic = 0 if not mode else 1 if warn_only else 2


def require_bool(shown, value):
    if not isinstance(value, bool):
        raise TypeError(
            f"_set_deterministic_algorithms(): argument '{shown} must be bool, not "
            f"{type(value).__name__}"
        )


def are_deterministic_algorithms_enabled():
    """What was chosen by `use_deterministic_algorithms`."""
    return _Chosen.deterministic > 0


def is_deterministic_algorithms_warn_only_enabled():
    """What was chosen by `use_deterministic_algorithms`."""
    return _Chosen.deterministic == 1


def set_deterministic_debug_mode(debug_mode):
    """As `use_deterministic_algorithms`: 0 or "default", 1 or "warn", 2 or "error"."""
    if not isinstance(debug_mode, str | int):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    allowed = MODES if isinstance(debug_mode, str) else (0, 1, 2)
    if debug_mode not in allowed:
        expected = "0, 1, or 2," if allowed is not MODES else "one of `default`, `warn`, `error`,"
        raise RuntimeError(f"invalid value of debug_mode, expected {expected} but got {debug_mode}")
    _Chosen.deterministic = allowed.index(debug_mode)


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
