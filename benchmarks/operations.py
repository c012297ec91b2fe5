"""Workloads of single operations and chains of them, forward and backward."""


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


SMALL = {
    "add": lambda torch, a, b: a + b,
    "sub": lambda torch, a, b: a - b,
    "mul": lambda torch, a, b: a * b,
    "div": lambda torch, a, b: a / b,
    "scalar mul": lambda torch, a, b: a * 2.0,
    "neg": lambda torch, a, b: -a,
    "pow": lambda torch, a, b: a**2,
    "exp": lambda torch, a, b: torch.exp(a),
    "log": lambda torch, a, b: torch.log(a),
    "sqrt": lambda torch, a, b: torch.sqrt(a),
    "tanh": lambda torch, a, b: torch.tanh(a),
    "sigmoid": lambda torch, a, b: torch.sigmoid(a),
    "relu": lambda torch, a, b: torch.relu(a),
    "sum": lambda torch, a, b: a.sum(),
    "mean": lambda torch, a, b: a.mean(),
    "softmax": lambda torch, a, b: torch.softmax(a, 1),
    "matmul": lambda torch, a, b: a @ b,
    "reshape": lambda torch, a, b: a.reshape(2, 8),
    "transpose": lambda torch, a, b: a.t(),
    "cat": lambda torch, a, b: torch.cat((a, b)),
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


def cross_entropy(torch, rows=4096, classes=1000):
    """Forward and backward of the mean over the rows."""
    torch.manual_seed(0)
    x = torch.rand(rows, classes, requires_grad=True)
    y = torch.randint(0, classes, (rows,))

    def step():
        x.grad = None
        torch.nn.functional.cross_entropy(x, y).backward()

    return step


WIDE = (4096, 1000)
ROWS = {
    "softmax": large_op(lambda torch, a: torch.softmax(a, 1), WIDE),
    "layer norm": large_op(
        lambda torch, a, w, b: torch.nn.functional.layer_norm(a, (1000,), w, b),
        WIDE, (1000,), (1000,),
    ),
    "cross entropy": cross_entropy,
}  # fmt: skip


def short_chain(torch, length=60):
    """Forward and backward of so many operations on four numbers."""
    x = torch.linspace(-1, 1, 4, requires_grad=True)

    def step():
        x.grad = None
        y = x
        for _ in range(length // 2):
            y = torch.tanh(y) * x
        y.sum().backward()

    return step


def long_chain(torch, size=10_000_000):
    """Forward and backward of six elementwise operations and a sum on so many numbers."""
    x = torch.linspace(-1, 1, size, requires_grad=True)

    def step():
        x.grad = None
        y = torch.relu(x * 0.5 + 0.25)
        torch.exp(torch.tanh(y) * x).sum().backward()

    return step
