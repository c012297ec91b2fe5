"""Which name of PyTorch a program missed, in one line, from the error that ended it."""

import re
import traceback
from pathlib import Path

from minitorch.backend.scope import why_missing

INSTEAD = {  # the start of a name: what to do without it
    "torch.sparse": "tensors are dense here: .to_dense() is not needed, index with scatter_add",
    "torch.spmm": "tensors are dense here: take torch.mm",
    "torch.ao": "there are no quantised tensors: run the model in float32",
    "torch.quantization": "there are no quantised tensors: run the model in float32",
    "torch.fx": "models are not traced: they run as written",
    "torch.export": "models are not traced: save state_dict()",
    "torch.nn.parallel": "one device computes all: call the module itself",
    "torch._": "this is an inner part of PyTorch",
    "torch.nested": "pad the sequences, nn.utils.rnn.pad_sequence, and pass a mask",
    "torch.distributed": "one process only",
    "torchvision.models": "of its models ResNet, VGG, MobileNetV2 and AlexNet, without weights",
    "torchvision.ops": "of its operations those on boxes, the focal loss and blocks of layers",
    "torchvision.io": "of its functions those for images",
    "torchvision.tv_tensors": "image tensors are plain ones: transforms.v2.ToImage",
    "torchvision.utils": "of its functions make_grid and save_image; draw with matplotlib",
}
MODULE = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
IMPORTED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
PACKAGE = str(Path(__file__).parent.parent)
CORE = ("Tensor", "Size", "Generator", "dtype", "device", "layout")
CLASS = re.compile(r"type object '(\w+)' has no attribute '(\w+)'")


def hint(name):
    """What to add to the line that says `name` is missing."""
    for start, what in INSTEAD.items():
        if name.startswith(start) and (start[-1] == "_" or name[len(start) :][:1] in ("", ".")):
            return f": {what}"
    return why_missing(name.rpartition(".")[2])


def explanation(error, program):
    """One line for the end of a program that missed a name, or None if that did not end it.

    program  the path of the file that was run, whose line is named
    """
    name = missing_name(error)
    if name is None:
        return None
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not f.filename.startswith((PACKAGE, "<"))]
    mine = [frame for frame in frames if frame.filename == program] or theirs
    place = f"{mine[-1].filename}:{mine[-1].lineno}: " if mine else ""
    return f"{place}{name} is not in minitorch{hint(name)}"


def missing_name(error):
    """The name of PyTorch, such as "torch.fft.rfft", whose absence raised `error`, or None."""
    text = str(error)
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ""
        return name if name.partition(".")[0] in ("torch", "torchvision", "functorch") else None
    if isinstance(error, ImportError) and (found := IMPORTED.match(text)):
        return as_torch(found[2], found[1])
    if not isinstance(error, AttributeError):
        return None
    if found := MODULE.match(text):
        return as_torch(found[1], found[2])
    found = ATTRIBUTE.match(text) or CLASS.match(text)
    owner = getattr(error, "obj", None)
    kind = owner if isinstance(owner, type) else type(owner)
    ours = kind.__module__.partition(".")[0] in ("minitorch", "torch")
    if found and ours and found[1] == kind.__name__:
        place = "minitorch" if kind.__name__ in CORE else kind.__module__
        return f"{as_torch(place, found[1])}.{found[2]}"
    return None


def as_torch(module, name):
    """PyTorch's path to `name` in a module of minitorch; None for another module."""
    if module.partition(".")[0] not in ("minitorch", "torch", "torchvision"):
        return None
    module = re.sub(r"^minitorch\.vision", "torchvision", module)
    return f"{re.sub(r'^minitorch', 'torch', module)}.{name}"
