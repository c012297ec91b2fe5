"""Whole trainings and long runs: what takes more than a few seconds."""

import gc
import os
import re
from pathlib import Path

import pytest
from test_examples import mnist, xor

import minitorch
from minitorch import nn, optim

pytestmark = pytest.mark.slow


def test_an_epoch_of_mnist_reads_95_percent_of_the_test_images(capsys):
    mnist.main(["--epochs", "1"])
    accuracy = re.search(r"test accuracy (\S+) %", capsys.readouterr().out)[1]
    assert float(accuracy) > 95


def test_xor_with_its_defaults_ends_with_the_truth_table(capsys):
    xor.main([])
    assert re.search(r" 1  1    0     0\.0", capsys.readouterr().out)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_resident_memory_is_flat_over_thousands_of_steps_without_the_collector():
    x, y = minitorch.rand(16, 8), minitorch.rand(16, 1)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = optim.Adam(model.parameters())

    def resident():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def run(steps):
        for _ in range(steps):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()

    gc.collect()
    gc.disable()
    try:
        run(2_000)
        before = resident()
        run(20_000)
        assert resident() - before < 2**20
    finally:
        gc.enable()
