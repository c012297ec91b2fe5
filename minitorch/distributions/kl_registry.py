"""The Kullback-Leibler divergence of two distributions, by their types."""

import warnings
from collections.abc import Callable

from minitorch.autograd.tensor import Tensor
from minitorch.distributions.distribution import Distribution

_KL_REGISTRY: dict[tuple[type, type], Callable] = {}  # what was registered
_KL_MEMOIZE: dict[tuple[type, type], Callable | None] = {}  # what was found for other types


def register_kl(type_p: type, type_q: type) -> Callable[[Callable], Callable]:
    """The decorator of a function of p and q, for `kl_divergence` of these types and subclasses.

    Of several that fit the most specific is taken; a RuntimeWarning says where there is none. The
    types may be of a library that has a base class of its own.
    """
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(kind, type):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {kind}")

    def decorator(fun):
        _KL_REGISTRY[type_p, type_q] = fun
        _KL_MEMOIZE.clear()
        return fun

    return decorator


def _dispatch_kl(type_p, type_q):
    """The most specific function for these types, or None.

    By p first and then q, or by q first and then p: if the two differ, none is most specific.
    """
    fitting = [(p, q) for p, q in _KL_REGISTRY if issubclass(type_p, p) and issubclass(type_q, q)]
    if not fitting:
        return None
    depth_p, depth_q = type_p.__mro__.index, type_q.__mro__.index
    by_p = min(fitting, key=lambda pair: (depth_p(pair[0]), depth_q(pair[1])))
    by_q = min(fitting, key=lambda pair: (depth_q(pair[1]), depth_p(pair[0])))
    if _KL_REGISTRY[by_p] is not _KL_REGISTRY[by_q]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({by_p[0].__name__}, {by_q[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _KL_REGISTRY[by_p]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The mean over p of p.log_prob - q.log_prob, of the batch shape; 0 where they are the same.

    Raises NotImplementedError for types for which none is registered.
    """
    kinds = type(p), type(q)
    if kinds not in _KL_MEMOIZE:
        _KL_MEMOIZE[kinds] = _dispatch_kl(*kinds)
    fun = _KL_MEMOIZE[kinds]
    if fun is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
            f"{type(q).__name__}"
        )
    return fun(p, q)
