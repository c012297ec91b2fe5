"""What the figures were measured on."""

import datetime
import importlib.metadata
import os
import platform

import numpy as np

import minitorch


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            names = (line.split(":")[1] for line in file if line.startswith("model name"))
            return next(names).strip()
    except (OSError, StopIteration):
        return platform.processor()


def facts(framework):
    """Processor, cores and versions, as JSON takes them.

    framework  the name of the other library, as it is imported
    """
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "minitorch": minitorch.__version__,
        framework: importlib.metadata.version(framework),
    }
