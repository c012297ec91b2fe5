"""Real CuPy over a pretended CUDA runtime, for tests where there is no GPU; see README.md."""

import ctypes
import importlib.metadata
import os
import shutil

from cupy_rig import runtime
from cupy_rig.runtime import Refused, check, counts, launches, no_synchronisation

CUPY = "14.2.0"  # the rig reaches into CuPy's private tables, so no other will do
_hooks: list = []


def why_not():
    """Why the rig can't be used here; None if it can."""
    found = {
        distribution.version
        for distribution in importlib.metadata.distributions()
        if (distribution.metadata["Name"] or "").startswith("cupy")
    }
    if CUPY not in found:
        there = f"CuPy {', '.join(found)} is" if found else "no CuPy is"
        return f"the rig needs CuPy {CUPY}, {there} installed: pip install cupy-cuda12x=={CUPY}"
    if shutil.which("g++") is None:
        return "the rig compiles kernels with g++, which is not installed"
    return None


def there_is_a_gpu():
    """Whether the driver finds a GPU; asked without CuPy, which must not be imported yet."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 == driver.cuDeviceGetCount(ctypes.byref(count)) and count.value > 0


def install():
    """Let `import cupy` find the pretended runtime; before anything else imports CuPy."""
    os.environ["CUPY_ACCELERATORS"] = ""  # CUB is compiled for GPUs: here it would do nothing
    os.environ.setdefault("CUPY_CACHE_IN_MEMORY", "1")
    from cupy_rig import kernels, libraries, solvers

    runtime.DRIVER["moduleLoadData"] = kernels.load_module
    runtime.install()
    libraries.install()
    solvers.install()
    kernels.replace_compiler()
    runtime.executor = kernels.execute
    spoil_fresh_memory()


def spoil_fresh_memory():
    """Fill what CuPy's pool hands out, so that a kernel that did not run can't look right."""
    import cupy

    class Spoil(cupy.cuda.MemoryHook):
        name = "spoil"

        def malloc_postprocess(self, **given):
            if given["mem_ptr"]:
                ctypes.memset(given["mem_ptr"], runtime.STALE, given["mem_size"])

    _hooks.append(Spoil())
    _hooks[-1].__enter__()
