"""Cells of recurrent nets: one step, for loops of one's own."""

import math

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.parameter import Parameter, unset
from minitorch.ops import recurrent
from minitorch.ops.creation import zeros


class RNNCellBase(Module):
    """What the cells have in common: one step, from input (N, I) and state (N, H), or from (I,) and
    (H,), to the next state.

    num_chunks  how many gates there are

    weight_ih (G*H, I), weight_hh (G*H, H), bias_ih and bias_hh (G*H,), G the number of gates, start
    out evenly distributed in [-1 / sqrt(H), 1 / sqrt(H)).
    """

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = unset((rows, input_size), device, dtype)
        self.weight_hh = unset((rows, hidden_size), device, dtype)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, unset(rows, device, dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, cell, input, states):
        """`cell` of a batch, or of one input and state as a batch of one."""
        kind, several = self._get_name(), len(states) > 1
        for k, x in enumerate((input, *states)):
            if x is not None and x.ndim not in (1, 2):
                name = "input" if not k else f"hx[{k - 1}]" if several else "hidden"
                raise ValueError(f"{kind}: Expected {name} to be 1D or 2D, got {x.ndim}D instead")
        alone = input.ndim == 1
        if alone:
            input, *states = [x if x is None else x.unsqueeze(0) for x in (input, *states)]
        shape = (input.shape[0], self.hidden_size)
        states = [
            zeros(shape, dtype=input.dtype, device=input.device) if x is None else x for x in states
        ]
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        new = cell(input, tuple(states) if several else states[0], *weights)
        return each(new, lambda state: state.squeeze(0)) if alone else new

    def extra_repr(self) -> str:
        bias = "" if self.bias is True else f", bias={self.bias}"
        return f"{self.input_size}, {self.hidden_size}{bias}"


class RNNCell(RNNCellBase):
    """One step of RNN: h' = tanh(W_ih x + b_ih + W_hh h + b_hh).

    nonlinearity  "tanh", or "relu" for max(0, ...)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        cells = {"tanh": recurrent.rnn_tanh_cell, "relu": recurrent.rnn_relu_cell}
        if self.nonlinearity not in cells:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step(cells[self.nonlinearity], input, (hx,))

    def extra_repr(self) -> str:
        chosen = self.nonlinearity
        return super().extra_repr() + ("" if chosen == "tanh" else f", nonlinearity={chosen}")


class LSTMCell(RNNCellBase):
    """One step of LSTM: (h', c') from x and (h, c)."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        return self._step(recurrent.lstm_cell, input, (None, None) if hx is None else hx)


class GRUCell(RNNCellBase):
    """One step of GRU: h' from x and h."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(recurrent.gru_cell, input, (hx,))


def each(hx, change):
    """`change` of a state, or of both states of an LSTM."""
    return change(hx) if isinstance(hx, Tensor) else tuple([change(state) for state in hx])
