"""What the processor can do; NumPy chooses by itself."""


def get_cpu_capability() -> str:
    """The word DEFAULT: minitorch has no code of its own for any processor."""
    return "DEFAULT"
