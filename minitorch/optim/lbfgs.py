"""L-BFGS: Newton's method with a curvature that is estimated from the last steps."""

from collections.abc import Callable
from typing import Any

from minitorch.autograd.grad_mode import enable_grad, no_grad
from minitorch.autograd.tensor import Tensor
from minitorch.ops.join import cat
from minitorch.optim.line_search import Point, strong_wolfe
from minitorch.optim.optimizer import Optimizer, ParamsT
from minitorch.optim.options import require_rate


class LBFGS(Optimizer):
    """Steps along -H g, where H, the inverse of the curvature, fits the last changes of p and g.

    It needs the same loss at every evaluation, so all data or one batch that stays; it takes
    parameters as one vector, so there is one group; and `step` needs a closure, which it calls
    several times: it must zero the gradients, compute the loss, call backward and return the loss.

    lr                step size, and the first that a line search tries
    max_iter          steps along new directions in one call of `step`
    max_eval          evaluations of the closure in one call; None for 1.25 * max_iter
    tolerance_grad    done where no gradient is larger
    tolerance_change  done where neither the loss nor a parameter changes by more
    history_size      steps remembered; each takes the memory of two copies of all parameters
    line_search_fn    "strong_wolfe" looks for a step length along each direction; None takes lr

    Raises ValueError for values out of range and for more than one group.
    Nocedal, Updating Quasi-Newton Matrices with Limited Storage, 1980.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        require_rate(lr)
        defaults = {
            "lr": lr, "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
            "history_size": history_size, "line_search_fn": line_search_fn,
        }  # fmt: skip
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter groups)\n"
                f"  got {len(self.param_groups)} groups"
            )

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:
        """Make up to `max_iter` steps; returns the loss before the first."""
        (group,) = self.param_groups
        closure = enable_grad()(closure)
        lr = group["lr"]
        if isinstance(lr, Tensor) and lr.ndim:
            lr = lr.squeeze()
        state = self.state[group["params"][0]]  # that of the vector of all parameters
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        before = closure()
        loss, evaluations = float(before), 1
        state["func_evals"] += 1
        g = self._gradient()
        if g.abs().max() <= group["tolerance_grad"]:
            return before
        for i in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            d = direction(state, g, group["history_size"])
            first = state["n_iter"] == 1
            t = min(1.0, 1.0 / g.abs().sum()) * lr if first else lr
            former_loss = loss
            state.update(d=d, t=t, prev_flat_grad=g, prev_loss=former_loss)
            slope = g.dot(d).item()
            if slope > -group["tolerance_change"]:
                break
            used = 0
            if group["line_search_fn"] is not None:
                remaining = group["max_eval"] - evaluations
                start = Point(0.0, loss, g, slope)
                point, used = self._search(closure, float(t), d, start, remaining)
                t, loss, g = point.t, point.loss, point.gradient
                self._move(t, d)
            else:
                self._move(t, d)
                if i != group["max_iter"]:  # the loss after the last step is not needed
                    loss, used = float(closure()), 1
                    g = self._gradient()
            state["t"] = t
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= group["max_eval"]
                or g.abs().max() <= group["tolerance_grad"]
                or (d * t).abs().max() <= group["tolerance_change"]
                or abs(loss - former_loss) < group["tolerance_change"]
            ):
                break
        return before

    def _search(self, closure, t, d, start, remaining):
        """A step length by line search; the parameters are afterwards where they were."""
        kind = self.param_groups[0]["line_search_fn"]
        if kind != "strong_wolfe":
            raise RuntimeError(f"only 'strong_wolfe' is supported\n  line_search_fn {kind!r}")
        origin = [p.clone() for p in self.param_groups[0]["params"]]

        def at(t):
            self._move(t, d)
            loss = float(closure())
            g = self._gradient()
            for p, value in zip(self.param_groups[0]["params"], origin):
                p.copy_(value)
            return Point(t, loss, g, g.dot(d).item())

        return strong_wolfe(at, start, t, d.abs().max().item(), remaining)

    def _gradient(self):
        """The gradients of all parameters as one vector."""
        params = self.param_groups[0]["params"]
        gradients = [p.new_zeros(p.shape) if p.grad is None else p.grad for p in params]
        return cat([g.reshape(-1) for g in gradients])

    def _move(self, t, d):
        """Add t * d to the parameters."""
        start = 0
        for p in self.param_groups[0]["params"]:
            p.add_(d[start : start + p.numel()].view_as(p), alpha=t)
            start += p.numel()


def direction(state, g, history_size):
    """-H g by the recursion over two loops; first the state takes in how g has changed."""
    if state["n_iter"] == 1:
        state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        return -g
    changes, steps, inverse = state["old_dirs"], state["old_stps"], state["ro"]
    change, step = g - state["prev_flat_grad"], state["d"] * state["t"]
    curvature = change.dot(step)
    if curvature > 1e-10:
        if len(changes) == history_size:
            del changes[0], steps[0], inverse[0]
        changes.append(change)
        steps.append(step)
        inverse.append(1.0 / curvature)
        state["H_diag"] = curvature / change.dot(change)
    q = -g
    shares = state.setdefault("al", [None] * history_size)
    for i in reversed(range(len(changes))):
        shares[i] = steps[i].dot(q) * inverse[i]
        q -= shares[i] * changes[i]
    q = q * state["H_diag"]
    for i in range(len(changes)):
        q += (shares[i] - changes[i].dot(q) * inverse[i]) * steps[i]
    return q
