"""What PyTorch programs ask and set besides layers, on a machine without a GPU."""

import warnings

import pytest

import minitorch as torch

without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


@pytest.mark.parametrize("name", torch.LATER)
def test_every_module_that_loads_later_loads(name):
    assert getattr(torch, name).__name__ == f"minitorch.{name}"


@pytest.mark.parametrize("name", torch.NAMED)
def test_every_single_name_is_that_of_its_module(name):
    assert getattr(torch, name) is getattr(getattr(torch, torch.NAMED[name]), name)


# -------------------------------------------------------------------- the GPU

ANSWERS = {
    "cuda.is_available()": False,
    "cuda.is_initialized()": False,
    "cuda.device_count()": 0,
    "cuda.empty_cache()": None,
    "cuda.manual_seed(0)": None,
    "cuda.manual_seed_all(0)": None,
    "cuda.seed()": None,
    "cuda.seed_all()": None,
    "cuda.memory_allocated()": 0,
    "cuda.max_memory_allocated()": 0,
    "cuda.memory_reserved()": 0,
    "cuda.max_memory_reserved()": 0,
    "cuda.reset_peak_memory_stats()": None,
    "cuda.get_rng_state_all()": [],
    "cuda.set_rng_state_all([])": None,
    "cuda.get_arch_list()": [],
    "cuda.is_bf16_supported()": False,
    "cuda.ipc_collect()": None,
    "accelerator.is_available()": False,
    "accelerator.current_accelerator()": None,
    "accelerator.device_count()": 0,
    "mps.is_available()": False,
    "mps.device_count()": 0,
    "mps.manual_seed(0)": None,
    "xpu.is_available()": False,
    "xpu.device_count()": 0,
    "xpu.manual_seed(0)": None,
    "xpu.manual_seed_all(0)": None,
    "xpu.empty_cache()": None,
    "cpu.is_available()": True,
    "cpu.device_count()": 1,
    "cpu.current_device()": "cpu",
    "cpu.synchronize()": None,
    "distributed.is_available()": False,
    "distributed.is_initialized()": False,
    "distributed.is_torchelastic_launched()": False,
    "backends.cuda.is_built()": False,
    "backends.cudnn.is_available()": False,
    "backends.cudnn.version()": None,
    "backends.cudnn.is_acceptable(torch.ones(1))": False,
    "backends.mps.is_available()": False,
    "backends.mps.is_built()": False,
    "backends.mkl.is_available()": False,
    "backends.mkldnn.is_available()": False,
    "backends.nnpack.is_available()": False,
    "backends.openmp.is_available()": False,
    "backends.opt_einsum.is_available()": False,
    "backends.cpu.get_cpu_capability()": "DEFAULT",
    "backends.cuda.flash_sdp_enabled()": False,
    "backends.cuda.math_sdp_enabled()": True,
    "get_device_module()": torch.cpu,
    "get_device_module('cuda')": torch.cuda,
    "jit.is_scripting()": False,
    "jit.is_tracing()": False,
    "compiler.is_compiling()": False,
    "version.cuda": None,
    "is_autocast_available('cpu')": False,
    "get_autocast_dtype('cpu')": torch.float16,
    "get_autocast_gpu_dtype()": torch.float16,
}


@without_gpu
@pytest.mark.parametrize("call", ANSWERS)
def test_without_a_gpu_the_answer_is(call):
    assert eval(f"torch.{call}", {"torch": torch}) == ANSWERS[call]


NEEDS_GPU = [
    "init()", "current_device()", "set_device(0)", "synchronize()", "get_device_name()",
    "get_device_capability(0)", "get_device_properties(0)", "Event()", "Stream()",
    "current_stream()", "mem_get_info()", "nvtx.range_push('a')",
]  # fmt: skip


@without_gpu
@pytest.mark.parametrize("call", NEEDS_GPU)
def test_what_needs_a_gpu_says_so(call):
    with pytest.raises(RuntimeError, match="device 'cuda' needs CuPy, which is not installed"):
        eval(f"torch.cuda.{call}", {"torch": torch})


@without_gpu
@pytest.mark.parametrize(
    "call",
    [
        "current_device_index()", "set_device_index(0)", "current_stream()", "synchronize()",
        "empty_cache()", "memory_allocated()", "max_memory_allocated()", "memory_reserved()",
    ],
)  # fmt: skip
def test_no_accelerator_is_pytorchs_error(call):
    with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is avail"):
        eval(f"torch.accelerator.{call}", {"torch": torch})


def test_contexts_of_the_gpu_do_nothing_for_tensors_on_the_cpu():
    with torch.cuda.device_of(torch.ones(1)), torch.cuda.device(-1), torch.cuda.device(None):
        pass
    with torch.cuda.stream(None):
        pass


def test_a_device_that_is_no_gpu_is_refused():
    with pytest.raises(ValueError, match="Expected a cuda device, but got: cpu"):
        torch.cuda.device("cpu")


# -------------------------------------------------------------------- backends


def test_switches_of_backends_are_remembered():
    cudnn = torch.backends.cudnn
    assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (True, False, False)
    cudnn.benchmark = True
    assert cudnn.benchmark
    cudnn.benchmark = False
    assert torch.backends.cuda.matmul.allow_tf32 is False


def test_switches_set_by_functions_are_remembered():
    mha, nnpack = torch.backends.mha, torch.backends.nnpack
    mha.set_fastpath_enabled(False)
    assert not mha.get_fastpath_enabled()
    mha.set_fastpath_enabled(True)
    assert mha.get_fastpath_enabled()
    assert nnpack.set_flags(False) == (True,) and nnpack.set_flags(True) == (False,)
    with nnpack.flags(enabled=False):
        assert not nnpack.enabled


def test_flags_hold_inside_the_block():
    cudnn = torch.backends.cudnn
    with cudnn.flags(enabled=False, deterministic=True):
        assert not cudnn.enabled and cudnn.deterministic
    assert cudnn.enabled and not cudnn.deterministic
    with (
        pytest.raises(TypeError, match="unexpected keyword argument 'odd'"),
        cudnn.flags(odd=1),
    ):
        pass


# -------------------------------------------------------------------- compile, jit


def test_compile_returns_the_model_and_says_that_nothing_is_compiled():
    model = torch.nn.Linear(1, 1)
    with pytest.warns(UserWarning, match=r"compile\(\) changes nothing") as warned:
        assert torch.compile(model, mode="max-autotune", fullgraph=True) is model
    assert warned[0].filename == __file__
    with pytest.warns(UserWarning, match=r"compile\(\) changes nothing"):

        @torch.compile(dynamic=True)
        def double(x):
            return x * 2

    assert double(2) == 4
    assert torch.compiler.disable(double) is double
    assert torch.compiler.disable(recursive=False)(double) is double


def test_compile_refuses_what_pytorch_refuses():
    with pytest.raises(RuntimeError, match="Either mode or options can be specified, but both"):
        torch.compile(len, mode="default", options={})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(AssertionError, match="A callable function is expected, but <class 'in"):
            torch.compile(1)


@pytest.mark.parametrize("name", ["script", "trace", "trace_module", "load", "save", "freeze"])
def test_torchscript_is_refused_with_what_to_do(name):
    with pytest.raises(RuntimeError, match=f"torch.jit.{name}: minitorch has no TorchScript"):
        getattr(torch.jit, name)(torch.nn.Linear(1, 1))


def test_a_scripted_function_or_class_is_itself():
    @torch.jit.script
    def double(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    assert double(torch.ones(1)).item() == 2
    assert torch.jit.script(dict) is dict


def test_no_object_is_a_scripted_one():
    assert not isinstance(torch.nn.Linear(1, 1), (torch.jit.ScriptModule, torch.jit.ScriptFunction))
    with pytest.raises(RuntimeError, match=r"torch\.jit\.ScriptModule: minitorch has no Torch"):
        torch.jit.ScriptModule()


def test_tracing_is_refused_and_marks_for_it_are_harmless():
    assert torch.fx.wrap(len) is len and torch.fx.wrap("len") == "len"
    assert not isinstance(torch.ones(1), (torch.fx.Proxy, torch.fx.GraphModule))
    for make in (torch.fx.symbolic_trace, torch.fx.Tracer, torch.fx.Proxy, torch.fx.GraphModule):
        with pytest.raises(RuntimeError, match=f"torch.fx.{make.__name__}: minitorch does not tra"):
            make(torch.nn.Linear(1, 1))


def test_types_for_torchscript_can_be_imported():
    from minitorch.jit.annotations import List, Optional

    assert List[int] and Optional[int]


def test_marks_for_torchscript_are_harmless():
    for mark in (torch.jit.export, torch.jit.unused, torch.jit.ignore, torch.jit.script_method):
        assert mark(len) is len
    assert torch.jit.ignore(drop=True)(len) is len
    assert torch.jit.script_if_tracing(len) is len
    assert torch.jit.annotate(list[int], 3) == 3


@pytest.mark.parametrize("name", ["init_process_group", "get_rank", "all_reduce", "barrier"])
def test_several_processes_are_refused(name):
    with pytest.raises(RuntimeError, match=f"{name}: minitorch trains in one process"):
        getattr(torch.distributed, name)()


def test_what_several_processes_share_can_be_imported_but_not_used():
    from minitorch.distributed.nn import all_gather
    from minitorch.distributed.optim import ZeroRedundancyOptimizer
    from minitorch.distributed.tensor import DTensor

    assert not isinstance(torch.ones(1), DTensor)
    with pytest.raises(RuntimeError, match="DTensor: minitorch trains in one process"):
        DTensor(torch.ones(1))
    with pytest.raises(RuntimeError, match="all_gather: minitorch trains in one process"):
        all_gather(torch.ones(1))
    with pytest.raises(RuntimeError, match="ZeroRedundancyOptimizer: minitorch trains in one"):
        ZeroRedundancyOptimizer([torch.ones(1)], torch.optim.SGD)


@pytest.mark.parametrize("module", [torch.mps, torch.xpu])
def test_other_gpus_are_refused(module):
    with pytest.raises(RuntimeError, match="use the CPU"):
        module.synchronize()
    if module is torch.mps:
        with pytest.raises(RuntimeError, match=r"Cannot execute emptyCache\(\) without MPS"):
            module.empty_cache()


def test_conversions_keep_parameters_and_say_so():
    from minitorch import __future__ as future

    layer = torch.nn.Linear(1, 1)
    weight = layer.weight
    assert future.get_overwrite_module_params_on_conversion() is False
    try:
        for swap in (True, False):
            future.set_swap_module_params_on_conversion(swap)
            assert future.get_swap_module_params_on_conversion() is swap
            assert layer.double().float().weight is weight
    finally:
        future.set_swap_module_params_on_conversion(False)
    future.set_overwrite_module_params_on_conversion(False)
    with pytest.raises(RuntimeError, match="a converted module keeps its parameters"):
        future.set_overwrite_module_params_on_conversion(True)


def test_settings_of_the_compiler_are_kept_and_change_nothing():
    from minitorch import _dynamo, _inductor

    _dynamo.config.suppress_errors = _inductor.config.coordinate_descent_tuning = True
    try:
        assert _dynamo.disable(len) is _dynamo.assume_constant_result(len) is len
        assert _dynamo.disable()(len) is _dynamo.allow_in_graph(len) is len
        assert _dynamo.reset() is _dynamo.graph_break() is None
        assert _dynamo.is_compiling() is False
        assert _dynamo.mark_static_address(len) is _dynamo.mark_static(len, 0) is None
        assert _dynamo.mark_dynamic(len, 0, min=2) is _dynamo.maybe_mark_dynamic(len, 0) is None
    finally:
        del _dynamo.config.suppress_errors, _inductor.config.coordinate_descent_tuning


def test_on_one_device_a_batch_is_not_shared_out():
    from minitorch.nn.parallel.scatter_gather import gather, scatter

    x = torch.ones(4)
    assert scatter(x, [0])[0] is x
    assert gather([x], 0) is x
    with pytest.raises(NotImplementedError, match=r"one device to share out to, but got \[0, 1\]"):
        scatter(x, [0, 1])


def test_process_groups_are_names_only():
    from minitorch.distributed import ProcessGroup, ReduceOp, all_gather_object

    assert ReduceOp.SUM.name == "SUM"
    for refused in (ProcessGroup, all_gather_object):
        with pytest.raises(RuntimeError, match="minitorch trains in one process"):
            refused()


def test_nothing_is_traced():
    from minitorch import _C

    assert _C._get_tracing_state() is None


def test_operations_are_counted_by_the_profiler_alone():
    from minitorch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    assert counter.get_total_flops() == sum(counter.get_flop_counts()["Global"].values()) == 0
    with pytest.raises(NotImplementedError, match="profile\\(with_flops=True"), counter:
        pass


def test_no_module_is_an_optimised_one():
    from minitorch._dynamo import OptimizedModule, eval_frame

    assert eval_frame.OptimizedModule is OptimizedModule
    with pytest.warns(UserWarning, match="changes nothing"):
        assert not isinstance(torch.compile(torch.nn.Linear(1, 1)), OptimizedModule)
    with pytest.raises(RuntimeError, match="nothing is compiled here\n  take the module itself"):
        OptimizedModule(torch.nn.Linear(1, 1))


def test_the_compiled_reader_of_files_is_a_name_only():
    from minitorch import _C

    assert torch.PyTorchFileReader is _C.PyTorchFileReader
    assert isinstance(torch.Tensor, _C._TensorMeta)
    with pytest.raises(NotImplementedError, match=r"read the file with torch\.load"):
        torch.PyTorchFileReader("a.pt")
