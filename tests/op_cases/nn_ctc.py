"""Rows for connectionist temporal classification."""

import itertools

import numpy as np

from op_cases.row import case

LABELS = np.array([[0, 2, 0, 1, 0], [0, 1, 0, 0, 0]])
STEPS, COUNTS = np.array([4, 3]), np.array([2, 1])


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def spells(path, wanted):
    """Whether a path, a class for each step, is `wanted` once repeats and blanks are dropped."""
    return [c for c, _ in itertools.groupby(path) if c != 0] == wanted


def by_all_paths(x, labels, steps, counts, blank=0):
    """-log of the probability of `labels`: the sum over all paths that spell them."""
    p = np.exp(log_softmax(x))
    y = []
    for n, (length, count) in enumerate(zip(steps, counts)):
        wanted = list(labels[n, 1 : 2 * count : 2])
        paths = [
            path
            for path in itertools.product(range(x.shape[2]), repeat=int(length))
            if spells(path, wanted)
        ]
        y.append(-np.log(sum(np.prod([p[t, n, c] for t, c in enumerate(path)]) for path in paths)))
    return np.array(y)


def of_log_softmax(f, x, **settings):
    """The gradient is that of what goes into the log_softmax."""
    return f(x.log_softmax(-1), **settings)


CASES = [
    case("ctc_of", [(4, 2, 3)], labels=LABELS, steps=STEPS, counts=COUNTS,
         like=by_all_paths, call=of_log_softmax, shapes=False, torch=None),
    case("ctc_loss", [(4, 2, 3), np.array([[2, 1], [1, 0]])], input_lengths=(4, 3),
         target_lengths=(2, 1), reduction="none", shapes=False, half=False,
         torch="nn.functional.ctc_loss",
         call=lambda f, x, targets, **settings: f(x.log_softmax(-1), targets, **settings),
         like=lambda x, targets, input_lengths, target_lengths, reduction: by_all_paths(
             x, LABELS, STEPS, COUNTS, 0)),
    case("ctc_loss", [(4, 2, 3), np.array([[2, 1], [1, 0]])], input_lengths=(5, 3),
         target_lengths=(2, 1),
         raises="Expected input_lengths to have value at most 4, but got value 5"),
]  # fmt: skip
