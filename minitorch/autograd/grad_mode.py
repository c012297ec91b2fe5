"""Switching recording on and off, per thread, as context manager or decorator."""

import functools
import inspect
import warnings

from minitorch.autograd.inference import inferred
from minitorch.autograd.node import grad_mode
from minitorch.autograd.tensor import function


@function
def is_grad_enabled():
    """Whether operations are being recorded in this thread."""
    return grad_mode.enabled


@function
def is_inference_mode_enabled():
    """Whether this thread is inside `inference_mode`."""
    return grad_mode.inference


@function
def is_anomaly_enabled():
    """Whether anomaly detection is on; see `autograd.detect_anomaly`."""
    return grad_mode.anomaly is not None


@function
def is_anomaly_check_nan_enabled():
    """Whether anomaly detection, where it is on, looks for NaN."""
    return grad_mode.anomaly is None or grad_mode.anomaly.check_nan


class Mode:
    """Sets the grad mode of this thread from enter to exit, or around each call of a function."""

    enabled = False
    inference: bool | None = None  # None: as it is

    def __new__(cls, mode=None):
        """`@no_grad` without brackets decorates too, as in PyTorch."""
        made = object.__new__(cls)  # super() takes 0.1 us more
        return made(mode) if callable(mode) else made

    def __enter__(self):
        self.before = grad_mode.enabled, grad_mode.inference
        grad_mode.enabled = self.enabled
        if self.inference is not None:
            grad_mode.inference = self.inference

    def __exit__(self, *exc):
        grad_mode.enabled, grad_mode.inference = self.before

    def __call__(self, f):
        if inspect.isgeneratorfunction(f):
            return self.around_generator(f)
        if inspect.isclass(f):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You "
                "should only decorate functions or methods. To preserve the current behavior of "
                "class decoration, you can directly decorate the `__init__` method and nothing "
                "else.",
                FutureWarning,
                stacklevel=2,
            )

        @functools.wraps(f, updated=() if inspect.isclass(f) else functools.WRAPPER_UPDATES)
        def inside(*args, **kwargs):
            with self.block():
                return f(*args, **kwargs)

        return inside

    def block(self):
        """A context of one call alone: calls nest and run in several threads."""
        block = Mode()
        block.enabled, block.inference = self.enabled, self.inference
        return block

    def around_generator(self, f):
        """`f` with the mode set while its body runs, and the caller's own between its yields."""

        @functools.wraps(f)
        def inside(*args, **kwargs):
            body = f(*args, **kwargs)
            resume, given = body.send, None
            try:
                while True:
                    with self.block():
                        made = resume(given)
                    try:
                        resume, given = body.send, (yield made)
                    except GeneratorExit:
                        with self.block():
                            body.close()
                        raise
                    except BaseException as error:
                        resume, given = body.throw, error
            except StopIteration as stop:
                return stop.value

        return inside


class no_grad(Mode):  # noqa: N801  PyTorch's name
    """Nothing is recorded inside.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with no_grad():
    ...     (x * 2).requires_grad
    False
    """


class enable_grad(Mode):  # noqa: N801  PyTorch's name
    """Recording is on inside, also within `no_grad`."""

    enabled = True


class inference_mode(Mode):  # noqa: N801  PyTorch's name
    """Nothing is recorded inside; `inference_mode(False)` records.

    Tensors made inside can't be written to in place outside. Unlike PyTorch's, they may be used in
    recorded operations later.
    """

    inference = True

    def __init__(self, mode=True):
        self.enabled, self.inference = not mode, bool(mode)
        inferred.ever = True


class set_multithreading_enabled:  # noqa: N801  PyTorch's name
    """Changes nothing but what `is_multithreading_enabled` says: backward runs in its caller's
    thread anyway. From here on, or as context manager inside alone.
    """

    def __init__(self, mode):
        self.before = grad_mode.multithreading
        grad_mode.multithreading = bool(mode)

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        grad_mode.multithreading = self.before


def is_multithreading_enabled():
    """What `set_multithreading_enabled` was last told in this thread; True at first."""
    return grad_mode.multithreading


class set_grad_enabled(Mode):  # noqa: N801  PyTorch's name
    """Set recording on or off: from here on, or, as context manager or decorator, inside alone."""

    def __init__(self, mode):
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, "
                f"not {type(mode).__name__}"
            )
        self.outside = grad_mode.enabled
        self.enabled = grad_mode.enabled = mode

    def __enter__(self):
        super().__enter__()
        self.before = self.outside, grad_mode.inference

    def __repr__(self):
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.enabled})"

    def __call__(self, f):
        grad_mode.enabled = self.outside
        return super().__call__(f)
