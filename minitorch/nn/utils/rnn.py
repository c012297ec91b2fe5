"""Batches of sequences of several lengths: padded to the longest, or packed without the padding.

Padded, a batch is (T, B, ...), or (B, T, ...) with `batch_first`. Packed, it is rows: all first
elements, then all second ones, and so on, of the longest sequence first.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from minitorch.autograd.tensor import Tensor
from minitorch.backend.dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from minitorch.backend.errors import ShapeError
from minitorch.ops.creation import arange, empty_like, full
from minitorch.ops.elementwise import where
from minitorch.ops.from_data import tensor
from minitorch.ops.join import cat, stack
from minitorch.ops.sort import sort

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence",
    "pad_packed_sequence", "pad_sequence", "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class PackedFields(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(PackedFields):
    """What `pack_sequence` and `pack_padded_sequence` make, and recurrent layers take and return.

    data              (rows, ...)
    batch_sizes       (T,) int64 on the CPU: how many sequences have an element at each step
    sorted_indices    (B,) int64: which sequences the first, second, ... are; None: as they came
    unsorted_indices  (B,) the inverse of that
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> "PackedSequence":
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not (isinstance(data, list | tuple) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        elif batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be "
                "created manually. They should be instantiated by functions like pack_sequence and "
                "pack_padded_sequences in nn.utils.rnn. "
                "https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *target: Any, **options: Any) -> "PackedSequence":
        """`Tensor.to` of the data; the indices follow it to its device."""
        data = self.data.to(*target, **options)
        if data is self.data:
            return self
        return self._with(data, lambda index: index.to(data.device))

    def _with(self, data, move):
        """This sequence with other data, its indices moved."""
        indices = [None if i is None else move(i) for i in self[2:]]
        return type(self)(data, self.batch_sizes, *indices)

    def pin_memory(self) -> "PackedSequence":
        """`Tensor.pin_memory` of data and indices."""
        return self._with(self.data.pin_memory(), Tensor.pin_memory)

    def is_pinned(self) -> bool:
        """Whether the data are pinned."""
        return self.data.is_pinned()

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda

    def cuda(self, *target: Any, **options: Any) -> "PackedSequence":
        """to("cuda"), or to the GPU that is named."""
        return self.to(*target, **options) if target or options else self.to("cuda")

    def cpu(self) -> "PackedSequence":
        """to("cpu")."""
        return self.to("cpu")

    def double(self) -> "PackedSequence":
        """to(float64)."""
        return self.to(float64)

    def float(self) -> "PackedSequence":
        """to(float32)."""
        return self.to(float32)

    def half(self) -> "PackedSequence":
        """to(float16)."""
        return self.to(float16)

    def long(self) -> "PackedSequence":
        """to(int64)."""
        return self.to(int64)

    def int(self) -> "PackedSequence":
        """to(int32)."""
        return self.to(int32)

    def short(self) -> "PackedSequence":
        """to(int16)."""
        return self.to(int16)

    def char(self) -> "PackedSequence":
        """to(int8)."""
        return self.to(int8)

    def byte(self) -> "PackedSequence":
        """to(uint8)."""
        return self.to(uint8)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation (n,) that undoes this one; None of None.

    >>> invert_permutation(tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    output = empty_like(permutation)
    output[permutation] = arange(
        permutation.numel(), dtype=permutation.dtype, device=permutation.device
    )
    return output


# -------------------------------------------------------------------- padded to packed and back


def pack_padded_sequence(
    input: Tensor,
    lengths: Tensor | list[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """The rows of a padded batch without the padding.

    input           (T, B, ...), or (B, T, ...) with batch_first
    lengths         (B,) of the sequences, all > 0
    enforce_sorted  the longest sequence stands first, the shortest last; False: in any order,
                    which sorted_indices keep

    >>> padded = tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
    >>> pack_padded_sequence(padded, [2, 1, 3], batch_first=True, enforce_sorted=False)
    PackedSequence(data=tensor([4, 1, 3, 5, 2, 6]), batch_sizes=tensor([3, 2, 1]), \
sorted_indices=tensor([2, 0, 1]), unsorted_indices=tensor([1, 2, 0]))
    """
    if isinstance(lengths, Tensor):
        sizes = lengths.long()
    else:
        sizes = tensor(lengths, dtype=int64, device="cpu")
    sorted_indices = None
    if not enforce_sorted:
        sizes, sorted_indices = sort(sizes, descending=True)
        sorted_indices = sorted_indices.to(input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    padded = input.transpose(0, 1) if batch_first or input.ndim < 2 else input
    require_lengths(padded, sizes)
    steps = arange(int(sizes[0]), device="cpu").unsqueeze(1)
    there = steps < sizes
    rows = (steps * padded.shape[1] + arange(padded.shape[1], device="cpu"))[there]
    data = padded.flatten(0, 1)[rows.to(input.device)]
    return PackedSequence(data, there.sum(1), sorted_indices)


def require_lengths(padded, lengths):
    """Raise PyTorch's error for lengths that a padded batch (T, B, ...) can't have."""
    if not padded.numel():
        raise ShapeError("Cannot pack empty tensors.")
    if lengths.ndim != 1 or lengths.device.type != "cpu":
        raise ShapeError(
            "'lengths' argument should be a 1D CPU int64 tensor, but got "
            f"{lengths.ndim}D {lengths.device} Long tensor"
        )
    if len(lengths) != padded.shape[1]:
        raise ShapeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} "
            f"(batch_size={padded.shape[1]})"
        )
    if int(lengths.min()) <= 0:
        raise ShapeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
    if bool((lengths[1:] > lengths[:-1]).any()):
        raise ShapeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You "
            "can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    if int(lengths[0]) > padded.shape[0]:
        raise ShapeError(
            f"a sequence of length {int(lengths[0])} in a batch padded to {padded.shape[0]}"
        )


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The batch (T, B, ...), or (B, T, ...), and the lengths (B,), as they were before packing.

    total_length  pad to this T, not to the longest sequence; ValueError if that is longer
    """
    sizes = sequence.batch_sizes
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but "
            f"got total_length={total_length} and max sequence length being {longest}"
        )
    batch = arange(int(sizes[0]), device="cpu")
    lengths = (batch.unsqueeze(1) < sizes).sum(1)
    starts = (sizes.cumsum(0) - sizes).unsqueeze(1)
    rows = where(batch < sizes.unsqueeze(1), starts + batch, -1)
    if total_length is not None and total_length > longest:
        more = (total_length - longest, len(batch))
        rows = cat([rows, full(more, -1, dtype=int64, device="cpu")])
    if sequence.unsorted_indices is not None:
        order = sequence.unsorted_indices.cpu()
        rows, lengths = rows[:, order], lengths[order]
    return padded_rows(sequence.data, rows.t() if batch_first else rows, padding_value), lengths


def padded_rows(data, rows, padding_value):
    """data[rows] for rows (T, B), where -1 stands for a row of padding."""
    padding = data.new_full((1, *data.shape[1:]), padding_value)
    return cat([data, padding])[(rows % (len(data) + 1)).to(data.device)]


# -------------------------------------------------------------------- lists of sequences


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences (T_b, ...) as one batch (T, B, ...), or (B, T, ...), T the longest of them.

    padding_side  "right": behind the sequences; "left": before them

    >>> pad_sequence([tensor([1, 2, 3]), tensor([4])], batch_first=True)
    tensor([[1, 2, 3],
            [4, 0, 0]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    each = list(sequences)
    if not each:
        raise ShapeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise ShapeError(
            f"Expected padding_side to be one of left or right, but got {padding_side}."
        )
    require_alike(each)
    each = [sequence.to(each[0].dtype) for sequence in each]
    lengths = tensor([len(sequence) for sequence in each], device="cpu")
    if int(lengths.min()) == int(lengths.max()):
        return stack(each, 0 if batch_first else 1)
    longest = arange(int(lengths.max()), device="cpu").unsqueeze(1)
    inside = longest - (len(longest) - lengths) if padding_side == "left" else longest
    rows = where((inside >= 0) & (inside < lengths), lengths.cumsum(0) - lengths + inside, -1)
    return padded_rows(cat(each), rows.t() if batch_first else rows, padding_value)


def require_alike(sequences):
    """Raise PyTorch's error unless all are tensors of the same sizes behind their length."""
    for i, each in enumerate(sequences):
        if not isinstance(each, Tensor):
            kind = type(each).__name__
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {kind}")
    first = sequences[0].shape
    if not first:
        raise ShapeError("pad_sequence: a sequence needs at least one dimension, but got 0-D")
    for each in sequences:
        for axis, (a, b) in enumerate(zip(first[1:], each.shape[1:]), start=1):
            if a != b:
                raise ShapeError(
                    f"The size of tensor a ({a}) must match the size of tensor b ({b}) at "
                    f"non-singleton dimension {axis}\n"
                    f"  sequences {tuple(first)} and {tuple(each.shape)}"
                )


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """The sequences of a padded batch, of the `lengths` (B,)."""
    each = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    sizes = lengths.tolist() if isinstance(lengths, Tensor) else lengths
    return [sequence[:length] for sequence, length in zip(each, sizes, strict=True)]


def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (T_b, ...), packed; see `pack_padded_sequence`."""
    lengths = tensor([sequence.shape[0] for sequence in sequences], device="cpu")
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that were packed, in the order that they had."""
    return unpad_sequence(
        *pad_packed_sequence(packed_sequences, batch_first=True), batch_first=True
    )
