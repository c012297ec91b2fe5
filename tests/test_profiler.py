"""The profiler: what it notes of ops, backward, modules and steps, and that it leaves no trace."""

import gzip
import json
import threading

import pytest

import minitorch as torch
from minitorch import nn
from minitorch.autograd import engine
from minitorch.autograd.op import OPS
from minitorch.nn.modules.module import Module
from minitorch.profiler import (
    EventList,
    FunctionEvent,
    ProfilerAction,
    profile,
    record_function,
    schedule,
)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 5), nn.Tanh())
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        return self.head(self.body(x))


def step(net):
    net(torch.ones(3, 4)).sum().backward()


def counts(prof):
    return {each.key: each.count for each in prof.key_averages()}


def test_ops_are_counted_forward_and_backward_apart():
    net = Net()
    with profile() as prof:
        step(net)
    found = counts(prof)
    assert (found["linear"], found["tanh"], found["sum"]) == (2, 1, 1)
    assert (found["AddmmBackward0"], found["TanhBackward0"], found["SumBackward0"]) == (2, 1, 1)


def test_backward_of_a_graph_that_was_made_before_is_noted():
    y = torch.ones(2, requires_grad=True).exp().sum()
    with profile() as prof:
        y.backward()
    assert counts(prof) == {"SumBackward0": 1, "ExpBackward0": 1}


def test_results_and_gradients_stay_the_same():
    net = Net()
    step(net)
    expected = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    with profile(record_shapes=True, profile_memory=True, with_stack=True, with_modules=True):
        step(net)
    for p, g in zip(net.parameters(), expected, strict=True):
        assert p.grad.equal(g)


def test_afterwards_nothing_is_left():
    def state():
        codes = [(op.__code__, op.__defaults__, op.__kwdefaults__) for op in OPS.values()]
        return codes, engine.walk, Module.__call__, torch.optim.SGD.step

    step(Net())  # so that the code of the ops that it calls is made
    before = state()
    y = torch.ones(2, requires_grad=True).exp().sum()
    with profile(with_modules=True):
        step(Net())
        y.backward(retain_graph=True)
    assert state() == before
    assert "twin" not in torch.exp.__globals__
    y.backward()
    assert Net()(torch.ones(3, 4)).shape == (3, 1)


def test_it_ends_with_an_error_of_the_program():
    with pytest.raises(RuntimeError, match="size of tensor"), profile() as prof:
        torch.ones(2) + torch.ones(3)
    assert counts(prof) == {"add": 1}
    assert engine.walk.__name__ == "walk"


def test_an_op_that_was_never_called_before_can_be_profiled():
    op = OPS["erfcx"]
    with profile() as prof:
        first = torch.special.erfcx(torch.ones(1))
    assert counts(prof) == {"erfcx": 1}
    assert op(torch.ones(1)).equal(first)


def test_modules_have_rows_with_what_backward_spent_on_them():
    net = Net()
    with profile(with_modules=True) as prof:
        step(net)
    rows = {each.key: each for each in prof.key_averages()}
    for path in ("Net", "Net.body", "Net.body.0", "Net.body.1", "Net.head"):
        forward, backward = rows[f"nn.Module: {path}"], rows[f"nn.Module: {path} (backward)"]
        assert forward.count == backward.count == 1
        assert forward.cpu_time_total > 0 and backward.cpu_time_total > 0
    spent = [rows[f"nn.Module: Net.body.{i} (backward)"].cpu_time_total for i in (0, 1)]
    assert rows["nn.Module: Net.body (backward)"].cpu_time_total == pytest.approx(sum(spent))
    assert rows["nn.Module: Net.body (backward)"].self_cpu_time_total == 0


def test_the_same_module_twice_is_counted_twice():
    layer = nn.Linear(2, 2)
    with profile(with_modules=True) as prof:
        layer(layer(torch.ones(2)))
    assert counts(prof)["nn.Module: Linear"] == 2


def test_self_times_add_up_to_the_whole():
    with profile() as prof, record_function("outer"), record_function("inner"):
        torch.ones(2) * 2
    outer, inner, mul = prof.events()
    assert [e.name for e in (outer, inner, mul)] == ["outer", "inner", "mul"]
    assert mul.cpu_parent is inner and inner.cpu_parent is outer
    assert outer.cpu_time_total >= inner.cpu_time_total >= mul.cpu_time_total > 0
    assert prof.events().self_cpu_time_total == pytest.approx(outer.cpu_time_total)
    assert outer.is_user_annotation and not mul.is_user_annotation


def test_shapes_of_inputs_tell_calls_apart():
    with profile(record_shapes=True) as prof:
        torch.ones(2, 3) * torch.ones(3)
        torch.ones(4) * 2.0
        torch.ones(4) * 3.0
    found = prof.key_averages(group_by_input_shape=True)
    assert {str(each.input_shapes): each.count for each in found} == {
        "[[2, 3], [3]]": 1,
        "[[4], []]": 2,
    }


def test_memory_that_stays_is_counted_and_that_which_goes_is_not():
    x = torch.ones(1000, 1000)
    with profile(profile_memory=True) as prof:
        kept = x.exp()
        for _ in range(3):
            x.sin()
    memory = {each.key: each.cpu_memory_usage for each in prof.key_averages()}
    assert memory["exp"] == pytest.approx(kept.nbytes, rel=0.01)
    assert "MB" in prof.key_averages().table(sort_by="self_cpu_memory_usage")


def test_places_of_the_program_tell_calls_apart():
    with profile(with_stack=True) as prof:
        torch.ones(1) * 2
        torch.ones(1) * 2
    first, second = prof.key_averages(group_by_stack_n=1)
    assert first.stack[0].startswith(__file__) and first.stack != second.stack
    assert first.stack[0].endswith(": test_places_of_the_program_tell_calls_apart")


def test_what_optimizers_do_has_a_row():
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    step(net)
    with profile() as prof:
        optimizer.step()
        optimizer.zero_grad()
    assert counts(prof)["Optimizer.step#Adam.step"] == 1
    assert counts(prof)["Optimizer.zero_grad#Adam.zero_grad"] == 1


def test_the_time_that_a_loader_takes_has_a_row():
    batches = torch.utils.data.DataLoader(torch.arange(4), batch_size=2)
    with profile() as prof:
        list(batches)
    key = "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"
    assert counts(prof)[key] == 3  # the last call finds the end


def test_threads_have_events_of_their_own():
    with profile() as prof, record_function("here"):
        thread = threading.Thread(target=lambda: torch.ones(1).exp())
        thread.start()
        thread.join()
    here, exp = prof.events()
    assert exp.cpu_parent is None and exp.thread != here.thread


def test_a_function_can_be_given_a_row():
    @record_function("mine")
    def mine(x):
        return x + 1

    with profile() as prof:
        mine(torch.ones(1))
    assert counts(prof) == {"mine": 1, "add": 1}
    assert mine(1) == 2  # without a profiler it is the function


def test_the_table_has_pytorchs_columns_and_is_sorted():
    with profile(record_shapes=True) as prof:
        for _ in range(3):
            torch.ones(2).exp()
        torch.ones(2).sin()
    text = prof.key_averages().table(sort_by="count", row_limit=1, header="what it did")
    lines = text.splitlines()
    assert lines[1] == "what it did"
    assert lines[3].split("  ")[-1] == "" and lines[3].split() == (
        "Name Self CPU % Self CPU CPU total % CPU total CPU time avg # of Calls".split()  # noqa: SIM905  # one line of a table
    )
    assert lines[5].split()[0] == "exp" and lines[5].split()[-1] == "3"
    assert lines[-1].startswith("Self CPU time total: ")
    assert len(lines) == 8
    assert "Input Shapes" in prof.key_averages(group_by_input_shape=True).table()
    assert str(prof.key_averages()) == prof.key_averages().table()


def test_floating_point_operations_are_counted():
    x, w = torch.ones(2, 3), torch.ones(3, 4)
    with profile(with_flops=True) as prof:
        torch.mm(x, w) * 2
        torch.matmul(input=x, other=w[:, 0])
        torch.nn.functional.conv2d(torch.ones(1, 4, 5, 5), torch.ones(6, 2, 3, 3), groups=2)
        x.exp()
    flops = {event.key: event.flops for event in prof.key_averages()}
    assert flops["matmul"] == 2 * 8 * 3 + 2 * 2 * 3 and flops["mul"] == 8 and flops["exp"] == 0
    assert flops["convolution"] == 2 * (6 * 3 * 3) * (2 * 3 * 3)
    lines = prof.key_averages().table(sort_by="flops").splitlines()
    assert lines[1].split("  ")[-2].strip() == "Total FLOPs" and lines[3].split()[-1] == "1944.000"


@pytest.mark.parametrize(
    ("flops", "title", "shown"), [(1, "FLOPs", "1.000"), (2_500_000, "MFLOPs", "2.500")]
)
def test_the_unit_of_operations_suits_the_least(flops, title, shown):
    event = FunctionEvent("mm", "cpu_op", 0)
    event.flops = flops
    lines = EventList([event]).table().splitlines()
    assert lines[1].endswith(f"Total {title}  ") and lines[3].split()[-1] == shown


def test_a_table_refuses_to_sort_by_what_is_not_there():
    with profile() as prof:
        torch.ones(1).exp()
    with pytest.raises(AttributeError, match="has no attribute 'beauty'"):
        prof.key_averages().table(sort_by="beauty")
    prof.key_averages().table(sort_by="cuda_time_total")


def test_only_the_outermost_events_can_be_shown():
    with profile() as prof, record_function("outer"):
        torch.ones(1).exp()
    text = prof.events().table(top_level_events_only=True)
    assert "outer" in text and "exp" not in text


def test_without_events_the_table_is_empty():
    with profile() as prof:
        pass
    assert prof.key_averages().table() == ""


def test_the_chrome_trace_holds_every_event(tmp_path):
    with profile(record_shapes=True) as prof:
        torch.ones(2, 3).exp()
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    (event,) = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert (event["ph"], event["name"], event["cat"]) == ("X", "exp", "cpu_op")
    assert event["dur"] > 0 and event["args"]["Input Dims"] == [[2, 3]]


def test_the_trace_takes_notes_about_the_run(tmp_path):
    with profile() as prof:
        prof.add_metadata("who", 'some "one"')
        prof.add_metadata_json("sizes", "[1, 2]")
        torch.ones(1).exp()
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert (trace["who"], trace["sizes"]) == ('some "one"', [1, 2])


def test_stacks_are_written_for_a_flame_graph(tmp_path):
    x = torch.ones(100, 100)
    with profile(with_stack=True) as prof:
        x @ x
    prof.export_stacks(str(tmp_path / "stacks"))
    line = (tmp_path / "stacks").read_text().splitlines()[0]
    assert "test_profiler.py" in line and int(line.split()[-1]) > 0
    with pytest.raises(ValueError, match="metric should be one of"):
        prof.export_stacks(str(tmp_path / "stacks"), "beauty")


# -------------------------------------------------------------------- schedules

PLANS = [
    ({"wait": 1, "warmup": 1, "active": 2}, "NWRSNWRS"),
    ({"wait": 1, "warmup": 1, "active": 2, "repeat": 1}, "NWRSNNNN"),
    ({"wait": 0, "warmup": 0, "active": 1}, "SSSSSSSS"),
    ({"wait": 1, "warmup": 0, "active": 1, "skip_first": 3}, "NNNNSNSN"),
    ({"wait": 2, "warmup": 0, "active": 2, "skip_first": 1, "skip_first_wait": 1}, "NRSNNRSN"),
]
LETTERS = {"NONE": "N", "WARMUP": "W", "RECORD": "R", "RECORD_AND_SAVE": "S"}


@pytest.mark.filterwarnings("ignore:Profiler won't be using warmup")
@pytest.mark.parametrize(("settings", "expected"), PLANS)
def test_a_schedule_says_what_each_step_does(settings, expected):
    plan = schedule(**settings)
    assert "".join(LETTERS[plan(i).name] for i in range(8)) == expected


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Profiler won't be using warmup")
@pytest.mark.parametrize(("settings", "expected"), PLANS)
def test_schedules_are_those_of_torch(settings, expected):
    torch_profiler = pytest.importorskip("torch.profiler")
    plan = torch_profiler.schedule(**settings)
    assert "".join(LETTERS[plan(i).name] for i in range(8)) == expected


def test_a_schedule_without_warmup_warns():
    with pytest.warns(UserWarning, match="Profiler won't be using warmup, this can skew"):
        schedule(wait=1, warmup=0, active=1)


def test_a_schedule_refuses_what_makes_no_sense():
    with pytest.raises(AssertionError, match="Invalid profiler schedule arguments"):
        schedule(wait=0, warmup=0, active=0)
    with pytest.raises(AssertionError, match="Step must be non-negative"):
        schedule(wait=0, warmup=1, active=1)(-1)


def test_traces_are_ready_when_the_schedule_says():
    ready = []

    def keep(prof):
        ready.append((prof.step_num, counts(prof)))

    with profile(schedule=schedule(wait=0, warmup=1, active=2), on_trace_ready=keep) as prof:
        for _ in range(5):
            torch.ones(1).exp()
            prof.step()
    first, last = ready
    assert first == (3, {"ProfilerStep#1": 1, "exp": 2, "ProfilerStep#2": 1})
    assert last == (5, {"ProfilerStep#4": 1, "exp": 1, "ProfilerStep#5": 1})


def test_a_trace_handler_writes_files(tmp_path):
    handler = torch.profiler.tensorboard_trace_handler(str(tmp_path / "log"), "me")
    with profile(on_trace_ready=handler):
        torch.ones(1).exp()
    (path,) = (tmp_path / "log").iterdir()
    assert path.name.startswith("me.") and path.name.endswith(".pt.trace.json")


def test_a_trace_handler_compresses_files_when_asked_to(tmp_path):
    handler = torch.profiler.tensorboard_trace_handler(str(tmp_path), use_gzip=True)
    with profile(on_trace_ready=handler):
        torch.ones(1).exp()
    (path,) = tmp_path.glob("*.pt.trace.json.gz")
    with gzip.open(path) as file:
        assert "exp" in [event["name"] for event in json.load(file)["traceEvents"]]


def test_a_profiler_that_has_not_begun_has_nothing_to_say():
    with pytest.raises(AssertionError, match="Profiler must be initialized before getting key av"):
        profile().key_averages()


def test_only_one_profiler_is_on_at_a_time():
    with profile(), pytest.raises(RuntimeError, match="a profiler is on already"), profile():
        pass
    with profile() as prof:
        torch.ones(1).exp()
    assert counts(prof) == {"exp": 1}


def test_activities_and_actions_are_pytorchs():
    assert torch.profiler.ProfilerActivity.CPU in torch.profiler.supported_activities()
    assert [action.name for action in ProfilerAction] == list(LETTERS)
    assert not torch.autograd.profiler.kineto_available()


# -------------------------------------------------------------------- the older way


def test_the_older_profiler_finds_the_same(tmp_path):
    with torch.autograd.profiler.profile(record_shapes=True) as prof:
        torch.ones(2).exp()
    assert [each.key for each in prof.key_averages()] == ["exp"]
    assert prof.total_average().count == 1
    assert prof.self_cpu_time_total > 0
    assert "exp" in prof.table(sort_by="cpu_time_total") and "exp" in str(prof)
    prof.export_chrome_trace(tmp_path / "trace.json")
    assert "exp" in (tmp_path / "trace.json").read_text()


def test_the_older_profiler_can_be_switched_off():
    with torch.autograd.profiler.profile(enabled=False) as prof:
        torch.ones(2).exp()
    assert str(prof) == "<unfinished profiler_legacy.profile>"


def test_ops_are_not_marked_for_nvidias_tools():
    with torch.autograd.profiler.emit_nvtx(enabled=False):
        torch.ones(1)
    refused = pytest.raises(NotImplementedError, match=r"mark parts with cuda\.nvtx\.range_push")
    with refused, torch.autograd.profiler.emit_nvtx():
        pass
