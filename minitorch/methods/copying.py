"""`copy.deepcopy` of tensors: views that are copied together still share their memory."""

import copy

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import method, wrap
from minitorch.backend.namespaces import namespace


@method
def __deepcopy__(self, memo):
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
            "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
            "because of a torch.nn.utils.weight_norm usage, see "
            "https://github.com/pytorch/pytorch/pull/103001\n"
            "  else detach() this one first"
        )
    build, (kind, _, requires_grad, attributes) = self.__reduce__()
    copied = build(kind, copied_array(self, memo), requires_grad, dict(attributes))
    if self._grad is not None:
        copied._grad = wrap(self._grad.array.copy())
    memo[id(self)] = copied
    return copied


def copied_array(tensor, memo):
    """The elements in new memory: of a view in that of the copy of its base, as in PyTorch."""
    array, base = tensor.array, tensor.base
    if base is not None and base.is_leaf and base.dtype is tensor.dtype:
        whole = copy.deepcopy(base, memo).array
        if whole.strides == base.array.strides:  # a base with gaps is copied without them
            offset = address(array) - address(base.array)
            return namespace(whole).strided(whole, array.shape, array.strides, offset)
    return array.copy("K")
