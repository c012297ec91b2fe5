"""`gradcheck` and `gradgradcheck`: what backward gives against what finite differences give."""

import warnings

import numpy as np

from minitorch.autograd.engine import grad
from minitorch.autograd.tensor import Tensor, wrap
from minitorch.backend.devices import move
from minitorch.backend.dtypes import float64
from minitorch.backend.namespaces import namespace


class GradcheckError(RuntimeError):
    """What `gradcheck` and `gradgradcheck` raise where derivatives disagree."""


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_grad_dtypes=False,
    check_undefined_grad=True,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
):
    """Whether the derivatives that backward computes of `func` are those of central differences.

    func               takes `inputs`, returns a tensor or a tuple of tensors
    inputs             a tensor or a tuple; those that require grad are checked, and should be
                       float64: float32 has too few digits for a step of 1e-6
    eps                the step to either side
    atol, rtol         the distance allowed, absolute and relative to the numerical derivative
    raise_exception    raise GradcheckError, with both Jacobians, rather than return False
    nondet_tol         the distance allowed between two runs of backward
    check_grad_dtypes  also check that gradients have the dtypes of their inputs

    check_backward_ad  check the gradients
    check_forward_ad   check what `func.jvp` computes: derivatives in the direction of an input

    check_undefined_grad, check_batched_grad, check_batched_forward_grad and fast_mode are taken for
    PyTorch's programs: the check is the full one in any case, and of plain gradients alone.

    >>> from minitorch import float64, ones
    >>> gradcheck(lambda x: x * x, ones(2, dtype=float64, requires_grad=True))
    True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    inputs = as_tuple(inputs)
    require_checkable(inputs)
    try:
        outputs = as_tuple(func(*inputs))
        numerical = [
            numerical_jacobians(func, inputs, outputs, i, eps) for i in checked_places(inputs)
        ]
        if not any(each.requires_grad for each in outputs):
            require_zero(numerical)
            return True
        if check_backward_ad:
            compare(inputs, outputs, numerical, atol, rtol, nondet_tol, check_grad_dtypes)
            require_linear(func, inputs)
        if check_forward_ad:
            compare_forward(inputs, outputs, numerical, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_grad_dtypes=False,
    check_undefined_grad=True,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
):
    """`gradcheck` of the gradients of `func`: the second derivatives.

    grad_outputs                 gradients of the outputs; random ones in [-1, 1) by default
    gen_non_contig_grad_outputs  make those not contiguous in memory
    check_rev_over_rev           check the gradients of the gradients
    check_fwd_over_rev           check the derivatives of the gradients in each direction
    The other arguments are those of `gradcheck`.
    """
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        random = np.random.default_rng(0)
        outputs = [each for each in as_tuple(func(*inputs)) if each.requires_grad]
        grad_outputs = [random_like(each, random, gen_non_contig_grad_outputs) for each in outputs]
    weights = as_tuple(grad_outputs)

    def gradients(*arguments):
        outputs = [each for each in as_tuple(func(*arguments[: len(inputs)])) if each.requires_grad]
        sources = [arguments[i] for i in checked_places(inputs)]
        found = grad(
            outputs, sources, arguments[len(inputs) :], create_graph=True, allow_unused=True
        )
        return tuple(each for each in found if each is not None)

    return gradcheck(
        gradients,
        (*inputs, *weights),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_grad_dtypes=check_grad_dtypes,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )


def as_tuple(values):
    return tuple(values) if isinstance(values, tuple | list) else (values,)


def random_like(tensor, random, scattered):
    """Random weights for an output, in [-1, 1)."""
    shape = tuple(tensor.shape)
    values = (
        random.uniform(-1, 1, (*shape, 2))[..., 0] if scattered else random.uniform(-1, 1, shape)
    )
    values = np.asarray(values).astype(tensor.dtype.dtype, copy=False)
    return wrap(move(values, tensor.device)).requires_grad_()


def checked_places(inputs):
    return [i for i, each in enumerate(inputs) if isinstance(each, Tensor) and each.requires_grad]


def require_checkable(inputs):
    for i in checked_places(inputs):
        if inputs[i].dtype is not float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex. ",
                stacklevel=3,
            )
        array = inputs[i].array
        if array.size and any(
            stride == 0 and n > 1 for stride, n in zip(array.strides, array.shape, strict=True)
        ):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs "
                "that are non-overlapping to be able to compute the numerical gradients correctly. "
                "You should call .contiguous on the input before passing it to gradcheck."
            )
    if not checked_places(inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, "
            "but none of them have requires_grad=True."
        )


# -------------------------------------------------------------------- the two Jacobians


def on_cpu(tensor):
    return tensor.array if isinstance(tensor.array, np.ndarray) else tensor.array.get()


def numerical_jacobians(func, inputs, outputs, place, eps):
    """For each output its Jacobian, (elements of inputs[place], elements of the output)."""
    array = inputs[place].array
    rows = [np.zeros((array.size, each.numel())) for each in outputs]
    for row, index in enumerate(np.ndindex(array.shape)):
        value = float(array[index])
        array[index] = value + eps
        above = perturbed(func, inputs, outputs, index, eps)
        array[index] = value - eps
        below = perturbed(func, inputs, outputs, index, eps)
        array[index] = value
        for jacobian, a, b in zip(rows, above, below, strict=True):
            jacobian[row] = ((a - b) / (2 * eps)).reshape(-1)
    return rows


def perturbed(func, inputs, outputs, index, eps):
    """The outputs of `func` as float64 arrays; the inputs were changed at `index`."""
    results = as_tuple(func(*inputs))
    for before, after in zip(outputs, results, strict=True):
        for what in ("shape", "dtype"):
            a, b = getattr(before, what), getattr(after, what)
            if a != b:
                raise AssertionError(
                    f"Expected `func` to return outputs with the same {what} when inputs are "
                    f"perturbed on index {index} by {eps}, but got:\n {a} and {b}."
                )
    return [on_cpu(each).astype(np.float64) for each in results]


def analytical_jacobian(output, sources, check_dtypes):
    """For each source the Jacobian of `output` by backward, in the form of the numerical one."""
    xp = namespace(output.array)
    jacobians = [np.zeros((each.numel(), output.numel())) for each in sources]
    for column in range(output.numel()):
        weight = xp.zeros(output.array.size, output.array.dtype)
        weight[column] = 1
        weight = wrap(weight.reshape(output.array.shape))
        found = grad(output, sources, weight, retain_graph=True, allow_unused=True)
        for jacobian, each, source in zip(jacobians, found, sources, strict=True):
            if each is not None:
                jacobian[:, column] = on_cpu(each).reshape(-1)
                if check_dtypes and each.dtype is not source.dtype:
                    raise GradcheckError("Gradient has dtype mismatch")
    return jacobians


def compare(inputs, outputs, numerical, atol, rtol, nondet_tol, check_dtypes):
    """Raise GradcheckError where a Jacobian by backward is not that by differences."""
    places = checked_places(inputs)
    sources = [inputs[i] for i in places]
    for o, output in enumerate(outputs):
        if not output.requires_grad:
            continue
        analytical = analytical_jacobian(output, sources, check_dtypes)
        again = analytical_jacobian(output, sources, check_dtypes)
        for i, of_input, a, b in zip(places, numerical, analytical, again, strict=True):
            n = of_input[o]
            if not np.all(np.abs(a - n) <= atol + rtol * np.abs(n)):
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {i},\n"
                    f"numerical:{wrap(n)}\nanalytical:{wrap(a)}\n"
                )
            if np.any(np.abs(a - b) > nondet_tol):
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and "
                    "grad_output multiple times gives different values, although analytical "
                    "gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {nondet_tol}."
                )


def compare_forward(inputs, outputs, numerical, atol, rtol):
    """`compare`, where the Jacobians are computed in the directions of the inputs.

    The gradients are linear in their weights: their derivatives by these are what is asked for.
    """
    places = checked_places(inputs)
    sources = [inputs[i] for i in places]
    for o, output in enumerate(outputs):
        if not output.requires_grad:
            continue
        weights = wrap(namespace(output.array).zeros_like(output.array)).requires_grad_()
        shares = grad(output, sources, weights, create_graph=True, allow_unused=True)
        for i, of_input, share in zip(places, numerical, shares, strict=True):
            a = np.zeros_like(of_input[o])
            if share is not None and share.requires_grad:
                a = analytical_jacobian(share, [weights], False)[0].T
            if not np.all(np.abs(a - of_input[o]) <= atol + rtol * np.abs(of_input[o])):
                raise GradcheckError(
                    f"Jacobian computed with forward mode mismatch for output {o} with respect to "
                    f"input {i},\nnumerical:{wrap(of_input[o])}\nanalytical:{wrap(a)}\n"
                )


def require_zero(numerical):
    """No output requires grad: then nothing may depend on the inputs."""
    if any(jacobian.any() for of_input in numerical for jacobian in of_input):
        raise GradcheckError("Numerical gradient for function expected to be zero")


def require_linear(func, inputs):
    """Zero gradients must give zero."""
    sources = [inputs[i] for i in checked_places(inputs)]
    outputs = [each for each in as_tuple(func(*inputs)) if each.requires_grad]
    zeros = [wrap(namespace(each.array).zeros_like(each.array)) for each in outputs]
    for each in grad(outputs, sources, zeros, allow_unused=True):
        if each is not None and on_cpu(each).any():
            raise GradcheckError("backward not multiplied by grad_output")
