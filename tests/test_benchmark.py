"""Timers, measurements and their tables: `utils.benchmark`."""

import pytest

import minitorch
from minitorch.utils.benchmark import Compare, Language, Measurement, TaskSpec, Timer


def measurement(times, **named):
    return Measurement(10, times, TaskSpec(**{"stmt": "x * y", "setup": "pass", **named}))


def after_first_line(text):
    return text.split("\n", 1)[1]


PRINTED = {
    "one": (measurement([3e-5]), "x * y\n  3.00 us\n  1 measurement, 10 runs , 1 thread"),
    "many": (
        measurement(
            [3e-5, 3.2e-5, 3.4e-5, 3.6e-5], num_threads=4, label="L", sub_label="s",
            description="d", setup="a\nb",
        ),
        "L: s\nd\nsetup:\n  a\n  b\n\n  Median: 3.30 us\n  IQR:    0.30 us (3.15 to 3.45)\n"
        "  4 measurements, 10 runs per measurement, 4 threads",
    ),
    "scattered": (
        measurement([3.0, 9.0], stmt="a\nb"),
        "stmt:\n  a\n  b\n\n  Median: 600.00 ms\n  2 measurements, 10 runs per measurement, "
        "1 thread\n  WARNING: Interquartile range is 50.0% of the median measurement.\n"
        "           This suggests significant environmental influence.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PRINTED)
def test_a_measurement_prints_as_in_pytorch(case):
    found, text = PRINTED[case]
    assert after_first_line(repr(found)) == text


def test_times_are_for_one_run():
    found = measurement([1.0, 2.0, 6.0], description="d")
    assert found.times == [0.1, 0.2, 0.6]
    assert (found.median, found.mean) == (0.2, pytest.approx(0.3))
    assert found.description == "d" and found.title == found.as_row_name == "x * y"


def test_significant_figures_come_from_the_middle_half():
    assert measurement([3e-5, 3.01e-5, 3.02e-5, 3.01e-5]).significant_figures == 2
    assert measurement([3.0, 3.0, 3.0, 3.0]).significant_figures == 4


TABLE = """\
[---------- Batched dot -----------]
                 |  mul/sum  |  bmm
1 threads: -------------------------
      [1, 1]     |     3.0   |   6.0
      [1024, 1]  |     4.0   |
4 threads: -------------------------
      [1, 1]     |    12.0   |  24.0

Times are in microseconds (us).
"""


def results():
    places = [(1, "[1, 1]", "mul/sum", 3), (1, "[1, 1]", "bmm", 6), (1, "[1024, 1]", "mul/sum", 4)]
    places += [(4, "[1, 1]", "mul/sum", 12), (4, "[1, 1]", "bmm", 24)]
    return [
        measurement(
            [us * 1e-5] * 4, num_threads=threads, label="Batched dot", sub_label=row,
            description=column,
        )
        for threads, row, column, us in places
    ]  # fmt: skip


def test_a_table_has_a_row_for_each_case_and_a_column_for_each_description(capsys):
    Compare(results()).print()
    lines = [line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines()]
    assert lines == TABLE.splitlines()


def test_the_best_time_of_a_column_is_green():
    compare = Compare(results())
    compare.colorize()
    assert "\033[92m\033[1m" in str(compare)


def test_times_that_vary_are_marked_where_asked_for():
    compare = Compare([measurement([1e-5, 9e-5, 2e-5], description="d")])
    assert "(! " not in str(compare)
    compare.highlight_warnings()
    assert "(! 200%)" in str(compare) and "Measurement has high variance" in str(compare)


def test_only_measurements_are_compared():
    with pytest.raises(ValueError, match=r"^Expected an instance of `Measurement`, got"):
        Compare([1.0])


class Clock:
    """A clock that only `run` moves on, by 0.25 seconds."""

    def __init__(self):
        self.now = 0.0

    def run(self):
        self.now += 0.25


def clocked():
    clock = Clock()
    return Timer("clock.run()", globals={"clock": clock}, timer=lambda: clock.now)


def test_a_timer_runs_its_statement_with_torch_among_the_names():
    seen = []
    found = Timer("seen.append(torch.ones(1))", globals={"seen": seen}).timeit(300)
    assert found.number_per_run == 300 and len(found.raw_times) == 1
    assert len(seen) == 303 and isinstance(seen[0], minitorch.Tensor)


def test_blocks_are_measured_until_the_time_is_over():
    calls = []
    found = clocked().blocked_autorange(lambda *call: calls.append(call), min_run_time=1)
    assert found.times == [0.25] * 4
    assert calls == [(1, 0.25)] * 4


def test_an_adaptive_measurement_goes_on_until_the_times_agree():
    found = clocked().adaptive_autorange(min_run_time=0.5)
    assert found.times == [0.25] * 4


def test_a_timer_keeps_the_number_of_threads():
    former = minitorch.get_num_threads()
    seen = []
    Timer("seen.append(torch.get_num_threads())", globals={"seen": seen}, num_threads=1).timeit(2)
    assert set(seen) == {1} and minitorch.get_num_threads() == former


REFUSED = {
    "Currently only a `str` stmt": {"stmt": len},
    "Timer: minitorch compiles no C\\+\\+": {"language": Language.CPP},
    "Invalid language `rust`": {"language": "rust"},
    "global_setup is C\\+\\+ only": {"global_setup": "int i;"},
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_timer_cannot_measure_is_refused(text):
    with pytest.raises(ValueError, match=f"^{text}"):
        Timer(**REFUSED[text])
