"""The kernels that CuPy generates, compiled with g++ and run on the CPU.

CUPY_RIG_CACHE   the folder of the compiled kernels; one costs 0.4 to 1 s the first time
CUPY_RIG_ORDER   in which order the threads of a block run: 1 in turn, -1 backwards, 2 and -2 one
                 warp as far as it goes. A kernel that lacks a barrier gives another answer in at
                 least one of the four.
"""

import ctypes
import hashlib
import os
import re
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from cupy_rig import runtime

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("CUPY_RIG_CACHE", Path(tempfile.gettempdir(), "cupy-rig-kernels")))
ORDERS = (1, -1, 2, -2)
order = int(os.environ.get("CUPY_RIG_ORDER", "1"))

FLAGS = ["-std=c++17", "-O1", "-w", "-fpermissive", "-shared", "-fPIC", "-ffp-contract=off"]
ENTRY = """
extern "C" void cpu_entry(void** p, const unsigned* g, const unsigned* b, int f, int o, size_t s) {
  cpu_launch(&%s, p, g, b, f, o, s);
}
"""
HALF = """
static inline unsigned short __half_as_ushort(const half& h) { return __half_raw(h).x; }
static inline half __ushort_as_half(unsigned short u) { __half_raw r = {u}; return half(r); }
"""
SHARED = re.compile(
    r"extern\s+__shared__\s+(?:__align__\(\d+\)\s+)?([\w:<> ]+?)\s+(\w+)\s*\[\s*\]\s*;"
)
MATHS = re.compile(r"\b((erfc?inv|erfcx|normcdf(inv)?|sinpi|cospi|cyl_bessel_i[01])f?|abs)\(")
THREE = ctypes.c_uint * 3  # made once: a type is garbage that only the collector finds
COMMENT = re.compile(r"//.*|/\*[\s\S]*?\*/")

_compiling: list = []  # (source, options, names) of the modules that CuPy is compiling
_entries: dict = {}


def load_module(image):
    """The module that stands for `image` is its source, which is on top of the stack."""
    return runtime.load_module(_compiling[-1] if _compiling else None)


def compiled(source, options, name):
    """The entry of kernel `name` in a library made of `source`."""
    import cupy

    require_known(source, name)
    program = (HERE / "cuda_on_cpu.h").read_text()
    if MATHS.search(source):
        program += (HERE / "cuda_math.h").read_text()
    program += source + ENTRY % name
    program = SHARED.sub(r"\1* \2 = reinterpret_cast<\1*>(cpu_dyn_smem);", program)
    if "cupy/float16.cuh" in source:
        program += HALF
    defines = [option for option in options if option.startswith("-D")]
    key = hashlib.sha1((program + repr(defines)).encode()).hexdigest()
    library = CACHE / f"{key}.so"
    if not library.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        includes = ["-I", HERE / "include", "-I", Path(cupy.__file__).parent / "_core" / "include"]
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:  # two programs may compile the same
            text, made = Path(folder, "kernel.cpp"), Path(folder, "kernel.so")
            text.write_text(program)
            command = ["g++", *FLAGS, *includes, *defines, text, "-o", made]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                lines = [line for line in done.stderr.splitlines() if "error" in line]
                raise RuntimeError(f"g++ on kernel {name}:\n" + "\n".join(lines[:10]))
            made.replace(library)
    # PyDLL keeps other threads of Python out: what is __shared__ stands in the library once.
    return ctypes.PyDLL(str(library)).cpu_entry


def require_known(source, name):
    """Refuse what g++ finds in its headers and NVRTC, which has none, does not."""
    code = COMMENT.sub("", source)
    unknown = {"INFINITY", "NAN"} & {*re.findall(r"\w+", code)} - {
        *re.findall(r"#define (\w+)", code)
    }
    if unknown:
        raise RuntimeError(f"NVRTC on kernel {name}: {', '.join(unknown)} is undefined")


def execute(module, name, grid, block, shared, parameters):
    """Run a kernel over its whole grid."""
    if module is None:
        raise RuntimeError(f"kernel {name} comes without its source: run this on a GPU")
    source, options, names = module
    body = source.split("math_constants.h>")[-1]
    waits = bool(re.search(r"__sync|__shfl|cub::", body))  # its threads must run side by side
    key = (hash(source), options, name)
    if key not in _entries:
        _entries[key] = compiled(source, options, names.get(name, name))
    if not waits and not re.search(r"threadIdx|blockIdx|return;", body):
        grid = block = (1, 1, 1)  # a loop with the stride of the grid: one thread does it all
    sizes = THREE(*grid), THREE(*block)
    pointer, shared = ctypes.c_void_p(parameters), ctypes.c_size_t(shared)
    _entries[key](pointer, *sizes, int(waits), order, shared)


@contextmanager
def in_order(number):
    """Run the threads of a block in this order inside, whatever CUPY_RIG_ORDER says."""
    global order  # noqa: PLW0603  it is read at each launch
    before, order = order, number
    try:
        yield
    finally:
        order = before


def replace_compiler():
    """Let CuPy generate its source as ever, and no NVRTC see it."""
    from cupy.cuda import compiler

    original = compiler._compile_module_with_cache

    def compile_module(source, options=(), **settings):
        names: dict = {}
        _compiling.append((source, options, names))
        try:
            module = original(source, options, **settings)
        finally:
            _compiling.pop()
        if settings.get("name_expressions"):  # name in the binary to C++ expression
            names.update({text_of(v): text_of(k) for k, v in module.mapping.items()})
        return module

    def without_nvrtc(source, *args, name_expressions=None, **settings):
        return b"none", {name: name for name in name_expressions or ()}

    compiler._compile_module_with_cache = compile_module
    compiler._compile_using_nvrtc_no_warning = without_nvrtc
    compiler._get_nvrtc_version = lambda: (13, 0)
    compiler._preprocess = lambda *args, **settings: ""
    compiler._get_arch_for_options_for_nvrtc = lambda arch=None: ("-arch=sm_90", "cubin")
    compiler._get_max_compute_capability = lambda: "120"


def text_of(name):
    return name.decode() if isinstance(name, bytes) else name
