"""The types of functions with several results: `return_types.max`, `return_types.linalg_qr` ..."""

import minitorch.linalg  # noqa: F401  its types are among them
from minitorch.autograd.parts import RETURN_TYPES
from minitorch.methods import families

families.load()
globals().update(RETURN_TYPES)
__all__ = [*RETURN_TYPES]  # noqa: PLE0604  the keys are names
