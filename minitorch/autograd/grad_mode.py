"""Switching recording on and off, per thread, as context manager or decorator."""

import contextlib

from minitorch.autograd.node import grad_mode


def is_grad_enabled():
    """Whether operations are being recorded in this thread."""
    return grad_mode.enabled


def is_inference_mode_enabled():
    """Whether this thread is inside `inference_mode`."""
    return grad_mode.inference


class _Mode(contextlib.ContextDecorator):
    """Sets the grad mode from enter to exit; one object may be entered again and again."""

    wanted = False

    def __init__(self):
        self.before = []

    def __enter__(self):
        self.before.append(grad_mode.enabled)
        grad_mode.enabled = self.wanted

    def __exit__(self, *exc):
        grad_mode.enabled = self.before.pop()

    def __new__(cls, function=None):
        """`@no_grad` without brackets decorates too, as in PyTorch."""
        mode = super().__new__(cls)
        if callable(function):
            mode.__init__()
            return mode(function)
        return mode


class no_grad(_Mode):  # noqa: N801  PyTorch's name
    """Nothing is recorded inside.

    >>> import minitorch
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with no_grad():
    ...     (x * 2).requires_grad
    False
    """


class enable_grad(_Mode):  # noqa: N801  PyTorch's name
    """Recording is on inside, also within `no_grad`."""

    wanted = True


class inference_mode(_Mode):  # noqa: N801  PyTorch's name
    """Nothing is recorded inside; `inference_mode(False)` leaves things as they are.

    Unlike PyTorch's, tensors made inside may be used in recorded operations later.
    """

    def __new__(cls, mode=True):
        return super().__new__(cls, mode)

    def __init__(self, mode=True):
        super().__init__()
        self.mode = mode

    def __enter__(self):
        self.before.append((grad_mode.enabled, grad_mode.inference))
        if self.mode:
            grad_mode.enabled, grad_mode.inference = False, True

    def __exit__(self, *exc):
        grad_mode.enabled, grad_mode.inference = self.before.pop()


class set_grad_enabled(_Mode):  # noqa: N801  PyTorch's name
    """Set recording on or off: at once, and until the end of the block where used as one."""

    def __new__(cls, mode):
        return object.__new__(cls)

    def __init__(self, mode):
        self.before = [grad_mode.enabled]
        self.wanted = grad_mode.enabled = bool(mode)

    def __enter__(self):
        grad_mode.enabled = self.wanted

    def __exit__(self, *exc):
        grad_mode.enabled = self.before[-1]

    def __call__(self, function):
        grad_mode.enabled = self.before[-1]
        return super().__call__(function)
