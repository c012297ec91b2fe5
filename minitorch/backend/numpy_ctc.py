"""The sums over all paths of `ctc_loss`, over NumPy arrays; `cupy_ctc.py` holds them for the GPU.

Arrays that both kernels take, of T steps, N samples and L labels, blanks included:

emitted  (T, N, L)      log of the probability of each label at each step
skips    (N, L - 2)     whether the label after next may follow without the one between
steps    (N,) int64     how many of the T count
counts   (N,) int64     of the labels 2 * counts + 1 count

They are read on Tensors too, by `namespace`: each computes with what it was given.
Graves and others, Connectionist Temporal Classification, ICML 2006, section 4.1.
"""

import math

from minitorch.backend.namespaces import namespace

_NEVER = -math.inf


def ctc_alphas(emitted, skips, steps, counts):
    """log of the ways that come to each label at each step, (T, N, L), and of all ways, (N,)."""
    xp = namespace(emitted)
    place = namespace(skips).arange(emitted.shape[2])
    begun = xp.where(place < 2, emitted[0], _NEVER)
    silent = xp.where(place == 0, xp.zeros_like(emitted[0]), _NEVER)  # of no steps at all
    alpha = xp.where((steps > 0).reshape(-1, 1), begun, silent)
    alphas = [alpha]
    for t in range(1, emitted.shape[0]):
        arrived = _arrive(xp, alpha, skips) + emitted[t]
        alpha = xp.where((t < steps).reshape(-1, 1), arrived, alpha)
        alphas.append(alpha)
    return xp.stack(alphas), _log_of_sum(xp, xp.where(_ends(place, counts), alpha, _NEVER))


def ctc_shares(emitted, alphas, total, skips, steps, counts):
    """The probability of each label at each step, given what `ctc_alphas` made; (T, N, L)."""
    xp = namespace(emitted)
    ends = _ends(namespace(skips).arange(emitted.shape[2]), counts)
    shares, beta = [], None
    for t in reversed(range(emitted.shape[0])):
        start = xp.where(ends, xp.zeros_like(emitted[t]), _NEVER)
        ongoing = (t < steps - 1).reshape(-1, 1)
        beta = start if beta is None else xp.where(ongoing, _leave(xp, beta, skips), start)
        chance = xp.exp(alphas[t] + beta - total.reshape(-1, 1))
        shares.append(xp.where((t < steps).reshape(-1, 1), chance, 0))
        beta = beta + emitted[t]
    return xp.stack(shares[::-1])


def _ends(place, counts):
    """Whether a path may end at each label: the last one, or the blank behind it."""
    last = 2 * counts.reshape(-1, 1)
    return (place == last) | (place == last - 1)


def _arrive(xp, alpha, skips):
    """log of the ways that lead to each place from the step before."""
    none = xp.full_like(alpha[:, :1], _NEVER)
    one = xp.concatenate([none, alpha[:, :-1]], 1)
    two = xp.concatenate([none, none, xp.where(skips, alpha[:, :-2], _NEVER)], 1)
    return _log_of_sum(xp, xp.stack([alpha, one, two[:, : alpha.shape[1]]], -1))


def _leave(xp, beta, skips):
    """log of the ways that lead on from each place in the next step."""
    none = xp.full_like(beta[:, :1], _NEVER)
    one = xp.concatenate([beta[:, 1:], none], 1)
    two = xp.concatenate([xp.where(skips, beta[:, 2:], _NEVER), none, none], 1)
    return _log_of_sum(xp, xp.stack([beta, one, two[:, : beta.shape[1]]], -1))


def _log_of_sum(xp, x):
    """log(sum(exp(x))) along the last dimension, where all may be -inf."""
    highest = xp.amax(x, axis=-1, keepdims=True)
    highest = xp.where(highest == _NEVER, 0, highest)
    total = xp.exp(x - highest).sum(axis=-1)
    none = total == 0
    return xp.where(none, _NEVER, xp.log(xp.where(none, 1, total)) + highest[..., 0])
