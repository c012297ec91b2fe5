"""What some libraries write by themselves: summaries, as bytes for `FileWriter.add_summary`."""

from collections.abc import Mapping
from typing import Any

from minitorch.utils.tensorboard import events


def hparams(
    hparam_dict: Mapping[str, Any],
    metric_dict: Mapping[str, Any] | None = None,
    hparam_domain_discrete: Any = None,
) -> tuple[bytes, bytes, bytes]:
    """The settings of a training as a table of text.

    PyTorch gives three summaries for a page of their own; here the second and third are empty.
    """
    rows = [f"| {name} | {value} |" for name, value in hparam_dict.items()]
    return events.text("hparams", "\n".join(["| name | value |", "|-|-|", *rows])), b"", b""
