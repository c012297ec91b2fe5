"""The programs of `python -m benchmarks`: that they run, not how fast."""

import pytest

import minitorch
from benchmarks.others import PROGRAMS
from benchmarks.targets import TARGETS
from benchmarks.timing import summary
from benchmarks.workloads import WORKLOADS

QUICK = ("xor", "op ", "mlp inference", "mlp 784-128-10", "optimizer")


@pytest.mark.parametrize("name", [name for name in WORKLOADS if name.startswith(QUICK)])
def test_workload_runs(name):
    step = WORKLOADS[name](minitorch)
    step()
    step()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WORKLOADS if not name.startswith(QUICK)])
def test_large_workload_runs(name):
    WORKLOADS[name](minitorch)()


def test_targets_and_programs_for_others_name_workloads():
    assert TARGETS.keys() <= WORKLOADS.keys()
    assert set(PROGRAMS) <= WORKLOADS.keys()


def test_summary_is_of_ratios_of_neighbours():
    found = summary([(1.0, 2.0), (10.0, 30.0), (1.0, 4.0)])
    assert (found["ours"], found["theirs"]) == (1.0, 4.0)
    assert (found["low"], found["ratio"], found["high"]) == (2.0, 3.0, 4.0)
