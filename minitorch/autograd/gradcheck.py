"""`gradcheck` and `gradgradcheck`: what backward gives against what finite differences give."""

import warnings

import numpy as np

from minitorch.autograd.engine import grad
from minitorch.autograd.grad_mode import no_grad
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
    check_forward_ad   check the tangents of `forward_ad`: derivatives in the direction of an input
    fast_mode          compare one number for each pair of an input and an output, the derivative in
                       a random direction of randomly weighted elements, not one for each element

    check_undefined_grad, check_batched_grad and check_batched_forward_grad are taken for PyTorch's
    programs: the check is of plain gradients alone.

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
        case = Case(func, inputs, outputs, fast_mode)
        numerical = [case.numerical(i, eps) for i in case.places]
        if not any(each.requires_grad for each in outputs):
            require_zero(numerical)
            return True
        if check_backward_ad:
            compare(case, numerical, atol, rtol, nondet_tol, check_grad_dtypes)
            require_linear(func, inputs)
        if check_forward_ad:
            compare_forward(case, numerical, atol, rtol)
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
        fast_mode=fast_mode,
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


class Case:
    """A function, what it takes and returns, and how its Jacobians are looked at.

    places      which inputs are checked
    directions  for each of them the one direction in which it is moved; None: each element is
    weights     for each output the weights that make one number of it; None: each element is seen

    A Jacobian is (moves of the input, elements or numbers of the output).
    """

    def __init__(self, func, inputs, outputs, fast):
        self.func, self.inputs, self.outputs = func, inputs, outputs
        self.places = checked_places(inputs)
        random = np.random.default_rng(0)

        def some(tensor):
            return random.uniform(0.5, 1.5, tuple(tensor.shape)) if fast else None

        self.directions = {i: some(inputs[i]) for i in self.places}
        self.weights = [some(each) for each in outputs]

    def moves(self, place):
        """Pairs of an index into the input and how far its elements there move."""
        u = self.directions[place]
        shape = self.inputs[place].array.shape
        return [(index, 1.0) for index in np.ndindex(shape)] if u is None else [(..., u)]

    def empty(self, place, output):
        """A Jacobian of zeros."""
        rows = self.inputs[place].numel() if self.directions[place] is None else 1
        columns = self.outputs[output].numel() if self.weights[output] is None else 1
        return np.zeros((rows, columns))

    def numerical(self, place, eps):
        """For each output the Jacobian by differences."""
        array = self.inputs[place].array
        former = array.copy()
        found = [self.empty(place, o) for o in range(len(self.outputs))]
        for row, (index, far) in enumerate(self.moves(place)):
            step = namespace(array).asarray(far, array.dtype) * eps
            array[index] = former[index] + step
            above = perturbed(self.func, self.inputs, self.outputs, index, eps)
            array[index] = former[index] - step
            below = perturbed(self.func, self.inputs, self.outputs, index, eps)
            array[index] = former[index]
            for jacobian, a, b, w in zip(found, above, below, self.weights, strict=True):
                jacobian[row] = along((a - b) / (2 * eps), w)
        return found

    def backward(self, output, check_dtypes):
        """For each checked input the Jacobian of an output by backward."""
        y, w = self.outputs[output], self.weights[output]
        sources = [self.inputs[i] for i in self.places]
        found = [self.empty(i, output) for i in self.places]
        for column in range(y.numel() if w is None else 1):
            weight = np.zeros(y.numel()) if w is None else w
            if w is None:
                weight[column] = 1
            shares = grad(y, sources, like(y, weight), retain_graph=True, allow_unused=True)
            for jacobian, i, share in zip(found, self.places, shares, strict=True):
                if share is not None:
                    jacobian[:, column] = along(on_cpu(share), self.directions[i])
                    if check_dtypes and share.dtype is not self.inputs[i].dtype:
                        raise GradcheckError("Gradient has dtype mismatch")
        return found

    def forward(self, place):
        """For each output the Jacobian by dual tensors, whose tangents are the moves."""
        from minitorch.autograd import forward_ad  # noqa: PLC0415  it loads at its first use

        found = [self.empty(place, o) for o in range(len(self.outputs))]
        for row, (index, far) in enumerate(self.moves(place)):
            tangents = {i: np.zeros(self.inputs[i].array.shape) for i in self.places}
            tangents[place][index] = far
            with no_grad(), forward_ad.dual_level():
                duals = [
                    forward_ad.make_dual(x.detach(), like(x, tangents[i])) if i in tangents else x
                    for i, x in enumerate(self.inputs)
                ]
                results = as_tuple(self.func(*duals))
                changes = [forward_ad.unpack_dual(each).tangent for each in results]
            for jacobian, change, w in zip(found, changes, self.weights, strict=True):
                if change is not None:
                    jacobian[row] = along(on_cpu(change), w)
        return found

    def far_apart(self, place, output, a, n, atol, rtol):
        """Whether a Jacobian is not the numerical one."""
        u, w = self.directions[place], self.weights[output]
        if u is not None:  # a number is a sum over so many elements
            atol = atol * max(1.0, u.sum()) * max(1.0, w.sum())
        return not np.all(np.abs(a - n) <= atol + rtol * np.abs(n))


def along(array, direction):
    """The elements of an array in a row, or the one number that is seen of them."""
    return array.reshape(-1) if direction is None else (array * direction).sum()


def like(tensor, values):
    """A tensor of these NumPy values, of the shape, dtype and device of `tensor`."""
    values = values.astype(tensor.dtype.dtype, copy=False).reshape(tensor.array.shape)
    return wrap(move(values, tensor.device))


def compare(case, numerical, atol, rtol, nondet_tol, check_dtypes):
    """Raise GradcheckError where a Jacobian by backward is not that by differences."""
    for o, output in enumerate(case.outputs):
        if not output.requires_grad:
            continue
        analytical = case.backward(o, check_dtypes)
        again = case.backward(o, check_dtypes)
        if any(np.any(np.abs(a - b) > nondet_tol) for a, b in zip(analytical, again, strict=True)):
            raise GradcheckError(
                "Backward is not reentrant, i.e., running backward with same input and grad_output "
                "multiple times gives different values, although analytical gradient matches "
                f"numerical gradient.The tolerance for nondeterminism was {nondet_tol}."
            )
        for i, of_input, a in zip(case.places, numerical, analytical, strict=True):
            n = of_input[o]
            if case.far_apart(i, o, a, n, atol, rtol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {i},\n"
                    f"numerical:{wrap(n)}\nanalytical:{wrap(a)}\n"
                )


def compare_forward(case, numerical, atol, rtol):
    """`compare`, where the Jacobians are computed in the directions of the inputs."""
    for i, of_input in zip(case.places, numerical, strict=True):
        for o, (output, a, n) in enumerate(
            zip(case.outputs, case.forward(i), of_input, strict=True)
        ):
            if output.requires_grad and case.far_apart(i, o, a, n, atol, rtol):
                raise GradcheckError(
                    f"Jacobian computed with forward mode mismatch for output {o} with respect to "
                    f"input {i},\nnumerical:{wrap(n)}\nanalytical:{wrap(a)}\n"
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
