"""A CUDA runtime and driver without a GPU: host memory as device memory, each call counted.

CuPy's compiled modules reach CUDA through function pointers in `__pyx_capi__` of two of its
modules, which they look up when they are imported. `install` puts callbacks there before that.
"""

import atexit
import collections
import ctypes
import re
import sys
import traceback
from contextlib import contextmanager

CAPABILITY = (9, 0)  # the GPU we pretend to be: an H100
TOTAL_MEMORY = 80 << 30
STALE = 0xAB  # what fresh memory is filled with, as a GPU does not clear it

counts: collections.Counter = collections.Counter()  # launches, syncs, h2d, d2h, malloc, ...
launches: list = []  # (kernel name, grid, block, shared memory, stream)
errors: list = []  # (callback, exception): they can't pass through CuPy's compiled code
executor = None  # f(module, kernel name, grid, block, shared memory, parameters)
on_sync = None  # f(reason), called at each call that waits for the GPU

_device_memory: dict = {}
_pinned_memory: dict = {}
_modules: dict = {}
_functions: dict = {}
_events: dict = {}
_capturing: set = set()
_now = {"handle": 1000, "device": 0, "ended": False}


def handle(flags=0, priority=0):
    """A number that stands for a stream, an event, a module, ..."""
    _now["handle"] += 1
    return _now["handle"]


def synchronise(reason):
    counts["syncs"] += 1
    counts["sync:" + reason] += 1
    if on_sync:
        on_sync(reason)


def check():
    """Raise what was raised inside a callback."""
    raised, errors[:] = errors[:], []
    if raised:
        name, error = raised[0]
        raise RuntimeError(f"{name}: {error}") from error


@contextmanager
def no_synchronisation():
    """Raises AssertionError at its end if anything inside waited for the GPU; says what and where.

    To run kernels inside that were never compiled costs g++, no synchronisation.
    """
    global on_sync  # noqa: PLW0603  the one hook
    found, before = [], on_sync

    def record(reason):
        frames = [f for f in traceback.extract_stack() if "minitorch" in f.filename]
        where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        found.append(reason + where)

    on_sync = record
    try:
        yield
    finally:
        on_sync = before
    check()
    if found:
        raise AssertionError("the program waited for the GPU:\n  " + "\n  ".join(found))


# -------------------------------------------------------------------- memory


def allocate(size, *more):
    buffer = ctypes.create_string_buffer(max(size, 1) + 512)
    pointer = (ctypes.addressof(buffer) + 511) & ~511  # CUDA aligns to 512 bytes
    _device_memory[pointer] = buffer
    counts["malloc"] += 1
    counts["malloc_bytes"] += size
    ctypes.memset(pointer, STALE, size)
    return pointer


def free(pointer, *more):
    counts["free"] += 1
    _device_memory.pop(pointer, None)


def allocate_pinned(size, flags):
    buffer = ctypes.create_string_buffer(max(size, 1))
    _pinned_memory[ctypes.addressof(buffer)] = buffer
    counts["pinned"] += 1
    return ctypes.addressof(buffer)


def free_pinned(pointer):
    _pinned_memory.pop(pointer, None)


def copy(target, source, size, kind, stream=None):
    direction = ("h2h", "h2d", "d2h", "d2d", "default")[kind]
    counts[direction] += 1
    counts[direction + "_bytes"] += size
    if stream is None:
        synchronise("memcpy_" + direction)
    if size:
        ctypes.memmove(target, source, size)


def copy_between_devices(target, there, source, here, size, stream=None):
    copy(target, source, size, 3, stream)


def fill(pointer, value, size, *more):
    counts["memset"] += 1
    ctypes.memset(pointer, value, size)


def kind_of_pointer(pointer):
    return 1 if pointer in _pinned_memory else 2 if pointer in _device_memory else 0


# -------------------------------------------------------------------- modules and kernels


def load_module(image):
    """A module of kernels; `kernels.py` replaces it, since it knows the source."""
    number = handle()
    _modules[number] = image
    counts["module_load"] += 1
    return number


def function_of(module, name):
    number = handle()
    _functions[number] = (_modules[module], name if isinstance(name, str) else name.decode())
    return number


def launch(function, gx, gy, gz, bx, by, bz, shared, stream, parameters, extra=0):
    module, name = _functions[function]
    count_launch(name, (gx, gy, gz), (bx, by, bz), shared, stream)
    if executor:
        executor(module, name, (gx, gy, gz), (bx, by, bz), shared, parameters)


def count_launch(name, grid=(), block=(), shared=0, stream=0):
    counts["launches"] += 1
    launches.append((name, grid, block, shared, stream))


# -------------------------------------------------------------------- devices, streams, events


def properties(device):
    return {
        "name": b"CPU pretending to be an H100",
        "totalGlobalMem": TOTAL_MEMORY,
        "major": CAPABILITY[0],
        "minor": CAPABILITY[1],
        "warpSize": 32,
        "multiProcessorCount": 132,
        "maxThreadsPerBlock": 1024,
        "sharedMemPerBlock": 49152,
        "sharedMemPerBlockOptin": 232448,
        "sharedMemPerMultiprocessor": 233472,
        "maxGridSize": (2**31 - 1, 65535, 65535),
        "maxThreadsDim": (1024, 1024, 64),
        "maxThreadsPerMultiProcessor": 2048,
        "regsPerBlock": 65536,
        "integrated": 0,
    }


ATTRIBUTES = {
    1: 1024,  # threads in a block
    8: 49152,  # shared memory of a block
    10: 32,  # warp
    16: 132,  # multiprocessors
    39: 2048,  # threads of a multiprocessor
    75: CAPABILITY[0],
    76: CAPABILITY[1],
    97: 232448,  # shared memory of a block that asks for it
    115: 1,  # memory pools
}

RUNTIME = {
    "_ensure_context": lambda: None,
    "getDeviceCount": lambda: 2,
    "getDevice": lambda: _now["device"],
    "setDevice": lambda device: _now.__setitem__("device", device),
    "driverGetVersion": lambda: 13020,
    "runtimeGetVersion": lambda: 13020,
    "deviceGetAttribute": lambda attribute, device: ATTRIBUTES.get(attribute, 0),
    "getDeviceProperties": properties,
    "deviceCanAccessPeer": lambda here, there: 1,
    "_deviceEnsurePeerAccess": lambda device: None,
    "deviceGetLimit": lambda limit: 1024,
    "deviceGetPCIBusId": lambda device: f"0000:0{device}:00.0",
    "memGetInfo": lambda: (TOTAL_MEMORY // 2, TOTAL_MEMORY),
    "malloc": allocate,
    "mallocAsync": allocate,
    "mallocManaged": allocate,
    "free": free,
    "freeAsync": free,
    "hostAlloc": allocate_pinned,
    "freeHost": free_pinned,
    "memcpy": copy,
    "memcpyAsync": copy,
    "memcpyPeer": copy_between_devices,
    "memcpyPeerAsync": copy_between_devices,
    "memset": fill,
    "memsetAsync": fill,
    "pointerGetMemoryType": kind_of_pointer,
    "deviceSynchronize": lambda: synchronise("deviceSynchronize"),
    "streamSynchronize": lambda stream: synchronise("streamSynchronize"),
    "streamCreate": handle,
    "streamCreateWithFlags": handle,
    "streamCreateWithPriority": handle,
    "streamDestroy": lambda stream: None,
    "streamQuery": lambda stream: 0,
    "streamWaitEvent": lambda stream, event, flags=None: None,
    "streamGetFlags": lambda stream: 1,
    "streamGetPriority": lambda stream: 0,
    "streamIsCapturing": lambda stream: int(stream in _capturing),
    "streamBeginCapture": lambda stream, mode=None: _capturing.add(stream),
    "streamEndCapture": lambda stream: _capturing.discard(stream) or handle(),
    "eventCreate": handle,
    "eventCreateWithFlags": handle,
    "eventDestroy": lambda event: _events.pop(event, None) and None,
    "eventRecord": _events.__setitem__,
    "eventQuery": lambda event: 0,
    "eventSynchronize": lambda event: synchronise("eventSynchronize"),
    "eventElapsedTime": lambda start, end: 1.0,
}

DRIVER = {
    "moduleLoadData": load_module,
    "moduleUnload": lambda module: None,
    "moduleGetFunction": function_of,
    "launchKernel": launch,
    "launchCooperativeKernel": launch,
    "ctxGetCurrent": lambda: 1,
    "ctxGetDevice": lambda: _now["device"],
    "funcSetAttribute": lambda function, attribute, value: None,
    "funcGetAttribute": lambda attribute, function: 0,
    "occupancyMaxActiveBlocksPerMultiprocessor": lambda function, size, shared: 8,
}

# -------------------------------------------------------------------- into CuPy's tables

C_TYPES = {
    "intptr_t": ctypes.c_ssize_t,
    "size_t": ctypes.c_size_t,
    "int": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "float": ctypes.c_float,
    "uintmax_t": ctypes.c_uint64,
    "PyObject *": ctypes.py_object,
    "CUdevice": ctypes.c_int,
    "cudaMemcpyKind": ctypes.c_int,
}
capi = ctypes.pythonapi
capi.PyCapsule_GetName.restype = ctypes.c_char_p
capi.PyCapsule_GetName.argtypes = [ctypes.py_object]
capi.PyCapsule_New.restype = ctypes.py_object
capi.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def keep(thing):
    """CuPy holds it by its address, until after Python has freed everything else."""
    capi.Py_IncRef(ctypes.py_object(thing))
    return thing


def callback(f, signature, name):
    """`f` as a C function of the signature that CuPy states."""
    result, arguments = re.match(r"(.*?)\s*\((.*)\)$", signature).groups()
    result = C_TYPES[result.strip().replace("PyObject*", "PyObject *")]
    arguments = [a.strip() for a in arguments.split(",") if a.strip() not in ("", "void")]
    own = [i for i, a in enumerate(arguments) if "__pyx_" in a]  # Cython's, which `f` never sees
    count = min(own, default=len(arguments))
    kinds = [
        ctypes.c_void_p if "__pyx_opt" in a else ctypes.c_int if "__pyx_skip" in a else C_TYPES[a]
        for a in arguments
    ]
    nothing = None if result is ctypes.py_object else 0

    def call(*given, now=_now):  # bound here: at Python's end the names of the module are gone
        if now["ended"]:
            return nothing
        try:
            returned = f(*given[:count])
        except BaseException as error:  # it can't pass through CuPy: see `check`
            errors.append((name, error))
            return nothing
        return nothing if returned is None else returned

    return keep(ctypes.PYFUNCTYPE(result, *kinds)(keep(call)))


class Refused(NotImplementedError):
    """The rig can't do this."""


def refusal(name):
    def refuse(*given, **settings):
        raise Refused(f"the rig has no {name}: run this on a GPU")

    return refuse


def patch(module, table):
    """Put the functions of `table` into a module of CuPy; the others there fail loudly."""
    for name in module.__pyx_capi__:
        ours = name in table or name in ("get_build_version", "check_status")
        if not ours and name[0].islower() and callable(getattr(module, name, None)):
            setattr(module, name, refusal(name))
    for name, f in table.items():
        capsule = module.__pyx_capi__.get(name)
        if capsule is not None:
            signature = keep(capi.PyCapsule_GetName(capsule))
            pointer = ctypes.cast(callback(f, signature.decode(), name), ctypes.c_void_p)
            module.__pyx_capi__[name] = capi.PyCapsule_New(pointer, signature, None)
        setattr(module, name, f)


def install():
    """Before anything imports CuPy."""
    if "cupy" in sys.modules:
        raise RuntimeError("CuPy is imported already: the rig must come first")
    from cupy_backends.cuda.api import driver, runtime

    patch(runtime, RUNTIME)
    patch(driver, DRIVER)
    atexit.register(_now.__setitem__, "ended", True)  # CuPy frees its pools after Python's end
