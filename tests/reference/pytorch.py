"""Records of what PyTorch does with the samples of its own table of ops, `op_db`."""

import warnings

import numpy as np
import torch
from torch import Tensor
from torch.testing._internal.common_methods_invocations import op_db

import minitorch
from reference.records import Array, Name, Record, find, leaves, plain, weight

DTYPES = [
    torch.float64, torch.float32, torch.int64, torch.bool, torch.float16, torch.uint8, torch.int32,
]  # fmt: skip
STORED = {*DTYPES, torch.int8, torch.int16}
RANDOM = ("dropout", "rand", "bernoulli", "multinomial", "normal", "uniform", "poisson", "rrelu",
          "gumbel", "cauchy", "geometric", "exponential", "empty", "fractional")  # fmt: skip
# What stands in the table in another order of arguments, or leaves something open.
APART = {
    "normal": "the method normal_",
    **dict.fromkeys(
        ("where", "einsum", "polygamma", "special.polygamma"), "arguments turned about"
    ),
    "nn.functional.embedding": "arguments turned about",
    **dict.fromkeys(("linalg.lstsq.grad_oriented", "linalg.pinv.singular"), "something else"),
    **dict.fromkeys(("svd", "linalg.svd", "linalg.eigh"), "vectors of either sign"),
    **dict.fromkeys(("__radd__", "__rdiv__", "__rmul__"), "called without an object"),
    "special.airy_ai": "inexact far out",
    "as_strided": "reads memory beyond its input",
    "as_strided_scatter": "PyTorch's gradient keeps what was overwritten",
    "nn.functional.multi_head_attention_forward": "random dropout by an argument",
}
# PyTorch computes them in half precision, minitorch in float32.
NO_HALF = (
    "nn.functional.binary_cross_entropy_with_logits", "nn.functional.conv_transpose2d",
    "nn.functional.conv_transpose3d", "nn.functional.embedding_bag", "nn.functional.grid_sample",
    "nn.functional.scaled_dot_product_attention", "nn.functional.soft_margin_loss", "matrix_exp",
    "addbmm", "gradient",
)  # fmt: skip


class NotStored(Exception):
    """Something in a sample that minitorch has not: complex numbers, layouts, generators."""


def entries():
    """The entries of PyTorch's table that minitorch has, by name."""
    found = {}
    for entry in op_db:
        if find(entry.name, "function") is not None:
            found.setdefault(entry.name, []).append(entry)
    return found


def records(entry, dtype, most=None):
    """Yield a Record for each sample of an entry in one dtype; none that is not supported.

    most  of how many samples, evenly chosen from those with few elements; None: of all
    """
    if dtype not in entry.supported_dtypes("cpu"):
        return
    if entry.name in APART or f"{entry.name}.{entry.variant_test_name}" in APART:
        return
    if dtype == torch.float16 and entry.name in NO_HALF:
        return
    grad = dtype == torch.float64 and entry.supports_autograd
    forms = [("method", entry.method_variant), ("in-place", entry.inplace_variant)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        samples = list(entry.sample_inputs("cpu", dtype, requires_grad=grad))
        if dtype in (torch.float64, torch.int64):
            samples += entry.reference_inputs("cpu", dtype)
        if most is not None:
            samples = [each for each in samples if elements(each) < 500]
            samples = samples[:: len(samples) // most + 1]
        calls = [("function", entry.op, sample) for sample in samples]
        for form, f in forms:
            if f is not None and find(entry.name, form) is not None:
                calls += [(form, f, each) for each in samples if isinstance(each.input, Tensor)]
        if dtype == torch.float64 and entry.error_inputs_func is not None:
            errors = [each.sample_input for each in entry.error_inputs("cpu")]
            calls += [("function", entry.op, each) for each in errors if not overlaps(each)]
        for form, f, sample in calls:
            if form == "in-place" and sample.broadcasts_input:
                continue
            try:
                yield record(entry.name, form, f, sample)
            except NotStored:
                pass


def tensors_of(sample):
    return leaves([sample.input, list(sample.args), dict(sample.kwargs)], Tensor)


def elements(sample):
    """How many numbers the tensors of a sample have."""
    return sum(x.numel() for x in tensors_of(sample))


def overlaps(sample):
    """Whether tensors of a sample share memory, which a record cannot say."""
    tensors = tensors_of(sample)
    places = [x.untyped_storage().data_ptr() for x in tensors if not x.is_meta]
    return len(set(places)) < len(places) or any(0 in x.stride() for x in tensors)


def record(name, form, f, sample):
    """The Record of one call."""
    args = [sample.input, *sample.args]
    note = Record(name, form, *store([args, dict(sample.kwargs)]))
    inputs = [x for x in tensors_of(sample) if x.requires_grad]
    if form == "in-place":
        args[0] = args[0].clone()
    torch.manual_seed(0)
    try:
        result = f(*args, **sample.kwargs)
    except Exception as error:
        note.error = type(error).__name__
        return note
    outputs = leaves(plain(result), Tensor)
    note.shapes = [[str(y.dtype).rpartition(".")[2], list(y.shape)] for y in outputs]
    if any(y.dtype not in STORED for y in outputs):
        raise NotStored
    if any(part in name for part in RANDOM) or sample.kwargs.get("dropout_p"):
        return note
    note.result = store(plain(result))
    outputs = [y for y in outputs if y.requires_grad]
    if outputs and inputs:
        weights = [torch.from_numpy(weight(y.numpy(force=True))) for y in outputs]
        try:
            gradients = torch.autograd.grad(outputs, inputs, weights, allow_unused=True)
        except RuntimeError:  # PyTorch has no such derivative
            return note
        note.gradients = [None if g is None else store(g) for g in gradients]
    return note


def store(leaf):
    """What stands in a record for an argument or result of PyTorch's."""
    if isinstance(leaf, Tensor):
        if leaf.layout != torch.strided or leaf.dtype not in STORED or leaf.ndim > 64:
            raise NotStored
        if leaf.is_meta:
            raise NotStored
        return Array(copied(leaf.detach().resolve_neg().numpy(force=True)), leaf.requires_grad)
    if isinstance(leaf, torch.dtype | torch.memory_format):
        name = str(leaf).rpartition(".")[2]
        if not hasattr(minitorch, name):
            raise NotStored
        return Name(name)
    if isinstance(leaf, torch.device):
        return str(leaf)
    if isinstance(leaf, complex | np.ndarray | torch.layout | torch.Generator):
        raise NotStored
    if isinstance(leaf, torch.Size):
        return tuple(leaf)
    if isinstance(leaf, dict):
        return {key: store(each) for key, each in leaf.items()}
    if isinstance(leaf, list | tuple):
        return type(leaf)(store(each) for each in leaf)
    if leaf is None or leaf is Ellipsis or isinstance(leaf, bool | int | float | str | slice):
        return leaf
    raise NotStored


def copied(values):
    """A copy with the gaps between the elements, if there are some."""
    steps = [step // values.itemsize for step in values.strides]
    if not values.size or min(steps, default=0) <= 0:
        return values.copy()
    span = 1 + sum((n - 1) * step for n, step in zip(values.shape, steps))
    memory = np.lib.stride_tricks.as_strided(values, (span,), (values.itemsize,)).copy()
    return np.lib.stride_tricks.as_strided(memory, values.shape, values.strides)
