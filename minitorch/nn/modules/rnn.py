"""Recurrent layers."""

import math
import numbers
import warnings
from typing import Any

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import init
from minitorch.nn.modules.module import Module
from minitorch.nn.modules.rnn_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase, each
from minitorch.nn.parameter import Parameter, unset
from minitorch.nn.utils.rnn import PackedSequence
from minitorch.ops import recurrent
from minitorch.ops.creation import zeros

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
LAYERS = {
    "LSTM": recurrent.lstm_layer,
    "GRU": recurrent.gru_layer,
    "RNN_TANH": recurrent.tanh_layer,
    "RNN_RELU": recurrent.relu_layer,
}


class RNNBase(Module):
    """What RNN, LSTM and GRU have in common: layers over sequences, each with a state of its own.

    mode           "RNN_TANH", "RNN_RELU", "LSTM" or "GRU"
    input_size     I, how many numbers each element of a sequence has
    hidden_size    H, how many numbers the state has
    num_layers     each layer after the first reads what the one before it gave
    bias           whether there are biases
    batch_first    batches are (N, T, I), not (T, N, I)
    dropout        the probability with which an input of a layer after the first is 0, in training
    bidirectional  a second layer beside each reads the sequence from its end
    proj_size      P, of LSTM alone: the state is projected to P numbers; 0: it is not

    The input is (T, N, I), one sequence (T, I), or a PackedSequence; the output of the same kind
    holds the states of the last layer, D*H numbers, D = 2 if bidirectional, else 1. Given and
    returned states are (D*num_layers, N, H), (D*num_layers, H) for one sequence; None: zeros.

    weight_ih_l0 (G*H, I), weight_hh_l0 (G*H, H), bias_ih_l0 and bias_hh_l0 (G*H,), for LSTM with a
    projection weight_hr_l0 (P, H), and so for the other layers, l1 ..., with "_reverse" for the
    second direction; G is 4 for LSTM, 3 for GRU, else 1. All start out evenly distributed in
    [-1 / sqrt(H), 1 / sqrt(H)).
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        require_dropout(dropout, num_layers)
        require_settings(mode, input_size, hidden_size, num_layers, bias, batch_first, proj_size)
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: self._directions]:
                names = []
                for name, shape in self._shapes(layer).items():
                    names.append(f"{name}_l{layer}{suffix}")
                    setattr(self, names[-1], unset(shape, device, dtype))
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def _directions(self):
        return 2 if self.bidirectional else 1

    @property
    def _state_size(self):
        return self.proj_size or self.hidden_size

    def _shapes(self, layer):
        """The names of the parameters of one layer and direction, and their shapes."""
        gates, state = GATES[self.mode] * self.hidden_size, self._state_size
        width = state * self._directions if layer else self.input_size
        shapes: dict[str, tuple] = {"weight_ih": (gates, width), "weight_hh": (gates, state)}
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        return shapes

    def reset_parameters(self) -> None:
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def flatten_parameters(self) -> None:
        """Nothing: the parameters are used where they are."""

    # ---------------------------------------------------------------- what goes in

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raise an error where dtype, rank or last size of the input are not those expected."""
        kind = self._flat_weights[0].dtype
        if input.dtype is not kind:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({kind}). Convert "
                f"input: input.to({kind}), or convert model: model.to({input.dtype})"
            )
        ranks = 3 if batch_sizes is None else 2
        if input.ndim != ranks:
            raise RuntimeError(f"input must have {ranks} dimensions, got {input.ndim}")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.shape[-1]}"
            )

    def get_expected_hidden_size(
        self, input: Tensor, batch_sizes: Tensor | None
    ) -> tuple[int, int, int]:
        """The shape of h."""
        if batch_sizes is not None:
            n = int(batch_sizes[0])
        else:
            n = input.shape[0 if self.batch_first else 1]
        return self.num_layers * self._directions, n, self._state_size

    def check_hidden_size(
        self,
        hx: Tensor,
        expected_hidden_size: tuple[int, int, int],
        msg: str = "Expected hidden size {}, got {}",
    ) -> None:
        if hx.shape != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raise an error where input or state don't fit."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The states of the sequences in another order."""
        return hx if permutation is None else each(hx, lambda h: h.index_select(1, permutation))

    # ---------------------------------------------------------------- what is done with it

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        if isinstance(input, PackedSequence):
            x, sizes, order, back = input
            if hx is None:
                hx = self._first_state(x, sizes)
            else:
                hx = self.permute_hidden(hx, order)
            y, last = self._run(x, sizes, hx)
            return PackedSequence(y, sizes, order, back), self.permute_hidden(last, back)
        if input.ndim not in (2, 3):
            kind = self._get_name() if self.mode in ("LSTM", "GRU") else "RNN"
            raise ValueError(
                f"{kind}: Expected input to be 2D or 3D, got {input.ndim}D "
                f"{'tensor ' if kind == 'RNN' else ''}instead"
            )
        self._check_ranks(input, hx)
        if input.ndim == 3:
            return self._run(input, None, self._first_state(input, None) if hx is None else hx)
        batch = 0 if self.batch_first else 1
        x = input.unsqueeze(batch)
        hx = self._first_state(x, None) if hx is None else each(hx, lambda h: h.unsqueeze(1))
        y, last = self._run(x, None, hx)
        return y.squeeze(batch), each(last, lambda h: h.squeeze(1))

    def _run(self, x, sizes, hx):
        """The layers over (T, N, I), (N, T, I) or packed rows; the states are as `hx` is."""
        self.check_forward_args(x, hx, sizes)
        how = (self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        y, *last = recurrent.layers_over(
            LAYERS[self.mode], x, None if sizes is None else sizes.tolist(),
            hx if isinstance(hx, tuple | list) else (hx,), self._flat_weights, *how,
            self.batch_first,
        )  # fmt: skip
        return y, tuple(last) if len(last) > 1 else last[0]

    def _first_state(self, x, sizes):
        shape = self.get_expected_hidden_size(x, sizes)
        return zeros(shape, dtype=x.dtype, device=x.device)

    def _check_ranks(self, input, hx):
        if hx is not None and hx.ndim != input.ndim:
            raise RuntimeError(
                f"For {'un' if input.ndim == 2 else ''}batched {input.ndim}-D input, hx should "
                f"also be {input.ndim}-D but got {hx.ndim}-D tensor"
            )

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        plain = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False,
                 "dropout": 0, "bidirectional": False}  # fmt: skip
        for name, usual in plain.items():
            if getattr(self, name) != usual:
                parts.append(f"{name}={getattr(self, name)}")
        return ", ".join(parts)


def require_dropout(dropout, num_layers):
    """Raise or warn where the dropout makes no sense."""
    number = isinstance(dropout, numbers.Number) and not isinstance(dropout, bool)
    if not number or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element "
            "being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and "
            f"num_layers={num_layers}",
            stacklevel=4,
        )


def require_settings(mode, input_size, hidden_size, num_layers, bias, batch_first, proj_size):
    """Raise PyTorch's error for settings that make no layer."""
    kinds: dict[str, Any] = {"bias": (bias, bool), "batch_first": (batch_first, bool),
             "input_size": (input_size, int), "hidden_size": (hidden_size, int)}  # fmt: skip
    for name, (value, kind) in kinds.items():
        if not isinstance(value, kind):
            raise TypeError(
                f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
            )
        if kind is int and value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")
    if mode not in GATES:
        raise ValueError("Unrecognized RNN mode: " + mode)


class RNN(RNNBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), from element to element of a sequence.

    The arguments are those of RNNBase, with nonlinearity, "tanh" or "relu", after num_layers;
    proj_size is not one of them.

    Elman, Finding Structure in Time, 1990.

    >>> import minitorch
    >>> output, h = RNN(3, 4, num_layers=2)(minitorch.zeros(5, 1, 3))
    >>> output.shape, h.shape
    (torch.Size([5, 1, 4]), torch.Size([2, 1, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refuse_projection(kwargs)
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__("RNN_" + nonlinearity.upper(), *args, **kwargs)
        self.nonlinearity = nonlinearity


class GRU(RNNBase):
    """Gated recurrent units: r and z = sigmoid(W_ih x + b_ih + W_hh h + b_hh),
    n = tanh(W_in x + b_in + r * (W_hn h + b_hn)), h' = (1 - z) * n + z * h.

    The arguments are those of RNNBase but proj_size. The rows of the weights are those of r, z, n.

    Cho and others, 2014, arXiv:1406.1078; r stands where cuDNN has it, outside the product.

    >>> import minitorch
    >>> output, h = GRU(3, 4, batch_first=True, bidirectional=True)(minitorch.zeros(1, 5, 3))
    >>> output.shape, h.shape
    (torch.Size([1, 5, 8]), torch.Size([2, 1, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)


def refuse_projection(settings):
    if "proj_size" in settings:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class LSTM(RNNBase):
    """Long short-term memory: i, f, o = sigmoid(W_ih x + b_ih + W_hh h + b_hh), g = tanh(of the
    same), c' = f * c + i * g, h' = o * tanh(c').

    The arguments are those of RNNBase. State is the pair (h, c). The rows of the weights are those
    of i, f, g, o.

    Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; the forget gate is of Gers,
    Schmidhuber and Cummins, 2000; the projection of Sak and others, 2014, arXiv:1402.1128.

    >>> import minitorch
    >>> output, (h, c) = LSTM(3, 4, proj_size=2)(minitorch.zeros(5, 1, 3))
    >>> output.shape, h.shape, c.shape
    (torch.Size([5, 1, 2]), torch.Size([1, 1, 2]), torch.Size([1, 1, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(
        self, input: Tensor, batch_sizes: Tensor | None
    ) -> tuple[int, int, int]:
        """The shape of c."""
        layers, n, _ = self.get_expected_hidden_size(input, batch_sizes)
        return layers, n, self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raise an error where input or states don't fit."""
        self.check_input(input, batch_sizes)
        shapes = (self.get_expected_hidden_size, self.get_expected_cell_size)
        for k, shape in enumerate(shapes):
            text = f"Expected hidden[{k}] size {{}}, got {{}}"
            self.check_hidden_size(hidden[k], shape(input, batch_sizes), text)

    def _first_state(self, x, sizes):
        shapes = self.get_expected_hidden_size(x, sizes), self.get_expected_cell_size(x, sizes)
        return tuple([zeros(shape, dtype=x.dtype, device=x.device) for shape in shapes])

    def _check_ranks(self, input, hx):
        if hx is not None and (hx[0].ndim != input.ndim or hx[1].ndim != input.ndim):
            raise RuntimeError(
                f"For {'un' if input.ndim == 2 else ''}batched {input.ndim}-D input, hx and cx "
                f"should also be {input.ndim}-D but got ({hx[0].ndim}-D, {hx[1].ndim}-D) tensors"
            )
