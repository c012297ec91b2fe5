"""Models with the names and shapes of torchvision's."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.vision import models

PARAMETERS = {  # as torchvision documents them
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "mobilenet_v2": 3_504_872,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg11_bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "vgg19_bn": 143_678_248,
}
LARGE = {
    "resnet101", "resnet152", "alexnet", "vgg11", "vgg11_bn", "vgg13", "vgg16", "vgg19", "vgg19_bn",
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in LARGE)) for n in PARAMETERS]
)
def test_a_model_has_as_many_parameters_as_torchvisions(name):
    model = getattr(models, name)()
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        (
            "resnet18",
            ["conv1.weight", "bn1.num_batches_tracked", "layer1.0.conv1.weight",
             "layer2.0.downsample.0.weight", "layer2.0.downsample.1.running_var",
             "layer4.1.bn2.bias", "fc.weight", "fc.bias"],
        ),
        (
            "resnet50",
            ["layer1.0.downsample.0.weight", "layer1.0.conv3.weight", "layer4.2.bn3.running_mean"],
        ),
        (
            "mobilenet_v2",
            ["features.0.0.weight", "features.1.conv.0.0.weight", "features.1.conv.2.bias",
             "features.2.conv.3.running_mean", "features.18.1.weight", "classifier.1.bias"],
        ),
    ],
)  # fmt: skip
def test_state_dicts_have_torchvisions_keys(name, keys):
    assert set(keys) <= getattr(models, name)(num_classes=2).state_dict().keys()


def test_vgg_is_convolutions_with_relu_and_poolings():
    layers = models.vgg.make_layers([4, "M", 5], batch_norm=True)
    kinds = [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d, nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert [type(layer) for layer in layers] == kinds
    assert [tuple(p.shape) for p in layers.parameters()][:2] == [(4, 3, 3, 3), (4,)]
    assert layers(minitorch.randn(2, 3, 6, 8)).shape == (2, 5, 3, 4)


@pytest.mark.parametrize("make", [models.resnet18, models.resnet50, models.mobilenet_v2])
def test_images_become_class_scores(make):
    model = make(num_classes=7)
    assert model(minitorch.randn(2, 3, 40, 33)).shape == (2, 7)
    assert model.eval()(minitorch.randn(1, 3, 32, 32)).shape == (1, 7)


def test_lenet_takes_images_of_32_or_28_pixels():
    assert models.LeNet()(minitorch.randn(3, 1, 32, 32)).shape == (3, 10)
    assert models.LeNet(5, padding=2)(minitorch.randn(3, 1, 28, 28)).shape == (3, 5)


def test_a_residual_block_begins_as_the_identity_if_asked():
    block = models.resnet18(num_classes=2, zero_init_residual=True).layer1[0]
    x = minitorch.rand(2, 64, 4, 4)
    assert minitorch.equal(block(x), x)


def test_trained_weights_are_not_downloaded():
    with pytest.raises(ValueError, match=r"resnet18\(weights='DEFAULT'\): .* downloads no weights"):
        models.resnet18(weights="DEFAULT")
    with pytest.raises(ValueError, match=r"ResNet18_Weights\.IMAGENET1K_V1.*downloads no weights"):
        models.resnet18(weights=models.ResNet18_Weights.DEFAULT)
    with pytest.raises(ValueError, match=r"vgg11_bn\(pretrained=True\): .* downloads no weights"):
        models.vgg11_bn(pretrained=True)


class WithPyTorch:
    """The modules of `models` as they are if PyTorch is in minitorch's place."""

    def __init__(self, torch):
        for name in ("lenet", "resnet", "mobilenet"):
            source = Path(getattr(models, name).__file__).read_text()
            source = source.replace(
                "minitorch.autograd.tensor import Tensor", "torch import Tensor"
            )
            names = {"__name__": name}
            exec(re.sub(r"from minitorch(\.nn)? import", r"from torch\1 import", source), names)
            setattr(self, name, SimpleNamespace(**names))


# With larger steps than these rounding grows tenfold from step to step, PyTorch's just so: after 8
# steps of ResNet18 with lr=0.01 its float32 losses are 1 % away from those that it has in float64.
@pytest.mark.torch
@pytest.mark.parametrize(
    ("make", "size", "lr", "dtype", "steps", "rtol"),
    [
        (lambda m: m.lenet.LeNet(), (16, 1, 32, 32), 0.01, "float32", 20, 1e-4),
        (lambda m: m.resnet.resnet18(num_classes=10), (8, 3, 64, 64), 1e-5, "float32", 20, 1e-4),
        (lambda m: m.resnet.resnet18(num_classes=10), (4, 3, 64, 64), 0.01, "float64", 4, 1e-9),
        (lambda m: m.mobilenet.mobilenet_v2(num_classes=10, dropout=0.0), (4, 3, 64, 64), 0.01,
         "float64", 2, 1e-9),
    ],
    ids=["LeNet", "ResNet18", "ResNet18 in double precision", "MobileNetV2"],
)  # fmt: skip
@pytest.mark.slow
def test_training_has_the_losses_that_it_has_in_pytorch(make, size, lr, dtype, steps, rtol):
    torch = pytest.importorskip("torch")
    ours = make(models)
    theirs = make(WithPyTorch(torch))
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    rng = np.random.default_rng(0)
    x = rng.standard_normal((steps, *size)).astype(dtype)
    y = rng.integers(0, 10, (steps, size[0]))

    def losses(model, torch):
        model.to(getattr(torch, dtype))
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        for images, labels in zip(torch.tensor(x), torch.tensor(y)):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            yield loss.item()

    np.testing.assert_allclose(
        list(losses(ours, minitorch)), list(losses(theirs, torch)), rtol=rtol
    )


def test_models_are_built_from_modules_a_user_may_replace():
    model = models.resnet18(num_classes=3)
    model.fc = nn.Linear(512, 5)
    assert model(minitorch.randn(2, 3, 32, 32)).shape == (2, 5)
