"""Random numbers: one seeded generator per device.

A generator is a counter that a keyed cipher turns into random bits (Philox), so that a seed gives
the same numbers on every machine.
"""

import os
from typing import Any

import numpy as np

from minitorch.backend.devices import CPU
from minitorch.backend.devices import device as as_device
from minitorch.backend.errors import DtypeError, ShapeError

FLOAT16, FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
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
        if self.device.type != "cpu":
            raise DtypeError(
                f"a Generator on {self.device} is not there yet: draw on the CPU, then .to()"
            )
        self.manual_seed(FIRST_SEED)

    # ---------------------------------------------------------------- where the stream is

    def manual_seed(self, seed):
        """Start anew at `seed`, an integer of 64 bits, signed or not; returns the generator."""
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ShapeError(f"Overflow when unpacking long long: the seed {seed} has over 64 bits")
        self._seed = seed % 2**64
        self._stream = None
        return self

    @property
    def stream(self):
        """NumPy's generator, made at the first draw: to load numpy.random takes 10 ms."""
        if self._stream is None:
            self._stream = np.random.Generator(np.random.Philox(self._seed))
        return self._stream

    def seed(self):
        """Start anew at a seed from the operating system, which is returned."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self):
        """The seed at which the stream started."""
        return self._seed

    def state(self):
        """Where the stream is, as an array of 112 uint8."""
        state = self.stream.bit_generator.state
        words = [self._seed, *state["state"]["counter"], *state["state"]["key"], *state["buffer"]]
        words += [state["buffer_pos"], state["has_uint32"], state["uinteger"]]
        return np.array(words, np.uint64).view(np.uint8)

    def go_to(self, new_state):
        """Continue where `state` said; returns the generator."""
        if new_state.shape != (112,):
            raise ShapeError(
                "expected the 112 uint8 of get_state(), found a state of shape "
                f"{tuple(new_state.shape)}"
            )
        words = new_state.copy().view(np.uint64)
        self._seed = int(words[0])
        position, has_uint32, uinteger = (int(n) for n in words[11:])
        self.stream.bit_generator.state = {
            "bit_generator": "Philox",
            "state": {"counter": words[1:5], "key": words[5:7]},
            "buffer": words[7:11],
            "buffer_pos": position,
            "has_uint32": has_uint32,
            "uinteger": uinteger,
        }
        return self

    # ---------------------------------------------------------------- draws, as arrays

    def uniform(self, shape, dtype=FLOAT32):
        """Floats in [0, 1)."""
        if dtype == FLOAT16:  # 11 bits, so that none is rounded up to 1
            return np.asarray(self.stream.integers(0, 2048, shape) / 2048).astype(FLOAT16)
        return self.stream.random(shape, dtype)

    def normal(self, shape, dtype=FLOAT32):
        """Floats of mean 0 and standard deviation 1."""
        if dtype == FLOAT16:
            return np.asarray(self.stream.standard_normal(shape, FLOAT32)).astype(FLOAT16)
        return self.stream.standard_normal(shape, dtype)

    def exponential(self, shape, dtype=FLOAT32):
        """Positive floats of density exp(-x)."""
        if dtype == FLOAT16:
            return np.asarray(self.stream.standard_exponential(shape, FLOAT32)).astype(FLOAT16)
        return self.stream.standard_exponential(shape, dtype)

    def integers(self, low, high, shape):
        """int64 from `low` up to but not including `high`."""
        return self.stream.integers(low, high, shape)

    def geometric(self, p, shape):
        """int64: how many tries of success probability p it takes."""
        return np.asarray(self.stream.geometric(p, shape))

    def poisson(self, rates):
        """int64: counts of the average `rates`, an array."""
        return np.asarray(self.stream.poisson(rates))

    def gamma(self, shapes, dtype=FLOAT32):
        """Floats >= 0 of density x**(s - 1) * exp(-x) / gamma(s), one for each s of `shapes`."""
        exact = FLOAT32 if dtype == FLOAT16 else dtype
        drawn = self.stream.standard_gamma(np.asarray(shapes, exact), dtype=exact)
        return np.asarray(drawn).astype(dtype, copy=False)

    def binomial(self, counts, p):
        """int64: how many of `counts` tries of success probability `p` succeed; two arrays."""
        return np.asarray(self.stream.binomial(counts, p))

    def permutation(self, n):
        """0 to n - 1 in random order, int64."""
        return self.stream.permutation(n)

    def __repr__(self):
        return f"<Generator on {self.device}, seed {self._seed}>"


_defaults: dict[str, Generator] = {}  # by the name of the device


def default_generator(device=CPU):
    """The generator of a device, from which comes all that is drawn with no other.

    That of the CPU starts at a seed from the operating system, the others at the seed of the CPU's.
    """
    generator = _defaults.get(str(device))
    if generator is None:
        generator = _defaults[str(device)] = Generator(device)
        if device == CPU:
            generator.seed()
        else:
            generator.manual_seed(default_generator().initial_seed())
    return generator


def seed_all(seed):
    """Start the generators of all devices anew at `seed`; returns that of the CPU."""
    for generator in (default_generator(), *_defaults.values()):
        generator.manual_seed(seed)
    return default_generator()
