"""The finder that answers `import torch.nn` with the module `minitorch.nn`."""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

import minitorch
from minitorch import version
from minitorch.autograd.parameter import Parameter
from minitorch.autograd.tensor import Size, Tensor
from minitorch.backend.devices import device
from minitorch.backend.dtypes import dtype
from minitorch.compat.missing import hint

PLACES = {  # by the start of the name; the longest that fits counts
    "torch": "minitorch",
    "torchvision": "minitorch.vision",
    "functorch": "minitorch.func.functorch",
    "torch.random": "minitorch.ops.random",
    "torch.autograd.anomaly_mode": "minitorch.autograd.anomaly",
    "torch.autograd.profiler": "minitorch.profiler.legacy",
    "torch.utils.model_zoo": "minitorch.hub",
}
PRINTED = {Parameter: "torch.nn.parameter", **dict.fromkeys((Tensor, Size, device, dtype), "torch")}
OWN = {kind: kind.__module__ for kind in PRINTED}


class Answer(Loader):
    """Loads nothing: the module is there already."""

    def __init__(self, module):
        self.module = module
        self.spec = getattr(module, "__spec__", None)

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec  # which the import system has just replaced


PACKAGES = ("torch", "torchvision", "functorch")


class Finder(MetaPathFinder):
    """Answers for PyTorch's packages; it leaves all other names to the rest."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        module = module_for(fullname)
        if module is None:
            raise ModuleNotFoundError(
                f"No module named {fullname!r}{hint(fullname)}", name=fullname
            )
        return ModuleSpec(fullname, Answer(module), is_package=hasattr(module, "__path__"))

    def find_distributions(self, context):
        """The packages of that name, or all, that `importlib.metadata` is to know of."""
        names = ("torch", "torchvision")
        return [installed(name) for name in names if context.name in (None, name)]


def module_for(name):
    """The module of minitorch that answers for `name`, or None."""
    start = name
    while start not in PLACES:
        start = start.rpartition(".")[0]
    ours = PLACES[start] + name[len(start) :]
    try:
        return importlib.import_module(ours)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{ours}.".startswith(f"{error.name}."):
            raise  # an extra that is not installed
        return None


def installed(name):
    """What `importlib.metadata` finds under `name`: libraries look there for a version."""
    from importlib.metadata import Distribution  # noqa: PLC0415  whoever asks has loaded it

    class Installed(Distribution):
        def read_text(self, filename):
            if filename != "METADATA":
                return None
            return f"Name: {name}\nVersion: {module_for(name).__version__}\n"

        def locate_file(self, path):
            raise FileNotFoundError(f"{path}: minitorch answers for {name}, which has no files")

    return Installed()


FINDER = Finder()


def install() -> None:
    """Let `import torch`, `torchvision` and `functorch` find minitorch from now on.

    `torch.__version__` is then that of the PyTorch whose behaviour minitorch follows,
    `torch.__name__` is "torch", and `type(torch.ones(2))` prints as `<class 'torch.Tensor'>`.

    Raises RuntimeError if the real PyTorch was imported before.
    """
    loaded = sys.modules.get("torch")
    if loaded is not None and loaded is not minitorch:
        raise RuntimeError(
            "install(): PyTorch itself has been imported already\n"
            "  call minitorch.compat.install() before the first `import torch`"
        )
    if FINDER not in sys.meta_path:
        sys.meta_path.insert(0, FINDER)
    minitorch.__version__ = version.FOLLOWED
    minitorch.__name__ = "torch"  # which libraries that extend PyTorch look at
    for kind, module in PRINTED.items():
        kind.__module__ = module


def uninstall() -> None:
    """Let `import torch` find PyTorch again; what was imported stays with who imported it."""
    if FINDER in sys.meta_path:
        sys.meta_path.remove(FINDER)
    for name in list(sys.modules):
        if name.partition(".")[0] in PACKAGES:
            del sys.modules[name]
    minitorch.__version__ = version.__version__
    minitorch.__name__ = "minitorch"
    for kind, module in OWN.items():
        kind.__module__ = module
