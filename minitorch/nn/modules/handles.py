"""Where hooks are kept: a table for each kind, and the handle that takes one out again."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any
from weakref import ref

from minitorch.autograd.node import RemovableHandle

Table = OrderedDict[int, Any]

# The hooks of all modules; see `register_module_forward_hook` and the others in hooks.py.
_global_forward_pre_hooks: Table = OrderedDict()
_global_forward_hooks: Table = OrderedDict()
_global_forward_hooks_with_kwargs: Table = OrderedDict()
_global_forward_hooks_always_called: Table = OrderedDict()
_global_backward_pre_hooks: Table = OrderedDict()
_global_backward_hooks: Table = OrderedDict()
_global_parameter_registration_hooks: Table = OrderedDict()
_global_buffer_registration_hooks: Table = OrderedDict()
_global_module_registration_hooks: Table = OrderedDict()


class Handle(RemovableHandle):
    """Takes a hook out of its table; it does not keep the table alive.

    hooks_dict  the table; `hooks_dict_ref` is a weak reference to it
    extra_dict  a further table, or a list of them, in which the hook's key may stand too
    id          that key
    """

    next_id = count().__next__

    def __init__(self, hooks_dict: Table, *, extra_dict: Table | list[Table] | None = None) -> None:
        marks = [extra_dict] if isinstance(extra_dict, dict) else extra_dict or []
        self.id = Handle.next_id()
        self.hooks_dict_ref = ref(hooks_dict)
        self.marks = [ref(table) for table in marks]

    def remove(self) -> None:
        for table in (self.hooks_dict_ref(), *(mark() for mark in self.marks)):
            if table is not None:
                table.pop(self.id, None)

    def __getstate__(self):
        return self.hooks_dict_ref(), self.id, [mark() for mark in self.marks]

    def __setstate__(self, state):
        table, self.id, marks = state
        self.hooks_dict_ref = ref(OrderedDict() if table is None else table)
        self.marks = [ref(mark) for mark in marks if mark is not None]
        Handle.next_id = count(max(Handle.next_id(), self.id + 1)).__next__


def add_hook(
    table: Table, hook: Callable, prepend: bool = False, marks: tuple[tuple[Table, bool], ...] = ()
) -> Handle:
    """Put `hook` into the table, in front with `prepend`; its key goes into the marks that hold."""
    handle = Handle(table, extra_dict=[mark for mark, _ in marks])
    table[handle.id] = hook
    if prepend:
        table.move_to_end(handle.id, last=False)
    for mark, holds in marks:
        if holds:
            mark[handle.id] = True
    return handle


def replaced(hooks: Table, module: Any, name: str, value: Any) -> Any:
    """What hooks of registration make of `value`, which is to be `name` of the module."""
    for hook in hooks.values():
        changed = hook(module, name, value)
        value = value if changed is None else changed
    return value
