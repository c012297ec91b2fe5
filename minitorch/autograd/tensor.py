"""Tensor: an array, its gradient and its place in the graph. The maths is in `ops/`."""

import importlib
import warnings
import weakref

import numpy as np

from minitorch.autograd.inference import NO_LEAF, inferred, is_marked, require_inside
from minitorch.autograd.node import Node, RemovableHandle, Retaining, grad_mode, next_order
from minitorch.autograd.versions import unwatched, version_of
from minitorch.backend.devices import device_of, require_device
from minitorch.backend.dtypes import BY_NUMPY


class Size(tuple):
    """The shape of a tensor: a tuple that prints as PyTorch's and knows its product.

    >>> Size((2, 3)).numel()
    6
    """

    __slots__ = ()

    def __new__(cls, sizes=()):
        kept = list(sizes)
        for i, n in enumerate(kept):
            if type(n) is not int:
                if not hasattr(n, "__index__"):
                    raise TypeError(
                        "torch.Size() takes an iterable of 'int' "
                        f"(item {i} is '{type(n).__name__}')"
                    )
                kept[i] = n.__index__()
        return tuple.__new__(cls, kept)

    def numel(self):
        """The product of the sizes."""
        count = 1
        for n in self:
            count *= n
        return count

    def __getitem__(self, key):
        part = tuple.__getitem__(self, key)
        return tuple.__new__(Size, part) if isinstance(key, slice) else part

    def __add__(self, other):
        if not isinstance(other, tuple):
            kind = type(other).__name__
            raise TypeError(f"can only concatenate tuple (not {kind}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other):
        # A list stays a list at `+=`, which asks here first.
        return Size(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times):
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __repr__(self):
        return f"torch.Size([{', '.join(map(str, self))}])"


class Tensor:
    """An array of one dtype on one device that can record what is done with it.

    array  the NumPy or CuPy array
    node   its place in the graph; None: no gradient is needed
    base   the tensor whose memory this one views, or None
    views  the views of this tensor, by their id, as weak references; None: it never had any

    inference  True where it was made under `inference_mode`; else mostly not there

    Make one with `minitorch.tensor(data)`. `Tensor(2, 3)` and `Tensor([1, 2])` are PyTorch's
    legacy forms: uninitialised of that shape, and float32 from data.
    """

    __slots__ = ("__dict__", "__weakref__", "_grad", "array", "base", "inference", "node", "views")
    __array_priority__ = 1000  # numpy_array * tensor asks the tensor

    def __new__(cls, *data, device=None):
        if device is not None:
            require_device("cpu", data, device, "constructor of the form torch.Tensor")
        if len(data) == 1 and isinstance(data[0], Tensor):
            array = data[0].array
        elif len(data) == 1 and isinstance(data[0], Size):
            array = np.empty(data[0], np.float32)
        elif len(data) == 1 and not isinstance(data[0], int | np.integer):
            if isinstance(data[0], dict) or not hasattr(data[0], "__len__"):
                raise TypeError(f"new(): data must be a sequence (got {type(data[0]).__name__})")
            array = np.array(data[0], np.float32)
        else:
            array = np.empty(data or (0,), np.float32)
        return around(array, cls)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if getattr(cls, "__torch_function__", cls) is not None:
            importlib.import_module("minitorch.overrides").begin()

    @staticmethod
    def _make_subclass(kind, data, require_grad=False):
        """A tensor of the class `kind` in the memory of `data`, for the `__new__` of subclasses.

        What operations make of it are plain tensors.
        """
        return around(data.array, kind).requires_grad_(require_grad)

    # ---------------------------------------------------------------- what it is

    @property
    def shape(self):
        return tuple.__new__(Size, self.array.shape)  # without the checks: 0.1 us, not 0.5

    @property
    def ndim(self):
        return self.array.ndim

    @property
    def dtype(self):
        return BY_NUMPY[self.array.dtype]

    @property
    def device(self):
        return device_of(self.array)

    @property
    def is_cpu(self):
        return self.device.type == "cpu"

    @property
    def is_cuda(self):
        return self.device.type == "cuda"

    @property
    def itemsize(self):
        return self.array.itemsize

    @property
    def nbytes(self):
        return self.array.nbytes

    @property
    def _cdata(self):
        """A number that no other tensor has while this one lives."""
        return id(self)

    @property
    def _version(self):
        if is_marked(self):
            raise RuntimeError("Inference tensors do not track version counter.")
        return version_of(self.array).count

    @property
    def _base(self):
        return self.base

    def _is_view(self):
        return self.base is not None

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __hash__(self):
        return id(self)

    # ---------------------------------------------------------------- its place in the graph

    @property
    def requires_grad(self):
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted):
        if type(wanted) is not bool:
            raise RuntimeError("requires_grad must be a bool")
        self.requires_grad_(wanted)

    def requires_grad_(self, requires_grad=True):
        """Record what is done with this leaf, so that `backward` fills its `.grad`.

        Raises RuntimeError for integers and bools, and for switching off a tensor that an
        operation made (detach() that one).
        """
        if type(requires_grad) is not bool:
            kind = type(requires_grad).__name__
            raise TypeError(
                f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {kind}"
            )
        if requires_grad and self.node is None:
            require_inside(self, NO_LEAF)
            if not self.dtype.is_floating_point:
                raise RuntimeError(
                    "only Tensors of floating point dtype can require gradients\n"
                    f"  this one is {self.dtype}: convert it with .float() first"
                )
            self.node = Node(None, (), (), (), (), self.array.shape, weakref.ref(self))
        elif not requires_grad and self.node is not None:
            if self.node.leaf is None:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables. If you want to use "
                    "a computed variable in a subgraph that doesn't require differentiation use "
                    "var_no_grad = var.detach()."
                )
            self.node = None
        return self

    @property
    def is_leaf(self):
        return self.node is None or self.node.leaf is not None

    @property
    def grad_fn(self):
        return None if self.is_leaf else self.node.edge()[0]

    @property
    def output_nr(self):
        """Which output of its `grad_fn` this tensor is."""
        return 0 if self.is_leaf else self.node.edge()[1]

    @property
    def grad(self):
        if self._grad is None and not self.is_leaf:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during autograd.backward(). If you indeed want "
                "the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
                "non-leaf Tensor.",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}"
                )
            if value.array.shape != self.array.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of "
                    f"size '{list(self.shape)}'. Please ensure that the gradient and the tensor "
                    "are the same size"
                )
            if value.array.dtype != self.array.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{value.dtype}' to a tensor with "
                    f"dtype '{self.dtype}': convert it with .to(tensor.dtype)"
                )
        self._grad = value

    @grad.deleter
    def grad(self):
        self._grad = None

    def retain_grad(self):
        """Fill `.grad` of this tensor too, although an operation made it."""
        if self.node is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.node.leaf is None and not self.retains_grad:
            self.node.add_hook(Retaining(self))

    @property
    def retains_grad(self):
        """Whether `.grad` of this tensor, which an operation made, is filled."""
        return self.node is not None and any(Retaining.of(self, h) for h in self.node.hooks or ())

    def _move_to(self, node):
        """Go on at another place in the graph, after a write; the hooks stay, but `retain_grad`."""
        retained = self.retains_grad
        if retained:
            self.node.hooks = [h for h in self.node.hooks if not Retaining.of(self, h)]
        self.node = node
        if retained:
            self.retain_grad()

    def register_hook(self, hook):
        """Call `hook(gradient)` when the gradient of this tensor is known.

        What it returns, if not None, takes the gradient's place. Returns a handle with `remove()`.
        """
        if self.node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return self.node.add_hook(hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Call `hook(tensor)` after this leaf's `.grad` was filled; returns a removable handle."""
        if self.node is None or self.node.leaf is None:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        if self.node.settings == ():
            self.node.settings = []
        self.node.settings.append(hook)
        return RemovableHandle(self.node.settings, hook)

    def detach(self):
        """The same memory, cut off from the graph."""
        cut = wrap(self.array)
        if inferred.ever:
            cut.inference = is_marked(self)
        return cut

    def detach_(self):
        """Cut this tensor off from the graph."""
        if self.base is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. "
                "If you are using DistributedDataParallel, this is a view of its bucket."
            )
        self.node = None
        return self

    @property
    def data(self):
        """The same memory, cut off from the graph; assigning gives this tensor other memory."""
        return wrap(unwatched(self.array) if grad_mode.in_forward else self.array)

    @data.setter
    def data(self, other):
        if not isinstance(other, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(other).__name__}")
        if self.node is not None and other.array.dtype.kind != "f":
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
            )
        self.array = other.array
        if self.node is not None and self.node.leaf is not None:
            self.node.shape = other.array.shape

    # ---------------------------------------------------------------- as Python and NumPy see it

    def __reduce__(self):
        """For pickles: the values; what they were computed from stays behind."""
        return _rebuild, (type(self), self.array, self.requires_grad, vars(self))


def _rebuild(kind, array, requires_grad, attributes):
    # An unpickled array has a dtype object of its own, which the quick way of ops does not know.
    native = BY_NUMPY[array.dtype].dtype
    tensor = around(array if array.dtype is native else array.view(native), kind)
    vars(tensor).update(attributes)
    return tensor.requires_grad_(requires_grad)


new_tensor = object.__new__
new_node = Node.__new__
ndarray = np.ndarray


def around(array, kind):
    """A tensor of the class `kind` around an array, without asking that class."""
    t = new_tensor(kind)
    t.array = array
    t._grad = t.node = t.base = t.views = None
    if inferred.ever and grad_mode.inference:
        t.inference = True
    return t


def wrap(value):
    """A Tensor around an array (or around a NumPy scalar, what 0-d arithmetic gives)."""
    t = new_tensor(Tensor)
    t.array = (
        value if type(value) is ndarray or not isinstance(value, np.generic) else np.asarray(value)
    )
    t._grad = t.node = t.base = t.views = None
    if inferred.ever and grad_mode.inference:
        t.inference = True
    return t


def at(array, node):
    """A Tensor of this value at this place in the graph."""
    tensor = wrap(array)
    tensor.node = node
    return tensor


def record(value, op, parents, vjps, inputs, settings):
    """A Tensor around `value` with a new node: `Node(...)` written out, which saves 0.2 us."""
    t = new_tensor(Tensor)
    t.array = (
        value if type(value) is ndarray or not isinstance(value, np.generic) else np.asarray(value)
    )
    t._grad = t.base = t.views = None
    t.node = n = new_node(Node)
    n.order = next_order()
    n.op = op
    n.parents = parents
    n.vjps = vjps
    n.inputs = inputs
    n.settings = settings
    n.shape = value.shape
    n.leaf = n.hooks = None
    return t


def set_base(view, source):
    """Note that `view` shares the memory of `source`, for writes to either (see `rebase.py`)."""
    view.base = base = source if source.base is None else source.base
    if base.views is None:
        base.views = {}
    if inferred.ever:
        view.inference = is_marked(source)
    base.views[id(view)] = weakref.ref(view)  # ids are used again, so the dict stays small


FUNCTIONS = {}  # what `minitorch` offers as functions; ops and composites enter themselves
METHODS = {}
PENDING = {}  # of methods that load later: what stands in Tensor for each until then


def function(f):
    """Offer `f` as `minitorch.<its name>`."""
    FUNCTIONS[f.__name__] = f
    return f


def method(f):
    """Make `f` a method of Tensor under its own name."""
    METHODS[f.__name__] = f
    put(f.__name__, f)
    return f


def alias(name, f):
    """Offer the function and method `f` under another name too; returns `f`."""
    FUNCTIONS[name] = METHODS[name] = f
    put(name, f)
    return f


def put(name, f):
    """Set the method `name`, unless a program has put its own in the place of a pending one."""
    pending = PENDING.pop(name, None)
    if pending is None or vars(Tensor).get(name) is pending:
        setattr(Tensor, name, f)
