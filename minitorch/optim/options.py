"""The options that optimizers share, and what is refused of them."""

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
