"""Written by docs/make_stubs.py: change that, or the code, and run it again."""

import builtins
from collections.abc import Sequence
from typing import Any, NamedTuple

from minitorch import accelerator as accelerator
from minitorch import amp as amp
from minitorch import autograd as autograd
from minitorch import backend as backend
from minitorch import backends as backends
from minitorch import checkpoint as checkpoint
from minitorch import checks as checks
from minitorch import compat as compat
from minitorch import compiler as compiler
from minitorch import cpu as cpu
from minitorch import cuda as cuda
from minitorch import data as data
from minitorch import distributed as distributed
from minitorch import distributions as distributions
from minitorch import fft as fft
from minitorch import func as func
from minitorch import functional as functional
from minitorch import futures as futures
from minitorch import fx as fx
from minitorch import hub as hub
from minitorch import jit as jit
from minitorch import library as library
from minitorch import linalg as linalg
from minitorch import losses as losses
from minitorch import masked as masked
from minitorch import methods as methods
from minitorch import mps as mps
from minitorch import multiprocessing as multiprocessing
from minitorch import nn as nn
from minitorch import onnx as onnx
from minitorch import ops as ops
from minitorch import optim as optim
from minitorch import overrides as overrides
from minitorch import profiler as profiler
from minitorch import return_types as return_types
from minitorch import serialization as serialization
from minitorch import signal as signal
from minitorch import special as special
from minitorch import storage as storage
from minitorch import testing as testing
from minitorch import types as types
from minitorch import utils as utils
from minitorch import version as version
from minitorch import vision as vision
from minitorch import xpu as xpu
from minitorch._C import PyTorchFileReader as PyTorchFileReader
from minitorch.accelerator import get_device_module as get_device_module
from minitorch.amp import GradScaler as GradScaler
from minitorch.amp import autocast as autocast
from minitorch.amp import clear_autocast_cache as clear_autocast_cache
from minitorch.amp import get_autocast_dtype as get_autocast_dtype
from minitorch.amp import get_autocast_gpu_dtype as get_autocast_gpu_dtype
from minitorch.amp import is_autocast_available as is_autocast_available
from minitorch.amp import is_autocast_cache_enabled as is_autocast_cache_enabled
from minitorch.amp import is_autocast_cpu_enabled as is_autocast_cpu_enabled
from minitorch.amp import is_autocast_enabled as is_autocast_enabled
from minitorch.autograd.grad_mode import enable_grad as enable_grad
from minitorch.autograd.grad_mode import inference_mode as inference_mode
from minitorch.autograd.grad_mode import no_grad as no_grad
from minitorch.autograd.grad_mode import set_grad_enabled as set_grad_enabled
from minitorch.autograd.tensor import Size as Size
from minitorch.autograd.tensor import Tensor as Tensor
from minitorch.backend.devices import device as device
from minitorch.backend.devices import get_default_device as get_default_device
from minitorch.backend.devices import set_default_device as set_default_device
from minitorch.backend.dtypes import dtype as dtype
from minitorch.backend.dtypes import finfo as finfo
from minitorch.backend.dtypes import get_default_dtype as get_default_dtype
from minitorch.backend.dtypes import iinfo as iinfo
from minitorch.backend.dtypes import promote_types as promote_types
from minitorch.backend.dtypes import set_default_dtype as set_default_dtype
from minitorch.backend.errors import DtypeError as DtypeError
from minitorch.backend.errors import ShapeError as ShapeError
from minitorch.backend.generators import Generator as Generator
from minitorch.backend.layouts import layout as layout
from minitorch.backend.layouts import memory_format as memory_format
from minitorch.backend.scope import why_missing as why_missing
from minitorch.backend.settings import are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled
from minitorch.backend.settings import get_deterministic_debug_mode as get_deterministic_debug_mode
from minitorch.backend.settings import get_float32_matmul_precision as get_float32_matmul_precision
from minitorch.backend.settings import get_num_interop_threads as get_num_interop_threads
from minitorch.backend.settings import get_num_threads as get_num_threads
from minitorch.backend.settings import is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled
from minitorch.backend.settings import is_warn_always_enabled as is_warn_always_enabled
from minitorch.backend.settings import set_deterministic_debug_mode as set_deterministic_debug_mode
from minitorch.backend.settings import set_float32_matmul_precision as set_float32_matmul_precision
from minitorch.backend.settings import set_flush_denormal as set_flush_denormal
from minitorch.backend.settings import set_num_interop_threads as set_num_interop_threads
from minitorch.backend.settings import set_num_threads as set_num_threads
from minitorch.backend.settings import set_warn_always as set_warn_always
from minitorch.backend.settings import use_deterministic_algorithms as use_deterministic_algorithms
from minitorch.checks import _assert_async as _assert_async
from minitorch.compiler import compile as compile
from minitorch.cuda import Event as Event
from minitorch.cuda import OutOfMemoryError as OutOfMemoryError
from minitorch.cuda import Stream as Stream
from minitorch.func import vmap as vmap
from minitorch.futures import Future as Future
from minitorch.jit import ScriptFunction as ScriptFunction
from minitorch.jit import ScriptModule as ScriptModule
from minitorch.methods.printing import get_printoptions as get_printoptions
from minitorch.methods.printing import printoptions as printoptions
from minitorch.methods.printing import set_printoptions as set_printoptions
from minitorch.serialization import load as load
from minitorch.serialization import save as save
from minitorch.storage import TypedStorage as TypedStorage
from minitorch.storage import UntypedStorage as UntypedStorage
from minitorch.testing import _assert as _assert

_dtype = dtype
_device = device
__version__: str
BoolStorage: Any
BoolTensor: Any
ByteStorage: Any
ByteTensor: Any
CharStorage: Any
CharTensor: Any
DoubleStorage: Any
DoubleTensor: Any
FloatStorage: Any
FloatTensor: Any
HalfStorage: Any
HalfTensor: Any
IntStorage: Any
IntTensor: Any
LongStorage: Any
LongTensor: Any
ShortStorage: Any
ShortTensor: Any
Storage: Any
bfloat16: dtype
bool: dtype
cdouble: dtype
cfloat: dtype
channels_last: Any
channels_last_3d: Any
complex128: dtype
complex64: dtype
contiguous_format: Any
default_generator: Generator
double: dtype
e: builtins.float
float: dtype
float16: dtype
float32: dtype
float64: dtype
float8_e4m3fn: dtype
float8_e5m2: dtype
half: dtype
inf: builtins.float
int: dtype
int16: dtype
int32: dtype
int64: dtype
int8: dtype
def load_families() -> None: ...
long: dtype
nan: builtins.float
newaxis: Any
pi: builtins.float
preserve_format: Any
short: dtype
strided: Any
uint16: dtype
uint32: dtype
uint64: dtype
uint8: dtype

class CummaxOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

class CumminOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

class FrexpOutputs(NamedTuple):
    mantissa: Tensor
    exponent: Tensor

class ModeOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

class SortOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

class TopkOutputs(NamedTuple):
    values: Tensor
    indices: Tensor

def abs(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def abs_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def absolute(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def acos(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def acos_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def acosh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def acosh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor: ...
def adaptive_max_pool1d(
    input: Tensor,
    output_size: Any,
    return_indices: builtins.bool = ...,
) -> builtins.tuple[Tensor, ...]: ...
def add(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *older: Any,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addbmm(
    input: Tensor,
    batch1: Any,
    batch2: Any,
    *,
    beta: builtins.int = ...,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addcdiv(
    input: Tensor | builtins.float,
    tensor1: Tensor | builtins.float,
    tensor2: Tensor | builtins.float,
    *older: Any,
    value: builtins.int = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addcmul(
    input: Tensor | builtins.float,
    tensor1: Tensor | builtins.float,
    tensor2: Tensor | builtins.float,
    *older: Any,
    value: builtins.int = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addmm(
    input: Tensor,
    mat1: Any,
    mat2: Any,
    *,
    beta: builtins.int = ...,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addmv(
    input: Tensor,
    mat: Any,
    vec: Any,
    *,
    beta: builtins.int = ...,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def addmv_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def addr(
    input: Tensor,
    vec1: Any,
    vec2: Any,
    *,
    beta: builtins.int = ...,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def adjoint(input: Tensor) -> Tensor: ...
def affine_grid_generator(theta: Any, size: Any, align_corners: Any) -> Tensor: ...
def alias_copy(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
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
def alpha_dropout(input: Tensor, p: Any, train: Any) -> Tensor: ...
def alpha_dropout_(input: Tensor, p: Any, train: Any) -> Tensor: ...
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
def aminmax(
    input: Tensor,
    *,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def angle(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
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
    start: Any = ...,
    end: Any = ...,
    step: builtins.int = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def arccos(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arccos_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def arccosh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arccosh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def arcsin(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arcsin_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def arcsinh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arcsinh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def arctan(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arctan2(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def arctan_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def arctanh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def arctanh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
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
    *,
    stable: builtins.bool = ...,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def argwhere(input: Tensor) -> Tensor: ...
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor: ...
def as_strided_(input: Tensor, size: Any, stride: Any, storage_offset: Any = ...) -> Tensor: ...
def as_strided_copy(
    input: Tensor,
    size: Any,
    stride: Any,
    storage_offset: Any = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def as_strided_scatter(
    input: Tensor,
    src: Any,
    size: Any,
    stride: Any,
    storage_offset: Any = ...,
) -> Tensor: ...
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
def asin(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def asin_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def asinh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def asinh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def atan(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def atan2(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def atan_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def atanh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def atanh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def atleast_1d(*tensors: Sequence[Tensor]) -> Any: ...
def atleast_2d(*tensors: Sequence[Tensor]) -> Any: ...
def atleast_3d(*tensors: Sequence[Tensor]) -> Any: ...
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = ...,
    padding: builtins.int = ...,
    ceil_mode: builtins.bool = ...,
    count_include_pad: builtins.bool = ...,
) -> Tensor: ...
def baddbmm(
    input: Tensor,
    batch1: Any,
    batch2: Any,
    *,
    beta: builtins.int = ...,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def bartlett_window(
    window_length: Any,
    periodic: builtins.bool = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def batch_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: Any,
    momentum: Any,
    eps: Any,
    cudnn_enabled: builtins.bool = ...,
) -> Tensor: ...
def bernoulli(
    input: Tensor,
    p: Any = ...,
    *,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = ...) -> Tensor: ...
def bincount(input: Tensor, weights: Any = ..., minlength: builtins.int = ...) -> Tensor: ...
def binomial(count: Any, prob: Any, generator: Generator | None = ...) -> Tensor: ...
def bitwise_and(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def bitwise_left_shift(
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
def bitwise_right_shift(
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
def blackman_window(
    window_length: Any,
    periodic: builtins.bool = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def block_diag(*tensors: Sequence[Tensor]) -> Tensor: ...
def bmm(input: Tensor, mat2: Any, *, out: Tensor | None = ...) -> Tensor: ...
def broadcast_shapes(*shapes: Any) -> Size: ...
def broadcast_tensors(*tensors: Sequence[Tensor]) -> builtins.tuple[Tensor, ...]: ...
def broadcast_to(input: Tensor, size: Any) -> Tensor: ...
def bucketize(
    input: Tensor,
    boundaries: Any,
    *,
    out_int32: builtins.bool = ...,
    right: builtins.bool = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def can_cast(from_: Any, to: Any) -> builtins.bool: ...
def cartesian_prod(*tensors: Sequence[Tensor]) -> Tensor: ...
def cat(
    tensors: Sequence[Tensor],
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def cdist(
    x1: Any,
    x2: Any,
    p: builtins.float = ...,
    compute_mode: builtins.str = ...,
) -> Tensor: ...
def ceil(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def ceil_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def celu(input: Tensor, alpha: builtins.float = ..., *, out: Tensor | None = ...) -> Tensor: ...
def celu_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def chain_matmul(*matrices: Any, out: Tensor | None = ...) -> Tensor: ...
def channel_shuffle(input: Tensor, groups: Any) -> Tensor: ...
def cholesky(input: Tensor, upper: builtins.bool = ..., *, out: Tensor | None = ...) -> Tensor: ...
def cholesky_inverse(
    input: Tensor,
    upper: builtins.bool = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def cholesky_solve(
    input: Tensor,
    input2: Any,
    upper: builtins.bool = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def chunk(
    input: Tensor,
    chunks: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def clamp(
    input: Tensor,
    min: Any = ...,
    max: Any = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def clamp_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def clamp_max(input: Tensor, max: Any, *, out: Tensor | None = ...) -> Tensor: ...
def clamp_max_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def clamp_min(input: Tensor, min: Any, *, out: Tensor | None = ...) -> Tensor: ...
def clamp_min_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def clip(input: Tensor, min: Any = ..., max: Any = ..., *, out: Tensor | None = ...) -> Tensor: ...
def clip_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor: ...
def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def combinations(
    input: Tensor,
    r: builtins.int = ...,
    with_replacement: builtins.bool = ...,
) -> Tensor: ...
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
def conj(input: Tensor) -> Tensor: ...
def conj_physical(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def conj_physical_(input: Tensor) -> Tensor: ...
def constant_pad_nd(input: Tensor, pad: Any, value: builtins.int = ...) -> Tensor: ...
def conv1d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    groups: builtins.int = ...,
) -> Tensor: ...
def conv2d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    groups: builtins.int = ...,
) -> Tensor: ...
def conv3d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    groups: builtins.int = ...,
) -> Tensor: ...
def conv_tbc(input: Tensor, weight: Any, bias: Any, pad: builtins.int = ...) -> Tensor: ...
def conv_transpose1d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    output_padding: builtins.int = ...,
    groups: builtins.int = ...,
    dilation: builtins.int = ...,
) -> Tensor: ...
def conv_transpose2d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    output_padding: builtins.int = ...,
    groups: builtins.int = ...,
    dilation: builtins.int = ...,
) -> Tensor: ...
def conv_transpose3d(
    input: Tensor,
    weight: Any,
    bias: Any = ...,
    stride: builtins.int = ...,
    padding: builtins.int = ...,
    output_padding: builtins.int = ...,
    groups: builtins.int = ...,
    dilation: builtins.int = ...,
) -> Tensor: ...
def copysign(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def corrcoef(input: Tensor) -> Tensor: ...
def cos(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def cos_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def cosh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def cosh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def cosine_similarity(
    x1: Any,
    x2: Any,
    dim: Any = ...,
    eps: builtins.float = ...,
    *,
    axis: Any = ...,
) -> Tensor: ...
def count_nonzero(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> Tensor: ...
def cov(
    input: Tensor,
    *,
    correction: builtins.int = ...,
    fweights: Any = ...,
    aweights: Any = ...,
) -> Tensor: ...
def cross(
    input: Tensor,
    other: Tensor | builtins.float,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def cummax(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> CummaxOutputs: ...
def cummin(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> CumminOutputs: ...
def cumprod(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def cumsum(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def cumulative_trapezoid(
    y: Any,
    x: Any = ...,
    *,
    dx: Any = ...,
    dim: Any = ...,
    axis: Any = ...,
) -> Tensor: ...
def deg2rad(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def deg2rad_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def det(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def detach(input: Tensor) -> Tensor: ...
def detach_(self: Any) -> Tensor: ...
def detach_copy(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def diag(input: Tensor, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor: ...
def diag_embed(
    input: Tensor,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
) -> Tensor: ...
def diagflat(input: Tensor, offset: builtins.int = ...) -> Tensor: ...
def diagonal(
    input: Tensor,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
) -> Tensor: ...
def diagonal_copy(
    input: Tensor,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def diagonal_scatter(
    input: Tensor,
    src: Any,
    offset: builtins.int = ...,
    dim1: builtins.int = ...,
    dim2: builtins.int = ...,
) -> Tensor: ...
def diff(
    input: Tensor,
    n: builtins.int = ...,
    dim: Any = ...,
    prepend: Any = ...,
    append: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def digamma(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def dist(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    p: builtins.int = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def div(
    input: Tensor,
    other: Tensor | builtins.float,
    *,
    rounding_mode: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def divide(
    input: Tensor,
    other: Tensor | builtins.float,
    *,
    rounding_mode: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def dot(input: Tensor, tensor: Any, *, out: Tensor | None = ...) -> Tensor: ...
def dropout(input: Tensor, p: Any, train: Any) -> Tensor: ...
def dropout_(input: Tensor, p: Any, train: Any) -> Tensor: ...
def dsplit(
    input: Tensor,
    indices_or_sections: Any,
    *more: Any,
    sections: Any = ...,
    indices: Any = ...,
    tensor_indices_or_sections: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def eig(*args: Any, **settings: Any) -> Tensor: ...
def einsum(*args: Any) -> Tensor: ...
def embedding(
    weight: Any,
    indices: Any,
    padding_idx: builtins.int = ...,
    scale_grad_by_freq: builtins.bool = ...,
    sparse: builtins.bool = ...,
) -> Tensor: ...
def empty(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def empty_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def empty_permuted(
    size: Any,
    physical_layout: Any,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def eq(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def equal(input: Tensor, other: Tensor | builtins.float) -> builtins.bool: ...
def erf(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def erf_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def erfc(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def erfc_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def erfinv(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def exp(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def exp2(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def exp2_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def exp_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def expand_copy(
    input: Tensor,
    size: Any,
    *,
    implicit: builtins.bool = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def expm1(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def expm1_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def eye(
    n: Any,
    m: Any = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def feature_alpha_dropout(input: Tensor, p: Any, train: Any) -> Tensor: ...
def feature_alpha_dropout_(input: Tensor, p: Any, train: Any) -> Tensor: ...
def feature_dropout(input: Tensor, p: Any, train: Any) -> Tensor: ...
def feature_dropout_(input: Tensor, p: Any, train: Any) -> Tensor: ...
def fill(input: Tensor, value: Any) -> Tensor: ...
def fill_(input: Tensor, value: Any) -> Tensor: ...
def fix(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def fix_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def flatten(
    input: Tensor,
    start_dim: builtins.int = ...,
    end_dim: builtins.int = ...,
) -> Tensor: ...
def flip(input: Tensor, dims: Any) -> Tensor: ...
def fliplr(input: Tensor) -> Tensor: ...
def flipud(input: Tensor) -> Tensor: ...
def float_power(input: Tensor, exponent: Any, *, out: Tensor | None = ...) -> Tensor: ...
def floor(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def floor_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def floor_divide(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def fmax(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def fmin(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def fmod(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def frac(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def frac_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def frexp(input: Tensor, *, out: builtins.tuple[Tensor, ...] | None = ...) -> FrexpOutputs: ...
def from_dlpack(
    ext_tensor: Any,
    *,
    device: _device | builtins.str | builtins.int | None = ...,
    copy: Any = ...,
) -> Tensor: ...
def from_file(
    filename: Any,
    shared: Any = ...,
    size: builtins.int = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def from_numpy(ndarray: Any) -> Tensor: ...
def frombuffer(
    buffer: Any,
    *,
    dtype: _dtype | None,
    count: builtins.int = ...,
    offset: builtins.int = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def full(
    size: Any,
    fill_value: Any,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def gather(
    input: Tensor,
    dim: Any,
    index: Any,
    *,
    sparse_grad: builtins.bool = ...,
    out: Tensor | None = ...,
    axis: Any = ...,
) -> Tensor: ...
def gcd(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def gcd_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def ge(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def geqrf(
    input: Tensor,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def ger(input: Tensor, vec2: Any, *, out: Tensor | None = ...) -> Tensor: ...
def get_device(input: Tensor) -> builtins.int: ...
def get_rng_state() -> Tensor: ...
def gradient(
    input: Tensor,
    *,
    spacing: builtins.int = ...,
    dim: Any = ...,
    edge_order: builtins.int = ...,
    axis: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def greater(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def greater_equal(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def grid_sampler(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor: ...
def grid_sampler_2d(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor: ...
def grid_sampler_3d(
    input: Tensor,
    grid: Any,
    interpolation_mode: Any,
    padding_mode: Any,
    align_corners: Any,
) -> Tensor: ...
def group_norm(
    input: Tensor,
    num_groups: Any,
    weight: Any = ...,
    bias: Any = ...,
    eps: builtins.float = ...,
    cudnn_enabled: builtins.bool = ...,
) -> Tensor: ...
def gru(input: Tensor, hx: Any, params: Any, *rest: Any) -> Tensor: ...
def gru_cell(
    input: Tensor,
    hx: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = ...,
    b_hh: Any = ...,
) -> Tensor: ...
def gt(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def hamming_window(
    window_length: Any,
    periodic: builtins.bool = ...,
    alpha: builtins.float = ...,
    beta: builtins.float = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def hann_window(
    window_length: Any,
    periodic: builtins.bool = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def hardshrink(
    input: Tensor,
    lambd: builtins.float = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def heaviside(input: Tensor, values: Any, *, out: Tensor | None = ...) -> Tensor: ...
def histc(
    input: Tensor,
    bins: builtins.int = ...,
    min: builtins.int = ...,
    max: builtins.int = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def histogram(
    input: Tensor,
    bins: builtins.int = ...,
    *,
    range: Any = ...,
    weight: Any = ...,
    density: builtins.bool = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def histogramdd(
    input: Tensor,
    bins: Any,
    range: Any = ...,
    weight: Any = ...,
    density: builtins.bool = ...,
) -> builtins.tuple[Tensor, ...]: ...
def hsplit(
    input: Tensor,
    indices_or_sections: Any,
    *more: Any,
    sections: Any = ...,
    indices: Any = ...,
    tensor_indices_or_sections: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def hypot(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def i0(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def i0_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def igamma(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def igammac(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def imag(input: Tensor) -> Tensor: ...
def index_add(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    *,
    alpha: builtins.float = ...,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def index_copy(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def index_fill(input: Tensor, dim: Any, index: Any, value: Any, *, axis: Any = ...) -> Tensor: ...
def index_put(
    input: Tensor,
    indices: Any,
    values: Any,
    accumulate: builtins.bool = ...,
) -> Tensor: ...
def index_put_(
    input: Tensor,
    indices: Any,
    values: Any,
    accumulate: builtins.bool = ...,
) -> Tensor: ...
def index_reduce(
    input: Tensor,
    dim: Any,
    index: Any,
    source: Any,
    reduce: Any,
    *,
    include_self: builtins.bool = ...,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def index_select(
    input: Tensor,
    dim: Any,
    index: Any,
    *,
    out: Tensor | None = ...,
    axis: Any = ...,
) -> Tensor: ...
def initial_seed() -> builtins.int: ...
def inner(
    input: Tensor,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def instance_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: Any,
    momentum: Any,
    eps: Any,
    cudnn_enabled: Any,
) -> Tensor: ...
def inverse(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def is_anomaly_check_nan_enabled() -> builtins.bool: ...
def is_anomaly_enabled() -> builtins.bool: ...
def is_complex(input: Tensor) -> builtins.bool: ...
def is_conj(input: Tensor) -> builtins.bool: ...
def is_distributed(input: Tensor) -> builtins.bool: ...
def is_floating_point(input: Tensor) -> builtins.bool: ...
def is_grad_enabled() -> builtins.bool: ...
def is_inference(input: Tensor) -> builtins.bool: ...
def is_inference_mode_enabled() -> builtins.bool: ...
def is_neg(input: Tensor) -> builtins.bool: ...
def is_nonzero(input: Tensor) -> Tensor: ...
def is_same_size(input: Tensor, other: Tensor | builtins.float) -> builtins.bool: ...
def is_signed(input: Tensor) -> builtins.bool: ...
def is_storage(obj: Any) -> builtins.bool: ...
def is_tensor(obj: Any) -> builtins.bool: ...
def isclose(
    input: Tensor,
    other: Tensor | builtins.float,
    rtol: builtins.float = ...,
    atol: builtins.float = ...,
    equal_nan: builtins.bool = ...,
) -> Tensor: ...
def isfinite(input: Tensor) -> Tensor: ...
def isin(
    elements: Tensor | builtins.float,
    test_elements: Tensor | builtins.float,
    *,
    assume_unique: builtins.bool = ...,
    invert: builtins.bool = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def isinf(input: Tensor) -> Tensor: ...
def isnan(input: Tensor) -> Tensor: ...
def isneginf(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def isposinf(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def isreal(input: Tensor) -> Tensor: ...
def kaiser_window(
    window_length: Any,
    periodic: builtins.bool = ...,
    beta: builtins.float = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def kron(input: Tensor, other: Tensor | builtins.float, *, out: Tensor | None = ...) -> Tensor: ...
def kthvalue(
    input: Tensor,
    k: Any,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Any = ...,
    bias: Any = ...,
    eps: builtins.float = ...,
    cudnn_enable: builtins.bool = ...,
) -> Tensor: ...
def lcm(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def lcm_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def ldexp(
    input: Tensor,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def ldexp_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def le(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def lerp(
    input: Tensor | builtins.float,
    end: Tensor | builtins.float,
    weight: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def less(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def less_equal(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def lgamma(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def linspace(
    start: Any,
    end: Any,
    steps: Any,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def log(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log10(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log10_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def log1p(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log1p_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def log2(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def log2_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def log_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def log_softmax(
    input: Tensor,
    dim: Any = ...,
    dtype: _dtype | None = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def logaddexp(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def logaddexp2(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def logcumsumexp(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def logdet(input: Tensor) -> Tensor: ...
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
def logit(input: Tensor, eps: Any = ..., *, out: Tensor | None = ...) -> Tensor: ...
def logit_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def logspace(
    start: Any,
    end: Any,
    steps: Any,
    base: builtins.float = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def logsumexp(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def lstm(input: Tensor, hx: Any, params: Any, *rest: Any) -> Tensor: ...
def lstm_cell(
    input: Tensor,
    hx: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = ...,
    b_hh: Any = ...,
) -> Tensor: ...
def lstsq(*args: Any, **settings: Any) -> Tensor: ...
def lt(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def lu(
    input: Tensor,
    pivot: builtins.bool = ...,
    get_infos: builtins.bool = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def lu_solve(
    input: Tensor,
    LU_data: Any,
    LU_pivots: Any,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def lu_unpack(
    LU_data: Any,
    LU_pivots: Any,
    unpack_data: builtins.bool = ...,
    unpack_pivots: builtins.bool = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def manual_seed(seed: Any) -> Generator: ...
def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor: ...
def masked_scatter(input: Tensor, mask: Any, source: Any) -> Tensor: ...
def masked_select(input: Tensor, mask: Any, *, out: Tensor | None = ...) -> Tensor: ...
def matmul(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def matrix_exp(input: Tensor) -> Tensor: ...
def matrix_power(input: Tensor, n: Any, *, out: Tensor | None = ...) -> Tensor: ...
def matrix_rank(*args: Any, **settings: Any) -> Tensor: ...
def max(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    other: Tensor | builtins.float = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> Any: ...
def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    ceil_mode: builtins.bool = ...,
    return_indices: builtins.bool = ...,
) -> Tensor: ...
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    ceil_mode: builtins.bool = ...,
    return_indices: builtins.bool = ...,
) -> builtins.tuple[Tensor, ...]: ...
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    ceil_mode: builtins.bool = ...,
    return_indices: builtins.bool = ...,
) -> Tensor: ...
def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = ...,
    padding: builtins.int = ...,
    dilation: builtins.int = ...,
    ceil_mode: builtins.bool = ...,
    return_indices: builtins.bool = ...,
) -> Tensor: ...
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
    dtype: _dtype | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def median(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Any: ...
def meshgrid(*tensors: Sequence[Tensor], indexing: Any = ...) -> builtins.tuple[Tensor, ...]: ...
def min(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    other: Tensor | builtins.float = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> Any: ...
def minimum(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def mm(input: Tensor, mat2: Any, *, out: Tensor | None = ...) -> Tensor: ...
def mode(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> ModeOutputs: ...
def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor: ...
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor: ...
def msort(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
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
    out: Tensor | None = ...,
) -> Tensor: ...
def multiply(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def mv(input: Tensor, vec: Any, *, out: Tensor | None = ...) -> Tensor: ...
def mvlgamma(input: Tensor, p: Any, *, out: Tensor | None = ...) -> Tensor: ...
def nan_to_num(
    input: Tensor,
    nan: Any = ...,
    posinf: Any = ...,
    neginf: Any = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def nan_to_num_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def nanmean(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Tensor: ...
def nanmedian(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Any: ...
def nanquantile(
    input: Tensor,
    q: Any,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    interpolation: builtins.str = ...,
    out: Tensor | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Tensor: ...
def nansum(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def narrow(input: Tensor, dim: Any, start: Any, length: Any, *, axis: Any = ...) -> Tensor: ...
def narrow_copy(
    input: Tensor,
    dim: Any,
    start: Any,
    length: Any,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def native_batch_norm(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: Any,
    momentum: Any,
    eps: Any,
) -> Tensor: ...
def native_channel_shuffle(input: Tensor, groups: Any) -> Tensor: ...
def native_layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Any,
    bias: Any,
    eps: Any,
) -> Tensor: ...
def ne(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def neg(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def neg_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def negative(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def negative_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def nextafter(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def nonzero(
    input: Tensor,
    *,
    as_tuple: builtins.bool = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> Any: ...
def nonzero_static(
    input: Tensor,
    *,
    size: Any,
    fill_value: builtins.int = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def norm(
    input: Tensor,
    p: builtins.str = ...,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
) -> Tensor: ...
def normal(
    mean: builtins.float = ...,
    std: builtins.float = ...,
    size: Any = ...,
    *,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def not_equal(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def numel(input: Tensor) -> builtins.int: ...
def ones(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def ones_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def orgqr(input: Tensor, tau: Any, *, out: Tensor | None = ...) -> Tensor: ...
def ormqr(
    input: Tensor,
    tau: Any,
    other: Tensor | builtins.float,
    left: builtins.bool = ...,
    transpose: builtins.bool = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def outer(input: Tensor, vec2: Any, *, out: Tensor | None = ...) -> Tensor: ...
def pairwise_distance(
    x1: Any,
    x2: Any,
    p: builtins.float = ...,
    eps: builtins.float = ...,
    keepdim: builtins.bool = ...,
) -> Tensor: ...
def pca_lowrank(
    A: Any,
    q: Any = ...,
    center: builtins.bool = ...,
    niter: builtins.int = ...,
) -> Tensor: ...
def pdist(input: Tensor, p: builtins.float = ...) -> Tensor: ...
def permute(input: Tensor, dims: Any) -> Tensor: ...
def permute_copy(input: Tensor, dims: Any, *, out: Tensor | None = ...) -> Tensor: ...
def pinverse(input: Tensor, rcond: builtins.float = ...) -> Tensor: ...
def pixel_shuffle(input: Tensor, upscale_factor: Any) -> Tensor: ...
def pixel_unshuffle(input: Tensor, downscale_factor: Any) -> Tensor: ...
def poisson(input: Tensor, generator: Generator | None = ...) -> Tensor: ...
def polygamma(n: Any, input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def positive(input: Tensor) -> Tensor: ...
def pow(input: Tensor, exponent: Any, *, out: Tensor | None = ...) -> Tensor: ...
def prelu(input: Tensor, weight: Any) -> Tensor: ...
def prod(
    input: Tensor,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def put(input: Tensor, index: Any, source: Any, accumulate: builtins.bool = ...) -> Tensor: ...
def qr(
    input: Tensor,
    some: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def quantile(
    input: Tensor,
    q: Any,
    dim: Any = ...,
    keepdim: builtins.bool = ...,
    *,
    interpolation: builtins.str = ...,
    out: Tensor | None = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> Tensor: ...
def rad2deg(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def rad2deg_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def rand(
    *sizes: Any,
    size: Any = ...,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def randint(
    low: builtins.int = ...,
    high: Any = ...,
    size: Any = ...,
    *,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def randint_like(
    input: Tensor,
    low: builtins.int = ...,
    high: Any = ...,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def randn(
    *sizes: Any,
    size: Any = ...,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def randperm(
    n: Any,
    *,
    generator: Generator | None = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def range(
    start: builtins.int = ...,
    end: Any = ...,
    step: builtins.int = ...,
    *,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def ravel(input: Tensor) -> Tensor: ...
def real(input: Tensor) -> Tensor: ...
def reciprocal(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def reciprocal_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def relu(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def relu_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def remainder(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def renorm(
    input: Tensor,
    p: Any,
    dim: Any,
    maxnorm: Any,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def repeat_interleave(
    input: Tensor = ...,
    repeats: Any = ...,
    dim: Any = ...,
    *,
    output_size: Any = ...,
    axis: Any = ...,
) -> Tensor: ...
def reshape(input: Tensor, shape: Any) -> Tensor: ...
def resize_as_(input: Tensor, the_template: Any, *, memory_format: Any = ...) -> Tensor: ...
def resolve_conj(input: Tensor) -> Tensor: ...
def resolve_neg(input: Tensor) -> Tensor: ...
def result_type(tensor1: Any, tensor2: Any) -> _dtype: ...
def rms_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Any = ...,
    eps: Any = ...,
) -> Tensor: ...
def rnn_relu(input: Tensor, hx: Any, params: Any, *rest: Any) -> Tensor: ...
def rnn_relu_cell(
    input: Tensor,
    hx: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = ...,
    b_hh: Any = ...,
) -> Tensor: ...
def rnn_tanh(input: Tensor, hx: Any, params: Any, *rest: Any) -> Tensor: ...
def rnn_tanh_cell(
    input: Tensor,
    hx: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = ...,
    b_hh: Any = ...,
) -> Tensor: ...
def roll(input: Tensor, shifts: Any, dims: Any = ...) -> Tensor: ...
def rot90(input: Tensor, k: builtins.int = ..., dims: Any = ...) -> Tensor: ...
def round(input: Tensor, *, decimals: builtins.int = ..., out: Tensor | None = ...) -> Tensor: ...
def round_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def row_stack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def rrelu(
    input: Tensor,
    lower: builtins.float = ...,
    upper: builtins.float = ...,
    training: builtins.bool = ...,
    generator: Generator | None = ...,
) -> Tensor: ...
def rrelu_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def rsqrt(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def rsqrt_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def rsub(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    alpha: builtins.float = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def scalar_tensor(
    s: Any,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def scatter(
    input: Tensor,
    dim: Any,
    index: Any,
    src: Any = ...,
    *,
    value: Any = ...,
    reduce: Any = ...,
    out: Tensor | None = ...,
    axis: Any = ...,
) -> Tensor: ...
def scatter_add(
    input: Tensor,
    dim: Any,
    index: Any,
    src: Any,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def scatter_reduce(
    input: Tensor,
    dim: Any,
    index: Any,
    src: Any,
    reduce: Any,
    *,
    include_self: builtins.bool = ...,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def searchsorted(
    sorted_sequence: Any,
    input: Tensor,
    *,
    out_int32: builtins.bool = ...,
    right: builtins.bool = ...,
    side: Any = ...,
    out: Tensor | None = ...,
    sorter: Any = ...,
) -> Tensor: ...
def seed() -> builtins.int: ...
def segment_reduce(
    data: Any,
    reduce: Any,
    *,
    lengths: Any = ...,
    indices: Any = ...,
    offsets: Any = ...,
    axis: Any = ...,
    unsafe: builtins.bool = ...,
    initial: Any = ...,
) -> Tensor: ...
def select(input: Tensor, dim: Any, index: Any, *, axis: Any = ...) -> Tensor: ...
def select_copy(
    input: Tensor,
    dim: Any,
    index: Any,
    *,
    out: Tensor | None = ...,
    axis: Any = ...,
) -> Tensor: ...
def select_scatter(
    input: Tensor,
    src: Any,
    dim: Any,
    index: Any,
    *,
    axis: Any = ...,
) -> Tensor: ...
def selu(input: Tensor) -> Tensor: ...
def selu_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def set_default_tensor_type(t: Any) -> None: ...
def set_rng_state(new_state: Any) -> None: ...
def sgn(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sigmoid(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sigmoid_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def sign(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def signbit(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sin(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sin_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def sinc(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sinc_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def sinh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sinh_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def slice_copy(
    input: Tensor,
    dim: Any = ...,
    start: Any = ...,
    end: Any = ...,
    step: builtins.int = ...,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def slice_scatter(
    input: Tensor,
    src: Any,
    dim: Any = ...,
    start: Any = ...,
    end: Any = ...,
    step: builtins.int = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def slogdet(
    input: Tensor,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def softmax(
    input: Tensor,
    dim: Any = ...,
    dtype: _dtype | None = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def solve(*args: Any, **settings: Any) -> Tensor: ...
def sort(
    input: Tensor,
    dim: Any = ...,
    descending: builtins.bool = ...,
    *,
    stable: Any = ...,
    axis: Any = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> SortOutputs: ...
def split(
    tensor: Any,
    split_size_or_sections: Any,
    dim: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def split_copy(
    input: Tensor,
    split_size: Any,
    dim: Any = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def split_with_sizes(
    input: Tensor,
    split_sizes: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
) -> Tensor: ...
def split_with_sizes_copy(
    input: Tensor,
    split_sizes: Any,
    dim: Any = ...,
    *,
    out: Tensor | None = ...,
    axis: Any = ...,
) -> Tensor: ...
def sqrt(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def sqrt_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def square(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def square_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def squeeze(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> Tensor: ...
def squeeze_copy(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
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
def std_mean(
    input: Tensor,
    dim: Any = ...,
    unbiased: builtins.bool = ...,
    keepdim: builtins.bool = ...,
    *,
    correction: Any = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def sub(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *older: Any,
    alpha: builtins.float = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def subtract(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *older: Any,
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
def svd(
    input: Tensor,
    some: builtins.bool = ...,
    compute_uv: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def svd_lowrank(
    A: Any,
    q: builtins.int = ...,
    niter: builtins.int = ...,
    M: Any = ...,
) -> Tensor: ...
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor: ...
def swapdims(input: Tensor, dim0: Any, dim1: Any) -> Tensor: ...
def symeig(*args: Any, **settings: Any) -> Tensor: ...
def t(input: Tensor) -> Tensor: ...
def t_copy(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def take(input: Tensor, index: Any, *, out: Tensor | None = ...) -> Tensor: ...
def take_along_dim(
    input: Tensor,
    indices: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def tan(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def tan_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def tanh(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def tanh_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def tensor(
    data: Any,
    *,
    dtype: _dtype | None = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    requires_grad: builtins.bool = ...,
    pin_memory: builtins.bool = ...,
) -> Tensor: ...
def tensor_split(
    input: Tensor,
    indices_or_sections: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
    sections: Any = ...,
    indices: Any = ...,
    tensor_indices_or_sections: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def tensordot(a: Any, b: Any, dims: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor: ...
def thread_safe_generator() -> Tensor: ...
def threshold(
    input: Tensor,
    threshold: Any,
    value: Any,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def threshold_(input: Tensor, *settings: Any, **named: Any) -> Tensor: ...
def tile(input: Tensor, dims: Any) -> Tensor: ...
def to_dlpack(tensor: Any) -> Tensor: ...
def topk(
    input: Tensor,
    k: Any,
    dim: Any = ...,
    largest: builtins.bool = ...,
    sorted: builtins.bool = ...,
    *,
    axis: Any = ...,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> TopkOutputs: ...
def trace(input: Tensor) -> Tensor: ...
def transpose(input: Tensor, dim0: Any, dim1: Any) -> Tensor: ...
def transpose_copy(input: Tensor, dim0: Any, dim1: Any, *, out: Tensor | None = ...) -> Tensor: ...
def trapezoid(
    y: Any,
    x: Any = ...,
    *,
    dx: Any = ...,
    dim: Any = ...,
    axis: Any = ...,
) -> Tensor: ...
def trapz(y: Any, x: Any = ..., *, dx: Any = ..., dim: Any = ..., axis: Any = ...) -> Tensor: ...
def triangular_solve(
    input: Tensor,
    A: Any,
    upper: builtins.bool = ...,
    transpose: builtins.bool = ...,
    unitriangular: builtins.bool = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def tril(input: Tensor, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor: ...
def tril_indices(
    row: Any,
    col: Any,
    offset: builtins.int = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def triu(input: Tensor, diagonal: builtins.int = ..., *, out: Tensor | None = ...) -> Tensor: ...
def triu_indices(
    row: Any,
    col: Any,
    offset: builtins.int = ...,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
) -> Tensor: ...
def true_divide(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def trunc(input: Tensor, *, out: Tensor | None = ...) -> Tensor: ...
def trunc_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def typename(obj: Any) -> builtins.str: ...
def unbind(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> builtins.tuple[Tensor, ...]: ...
def unbind_copy(
    input: Tensor,
    dim: Any = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
    axis: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def unflatten(input: Tensor, dim: Any, sizes: Any, *, axis: Any = ...) -> Tensor: ...
def unfold_copy(
    input: Tensor,
    dimension: Any,
    size: Any,
    step: Any,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
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
    dim: Any = ...,
) -> Any: ...
def unravel_index(indices: Any, shape: Any) -> Tensor: ...
def unsafe_chunk(
    input: Tensor,
    chunks: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def unsafe_split(
    input: Tensor,
    split_size: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def unsafe_split_with_sizes(
    input: Tensor,
    split_sizes: Any,
    dim: Any = ...,
    *,
    axis: Any = ...,
) -> Tensor: ...
def unsqueeze(input: Tensor, dim: Any = ..., *, axis: Any = ...) -> Tensor: ...
def unsqueeze_copy(
    input: Tensor,
    dim: Any = ...,
    *,
    axis: Any = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def vander(x: Any, N: Any = ..., increasing: builtins.bool = ...) -> Tensor: ...
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
def var_mean(
    input: Tensor,
    dim: Any = ...,
    unbiased: builtins.bool = ...,
    keepdim: builtins.bool = ...,
    *,
    correction: Any = ...,
    axis: Any = ...,
    keepdims: builtins.bool | None = ...,
) -> builtins.tuple[Tensor, ...]: ...
def vdot(input: Tensor, other: Tensor | builtins.float, *, out: Tensor | None = ...) -> Tensor: ...
def view_copy(
    input: Tensor,
    size: Any = ...,
    *,
    dtype: _dtype | None = ...,
    out: Tensor | None = ...,
) -> Tensor: ...
def vsplit(
    input: Tensor,
    indices_or_sections: Any,
    *more: Any,
    sections: Any = ...,
    indices: Any = ...,
    tensor_indices_or_sections: Any = ...,
) -> builtins.tuple[Tensor, ...]: ...
def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = ...) -> Tensor: ...
def where(
    condition: Any,
    input: Tensor = ...,
    other: Tensor | builtins.float = ...,
    *,
    out: builtins.tuple[Tensor, ...] | None = ...,
) -> Any: ...
def xlogy(
    input: Tensor | builtins.float,
    other: Tensor | builtins.float,
    *,
    out: Tensor | None = ...,
) -> Tensor: ...
def xlogy_(self: Any, *others: Any, **settings: Any) -> Tensor: ...
def zero_(input: Tensor) -> Tensor: ...
def zeros(
    *sizes: Any,
    size: Any = ...,
    out: Tensor | None = ...,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
def zeros_like(
    input: Tensor,
    *,
    dtype: _dtype | None = ...,
    layout: Any = ...,
    device: _device | builtins.str | builtins.int | None = ...,
    pin_memory: builtins.bool = ...,
    requires_grad: builtins.bool = ...,
    memory_format: Any = ...,
) -> Tensor: ...
