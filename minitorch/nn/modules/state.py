"""What `state_dict` holds of a module, and how it is loaded back."""

import os
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from minitorch.autograd.grad_mode import no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.nn.modules.handles import Handle, Table, add_hook
from minitorch.nn.modules.renamed import renames
from minitorch.nn.parameter import Parameter, is_lazy

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ("missing_keys", "unexpected_keys"))):
    """What `load_state_dict` could not match."""

    __slots__ = ()

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class State:
    """Saving and loading: the part of Module that does this.

    A module writes and reads its own tensors in `_save_to_state_dict` and `_load_from_state_dict`,
    which a layer may override; those inside it are asked in turn.

    _version  is saved in the `_metadata` of a state dict, for layers whose keys have changed
    """

    _version: int = 1
    dump_patches: bool = False
    _of_kind: Callable
    _modules: Any
    _non_persistent_buffers_set: set[str]
    _state_dict_pre_hooks: Table
    _state_dict_hooks: Table
    _state_dict_hooks_public: Table
    _load_state_dict_pre_hooks: Table
    _load_state_dict_pre_hooks_with_module: Table
    _load_state_dict_post_hooks: Table

    # ---------------------------------------------------------------- saving

    def get_extra_state(self) -> Any:
        """What else a module saves; define it together with `set_extra_state`."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called."
        )

    def set_extra_state(self, state: Any) -> None:
        """Take up what `get_extra_state` returned; define both or neither."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called."
        )

    def state_dict(
        self,
        *args: Any,
        destination: Any = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """Parameters and persistent buffers by name; they share memory with the module.

        destination  a dict to fill, instead of a new one
        prefix       what stands before every name, such as "encoder."
        keep_vars    the parameters themselves, not detached
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html"
                "#torch.nn.Module.state_dict for details.",
                FutureWarning,
                stacklevel=2,
            )
            given = [destination, prefix, keep_vars]
            given[: len(args)] = args
            destination, prefix, keep_vars = given
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._of_kind("module"):
            if module is not None:
                path = f"{prefix}{name}."
                module.state_dict(destination=destination, prefix=path, keep_vars=keep_vars)
        for key, hook in self._state_dict_hooks.items():
            changed = hook(self, destination, prefix, local_metadata)
            if changed is not None:
                if key in self._state_dict_hooks_public:
                    raise RuntimeError("state_dict post-hook must return None")
                destination = changed
        return destination

    def _own_state(self):
        """Parameters and persistent buffers of this module alone, by name."""
        state = dict(self._of_kind("parameter"))
        for name, buffer in self._of_kind("buffer"):
            if name not in self._non_persistent_buffers_set:
                state[name] = buffer
        return {name: tensor for name, tensor in state.items() if tensor is not None}

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        """Put what this module itself saves into `destination`."""
        for name, tensor in self._own_state().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def register_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict`."""
        return add_hook(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after `state_dict`; it may change
        the dict in place.
        """
        marks = ((self._state_dict_hooks_public, True),)
        return add_hook(self._state_dict_hooks, hook, marks=marks)

    def _register_state_dict_hook(self, hook):
        """As `register_state_dict_post_hook`, but the hook may return another dict."""
        public = [self._state_dict_hooks[key] for key in self._state_dict_hooks_public]
        if hook in public:
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was "
                "previously registered via register_state_dict_post_hook"
            )
        return add_hook(self._state_dict_hooks, hook)

    def save(self, path: str | os.PathLike, keep: int = 0) -> None:
        """Save the `state_dict` in a file, as `minitorch.save` does.

        keep  how many former files of that name stay, as `path.1` (the latest), `path.2`, ...
        """
        from minitorch.serialization import save  # noqa: PLC0415  20 ms, which most never need

        save(self.state_dict(), path, keep=keep)

    # ---------------------------------------------------------------- loading

    def load(self, path: str | os.PathLike, strict: bool = True) -> _IncompatibleKeys:
        """Take the parameters and buffers from a file: what `load_state_dict` does with what
        `minitorch.load` reads, on whatever device this module is.

        >>> import tempfile
        >>> from minitorch import nn
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     nn.Linear(2, 3).save(f"{folder}/layer.safetensors")
        ...     nn.Linear(2, 3).load(f"{folder}/layer.safetensors")
        <All keys matched successfully>
        """
        from minitorch.serialization import load  # noqa: PLC0415  as in `save`

        return self.load_state_dict(load(path, map_location="cpu"), strict)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy the tensors of `state_dict` into the parameters and buffers of the same names.

        strict  missing and unexpected names are errors; otherwise they are returned
        assign  put the tensors themselves in place, without a copy

        Raises RuntimeError that lists all that does not fit; what does was copied nonetheless.
        """
        if not isinstance(state_dict, Mapping):
            remedy = ""
            if isinstance(state_dict, str | os.PathLike):
                remedy = "\n  read the file first: load_state_dict(minitorch.load(path))"
            elif hasattr(state_dict, "state_dict"):
                remedy = "\n  give its state_dict()"
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.{remedy}")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        found: Any = OrderedDict(state_dict)
        if metadata is not None:
            found._metadata = metadata
        load_tree(self, found, "", metadata, assign, (missing, unexpected, errors))
        if strict:
            for kind, keys in (("Unexpected", unexpected), ("Missing", missing)):
                if keys:
                    names = ", ".join(f'"{key}"' for key in keys)
                    errors.insert(0, f"{kind} key(s) in state_dict: {names}. ")
        if errors:
            near = renames(missing, unexpected) if strict else ""
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t"
                + "\n\t".join(errors)
                + (f"\n{near}" if near else "")
            )
        return _IncompatibleKeys(missing, unexpected)

    def _load_from_state_dict(
        self,
        state_dict,
        prefix,
        local_metadata,
        strict,
        missing_keys,
        unexpected_keys,
        error_msgs,
    ):
        """Take what is this module's own out of `state_dict`; what goes wrong joins the lists."""
        for key, hook in list(self._load_state_dict_pre_hooks.items()):
            owner = (self,) if key in self._load_state_dict_pre_hooks_with_module else ()
            lists = (missing_keys, unexpected_keys, error_msgs)
            hook(*owner, state_dict, prefix, local_metadata, strict, *lists)
        state = self._own_state()
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in state.items():
            key = prefix + name
            if key in state_dict:
                error = take(self, name, tensor, key, state_dict[key], assign)
                error_msgs += [error] if error else []
            elif strict:
                missing_keys.append(key)
        extra = prefix + _EXTRA_STATE_KEY_SUFFIX
        if type(self).set_extra_state is not State.set_extra_state:
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            unexpected_keys += strangers(self, state, state_dict, prefix)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        """Call `hook`, with the arguments of `_load_from_state_dict`, before it."""
        marks = ((self._load_state_dict_pre_hooks_with_module, with_module),)
        return add_hook(self._load_state_dict_pre_hooks, hook, marks=marks)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)` before this module loads; it may change dict and lists.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable) -> Handle:
        """Call `hook(module, incompatible_keys)` after this module has loaded; it may change the
        two lists.
        """
        return add_hook(self._load_state_dict_post_hooks, hook)


def load_tree(module, state_dict, prefix, metadata, assign, lists):
    """Load `module`, and what is inside it, from the part of a state dict that is theirs."""
    local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local_metadata["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state_dict, prefix, local_metadata, True, *lists)
    for name, child in module._of_kind("module"):
        if child is not None:
            path = f"{prefix}{name}."
            part = {key: value for key, value in state_dict.items() if key.startswith(path)}
            load_tree(child, part, path, metadata, assign, lists)
    keys = _IncompatibleKeys(*lists[:2])
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                "return new values, if incompatible_keys need to be modified, it should be done "
                "inplace."
            )


def take(module, name, tensor, key, value, assign):
    """Give `tensor`, which is `name` of the module, the loaded value; what was wrong, or None."""
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        )
    if is_lazy(tensor) and is_lazy(value):
        return None
    if tensor.shape == () and value.shape == (1,):  # as PyTorch 0.3 saved them
        value = value[0]
    if value.shape != tensor.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {tensor.shape}."
        )
    if tensor.is_meta and not value.is_meta and not assign:
        warnings.warn(
            f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter "
            "in the current model, which is a no-op. (Did you mean to pass `assign=True` to assign "
            "items in the state dictionary to their corresponding key in the module instead of "
            "copying them in place?)",
            stacklevel=5,
        )
    try:
        with no_grad():
            if assign:
                put(module, name, tensor, value)
            else:
                tensor.copy_(value)
    except Exception as error:
        return (
            f'While copying the parameter named "{key}", whose dimensions in the model are '
            f"{tensor.size()} and whose dimensions in the checkpoint are {value.size()}, an "
            f"exception occurred : {error.args}."
        )
    return None


def put(module, name, former, value):
    """Make `value` itself the parameter or buffer `name`."""
    if isinstance(former, Parameter):
        if isinstance(value, Parameter):
            value.requires_grad_(former.requires_grad)
        else:
            value = Parameter(value, former.requires_grad)
    setattr(module, name, value)


def strangers(module, state, state_dict, prefix):
    """The keys under `prefix` that neither the module itself nor a module inside it knows."""
    for key in state_dict:
        if key.startswith(prefix) and key != prefix + _EXTRA_STATE_KEY_SUFFIX:
            name, *deeper = key[len(prefix) :].split(".", 1)
            if name not in (module._modules if deeper else state):
                yield key
