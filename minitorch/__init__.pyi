"""Written by docs/make_stubs.py: change that, or the code, and run it again."""

import builtins
from collections.abc import Sequence
from typing import Any, NamedTuple

from minitorch import autograd as autograd
from minitorch import backend as backend
from minitorch import cuda as cuda
from minitorch import data as data
from minitorch import losses as losses
from minitorch import methods as methods
from minitorch import nn as nn
from minitorch import ops as ops
from minitorch import optim as optim
from minitorch import utils as utils
from minitorch import vision as vision
from minitorch.autograd.grad_mode import enable_grad as enable_grad
from minitorch.autograd.grad_mode import inference_mode as inference_mode
from minitorch.autograd.grad_mode import no_grad as no_grad
from minitorch.autograd.grad_mode import set_grad_enabled as set_grad_enabled
from minitorch.autograd.tensor import Size as Size
from minitorch.autograd.tensor import Tensor as Tensor
from minitorch.backend.devices import device as device
from minitorch.backend.dtypes import dtype as dtype
from minitorch.backend.dtypes import finfo as finfo
from minitorch.backend.dtypes import get_default_dtype as get_default_dtype
from minitorch.backend.dtypes import iinfo as iinfo
from minitorch.backend.dtypes import promote_types as promote_types
from minitorch.backend.dtypes import set_default_dtype as set_default_dtype
from minitorch.backend.errors import DtypeError as DtypeError
from minitorch.backend.errors import ShapeError as ShapeError
from minitorch.backend.generators import Generator as Generator
from minitorch.methods.printing import get_printoptions as get_printoptions
from minitorch.methods.printing import printoptions as printoptions
from minitorch.methods.printing import set_printoptions as set_printoptions
from minitorch.ops.shape import memory_format as memory_format

_dtype = dtype
_device = device
__version__: str
bool: dtype
contiguous_format: Any
default_generator: Generator
double: dtype
e: builtins.float
float: dtype
float16: dtype
float32: dtype
float64: dtype
half: dtype
inf: builtins.float
int: dtype
int16: dtype
int32: dtype
int64: dtype
int8: dtype
long: dtype
nan: builtins.float
pi: builtins.float
preserve_format: Any
short: dtype
uint8: dtype

class SortOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

class TopkOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

def BoolTensor(*data: Any) -> Tensor: ...
def ByteTensor(*data: Any) -> Tensor: ...
def CharTensor(*data: Any) -> Tensor: ...
def DoubleTensor(*data: Any) -> Tensor: ...
def FloatTensor(*data: Any) -> Tensor: ...
def HalfTensor(*data: Any) -> Tensor: ...
def IntTensor(*data: Any) -> Tensor: ...
def LongTensor(*data: Any) -> Tensor: ...
def ShortTensor(*data: Any) -> Tensor: ...
def abs(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def add(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def all(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def allclose(
    input: Tensor,
    other: Tensor | builtins.float,
    rtol: builtins.float = ...,
    atol: builtins.float = ...,
    equal_nan: builtins.bool = ...,
) -> builtins.bool: ...
def amax(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def amin(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def any(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def arange(
    start: builtins.int = ...,
    end: Any = ...,
    step: builtins.int = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def argmax(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def argmin(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def argsort(
    input: Tensor,
    dim: Any = ...,
    descending: builtins.bool = ...,
    stable: builtins.bool = ...,
) -> Tensor: ...
def argwhere(input: Tensor) -> Tensor: ...
def as_tensor(
    data: Any,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
) -> Tensor: ...
def asarray(
    obj: Any,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    copy: Any = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def bernoulli(input: Tensor, p: Any = ..., *, generator: Generator | None = ...) -> Tensor: ...
def bincount(input: Tensor, weights: Any = ..., minlength: builtins.int = ...) -> Tensor: ...
def bitwise_and(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def bitwise_not(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def bitwise_or(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def bitwise_xor(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def bmm(input: Tensor, mat2: Any) -> Tensor: ...
def broadcast_shapes(*shapes: Any) -> Size: ...
def broadcast_tensors(*tensors: Sequence[Tensor]) -> builtins.tuple[Tensor, ...]: ...
def broadcast_to(input: Tensor, size: Any) -> Tensor: ...
def bucketize(
    input: Tensor,
    boundaries: Any,
    *,
    out_int32: builtins.bool = ...,
    right: builtins.bool = ...,
) -> Tensor: ...
def cat(
    tensors: Sequence[Tensor],
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def ceil(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def chunk(input: Tensor, chunks: Any, dim: Any = ...) -> builtins.tuple[Tensor, ...]: ...
def clamp(
    input: Tensor,
    min: Any = ...,
    max: Any = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor: ...
def concat(
    tensors: Sequence[Tensor],
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def concatenate(
    tensors: Sequence[Tensor],
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def cos(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def diag(input: Tensor, diagonal: builtins.int = ...) -> Tensor: ...
def diag_embed(
    input: Tensor,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
) -> Tensor: ...
def diagonal(
    input: Tensor,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
) -> Tensor: ...
def div(
    input: Tensor,
    other: Tensor | builtins.float,
    *,
    rounding_mode: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def dot(input: Tensor, tensor: Any) -> Tensor: ...
def empty(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def empty_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def eq(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def equal(input: Tensor, other: Tensor | builtins.float) -> builtins.bool: ...
def exp(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def expm1(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def eye(
    n: Any,
    m: Any = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def flatten(
    input: Tensor,
    start_dim: builtins.int = ...,
    end_dim: builtins.int = ...,
) -> Tensor: ...
def flip(input: Tensor, dims: Any) -> Tensor: ...
def floor(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def floor_divide(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def from_dlpack(ext_tensor: Any) -> Tensor: ...
def from_numpy(ndarray: Any) -> Tensor: ...
def full(
    size: Any,
    fill_value: Any,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def gather(input: Tensor, dim: Any, index: Any, *, sparse_grad: builtins.bool = ...) -> Tensor: ...
def ge(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def get_rng_state() -> Tensor: ...
def gt(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def index_add(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    *,
    alpha: builtins.float = ...,
) -> Tensor: ...
def index_copy(input: Tensor, dim: Any, index: Any, source: Any) -> Tensor: ...
def index_fill(input: Tensor, dim: Any, index: Any, value: Any) -> Tensor: ...
def index_put(
    input: Tensor,
    indices: Any,
    values: Any,
    accumulate: builtins.bool = ...,
) -> Tensor: ...
def index_select(input: Tensor, dim: Any, index: Any) -> Tensor: ...
def initial_seed() -> builtins.int: ...
def is_complex(input: Tensor) -> builtins.bool: ...
def is_floating_point(input: Tensor) -> builtins.bool: ...
def is_grad_enabled() -> builtins.bool: ...
def is_inference_mode_enabled() -> builtins.bool: ...
def is_tensor(obj: Any) -> builtins.bool: ...
def isclose(
    input: Tensor,
    other: Tensor | builtins.float,
    rtol: builtins.float = ...,
    atol: builtins.float = ...,
    equal_nan: builtins.bool = ...,
) -> Tensor: ...
def isfinite(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def isinf(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def isnan(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def le(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def linspace(
    start: Any,
    end: Any,
    steps: Any,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def log(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log1p(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log_softmax(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def logical_and(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def logical_not(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def logical_or(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def logical_xor(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def logspace(
    start: Any,
    end: Any,
    steps: Any,
    base: builtins.float = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def lt(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def manual_seed(seed: Any) -> Generator: ...
def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor: ...
def masked_select(input: Tensor, mask: Any) -> Tensor: ...
def matmul(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def max(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Any: ...
def maximum(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def mean(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def meshgrid(
    *tensors: Sequence[Tensor],
    indexing: builtins.str = ...,
) -> builtins.tuple[Tensor, ...]: ...
def min(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Any: ...
def minimum(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def mm(input: Tensor, mat2: Any) -> Tensor: ...
def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor: ...
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor: ...
def msort(input: Tensor) -> Tensor: ...
def mul(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def multinomial(
    input: Tensor,
    num_samples: Any,
    replacement: builtins.bool = ...,
    *,
    generator: Generator | None = ...,
) -> Tensor: ...
def mv(input: Tensor, vec: Any) -> Tensor: ...
def narrow(input: Tensor, dim: Any, start: Any, length: Any) -> Tensor: ...
def ne(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def neg(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def nonzero(input: Tensor, *, as_tuple: builtins.bool = ...) -> Any: ...
def normal(
    mean: builtins.float = ...,
    std: builtins.float = ...,
    size: Any = ...,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def numel(input: Tensor) -> builtins.int: ...
def ones(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def ones_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def permute(input: Tensor, dims: Any) -> Tensor: ...
def pow(input: Tensor, exponent: Any) -> Tensor: ...
def rand(
    *sizes: Any,
    size: Any = ...,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def randint(
    low: builtins.int = ...,
    high: Any = ...,
    size: Any = ...,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def randint_like(
    input: Tensor,
    low: builtins.int = ...,
    high: Any = ...,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def randn(
    *sizes: Any,
    size: Any = ...,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def randperm(
    n: Any,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def ravel(input: Tensor) -> Tensor: ...
def reciprocal(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def relu(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def remainder(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def repeat_interleave(
    input: Tensor,
    repeats: Any = ...,
    dim: Any = ...,
    *,
    output_size: Any = ...,
) -> Tensor: ...
def reshape(input: Tensor, shape: Any) -> Tensor: ...
def roll(input: Tensor, shifts: Any, dims: Any = ...) -> Tensor: ...
def round(input: Tensor, *, decimals: builtins.int = ..., out: Tensor | None = ...) -> Tensor: ...
def rsqrt(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def rsub(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def scatter(
    input: Tensor,
    dim: Any,
    index: Any,
    src: Any = ...,
    *,
    value: Any = ...,
) -> Tensor: ...
def scatter_add(input: Tensor, dim: Any, index: Any, src: Any) -> Tensor: ...
def searchsorted(
    sorted_sequence: Any,
    input: Tensor,
    *,
    out_int32: builtins.bool = ...,
    right: builtins.bool = ...,
    side: Any = ...,
) -> Tensor: ...
def seed() -> builtins.int: ...
def select(input: Tensor, dim: Any, index: Any) -> Tensor: ...
def set_rng_state(new_state: Any) -> None: ...
def sigmoid(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sign(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sin(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def softmax(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def sort(
    input: Tensor,
    dim: Any = ...,
    descending: builtins.bool = ...,
    stable: builtins.bool = ...,
    *,
    axis: Any = ...,
) -> SortOutputs: ...
def split(
    tensor: Any,
    split_size_or_sections: Any,
    dim: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def sqrt(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def square(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def squeeze(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> Tensor: ...
def stack(
    tensors: Sequence[Tensor],
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def std(
    input: Tensor,
    dim: Any = ...,
    unbiased: builtins.bool = ...,
    keepdim: builtins.bool = ...,
    *,
    correction: Any = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def sub(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def sum(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor: ...
def swapdims(input: Tensor, dim0: Any, dim1: Any) -> Tensor: ...
def t(input: Tensor) -> Tensor: ...
def take(input: Tensor, index: Any) -> Tensor: ...
def take_along_dim(input: Tensor, indices: Any, dim: Any = ...) -> Tensor: ...
def tanh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def tensor(
    data: Any,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def tile(input: Tensor, dims: Any) -> Tensor: ...
def topk(
    input: Tensor,
    k: Any,
    dim: Any = ...,
    largest: builtins.bool = ...,
    sorted: builtins.bool = ...,
    *,
    axis: Any = ...,
) -> TopkOutputs: ...
def transpose(input: Tensor, dim0: Any, dim1: Any) -> Tensor: ...
def tril(input: Tensor, diagonal: builtins.int = ...) -> Tensor: ...
def triu(input: Tensor, diagonal: builtins.int = ...) -> Tensor: ...
def true_divide(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def trunc(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def unbind(input: Tensor, dim: Any = ...) -> builtins.tuple[Tensor, ...]: ...
def unflatten(input: Tensor, dim: Any, sizes: Any) -> Tensor: ...
def unique(
    input: Tensor,
    sorted: builtins.bool = ...,
    return_inverse: builtins.bool = ...,
    return_counts: builtins.bool = ...,
    dim: Any = ...,
) -> Any: ...
def unique_consecutive(
    input: Tensor,
    return_inverse: builtins.bool = ...,
    return_counts: builtins.bool = ...,
) -> Any: ...
def unsqueeze(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> Tensor: ...
def var(
    input: Tensor,
    dim: Any = ...,
    unbiased: builtins.bool = ...,
    keepdim: builtins.bool = ...,
    *,
    correction: Any = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def where(condition: Any, input: Tensor = ..., other: Tensor | builtins.float = ...) -> Tensor: ...
def zeros(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def zeros_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
