"""Anomaly detection: which line of the program made the first NaN.

While it is on, each op notes the lines of the program that called it, and whether its value is the
first that holds a NaN or an infinity; backward looks at each gradient that it computes and stops at
the first NaN with the error that says all that. While it is off it costs nothing in forward, and in
backward one comparison for each gradient.
"""

import linecache
import sys
import warnings
import weakref
from pathlib import Path
from typing import Any

from minitorch.autograd import engine, layers
from minitorch.autograd.node import GradMode
from minitorch.autograd.parts import PICK
from minitorch.backend.namespaces import namespace

PACKAGE = str(Path(__file__).parent.parent)
DEPTH = 8  # lines of the program shown of a call


class Watch:
    """What is noted while anomaly detection is on.

    lines  of each recorded node the lines that called the op, the innermost last
    first  where the first value with "nan" and the first with "inf" was made, as text
    """

    def __init__(self, check_nan, outer=None):
        self.check_nan = check_nan
        self.lines = weakref.WeakKeyDictionary() if outer is None else outer.lines
        self.first = {} if outer is None else outer.first

    def note(self, node):
        """Note which lines of the program made `node`."""
        self.lines[node] = calling_lines()

    def made(self, tensor, name, lines, inputs):
        """Note what the value of `tensor`, which the op `name` has just made, is the first of."""
        x = tensor.array
        if x.dtype.kind != "f" or not x.size or len(self.first) == 2:
            return
        xp = namespace(x)
        for kind, found in (("nan", xp.isnan), ("inf", xp.isinf)):
            if kind not in self.first and found(x).any():
                given = any(hasattr(a, "strides") and found(a).any() for a in inputs)
                whence = "was in an input of" if given else "was made by"
                self.first[kind] = (
                    f"the first {kind} of the forward pass {whence} {name}(), in a tensor of shape "
                    f"{list(x.shape)}:\n{shown(lines[-1:])}"
                )

    def gradient(self, node, index, g):
        """Refuse a gradient with NaN that `node` computed for its parent of that index."""
        x = getattr(g, "array", g)
        if self.check_nan and namespace(x).isnan(x).any():
            raise RuntimeError(
                f"Function '{node.name()}' returned nan values in its {index}th output.\n"
                f"{self.traced(node)}" + "".join(f"\n{text}" for text in self.first.values())
            )

    def traced(self, node):
        """Where the program called the op of `node`, as text."""
        lines = self.lines.get(node)
        if lines is None:
            return (
                "No forward pass information available. Enable detect anomaly during forward pass "
                "for more information."
            )
        return f"Traceback of forward call that caused the error:\n{shown(lines)}"


def calling_lines():
    """(file, line, function) of the frames outside this package, the innermost last."""
    lines: list = []
    frame: Any = sys._getframe(2)
    while frame is not None and len(lines) < DEPTH:
        if not frame.f_code.co_filename.startswith((PACKAGE, "<op ")):
            lines.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return lines[::-1]


def shown(lines):
    return "\n".join(
        f'  File "{file}", line {line}, in {function}\n    {linecache.getline(file, line).strip()}'
        for file, line, function in lines
    )


# -------------------------------------------------------------------- on and off


def watching(watch):
    """The layer of functions that tell `watch` of each call; see `layers.py`."""

    def layer(record, wrap):
        def record_and_look(value, op, parents, vjps, inputs, settings):
            made = record(value, op, parents, vjps, inputs, settings)
            watch.lines[made.node] = lines = calling_lines()
            if op is PICK:  # one of several outputs: the op is one step further
                watch.lines[parents[0]] = lines
                op = parents[0].op
            watch.made(made, op.name, lines, inputs)
            return made

        def wrap_and_look(value):
            made = wrap(value)
            caller = sys._getframe(1)  # the function of an op, or a method of Op
            op = caller.f_locals.get("self") or caller.f_globals["op"]
            watch.made(made, getattr(op, "name", caller.f_code.co_name), calling_lines(), ())
            return made

        return {"record": record_and_look, "wrap": wrap_and_look}

    return layer


def switch(watch):
    """Turn anomaly detection on with `watch`, or off with None."""
    GradMode.anomaly = watch
    layers.put("anomaly", None if watch is None else watching(watch))


class set_detect_anomaly:  # noqa: N801  PyTorch's name
    """Switch anomaly detection on or off: from here on, or as context manager inside alone.

    check_nan  False: gradients are not looked at; what backward raises is still traced

    Raises RuntimeError in backward at the first gradient that holds a NaN.

    >>> import minitorch
    >>> with set_detect_anomaly(True):
    ...     x = minitorch.tensor([-1.0], requires_grad=True)
    ...     x.sqrt().backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    ...
    """

    def __init__(self, mode, check_nan=True):
        self.before = GradMode.anomaly
        switch(Watch(check_nan, self.before) if mode else None)

    def __enter__(self):
        return None

    def __exit__(self, kind, error, traceback):
        watch, node = GradMode.anomaly, None
        switch(self.before)
        while traceback is not None:
            if traceback.tb_frame.f_code is engine.walk.__code__:
                node = traceback.tb_frame.f_locals.get("node")
            traceback = traceback.tb_next
        if watch is not None and node is not None and "returned nan values" not in str(error):
            warnings.warn(
                f"Error detected in {node.name()}. {watch.traced(node)}", UserWarning, stacklevel=2
            )


class detect_anomaly(set_detect_anomaly):  # noqa: N801  PyTorch's name
    """Look for what makes gradients NaN inside: around forward and backward pass. It warns."""

    def __init__(self, check_nan=True):
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            UserWarning,
            stacklevel=2,
        )
        self.check_nan = check_nan

    def __enter__(self):
        set_detect_anomaly.__init__(self, True, self.check_nan)
