"""Errors that are both what Python calls them and what PyTorch calls them.

PyTorch raises `RuntimeError` for nearly everything, so programs catch that; Python's own words for
a wrong value or kind are `ValueError` and `TypeError`. These are both at once.
"""


class ShapeError(ValueError, RuntimeError):
    """Shapes, sizes or values that do not go together."""


class DtypeError(TypeError, RuntimeError):
    """A dtype or device that the operation does not take."""


class LinAlgError(RuntimeError):
    """A matrix that has no such decomposition or inverse."""
