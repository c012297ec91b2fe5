"""What a tensor says of itself: sizes, memory, kind."""

from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import Tensor, function, method
from minitorch.autograd.versions import owner
from minitorch.ops.shape import axis_of, contiguous_format


@method
def size(self, dim=None):
    """The shape, or the size of the dimension `dim`."""
    return self.shape if dim is None else self.array.shape[axis_of(self.array.ndim, dim)]


@function
@method
def numel(input):
    """How many elements there are."""
    return input.array.size


@method
def nelement(self):
    """How many elements there are."""
    return self.array.size


@method
def dim(self):
    """How many dimensions there are."""
    return self.array.ndim


@method
def ndimension(self):
    """How many dimensions there are."""
    return self.array.ndim


@method
def element_size(self):
    """How many bytes an element takes."""
    return self.array.itemsize


@method
def stride(self, dim=None):
    """How many elements apart in memory neighbours along each dimension lie, or along `dim`."""
    array = self.array
    steps = tuple([step // array.itemsize for step in array.strides])
    return steps if dim is None else steps[axis_of(array.ndim, dim)]


@method
def storage_offset(self):
    """How many elements into its memory the tensor starts."""
    array = self.array
    return (address(array) - address(owner(array))) // array.itemsize


@method
def data_ptr(self):
    """The address of the first element."""
    return address(self.array)


@method
def is_contiguous(self, memory_format=contiguous_format):
    """Whether the elements lie in memory without gaps, row by row."""
    return self.array.flags.c_contiguous


@function
@method
def is_floating_point(input):
    """Whether the elements are floats."""
    return input.dtype.is_floating_point


@function
@method
def is_complex(input):
    """False: minitorch has no complex numbers."""
    return False


@function
def is_tensor(obj):
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


@method
def get_device(self):
    """The number of the GPU, -1 on the CPU."""
    index = self.device.index
    return -1 if self.device.type == "cpu" else index
