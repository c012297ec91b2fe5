"""The workloads: each is one program, written once, run with `torch` being either library.

A workload is a function of the library that prepares everything and returns what is timed. Its
docstring is what the table calls it.
"""

from itertools import pairwise

from benchmarks.networks import convnet, encoder, resnet18


def train(model, criterion, optimizer, x, y):
    """One step, as every training program writes it."""
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()


def xor_step(torch):
    """XOR step, 2-2-1 sigmoid, BCE, SGD"""
    torch.manual_seed(0)

    class XORNet(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = torch.nn.Linear(2, 2)
            self.output = torch.nn.Linear(2, 1)
            self.sigmoid = torch.nn.Sigmoid()

        def forward(self, x):
            return self.sigmoid(self.output(self.sigmoid(self.hidden(x))))

    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    model = XORNet()
    criterion = torch.nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)

    return lambda: train(model, criterion, optimizer, x, y)


def small_op(f):
    """A workload: forward and backward of `f(a, b)` on (4, 4) tensors."""

    def workload(torch):
        torch.manual_seed(0)
        a = torch.rand(4, 4, requires_grad=True)
        b = torch.rand(4, 4, requires_grad=True)
        ones = torch.ones_like(f(torch, a, b).detach())

        def step():
            a.grad = b.grad = None
            f(torch, a, b).backward(ones)

        return step

    return workload


OPS = {
    "add": lambda torch, a, b: a + b,
    "mul": lambda torch, a, b: a * b,
    "sub": lambda torch, a, b: a - b,
    "div": lambda torch, a, b: a / b,
    "scalar mul": lambda torch, a, b: a * 2.0,
    "tanh": lambda torch, a, b: torch.tanh(a),
    "sigmoid": lambda torch, a, b: torch.sigmoid(a),
    "relu": lambda torch, a, b: torch.relu(a),
    "exp": lambda torch, a, b: torch.exp(a),
    "sum": lambda torch, a, b: a.sum(),
    "matmul": lambda torch, a, b: a @ b,
}


def large_op(f, *sizes):
    """A workload: forward and backward of `f(torch, *tensors)` on large tensors."""

    def workload(torch):
        torch.manual_seed(0)
        tensors = [torch.rand(*size, requires_grad=True) for size in sizes]
        ones = torch.ones_like(f(torch, *tensors).detach())

        def step():
            for tensor in tensors:
                tensor.grad = None
            f(torch, *tensors).backward(ones)

        return step

    return workload


SQUARE = (1024, 1024)
LARGE = {
    "add": large_op(lambda torch, a, b: a + b, SQUARE, SQUARE),
    "add row": large_op(lambda torch, a, b: a + b, SQUARE, (1024,)),
    "mul": large_op(lambda torch, a, b: a * b, SQUARE, SQUARE),
    "div": large_op(lambda torch, a, b: a / b, SQUARE, SQUARE),
    "pow": large_op(lambda torch, a: a**2, SQUARE),
    "exp": large_op(lambda torch, a: torch.exp(a), SQUARE),
    "log": large_op(lambda torch, a: torch.log(a), SQUARE),
    "sqrt": large_op(lambda torch, a: torch.sqrt(a), SQUARE),
    "tanh": large_op(lambda torch, a: torch.tanh(a), SQUARE),
    "sigmoid": large_op(lambda torch, a: torch.sigmoid(a), SQUARE),
    "relu": large_op(lambda torch, a: torch.relu(a), SQUARE),
    "sum": large_op(lambda torch, a: a.sum(), SQUARE),
    "mean dim": large_op(lambda torch, a: a.mean(dim=1), SQUARE),
    "max dim": large_op(lambda torch, a: a.amax(1), SQUARE),
    "matmul": large_op(lambda torch, a, b: a @ b, (512, 512), (512, 512)),
    "softmax": large_op(lambda torch, a: torch.softmax(a, 1), SQUARE),
    "log_softmax": large_op(lambda torch, a: torch.log_softmax(a, 1), SQUARE),
    "layer_norm": large_op(
        lambda torch, a, w, b: torch.nn.functional.layer_norm(a, (1024,), w, b),
        SQUARE, (1024,), (1024,),
    ),
    "cat": large_op(lambda torch, a, b: torch.cat((a, b)), SQUARE, SQUARE),
    "transpose": large_op(lambda torch, a: a.t().contiguous(), SQUARE),
    "slice": large_op(lambda torch, a: a[:, 100:900], SQUARE),
    "where": large_op(lambda torch, a, b: torch.where(a > 0.5, a, b), SQUARE, SQUARE),
}  # fmt: skip


def chain(torch):
    """small elementwise ops, forward and backward of a chain of 60"""
    x = torch.linspace(-1, 1, 4, requires_grad=True)

    def step():
        x.grad = None
        y = x
        for _ in range(30):
            y = torch.tanh(y) * x
        y.sum().backward()

    return step


def mlp_step(sizes, batch, make_optimizer):
    """A workload: one training step of a ReLU multilayer perceptron with cross-entropy."""

    def workload(torch):
        torch.manual_seed(0)
        layers = []
        for before, after in pairwise(sizes):
            layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        criterion = torch.nn.CrossEntropyLoss()
        optimizer = make_optimizer(torch, model.parameters())
        x = torch.rand(batch, sizes[0])
        y = torch.randint(0, sizes[-1], (batch,))

        return lambda: train(model, criterion, optimizer, x, y)

    return workload


def sgd(torch, parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)


def adam(torch, parameters):
    return torch.optim.Adam(parameters)


def loader_epoch(torch, images=60000):
    """an epoch of 784 numbers each through the DataLoader, shuffled, batch 64"""
    data = torch.utils.data
    torch.manual_seed(0)
    dataset = data.TensorDataset(torch.rand(images, 784), torch.randint(0, 10, (images,)))
    loader = data.DataLoader(dataset, batch_size=64, shuffle=True)

    def epoch():
        for _ in loader:
            pass

    return epoch


def mlp_epoch(torch, images=60000):
    """an epoch of 60,000 images, MLP 784-128-10, SGD momentum, through the DataLoader"""
    data = torch.utils.data
    torch.manual_seed(0)
    dataset = data.TensorDataset(torch.rand(images, 784), torch.randint(0, 10, (images,)))
    loader = data.DataLoader(dataset, batch_size=64, shuffle=True)
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    )
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = sgd(torch, model.parameters())

    def epoch():
        for x, y in loader:
            train(model, criterion, optimizer, x, y)

    return epoch


def classify(make, size, classes, batch, make_optimizer=None):
    """A workload: one training step of a classifier of images, forward and backward alone if it
    has no optimizer.
    """

    def workload(torch):
        torch.manual_seed(0)
        model = make(torch)
        criterion = torch.nn.CrossEntropyLoss()
        x = torch.rand(batch, *size)
        y = torch.randint(0, classes, (batch,))
        if make_optimizer:
            optimizer = make_optimizer(torch, model.parameters())
            return lambda: train(model, criterion, optimizer, x, y)

        def step():
            model.zero_grad()
            criterion(model(x), y).backward()

        return step

    return workload


def sequence(make, batch, length, width):
    """A workload: forward and backward of a model of sequences."""

    def workload(torch):
        torch.manual_seed(0)
        model = make(torch)
        x = torch.rand(batch, length, width)

        def step():
            model.zero_grad()
            y = model(x)
            (y[0] if isinstance(y, tuple) else y).sum().backward()

        return step

    return workload


WORKLOADS = {
    "xor": xor_step,
    **{f"op {name}": small_op(f) for name, f in OPS.items()},
    **{f"large {name}": workload for name, workload in LARGE.items()},
    "op chain": chain,
    "mlp 784-128-10 sgd": mlp_step((784, 128, 10), 64, sgd),
    "mlp 784-128-10 adam": mlp_step((784, 128, 10), 64, adam),
    "mlp 784-512-512-10 sgd": mlp_step((784, 512, 512, 10), 128, sgd),
    "convnet 16-32": classify(
        lambda torch: convnet(torch, 16, 32, 1, 7), (1, 28, 28), 10, 64, adam
    ),
    "convnet 32-64": classify(
        lambda torch: convnet(torch, 32, 64, 0, 12), (1, 28, 28), 10, 64, adam
    ),
    "resnet18": classify(resnet18, (3, 64, 64), 1000, 8),
    "lstm 128": sequence(lambda torch: torch.nn.LSTM(128, 128, batch_first=True), 32, 64, 128),
    "transformer 128": sequence(encoder, 16, 64, 128),
    "loader epoch": loader_epoch,
    "mlp epoch": mlp_epoch,
}
