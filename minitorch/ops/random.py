"""Random tensors. All draws come from `backend.generators`; no op draws inside its body."""

import contextlib
import warnings
from operator import index

import numpy as np

from minitorch.autograd.refusals import require_kind
from minitorch.autograd.tensor import FUNCTIONS, Tensor, function, wrap
from minitorch.backend.devices import device as as_device
from minitorch.backend.devices import get_default_device
from minitorch.backend.dtypes import SCALAR_NAMES, int64
from minitorch.backend.errors import ShapeError
from minitorch.backend.generators import Generator, generators, seed_all
from minitorch.backend.generators import default_generator as generator_of
from minitorch.backend.layouts import preserve_format, strided
from minitorch.backend.namespaces import namespace
from minitorch.ops.from_data import fitting, require_grad_of
from minitorch.ops.making import create, kind_of, require_tensor, shape_from, shape_of
from minitorch.ops.shape import contiguous

# -------------------------------------------------------------------- seeds and states

default_generator = generator_of()
FUNCTIONS["default_generator"] = default_generator


@function
def manual_seed(seed):
    """Start the generators of all devices anew at `seed`; returns that of the CPU."""
    return seed_all(int(seed))


@function
def seed():
    """Start the generators of all devices anew at a seed from the operating system; returns it."""
    chosen = default_generator.seed()
    seed_all(chosen)
    return chosen


@function
def initial_seed():
    """The seed at which the CPU's generator started."""
    return default_generator.initial_seed()


@function
def get_rng_state():
    """Where the CPU's generator is, as a uint8 tensor."""
    return default_generator.get_state()


@function
def set_rng_state(new_state):
    """Let the CPU's generator continue where `get_rng_state` said."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, device_type=None):
    """What is drawn inside leaves the generators of all devices where they were.

    devices  the GPUs whose generators that goes for, by default all
    """
    kept = []
    if enabled:
        wanted = None if devices is None else {str(as_device(each)) for each in devices}
        for generator in generators():
            name = str(generator.device)
            if name == "cpu" or wanted is None or name in wanted:
                kept.append((generator, generator.state()))
    try:
        yield
    finally:
        for generator, state in kept:
            generator.go_to(state)


@function
def thread_safe_generator():
    """None, which draws take as the generator of all: the workers of loaders are processes."""
    return None


def get_state(self):
    """Where the stream is, as a uint8 tensor."""
    return wrap(self.state())


def set_state(self, new_state):
    """Go to where `get_state` said; returns the generator."""
    if not isinstance(new_state, Tensor):
        raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
    if new_state.array.dtype != np.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    return self.go_to(new_state.array)


def clone_state(self):
    """A new generator that will draw the same numbers as this one."""
    return Generator(self.device).go_to(self.state())


for f in (get_state, set_state, clone_state):  # here, since the backend knows no tensors
    setattr(Generator, f.__name__, f)


def source(generator, device):
    """The generator to draw from: that of the device unless one is given."""
    device = get_default_device() if device is None else as_device(device)
    if generator is None:
        return generator_of(device)
    if not isinstance(generator, Generator):
        raise TypeError(f"argument 'generator' must be Generator, not {type(generator).__name__}")
    if generator.device.type != device.type:
        raise RuntimeError(
            f"Expected a '{device.type}' device type for generator but found "
            f"'{generator.device.type}'\n  make it with Generator({device.type!r})"
        )
    return generator


def require_floating(kernel, dtype):
    if not dtype.is_floating_point:
        raise NotImplementedError(
            f"\"{kernel}\" not implemented for '{SCALAR_NAMES[dtype.name]}'\n"
            "  draw floats, or integers with randint()"
        )


# -------------------------------------------------------------------- new tensors


def floats(kernel):
    """Offer `draw(generator, shape, dtype)` as a function of sizes and as `<name>_like`.

    kernel  PyTorch's name of what refuses other dtypes
    """

    def decorate(draw):
        name = draw.__name__

        def call(
            *sizes, size=None, generator=None, out=None, dtype=None, layout=strided, device=None,
            requires_grad=False, pin_memory=False,
        ):  # fmt: skip
            kind = kind_of(dtype, out)
            require_floating(kernel, kind)
            drawn = draw(source(generator, device), shape_of(name, sizes, size), kind.dtype)
            return create(
                lambda xp: xp.asarray(drawn), device, requires_grad, out, layout, pin_memory
            )

        def like(
            input, *, generator=None, dtype=None, layout=strided, device=None, pin_memory=False,
            requires_grad=False, memory_format=preserve_format,
        ):  # fmt: skip
            require_tensor(f"{name}_like", input)
            made = call(
                size=input.shape, generator=generator, dtype=dtype or input.dtype, layout=layout,
                device=device or input.device, pin_memory=pin_memory,
            )  # fmt: skip
            return lying_as(made, input, memory_format, requires_grad)

        call.__name__ = call.__qualname__ = name
        call.__doc__ = f"{draw.__doc__} Sizes one by one, or as a tuple."
        like.__name__ = like.__qualname__ = f"{name}_like"
        like.__doc__ = f"`{name}` of the shape, and by default the dtype and device, of `input`."
        function(like)
        return function(call)

    return decorate


@floats("check_uniform_bounds")
def rand(generator, shape, dtype):
    """Uniform in [0, 1)."""
    return generator.uniform(shape, dtype)


@floats("normal_kernel_cpu")
def randn(generator, shape, dtype):
    """Normal with mean 0 and standard deviation 1."""
    return generator.normal(shape, dtype)


rand_like = FUNCTIONS["rand_like"]
randn_like = FUNCTIONS["randn_like"]


@function
def randint(
    low=0, high=None, size=None, *, generator=None, out=None, dtype=None, layout=strided,
    device=None, requires_grad=False, pin_memory=False,
):  # fmt: skip
    """Integers from `low` up to but not including `high`, int64 unless another dtype is given.

    randint(high, size) starts at 0.

    Raises RuntimeError where no integer lies between, or the dtype does not hold them all.
    """
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    for position, name, n in ((1, "low", low), (2 - (low == 0), "high", high)):
        if not hasattr(n, "__index__"):
            raise TypeError(
                f"randint(): argument '{name}' (position {position}) must be int, "
                f"not {type(n).__name__}"
            )
    low, high = index(low), index(high)
    kind = kind_of(int64 if dtype is None and out is None else dtype, out)
    drawn = integers(low, high, shape_from("randint", size), kind, source(generator, device))
    return create(lambda xp: xp.asarray(drawn), device, requires_grad, out, layout, pin_memory)


C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "int64": "long",
    "int32": "int", "int16": "short", "int8": "signed char", "uint8": "unsigned char",
    "bool": "bool",
}  # fmt: skip


def integers(low, high, shape, dtype, generator):
    """Integers of [low, high) as an array of that dtype."""
    if low >= high:
        raise ShapeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    name = C_NAMES[dtype.name]
    for bound, n in (("from", low), ("to - 1", high - 1)):
        if dtype.is_floating_point and abs(n) <= np.finfo(dtype.dtype).max:
            bits = np.finfo(dtype.dtype).nmant + 1
            if abs(n) > 2**bits:
                warnings.warn(
                    f"{bound} is out of bounds [-(2^{bits}), 2^{bits}]. Due to precision "
                    f"limitations {name} can support discrete uniform distribution only within "
                    "this range. This warning will become an error in later versions.",
                    UserWarning,
                    stacklevel=3,
                )
        elif dtype.is_floating_point or not lowest(dtype) <= n < count_of_integers(dtype):
            raise ShapeError(f"{bound} is out of bounds for {name}\n  it is {n}")
    return generator.integers(low, high, shape).astype(dtype.dtype)


def lowest(dtype):
    return 0 if dtype.kind == "b" else int(np.iinfo(dtype.dtype).min)


def count_of_integers(dtype):
    """How many integers from 0 on `dtype` holds without gaps."""
    if dtype.is_floating_point:
        return 2 ** (np.finfo(dtype.dtype).nmant + 1)
    return 2 if dtype.kind == "b" else int(np.iinfo(dtype.dtype).max) + 1


@function
def randint_like(
    input, low=0, high=None, *, generator=None, dtype=None, layout=strided, device=None,
    pin_memory=False, requires_grad=False, memory_format=preserve_format,
):  # fmt: skip
    """`randint` of the shape, and unless others are given the dtype and device, of `input`."""
    require_tensor("randint_like", input)
    made = randint(
        low, high, input.shape, generator=generator, dtype=dtype or input.dtype, layout=layout,
        device=device or input.device, pin_memory=pin_memory,
    )  # fmt: skip
    return lying_as(made, input, memory_format, requires_grad)


def lying_as(made, input, memory_format, requires_grad):
    """`made` in memory as `input` lies there, or in another format."""
    if memory_format not in (None, preserve_format):
        made = contiguous(made, memory_format)
    elif not input.array.flags.c_contiguous:
        like = namespace(input.array).empty_like(input.array, dtype=made.array.dtype)
        like[...] = made.array
        made = wrap(like)
    return require_grad_of(made, requires_grad)


@function
def randperm(
    n, *, generator=None, out=None, dtype=None, layout=strided, device=None, requires_grad=False,
    pin_memory=False,
):  # fmt: skip
    """The numbers from 0 to n - 1 in random order, int64 unless another dtype is given."""
    if not hasattr(n, "__index__"):
        raise TypeError(
            f"randperm(): argument 'n' (position 1) must be int, not {type(n).__name__}"
        )
    n = index(n)
    if n < 0:
        raise ShapeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    kind = kind_of(int64 if dtype is None and out is None else dtype, out)
    require_kind(kind, "b", "randperm")
    if kind.is_floating_point and n > count_of_integers(kind) + 1:
        most = count_of_integers(kind) + 1
        raise ShapeError(f"n cannot be greater than {most} for {SCALAR_NAMES[kind.name]} type.")
    fitting(max(n - 1, 0), kind)
    drawn = source(generator, device).permutation(n).astype(kind.dtype)
    return create(lambda xp: xp.asarray(drawn), device, requires_grad, out, layout, pin_memory)
