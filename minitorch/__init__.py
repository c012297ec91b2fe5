"""minitorch: PyTorch's programming model in pure Python, on NumPy or CuPy.

`import minitorch as torch` is meant to run a PyTorch program. The floors, from the ground up:
`backend` (arrays, devices, dtypes), `autograd` (Tensor, `@op`, the engine), `ops` (the operations),
`methods` (how tensors print and convert), then `nn`, `losses`, `optim`, `data`; `vision` on top.
"""

import gc

collected = gc.isenabled()
gc.disable()  # an import leaves no garbage; looking for it takes 10 of 90 ms

import importlib
import threading
from math import e, inf, nan, pi

from minitorch.autograd.tensor import FUNCTIONS, Size, Tensor  # isort: skip

from minitorch import autograd
from minitorch.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from minitorch.backend.devices import device, get_default_device, set_default_device
from minitorch.backend.dtypes import (
    bfloat16,
    bool,
    cdouble,
    cfloat,
    complex64,
    complex128,
    double,
    dtype,
    finfo,
    float,
    float8_e4m3fn,
    float8_e5m2,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
    uint16,
    uint32,
    uint64,
)
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.generators import Generator
from minitorch.backend.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    strided,
)
from minitorch.backend.scope import why_missing
from minitorch.backend.settings import (
    are_deterministic_algorithms_enabled,
    get_deterministic_debug_mode,
    get_float32_matmul_precision,
    get_num_interop_threads,
    get_num_threads,
    is_deterministic_algorithms_warn_only_enabled,
    is_warn_always_enabled,
    set_deterministic_debug_mode,
    set_float32_matmul_precision,
    set_flush_denormal,
    set_num_interop_threads,
    set_num_threads,
    set_warn_always,
    use_deterministic_algorithms,
)
from minitorch.methods import (
    attributes,
    convert,
    copying,
    families,
    inplace,
    operators,
    sharing,
)
from minitorch.methods.printing import get_printoptions, printoptions, set_printoptions
from minitorch.ops import (
    activation,
    bits,
    bounds,
    comparison,
    complex_numbers,
    creation,
    cuts,
    elementwise,
    exponents,
    extremes,
    from_data,
    gather,
    index,
    join,
    pieces,
    products,
    random,
    rearrange,
    reduce,
    reorder,
    shape,
)
from minitorch.version import __version__

globals().update(FUNCTIONS)
if collected:
    gc.freeze()  # all is old now: else the next collection would make up for it
    gc.unfreeze()
    gc.enable()
del collected, gc

newaxis = None
_LOADING = threading.RLock()
LATER = (
    "__config__", "__future__", "_C", "_dynamo", "_higher_order_ops", "_inductor", "accelerator",
    "amp", "backends",
    "checkpoint", "checks", "compat", "compiler", "cpu", "cuda", "data", "distributed",
    "distributions", "fft", "func", "functional", "futures", "fx", "hub", "jit", "library",
    "linalg", "losses", "masked", "mps", "multiprocessing", "nn", "onnx", "optim", "overrides",
    "profiler", "return_types", "serialization", "signal", "special", "storage", "testing", "types",
    "utils", "version", "vision", "xpu",
)  # fmt: skip
NAMED = {  # single names from these
    "PyTorchFileReader": "_C",
    "ScriptFunction": "jit",
    "ScriptModule": "jit",
    "compile": "compiler",
    "vmap": "func",
    "Future": "futures",
    "autocast": "amp",
    "GradScaler": "amp",
    "is_autocast_available": "amp",
    "is_autocast_enabled": "amp",
    "is_autocast_cache_enabled": "amp",
    "is_autocast_cpu_enabled": "amp",
    "clear_autocast_cache": "amp",
    "_assert": "testing",
    "_assert_async": "checks",
    "get_autocast_dtype": "amp",
    "get_autocast_gpu_dtype": "amp",
    "get_device_module": "accelerator",
    "load": "serialization",
    "save": "serialization",
    "Event": "cuda",
    "Stream": "cuda",
    "OutOfMemoryError": "cuda",
    "TypedStorage": "storage",
    "UntypedStorage": "storage",
}


def __getattr__(name):
    """What loads at its first use: the packages above `methods`, which together take as long as the
    rest, and the families of ops. One thread at a time: two that load packages which import one
    another would each find half of the other's.
    """
    with _LOADING:
        return _loaded(name)


def _loaded(name):
    if name in LATER:
        return importlib.import_module(f"minitorch.{name}")
    if name in NAMED:
        return getattr(importlib.import_module(f"minitorch.{NAMED[name]}"), name)
    if name.startswith("_check"):
        return getattr(importlib.import_module("minitorch.checks"), name)
    if name.startswith("_foreach_"):
        return getattr(importlib.import_module("minitorch.methods.foreach"), name)
    if name == "__all__":
        return _exported()
    if name[:2] != "__":
        load_families()
        if name in globals():
            return globals()[name]
    raise AttributeError(f"module 'minitorch' has no attribute {name!r}{why_missing(name)}")


def _exported():
    """What `from minitorch import *` gives: as in PyTorch all but the modules."""
    load_families()
    own = ("FUNCTIONS", "LATER", "NAMED", "load_families", "why_missing")
    names = [n for n, value in globals().items() if not isinstance(value, type(importlib))]
    return [n for n in [*names, *NAMED] if n[0] != "_" and n not in own]


def __dir__():
    load_families()
    return [*globals(), *LATER, *NAMED]


def load_families():
    """Make all functions attributes of this module."""
    families.load()
    globals().update({name: f for name, f in FUNCTIONS.items() if name not in globals()})
