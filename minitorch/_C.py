"""The compiled part of PyTorch: minitorch has none, and `hasattr`, with which programs ask what is
in it, says so.
"""


def _get_tracing_state() -> None:
    """None: nothing is being traced."""
