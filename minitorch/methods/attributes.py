"""What a tensor says of itself: sizes, memory, kind; and what dtypes make of each other."""

import warnings
from math import prod

from minitorch.autograd.alone import keep_in_place
from minitorch.autograd.inference import is_marked
from minitorch.autograd.rebase import address
from minitorch.autograd.tensor import Tensor, function, method, wrap
from minitorch.autograd.versions import owner
from minitorch.backend.devices import CPU, cuda_device_count, pinned
from minitorch.backend.devices import is_pinned as is_pinned_array
from minitorch.backend.dtypes import as_dtype, common_dtype
from minitorch.backend.layouts import contiguous_format, strided
from minitorch.backend.scope import why_missing
from minitorch.ops.making import require_tensor
from minitorch.ops.shape import axis_of

# -------------------------------------------------------------------- sizes


@method
def size(self, dim=None):
    """The shape, or the size of the dimension `dim`."""
    return self.shape if dim is None else self.array.shape[axis_of(self.array.ndim, dim)]


@function
def detach(input):
    """`input.detach()`: the same memory, cut off from the graph."""
    require_tensor("detach", input)
    return input.detach()


@function
@method
def numel(input):
    """How many elements there are."""
    require_tensor("numel", input)
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


@function
@method
def is_same_size(input, other):
    """Whether both have the same shape."""
    return input.array.shape == other.array.shape


# -------------------------------------------------------------------- memory


@method
def element_size(self):
    """How many bytes an element takes."""
    return self.array.itemsize


@method
def stride(self, dim=None):
    """How many elements apart in memory neighbours along each dimension lie, or along `dim`."""
    array = self.array
    steps = tuple([step // array.itemsize for step in array.strides])
    if not array.size and not any(steps):  # NumPy's own array without elements
        steps = tuple([prod([n or 1 for n in array.shape[d + 1 :]]) for d in range(array.ndim)])
    return steps if dim is None else steps[axis_of(array.ndim, dim)]


@method
def dim_order(self):
    """The dimensions, the one whose neighbours are furthest apart in memory first."""
    steps = self.stride()
    return tuple(sorted(range(len(steps)), key=lambda dim: -steps[dim]))


@method
def storage_offset(self):
    """How many elements into its memory the tensor starts."""
    array = self.array
    return (address(array) - address(owner(array))) // array.itemsize


@method
def data_ptr(self):
    """The address of the first element; 0 if there is none, or on device "meta"."""
    keep_in_place(self)
    return address(self.array) if self.array.size and not self.is_meta else 0


@method
def is_set_to(self, tensor):
    """Whether both are the same elements of the same memory in the same order."""
    return (
        self.device == tensor.device
        and self.data_ptr() == tensor.data_ptr()
        and self.shape == tensor.shape
        and self.stride() == tensor.stride()
    )


@method
def is_contiguous(self, memory_format=contiguous_format):
    """Whether the elements lie in memory without gaps, row by row or in that other order."""
    return memory_format.holds(self.array)


@function
@method
def get_device(input):
    """The number of the GPU, -1 on the CPU."""
    device = input.device
    return -1 if device.type == "cpu" else device.index


def warn_of_device(name):
    warnings.warn(
        f"The argument 'device' of Tensor.{name}() is deprecated. Please do not pass this "
        "argument.",
        DeprecationWarning,
        stacklevel=3,
    )


@method
def is_pinned(self, device=None):
    """Whether the tensor is in memory of the host that a GPU can read by itself."""
    if device is not None:
        warn_of_device("is_pinned")
    return is_pinned_array(self.array)


@method
def pin_memory(self, device=None):
    """A copy in memory that a GPU can read by itself; the tensor itself where it is so already.

    Raises RuntimeError where there is no GPU, or the tensor is on one.
    """
    if device is not None:
        warn_of_device("pin_memory")
    if not cuda_device_count():
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if self.is_pinned():
        return self
    if self.device != CPU:
        kind = self.type()
        raise RuntimeError(f"cannot pin '{kind}' only dense CPU tensors can be pinned")
    copy = pinned(self.array)
    copy[...] = self.array
    return wrap(copy)


# -------------------------------------------------------------------- kind


@function
@method
def is_floating_point(input):
    """Whether the elements are floats."""
    require_tensor("is_floating_point", input)
    return input.dtype.is_floating_point


@function
@method
def is_signed(input):
    """Whether the elements can be negative."""
    require_tensor("is_signed", input)
    return input.dtype.is_signed


@function
@method
def is_inference(input):
    """Whether `input` was made under `inference_mode`, or views what was."""
    return is_marked(input)


@function
def is_tensor(obj):
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def never(name, reason):
    """The function and method `name`, which is False of every tensor."""

    def call(input):
        return False

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"False: {reason}."
    function(method(call))


never("is_complex", "minitorch has no complex numbers")
never("is_conj", "minitorch has no complex numbers")
never("is_neg", "minitorch computes what is negative at once")
never("is_distributed", "a tensor lies in one piece")


@function
def typename(obj):
    """The name of the type of `obj`, such as 'torch.FloatTensor'."""
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None)
    inside = module in (None, "", "builtins")
    return named.__qualname__ if inside else f"{module}.{named.__qualname__}"


def was_volatile(self):
    """False, and a warning: long ago it told that nothing was recorded."""
    warnings.warn("volatile was removed (Variable.volatile is always False)", stacklevel=2)
    return False


def make_volatile(self, value):
    warnings.warn(
        "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
        stacklevel=2,
    )


FIXED = {
    "is_meta": property(lambda self: self.device.type == "meta"),
    "layout": strided,
    "name": None,  # of a Variable, long ago
    "volatile": property(was_volatile, make_volatile),
    **dict.fromkeys(  # of these there are none here
        (
            "is_sparse", "is_sparse_csr", "is_quantized", "is_mkldnn", "is_nested",
            "is_mps", "is_xpu", "is_xla", "is_vulkan", "is_maia", "is_mtia", "is_ipu",
        ),
        False,
    ),
}  # fmt: skip
for name, value in FIXED.items():
    setattr(Tensor, name, value)


class Absent:
    """The method `name` of PyTorch's tensors, which is not there, and says why."""

    def __init__(self, name):
        self.name = name

    def __get__(self, tensor, kind):
        raise AttributeError(
            f"'Tensor' object has no attribute {self.name!r}{why_missing(self.name)}",
            name=self.name,
            obj=kind if tensor is None else tensor,
        )


for name in (
    "bfloat16", "cdouble", "cfloat", "chalf", "dequantize", "istft", "sparse_mask", "stft",
    "to_sparse", "to_sparse_bsc", "to_sparse_bsr", "to_sparse_coo", "to_sparse_csc",
    "to_sparse_csr",
):  # fmt: skip
    setattr(Tensor, name, Absent(name))


@method
def to_dense(self, dtype=None, *, masked_grad=None):
    """The tensor itself, in `dtype` if it is given: none is sparse here.

    masked_grad  changes nothing: it concerns sparse gradients
    """
    return self if dtype is None else self.to(dtype)


# -------------------------------------------------------------------- dtypes together


@function
def result_type(tensor1, tensor2):
    """The dtype of the sum of two tensors or numbers.

    >>> from minitorch import int32, tensor
    >>> result_type(tensor([1, 2], dtype=int32), 1.0)
    torch.float32
    """
    both = (tensor1, tensor2)
    for each in both:
        if not isinstance(each, Tensor | bool | int | float):
            got = ", ".join(type(each).__name__ for each in both)
            raise TypeError(
                f"result_type() received an invalid combination of arguments - got ({got}), but "
                "takes tensors and numbers"
            )
    tensors = [each for each in both if isinstance(each, Tensor)]
    return common_dtype(
        [t.dtype for t in tensors if t.array.ndim],
        [t.dtype for t in tensors if not t.array.ndim],
        [each for each in both if not isinstance(each, Tensor)],
    )


@function
def can_cast(from_, to):
    """Whether PyTorch converts without being asked: not floats to integers, nor these to bools.

    >>> from minitorch import float64, int32
    >>> can_cast(float64, int32), can_cast(int32, float64)
    (False, True)
    """
    from_ = as_dtype(from_, "can_cast(): argument 'from_' (position 1)")
    return from_.category <= as_dtype(to, "can_cast(): argument 'to' (position 2)").category
