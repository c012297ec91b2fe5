"""What must hold for every row of the table in `op_cases.py`."""

import re
import warnings
from contextlib import nullcontext

import numpy as np
import pytest
from op_cases import CASES

import minitorch
from minitorch.autograd import grad, gradcheck, gradgradcheck
from minitorch.autograd.graph import saved_tensors_hooks
from minitorch.autograd.op import OPS
from minitorch.autograd.tensor import wrap
from minitorch.backend.devices import CPU, move

GOOD = [case for case in CASES if case.raises is None]
BAD = [case for case in CASES if case.raises is not None]


def over(cases):
    return pytest.mark.parametrize("case", cases, ids=str)


def has_floats(case):
    return any(isinstance(each, np.ndarray) and each.dtype.kind == "f" for each in case.arrays())


def differentiable(case):
    o = getattr(case.function(), "op", None)
    return has_floats(case) and case.orders > 0 and (o is None or o.differentiable)


def place(array, device, requires_grad=False):
    """An input as the op takes it: arrays become tensors that share their memory."""
    if not isinstance(array, np.ndarray):
        return array
    t = wrap(move(array, device))
    return t.requires_grad_() if requires_grad and t.dtype.is_floating_point else t


def on_cpu(tensor):
    return move(tensor.detach().array, CPU)


def run(case, arrays, device, requires_grad=False):
    """Inputs and results; on a GPU with tensors there alone, while others are made on the CPU."""
    tensors = placed(case, arrays, device, requires_grad)
    given = any(isinstance(each, minitorch.Tensor) for each in tensors)
    with CPU if given else device:
        return tensors, case.run(case.function(), tensors)


def placed(case, arrays, device, requires_grad):
    return [
        place(array, device, requires_grad and i not in case.fixed)
        for i, array in enumerate(arrays)
    ]


def weight(shape, dtype):
    """A gradient for an output: as if random, and the same for the same shape."""
    return np.asarray(np.random.default_rng(3).uniform(0.5, 1.5, shape)).astype(dtype)


def gradients(tensors, results):
    """The derivatives of all float results by all float tensors, as arrays; None where unused."""
    results = [y for y in results if y.requires_grad]
    sources = [x for x in tensors if isinstance(x, minitorch.Tensor) and x.requires_grad]
    weights = [place(weight(y.shape, y.dtype.dtype), y.device) for y in results]
    found = grad(results, sources, weights, allow_unused=True)
    return [None if g is None else on_cpu(g) for g in found]


def assert_close(found, wanted, near):
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        if a is None or b is None:
            assert not np.any(a if b is None else b)
            continue
        assert a.shape == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=near, atol=near)


# -------------------------------------------------------------------- the table itself


def test_every_registered_op_has_a_row():
    assert set(OPS) - {case.name for case in GOOD} == set()


def test_no_row_stands_twice():
    rows = [f"{case} {case.values} {case.call} {case.like}" for case in CASES]
    assert [row for row in rows if rows.count(row) > 1] == []


# -------------------------------------------------------------------- values


def refused_kinds(case):
    o = getattr(case.function(), "op", None)
    return "" if o is None else o.refuses[0]


@over(GOOD)
def test_value_is_that_of_the_reference_and_inputs_are_left_alone(case, device):
    arrays = case.arrays()
    before = [np.copy(array) for array in arrays]
    _, results = run(case, arrays, device)
    wanted = case.expected(arrays)
    assert_close([on_cpu(y) for y in results], wanted, case.near)
    for y, array in zip(results, wanted, strict=True):
        assert y.dtype.name == (case.gives or np.asarray(array).dtype.name)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


@over([case for case in GOOD if has_floats(case)])
@pytest.mark.parametrize("dtype, near", [("float32", 2e-5), ("float16", 2e-2)])
def test_other_float_dtypes_are_kept(case, dtype, near, device):
    if dtype == "float16" and (not case.half or "h" in refused_kinds(case)):
        pytest.skip("not in float16, as in PyTorch")
    arrays = case.arrays(dtype)
    doubles = [
        a.astype("f8") if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in arrays
    ]
    wanted = case.expected(doubles)
    tensors, results = run(case, arrays, device, requires_grad=True)
    assert_close([on_cpu(y).astype("f8") for y in results], wanted, near)
    for y, array in zip(results, wanted, strict=True):
        name = case.gives or np.asarray(array).dtype.name
        assert y.dtype.name == (dtype if name == "float64" else name)
    if differentiable(case):
        for g in gradients(tensors, results):
            assert g is None or g.dtype == dtype


KINDS = {"b": "bool", "i": "int32", "u": "uint8", "f": "float32", "h": "float16"}
REFUSING = [name for name in OPS if OPS[name].op.refuses[0] and not OPS[name].op.casts]


@pytest.mark.parametrize("name", REFUSING)
def test_a_dtype_that_the_kernel_of_pytorch_does_not_take_is_refused(name, device):
    o = OPS[name].op
    kinds, kernel = o.refuses
    for kind in kinds:
        x = place(np.ones((2,), KINDS[kind]), device)
        with pytest.raises(NotImplementedError, match=f'"{kernel}" not implemented for'):
            OPS[name](*[x] * len(o.tensors), **{s: 0 for s in o.settings if s not in o.defaults})


# -------------------------------------------------------------------- derivatives


def of_floats(case, device):
    """The op as a function of its float tensors alone, and those."""
    tensors = placed(case, case.arrays(), device, requires_grad=True)
    places = [
        i for i, x in enumerate(tensors) if isinstance(x, minitorch.Tensor) and x.requires_grad
    ]

    def f(*floats):
        given = list(tensors)
        for i, x in zip(places, floats, strict=True):
            given[i] = x
        return tuple(y for y in case.run(case.function(), given) if y.dtype.is_floating_point)

    return f, tuple(tensors[i] for i in places)


@over([case for case in GOOD if differentiable(case)])
def test_gradient_is_that_of_central_differences(case, device):
    assert gradcheck(*of_floats(case, device))


@over([case for case in GOOD if differentiable(case) and case.orders > 1])
def test_second_gradient_is_that_of_central_differences(case, device):
    f, tensors = of_floats(case, device)
    first = grad(f(*tensors), tensors, ones_for(f(*tensors)), create_graph=True, allow_unused=True)
    if any(g is not None and g.requires_grad for g in first):
        assert gradgradcheck(f, tensors)


def packing():
    """Hooks under which nodes keep copies, and not as arrays."""
    return saved_tensors_hooks(
        lambda x: {"kept": x.detach().clone()}, lambda packed: packed["kept"]
    )


@over([case for case in GOOD if differentiable(case)])
def test_what_backward_needs_may_be_kept_as_hooks_make_it(case, device):
    minitorch.manual_seed(0)
    wanted = gradients(*run(case, case.arrays(), device, requires_grad=True))
    minitorch.manual_seed(0)
    with packing():
        tensors, results = run(case, case.arrays(), device, requires_grad=True)
    assert_close(gradients(tensors, results), wanted, 1e-12)


@pytest.mark.slow
@over([case for case in GOOD if differentiable(case) and case.orders > 1])
def test_what_second_derivatives_need_may_be_kept_as_hooks_make_it(case, device):
    f, tensors = of_floats(case, device)
    found = []
    for context in (nullcontext(), packing()):
        with context:
            results = f(*tensors)
        weights = ones_for(results)
        first = grad(results, tensors, weights, create_graph=True, allow_unused=True)
        sums = [g.sum() for g in first if g is not None and g.requires_grad]
        second = grad(sums, [*tensors, *weights], allow_unused=True) if sums else ()
        found.append([None if g is None else on_cpu(g) for g in (*first, *second)])
    assert_close(*found, 1e-10)


def ones_for(results):
    return [place(np.ones(y.shape), y.device, requires_grad=True) for y in results]


# -------------------------------------------------------------------- other inputs


def scattered(array):
    """The same values, neither contiguous nor in C order."""
    if not isinstance(array, np.ndarray) or not array.ndim:
        return array
    wide = np.zeros((*array.shape[::-1], 2), array.dtype)
    wide[..., 0] = array.T
    return wide[..., 0].T


@pytest.mark.filterwarnings("ignore:torch.searchsorted:UserWarning")  # of the copy
@over(GOOD)
def test_inputs_need_not_be_contiguous(case, device):
    arrays = case.arrays()
    tensors, results = run(case, arrays, device, has_floats(case))
    others, again = run(case, [scattered(array) for array in arrays], device, has_floats(case))
    assert_close([on_cpu(y) for y in again], [on_cpu(y) for y in results], 1e-12)
    if differentiable(case):
        assert_close(gradients(others, again), gradients(tensors, results), 1e-12)


def try_resized(case, arrays, device):
    """Value and gradient of a row for other shapes, where the reference takes those."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's, of empty slices
            wanted = case.expected(arrays)
    except (ValueError, IndexError, TypeError):
        pytest.skip("the reference does not take this shape")
    tensors, results = run(case, arrays, device, has_floats(case))
    assert_close([on_cpu(y) for y in results], wanted, case.near)
    if differentiable(case):
        sources = [x for x in tensors if isinstance(x, minitorch.Tensor) and x.requires_grad]
        for x, g in zip(sources, gradients(tensors, results), strict=True):
            assert g is None or g.shape == x.shape


@over([case for case in GOOD if case.shapes])
def test_a_size_may_be_0(case, device):
    arrays = case.arrays()
    sizes = [len(array) for array in arrays if isinstance(array, np.ndarray) and array.ndim]
    if not sizes:
        pytest.skip("no input has dimensions")
    arrays = [
        array[:0] if isinstance(array, np.ndarray) and array.shape[:1] == (sizes[0],) else array
        for array in arrays
    ]
    try_resized(case, arrays, device)


@over([case for case in GOOD if case.shapes])
def test_inputs_may_have_no_dimensions(case, device):
    arrays = [
        np.asarray(array.reshape(-1)[0]) if isinstance(array, np.ndarray) and array.size else array
        for array in case.arrays()
    ]
    try_resized(case, arrays, device)


@over([case for case in GOOD if differentiable(case)])
def test_an_output_that_is_overwritten_spoils_no_gradient(case, device):
    arrays = case.arrays()
    wanted = gradients(*run(case, arrays, device, requires_grad=True))
    tensors, results = run(case, arrays, device, requires_grad=True)
    for y in results:
        if y.dtype.is_floating_point and getattr(y.array.flags, "writeable", True):
            y.detach().fill_(0.5)
    try:
        found = gradients(tensors, results)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
    else:
        assert_close(found, wanted, 1e-12)


@pytest.mark.parametrize("name", ["var", "std"])
def test_the_spread_of_too_few_elements_warns_and_is_nan(name, device):
    for shape, dim in [((1,), None), ((0, 3), 0), ((2, 1), 1)]:
        x = place(np.ones(shape), device)
        with pytest.warns(UserWarning, match=rf"{name}\(\): degrees of freedom is <= 0"):
            y = OPS[name](x, dim)
        assert np.isnan(on_cpu(y)).all()


# -------------------------------------------------------------------- errors


@over(BAD)
def test_refused_inputs_raise_with_this_text(case, device):
    if device != CPU and not case.gpu:
        pytest.skip("not so on the GPU")
    with pytest.raises(case.error, match=re.escape(case.raises)):
        run(case, case.arrays(), device)


# -------------------------------------------------------------------- PyTorch


def torch_gradients(torch, tensors, results):
    results = [y for y in results if y.requires_grad]
    sources = [x for x in tensors if isinstance(x, torch.Tensor) and x.requires_grad]
    weights = [torch.from_numpy(weight(tuple(y.shape), "f8")).to(y.dtype) for y in results]
    found = torch.autograd.grad(results, sources, weights, allow_unused=True)
    return [None if g is None else g.numpy() for g in found]


def torch_inputs(torch, case, arrays, requires_grad=False):
    return [
        torch.from_numpy(array.copy()).requires_grad_(
            requires_grad and array.dtype.kind == "f" and i not in case.fixed
        )
        if isinstance(array, np.ndarray)
        else array
        for i, array in enumerate(arrays)
    ]


@pytest.mark.torch
@over(GOOD)
@pytest.mark.parametrize("dtype, near", [("float64", 1e-9), ("float32", 2e-5)])
def test_torch_gives_the_same(case, dtype, near):
    torch = pytest.importorskip("torch")
    f = case.torch_function(torch)
    if f is None:
        pytest.skip("PyTorch has no function of this name")
    arrays = case.arrays(dtype)
    theirs = torch_inputs(torch, case, arrays, differentiable(case))
    wanted = case.run(f, theirs)
    tensors, results = run(case, arrays, CPU, differentiable(case))
    assert [repr(y.dtype) for y in results] == [repr(y.dtype) for y in wanted]
    near = 2e-5 if case.gives == "float32" else near
    assert_close([on_cpu(y) for y in results], [y.detach().numpy() for y in wanted], near)
    if differentiable(case):
        assert [y.requires_grad for y in results] == [y.requires_grad for y in wanted]
        assert_close(gradients(tensors, results), torch_gradients(torch, theirs, wanted), near)


@pytest.mark.torch
@over([case for case in GOOD if case.call is None and case.torch == ""])
def test_torch_takes_the_same_argument_names(case):
    torch = pytest.importorskip("torch")
    f = case.torch_function(torch)
    o = getattr(case.function(), "op", None)
    if f is None or o is None or o.variadic or f is getattr(torch.Tensor, case.name, None):
        pytest.skip("PyTorch has no function that takes names")
    names = ["input" if name == "x" else name for name in o.tensors]
    tensors = torch_inputs(torch, case, case.arrays())
    f(**dict(zip(names, tensors)), **case.settings)


@pytest.mark.torch
@over(BAD)
def test_torch_refuses_the_same(case):
    torch = pytest.importorskip("torch")
    f = case.torch_function(torch)
    if f is None:
        pytest.skip("PyTorch has no function of this name")
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
        case.run(f, torch_inputs(torch, case, case.arrays()))
