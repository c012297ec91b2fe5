"""Several transforms side by side: `CatTransform` and `StackTransform`."""

from collections.abc import Sequence

from minitorch.distributions import constraints
from minitorch.distributions.constraints import require
from minitorch.distributions.transform import Transform
from minitorch.distributions.utils import _sum_rightmost, lazy_property
from minitorch.ops.join import cat, stack


class Joined(Transform):
    """One transform of `tseq` for each piece along the dimension `dim`.

    A subclass says how to take apart, and join, what it is given.
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        require(
            all(isinstance(t, Transform) for t in tseq),
            "All elements of tseq must be Transform instances",
        )
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    def _apart(self, x, name):
        raise NotImplementedError

    def _join(self, pieces):
        raise NotImplementedError

    @property
    def bijective(self):
        return all(t.bijective for t in self.transforms)

    def _pieces(self, x, name="tensor"):
        require(
            -x.dim() <= self.dim < x.dim(),
            f"dim {self.dim} out of range for {name} with {x.dim()} dimensions",
        )
        return self._apart(x, "x" if name == "tensor" else name)

    def _call(self, x):
        return self._join([t(piece) for t, piece in zip(self.transforms, self._pieces(x))])

    def _inverse(self, y):
        return self._join([t.inv(piece) for t, piece in zip(self.transforms, self._pieces(y))])


class CatTransform(Joined):
    """One transform of `tseq` for each piece along `dim`: of `lengths`, by default of 1."""

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        require(
            len(self.lengths) == len(self.transforms),
            f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})",
        )

    @lazy_property
    def event_dim(self):
        return max(t.event_dim for t in self.transforms)

    @lazy_property
    def length(self):
        """Of all pieces together."""
        return sum(self.lengths)

    def _copy(self, cache_size):
        return CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _apart(self, x, name):
        size = x.size(self.dim)
        require(
            size == self.length,
            f"{name}.size({self.dim}) = {size} must equal length {self.length}",
        )
        return x.split(self.lengths, self.dim)

    def _join(self, pieces):
        return cat(pieces, dim=self.dim)

    def log_abs_det_jacobian(self, x, y):
        both = self._pieces(x, "x"), self._pieces(y, "y")
        shares = [
            _sum_rightmost(t.log_abs_det_jacobian(*pair), self.event_dim - t.event_dim)
            for t, *pair in zip(self.transforms, *both)
        ]
        dim = (self.dim if self.dim < 0 else self.dim - x.dim()) + self.event_dim
        return cat(shares, dim=dim) if dim < 0 else sum(shares)  # the pieces lie within an event

    @constraints.dependent_property
    def domain(self):
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self):
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(Joined):
    """One transform of `tseq` for each slice along `dim`."""

    def _copy(self, cache_size):
        return StackTransform(self.transforms, self.dim, cache_size)

    def _apart(self, x, name):
        size, count = x.size(self.dim), len(self.transforms)
        require(
            size == count,
            f"{name}.size({self.dim}) = {size} must equal len(transforms) {count}",
        )
        return x.unbind(self.dim)

    def _join(self, pieces):
        return stack(pieces, dim=self.dim)

    def log_abs_det_jacobian(self, x, y):
        pairs = zip(self._pieces(x, "x"), self._pieces(y, "y"))
        return self._join(
            [t.log_abs_det_jacobian(*pair) for t, pair in zip(self.transforms, pairs)]
        )

    @constraints.dependent_property
    def domain(self):
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self):
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
