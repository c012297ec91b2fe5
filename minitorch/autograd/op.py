"""`@op`: from one function over arrays to a tensor operation.

The function returns its value and one vjp per tensor input. Tensors stand left of the slash,
settings right of it:

    @op
    def tanh(x, /):
        y = namespace(x).tanh(x)
        return y, lambda g: g * (1 - y * y)

What the decorator makes of it is straight-line code for just this signature (`specialise.py`),
which serves tensors of one floating dtype passed as tensors. All else that PyTorch allows (Python
numbers on the left, NumPy arrays, mixed dtypes, `out=`) goes through `Op.bind`, the same for all.
"""

import warnings
from inspect import CO_VARARGS
from types import FunctionType
from typing import Any

import numpy as np

from minitorch.autograd.node import Node, grad_mode, makes_closures
from minitorch.autograd.older import numbers_first
from minitorch.autograd.overlap import require_apart, require_writable_elements
from minitorch.autograd.parts import PICK, pick, return_type
from minitorch.autograd.refusals import (
    NO_BOOL,
    NO_BOOLS,
    NO_GRADIENT,
    RESIZED,
    explain,
    no_cast,
    no_tensor,
    not_a,
    require_alike,
    require_kind,
    require_out,
    require_same,
)
from minitorch.autograd.specialise import first_call, specialise
from minitorch.autograd.strays import gathered, number_in, strays
from minitorch.autograd.tensor import FUNCTIONS, Tensor, function, method, record, set_base, wrap
from minitorch.autograd.versions import touch
from minitorch.backend import dtypes
from minitorch.backend.dtypes import common_dtype, rounded_to_half
from minitorch.backend.errors import DtypeError
from minitorch.backend.namespaces import BY_TYPE, functions_of, namespace

OPS: dict = {}
TENSOR_FUNCTIONS = BY_TYPE[Tensor] = functions_of()
F4, F8 = np.dtype("f4"), np.dtype("f8")
ERRORS = (ValueError, TypeError, IndexError, OverflowError)


class Op:
    """A registered op: its rule, and what the engine and the tests need to know of it.

    rule           the function over arrays; users call the op by its name
    tensors        names of the tensor inputs; the first is `input` to callers, as in PyTorch
    settings       names of the other arguments
    promote        "common": inputs are brought to one dtype; "float": and to a floating one;
                   "same": they must have one dtype, and not bool; "alike": one dtype; "no bool":
                   common, without bool tensors; None: taken as they are
    apart          names of tensors that keep their own dtype (masks, indices)
    view           the value may share the memory of the first input; "several": as one of the
                   views that a function makes at once, to which PyTorch lets nothing be written
    joint          one vjp returns the shares of all inputs; so does that of `*tensors`
    differentiable False: the rule returns its value alone
    outputs        names of the outputs, where there are several
    casts          callers may pass `dtype=`: the value's, to which the input is converted first;
                   "out": where they pass `out=` alone it is that of `out`; "last": by position too
    wide           float16 is computed in float32 and the value rounded, as in PyTorch; "cpu": not
                   on a GPU, whose products of float16 are summed in float32 anyway; "number":
                   only beside a Python number that float16 would round
    refuses        (kinds of dtypes, name of PyTorch's kernel): NotImplementedError for the common
                   dtype, or the one asked for, where it is among these: "b", "i", "u", and "h"
                   for float16
    numbers        which tensors callers may give as Python numbers: "any"; "other", not the
                   first; "some", not all; "none", which does not hold for bodies of ops
    composite      what is read on Tensors in place of a rule that works in place
    adds           adds(total, g, *settings) does in place what total + vjp(g) would make anew
    exact          refuses an `out` of another dtype, as `require_out` does; None: values are cast
    piecewise      linear piece by piece in the first input: by that the gradient has the slope 0,
                   so that a second derivative is 0 and no error, as in PyTorch
    saves_nothing  no vjp captures anything, so nothing is freed after backward; None: not known yet
    saves_arrays   a vjp was seen to capture an array, so it is freed without a look
    """

    def __init__(
        self,
        rule,
        promote="common",
        apart=(),
        view=False,
        joint=False,
        differentiable=True,
        outputs=None,
        casts=False,
        wide=False,
        refuses=("", None),
        numbers="any",
        shown=None,
        composite=None,
        adds=None,
        exact=None,
        piecewise=False,
    ):
        self.rule = rule
        self.composite = composite or rule
        self.name = name = rule.__name__
        self.read_signature(rule)
        self.promote = None if view else promote
        self.apart = apart
        self.view = view
        self.joint = joint
        self.differentiable = differentiable
        self.casts = casts
        self.wide = wide
        self.refuses = refuses
        self.numbers = numbers
        self.adds = adds
        self.shown = shown or "".join(part.capitalize() for part in name.split("_"))
        self.outputs: Any = (
            return_type(self.shown.partition("Backward")[0].lower(), outputs) if outputs else None
        )
        self.exact = exact or (require_out if outputs else None)
        self.piecewise = piecewise
        self.saves_arrays = False
        self.saves_nothing: bool | None = None

    def look_at_rule(self):
        """Find out whether its vjps capture anything: when all that the rule calls is there."""
        self.saves_nothing = not makes_closures(self.rule, FUNCTIONS.values())

    def read_signature(self, rule):
        """Tensors, settings and defaults, from the code itself: `inspect` takes 60 us a rule."""
        code = rule.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        positional = names[: code.co_argcount]
        values = rule.__defaults__ or ()
        defaults = dict(zip(positional[len(positional) - len(values) :], values, strict=True))
        defaults |= rule.__kwdefaults__ or {}
        self.variadic = bool(code.co_flags & CO_VARARGS)
        self.tensors = names[: code.co_posonlyargcount]
        self.settings = names[code.co_posonlyargcount :]
        self.keyword_only = set(names[code.co_argcount :])
        self.optional = set(self.tensors) & set(defaults)
        self.defaults = {name: defaults[name] for name in self.settings if name in defaults}

    def backward_name(self, node):
        """PyTorch's name for a recorded call, such as `MulBackward0`."""
        shown = self.shown if isinstance(self.shown, str) else self.shown(node)
        return f"{shown}Backward0" if "Backward" not in shown else shown

    def public_name(self):
        """The name under which PyTorch has this op, such as `div` for `true_divide`."""
        if not isinstance(self.shown, str):
            return self.name
        shown = self.shown.partition("Backward")[0]
        words = [
            f"_{c}" if c.isupper() and before.islower() else c
            for before, c in zip(" " + shown, shown)
        ]
        return "".join(words).lower()

    # ---------------------------------------------------------------- the general way to call

    def call(self, tensors, settings, out=None):
        """Run the rule on Tensors, numbers and None (dtypes already agree) and record it."""
        arrays = [t.array if isinstance(t, Tensor) else t for t in tensors]
        written_to = () if out is None else out if self.outputs else (out,)
        for to in written_to:
            if to is not None:
                require_apart(to.array, *arrays)
        try:
            result = self.rule(*arrays, **settings)
        except ERRORS as error:
            if strays(tensors):
                return self.call(gathered(tensors), settings, out)
            explain(self, error, tensors)
        if not self.differentiable:
            if grad_mode.enabled and any(getattr(to, "node", None) for to in written_to):
                raise RuntimeError(f"aten::{self.public_name()}(): {NO_GRADIENT}")
            return self.place(result, out)
        value, *vjps = result
        nodes = [t.node if isinstance(t, Tensor) else None for t in tensors]
        recorded = nodes
        if out is not None:
            recorded = [*nodes, *(to.node for to in written_to if to is not None)]
        if not grad_mode.enabled or recorded.count(None) == len(recorded):
            return self.place(value, out)
        if out is not None:
            raise RuntimeError(f"{self.public_name()}(): {NO_GRADIENT}")
        if self.joint:
            (vjps,) = vjps
        else:
            pairs = zip(nodes, vjps, strict=True)
            vjps = tuple([None if node is None else vjp for node, vjp in pairs])
        pairs = zip(arrays, nodes, strict=True)
        inputs = tuple([x if n is None or n.leaf is not None else None for x, n in pairs])
        if self.outputs:
            return self.record_outputs(value, tuple(nodes), vjps, inputs, settings)
        tensor = record(value, self, tuple(nodes), vjps, inputs, tuple(settings.values()))
        if self.view:
            mark_view(tensor, tensors[0])
        return tensor

    def record_outputs(self, values, nodes, vjps, inputs, settings):
        """Several values as Tensors, each a step away from the node of the call."""
        node = Node(self, nodes, vjps, inputs, tuple(settings.values()), None)
        return self.outputs(
            *[
                record(value, PICK, (node,), (pick(i, len(values)),), (None,), (i,))
                if value.dtype.kind == "f"
                else wrap(value)
                for i, value in enumerate(values)
            ]
        )

    def place(self, value, out):
        """The value as a Tensor, or written into `out`."""
        if not self.outputs:
            return self.place_one(value, out)
        places = out or [None] * len(value)
        return self.outputs(*map(self.place_one, value, places, self.outputs._fields))

    def place_one(self, value, out, name=None):
        if out is not None and self.exact:
            self.exact(out, wrap(value).dtype, name)
        return wrap(value) if out is None else written(value, out)

    def bind(self, tensors, settings, out=None, dtype=None):
        """Take whatever PyTorch takes for a tensor, bring dtypes together, and call."""
        tensors = [self.accept(i, value) for i, value in enumerate(tensors)]
        if self.numbers != "any" or len(tensors) == 1:
            self.require_tensors(tensors)
        wide, names = self.wide, self.tensors or ("tensors",) * len(tensors)
        joined = [t for name, t in zip(names, tensors) if name not in self.apart and t is not None]
        if dtype is None and out is not None and self.casts == "out":
            dtype = out.dtype
        if dtype is not None:
            if out is not None:
                require_out(out, dtypes.as_dtype(dtype))
            require_kind(dtypes.as_dtype(dtype), *self.refuses)
            tensors[0] = tensors[0].to(dtype)
        elif self.promote and joined:
            kind = self.common(joined)
            if wide == "number":
                wide = any(not isinstance(t, Tensor) and rounded_to_half(t) for t in joined)
            exact = dtypes.float32 if wide and kind is dtypes.float16 else kind
            tensors = [
                self.convert(t, kind if isinstance(t, Tensor) else exact, joined)
                if name not in self.apart and t is not None
                else t
                for name, t in zip(names, tensors)
            ]
        if wide and any(map(self.widens, tensors)):
            return self.call_in_single(tensors, settings, out)
        y = self.call(tensors, settings, out)
        return y if dtype is None or out is not None else y.to(dtype)  # a sum widens integers

    def widens(self, t):
        """Whether `t` is to be widened to float32."""
        half = isinstance(t, Tensor) and t.dtype is dtypes.float16
        return half and (self.wide != "cpu" or t.is_cpu)

    def call_in_single(self, tensors, settings, out):
        """The call on float16 tensors, computed in float32 and rounded."""
        half, single = dtypes.float16, dtypes.float32
        wide = [t.to(single) if isinstance(t, Tensor) and t.dtype is half else t for t in tensors]
        made = self.call(wide, settings)
        parts = [t.to(half) if t.dtype is single else t for t in (made if self.outputs else [made])]
        if out is None:
            return self.outputs(*parts) if self.outputs else parts[0]
        if any(t.node for t in parts):
            raise RuntimeError(f"{self.public_name()}(): {NO_GRADIENT}")
        arrays = [t.array for t in parts]
        return self.place(arrays if self.outputs else arrays[0], out)

    def accept(self, i, value):
        """Input number `i` as a Tensor or a Python number, or None for an optional one."""
        if self.variadic and not isinstance(value, Tensor):
            kind = type(value).__name__
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {kind}")
        if isinstance(value, Tensor | bool | int | float) and not isinstance(value, np.generic):
            return value
        name = self.tensors[i]
        if value is None and name in self.optional:
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray) or type(value) in BY_TYPE:
            return wrap(value)
        name = "input" if name == "x" else name
        raise TypeError(no_tensor(self.public_name(), name, i + 1, value))

    def require_tensors(self, tensors):
        """Refuse Python numbers where PyTorch does; see `numbers`."""
        numbers = [i for i, t in enumerate(tensors) if t is not None and not isinstance(t, Tensor)]
        if numbers and (
            self.numbers == "none"
            or (self.numbers == "other" and 0 in numbers)
            or len(numbers) == len(tensors)
        ):
            name = "input" if numbers[0] == 0 else self.tensors[numbers[0]]
            at = numbers[0]
            raise TypeError(no_tensor(self.public_name(), name, at + 1, tensors[at]))

    def common(self, joined):
        """The dtype in which to compute on these tensors and numbers."""
        tensors = [t for t in joined if isinstance(t, Tensor)]
        if self.promote == "alike":
            require_alike(self.tensors, joined)
            joined = tensors
        kind = common_dtype(
            [t.dtype for t in tensors if t.array.ndim],
            [t.dtype for t in tensors if not t.array.ndim],
            [t for t in joined if not isinstance(t, Tensor)],
        )
        if self.promote == "float" and not kind.is_floating_point:
            kind = dtypes.get_default_dtype()
        if not self.casts:
            require_kind(kind, *self.refuses)
        if self.promote == "same":
            require_same(tensors)
        bools = sum(isinstance(t, bool) or getattr(t, "dtype", 0) is dtypes.bool for t in joined)
        if self.promote == "no bool" and bools:
            raise DtypeError(NO_BOOL if bools < len(joined) else NO_BOOLS)
        return kind

    @staticmethod
    def convert(t, kind, joined):
        """`t` as a Tensor of the dtype `kind`, on the device of the others."""
        if isinstance(t, Tensor):
            return t if t.dtype is kind else t.to(kind)
        near = next((other.array for other in joined if isinstance(other, Tensor)), np.empty(0))
        try:
            return wrap(namespace(near).asarray(t, dtype=kind.dtype))
        except OverflowError:  # an integer beyond this dtype wraps around
            return wrap(namespace(near).asarray(t).astype(kind.dtype))

    # ---------------------------------------------------------------- higher derivatives

    def value(self, node, arrays):
        """What this op made of these arrays; see `reread.Reader`."""
        return self.rule(*arrays, **dict(zip(self.settings, node.settings, strict=True)))[0]

    def read_again(self, node, inputs):
        """The vjps of a recorded call on Tensors; the value gets the node of the call."""
        y, *vjps = self.composite(*inputs, **dict(zip(self.settings, node.settings, strict=True)))
        vjps = vjps[0] if self.joint else tuple(vjps)
        if self.outputs:
            for i, each in enumerate(y):
                if each.array.dtype.kind == "f":
                    each.node = Node(
                        PICK, (node,), (pick(i, len(y)),), (None,), (i,), each.array.shape
                    )
        elif isinstance(y, Tensor) and not any(y is x for x in inputs):
            y.node = node
        return vjps


def written(value, out):
    """The tensor `out` with `value` written into it; it takes on the shape of `value`."""
    made = wrap(value).dtype
    if made.category > out.dtype.category:
        raise DtypeError(no_cast(made, out.dtype))
    array = out.array
    require_writable_elements(array)
    if array.shape != value.shape:
        if array.size:
            text = RESIZED.format(list(out.shape), list(value.shape))
            warnings.warn(text, UserWarning, stacklevel=3)
        out.array = namespace(array).empty(value.shape, array.dtype)
    out.array[...] = value
    touch(out.array)
    return out


def mark_view(tensor, source):
    """Remember whose memory `tensor` shares, if it shares any."""
    made, given = tensor.array, source.array
    if made is given or made.base is given or (made.base is not None and made.base is given.base):
        set_base(tensor, source)


# -------------------------------------------------------------------- the decorator


def op(rule=None, *, public=True, numpy=(), **options):
    """Make a tensor operation of `rule`, register it, and give Tensor the method.

    public   False: neither a function of minitorch nor a method
    numpy    the names under which `namespace(tensor)` offers it besides its own
    options  as at `Op`
    """
    if rule is None:
        return lambda rule: op(rule, public=public, numpy=numpy, **options)
    o = Op(rule, **options)
    scope = {
        "__name__": rule.__module__, "op": o, "rule": rule, "bind": o.bind, "explain": explain,
        "wrap": wrap, "record": record, "set_base": set_base, "specialise": specialise,
        "grad_mode": grad_mode, "F4": F4, "F8": F8, "ERRORS": ERRORS, "strays": strays,
        "Tensor": Tensor, "not_a": not_a, "number_in": number_in, "numbers_first": numbers_first,
        **{f"default_{name}": default for name, default in o.defaults.items()},
    }  # fmt: skip
    call: Any = FunctionType(first_call.__code__, scope, o.name)
    scope["this"] = call
    call.__qualname__ = o.name  # under which pickle finds it
    call.__doc__ = rule.__doc__
    call.op = o
    OPS[o.name] = call
    for each in at_registration:
        each(call)
    inner = call if o.numbers != "none" else taking_numbers(call)
    for name in (o.name, *numpy):
        setattr(TENSOR_FUNCTIONS, name, inner)
    return method(function(call)) if public else call


at_registration: list = []  # functions that are called with each op that is made from now on


def taking_numbers(call):
    """`call` for bodies: as second tensor they hand it numbers, as NumPy takes them."""
    return lambda x, other, *rest: call(x, Op.convert(other, x.dtype, [x]), *rest)
