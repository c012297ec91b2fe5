"""The workloads: each is one program, written once, run with `torch` being either library.

A workload is a function of the library that prepares everything and returns what is timed.
"""

from benchmarks.networks import convnet, lstm, mlp, resnet18, transformer_block, xor
from benchmarks.operations import LARGE, ROWS, SMALL, long_chain, short_chain, small_op
from benchmarks.storage import digits, import_library, load, loader_epoch, save, transform_epoch


def sgd(torch, parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)


def adam(torch, parameters):
    return torch.optim.Adam(parameters)


def rmsprop(torch, parameters):
    return torch.optim.RMSprop(parameters)


OPTIMIZERS = {"sgd": sgd, "adam": adam, "rmsprop": rmsprop}


def train(model, criterion, optimizer, x, y):
    """One step, as every training program writes it."""
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()


def xor_step(torch):
    """A training step on the four cases, binary cross-entropy, SGD."""
    torch.manual_seed(0)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    model = xor(torch)
    criterion = torch.nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    return lambda: train(model, criterion, optimizer, x, y)


def classify(make, size, classes, batch, make_optimizer=None):
    """A workload: one training step of a classifier, forward and backward alone if it has no
    optimizer.
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


def mlp_step(sizes, batch, make_optimizer):
    """A workload: one training step of a multilayer perceptron with cross-entropy."""
    return classify(lambda torch: mlp(torch, *sizes), sizes[:1], sizes[-1], batch, make_optimizer)


def mlp_inference(torch):
    """784-128-10 on one row, no gradients."""
    torch.manual_seed(0)
    model = mlp(torch, 784, 128, 10).eval()
    x = torch.rand(1, 784)

    def call():
        with torch.no_grad():
            model(x)

    return call


def mlp_epoch(torch, images=60_000):
    """An epoch of training 784-128-10 through the DataLoader, batch 64, SGD with momentum."""
    dataset = digits(torch, images)
    loader = torch.utils.data.DataLoader(dataset, batch_size=64, shuffle=True)
    model = mlp(torch, 784, 128, 10)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = sgd(torch, model.parameters())

    def epoch():
        for x, y in loader:
            train(model, criterion, optimizer, x, y)

    return epoch


def image_step(first, second, padding, side):
    """A workload: one training step of a convnet on 64 images of 28 x 28, Adam."""
    return classify(
        lambda torch: convnet(torch, first, second, padding, side), (1, 28, 28), 10, 64, adam
    )


def sequence_step(make, batch=32, length=64, width=128):
    """A workload: one training step of a model of sequences towards zero, Adam."""

    def workload(torch):
        torch.manual_seed(0)
        model = make(torch)
        criterion = torch.nn.MSELoss()
        optimizer = adam(torch, model.parameters())
        x = torch.rand(batch, length, width)
        y = torch.zeros(batch, length, width)
        return lambda: train(model, criterion, optimizer, x, y)

    return workload


def optimizer_step(make_optimizer, count, size=(64, 64)):
    """A workload: one step of an optimizer of so many parameters, whose gradients are there."""

    def workload(torch):
        torch.manual_seed(0)
        parameters = [torch.nn.Parameter(torch.rand(*size)) for _ in range(count)]
        optimizer = make_optimizer(torch, parameters)
        sum(p.sum() for p in parameters).backward()
        return optimizer.step

    return workload


WORKLOADS = {
    "xor": xor_step,
    **{f"op {name}": small_op(f) for name, f in SMALL.items()},
    "op chain": short_chain,
    **{f"large {name}": workload for name, workload in LARGE.items()},
    **{f"{name} 4096x1000": workload for name, workload in ROWS.items()},
    "elementwise chain": long_chain,
    "mlp inference": mlp_inference,
    **{
        f"mlp {'-'.join(map(str, sizes))} {name} batch {batch}": mlp_step(
            sizes, batch, OPTIMIZERS[name]
        )
        for sizes, batches in [
            ((784, 128, 10), (1, 64, 512)),
            ((784, 512, 512, 10), (1, 64, 128, 512)),
        ]
        for name in ("sgd", "adam")
        for batch in batches
    },
    "mlp epoch": mlp_epoch,
    "convnet 16-32": image_step(16, 32, 1, 7),
    "convnet 32-64": image_step(32, 64, 0, 12),
    "resnet18": classify(resnet18, (3, 64, 64), 1000, 8),
    "lstm": sequence_step(lstm),
    "transformer": sequence_step(transformer_block),
    **{
        f"optimizer {name} {count}": optimizer_step(make, count)
        for name, make in OPTIMIZERS.items()
        for count in (10, 200)
    },
    "loader epoch": loader_epoch,
    "loader transform": transform_epoch,
    "save 100 MB": save,
    "load 100 MB": load,
    "import": import_library,
}
