"""What was broken off goes on exactly: loaders, optimizers, whole runs."""

import pickle
import random
import signal

import numpy as np
import pytest

import minitorch
from minitorch import nn, optim
from minitorch.amp import GradScaler
from minitorch.checkpoint import Checkpoint
from minitorch.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    get_worker_info,
)
from minitorch.data.seeding import restore, states
from minitorch.optim import lr_scheduler as lr
from minitorch.utils import _pytree

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


class Noisy(Dataset):
    """Item i is i, and one random number of each of the three generators."""

    def __init__(self, length=11):
        self.length = length

    def __getitem__(self, index):
        return index, minitorch.rand(1, device="cpu"), random.random(), np.random.rand()

    def __len__(self):
        return self.length


class Stream(IterableDataset):
    """The numbers of a permutation that is drawn first, divided among the workers; noisy."""

    def __iter__(self):
        info = get_worker_info()
        order = np.random.RandomState(3).permutation(9) if info else np.random.permutation(9)
        for number in order[info.id :: info.num_workers] if info else order:
            yield int(number), random.random()


class Shuffled(Sampler):
    """The order of many a program: drawn from `random`, when the iteration begins."""

    def __init__(self, length=11):
        self.order = list(range(length))

    def __iter__(self):
        random.shuffle(self.order)
        return iter(list(self.order))

    def __len__(self):
        return len(self.order)


def seeded(seed=4, device="cpu"):
    return minitorch.Generator(device).manual_seed(seed)


def seed_all(seed):
    minitorch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def listed(batch):
    if isinstance(batch, minitorch.Tensor | np.ndarray):
        return batch.tolist()
    return [listed(each) for each in batch] if isinstance(batch, list | tuple) else batch


def consumed(loader, noise):
    """Its batches, where between two of them the program draws numbers of its own."""
    for batch in loader:
        if noise:
            minitorch.rand(3), random.random(), np.random.rand()
        yield listed(batch)


def torn(make, given, later=None, noise=True):
    """All batches of two epochs; and all of two that are broken off after `given` batches and go on
    in a loader that another process could have made.
    """
    seed_all(7)
    loader = make()
    whole = [*consumed(loader, noise), *consumed(loader, noise)]
    seed_all(7)
    loader = make()
    first = consumed(loader, noise)
    parts = [next(first) for _ in range(given)]
    saved, generators = loader.state_dict(), states()
    del first, loader
    seed_all(8)
    loader = (later or make)()
    loader.load_state_dict(saved)
    restore(generators)
    return whole, [*parts, *consumed(loader, noise), *consumed(loader, noise)]


def spread(workers, **options):
    """A DataLoader over noisy items, with that many workers."""
    if workers:
        options.update(multiprocessing_context="fork")
    else:
        options.update(seed_items=True)
    return DataLoader(Noisy(), num_workers=workers, **{"batch_size": 2, **options})


ORDERS = {
    "in sequence": lambda: DataLoader(Noisy(), 2),
    "shuffled": lambda: DataLoader(Noisy(), 2, shuffle=True),
    "with its generator": lambda: DataLoader(Noisy(), 2, shuffle=True, generator=seeded()),
    "gathered": lambda: DataLoader(TensorDataset(minitorch.arange(11)), 2, shuffle=True),
    "one by one": lambda: DataLoader(Noisy(), None, shuffle=True),
    "without the last": lambda: DataLoader(Noisy(), 2, shuffle=True, drop_last=True),
    "in many pieces": lambda: DataLoader(
        Noisy(), 2, sampler=RandomSampler(Noisy(3), num_samples=13, generator=seeded())
    ),
    "with replacement": lambda: DataLoader(
        Noisy(), 2, sampler=RandomSampler(Noisy(), replacement=True)
    ),
    "weighted": lambda: DataLoader(
        Noisy(), 2, sampler=WeightedRandomSampler([1.0, 2.0, 3.0], 9, generator=seeded())
    ),
    "a subset": lambda: DataLoader(Noisy(), 2, sampler=SubsetRandomSampler(range(2, 9))),
    "batches of a sampler": lambda: DataLoader(
        Noisy(), batch_sampler=BatchSampler(RandomSampler(Noisy(), generator=seeded()), 3, False)
    ),
    "an order of their own": lambda: DataLoader(Noisy(), 2, sampler=Shuffled()),
    "a stream": lambda: DataLoader(Stream(), 2),
    "a stream one by one": lambda: DataLoader(Stream(), None),
}


@pytest.mark.parametrize("given", [0, 1, 3])
@pytest.mark.parametrize("name", ORDERS)
def test_a_loader_goes_on_with_the_next_batch(name, given):
    whole, parts = torn(ORDERS[name], given)
    assert len(parts) > given and parts == whole


@pytest.mark.parametrize(
    "before, after, options",
    [
        (1, 1, lambda: {"shuffle": True}),
        (2, 2, lambda: {"shuffle": True, "persistent_workers": True}),
        (3, 0, lambda: {"shuffle": True, "generator": seeded()}),
        (0, 2, lambda: {"shuffle": True}),
        (2, 3, lambda: {"batch_size": None, "prefetch_factor": 3}),
        (2, 1, lambda: {"sampler": Shuffled()}),
        (1, 2, lambda: {"sampler": RandomSampler(Noisy(3), num_samples=11, generator=seeded())}),
    ],
    ids=str,
)
def test_a_loader_goes_on_with_any_number_of_workers(before, after, options):
    whole, parts = torn(lambda: spread(before, **options()), 2, lambda: spread(after, **options()))
    assert parts == whole


@pytest.mark.parametrize("given", [1, 3])
def test_a_stream_goes_on_in_workers(given):
    def make():
        return DataLoader(Stream(), 2, num_workers=2, multiprocessing_context="fork")

    whole, parts = torn(make, given)
    assert parts == whole and len(whole) == 2 * 5  # 5 and 4 items, two at a time


def test_batches_that_came_out_of_order_do_not_come_again():
    def make():
        return spread(2, in_order=False, prefetch_factor=3)

    whole, parts = torn(make, 3)
    assert sorted(parts[:6]) == sorted(whole[:6])


def test_a_loaders_state_survives_a_file(tmp_path):
    loader = DataLoader(Noisy(), 2, sampler=Shuffled(), generator=seeded())
    batches = iter(loader)
    next(batches)
    state = loader.state_dict()
    minitorch.save(state, tmp_path / "loader")
    assert minitorch.load(tmp_path / "loader") == state
    assert (tmp_path / "loader").stat().st_size < 30_000


def test_a_loader_whose_loop_was_left_still_says_where_it_stood():
    loader = DataLoader(Noisy(), 2)
    for _ in loader:
        break
    assert loader.state_dict()["epoch"]["given"] == 1


def test_a_loader_can_be_copied_in_the_midst_of_an_epoch():
    batches = iter(loader := DataLoader(Noisy(), 2, persistent_workers=False))
    next(batches)
    copied = pickle.loads(pickle.dumps(loader))
    assert copied.state_dict()["epoch"] is None and len(list(copied)) == 6


def test_a_loader_says_between_epochs_that_the_next_begins():
    loader = DataLoader(Noisy(), 2)
    assert loader.state_dict()["epoch"] is None
    list(loader)
    assert loader.state_dict()["epoch"] is None


def test_a_loader_that_was_told_where_to_begin_says_so_before_it_begins():
    loader = DataLoader(Noisy(), 2, shuffle=True)
    batches = iter(loader)
    next(batches)
    state = loader.state_dict()
    for _ in range(2):
        loader = DataLoader(Noisy(), 2, shuffle=True)
        loader.load_state_dict(state)
        assert loader.state_dict() == state
    iter(loader)
    assert loader.state_dict() == state


def test_the_state_of_a_loader_is_used_once():
    loader = DataLoader(Noisy(6), 2, shuffle=True)
    batches = iter(loader)
    next(batches)
    loader.load_state_dict(loader.state_dict())
    assert [len(list(loader)) for _ in range(2)] == [2, 3]


def test_an_order_that_is_another_one_now_is_found():
    class Fickle(SequentialSampler):
        def __iter__(self):
            return iter(np.random.default_rng().permutation(1000).tolist())

    loader = DataLoader(Noisy(1000), 50, sampler=Fickle(Noisy(1000)))
    batches = iter(loader)
    next(batches)
    loader.load_state_dict(loader.state_dict())
    with pytest.raises(
        RuntimeError, match=r"the order of the epoch is not what it was .*\n.*batch 1 "
    ):
        next(iter(loader))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_dataset_that_is_shorter_now_is_found(workers):
    batches = iter(longer := DataLoader(Noisy(11), 2))
    for _ in range(4):
        next(batches)
    loader = spread(workers, batch_sampler=BatchSampler(range(4), 2, False), batch_size=1)
    loader.load_state_dict(longer.state_dict())
    with pytest.raises(RuntimeError, match="batch 4 of it has other indices"):
        next(iter(loader))


def test_a_stream_that_is_shorter_now_is_found():
    loader = DataLoader(Stream(), 2)
    batches = iter(loader)
    next(batches)
    state = loader.state_dict()
    state["epoch"]["given"] = 20
    loader.load_state_dict(state)
    with pytest.raises(RuntimeError, match="the stream ends after 5 batches, though 20 "):
        iter(loader)


def test_a_stream_out_of_order_has_no_place_to_go_on_from():
    loader = DataLoader(Stream(), num_workers=1, in_order=False)
    with pytest.raises(RuntimeError, match="in_order=False an iteration over an IterableDataset"):
        loader.state_dict()


def test_a_loader_refuses_the_generators_of_another_one():
    state = DataLoader(Noisy(), generator=seeded()).state_dict()
    with pytest.raises(ValueError, match=r"another number of generators.*\n  loaded 1   here 0"):
        DataLoader(Noisy()).load_state_dict(state)


# -------------------------------------------------------------------- checkpoints


def make_run(path, **options):
    """A small training run whose data, order and dropout are random, all of it in a Checkpoint."""
    seed_all(3)
    model = nn.Sequential(nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    parts = {
        "model": model,
        "optimizer": optimizer,
        "scheduler": optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
        "loader": DataLoader(Noisy(), 3, shuffle=True),
        "average": optim.swa_utils.AveragedModel(model),
        "generator": seeded(device=minitorch.get_default_device()),
        "losses": [],
        "notes": {},
    }
    return Checkpoint(path, **{"every_seconds": None, **options}, **parts)


def train(run, epochs=3, leave_after=None):
    """Train to the end, or leave after so many steps as a process that dies would."""
    at = run.parts
    for epoch in run.epochs(epochs):
        for i, *noise in at["loader"]:
            at["optimizer"].zero_grad()
            i, *noise = (each.to(minitorch.get_default_device()) for each in (i, *noise))
            x = sum(each.float().reshape(-1, 1) for each in noise)
            loss = (at["model"](x) - i.reshape(-1, 1)).square().mean()
            loss = loss * float(minitorch.rand(1, generator=at["generator"]))
            loss.backward()
            at["optimizer"].step()
            at["average"].update_parameters(at["model"])
            at["losses"].append(loss.item())
            run.step()
            if run.steps_done == leave_after:
                return
        at["scheduler"].step()
        at["notes"][str(epoch)] = at["scheduler"].get_last_lr()
    return everything(run)


def everything(run):
    """All bits of a run as plain data."""
    at = run.parts
    state = [at["model"].state_dict(), at["average"].state_dict(), at["optimizer"].state_dict()]
    plain = _pytree.tree_map(lambda x: x.tolist() if hasattr(x, "tolist") else x, state)
    return plain, at["losses"], at["notes"], run.epochs_done, run.steps_done, states()


@pytest.mark.parametrize("leave_after", [1, 3, 4, 5, 8, 11])
def test_a_run_that_is_resumed_ends_as_one_that_was_not(tmp_path, leave_after):
    whole = train(make_run(tmp_path / "whole", every_steps=1))
    assert train(make_run(tmp_path / "run", every_steps=1), leave_after=leave_after) is None
    run = make_run(tmp_path / "run", every_steps=1)
    minitorch.rand(5)
    assert run.resume() and run.steps_done == leave_after
    assert train(run) == whole


def test_a_run_goes_on_from_the_last_step_that_was_saved(tmp_path):
    whole = train(make_run(tmp_path / "whole"))
    train(make_run(tmp_path / "run", every_steps=3), leave_after=8)
    run = make_run(tmp_path / "run", every_steps=3)
    run.resume()
    assert run.steps_done == 6
    assert train(run) == whole


def test_a_run_that_is_at_its_end_stays_there(tmp_path):
    end = train(make_run(tmp_path / "run"))
    run = make_run(tmp_path / "run")
    assert run.resume() and list(run.epochs(3)) == []
    assert everything(run) == end
    assert list(run.epochs(4)) == [3]


def test_a_run_without_a_file_begins_at_the_beginning(tmp_path):
    run = make_run(tmp_path / "run")
    assert not run.resume() and (run.epochs_done, run.steps_done) == (0, 0)


def test_a_run_is_saved_by_steps_by_seconds_and_at_its_end(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    for options, expected in [
        ({"every_steps": 4}, [4, 8, 10]),
        ({"every_seconds": 2.5}, [3, 6, 9, 10]),
        ({"every_steps": 5, "every_seconds": 4}, [4, 5, 9, 10]),
        ({}, [10]),
    ]:
        run = Checkpoint(tmp_path / "run", **{"every_seconds": None, **options}, data=[])
        saved = spied(monkeypatch, run)
        for _ in run.steps(10):
            clock[0] += 1
        assert saved == expected


def spied(monkeypatch, run):
    """A list that will hold at which steps a run was saved."""
    saved, save = [], run.save
    monkeypatch.setattr(run, "save", lambda: (saved.append(run.steps_done), save()))
    return saved


def test_a_run_may_be_counted_in_steps_and_have_no_end(tmp_path):
    run = Checkpoint(tmp_path / "run", every_steps=1, data=[])
    for step in run.steps():
        run.parts["data"].append(step)
        if step == 5:
            break
    again = Checkpoint(tmp_path / "run", data=[])
    again.resume()
    assert again.parts["data"] == [0, 1, 2, 3, 4]
    assert list(again.steps(8)) == [5, 6, 7]


def take_first(loader):
    return next(iter(loader))[0].tolist()


def take_two(loader):
    found = []
    for batch in loader:
        found += batch[0].tolist()
        if len(found) == 4:
            break
    return found


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("take", [take_first, take_two])
def test_a_loop_that_is_left_each_time_begins_anew_after_resuming(take, persistent, tmp_path):
    def made(steps, resumed=False):
        seed_all(2)
        loader = spread(persistent, shuffle=True, persistent_workers=persistent)
        run = Checkpoint(tmp_path / "run", every_steps=1, loader=loader, found=[])
        if resumed:
            run.resume()
        for _ in run.steps(steps):
            run.parts["found"].append(take(loader))
        return run.parts["found"]

    whole = made(6)
    assert made(2) == whole[:2]
    assert made(6, resumed=True) == whole


def test_an_iterator_that_is_held_is_gone_on_with(tmp_path):
    def made(steps, resumed=False):
        seed_all(2)
        run = Checkpoint(tmp_path / "run", loader=spread(0, shuffle=True), found=[])
        if resumed:
            run.resume()
        batches = iter(run.parts["loader"])
        for _ in run.steps(steps):
            run.parts["found"].append(next(batches)[0].tolist())
        return run.parts["found"]

    whole = made(6)
    assert made(2) == whole[:2]
    assert made(6, resumed=True) == whole


def test_a_damaged_checkpoint_gives_way_to_the_one_before_it(tmp_path):
    run = make_run(tmp_path / "run")
    for run.steps_done in (1, 2):
        run.save()
    content = bytearray((tmp_path / "run").read_bytes())
    content[-3] ^= 1
    (tmp_path / "run").write_bytes(content)
    with pytest.warns(UserWarning, match=r"resumed from '.*run.1', since .*damaged"):
        assert run.resume()
    assert run.steps_done == 1
    assert (tmp_path / "run.damaged").read_bytes() == content
    run.save()
    assert minitorch.load(tmp_path / "run.1")["steps_done"] == 1  # not the damaged one


def test_a_checkpoint_that_is_damaged_with_all_before_it_is_an_error(tmp_path):
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(EOFError, match="the file is empty"):
        make_run(tmp_path / "run").resume()


def test_a_checkpoint_tells_of_another_runs_parts(tmp_path):
    Checkpoint(tmp_path / "run", model=nn.Linear(1, 1), notes={}).save()
    with pytest.raises(
        ValueError, match=r"is of a run of other parts\n  saved \['model', 'notes'\]   here \['ema'"
    ):
        Checkpoint(tmp_path / "run", model=nn.Linear(1, 1), ema=[]).resume()


def test_a_checkpoint_tells_a_file_that_is_none(tmp_path):
    nn.Linear(1, 1).save(tmp_path / "model")
    with pytest.raises(ValueError, match="was not saved by a Checkpoint"):
        Checkpoint(tmp_path / "model", model=nn.Linear(1, 1)).resume()


def test_a_checkpoint_takes_no_part_whose_state_it_cannot_have(tmp_path):
    with pytest.raises(TypeError, match=r"best is of type float, which has no state_dict\n  put "):
        Checkpoint(tmp_path / "run", best=0.5)


def test_a_folder_that_is_not_there_is_known_before_the_first_step(tmp_path):
    with pytest.raises(RuntimeError, match=r"Parent directory .*none does not exist"):
        Checkpoint(tmp_path / "none" / "run", data=[])


def test_a_checkpoint_is_not_saved_after_every_0th_step(tmp_path):
    with pytest.raises(ValueError, match="every_steps is 1 or more, not 0"):
        Checkpoint(tmp_path / "run", every_steps=0)


def test_a_run_without_a_path_is_saved_nowhere():
    run = Checkpoint(None, every_steps=1, data=[])
    former = signal.getsignal(signal.SIGTERM)
    for _ in run.steps(2):
        assert signal.getsignal(signal.SIGTERM) is former
    assert not run.resume() and run.steps_done == 2


OPTIMIZERS = {
    "ASGD": {}, "Adadelta": {}, "Adafactor": {}, "Adagrad": {}, "Adam": {"amsgrad": True},
    "AdamW": {}, "Adamax": {}, "LBFGS": {"max_iter": 3}, "Muon": {}, "NAdam": {}, "RAdam": {},
    "RMSprop": {"momentum": 0.5}, "Rprop": {}, "SGD": {"momentum": 0.9, "nesterov": True},
}  # fmt: skip


def steps(optimizer, weight, scheduler, count, draws):
    target = minitorch.arange(6.0).reshape(2, 3)
    for _ in range(count):

        def closure():
            optimizer.zero_grad()
            loss = (weight * minitorch.rand(2, 3, generator=draws) - target).square().sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        if isinstance(scheduler, optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(1.0)
        else:
            scheduler.step()


def resumed_weights(tmp_path, make_optimizer, make_scheduler):
    """The weight after 7 steps, and after 3 and, resumed, 4."""
    found = []
    for stop in (0, 3):
        for resumed in (False, True):
            seed_all(3)
            weight = nn.Parameter(minitorch.ones(2, 3))
            optimizer = make_optimizer([weight])
            scheduler = make_scheduler(optimizer)
            draws = seeded(device=minitorch.get_default_device())
            run = Checkpoint(
                tmp_path / "run",
                weights=nn.ParameterList([weight]),
                optimizer=optimizer,
                scheduler=scheduler,
                draws=draws,
            )
            if resumed:
                run.resume()
                steps(optimizer, weight, scheduler, 7 - stop, draws)
            else:
                steps(optimizer, weight, scheduler, stop, draws)
                run.save()
        found.append((weight.tolist(), optimizer.param_groups[0]["lr"]))
    return found


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_goes_on_to_the_bit(name, tmp_path):
    whole, torn = resumed_weights(
        tmp_path,
        lambda params: getattr(optim, name)(params, lr=0.1, **OPTIMIZERS[name]),
        lambda optimizer: optim.lr_scheduler.ExponentialLR(optimizer, 0.9),
    )
    assert torn == whole


SCHEDULERS = {
    "LambdaLR": lambda o: lr.LambdaLR(o, lambda n: 0.9**n),
    "MultiplicativeLR": lambda o: lr.MultiplicativeLR(o, lambda n: 0.9),
    "StepLR": lambda o: lr.StepLR(o, 2),
    "MultiStepLR": lambda o: lr.MultiStepLR(o, [2, 4, 4]),
    "ConstantLR": lambda o: lr.ConstantLR(o, total_iters=4),
    "LinearLR": lambda o: lr.LinearLR(o, total_iters=6),
    "PolynomialLR": lambda o: lr.PolynomialLR(o, 6, 2.0),
    "CosineAnnealingLR": lambda o: lr.CosineAnnealingLR(o, 6),
    "CosineAnnealingWarmRestarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 2, 2),
    "CyclicLR": lambda o: lr.CyclicLR(o, 0.01, 0.1, 2, mode="exp_range", cycle_momentum=False),
    "OneCycleLR": lambda o: lr.OneCycleLR(o, 0.2, total_steps=9),
    "ReduceLROnPlateau": lambda o: lr.ReduceLROnPlateau(o, patience=1),
    "SequentialLR": lambda o: lr.SequentialLR(o, [lr.ConstantLR(o), lr.ExponentialLR(o, 0.8)], [2]),
    "ChainedScheduler": lambda o: lr.ChainedScheduler(
        [lr.ConstantLR(o), lr.ExponentialLR(o, 0.8)], o
    ),
    "SWALR": lambda o: optim.swa_utils.SWALR(o, 0.01, 4),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_scheduler_goes_on_to_the_bit(name, tmp_path):
    whole, torn = resumed_weights(
        tmp_path, lambda params: optim.SGD(params, 0.1, momentum=0.9), SCHEDULERS[name]
    )
    assert torn == whole


def test_a_grad_scaler_goes_on_to_the_bit(tmp_path):
    scaler = GradScaler("cpu", init_scale=8.0, growth_interval=2)
    weight = nn.Parameter(minitorch.ones(1))
    optimizer = optim.SGD([weight], 0.1)
    scaler.scale(weight.sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    Checkpoint(tmp_path / "run", scaler=scaler).save()
    again = GradScaler("cpu", init_scale=1.0, growth_interval=2)
    Checkpoint(tmp_path / "run", scaler=again).resume()
    assert again.state_dict() == scaler.state_dict() != GradScaler("cpu").state_dict()


# -------------------------------------------------------------------- files of modules


def test_a_module_saves_itself_and_loads_what_it_saved(tmp_path):
    former, model = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    former(minitorch.rand(4, 3))
    former.save(tmp_path / "norm.safetensors")
    assert model.load(tmp_path / "norm.safetensors") == ([], [])
    assert model.running_mean.equal(former.running_mean) and model.num_batches_tracked == 1


def test_a_module_keeps_the_files_before(tmp_path):
    for value in (1.0, 2.0):
        layer = nn.Linear(1, 1)
        nn.init.constant_(layer.weight, value)
        layer.save(tmp_path / "layer.pt", keep=1)
    weights = [minitorch.load(tmp_path / name)["weight"] for name in ("layer.pt", "layer.pt.1")]
    assert [weight.item() for weight in weights] == [2.0, 1.0]


def test_a_module_says_what_of_a_file_does_not_fit(tmp_path):
    nn.Sequential(nn.Linear(2, 3)).save(tmp_path / "model")
    with pytest.raises(RuntimeError, match=r'Missing key.*"weight"(?s:.)*all names .* "0\."'):
        nn.Linear(2, 3).load(tmp_path / "model")
    keys = nn.Linear(2, 3).load(tmp_path / "model", strict=False)
    assert keys == (["weight", "bias"], ["0.weight", "0.bias"])
