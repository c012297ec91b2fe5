"""How many times faster than PyTorch a workload is to be. No test depends on it."""

from benchmarks.workloads import WORKLOADS

TARGETS = {
    "xor": 5.0,
    **{name: 1.5 for name in WORKLOADS if name.startswith("op ") and name != "op chain"},
    "mlp inference": 1.5,
    "mlp 784-128-10 sgd batch 64": 1.4,
    "mlp 784-128-10 adam batch 64": 1.4,
    "mlp 784-512-512-10 sgd batch 128": 1.0,
    "mlp 784-512-512-10 adam batch 128": 1.1,
    "mlp epoch": 3.0,
    "convnet 16-32": 1.0,
    "convnet 32-64": 1.0,
    "resnet18": 0.8,
    "lstm": 1.2,
    "transformer": 1.0,
    "elementwise chain": 1.0,
    "loader epoch": 5.0,
    "loader transform": 1.0,
    "import": 10.0,
}
