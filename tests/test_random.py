"""Random tensors: seeds, distributions, and what is refused."""

import math
import re
import subprocess
import sys

import numpy as np
import pytest

import minitorch
from minitorch import Generator, manual_seed, ones, tensor, zeros
from minitorch.backend import ziggurat

N = 20000


def new_generator():
    return Generator(minitorch.get_default_device())


def gaps(draw, **limits):
    """How far mean and standard deviation of N draws are from those expected."""
    values = draw.double()
    return abs(float(values.mean()) - limits["mean"]), abs(float(values.std()) - limits["std"])


# -------------------------------------------------------------------- seeds

DRAWS = {
    "rand": lambda g: minitorch.rand(3, generator=g),
    "rand of float64": lambda g: minitorch.rand(3, generator=g, dtype=minitorch.float64),
    "rand of float16": lambda g: minitorch.rand(3, generator=g, dtype=minitorch.float16),
    "randn": lambda g: minitorch.randn(2, 2, generator=g),
    "randint": lambda g: minitorch.randint(100, (5,), generator=g),
    "randperm": lambda g: minitorch.randperm(10, generator=g),
    "rand_like": lambda g: minitorch.rand_like(ones(3), generator=g),
    "randn_like": lambda g: minitorch.randn_like(ones(3), generator=g),
    "randint_like": lambda g: minitorch.randint_like(ones(3), 10, generator=g),
    "normal": lambda g: minitorch.normal(ones(3), 2.0, generator=g),
    "bernoulli": lambda g: minitorch.bernoulli(ones(20) / 2, generator=g),
    "multinomial": lambda g: minitorch.multinomial(ones(20), 5, generator=g),
    "uniform_": lambda g: zeros(3).uniform_(generator=g),
    "normal_": lambda g: zeros(3).normal_(generator=g),
    "exponential_": lambda g: zeros(3).exponential_(generator=g),
    "bernoulli_": lambda g: zeros(20).bernoulli_(generator=g),
    "random_": lambda g: zeros(3).random_(generator=g),
    "log_normal_": lambda g: zeros(3).log_normal_(generator=g),
    "cauchy_": lambda g: zeros(3).cauchy_(generator=g),
    "geometric_": lambda g: zeros(9).geometric_(0.1, generator=g),
    "poisson": lambda g: minitorch.poisson(ones(9) * 20, generator=g),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_seed_gives_the_same_numbers(name):
    draw = DRAWS[name]
    first = draw(new_generator().manual_seed(3))
    assert first.tolist() == draw(new_generator().manual_seed(3)).tolist()
    assert first.tolist() != draw(new_generator().manual_seed(4)).tolist()
    manual_seed(3)
    assert first.tolist() == draw(None).tolist()


def test_the_default_generator_is_the_one_that_is_seeded():
    g = manual_seed(5)
    assert g is minitorch.default_generator
    assert minitorch.initial_seed() == g.initial_seed() == 5
    assert minitorch.seed() == minitorch.initial_seed()


def test_a_state_brings_back_what_followed_it():
    minitorch.rand(3)
    minitorch.randint(5, (3,))  # leaves a drawn word behind
    state = minitorch.get_rng_state()
    assert state.dtype is minitorch.uint8
    first = minitorch.randn(5), minitorch.randint(10, (7,))
    minitorch.set_rng_state(state)
    assert first[0].tolist() == minitorch.randn(5).tolist()
    assert first[1].tolist() == minitorch.randint(10, (7,)).tolist()
    g = Generator().set_state(state)
    assert g.initial_seed() == minitorch.initial_seed()
    with pytest.raises(RuntimeError, match=r"expected the 16 uint8 of get_state\(\)"):
        minitorch.set_rng_state(zeros(3, dtype=minitorch.uint8))
    with pytest.raises(TypeError, match=r"RNG state must be a torch\.ByteTensor"):
        minitorch.set_rng_state(zeros(3))
    with pytest.raises(TypeError, match=r"expected a torch\.ByteTensor, but got list"):
        minitorch.set_rng_state([3])


def test_a_clone_goes_on_alike_and_apart():
    g = new_generator().manual_seed(3)
    minitorch.rand(2, generator=g)
    clone = g.clone_state()
    assert clone.initial_seed() == 3
    assert minitorch.rand(2, generator=g).tolist() == minitorch.rand(2, generator=clone).tolist()
    minitorch.rand(1, generator=clone)
    assert minitorch.rand(2, generator=g).tolist() != minitorch.rand(2, generator=clone).tolist()


def test_a_fork_leaves_what_is_drawn_after_it_as_it_was():
    manual_seed(3)
    first = minitorch.rand(2).tolist()
    second = minitorch.rand(2).tolist()
    manual_seed(3)
    with minitorch.random.fork_rng():
        assert minitorch.rand(2).tolist() == first
    assert minitorch.rand(2).tolist() == first
    with minitorch.random.fork_rng(enabled=False):
        assert minitorch.rand(2).tolist() == second


def test_the_module_random_offers_the_seeds():
    assert minitorch.random.manual_seed(4) is minitorch.random.default_generator
    assert minitorch.random.initial_seed() == 4
    assert minitorch.random.seed() == minitorch.initial_seed()
    state = minitorch.random.get_rng_state()
    minitorch.random.set_rng_state(state)
    assert minitorch.random.thread_safe_generator() is None


def test_seeds_have_64_bits():
    assert Generator().manual_seed(-1).initial_seed() == 2**64 - 1
    assert Generator().manual_seed(np.int32(3)).initial_seed() == 3
    assert manual_seed(1.5).initial_seed() == 1
    with pytest.raises(RuntimeError, match="manual_seed expected a long, but got float"):
        Generator().manual_seed(1.5)
    assert Generator().seed() != Generator().seed()
    assert repr(Generator().manual_seed(2)) == "<Generator on cpu, seed 2>"
    with pytest.raises(ValueError, match="the seed 1180591620717411303424 has over 64 bits"):
        manual_seed(2**70)


# -------------------------------------------------------------------- distributions

NORMAL = {"mean": 0, "std": 1}
UNIFORM = {"mean": 0.5, "std": 12**-0.5}

DISTRIBUTIONS = {
    "rand": (lambda: minitorch.rand(N), UNIFORM),
    "rand of float16": (lambda: minitorch.rand(N, dtype=minitorch.float16), UNIFORM),
    "randn": (lambda: minitorch.randn(N), NORMAL),
    "randn of float16": (lambda: minitorch.randn(N, dtype=minitorch.float16), NORMAL),
    "randint": (lambda: minitorch.randint(-1, 2, (N,)), {"mean": 0, "std": (2 / 3) ** 0.5}),
    "normal": (lambda: minitorch.normal(2.0, 3.0, (N,)), {"mean": 2, "std": 3}),
    "normal of tensors": (lambda: minitorch.normal(ones(N), ones(1) * 2), {"mean": 1, "std": 2}),
    "bernoulli": (lambda: minitorch.bernoulli(ones(N) * 0.2), {"mean": 0.2, "std": 0.4}),
    "bernoulli with p": (lambda: ones(N).bernoulli(0.2), {"mean": 0.2, "std": 0.4}),
    "uniform_": (lambda: zeros(N).uniform_(-1, 1), {"mean": 0, "std": 3**-0.5}),
    "normal_": (lambda: zeros(N).normal_(2, 3), {"mean": 2, "std": 3}),
    "exponential_": (lambda: zeros(N).exponential_(2), {"mean": 0.5, "std": 0.5}),
    "exponential_ of float16": (lambda: zeros(N).half().exponential_(), {"mean": 1, "std": 1}),
    "bernoulli_": (lambda: zeros(N).bernoulli_(), {"mean": 0.5, "std": 0.5}),
    "random_": (lambda: zeros(N).random_(0, 3), {"mean": 1, "std": (2 / 3) ** 0.5}),
    "log_normal_": (
        lambda: zeros(N).log_normal_(0.5, 0.25),
        {"mean": np.exp(0.53125), "std": np.exp(0.53125) * (np.exp(0.0625) - 1) ** 0.5},
    ),
    "geometric_": (lambda: zeros(N).geometric_(0.25), {"mean": 4, "std": 12**0.5}),
    "geometric_ of integers": (lambda: zeros(N).int().geometric_(0.5), {"mean": 2, "std": 2**0.5}),
    "poisson": (lambda: minitorch.poisson(ones(N) * 6.25), {"mean": 6.25, "std": 2.5}),
    "normal of a mean": (lambda: minitorch.normal(ones(N), 2.0), {"mean": 1, "std": 2}),
    "normal of a std": (lambda: minitorch.normal(1.0, ones(N) * 2), {"mean": 1, "std": 2}),
    "bernoulli_ of a tensor": (lambda: zeros(N).bernoulli_(ones(N) / 5), {"mean": 0.2, "std": 0.4}),
    "multinomial": (
        lambda: minitorch.multinomial(tensor([1.0, 0, 3]), N, replacement=True),
        {"mean": 1.5, "std": 0.75**0.5},
    ),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_have_the_mean_and_spread_of_their_distribution(name):
    draw, limits = DISTRIBUTIONS[name]
    off_mean, off_std = gaps(draw(), **limits)
    assert off_mean < 5 * limits["std"] / N**0.5
    assert off_std < 8 * limits["std"] / N**0.5


def below(x):
    """The normal distribution function."""
    return 0.5 * (1 + np.vectorize(math.erf)(x / 2**0.5))


CONTINUOUS = {
    "rand": (lambda: minitorch.rand(N), lambda x: x),
    "randn": (lambda: minitorch.randn(N), below),
    "rand of float64": (lambda: minitorch.rand(N, dtype=minitorch.float64), lambda x: x),
    "uniform_": (lambda: zeros(N).uniform_(-1, 3), lambda x: (x + 1) / 4),
    "normal_": (lambda: zeros(N).normal_(2, 3), lambda x: below((x - 2) / 3)),
    "log_normal_": (lambda: zeros(N).log_normal_(1, 2), lambda x: below((np.log(x) - 1) / 2)),
    "exponential_": (lambda: zeros(N).exponential_(2), lambda x: 1 - np.exp(-2 * x)),
    "cauchy_": (
        lambda: zeros(N).cauchy_(1, 2),
        lambda x: np.arctan((x - 1) / 2) / np.pi + 0.5,
    ),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_draws_are_distributed_as_they_should_be(name):
    """Kolmogorov's distance from the distribution function: over 2 / sqrt(N) once in 1500 times."""
    draw, function = CONTINUOUS[name]
    expected = function(np.sort(draw().double().numpy()))
    steps = np.arange(N + 1) / N
    distance = max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max())
    assert distance < 2 / N**0.5


COUNTED = {
    "randint": (lambda: minitorch.randint(6, (N,)), [1 / 6] * 6),
    "random_": (lambda: zeros(N).random_(6), [1 / 6] * 6),
    "geometric_": (lambda: zeros(N).geometric_(0.5) - 1, [0.5**k for k in range(1, 9)]),
    "poisson": (
        lambda: minitorch.poisson(ones(N) * 2),
        [math.exp(-2) * 2**k / math.factorial(k) for k in range(8)],
    ),
    "multinomial": (
        lambda: minitorch.multinomial(tensor([1.0, 0, 3, 4]), N, replacement=True),
        [0.125, 0, 0.375, 0.5],
    ),
    "first of multinomial": (
        lambda: minitorch.multinomial(tensor([[1.0, 0, 3, 4]] * N), 2)[:, 0],
        [0.125, 0, 0.375, 0.5],
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_each_value_comes_as_often_as_it_should(name):
    draw, shares = COUNTED[name]
    values = draw().numpy()
    for value, share in enumerate(shares):
        off = abs((values == value).mean() - share)
        assert off <= 5 * (share * (1 - share) / N) ** 0.5


def test_uniform_numbers_stay_below_one():
    for dtype in (minitorch.float16, minitorch.float32, minitorch.float64):
        drawn = minitorch.rand(N, dtype=dtype)
        assert drawn.min() >= 0 and drawn.max() < 1


def test_a_permutation_holds_every_number_once():
    assert sorted(minitorch.randperm(50).tolist()) == list(range(50))
    assert minitorch.randperm(0).shape == (0,)


def test_integers_without_bounds_are_those_that_the_dtype_holds():
    for dtype in (minitorch.int8, minitorch.uint8, minitorch.int64, minitorch.bool):
        drawn = zeros(100, dtype=dtype).random_()
        assert drawn.dtype is dtype
        assert drawn.min() >= 0
    assert zeros(100).random_().max() <= 2**24


def test_draws_without_replacement_are_all_different():
    weights = minitorch.rand(50, 20)
    drawn = minitorch.multinomial(weights, 20)
    assert all(sorted(row) == list(range(20)) for row in drawn.tolist())
    first = minitorch.multinomial(tensor([[0.0, 1.0, 9.0]] * N), 1)
    assert abs(float((first == 2).double().mean()) - 0.9) < 0.02
    assert not (first == 0).any()


# -------------------------------------------------------------------- forms and options


def test_shapes_and_dtypes():
    assert minitorch.rand((2, 3)).shape == minitorch.randn(size=(2, 3)).shape == (2, 3)
    assert minitorch.randint(3, 5, (2,)).dtype is minitorch.int64
    assert set(minitorch.randint(high=5, size=(200,)).tolist()) == {0, 1, 2, 3, 4}
    assert set(minitorch.randint(3, size=(200,)).tolist()) == {0, 1, 2}
    assert minitorch.randint(5, (2,), dtype=minitorch.float32).dtype is minitorch.float32
    assert minitorch.randn(2, requires_grad=True).is_leaf
    assert minitorch.normal(ones(2, 1), ones(3)).shape == (2, 3)
    assert minitorch.normal(zeros(2).double()).dtype is minitorch.float64
    assert minitorch.rand_like(ones(2, dtype=minitorch.float64)).dtype is minitorch.float64
    assert minitorch.randint_like(ones(2), 1, 5).dtype is minitorch.float32
    assert minitorch.multinomial(ones(4), 2).dtype is minitorch.int64
    assert minitorch.normal(zeros(2), ones(2).double()).dtype is minitorch.float32
    assert minitorch.normal(0, 1, (2,), dtype=minitorch.float64).dtype is minitorch.float64
    assert minitorch.poisson(ones(2).double()).dtype is minitorch.float64
    assert zeros(2).int().geometric_(0.5).dtype is minitorch.int32
    assert minitorch.rand(()).shape == minitorch.rand_like(ones(()).half()).shape == ()
    assert minitorch.bernoulli(ones(())).item() == 1
    assert minitorch.randperm(4, dtype=minitorch.float32).dtype is minitorch.float32


def test_draws_are_written_into_out():
    whole, real = minitorch.empty(0, dtype=minitorch.int64), minitorch.empty(3)
    assert minitorch.rand(3, out=real) is real
    assert minitorch.randperm(4, out=whole).tolist() == whole.tolist()
    assert minitorch.randint(3, (5,), out=whole).shape == (5,)
    assert minitorch.multinomial(ones(3), 2, out=whole).shape == (2,)
    assert minitorch.bernoulli(ones(3), out=real).tolist() == [1, 1, 1]
    assert minitorch.normal(zeros(3), 0.0, out=real).tolist() == [0, 0, 0]


def test_the_derivative_of_a_draw_counts_as_zero():
    for draw in (
        minitorch.bernoulli,
        minitorch.poisson,
        lambda x: minitorch.normal(x, 1.0),
        lambda x: minitorch.normal(0.0, x),
        lambda x: (x * 1).uniform_(),
    ):
        x = (ones(3) / 2).requires_grad_()
        draw(x).sum().backward()
        assert x.grad.tolist() == [0, 0, 0]
    assert "BernoulliBackward" in repr(minitorch.bernoulli(x).grad_fn)


def test_a_float_that_cannot_hold_all_integers_warns():
    with pytest.warns(UserWarning, match="to - 1 is out of bounds .-.2.24., 2.24.. Due to precisi"):
        minitorch.randint(0, 2**24 + 2, (2,), dtype=minitorch.float32)


REFUSED = {
    "minitorch.rand(2, dtype=minitorch.int64)": (
        NotImplementedError,
        "\"check_uniform_bounds\" not implemented for 'Long'",
    ),
    "zeros(2).long().normal_()": (
        NotImplementedError,
        "\"normal_kernel_cpu\" not implemented for 'Long'",
    ),
    "minitorch.rand(2, generator=5)": (TypeError, "'generator' must be Generator, not int"),
    "minitorch.randint(5, 3, (2,))": (RuntimeError, "expects 'from' to be less than 'to'"),
    "minitorch.randint(0, 300, (2,), dtype=minitorch.uint8)": (
        RuntimeError,
        "to - 1 is out of bounds for unsigned char",
    ),
    "minitorch.randint(-1, 3, (2,), dtype=minitorch.uint8)": (
        RuntimeError,
        "from is out of bounds for unsigned char",
    ),
    "minitorch.randint(3.5, (2,))": (TypeError, "argument 'high' (position 1) must be int, not"),
    "minitorch.randint(0, 3, 2)": (TypeError, "must be tuple of ints, not int"),
    "minitorch.randperm(-1)": (RuntimeError, "negative dimension -1: [-1]"),
    "minitorch.randperm(2.5)": (TypeError, "argument 'n' (position 1) must be int, not float"),
    "minitorch.randperm(300, dtype=minitorch.uint8)": (RuntimeError, "uint8_t without overflow"),
    "minitorch.normal(0.0, -1.0, (2,))": (
        RuntimeError,
        "normal expects std >= 0.0, but found std -1",
    ),
    "minitorch.normal(1.0)": (TypeError, "normal(): argument 'mean' (position 1) must be Tensor"),
    "minitorch.normal(zeros(2), ones(3))": (RuntimeError, "The size of tensor a (2) must match"),
    "minitorch.normal(ones(2), -ones(2))": (RuntimeError, "all elements of std >= 0.0"),
    "minitorch.normal(ones(2).long(), 1.0)": (NotImplementedError, '"normal_kernel_cpu" not impl'),
    "minitorch.bernoulli(ones(2) * 2)": (RuntimeError, "Expected p_in >= 0 && p_in <= 1"),
    "minitorch.bernoulli(ones(2).long())": (NotImplementedError, '"bernoulli_tensor_cpu_p_" not'),
    "zeros(2).bernoulli_(2)": (RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=2"),
    "minitorch.poisson(-ones(2))": (RuntimeError, "invalid Poisson rate, expected rate to be non"),
    "minitorch.poisson(ones(2).long())": (NotImplementedError, '"poisson_cpu" not implemented'),
    "zeros(2).uniform_(3, 1)": (RuntimeError, "but found from=3 > to=1"),
    "zeros(2).uniform_(0, float('inf'))": (RuntimeError, "to is out of bounds for float"),
    "zeros(2).uniform_(-3e38, 3e38)": (RuntimeError, "uniform_ expects to-from <= std::numeric_l"),
    "zeros(2).normal_(0, -1)": (RuntimeError, "normal expects std >= 0.0, but found std -1"),
    "zeros(2).log_normal_(0, 0)": (RuntimeError, "log_normal_ expects std > 0.0, but found std=0"),
    "zeros(2).exponential_(-1)": (RuntimeError, "expects lambda > 0.0, but found lambda=-1"),
    "zeros(2).long().exponential_()": (
        RuntimeError,
        "Exponential distribution is a continuous probability distribution. dtype must be a",
    ),
    "zeros(2).cauchy_(0, -1)": (RuntimeError, "cauchy_ expects sigma > 0.0, but found sigma=-1"),
    "zeros(2).geometric_(1)": (RuntimeError, "geometric_ expects p to be in (0, 1), but got p=1"),
    "zeros(2).bool().geometric_(0.5)": (NotImplementedError, '"geometric_cpu" not implemented'),
    "zeros(2).random_(0)": (RuntimeError, "random_ expects 'from' to be less than 'to', but got"),
    "minitorch.multinomial(ones(2).long(), 1)": (RuntimeError, "only supports floating-point"),
    "minitorch.multinomial(ones(2), 3)": (
        RuntimeError,
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
    ),
    "minitorch.multinomial(ones(2), 0)": (RuntimeError, "cannot sample n_sample <= 0 samples"),
    "minitorch.multinomial(ones(2), 1.5)": (TypeError, "argument 'num_samples' (position 2) must"),
    "minitorch.multinomial(-ones(2), 1)": (RuntimeError, "`inf`, `nan` or element < 0"),
    "minitorch.multinomial(-ones(2), 2, True)": (
        RuntimeError,
        "invalid multinomial distribution (encountering probability entry < 0)",
    ),
    "minitorch.multinomial(zeros(2), 1)": (RuntimeError, "sum of probabilities <= 0"),
    "minitorch.multinomial(ones(1)[0], 1)": (RuntimeError, "prob_dist must be 1 or 2 dim"),
    "minitorch.multinomial(ones(2), 1, out=ones(1))": (
        RuntimeError,
        "multinomial expects Long tensor out, got: Float",
    ),
}


@pytest.mark.parametrize("call", REFUSED)
def test_refused_draws_raise_with_this_text(call):
    error, text = REFUSED[call]
    with pytest.raises(error, match=re.escape(text)):
        eval(call, {"minitorch": minitorch, "ones": ones, "zeros": zeros})


@pytest.mark.torch
@pytest.mark.parametrize("call", [call for call in REFUSED if "generator" not in call])
def test_torch_refuses_the_same(call):
    torch = pytest.importorskip("torch")
    names = {"minitorch": torch, "ones": torch.ones, "zeros": torch.zeros}
    with pytest.raises(Exception) as theirs:
        eval(call, names)
    error, text = REFUSED[call]
    assert isinstance(theirs.value, error)
    if error is not TypeError:
        assert text in str(theirs.value)


def test_importing_loads_no_numpy_random():
    code = "import sys, minitorch; print('numpy.random' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_generators_draw_arrays_of_the_dtype_asked_for(dtype):
    g = Generator()
    for draw in (g.uniform, g.normal, g.exponential):
        assert draw((2, 3), np.dtype(dtype)).dtype == dtype


# -------------------------------------------------------------------- how the numbers are made


RAND = [0.13562291860580444, 0.014066994190216064]
RANDN = [-0.049892495616563476, 1.0153172205052838]
RANDINT = [36, 55, 781]


def test_the_numbers_of_a_seed_stay_what_they_are():
    manual_seed(0)
    assert minitorch.rand(2).tolist() == RAND
    assert minitorch.randn(2, dtype=minitorch.float64).tolist() == RANDN
    assert minitorch.randint(1000, (3,)).tolist() == RANDINT


def test_single_precision_normals_are_those_of_double_precision_rounded():
    g = new_generator()
    double = minitorch.randn(5000, dtype=minitorch.float64, generator=g.manual_seed(1))
    single = minitorch.randn(5000, generator=g.manual_seed(1))
    assert single.tolist() == double.float().tolist()


def test_normals_have_the_distribution_function_that_they_should():
    x = np.sort(Generator().manual_seed(1).normal((200_000,), np.dtype(np.float64)))
    wanted = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x[::100]])
    apart = np.abs(np.arange(len(x))[::100] / len(x) - wanted).max()
    assert apart < 1.95 / math.sqrt(len(x))  # Kolmogorov and Smirnov: once in a thousand seeds
    assert abs((x**4).mean() - 3) < 0.1 and x.max() > 4


def test_layers_of_the_ziggurat_have_one_area():
    widths, sure = ziggurat.tables()
    low = np.exp(-(widths[1:] ** 2) / 2)
    high = np.exp(-(np.append(widths[2:], 0.0) ** 2) / 2)
    areas = widths[1:] * (high - low)
    tail = math.sqrt(math.pi / 2) * math.erfc(ziggurat.TAIL / math.sqrt(2))
    np.testing.assert_allclose(areas, ziggurat.TAIL * low[0] + tail, rtol=1e-9)
    assert len(widths) == len(sure) == ziggurat.LAYERS


def test_what_lies_beyond_the_ziggurat_has_the_distribution_of_the_tail():
    words = np.random.default_rng(0).integers(0, 2**64, 3000, np.uint64)
    tail = np.array([ziggurat.of_tail(int(word)) for word in words]) - ziggurat.TAIL
    assert tail.min() > 0
    cut = ziggurat.TAIL
    mean = math.exp(-cut * cut / 2) / (math.sqrt(math.pi / 2) * math.erfc(cut / math.sqrt(2))) - cut
    assert abs(tail.mean() / mean - 1) < 0.06


def test_a_word_that_is_not_surely_under_the_curve_is_tried_again():
    word = 2**63 - 2**11 + ziggurat.LAYERS - 1  # the top layer, which is nowhere surely so
    drawn = {ziggurat.unlikely(word + (i << 30)) for i in range(200)}
    assert len(drawn) == 200 and max(map(abs, drawn)) < 5


def test_the_logarithm_of_exact_operations_is_one():
    x = np.append(np.random.default_rng(0).uniform(0, 1, 1000), [2.0**-53, 0.5, 1 - 2.0**-53])
    np.testing.assert_allclose(ziggurat.log(x), np.log(x), atol=1e-12)
    assert ziggurat.log(x).max() < 0


@pytest.mark.parametrize("low, high", [(0, 10), (-3, 2**33), (-(2**63), 2**63), (5, 6)])
def test_integers_reach_all_of_the_range(low, high):
    drawn = Generator().manual_seed(3).integers(low, high, (4000,))
    assert drawn.dtype == np.int64 and low <= drawn.min() and drawn.max() < high
    middle = drawn.astype(np.float64).mean() - (low + high - 1) / 2
    assert abs(middle) <= 0.03 * (high - low)


def test_a_single_number_is_drawn_from_a_gamma_distribution():
    drawn = minitorch._standard_gamma(minitorch.tensor(2.0))
    assert drawn.shape == () and drawn.item() > 0
    assert minitorch.distributions.Gamma(minitorch.tensor(1.0), 2.0).sample().shape == ()


def test_a_likeness_keeps_the_strides():
    x = zeros(3, 2).t()
    for make in (minitorch.rand_like, minitorch.randn_like, lambda x: minitorch.randint_like(x, 5)):
        assert make(x).stride() == (1, 2)


def test_random_draws_up_to_the_largest_whole_number_the_dtype_counts_to():
    drawn = zeros(1000, dtype=minitorch.int8).random_(100, None)
    assert (drawn.min() >= 100, drawn.max() <= 127) == (True, True)
    assert len(set(drawn.tolist())) > 20
    assert zeros(100).random_(2**24 - 1, None).max() == 2**24


def test_permutations_fit_their_dtype():
    with pytest.raises(RuntimeError, match="value cannot be converted to type int8_t without over"):
        minitorch.randperm(300, dtype=minitorch.int8)
    with pytest.raises(RuntimeError, match="tensor with negative dimension -1"):
        minitorch.randperm(-1)
