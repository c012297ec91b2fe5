"""Workloads around the training: batches of data, files, the import."""

import random
import shutil
import subprocess
import sys
import tempfile
import weakref


def digits(torch, images):
    """A dataset of so many images of 784 numbers."""
    torch.manual_seed(0)
    x, y = torch.rand(images, 784), torch.randint(0, 10, (images,))
    return torch.utils.data.TensorDataset(x, y)


def loader_epoch(torch, images=60_000):
    """An epoch through the DataLoader, shuffled, batch 64."""
    loader = torch.utils.data.DataLoader(digits(torch, images), batch_size=64, shuffle=True)

    def epoch():
        for _ in loader:
            pass

    return epoch


class Augmented:
    """Images mirrored by chance, shifted by up to two pixels and scaled, one at a time."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        image = self.images[i]
        if random.random() < 0.5:
            image = image.flip(1)
        down, right = random.randrange(5), random.randrange(5)
        image = image[down : down + 28, right : right + 28]
        return (image - 0.13) / 0.31, self.labels[i]


def transform_epoch(torch, images=10_000, workers=2):
    """An epoch of images that Python transforms, through the DataLoader with worker processes."""
    torch.manual_seed(0)
    dataset = Augmented(torch.rand(images, 32, 32), torch.randint(0, 10, (images,)))
    loader = torch.utils.data.DataLoader(dataset, 64, shuffle=True, num_workers=workers)

    def epoch():
        for _ in loader:
            pass

    return epoch


def hundred_megabytes(torch):
    return {f"layer{i}": torch.rand(1000, 1000) for i in range(25)}


def removing(step, folder):
    """`step`, with which the folder goes."""
    weakref.finalize(step, shutil.rmtree, folder)
    return step


def save(torch):
    """Save 100 MB as a checkpoint."""
    folder, state = tempfile.mkdtemp(), hundred_megabytes(torch)
    return removing(lambda: torch.save(state, f"{folder}/state.pt"), folder)


def load(torch):
    """Load 100 MB from a checkpoint."""
    folder = tempfile.mkdtemp()
    torch.save(hundred_megabytes(torch), f"{folder}/state.pt")
    return removing(lambda: torch.load(f"{folder}/state.pt"), folder)


def import_library(torch):
    """Start Python, import the library, end."""
    return lambda: subprocess.run([sys.executable, "-c", f"import {torch.__name__}"], check=True)
