"""What `state_dict` holds of a module, and how it is loaded back."""

from collections import namedtuple

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.nn.parameter import Parameter


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ("missing_keys", "unexpected_keys"))):
    """What `load_state_dict` could not match."""

    __slots__ = ()

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()


def own_state(module):
    """Parameters and persistent buffers of `module` alone, by name."""
    state = {**module._parameters}
    for name, buffer in module._buffers.items():
        if name not in module._non_persistent_buffers_set:
            state[name] = buffer
    return {name: tensor for name, tensor in state.items() if tensor is not None}


def named_state(module):
    """(full name, module that owns it, name there, tensor) of everything that `module` saves."""
    for path, each in module.named_modules(remove_duplicate=False):
        for name, tensor in own_state(each).items():
            yield f"{path}.{name}" if path else name, each, name, tensor


def load(module, state_dict, strict, assign):
    """Copy (or put, with `assign`) the values of `state_dict` into `module`; the keys left over.

    Raises RuntimeError that names everything that does not fit.
    """
    missing, errors = [], []
    expected = set()
    for key, owner, name, tensor in list(named_state(module)):
        expected.add(key)
        if key not in state_dict:
            missing.append(key)
            continue
        value = state_dict[key]
        if not isinstance(value, Tensor):
            errors.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
                f"object from checkpoint but received {type(value)}"
            )
        elif value.shape != tensor.shape:
            errors.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from "
                f"checkpoint, the shape in current model is {tensor.shape}."
            )
        elif assign:
            put(owner, name, tensor, value)
        else:
            with no_grad():
                tensor.copy_(value)
    unexpected = [key for key in state_dict if key not in expected]
    if strict:
        for kind, keys in (("Unexpected", unexpected), ("Missing", missing)):
            if keys:
                names = ", ".join(f'"{key}"' for key in keys)
                errors.insert(0, f"{kind} key(s) in state_dict: {names}. ")
    if errors:
        raise RuntimeError(
            f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(errors)
        )
    return _IncompatibleKeys(missing, unexpected)


def put(owner, name, former, value):
    """Make `value` itself the parameter or buffer `name`."""
    if isinstance(former, Parameter):
        if isinstance(value, Parameter):
            value.requires_grad_(former.requires_grad)
        else:
            value = Parameter(value, former.requires_grad)
    setattr(owner, name, value)
