"""Gradients kept from growing too large.

foreach  how PyTorch is to walk over the tensors; taken, and of no effect here
"""

import math
import warnings
from collections.abc import Iterable
from types import GeneratorType

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.autograd.versions import stamp, version_of
from minitorch.backend.devices import alike, device_of
from minitorch.backend.errors import ShapeError
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import tensor
from minitorch.ops.join import stack

Tensors = Tensor | Iterable[Tensor]


def listed(tensors):
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def gradients_of(parameters):
    return [each.grad for each in listed(parameters) if each.grad is not None]


@no_grad()
def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all the tensors, as if they were one vector.

    norm_type           p, or inf for the largest absolute value
    error_if_nonfinite  raise RuntimeError where it is nan or infinite
    """
    p, given = float(norm_type), listed(tensors)
    if not given:
        return tensor(0.0)
    if p in (2, math.inf):
        norms = [wrap(namespace(xs[0]).total_norm(xs, p)) for xs in alike([x.array for x in given])]
    else:
        norms = [x.norm(p) for x in given]
    one = norms[0] if len(norms) == 1 else stack([norm.to(norms[0].device) for norm in norms])
    total = one.norm(p) if one.ndim or p not in (2, math.inf) else one
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise ShapeError(
            f"The total norm of order {p} for gradients from `parameters` is non-finite, so it "
            "cannot be clipped. To disable this error and scale the gradients by the non-finite "
            "norm anyway, set `error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Multiply the gradients by max_norm / total_norm, where that is less than 1."""
    for arrays in alike([g.array for g in gradients_of(parameters)]):
        norm = total_norm.to(device_of(arrays[0])).array.astype(arrays[0].dtype, copy=False)
        namespace(arrays[0]).clip_to_norm(arrays, norm, float(max_norm))
        stamp(*map(version_of, arrays))


@no_grad()
def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients, in place, so that their norm together is at most max_norm.

    Returns the norm that they had; the other arguments are those of `get_total_norm`.
    """
    given = listed(parameters)
    if isinstance(parameters, GeneratorType) and not given:
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3
        )
    total = get_total_norm(gradients_of(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The older name of `clip_grad_norm_`; warns that it is."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Bring each element of the gradients, in place, into [-clip_value, clip_value]."""
    for arrays in alike([g.array for g in gradients_of(parameters)]):
        namespace(arrays[0]).clip_to_bounds(arrays, float(clip_value))
        stamp(*map(version_of, arrays))
