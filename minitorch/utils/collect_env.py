"""What the report of a bug should say, printed by `python -m minitorch.utils.collect_env`."""

import os
import platform
from importlib import import_module, metadata

from minitorch import cuda


def get_pretty_env_info() -> str:
    """The versions and the machine, as lines of text."""
    gpus = [cuda.get_device_name(i) for i in range(cuda.device_count())]
    lines = [
        import_module("minitorch.__config__").show(),
        f"OS: {platform.platform()}",
        f"CPU: {platform.machine()}, {os.cpu_count()} threads",
        f"Is CUDA available: {cuda.is_available()}",
        *(f"GPU {i}: {name}" for i, name in enumerate(gpus)),
        "",
        "Versions of relevant libraries:",
        *(f"[pip3] {name}=={version}" for name, version in relevant()),
    ]
    return "\n".join(lines)


def relevant() -> list[tuple[str, str]]:
    """Name and version of the installed distributions that results may depend on."""
    names = ("numpy", "cupy", "minitorch")
    found = {(each.name, each.version) for each in metadata.distributions() if each.name}
    return sorted(each for each in found if each[0].lower().startswith(names))


def main() -> None:
    """Print it."""
    print(get_pretty_env_info())


if __name__ == "__main__":
    main()
