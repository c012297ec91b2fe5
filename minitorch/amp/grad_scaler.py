"""`GradScaler`: keeps the gradients of half precision from vanishing."""

import warnings
from collections.abc import Iterable
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.autograd.versions import stamp, version_of
from minitorch.backend.devices import alike, cuda_device_count
from minitorch.backend.dtypes import float16
from minitorch.backend.namespaces import namespace


class GradScaler:
    """Multiplies the loss by a scale that is as large as the gradients allow.

    A step whose gradients are not finite is left out, and the scale shrinks; after a number of
    good steps it grows. To know whether to leave it out `step` waits for the GPU, once, as it does
    in PyTorch unless the optimizer is fused; nothing else here does.

    device           "cuda" or "cpu"; "cuda" without a GPU warns and switches the scaler off
    init_scale       what the loss is multiplied by at first, > 0
    growth_factor    > 1
    backoff_factor   < 1
    growth_interval  how many good steps make it grow
    enabled          False: the methods do what they would without scaling

    Micikevicius et al., Mixed Precision Training, 2017, arXiv:1710.03740, section 3.2.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        if enabled and device == "cuda" and not cuda_device_count():
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.",
                UserWarning,
                stacklevel=2,
            )
            enabled = False
        if enabled:
            assert growth_factor > 1.0, "The growth factor must be > 1.0."
            assert backoff_factor < 1.0, "The backoff factor must be < 1.0."
        self._enabled = enabled
        self._init_scale = init_scale
        self._scale: float | None = None  # until the first loss is scaled
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0
        self._optimizers: dict[int, dict[str, Any]] = {}  # by id, what this step knows of each

    def scale(self, outputs: Any) -> Any:
        """`outputs`, a tensor or an iterable of them, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            self._scale = self.get_scale()
            return outputs * self._scale
        if not isinstance(outputs, Iterable):
            raise ValueError("outputs must be a Tensor or an iterable of Tensors")
        scaled = map(self.scale, outputs)
        return type(outputs)(scaled) if isinstance(outputs, list | tuple) else scaled

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of what `optimizer` learns by the scale, as for clipping them.

        Raises RuntimeError at a second call before `update`, AssertionError before `scale`.
        """
        if not self._enabled:
            return
        scale = self._scale_for("unscale_")
        known = self._known(optimizer)
        if known["stage"] == "unscaled":
            raise RuntimeError(
                "unscale_() has already been called on this optimizer since the last update()."
            )
        if known["stage"] == "stepped":
            raise RuntimeError("unscale_() is being called after step().")
        params = [p for group in optimizer.param_groups for p in group["params"]]
        gradients = [p.grad for p in params if p.grad is not None]
        if any(g.dtype is float16 for g in gradients):
            raise ValueError(
                "Attempting to unscale FP16 gradients.\n"
                "  parameters stay in float32: autocast converts them, not .half()"
            )
        for arrays in alike([g.array for g in gradients]):
            found = namespace(arrays[0]).unscale(arrays, 1 / scale)
            known["found"].append(found)
            stamp(*map(version_of, arrays))
        known["stage"] = "unscaled"

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.step()`, with gradients unscaled, unless one of them is not finite.

        Raises RuntimeError at a second call before `update`, and for a closure.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._scale_for("step")
        known = self._known(optimizer)
        if known["stage"] == "stepped":
            raise RuntimeError("step() has already been called since the last update().")
        if known["stage"] == "ready":
            self.unscale_(optimizer)
        assert known["found"], (
            "No inf checks were recorded for this optimizer.\n"
            "  none of its parameters has a gradient"
        )
        known["stage"] = "stepped"
        return None if found_inf(known) else optimizer.step(*args, **kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Let the scale grow or shrink, or set it; at the end of every step."""
        if not self._enabled:
            return
        scale = self._scale_for("update")
        if new_scale is not None:
            if isinstance(new_scale, Tensor) and (
                new_scale.numel() != 1 or new_scale.requires_grad
            ):
                raise AssertionError(
                    "new_scale should be a float or a 1-element torch.cuda.FloatTensor or "
                    "torch.FloatTensor with requires_grad=False."
                )
            self._scale = float(new_scale)
        else:
            assert self._optimizers, "No inf checks were recorded prior to update."
            if any(map(found_inf, self._optimizers.values())):
                self._scale = scale * self._backoff_factor
                self._growth_tracker = 0
            else:
                self._growth_tracker += 1
                if self._growth_tracker == self._growth_interval:
                    self._scale = scale * self._growth_factor
                    self._growth_tracker = 0
        self._optimizers.clear()

    def _scale_for(self, name):
        assert self._scale is not None, (
            f"Attempted {name} but _scale is None.  This may indicate your script did not use "
            "scaler.scale(loss or outputs) earlier in the iteration."
        )
        return self._scale

    def _known(self, optimizer):
        return self._optimizers.setdefault(id(optimizer), {"stage": "ready", "found": []})

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._enabled

    def get_scale(self) -> float:
        """The scale as it is now; 1.0 when not enabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale

    def get_growth_factor(self) -> float:
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        self._growth_interval = new_interval

    def state_dict(self) -> dict[str, Any]:
        """The scale and how it changes, for a checkpoint; {} when not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken. Raises RuntimeError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled "
                "instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale = self._init_scale
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]


def found_inf(known):
    """Whether a gradient was not finite; asked on a GPU, it is waited for, once."""
    known["found"] = [any(map(bool, known["found"]))]
    return known["found"][0]
