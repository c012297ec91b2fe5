"""Calling a module with other parameters than its own."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.module import Module
from minitorch.nn.parallel.data_parallel import DataParallel

MISSING: Any = object()


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """The older place of `torch.func.functional_call`."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be "
        "removed in a future version of PyTorch. Please use `torch.func.functional_call` instead "
        "which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(
        module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict
    )


def _functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with these tensors in the place of those of the same names."""
    if isinstance(module, DataParallel):
        raise RuntimeError("The stateless API can't be used with nn.DataParallel module")
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with replaced(module, parameters_and_buffers, tie_weights, strict):
        return module(*args, **kwargs or {})


@contextmanager
def replaced(
    module: Module, tensors: dict[str, Tensor], tie_weights: bool, strict: bool
) -> Iterator[None]:
    """Inside, the parameters and buffers named in `tensors` are those; what `forward` assigns to
    them is found in `tensors` afterwards.
    """
    own: dict[str, Tensor] = {}
    if tie_weights or strict:
        own.update(module.named_parameters(remove_duplicate=False))
        own.update(module.named_buffers(remove_duplicate=False))
    every = with_tied(own, tensors) if tie_weights else dict(tensors)
    if strict:
        require_all(module, own, every)
    before = {}
    try:
        for key, tensor in every.items():
            before[key] = swapped(module, key, tensor)
        yield
    finally:
        for key, tensor in before.items():
            used = swapped(module, key, tensor)
            if key in tensors:
                tensors[key] = used


def swapped(module, key, tensor):
    """Put `tensor` in the place `key`, or with MISSING nothing; what was there before."""
    path, _, name = key.rpartition(".")
    owner = module.get_submodule(path)
    if not (tensor is None or tensor is MISSING or isinstance(tensor, Tensor)):
        raise TypeError(f"{tensor} is not an instance of torch.Tensor")
    for members in (owner._parameters, owner._buffers):
        if name in members:
            former = members[name]
            if tensor is MISSING:
                del members[name]
            else:
                members[name] = tensor
            return former
    former = getattr(owner, name, MISSING)
    if not (former is None or former is MISSING or isinstance(former, Tensor)):
        raise TypeError(f"attribute `{name}`: {former} is not an instance of torch.Tensor")
    if tensor is MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, tensor)
    return former


def with_tied(own, tensors):
    """`tensors`, with those that are one and the same in the module given under all its names."""
    names: dict[Any, list[str]] = {}
    for name, tensor in own.items():
        names.setdefault(tensor, []).append(name)
    every = dict(tensors)
    for tied in names.values():
        given = [name for name in tied if name in tensors]
        if len({tensors[name] for name in given}) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(tied)}, which are tied. "
                "Consider using tie_weights=False"
            )
        for name in tied if given else ():
            every[name] = tensors[given[0]]
    return every


def require_all(module, own, tensors):
    """RuntimeError unless the names are those of the module."""
    lines = [
        f"{kind} key(s): {', '.join(map(repr, keys))}."
        for kind, keys in (
            ("Unexpected", sorted(set(tensors) - set(own))),
            ("Missing", sorted(set(own) - set(tensors))),
        )
        if keys
    ]
    if lines:
        text = "\n\t".join(lines)
        raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t{text}")
