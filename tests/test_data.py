"""Datasets, samplers, collating, and the DataLoader."""

import pickle
import random
from collections import OrderedDict, namedtuple
from types import MappingProxyType

import numpy as np
import pytest

import minitorch
import minitorch.utils.data
from minitorch.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    get_worker_info,
    random_split,
    seeding,
)
from minitorch.data.collate import collate, default_collate_fn_map


class Squares(Dataset):
    """Item i is (i, i*i)."""

    def __init__(self, length=10):
        self.length = length

    def __getitem__(self, index):
        if not 0 <= index < self.length:
            raise IndexError(index)
        return index, index * index

    def __len__(self):
        return self.length


class Stream(IterableDataset):
    def __init__(self, length):
        self.length = length

    def __iter__(self):
        return iter(range(self.length))

    def __len__(self):
        return self.length


def tensors(n=10):
    x = minitorch.arange(2 * n).reshape(n, 2).float()
    return TensorDataset(x, minitorch.arange(n))


def listed(batches):
    """The batches with tensors as lists."""
    if isinstance(batches, minitorch.Tensor):
        return batches.tolist()
    if isinstance(batches, list | tuple):
        return [listed(each) for each in batches]
    return batches


# -------------------------------------------------------------------- datasets


def test_a_tensor_dataset_has_the_rows_of_its_tensors():
    dataset = tensors()
    assert len(dataset) == 10
    assert listed(dataset[3]) == [[6.0, 7.0], 3]
    assert isinstance(dataset[3], tuple)


def test_a_subset_has_the_chosen_items():
    subset = Subset(Squares(), [7, 2])
    assert len(subset) == 2
    assert [subset[0], subset[1]] == [(7, 49), (2, 4)]
    assert listed(Subset(tensors(), [7, 2])[[1, 0]]) == [[[4.0, 5.0], [14.0, 15.0]], [2, 7]]


def test_datasets_can_be_joined():
    joined = Squares(3) + Squares(2)
    assert isinstance(joined, ConcatDataset)
    assert joined.cumulative_sizes == ConcatDataset.cumsum(joined.datasets) == [3, 5]
    assert [joined[i] for i in (0, 2, 3, -1, -5)] == [(0, 0), (2, 4), (0, 0), (1, 1), (0, 0)]


def test_datasets_can_be_stacked():
    pairs = StackDataset(Squares(3), [7, 8, 9])
    assert len(pairs) == 3
    assert pairs[1] == ((1, 1), 8)
    named = StackDataset(x=[1, 2], y="ab")
    assert named[1] == {"x": 2, "y": "b"}
    assert named.__getitems__([1, 0]) == [{"x": 2, "y": "b"}, {"x": 1, "y": "a"}]
    with pytest.raises(IndexError):
        pairs.__getitems__([0, 3])


def test_stacked_datasets_are_asked_for_many_items():
    class Batched(Squares):
        def __getitems__(self, indices):
            return [f"{i} of {len(indices)}" for i in indices]

    class Short(Squares):
        def __getitems__(self, indices):
            return [0]

    stacked = StackDataset(Batched(3), [7, 8, 9])
    assert next(iter(DataLoader(stacked, 2, collate_fn=list))) == [("0 of 2", 7), ("1 of 2", 8)]
    with pytest.raises(ValueError, match=r"output size mismatch\. Expected 2, got 1"):
        StackDataset(Short(3)).__getitems__([0, 1])


def test_streams_can_be_joined():
    joined = Stream(2) + Stream(3)
    assert isinstance(joined, ChainDataset)
    assert len(joined) == 5
    assert list(joined) == [0, 1, 0, 1, 2]


def test_random_split_divides_all_items():
    parts = random_split(Squares(), [7, 3])
    assert [len(part) for part in parts] == [7, 3]
    assert sorted(item for part in parts for item in part) == [(i, i * i) for i in range(10)]


def test_random_split_takes_fractions_and_rounds_as_pytorch_does():
    parts = random_split(Squares(11), [0.3, 0.3, 0.4])
    assert [len(part) for part in parts] == [4, 3, 4]
    with pytest.warns(UserWarning, match="Length of split at index 2 is 0"):
        random_split(Squares(2), [0.5, 0.5, 0.0])


def test_random_split_is_repeatable_with_a_generator():
    splits = [
        random_split(Squares(), [5, 5], minitorch.Generator().manual_seed(seed))[0].indices
        for seed in (3, 3, 4)
    ]
    assert splits[0] == splits[1] != splits[2]


BAD_DATASETS = [
    (
        lambda: TensorDataset(minitorch.ones(2), minitorch.ones(3)),
        AssertionError,
        "Size mismatch between tensors",
    ),
    (lambda: ConcatDataset([]), AssertionError, "datasets should not be an empty iterable"),
    (
        lambda: ConcatDataset([Stream(2)]),
        AssertionError,
        "ConcatDataset does not support IterableDataset",
    ),
    (
        lambda: list(ChainDataset([Squares()])),
        AssertionError,
        "ChainDataset only supports IterableDataset",
    ),
    (
        lambda: ConcatDataset([Squares()])[-11],
        ValueError,
        "absolute value of index should not exceed dataset length",
    ),
    (
        lambda: random_split(Squares(), [5, 4]),
        ValueError,
        "Sum of input lengths does not equal the length of the input dataset!",
    ),
    (
        lambda: random_split(Squares(), [1.5, -0.5]),
        ValueError,
        "Fraction at index 0 is not between 0 and 1",
    ),
    (
        lambda: Dataset()[0],
        NotImplementedError,
        "Subclasses of Dataset should implement __getitem__.",
    ),
    (lambda: iter(IterableDataset()), NotImplementedError, "should implement __iter__"),
    (
        lambda: len(ChainDataset([Squares()])),
        AssertionError,
        "ChainDataset only supports IterableDataset",
    ),
    (StackDataset, ValueError, "At least one dataset should be passed"),
    (lambda: StackDataset([1], x=[1]), ValueError, "Supported either ``tuple``- .* are given."),
    (lambda: StackDataset([1], [1, 2]), ValueError, "Size mismatch between datasets"),
    (
        lambda: type("Half", (Subset,), {"__getitem__": len})([1], [0]),
        NotImplementedError,
        "Half overrides __getitem__ but not __getitems__.",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_DATASETS)
def test_bad_datasets_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -------------------------------------------------------------------- samplers


def test_a_sequential_sampler_goes_through_in_order():
    sampler = SequentialSampler(Squares(4))
    assert (list(sampler), len(sampler)) == ([0, 1, 2, 3], 4)
    assert all(type(i) is int for i in sampler)


def test_a_random_sampler_gives_every_epoch_another_permutation():
    sampler = RandomSampler(Squares(20))
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second


def test_a_random_sampler_repeats_with_its_generator_or_the_seed():
    draws = [
        list(RandomSampler(Squares(20), generator=minitorch.Generator().manual_seed(1)))
        for _ in range(2)
    ]
    assert draws[0] == draws[1]
    minitorch.manual_seed(5)
    again = list(RandomSampler(Squares(20)))
    minitorch.manual_seed(5)
    assert list(RandomSampler(Squares(20))) == again


def test_a_random_sampler_draws_as_many_as_asked_for():
    fewer, more = (list(RandomSampler(Squares(5), num_samples=n)) for n in (3, 12))
    assert len(set(fewer)) == 3
    assert sorted(more[:5]) == sorted(more[5:10]) == list(range(5))
    assert len(more) == len(RandomSampler(Squares(5), num_samples=12)) == 12


def test_a_random_sampler_with_replacement_draws_from_all_each_time():
    drawn = list(RandomSampler(Squares(3), replacement=True, num_samples=300))
    assert np.bincount(drawn, minlength=3).min() > 60


def test_a_random_sampler_draws_endless_epochs_piece_by_piece():
    sampler = RandomSampler(Squares(3), replacement=True, num_samples=10**10)
    batches = iter(DataLoader(Squares(3), batch_size=4, sampler=sampler))
    assert len(sampler) == 10**10 and len(next(batches)[0]) == 4
    tensors = DataLoader(TensorDataset(minitorch.arange(3)), batch_size=4, sampler=sampler)
    assert next(iter(tensors))[0].shape == (4,)


def test_batches_cut_from_several_pieces_hold_every_index_in_order():
    sampler = RandomSampler(Squares(5), num_samples=13)
    for drop, sizes in ((False, [4, 4, 4, 1]), (True, [4, 4, 4])):
        minitorch.manual_seed(1)
        arrays = list(BatchSampler(sampler, 4, drop).arrays())
        minitorch.manual_seed(1)
        assert [a.tolist() for a in arrays] == list(BatchSampler(sampler, 4, drop))
        assert [len(a) for a in arrays] == sizes


def test_what_a_program_draws_between_two_batches_leaves_the_batches_alone():
    def batches(draw):
        minitorch.manual_seed(3)
        for batch in BatchSampler(RandomSampler(Squares(5), num_samples=20), 5, False):
            draw()
            yield batch

    assert list(batches(lambda: minitorch.rand(2))) == list(batches(lambda: None))


def test_a_subset_random_sampler_shuffles_its_indices():
    sampler = SubsetRandomSampler([9, 4, 7])
    assert sorted(sampler) == [4, 7, 9]
    assert len(sampler) == 3
    assert len({tuple(sampler) for _ in range(50)}) == 6
    assert sorted(SubsetRandomSampler(["b", "a"])) == ["a", "b"]


def test_a_weighted_sampler_draws_in_proportion():
    drawn = list(WeightedRandomSampler([1.0, 0.0, 3.0], 4000))
    counts = np.bincount(drawn, minlength=3) / 4000
    np.testing.assert_allclose(counts, [0.25, 0.0, 0.75], atol=0.03)


def test_a_weighted_sampler_without_replacement_takes_each_once():
    firsts = []
    for _ in range(1000):
        drawn = list(WeightedRandomSampler([1.0, 0.0, 3.0], 2, replacement=False))
        assert sorted(drawn) == [0, 2]
        firsts.append(drawn[0])
    assert 0.7 < np.mean(np.array(firsts) == 2) < 0.8


def test_batches_of_indices():
    whole, cut = (BatchSampler(SequentialSampler(range(7)), 3, drop) for drop in (False, True))
    assert (list(whole), len(whole)) == ([[0, 1, 2], [3, 4, 5], [6]], 3)
    assert (list(cut), len(cut)) == ([[0, 1, 2], [3, 4, 5]], 2)
    assert list(BatchSampler(range(4), 2, True)) == [[0, 1], [2, 3]]


def test_indices_are_drawn_when_the_first_is_asked_for():
    sampler = RandomSampler(Squares(20))
    minitorch.manual_seed(5)
    expected = list(sampler)
    indices = iter(sampler)
    minitorch.manual_seed(5)
    assert list(indices) == expected


# length, replicas, drop_last, what the replicas get
SHARES = [
    (5, 2, False, [[0, 2, 4], [1, 3, 0]]),
    (5, 2, True, [[0, 2], [1, 3]]),
    (4, 2, False, [[0, 2], [1, 3]]),
    (1, 3, False, [[0], [0], [0]]),
    (2, 3, True, [[], [], []]),
]


@pytest.mark.parametrize(("length", "replicas", "drop_last", "shares"), SHARES)
def test_a_distributed_sampler_divides_the_indices(length, replicas, drop_last, shares):
    samplers = [
        DistributedSampler(range(length), replicas, rank, shuffle=False, drop_last=drop_last)
        for rank in range(replicas)
    ]
    assert [list(each) for each in samplers] == shares
    assert [len(each) for each in samplers] == [len(share) for share in shares]


def test_a_distributed_sampler_shuffles_by_seed_and_epoch():
    def order(epoch, seed=0):
        samplers = [DistributedSampler(range(20), 2, rank, seed=seed) for rank in (0, 1)]
        for each in samplers:
            each.set_epoch(epoch)
        return [index for pair in zip(*samplers) for index in pair]

    assert order(0) == order(0)
    assert sorted(order(0)) == list(range(20))
    assert order(1) == order(0, seed=1) != order(0)


BAD_SAMPLERS = [
    (
        lambda: DistributedSampler(range(3), 3, 3),
        ValueError,
        r"Invalid rank 3, rank should be in the interval \[0, 2\]",
    ),
    (
        lambda: DistributedSampler(range(3)),
        RuntimeError,
        "Requires distributed package to be available",
    ),
    (
        lambda: RandomSampler(Squares(0)),
        ValueError,
        "num_samples should be a positive integer value, but got num_samples=0",
    ),
    (
        lambda: RandomSampler(Squares(), replacement=1),
        TypeError,
        "replacement should be a boolean value, but got replacement=1",
    ),
    (
        lambda: BatchSampler(range(3), 0, False),
        ValueError,
        "batch_size should be a positive integer value, but got batch_size=0",
    ),
    (
        lambda: BatchSampler(range(3), True, False),
        ValueError,
        "batch_size should be a positive integer value, but got batch_size=True",
    ),
    (
        lambda: BatchSampler(range(3), 2, None),
        ValueError,
        "drop_last should be a boolean value, but got drop_last=None",
    ),
    (
        lambda: WeightedRandomSampler([[1.0]], 1),
        ValueError,
        r"weights should be a 1d sequence but given weights have shape \(1, 1\)",
    ),
    (lambda: WeightedRandomSampler([1.0], 1.5), ValueError, "num_samples=1.5"),
    (lambda: WeightedRandomSampler([1.0], 1, "no"), ValueError, "replacement=no"),
    (
        lambda: list(WeightedRandomSampler([1.0, 0.0], 3, False)),
        RuntimeError,
        "cannot sample n_sample > prob_dist.size.-1. samples without replacement",
    ),
    (
        lambda: list(WeightedRandomSampler([-1.0, 2.0], 1)),
        RuntimeError,
        "probability tensor contains either `inf`, `nan` or element < 0",
    ),
    (
        lambda: list(WeightedRandomSampler([0.0], 1)),
        RuntimeError,
        "invalid multinomial distribution .sum of probabilities <= 0.",
    ),
    (lambda: list(Sampler()), NotImplementedError, "Sampler needs __iter__ or draw"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_SAMPLERS)
def test_bad_samplers_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -------------------------------------------------------------------- collating

Point = namedtuple("Point", "x y")


class Tagged(dict):
    """A mapping with an attribute."""

    tag = None


def tagged(tag, **items):
    made = Tagged(items)
    made.tag = tag
    return made


# items, the batch, its dtype
COLLATED = {
    "tensors": ([minitorch.ones(2), minitorch.zeros(2)], [[1, 1], [0, 0]], minitorch.float32),
    "arrays": ([np.ones(2, "i2"), np.zeros(2, "i2")], [[1, 1], [0, 0]], minitorch.int16),
    "ints": ([1, 2], [1, 2], minitorch.int64),
    "floats": ([1.0, 2.0], [1, 2], minitorch.float64),
    "bools": ([True, False], [True, False], minitorch.bool),
    "NumPy scalars": ([np.float32(1), np.float32(2)], [1, 2], minitorch.float32),
    "0-d arrays": ([np.array(1.0), np.array(2.0)], [1, 2], minitorch.float64),
}


@pytest.mark.parametrize(("items", "expected", "dtype"), COLLATED.values(), ids=list(COLLATED))
def test_numbers_and_arrays_become_a_tensor(items, expected, dtype):
    batch = default_collate(items)
    assert batch.tolist() == expected
    assert batch.dtype is dtype


def test_strings_stay_a_list():
    assert default_collate(["a", "b"]) == ["a", "b"]
    assert default_collate([b"a", b"b"]) == [b"a", b"b"]


def test_containers_become_containers_of_batches():
    pair = default_collate([(1, "a"), (2, "b")])
    assert (type(pair), pair[0].tolist(), pair[1]) == (list, [1, 2], ("a", "b"))
    nested = default_collate([[(1, 2)], [(3, 4)]])
    assert listed(nested) == [[[1, 3], [2, 4]]]
    point = default_collate([Point(1, 2), Point(3, 4)])
    assert (type(point), listed(point)) == (Point, [[1, 3], [2, 4]])
    ordered = default_collate([OrderedDict(a=1), OrderedDict(a=2)])
    assert (type(ordered), ordered["a"].tolist()) == (OrderedDict, [1, 2])
    kept = default_collate([tagged("first", a=1), tagged("second", a=2)])
    assert (type(kept), kept.tag, kept["a"].tolist()) == (Tagged, "first", [1, 2])
    frozen = default_collate([MappingProxyType({"a": 1}), MappingProxyType({"a": 2})])
    assert (type(frozen), frozen["a"].tolist()) == (MappingProxyType, [1, 2])
    assert listed(default_collate([range(2), range(2)])) == [[0, 0], [1, 1]]


def test_collating_can_be_taught_other_kinds():
    class Word:
        pass

    def count(batch, *, collate_fn_map):
        return len(batch)

    assert collate([(Word(), 1)] * 3, collate_fn_map={Word: count, int: count}) == [3, 3]
    assert collate([True, False], collate_fn_map={(str, int): count}) == 2
    with pytest.raises(TypeError, match="found <class 'int'>"):
        collate([1])
    default_collate_fn_map[Word] = count
    try:
        assert list(DataLoader([Word(), Word(), Word()], batch_size=2)) == [2, 1]
    finally:
        del default_collate_fn_map[Word]


def test_all_that_is_collated_is_on_the_default_device():
    item = (np.ones(2), np.float32(1), 1, 1.5, minitorch.ones(1))
    assert {each.device for each in default_collate([item])} == {minitorch.ones(1).device}


def test_collating_leaves_the_items_unchanged():
    items = [{"a": [1]}, {"a": [2]}]
    default_collate(items)
    assert items == [{"a": [1]}, {"a": [2]}]


BAD_ITEMS = [
    ([[1, 2], [1]], RuntimeError, "each element in list of batch should be of equal size"),
    ([None], TypeError, "default_collate: batch must contain .* found <class 'NoneType'>"),
    ([np.array(["a"])], TypeError, "found <U1"),
    ([minitorch.ones(2), minitorch.ones(3)], RuntimeError, "stack expects each tensor to be equal"),
    ([np.ones(2, np.uint16)], TypeError, "uint16"),
]


@pytest.mark.parametrize(("items", "error", "message"), BAD_ITEMS)
def test_bad_items_are_refused(items, error, message):
    with pytest.raises(error, match=message):
        default_collate(items)


def test_default_convert_makes_tensors_of_arrays_at_any_depth():
    converted = default_convert({"a": [np.ones(2), 3, "text"], "b": (np.float32(2), Point(1, 2))})
    assert listed(converted["a"]) == [[1.0, 1.0], 3, "text"]
    assert isinstance(converted["a"][0], minitorch.Tensor)
    assert converted["b"][0].dtype is minitorch.float32
    assert converted["b"][1] == Point(1, 2)
    words = np.array(["a"])
    assert default_convert(words) is words


# -------------------------------------------------------------------- the loader


def test_a_loader_serves_batches_in_order():
    loader = DataLoader(Squares(5), batch_size=2)
    assert listed(list(loader)) == [[[0, 1], [0, 1]], [[2, 3], [4, 9]], [[4], [16]]]
    assert len(loader) == 3
    assert isinstance(next(iter(loader)), list)


def test_drop_last_leaves_out_what_is_not_full():
    loader = DataLoader(Squares(5), batch_size=2, drop_last=True)
    assert len(loader) == len(list(loader)) == 2


@pytest.mark.parametrize("dataset", [tensors(), Squares(), Subset(tensors(20), range(3, 13))])
@pytest.mark.parametrize("options", [{}, {"drop_last": True}, {"batch_size": 10}])
def test_shuffling_serves_every_item_once_in_another_order_each_epoch(dataset, options):
    loader = DataLoader(dataset, **{"batch_size": 3, "shuffle": True, **options})
    epochs = [[list(row) for batch in loader for row in zip(*listed(batch))] for _ in range(2)]
    assert epochs[0] != epochs[1]
    rows = [listed(dataset[i]) for i in range(10)]
    for epoch in epochs:
        assert len(epoch) == (9 if options.get("drop_last") else 10)
        assert all(row in rows and epoch.count(row) == 1 for row in epoch)


def test_shuffling_repeats_with_its_generator():
    orders = [
        listed(
            list(DataLoader(tensors(), 4, True, generator=minitorch.Generator().manual_seed(seed)))
        )
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_gathered_batches_are_those_of_collated_items():
    """TensorDataset and its Subsets gather; a subclass with other items does not."""

    class Negated(TensorDataset):
        def __getitem__(self, index):
            return tuple(-each for each in super().__getitem__(index))

    class FarNegated(Subset):
        def __getitem__(self, index):
            return tuple(-each for each in super().__getitem__(index))

        def __getitems__(self, indices):
            return [self[i] for i in indices]

    dataset = tensors()
    nested = Subset(Subset(dataset, [9, 8, 7, 6, 5]), [4, 2, 0])
    negated = Negated(*dataset.tensors)
    for each in (dataset, nested, Subset(Squares(), [3, 1]), negated, Subset(negated, [2, 0])):
        gathered = list(DataLoader(each, batch_size=2))
        items = [each[i] for i in range(len(each))]
        collated = [default_collate(items[i : i + 2]) for i in range(0, len(items), 2)]
        assert listed(gathered) == listed(collated)
        assert [type(batch) for batch in gathered] == [type(batch) for batch in collated]
    far = FarNegated(dataset, [1, 2])
    assert listed(next(iter(DataLoader(far, batch_size=2)))) == [
        [[-2.0, -3.0], [-4.0, -5.0]],
        [-1, -2],
    ]


def test_gathered_batches_own_their_memory():
    dataset = tensors()
    before = dataset.tensors[0].tolist()
    for x, _ in DataLoader(dataset, batch_size=5):
        x.zero_()
    assert dataset.tensors[0].tolist() == before


def test_gathered_batches_are_differentiable_where_the_tensors_are():
    x = minitorch.ones(4, 2, requires_grad=True)
    for (batch,) in DataLoader(TensorDataset(x), batch_size=3):
        batch.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0]] * 4


def test_indices_beyond_the_end_are_an_error():
    with pytest.raises(IndexError):
        list(DataLoader(tensors(), sampler=[3, 10]))


def test_a_list_is_a_dataset_too():
    assert listed(list(DataLoader([5, 6, 7], batch_size=2))) == [[5, 6], [7]]


def test_a_tensor_and_an_array_are_datasets_too():
    for dataset in (minitorch.arange(3), np.arange(3), Subset(minitorch.arange(3), [0, 1, 2])):
        assert listed(list(DataLoader(dataset, batch_size=2))) == [[0, 1], [2]]


def test_getitems_is_asked_for_whole_batches():
    class Batched(Squares):
        def __getitems__(self, indices):
            return [f"{i} of {len(indices)}" for i in indices]

    assert list(DataLoader(Batched(3), 2)) == [["0 of 2", "1 of 2"], ["2 of 1"]]
    assert list(DataLoader(Subset(Batched(3), [2, 0]), 2)) == [["2 of 2", "0 of 2"]]


def test_samplers_say_what_comes_when():
    assert listed(list(DataLoader(Squares(), 2, sampler=[5, 3, 1]))) == [
        [[5, 3], [25, 9]],
        [[1], [1]],
    ]
    batches = [[5, 3, 1], [0]]
    for dataset, expected in (
        (Squares(), [[[5, 3, 1], [25, 9, 1]], [[0], [0]]]),
        (TensorDataset(minitorch.arange(6)), [[[5, 3, 1]], [[0]]]),
    ):
        loader = DataLoader(dataset, batch_sampler=batches)
        assert listed(list(loader)) == expected
        assert (len(loader), loader.batch_size) == (2, None)


def test_a_sampler_of_ones_own_is_iterated():
    class Backwards(SequentialSampler):
        def __iter__(self):
            return reversed(range(len(self)))

    dataset = TensorDataset(minitorch.arange(4))
    assert listed(list(DataLoader(dataset, 2, sampler=Backwards(dataset)))) == [[[3, 2]], [[1, 0]]]


def test_a_sampler_may_be_any_sequence():
    class Old:
        """Iterated over as before there was __iter__."""

        def __getitem__(self, index):
            return (4, 1, 3)[index]

        def __len__(self):
            return 3

    for dataset in (range(5), TensorDataset(minitorch.arange(5))):
        batches = DataLoader(dataset, 2, sampler=Old())
        assert [np.ravel(listed(batch))[0] for batch in batches] == [4, 3]


def test_any_key_can_be_an_index():
    words = {"a": 1, ("b", 2): 3}
    loader = DataLoader(words, batch_sampler=[["a", ("b", 2)]])
    assert listed(list(loader)) == [[1, 3]]


def test_collate_fn_makes_the_batch():
    assert list(DataLoader(Squares(3), 2, collate_fn=len)) == [2, 1]
    assert list(DataLoader(tensors(3), 2, collate_fn=len)) == [2, 1]


def test_without_a_batch_size_items_come_one_by_one():
    loader = DataLoader(Squares(3), batch_size=None)
    assert list(loader) == [[0, 0], [1, 1], [2, 4]]
    assert len(loader) == 3
    (x,) = DataLoader([np.ones(2)], batch_size=None)
    assert isinstance(x, minitorch.Tensor)


def test_two_iterations_at_once_do_not_disturb_each_other():
    loader = DataLoader(tensors(4), batch_size=1, shuffle=True)
    pairs = list(zip(loader, loader))
    for each in zip(*pairs):
        assert sorted(y.item() for _, y in each) == [0, 1, 2, 3]


def test_streams_are_served_in_batches():
    loader = DataLoader(Stream(5), batch_size=2)
    assert listed(list(loader)) == [[0, 1], [2, 3], [4]]
    assert len(loader) == 3
    cut = DataLoader(Stream(5), batch_size=2, drop_last=True)
    assert (listed(list(cut)), len(cut)) == ([[0, 1], [2, 3]], 2)
    single = DataLoader(Stream(3), batch_size=None)
    assert (list(single), len(single)) == ([0, 1, 2], 3)


def test_a_stream_longer_than_it_said_warns():
    class Modest(Stream):
        def __len__(self):
            return self.length - 1

    loader = DataLoader(Modest(3), batch_size=None)
    assert len(list(loader)) == 3  # nobody has asked for the length
    assert len(loader) == 2
    with pytest.warns(UserWarning, match=r"was reported to be 2\(when .* but 3 samples have been"):
        list(loader)


def test_after_an_error_the_next_batch_can_be_asked_for():
    batches = iter(DataLoader([1, 2, None, 4], batch_size=2, collate_fn=sum))
    assert next(batches) == 3
    with pytest.raises(TypeError):
        next(batches)
    assert list(batches) == []
    batches = iter(DataLoader([None, None, 3, 4], batch_size=2, collate_fn=sum))
    with pytest.raises(TypeError):
        next(batches)
    assert list(batches) == [7]


def test_an_iteration_has_a_length_and_cannot_be_pickled():
    batches = iter(DataLoader(Squares(5), batch_size=2))
    assert len(batches) == 3
    with pytest.raises(NotImplementedError, match="cannot be pickled"):
        pickle.dumps(batches)


def test_every_iteration_draws_one_seed_from_the_generator():
    """So that what is drawn besides does not depend on there being workers."""
    generator = minitorch.Generator().manual_seed(4)
    plain = minitorch.Generator().manual_seed(4)
    iter(DataLoader(Squares(), generator=generator))
    plain.integers(0, 2**63 - 1, ())
    assert generator.get_state().equal(plain.get_state())


class Noisy(Dataset):
    """Item i is three random numbers, of the three generators."""

    def __getitem__(self, index):
        return minitorch.rand(()).item(), random.random(), float(np.random.rand())

    def __len__(self):
        return 6


def test_seeded_items_draw_by_their_place_and_leave_the_generators_alone():
    def epochs(**options):
        minitorch.manual_seed(3)
        loader = DataLoader(Noisy(), seed_items=True, collate_fn=list, **options)
        return [[item for batch in loader for item in batch] for _ in range(2)]

    first, second = epochs(batch_size=2)
    assert epochs(batch_size=3) == [first, second]
    assert len({*first, *second}) == 12

    before = seeding.states()
    batches = iter(DataLoader(Noisy(), seed_items=True, generator=minitorch.Generator()))
    next(batches)
    assert seeding.states() == before


def test_without_seeded_items_they_draw_as_they_come():
    random.seed(7)
    expected = [random.random() for _ in range(6)]
    random.seed(7)
    assert [item[1].item() for item in DataLoader(Noisy())] == expected


def test_item_seeds_differ_and_are_positive():
    seeds = {seeding.item_seed(epoch, place) for epoch in range(50) for place in range(50)}
    assert len(seeds) == 2500
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_worker_options_are_accepted():
    loader = DataLoader(Squares(3), num_workers=1, persistent_workers=True, timeout=2)
    assert (loader.prefetch_factor, loader.in_order, loader.timeout) == (2, True, 2)
    assert DataLoader(Squares(3)).prefetch_factor is None
    loader.multiprocessing_context = "spawn"
    assert loader.multiprocessing_context.get_start_method() == "spawn"
    assert get_worker_info() is None


def test_pinned_memory_warns_without_a_gpu():
    if minitorch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.warns(UserWarning, match="'pin_memory' argument is set as true but no accelerator"):
        list(DataLoader(Squares(3), pin_memory=True))
    with pytest.warns(UserWarning) as warned:
        list(DataLoader(Squares(3), pin_memory=True, pin_memory_device="cuda"))
    assert "ignore pin_memory_device='cuda'" in str(warned[0].message)


def test_more_workers_than_processors_warn():
    with pytest.warns(UserWarning, match="This DataLoader will create 1000 worker processes in"):
        DataLoader(Squares(3), num_workers=1000)


def test_pytorchs_paths_lead_here():
    assert minitorch.utils.data.DataLoader is DataLoader
    public = {name for name, each in vars(minitorch.data).items() if callable(each)}
    assert set(minitorch.utils.data.__all__) == public
    assert minitorch.utils.data._utils.collate.default_collate is default_collate
    for module, name in {
        "dataset": "Dataset",
        "dataloader": "DataLoader",
        "sampler": "Sampler",
        "distributed": "DistributedSampler",
    }.items():
        found = getattr(minitorch.utils.data, module)
        assert set(found.__all__) <= public
        assert getattr(found, name) is getattr(minitorch.data, name)


BAD_LOADERS = [
    (
        lambda: DataLoader(Squares(), shuffle=True, sampler=[1]),
        "sampler option is mutually exclusive with shuffle",
    ),
    (
        lambda: DataLoader(Squares(), batch_size=2, batch_sampler=[[1]]),
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and",
    ),
    (
        lambda: DataLoader(Squares(), batch_size=None, drop_last=True),
        "batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
    ),
    (lambda: DataLoader(Squares(), batch_size=0), "batch_size should be a positive integer value"),
    (lambda: DataLoader(Squares(), num_workers=-1), "num_workers option should be non-negative"),
    (lambda: DataLoader(Squares(), timeout=-1), "timeout option should be non-negative"),
    (lambda: DataLoader(Squares(), prefetch_factor=2), "prefetch_factor option could only be"),
    (
        lambda: DataLoader(Squares(), num_workers=1, prefetch_factor=-2),
        "prefetch_factor option should be non-negative",
    ),
    (
        lambda: DataLoader(Squares(), persistent_workers=True),
        "persistent_workers option needs num_workers > 0",
    ),
    (
        lambda: DataLoader(Stream(3), shuffle=True),
        "DataLoader with IterableDataset: expected unspecified shuffle option, but got",
    ),
    (
        lambda: DataLoader(Stream(3), sampler=[1]),
        "DataLoader with IterableDataset: expected unspecified sampler option",
    ),
    (
        lambda: DataLoader(Stream(3), batch_sampler=[[1]]),
        "DataLoader with IterableDataset: expected unspecified batch_sampler option",
    ),
    (
        lambda: DataLoader(Stream(3), seed_items=True),
        "seed_items needs a dataset with __getitem__",
    ),
    (
        lambda: DataLoader(Squares(), multiprocessing_context="spawn"),
        r"multiprocessing_context can only be used with multi-process loading \(num_workers > 0\)",
    ),
    (
        lambda: DataLoader(Squares(), num_workers=1, multiprocessing_context="bad"),
        r"should specify a valid start method in \[.*\], but got multiprocessing_context='bad'",
    ),
    (
        lambda: setattr(DataLoader(Squares()), "batch_size", 3),
        "batch_size attribute should not be set after DataLoader is initialized",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD_LOADERS)
def test_options_that_contradict_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_options_of_the_wrong_kind_are_refused():
    with pytest.raises(TypeError, match="should be a valid context object or a string"):
        DataLoader(Squares(), num_workers=1, multiprocessing_context=3)
    with pytest.raises(AssertionError, match="requires timeout == 0"):
        iter(DataLoader(Squares(), timeout=1))
    with pytest.raises(AssertionError, match="prefetch_factor must be greater than 0"):
        iter(DataLoader(Squares(), num_workers=1, prefetch_factor=0))


# -------------------------------------------------------------------- beside PyTorch


@pytest.mark.torch
def test_batches_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    items = [
        {"x": np.full((2, 2), i, np.float32), "y": (i, float(i), f"{i}"), "z": [i > 1, [i, i]]}
        for i in range(5)
    ]
    ours = list(DataLoader(items, batch_size=2))
    theirs = list(torch.utils.data.DataLoader(items, batch_size=2))
    assert repr(ours) == repr(theirs)
    ours = list(DataLoader(items, batch_size=None))
    theirs = list(torch.utils.data.DataLoader(items, batch_size=None))
    assert repr(ours) == repr(theirs)
