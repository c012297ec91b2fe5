"""minitorch: PyTorch's programming model in pure Python, on NumPy or CuPy.

`import minitorch as torch` is meant to run a PyTorch program. The floors, from the ground up:
`backend` (arrays, devices, dtypes), `autograd` (Tensor, `@op`, the engine), `ops` (the operations),
`methods` (how tensors print and convert), then `nn`, `losses`, `optim`, `data`; `vision` on top.
"""

import importlib
from math import e, inf, nan, pi

from minitorch.autograd.tensor import FUNCTIONS, Size, Tensor  # isort: skip

from minitorch import autograd
from minitorch.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from minitorch.backend.devices import device
from minitorch.backend.dtypes import (
    bool,
    double,
    dtype,
    finfo,
    float,
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
)
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.generators import Generator
from minitorch.methods import attributes, convert, inplace, operators
from minitorch.methods.printing import get_printoptions, printoptions, set_printoptions
from minitorch.ops import (
    activation,
    bits,
    creation,
    decompose,
    elementwise,
    exponents,
    from_data,
    gather,
    index,
    join,
    pieces,
    products,
    random,
    rearrange,
    reduce,
    scan,
    scatter,
    shape,
    solve,
    sort,
    special,
    statistics,
    sums_of_products,
    trigonometry,
    windows,
)
from minitorch.ops.shape import contiguous_format, memory_format, preserve_format

globals().update(FUNCTIONS)

__version__ = "0.1.0"
LATER = ("cuda", "nn", "losses", "optim", "data", "utils", "vision")


def __getattr__(name):
    """The packages above `methods`, loaded at their first use: together they take as long as the
    rest.
    """
    if name in LATER:
        return importlib.import_module(f"minitorch.{name}")
    raise AttributeError(f"module 'minitorch' has no attribute {name!r}")
