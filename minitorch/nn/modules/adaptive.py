"""The adaptive softmax: classes in clusters, the rare ones with less to compute."""

from collections import namedtuple
from collections.abc import Sequence
from itertools import pairwise

from minitorch.autograd.tensor import Tensor
from minitorch.backend.devices import device as device_type
from minitorch.backend.dtypes import dtype as dtype_type
from minitorch.nn import functional as F
from minitorch.nn.modules.container import ModuleList, Sequential
from minitorch.nn.modules.linear import Linear
from minitorch.nn.modules.module import Module
from minitorch.ops.elementwise import where
from minitorch.ops.join import cat

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """log_softmax over many classes of which few are frequent: the model's last layer and its loss.

    The head tells the frequent classes [0, cutoffs[0]) and the clusters [cutoffs[i],
    cutoffs[i + 1]) of the others apart; the tail of a cluster, which only the rows that need it go
    through, tells its classes apart. Classes are numbered from the most frequent on.

    n_classes  how many there are; cutoffs, ascending, lie in [1, n_classes - 1]
    div_value  the tail of cluster i computes with in_features / div_value**(i + 1) numbers
    head_bias  whether the head has a bias

    Called with input (N, in_features) and target (N,), or (in_features,) and (): returns `output`,
    the log-probability of each target, and `loss`, the negative of their mean.

    Grave and others, Efficient softmax approximation for GPUs, 2016, arXiv:1609.04309.
    """

    head: Linear
    tail: ModuleList

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: device_type | str | None = None,
        dtype: dtype_type | None = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        require_cutoffs(cutoffs, n_classes)
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            width = int(in_features // div_value ** (i + 1))
            inward = Linear(in_features, width, False, device, dtype)
            self.tail.append(Sequential(inward, Linear(width, high - low, False, device, dtype)))

    def reset_parameters(self) -> None:
        self.head.reset_parameters()
        for cluster in self.tail:
            for linear in cluster.children():
                linear.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        require_rows(input_, target_)
        single = target_.dim() == 0
        input, target = (x.unsqueeze(0) if single else x for x in (input_, target_))
        if not ((target >= 0) & (target < self.n_classes)).all():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        column, shares = target, []
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            inside = (target >= low) & (target < high)
            rows = inside.nonzero().squeeze(1)
            column = where(inside, self.shortlist_size + i, column)
            if rows.numel():
                log_p = F.log_softmax(self.tail[i](input[rows]), 1)
                shares.append((rows, picked(log_p, target[rows] - low)))
        output = picked(F.log_softmax(self.head(input), 1), column)
        for rows, share in shares:
            output = output.index_add(0, rows, share)
        loss = (-output).mean()
        return _ASMoutput(output.squeeze(0) if single else output, loss)

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes, (N, in_features) to (N, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def _get_full_log_prob(self, input, head_output):
        head = F.log_softmax(head_output, 1)
        parts = [head[:, : self.shortlist_size]]
        for i, tail in enumerate(self.tail):
            cluster = head[:, self.shortlist_size + i].unsqueeze(1)
            parts.append(F.log_softmax(tail(input), 1) + cluster)
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most likely class of each row, (N, in_features) to (N,).

        Only rows whose largest entry in the head is a cluster go through the tails.
        """
        head = self.head(input)
        output = head.argmax(1)
        rows = output >= self.shortlist_size
        if rows.any():
            output[rows] = self._get_full_log_prob(input[rows], head[rows]).argmax(1)
        return output


def picked(log_p, column):
    """log_p[n, column[n]] for each row n."""
    return log_p.gather(1, column.unsqueeze(1)).squeeze(1)


def require_cutoffs(cutoffs, n_classes):
    if not cutoffs:
        raise ValueError("cutoffs should be a sequence of length larger than 0")
    if (
        cutoffs != sorted(set(cutoffs))
        or cutoffs[0] <= 0
        or cutoffs[-1] > n_classes - 1
        or any(int(c) != c for c in cutoffs)
    ):
        raise ValueError(
            "cutoffs should be a sequence of unique, positive integers sorted in an increasing "
            "order, where each value is between 1 and n_classes-1"
        )


def require_rows(input, target):
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() and input.size(0) != target.size(0):
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.dim() != target.dim() + 1:
        raise RuntimeError(
            f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found "
            f"inputs with size {input.size()}"
        )
