"""Write docs/onnx.md: the ops that have a rule in minitorch/onnx, and so can be exported.

python docs/make_onnx_table.py
"""

import inspect
import re
from pathlib import Path

import minitorch
from minitorch.autograd.op import OPS
from minitorch.onnx.exporter import OPSETS, RULES

minitorch.load_families()
TABLE = Path(__file__).parent / "onnx.md"
HEAD = f"""# What can be exported to ONNX

Written by `python docs/make_onnx_table.py`: change that, or the code, and run it again.

`minitorch.onnx.export(model, args, "model.onnx")` writes opset {OPSETS[0]} to {OPSETS[-1]}. The ops
below, {len(RULES)} of them, are single nodes there or several. Functions and layers that only
combine ops need no rule of their own: they export if their ops do.

What is refused, with an error that names the op and the module that called it:

- an op that is not below;
- values that leave tensors (`.item()`, `.numpy()`) and come back, branches on values, draws;
- shapes that depend on values, but for `x[mask]`: `nonzero`, `unique`, `bincount`;
- buffers and parameters that `forward` writes to;
- packed sequences;
- average pooling and interpolation of images of other sizes: a batch of another size is fine;
- sizes that follow a dynamic axis neither as a multiple nor with a fixed difference, as `n // 2`.
"""


def families():
    """The modules of the rules, each with its rules by op."""
    found: dict = {}
    for op in sorted(RULES):
        found.setdefault(home_of(op), {})[op] = RULES[op]
    return found


def home_of(op):
    return inspect.getmodule(RULES[op])


def first_line(text):
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[^.]\.) |(?<=;) ", paragraph)[0].rstrip(".;").replace("|", "\\|")


def table():
    lines = [HEAD]
    for module, rules in families().items():
        title = first_line(module.__doc__).removeprefix("Rules of ")
        lines += [f"## {title[0].upper()}{title[1:]}", "", "| op | what it does |", "| --- | --- |"]
        lines += [f"| `{op}` | {first_line(OPS[op].__doc__)} |" for op in rules]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    TABLE.write_text(table())
