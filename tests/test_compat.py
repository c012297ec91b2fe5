"""The door for PyTorch programs: `python -m minitorch.compat` and `install()`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch
from minitorch.compat.missing import missing_name
from minitorch.version import FOLLOWED, Version

ROOT = str(Path(minitorch.__file__).parent.parent)


def python(*words, cwd=None):
    environment = {**os.environ, "PYTHONPATH": ROOT, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=cwd, env=environment,
        timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture
def through_the_door(tmp_path):
    """Run a program, given as text, with arguments."""

    def run(text, *arguments):
        (tmp_path / "program.py").write_text(text)
        return python("-m", "minitorch.compat", "program.py", *arguments, cwd=tmp_path)

    return run


def test_modules_of_torch_are_those_of_minitorch(through_the_door):
    run = through_the_door(
        "import minitorch, torch, torch.nn.functional as F\n"
        "import torch.autograd.profiler, torch.random, torch.backends.cudnn as cudnn\n"
        "from torch.functional import F as same, einsum\n"
        "assert same is F and einsum is torch.einsum\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "from torchvision import transforms\n"
        "import torch.utils.model_zoo as model_zoo\n"
        "assert model_zoo.load_url is torch.hub.load_state_dict_from_url\n"
        "assert torch is minitorch and F is minitorch.nn.functional\n"
        "assert torch.nn.Linear is minitorch.nn.Linear\n"
        "assert cudnn is torch.backends.cudnn and torch.random.fork_rng\n"
        "print(torch.nn.__spec__.name, torch.__version__ >= '2.0')\n"
    )
    assert run.stdout == "minitorch.nn True\n", run.stderr


def test_libraries_find_the_versions_of_torch_and_torchvision(through_the_door):
    run = through_the_door(
        "import torch, torchvision\n"
        "from importlib import metadata\n"
        "assert metadata.version('torch') == torch.__version__\n"
        "assert metadata.version('torchvision') == torchvision.__version__ >= '0.13'\n"
        "names = [each.metadata['Name'] for each in metadata.distributions()]\n"
        "assert 'torch' in names and 'numpy' in names\n"
        "print(metadata.version('numpy') > '1', metadata.files('torch'))\n"
    )
    assert run.stdout == "True None\n", run.stderr


NAMES = [
    "from torch.utils import model_zoo; assert model_zoo is torch.hub",
    "from torch.storage import UntypedStorage; assert UntypedStorage is torch.UntypedStorage",
    "import torch.autograd.forward_ad as fwAD; assert fwAD is torch.autograd.forward_ad",
    "import torch.autograd.anomaly_mode as a; assert a.detect_anomaly is torch.autograd."
    "detect_anomaly",
    "assert isinstance(torch.ones(2).untyped_storage(), torch.UntypedStorage)",
    "assert torch._C._log_api_usage_once('a') is None",
    "assert issubclass(torch.jit.TracerWarning, Warning)",
    "import sys; assert sys.getsizeof(torch.ones(1000).untyped_storage()) > 4000",
    "from torch.utils.data.dataloader import _collate_fn_t",
    "from torch.nn.attention.flex_attention import AuxRequest; assert not AuxRequest().lse",
    "torch.distributions.transforms._InverseTransform",
    "from torch.utils.collect_env import get_pretty_env_info as f; assert 'numpy==' in f()",
    "import functorch; assert functorch.make_functional and functorch.vmap",
    "from torch.optim import _functional as F; from torch.optim.adam import adam; assert F.adam",
]


@pytest.mark.parametrize("line", NAMES)
def test_names_that_libraries_use_are_there(line):
    run = python("-c", f"import minitorch.compat as c; c.install(); import torch\n{line}")
    assert run.returncode == 0, run.stderr


def test_a_program_sees_itself_as_if_python_ran_it(through_the_door, tmp_path):
    (tmp_path / "beside.py").write_text("x = 3\n")
    text = (
        "import sys, os, pickle, beside\n"
        "class A: pass\n"
        "assert type(pickle.loads(pickle.dumps(A()))) is A\n"
        "print(__name__, __file__, sys.argv, os.path.realpath(sys.path[0]) == os.getcwd())\n"
    )
    ours, theirs = (
        through_the_door(text, "--a", "1"),
        python("program.py", "--a", "1", cwd=tmp_path),
    )
    assert ours.stdout == theirs.stdout != "", ours.stderr


def test_a_module_runs_by_its_name(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/__init__.py").write_text("")
    (tmp_path / "pack/other.py").write_text("import torch\nx = torch.ones(2)\n")
    (tmp_path / "pack/__main__.py").write_text(
        "import sys\nfrom .other import x\nprint(x, __package__, sys.argv[1:])\n"
    )
    run = python("-m", "minitorch.compat", "-m", "pack", "word", cwd=tmp_path)
    assert run.stdout == "tensor([1., 1.]) pack ['word']\n", run.stderr


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_processes_that_a_program_starts_have_the_door_too(through_the_door, how):
    if how == "fork" and not hasattr(os, "fork"):
        pytest.skip("no fork here")
    run = through_the_door(
        "import torch, sys\n"
        "import torch.multiprocessing as mp\n"
        "def work(queue):\n"
        "    queue.put((torch.ones(2), sys.argv))\n"
        "if __name__ == '__main__':\n"
        f"    context = mp.get_context({how!r})\n"
        "    queue = context.Queue()\n"
        "    process = context.Process(target=work, args=(queue,))\n"
        "    process.start()\n"
        "    x, words = queue.get()\n"
        "    process.join()\n"
        "    print(x, words[1:])\n",
        "--fast",
    )
    assert run.stdout == "tensor([1., 1.]) ['--fast']\n", run.stderr


MISSING = [
    ("import torch.nested", "torch.nested is not in minitorch: pad the sequences"),
    ("from torch.fx import Graph", "torch.fx.Graph is not in minitorch: models are not traced"),
    ("from torch.nn import Nonsense", "torch.nn.Nonsense is not in minitorch\n"),
    ("import torch; torch.nonsense(1)", "torch.nonsense is not in minitorch\n"),
    ("import torch; torch.ones(1).to_sparse()", "torch.Tensor.to_sparse is not in minitorch; mini"),
    ("import torch; torch.Tensor.nonsense", "torch.Tensor.nonsense is not in minitorch\n"),
    (
        "import torch; torch.nn.Linear(1, 1).odd",
        "torch.nn.modules.linear.Linear.odd is not in mini",
    ),
    ("from torchvision.io import read_video", "torchvision.io.read_video is not in minitorch: of"),
    ("import torch.autograd.nonsense", "torch.autograd.nonsense is not in minitorch\n"),
    ("from torchvision.models import vit_b_16", "torchvision.models.vit_b_16 is not in minitorch:"),
    ("from torch.nn.parallel import replicate", "torch.nn.parallel.replicate is not in minitorch:"),
    ("import torch._prims", "torch._prims is not in minitorch: this is an inner part"),
]


@pytest.mark.parametrize(("line", "text"), MISSING)
def test_a_missing_name_ends_the_program_with_one_line(through_the_door, line, text):
    run = through_the_door(f"x = 1\n{line}\n")
    assert f"program.py:2: {text}" in run.stderr, run.stderr
    assert run.stderr.count("\n") == 1
    assert run.returncode == 1


def test_errors_of_the_program_itself_are_shown_whole(through_the_door):
    run = through_the_door("import torch\ntorch.ones(2).reshape(3)\n")
    assert "Traceback" in run.stderr and "ShapeError" in run.stderr
    assert "Traceback" in through_the_door("(1).nonsense\n").stderr
    assert "Traceback" in through_the_door("import not_there\n").stderr


def test_the_exit_code_is_that_of_the_program(through_the_door):
    assert through_the_door("import sys; sys.exit(7)").returncode == 7


def test_a_file_that_is_not_there_is_named():
    run = python("-m", "minitorch.compat", "not_there.py")
    assert run.stderr == "python -m minitorch.compat: can't open file 'not_there.py'\n"


def test_without_a_program_the_usage_is_shown():
    run = python("-m", "minitorch.compat")
    assert run.returncode == 2
    assert run.stdout.startswith("usage: python -m minitorch.compat program.py")


def test_what_a_program_catches_is_not_explained(through_the_door):
    run = through_the_door(
        "try:\n    import torch.nested\nexcept ImportError as error:\n    print(error)\n"
    )
    assert run.stdout.startswith("No module named 'torch.nested': pad the sequences")


def test_install_and_uninstall_change_what_torch_is():
    run = python(
        "-c",
        "import minitorch.compat as door, sys\n"
        "door.install()\n"
        "import torch, torch.nn\n"
        "print(torch.__name__, torch.__version__, torch.nn.__name__)\n"
        "x = torch.nn.Parameter(torch.ones(2))\n"
        "types = type(x.data), type(x), type(x.shape), type(x.dtype), type(x.device)\n"
        "print(*types)\n"
        "door.uninstall()\n"
        "print('torch' in sys.modules, torch.__name__, torch.__version__)\n"
        "print(types[0])\n",
    )
    with_door, types, without, tensor = run.stdout.splitlines()
    assert types == (
        "<class 'torch.Tensor'> <class 'torch.nn.parameter.Parameter'> <class 'torch.Size'> "
        "<class 'torch.dtype'> <class 'torch.device'>"
    )
    assert tensor == "<class 'minitorch.autograd.tensor.Tensor'>"
    assert with_door == f"torch {FOLLOWED} minitorch.nn", run.stderr
    assert without == f"False minitorch {minitorch.__version__}"


def test_install_refuses_after_another_torch_was_imported(tmp_path):
    (tmp_path / "torch.py").write_text("")
    run = python("-c", "import torch, minitorch.compat as c; c.install()", cwd=tmp_path)
    assert "install(): PyTorch itself has been imported already" in run.stderr


def test_names_are_found_in_what_was_raised():
    assert missing_name(AttributeError("module 'minitorch.vision' has no attribute 'io'")) == (
        "torchvision.io"
    )
    assert missing_name(ImportError("cannot import name 'f' from 'numpy' (unknown)")) is None
    assert missing_name(ValueError("module 'minitorch' has no attribute 'f'")) is None


VERSIONS = [
    ("2.13.0+minitorch", ">", "2.9.1"),
    ("2.13.0+minitorch", ">=", "2.13"),
    ("2.13.0", "==", "2.13"),
    ("2.13.0", "!=", "2.13.1"),
    ("1.9", "<", "1.13"),
    ("1.9", "<=", (1, 9)),
    ("2.0.0", ">", (1, 13, 1)),
]


@pytest.mark.parametrize(("version", "relation", "other"), VERSIONS)
def test_versions_compare_by_their_numbers(version, relation, other):
    assert eval(f"a {relation} b", {"a": Version(version), "b": other})


def test_a_version_is_a_string():
    assert FOLLOWED.split("+")[0].split(".")[:2] == ["2", "13"]
    assert {FOLLOWED: 1}[str(FOLLOWED)] == 1
    assert FOLLOWED != 2


def test_the_arguments_of_a_module_s_to_are_parsed_for_others():
    parse, cpu = minitorch._C._nn._parse_to, minitorch.device("cpu")
    assert parse("cpu") == (cpu, None, False, None)
    assert parse(minitorch.half, True) == (None, minitorch.half, True, None)
    x = minitorch.ones(1).double()
    assert parse(x) == (x.device, minitorch.float64, False, None)
    order = minitorch.channels_last
    assert parse(device="cpu", dtype=minitorch.half, non_blocking=True, memory_format=order) == (
        cpu, minitorch.half, True, order
    )  # fmt: skip
    with pytest.raises(TypeError):
        parse("cpu", "cpu")


def test_a_star_imports_the_functions_and_no_modules():
    names = {}
    exec("from minitorch import *", names)
    for name in ("tensor", "einsum", "conv2d", "save", "float32", "no_grad", "pi", "Tensor"):
        assert names[name] is getattr(minitorch, name)
    assert not {"nn", "importlib", "shape", "index", "random", "FUNCTIONS"} & names.keys()
