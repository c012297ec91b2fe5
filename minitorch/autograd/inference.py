"""What is particular of tensors made under `inference_mode`: a mark, and what is refused of them.

PyTorch saves counting their versions, so it refuses to write to them outside, to let them require
grad there, and to save them for backward. Here the last works: they are tensors like others.
"""

from minitorch.autograd.node import grad_mode


class Inferred:
    """ever: whether any thread was in `inference_mode` yet; before that nobody looks for marks."""

    def __init__(self):
        self.ever = False  # in the instance it is read in 7 ns, in the class in 17


inferred = Inferred()


def is_marked(tensor):
    """Whether `tensor` was made under `inference_mode`, or views what was."""
    return getattr(tensor, "inference", False)


def require_inside(tensor, refusal):
    """Raise RuntimeError with this text for a marked tensor outside `inference_mode`."""
    if is_marked(tensor) and not grad_mode.inference:
        raise RuntimeError(refusal)


NO_UPDATE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone "
    "to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details."
)
NO_LEAF = "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
