"""Functions of the program's own as ops: with a name, and a gradient if one is given.

>>> import minitorch as torch
>>> @torch.library.custom_op("mine::cube", mutates_args=())
... def cube(x: torch.Tensor) -> torch.Tensor:
...     return torch.from_numpy(x.numpy() ** 3)
>>> def setup_context(ctx, inputs, output):
...     ctx.save_for_backward(*inputs)
>>> cube.register_autograd(
...     lambda ctx, g: 3 * ctx.saved_tensors[0] ** 2 * g, setup_context=setup_context
... )
>>> x = torch.tensor([2.0], requires_grad=True)
>>> torch.ops.mine.cube(x).backward()
>>> x.grad
tensor([12.])
"""

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from types import SimpleNamespace
from typing import Any

from minitorch import ops
from minitorch.autograd.function import Function

__all__ = ["CustomOpDef", "custom_op", "register_autograd", "register_fake", "register_kernel"]

DEFINED: dict[str, "CustomOpDef"] = {}


class CustomOpDef:
    """An op that the program defines; see `custom_op`."""

    def __init__(self, name: str, fn: Callable):
        update_wrapper(self, fn)
        self._qualname = name
        self._signature = inspect.signature(fn)
        self._forward = fn
        self._kernels: dict[str, Callable] = {}
        self._backward: Callable | None = None
        self._setup_context: Callable | None = None
        self._step = step_of(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return self._step.apply(*bound.args, *bound.kwargs.values())

    def register_autograd(self, backward: Callable, /, *, setup_context: Callable | None = None):
        """Take `backward(ctx, *gradients)` for the op's derivative: one gradient for each input.

        setup_context  setup_context(ctx, inputs, output) keeps in `ctx` what it needs
        """
        self._backward, self._setup_context = backward, setup_context

    def register_kernel(self, device_types: Any, fn: Callable | None = None, /) -> Callable:
        """Take `fn` where the first tensor is on such a device, "cpu" or "cuda"."""
        if fn is None:
            return lambda fn: self.register_kernel(device_types, fn)
        types = [device_types] if isinstance(device_types, str) else device_types
        self._kernels.update(dict.fromkeys(types or ("cpu", "cuda"), fn))
        return fn

    def register_fake(self, fn: Callable, /) -> Callable:
        """`fn`, from which PyTorch's compiler learns shapes: nothing is compiled here."""
        return fn

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"


def step_of(op):
    """The Function by which `op` is called."""

    def forward(ctx, *inputs):
        devices = [x.device.type for x in inputs if hasattr(x, "device")]
        fn = op._kernels.get(devices[0], op._forward) if devices else op._forward
        output = fn(*inputs)
        if op._setup_context is not None:
            op._setup_context(ctx=ctx, inputs=inputs, output=output)
        return output

    def backward(ctx, *gradients):
        if op._backward is None:
            raise RuntimeError(
                f"Trying to backward through {op._qualname} but no autograd formula was registered."
                " Please use register_autograd to add one."
            )
        return op._backward(ctx, *gradients)

    methods = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(f"{op.__name__}Step", (Function,), methods)


def custom_op(
    name: str,
    fn: Callable | None = None,
    /,
    *,
    mutates_args: str | Iterable[str],
    device_types: str | Iterable[str] | None = None,
    schema: str | None = None,
    tags: Any = None,
) -> Any:
    """`fn`, or the function below the decorator, as the op `torch.ops.namespace.name`.

    name                        "namespace::name"
    device_types, schema, tags  accepted: the function itself says what it takes

    Raises NotImplementedError where `mutates_args` names any: an op writes to no input.
    """
    if fn is None:
        return lambda fn: custom_op(name, fn, mutates_args=mutates_args)
    if tuple(mutates_args):
        raise NotImplementedError(
            f"custom_op: {name} must not write to its inputs, but mutates_args is "
            f"{mutates_args!r}\n  return new tensors"
        )
    space, _, word = name.partition("::")
    if not word:
        raise ValueError(
            f"Expected qualname to be of the form 'namespace::name', but got {name}. The qualname "
            "must contain a namespace."
        )
    made = DEFINED[name] = CustomOpDef(name, fn)
    if not hasattr(ops, space):
        setattr(ops, space, SimpleNamespace())
    setattr(getattr(ops, space), word, made)
    return made


def defined(op):
    """The op itself, or that of the name."""
    if isinstance(op, CustomOpDef):
        return op
    if op not in DEFINED:
        raise ValueError(f"{op!r} is no op: custom_op({op!r}, ...) defines one")
    return DEFINED[op]


def register_autograd(
    op: str | CustomOpDef,
    backward: Callable,
    /,
    *,
    setup_context: Callable | None = None,
    lib: Any = None,
) -> None:
    """`CustomOpDef.register_autograd`, by the op or its name."""
    defined(op).register_autograd(backward, setup_context=setup_context)


def register_fake(
    op: str | CustomOpDef, func: Callable | None = None, /, *, lib: Any = None
) -> Callable:
    """`func`, or a decorator: PyTorch's compiler learns shapes from it, here it is not called."""
    return (lambda func: func) if func is None else func


def register_kernel(
    op: str | CustomOpDef,
    device_types: str | Iterable[str] | None,
    func: Callable | None = None,
    /,
    *,
    lib: Any = None,
) -> Callable:
    """`CustomOpDef.register_kernel`, by the op or its name."""
    return defined(op).register_kernel(device_types, func)
