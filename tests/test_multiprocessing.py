"""`minitorch.multiprocessing`: starting processes, and tensors that they share."""

import os
import signal
import sys

import pytest

import minitorch as torch
import minitorch.multiprocessing as mp
from minitorch import nn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked here")


def write(i, x):
    x[i] = i + 1.0


def fail(i, which):
    if i == which:
        raise ValueError(f"number {i} failed")


def die(i):
    os.kill(os.getpid(), signal.SIGKILL)


def start(fn, *args, n=2):
    return mp.start_processes(fn, args, nprocs=n, start_method="fork")


def test_it_offers_what_python_has():
    assert mp.Process and mp.Queue and mp.get_context("spawn").Process
    assert mp.get_sharing_strategy() in mp.get_all_sharing_strategies()
    mp.set_sharing_strategy("file_system")
    with pytest.raises(ValueError, match="sharing strategy must be file_system, not 'telepathy'"):
        mp.set_sharing_strategy("telepathy")


def test_what_processes_write_to_shared_memory_is_seen():
    x = torch.zeros(2).share_memory_()
    start(write, x)
    assert x.tolist() == [1.0, 2.0]


def test_what_processes_write_to_other_memory_is_not_seen():
    x = torch.zeros(2)
    start(write, x)
    assert x.tolist() == [0.0, 0.0]


def test_a_spawned_process_shares_the_parameters_of_a_module():
    net = nn.Linear(2, 1, bias=False)
    net.share_memory()
    mp.spawn(shift, (net,), nprocs=1)
    assert net.weight.tolist() == [[5.0, 5.0]]
    assert net.weight.requires_grad


def shift(i, net):
    with torch.no_grad():
        net.weight.fill_(5.0)


def test_the_values_and_the_kind_of_a_shared_tensor_stay():
    p = nn.Parameter(torch.arange(6.0).view(2, 3))
    assert not p.is_shared()
    with torch.no_grad():
        assert p.share_memory_() is p
    assert p.is_shared() and p[0].is_shared() and p.share_memory_() is p
    assert type(p) is nn.Parameter and p.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert not p.detach().clone().is_shared()
    assert p.untyped_storage().is_shared()
    assert not p.detach().clone().untyped_storage().is_shared()
    assert torch.zeros(0).share_memory_().shape == (0,)


def test_shared_memory_is_given_back():
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    for _ in range(5):
        torch.zeros(10).share_memory_()
    after = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    assert after == before


def test_an_error_of_a_process_arrives_with_its_traceback():
    with pytest.raises(mp.ProcessRaisedException, match="Process 1 terminated with the fol") as e:
        start(fail, 1)
    assert "ValueError: number 1 failed" in str(e.value)
    assert e.value.error_index == 1


def test_a_killed_process_is_an_error():
    with pytest.raises(mp.ProcessExitedException, match="process 0 terminated with exit code -9"):
        start(die, n=1)


def test_processes_can_be_waited_for_later():
    context = mp.start_processes(fail, (9,), nprocs=2, join=False, start_method="fork")
    assert len(context.pids()) == 2
    while not context.join():
        pass
