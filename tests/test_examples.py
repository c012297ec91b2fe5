"""The examples run, and say what they should."""

import builtins
import functools
import importlib.util
import re
from pathlib import Path

import pytest

import minitorch

FOLDER = Path(__file__).parents[1] / "examples"


def example(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


xor = example("xor")
mnist = example("mnist")
char_rnn = example("char_rnn")
transformer = example("transformer")


def test_xor_learns_the_truth_table(capsys):
    xor.main(["--epochs", "3001"])
    printed = capsys.readouterr().out
    losses = [float(found) for found in re.findall(r"epoch +\d+   loss (\S+)", printed)]
    assert losses[-1] < 0.01 < losses[0]
    rows = re.findall(r"^ (\d)  (\d)    (\d)     (\S+)$", printed, re.MULTILINE)
    assert [row[:3] for row in rows] == [tuple("000"), tuple("011"), tuple("101"), tuple("110")]
    assert [round(float(row[3])) for row in rows] == [0, 1, 1, 0]


def test_xor_restarts_where_a_start_led_nowhere(capsys, monkeypatch):
    answers = iter([False, False, True])
    monkeypatch.setattr(xor, "solved", lambda *_: next(answers))
    xor.main(["--epochs", "1", "--seed", "4"])
    printed = capsys.readouterr().out
    assert re.findall(r"seed (\d) led nowhere", printed) == ["4", "5"]
    assert printed.count("epoch     0") == 3


def test_xor_gives_up_after_ten_starts(capsys):
    xor.main(["--epochs", "1"])
    assert "none of 10 seeds worked: are there enough epochs?" in capsys.readouterr().out


def test_xor_knows_when_it_is_solved():
    x, y = minitorch.tensor(xor.INPUTS), minitorch.tensor(xor.TARGETS)
    assert xor.solved(lambda _: y * 0.8 + 0.1, x, y)
    assert not xor.solved(lambda _: y * 0 + 0.5, x, y)


def test_xor_draws_its_surface(tmp_path):
    pytest.importorskip("matplotlib")
    xor.main(["--epochs", "1", "--plot", str(tmp_path / "xor.png")])
    assert (tmp_path / "xor.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "options",
    [
        "--optimizer sgd",
        "--optimizer adam",
        "--optimizer adamw --lr 0.002",
        "--optimizer rmsprop",
        "--model cnn",
    ],
)
def test_mnist_trains_a_little(options, capsys):
    mnist.main(f"{options} --epochs 2 --limit 640 --batch-size 40".split())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    losses = [float(re.search(r"loss (\S+)", line)[1]) for line in lines[:2]]
    assert losses[1] < losses[0]
    assert re.fullmatch(r"test accuracy \d+\.\d\d % \(\d+ of 640\)", lines[2])
    assert float(lines[2].split()[2]) > 50


def test_mnist_repeats_with_its_seed(capsys):
    runs = []
    for seed in ("3", "3", "4"):
        mnist.main(["--epochs", "1", "--limit", "256", "--seed", seed])
        runs.append(re.findall(r"loss \S+", capsys.readouterr().out))
    assert runs[0] == runs[1] != runs[2]


def test_mnist_draws_curves_and_mistakes(tmp_path):
    pytest.importorskip("matplotlib")
    mnist.main(["--epochs", "1", "--limit", "128", "--plot", str(tmp_path)])
    for name in ("mnist-curves.png", "mnist-mistakes.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_mnist_shows_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr(mnist, "tqdm", functools.partial(mnist.tqdm, mininterval=0))
    mnist.main(["--epochs", "1", "--limit", "256"])
    assert re.search(r"epoch 1/1: .*samples/s.*loss=\d", capsys.readouterr().err)


def test_transformer_writes_problems_and_reads_them():
    text = transformer.problems(minitorch.tensor([2785, 7]), 2)
    assert ["".join(transformer.TOKENS[i] for i in row) for row in text] == [
        "27+85=211",
        "00+07=700",
    ]
    assert [transformer.read(row) for row in text.tolist()] == ["27 + 85 = 112", "00 + 07 = 007"]


def test_transformer_learns_and_tries_what_it_has_not_seen(capsys):
    transformer.main(["--steps", "120", "--batch-size", "32"])
    printed = capsys.readouterr().out
    losses = [float(found) for found in re.findall(r"loss (\S+)", printed)]
    assert len(losses) == 10 and losses[-1] < 0.85 * losses[0]
    assert "9,500 problems to learn from" in printed
    tried = re.findall(r"^  (\d\d) \+ (\d\d) = (\d{3})(   wrong)?$", printed, re.MULTILINE)
    assert len(tried) == 5
    assert all((int(a) + int(b) != int(c)) == bool(wrong) for a, b, c, wrong in tried)


def test_transformer_draws_what_it_looks_at(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "transformer.png"
    transformer.main(["--digits", "1", "--steps", "1", "--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


def test_char_rnn_learns_and_repeats_with_its_seed(capsys):
    runs = []
    for seed in ("3", "3", "4"):
        char_rnn.main(["--steps", "12", "--hidden", "32", "--seed", seed])
        printed = capsys.readouterr().out
        losses = [float(found) for found in re.findall(r"(\S+) bits a letter", printed)]
        assert len(losses) == 6 and losses[-1] < losses[0]
        assert re.search(r"^\d+ of \d+ lines are verses of the rhyme$", printed, re.MULTILINE)
        runs.append(losses)
    assert runs[0] == runs[1] != runs[2]


def test_char_rnn_has_the_verses_of_the_rhyme():
    assert char_rnn.VERSES[1] == "This is the malt that lay in the house that Jack built."
    assert len(char_rnn.VERSES) == 11


def test_char_rnn_draws_its_loss(tmp_path):
    pytest.importorskip("matplotlib")
    char_rnn.main(["--steps", "2", "--hidden", "8", "--plot", str(tmp_path / "loss.png")])
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "module", [xor, mnist, transformer, char_rnn], ids=lambda each: each.__name__
)
def test_without_matplotlib_plot_names_the_extra(module, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit, match=r"minitorch-numpy\[plot\]"):
        module.main(["--plot"])
