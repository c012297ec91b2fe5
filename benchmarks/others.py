"""Some of the workloads for other frameworks, each in its idiom.

JAX, HIPS autograd and MyGrad share their programs: functions of parameters and data over a
namespace like NumPy's, whose gradients the framework gives. JAX compiles whole steps with `jit`,
tinygrad with `TinyJit`; on the CPU it needs clang.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([[0], [1], [1], [0]], "f")
MLPS = {  # name -> sizes, batch, optimizer
    f"mlp {'-'.join(map(str, sizes))} {optimizer} batch {batch}": (sizes, batch, optimizer)
    for sizes, batch in [((784, 128, 10), 64), ((784, 512, 512, 10), 128)]
    for optimizer in ("sgd", "adam")
}
PROGRAMS = ("xor", "op chain", "elementwise chain", *MLPS)


def layers(sizes):
    """Weights (in, out) and biases (out,) of linear layers, in turn."""
    random = np.random.default_rng(0)
    for before, after in pairwise(sizes):
        bound = before**-0.5
        yield random.uniform(-bound, bound, (before, after)).astype(np.float32)
        yield random.uniform(-bound, bound, after).astype(np.float32)


def images(size, classes, batch):
    random = np.random.default_rng(0)
    return random.random((batch, size), np.float32), random.integers(0, classes, batch)


@dataclass
class Functional:
    """A framework whose programs are functions over arrays.

    np             its namespace
    gradients      from a loss of (parameters, *data) to the gradients in its parameters
    cross_entropy  of (scores, labels), the mean over the rows
    compile        makes a function of arrays a fast one
    finish         waits until an array is computed
    """

    np: Any
    gradients: Callable
    cross_entropy: Callable
    compile: Callable = lambda f: f
    finish: Callable = lambda arrays: arrays

    def programs(self):
        return {
            "xor": lambda: self.train(self.xor_loss, (2, 2, 1), XOR, plain_sgd),
            "op chain": lambda: self.chain(self.short_chain, 4),
            "elementwise chain": lambda: self.chain(self.long_chain, 10_000_000),
            **{name: lambda row=row: self.mlp(*row) for name, row in MLPS.items()},
        }

    def mlp(self, sizes, batch, optimizer):
        data = images(sizes[0], sizes[-1], batch)
        return self.train(self.mlp_loss, sizes, data, {"sgd": sgd, "adam": adam}[optimizer])

    def train(self, loss, sizes, data, update):
        """What makes one training step."""
        gradients = self.gradients(loss)
        parameters = list(layers(sizes))
        state = [[np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters], 0]

        @self.compile
        def step(parameters, state, *data):
            return update(parameters, gradients(parameters, *data), state)

        def call():
            nonlocal parameters, state
            parameters, state = step(parameters, state, *data)
            self.finish(parameters)

        return call

    def chain(self, f, size):
        gradients = self.compile(self.gradients(f))
        x = np.linspace(-1, 1, size, dtype=np.float32)
        return lambda: self.finish(gradients([x]))

    def sigmoid(self, x):
        return 1 / (1 + self.np.exp(-x))

    def xor_loss(self, parameters, x, y):
        w1, b1, w2, b2 = parameters
        p = self.sigmoid(self.sigmoid(x @ w1 + b1) @ w2 + b2)
        return -self.np.mean(y * self.np.log(p) + (1 - y) * self.np.log(1 - p))

    def mlp_loss(self, parameters, x, y):
        *hidden, w, b = parameters
        for i in range(0, len(hidden), 2):
            x = self.np.maximum(x @ hidden[i] + hidden[i + 1], 0)
        return self.cross_entropy(x @ w + b, y)

    def short_chain(self, parameters, length=60):
        (x,) = parameters
        y = x
        for _ in range(length // 2):
            y = self.np.tanh(y) * x
        return self.np.sum(y)

    def long_chain(self, parameters):
        (x,) = parameters
        y = self.np.maximum(x * 0.5 + 0.25, 0)
        return self.np.sum(self.np.exp(self.np.tanh(y) * x))


def plain_sgd(parameters, gradients, state):
    return [p - g for p, g in zip(parameters, gradients)], state


def sgd(parameters, gradients, state):
    moments = [0.9 * m + g for m, g in zip(state[0], gradients)]
    return [p - 0.01 * m for p, m in zip(parameters, moments)], [moments, *state[1:]]


def adam(parameters, gradients, state):
    means, squares, t = state
    t = t + 1
    means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients)]
    squares = [0.999 * s + 0.001 * g * g for s, g in zip(squares, gradients)]
    rate, scale = 0.001 / (1 - 0.9**t), (1 - 0.999**t) ** -0.5
    steps = [rate * m / (s**0.5 * scale + 1e-8) for m, s in zip(means, squares)]
    return [p - step for p, step in zip(parameters, steps)], [means, squares, t]


def jax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax  # noqa: PLC0415  where it is measured
    import jax.numpy as jnp  # noqa: PLC0415  where it is measured

    def cross_entropy(scores, labels):
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1).mean()

    framework = Functional(jnp, jax.grad, cross_entropy, jax.jit, jax.block_until_ready)
    return framework.programs()


def autograd():
    import autograd  # noqa: PLC0415  where it is measured
    import autograd.numpy as anp  # noqa: PLC0415  where it is measured

    def cross_entropy(scores, labels):
        scores = scores - anp.max(scores, 1, keepdims=True)
        chosen = scores[anp.arange(len(labels)), labels]
        return anp.mean(anp.log(anp.sum(anp.exp(scores), 1)) - chosen)

    return Functional(anp, autograd.grad, cross_entropy).programs()


def mygrad():
    import mygrad  # noqa: PLC0415  where it is measured
    from mygrad.nnet.losses import softmax_crossentropy  # noqa: PLC0415  where it is measured

    def gradients(loss):
        def call(parameters, *data):
            tensors = [mygrad.tensor(p, copy=False) for p in parameters]
            loss(tensors, *data).backward()
            return [tensor.grad for tensor in tensors]

        return call

    return Functional(mygrad, gradients, softmax_crossentropy).programs()


def tinygrad():
    from tinygrad import Context, Device, Tensor, TinyJit, nn  # noqa: PLC0415  where it is measured

    def compiled(step):
        """What runs a step that returns tensors and waits for them.

        TinyJit runs the first call as it is and watches the second.
        """
        step = TinyJit(step)

        def call():
            step()
            Device[Device.DEFAULT].synchronize()

        call()
        call()
        return call

    def train(model, optimizer, loss, x, y):
        @Context(TRAINING=1)
        def step():
            optimizer.zero_grad()
            return loss(x.sequential(model), y).backward().realize(*optimizer.schedule_step())

        return compiled(step)

    def xor():
        model = [nn.Linear(2, 2), Tensor.sigmoid, nn.Linear(2, 1), Tensor.sigmoid]
        optimizer = nn.optim.SGD(nn.state.get_parameters(model), lr=1.0)
        return train(model, optimizer, Tensor.binary_crossentropy, *map(Tensor, XOR))

    def mlp(sizes, batch, optimizer):
        model = []
        for before, after in pairwise(sizes):
            model += [nn.Linear(before, after), Tensor.relu]
        parameters = nn.state.get_parameters(model[:-1])
        if optimizer == "sgd":
            optimizer = nn.optim.SGD(parameters, lr=0.01, momentum=0.9)
        else:
            optimizer = nn.optim.Adam(parameters)
        x, y = images(sizes[0], sizes[-1], batch)
        loss = Tensor.sparse_categorical_crossentropy
        return train(model[:-1], optimizer, loss, Tensor(x), Tensor(y))

    def chain(f, size):
        x = Tensor(np.linspace(-1, 1, size, dtype=np.float32)).realize()

        def gradient():
            return f(x).gradient(x)[0].realize()

        return compiled(gradient)

    def short_chain(x, length=60):
        y = x
        for _ in range(length // 2):
            y = y.tanh() * x
        return y.sum()

    return {
        "xor": xor,
        "op chain": lambda: chain(short_chain, 4),
        "elementwise chain": lambda: chain(
            lambda x: ((x * 0.5 + 0.25).relu().tanh() * x).exp().sum(), 10_000_000
        ),
        **{name: lambda row=row: mlp(*row) for name, row in MLPS.items()},
    }


OTHERS = {"jax": jax, "tinygrad": tinygrad, "mygrad": mygrad, "autograd": autograd}
