"""What optimizers are given: parameters and the options that they share, and what is refused."""

from minitorch.autograd.tensor import Tensor

SWITCHES = {"foreach", "fused", "capturable", "differentiable"}  # how to compute, not what
YOUNGER_OPTIONS = {  # what they are in groups that were saved before there were any
    "momentum": 0, "nesterov": False, "centered": False, "amsgrad": False, "maximize": False,
    "decoupled_weight_decay": False, "capturable": False, "differentiable": False, "foreach": None,
    "fused": None,
}  # fmt: skip
ON_GPU = ["cuda", "xpu", "hpu", "privateuseone", "xla"]


class _Required:
    """The default of an option that has none."""

    def __repr__(self):
        return "<required parameter>"


required = _Required()


def parameters_and_names(given):
    """The tensors of a group; and their names, where it was given pairs of name and tensor."""
    if isinstance(given, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of "
            "tensors in sets will change between runs. Please use a list instead."
        )
    given = [given] if isinstance(given, Tensor) else list(given)
    names = [p[0] for p in given if isinstance(p, tuple)]
    if names and len(names) != len(given):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing\n"
            f"  {len(names)} names for {len(given)} parameters"
        )
    return [p[1] if isinstance(p, tuple) else p for p in given], names


def require_optimizable(params, differentiable):
    """Refuse what is no tensor and, unless the steps are recorded, what an operation made."""
    for p in params:
        if not isinstance(p, Tensor):
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
            )
        if not (differentiable or p.is_leaf or p.retains_grad):
            raise ValueError(
                "can't optimize a non-leaf Tensor\n"
                "  an operation made it: optimize what it was made from, or its .detach()"
            )


def require_possible(group):
    """Refuse options that the parameters of the group cannot have."""
    for p in group["params"]:
        if group.get("capturable") and p.device.type == "cpu":
            raise AssertionError(
                "If capturable=True, params and state_steps must be on supported devices: "
                f"{ON_GPU}.\n  a parameter is on the CPU"
            )
        if group.get("fused") and not p.is_floating_point():
            raise RuntimeError(
                "`fused=True` requires all the params to be floating point Tensors of supported "
                f"devices: {['cpu', *ON_GPU]} but {p.dtype} and {p.device.type}"
            )


def require_not_negative(name, value):
    if not value >= 0.0:
        raise ValueError(f"Invalid {name}: {value}\n  it must not be negative")


def require_in_unit(name, value):
    if not 0.0 <= value < 1.0:
        raise ValueError(f"Invalid {name}: {value}\n  it must lie in [0, 1)")


def require_rate(lr, complaint="Invalid learning rate"):
    """Refuse a learning rate that is negative, or a Tensor of several numbers."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element\n  it has {lr.numel()}")
    if not lr >= 0.0:
        raise ValueError(f"{complaint}: {lr}\n  it must not be negative")


def require_one_way(fused, foreach, differentiable):
    """Refuse options that exclude one another."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def require_betas(betas):
    """Refuse memories outside [0, 1)."""
    for i, beta in enumerate(betas):
        require_in_unit(f"beta parameter at index {i}", beta)
