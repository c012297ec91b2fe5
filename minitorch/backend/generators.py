"""Random numbers: one seeded generator per device, the same numbers on each.

A generator counts: block n of four words of 64 bits is a cipher's code for n, with a key made of
the seed (Philox, by Salmon and others, Parallel Random Numbers: As Easy as 1, 2, 3, 2011). A draw
takes whole blocks, and each number comes from a word of its own, so a GPU makes all at once and
gets what the CPU gets.
"""

import math
import os
from typing import Any

import numpy as np

from minitorch.backend import numpy_random
from minitorch.backend.devices import CPU, NOWHERE, move, on
from minitorch.backend.devices import device as as_device
from minitorch.backend.errors import DtypeError, ShapeError
from minitorch.backend.meta import bare

FLOAT16, FLOAT32, FLOAT64 = (np.dtype(f"f{size}") for size in (2, 4, 8))
FIRST_SEED = 67280421310721  # PyTorch's, of a generator that nobody has seeded


class Generator:
    """A stream of random numbers on one device: the same numbers for the same seed.

    >>> Generator().manual_seed(3).initial_seed()
    3
    """

    get_state: Any  # these three are added by `ops/random.py`, since they speak tensors
    set_state: Any
    clone_state: Any

    def __init__(self, device="cpu"):
        self.device = as_device(device)
        if self.device.type == "meta":
            raise RuntimeError("META device type not an accelerator.")
        if self.device.type != "cpu":
            with on(self.device) as gpu:
                self.device = as_device("cuda", gpu.id)
        self.manual_seed(FIRST_SEED)

    # ---------------------------------------------------------------- where the stream is

    def manual_seed(self, seed):
        """Start anew at `seed`, an integer of 64 bits, signed or not; returns the generator."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise DtypeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ShapeError(f"Overflow when unpacking long long: the seed {seed} has over 64 bits")
        self._seed = seed % 2**64
        self._block = 0  # how many have been drawn
        self._stream = self._key = None
        return self

    def seed(self):
        """Start anew at a seed from the operating system, which is returned."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self):
        """The seed at which the stream started."""
        return self._seed

    def state(self):
        """Where the stream is, as 16 uint8: the seed, and how many blocks were drawn."""
        return np.array([self._seed, self._block], np.uint64).view(np.uint8)

    def go_to(self, new_state):
        """Continue where `state` said; returns the generator."""
        if new_state.shape != (16,):
            raise ShapeError(
                "expected the 16 uint8 of get_state(), found a state of shape "
                f"{tuple(new_state.shape)}"
            )
        seed, block = (int(n) for n in new_state.copy().view(np.uint64))
        self.manual_seed(seed)
        self._block = block
        return self

    def stream(self):
        """NumPy's generator at the next block, made at the first draw: to load it takes 10 ms."""
        if self._stream is None:
            philox = np.random.Philox(self._seed).advance(self._block)
            self._stream = np.random.Generator(philox)
        return self._stream

    def draw(self, kind, words, *settings):
        """What a function of `numpy_random` or `cupy_random` makes of the next `words` words."""
        stream, block = self.stream(), self._block
        self._block += -(-words // 4)
        if self.device.type == "cpu":
            return getattr(numpy_random, kind)(stream, *settings)
        if self._key is None:
            self._key = stream.bit_generator.state["state"]["key"].tolist()
        return on_cuda(kind, self.device, (*self._key, block), *settings)

    # ---------------------------------------------------------------- draws, as arrays

    def uniform(self, shape, dtype=FLOAT32):
        """Floats in [0, 1)."""
        return self.draw("uniform", words_of(shape, dtype), shape, dtype)

    def mask(self, shape, p, scale, dtype=FLOAT32):
        """0 where a number of `uniform` is below p, else `scale`: what dropout multiplies by."""
        return self.draw("mask", words_of(shape, dtype), shape, dtype, p, scale)

    def normal(self, shape, dtype=FLOAT32):
        """Floats of mean 0 and standard deviation 1."""
        return self.draw("normal", math.prod(shape), shape, dtype)

    def exponential(self, shape, dtype=FLOAT32):
        """Positive floats of density exp(-x)."""
        return self.draw("exponential", math.prod(shape), shape, dtype)

    def integers(self, low, high, shape):
        """int64 from `low` up to but not including `high`."""
        return self.draw("integers", math.prod(shape), low, high, shape)

    def geometric(self, p, shape):
        """int64: how many tries of success probability p it takes."""
        return self.draw("geometric", math.prod(shape), p, shape)

    def poisson(self, rates):
        """int64: counts of the average `rates`, an array."""
        return self.on_host(lambda stream, rates: stream.poisson(rates), rates)

    def gamma(self, shapes, dtype=FLOAT32):
        """Floats >= 0 of density x**(s - 1) * exp(-x) / gamma(s), one for each s of `shapes`."""
        exact = FLOAT32 if dtype == FLOAT16 else dtype
        drawn = self.on_host(
            lambda stream, shapes: stream.standard_gamma(shapes, dtype=exact),
            shapes.astype(exact),
        )
        return drawn.astype(dtype, copy=False)

    def binomial(self, counts, p):
        """int64: how many of `counts` tries of success probability `p` succeed; two arrays."""
        return self.on_host(lambda stream, counts, p: stream.binomial(counts, p), counts, p)

    def permutation(self, n):
        """0 to n - 1 in random order, int64."""
        return self.on_host(lambda stream: stream.permutation(n))

    def on_host(self, draw, *arrays):
        """What `draw` makes with NumPy's generator, which takes as many words as it happens to.

        A GPU waits for nothing if there are no arrays.
        """
        if self.device.type != "cpu":
            self._stream = None  # it did not count what the GPU drew
        stream = self.stream()
        drawn = np.asarray(draw(stream, *(move(a, CPU) for a in arrays)))
        philox = stream.bit_generator.advance(0)  # to the next block
        self._block = int(philox.state["state"]["counter"][0])
        return move(drawn, self.device)

    def __repr__(self):
        return f"<Generator on {self.device}, seed {self._seed}>"


class NoDraws(Generator):
    """That of device "meta": what it draws has a shape and no values."""

    def __init__(self):
        self.device = NOWHERE
        self.manual_seed(FIRST_SEED)

    def draw(self, kind, words, *settings):
        whole = kind in ("integers", "geometric")
        return bare(settings[-1], np.int64) if whole else bare(*settings[:2])


def words_of(shape, dtype):
    """How many words uniform numbers of this shape take: half of one each, or for float64 one."""
    count = math.prod(shape)
    return count if dtype == FLOAT64 else (count + 1) // 2


def on_cuda(kind, device, stream, *settings):
    """What a function of `cupy_random` draws on a GPU."""
    from minitorch.backend import cupy_random  # noqa: PLC0415  only where CuPy is

    with on(device):
        return getattr(cupy_random, kind)(stream, *settings)


_defaults: dict[str, Generator] = {}  # by the name of the device


def default_generator(device=CPU):
    """The generator of a device, from which comes all that is drawn with no other.

    That of the CPU starts at a seed from the operating system, the others at the seed of the CPU's.
    """
    if device.type == "meta":
        return NoDraws()
    if device.type != "cpu" and device.index is None:
        with on(device) as gpu:
            device = as_device("cuda", gpu.id)
    generator = _defaults.get(str(device))
    if generator is None:
        generator = _defaults[str(device)] = Generator(device)
        if device == CPU:
            generator.seed()
        else:
            generator.manual_seed(default_generator().initial_seed())
    return generator


def generators():
    """Those of all devices that have been asked for one, the CPU's first."""
    return default_generator(), *(each for name, each in _defaults.items() if name != "cpu")


def states():
    """Where the generators of all devices are: each with its seed and how many blocks it drew."""
    return {each: (each._seed, each._block) for each in generators()}


def go_to_states(known):
    """Let all go on where `states` said; one that was made since then starts at the CPU's seed."""
    first = known[default_generator()][0]
    for each in generators():
        seed, block = known.get(each, (first, 0))
        each.manual_seed(seed)._block = block


def seed_all(seed):
    """Start the generators of all devices anew at `seed`; returns that of the CPU."""
    for generator in generators():
        generator.manual_seed(seed)
    return default_generator()
