"""The examples run, and say what they should."""

import builtins
import functools
import importlib.util
import re
from pathlib import Path

import pytest

import minitorch
from minitorch.checkpoint import Checkpoint

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
autoencoder = example("autoencoder")
gan = example("gan")
finetune = example("finetune")


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
    path = tmp_path / "new folder" / "xor.png"
    xor.main(["--epochs", "1", "--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


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
    assert len(losses) == 10 and losses[-1] < 0.9 * losses[0]
    assert "9,500 problems to learn from" in printed
    tried = re.findall(r"^  (\d\d) \+ (\d\d) = (\d{3})(   wrong)?$", printed, re.MULTILINE)
    assert len(tried) == 5
    assert all((int(a) + int(b) != int(c)) == bool(wrong) for a, b, c, wrong in tried)


def test_transformer_draws_what_it_looks_at(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "transformer.png"
    transformer.main(["--digits", "1", "--steps", "1", "--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


def test_char_rnn_learns_and_repeats_with_its_seed(capsys, monkeypatch):
    monkeypatch.setattr(char_rnn, "VERSES", char_rnn.VERSES[:2])  # to recite, which takes longest
    runs = []
    for seed in ("3", "3", "4"):
        char_rnn.main(["--steps", "12", "--hidden", "32", "--seed", seed])
        printed = capsys.readouterr().out
        losses = [float(found) for found in re.findall(r"(\S+) bits a letter", printed)]
        assert len(losses) == 6 and losses[-1] < losses[0]
        assert re.search(r"^\d of 2 lines are verses of the rhyme$", printed, re.MULTILINE)
        runs.append(losses)
    assert runs[0] == runs[1] != runs[2]


def test_char_rnn_has_the_verses_of_the_rhyme():
    assert char_rnn.VERSES[1] == "This is the malt that lay in the house that Jack built."
    assert len(char_rnn.VERSES) == 11


def test_char_rnn_draws_its_loss(tmp_path):
    pytest.importorskip("matplotlib")
    char_rnn.main(["--steps", "2", "--hidden", "8", "--plot", str(tmp_path / "loss.png")])
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_autoencoder_learns_and_is_held_against_principal_components(capsys):
    autoencoder.main(["--epochs", "5", "--limit", "2000", "--width", "4", "--batch-size", "50"])
    printed = capsys.readouterr().out
    losses = [float(found) for found in re.findall(r"mean squared error (0\.\d+)", printed)]
    assert len(losses) == 5 and losses[4] < losses[0]
    last = {name: float(e) for name, e in re.findall(r"  (\w.*\w)   +(0\.\d{4})\n", printed)}
    assert last["4 numbers, this autoencoder"] < last["nothing, the mean digit"]
    assert last["4 numbers, principal components"] < last["nothing, the mean digit"]


def test_principal_components_keep_what_lies_in_a_plane():
    flat = minitorch.randn(50, 2, dtype=minitorch.float64) @ minitorch.randn(
        2, 9, dtype=minitorch.float64
    )
    kept = autoencoder.by_components(flat, *autoencoder.principal_components(flat, 2))
    assert (kept - flat).abs().max().item() < 1e-9


def test_autoencoder_draws_digits(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "digits.png"
    autoencoder.main(["--epochs", "1", "--limit", "128", "--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


def test_gan_counts_heaps_that_got_their_share():
    points = gan.real_points(2000)
    assert gan.judged(lambda _: points, "cpu") == (pytest.approx(1.0, abs=0.005), 8)
    assert gan.judged(lambda _: gan.centres()[:2].repeat(1000, 1), "cpu") == (1.0, 2)
    assert gan.judged(lambda _: minitorch.zeros(2000, 2), "cpu") == (0.0, 0)


def test_gan_comes_nearer_to_the_heaps(capsys):
    gan.main(["--rounds", "300", "--batch-size", "64"])
    printed = capsys.readouterr().out
    assert printed.count("critic's loss") == 10
    assert re.search(r"^\d+\.\d% of the points it makes .* \d of 8 heaps", printed, re.MULTILINE)


def test_gan_draws_its_points(tmp_path):
    pytest.importorskip("matplotlib")
    gan.main(["--rounds", "10", "--plot", str(tmp_path / "gan.png")])
    assert (tmp_path / "gan.png").read_bytes().startswith(b"\x89PNG")


def test_finetune_moves_the_head_alone(capsys):
    few = ["--old", "40", "--per-class", "2", "--test", "60"]
    finetune.main([*few, "--epochs", "2", "--new-epochs", "4"])
    printed = capsys.readouterr().out
    assert "frozen weights moved by 0.0, BatchNorm's statistics by 0.0" in printed
    assert float(re.search(r"head's weights moved by up to (\S+)", printed)[1]) > 0
    assert len(re.findall(r"test \d+\.\d\d%", printed)) == 3


def test_finetune_would_tell_if_something_moved():
    net = finetune.Net()
    before = finetune.copied(net.features)
    finetune.freeze(net.features)
    assert not any(p.requires_grad for p in net.features.parameters())
    net(minitorch.randn(2, 1, 28, 28))
    assert finetune.moved(net.features, before) == (0.0, 0.0)
    net.train()
    net(minitorch.randn(2, 1, 28, 28))
    weights, statistics = finetune.moved(net.features, before)
    assert weights == 0.0 and statistics > 0


@pytest.mark.parametrize(
    "module", [xor, mnist, transformer, char_rnn, autoencoder, gan], ids=lambda each: each.__name__
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


@pytest.mark.parametrize(
    "module", [xor, mnist, transformer, char_rnn, autoencoder, gan], ids=lambda each: each.__name__
)
def test_a_picture_that_cannot_be_written_is_known_before_the_training(module, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "file").touch()
    with pytest.raises((NotADirectoryError, FileExistsError)):
        module.main(["--plot", str(tmp_path / "file" / "picture.png")])


def test_a_step_of_0_learns_nothing(capsys):
    transformer.main(["--digits", "1", "--steps", "0"])
    assert "loss" not in capsys.readouterr().out
    weight = minitorch.zeros(1, requires_grad=True)
    assert mnist.make_optimizer("sgd", [weight], 0.0).param_groups[0]["lr"] == 0


def test_char_rnn_refuses_a_temperature_of_0(capsys):
    with pytest.raises(SystemExit):
        char_rnn.main(["--temperature", "0"])
    assert "--temperature is above 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    "module, options, leave_after",
    [
        (mnist, "--epochs 2 --limit 256 --batch-size 40", 9),
        (autoencoder, "--epochs 2 --limit 256 --batch-size 40", 3),
        (char_rnn, "--steps 6 --hidden 8", 4),
        (transformer, "--steps 4 --digits 1 --batch-size 4", 1),
        (gan, "--rounds 6 --batch-size 8", 5),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_an_example_that_is_interrupted_and_resumed_ends_as_if_it_was_not(
    module, options, leave_after, tmp_path, monkeypatch, capsys
):
    class Interrupted(Checkpoint):
        """Ends after so many steps as Ctrl-C would end it."""

        def _save_if_due(self, now):
            super()._save_if_due(self.steps_done == leave_after)
            if self.steps_done == leave_after:
                raise KeyboardInterrupt

    def ends(path):
        printed = re.sub(r"[\d,.]+ (samples/s|letters/s|s\n)", "", capsys.readouterr().out)
        parts = minitorch.load(path)["parts"]
        return parts.get("model", parts.get("generator")), printed.splitlines()[-1]

    module.main([*options.split(), "--checkpoint", str(tmp_path / "whole")])
    weights, printed = ends(tmp_path / "whole")
    broken_off = [*options.split(), "--checkpoint", str(tmp_path / "run")]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "Checkpoint", Interrupted)
        module.main(broken_off)
    module.main([*broken_off, "--resume"])
    again, printed_again = ends(tmp_path / "run")
    assert printed_again == printed and again.keys() == weights.keys()
    assert all(again[name].equal(weights[name]) for name in weights)


def test_an_example_cannot_resume_from_nowhere(capsys):
    with pytest.raises(SystemExit):
        mnist.main(["--resume"])
    assert "--resume needs --checkpoint FILE" in capsys.readouterr().err


def test_an_example_says_when_there_is_nothing_to_resume(tmp_path, capsys):
    path = tmp_path / "run"
    mnist.main(["--epochs", "1", "--limit", "128", "--checkpoint", str(path), "--resume"])
    assert f"there is no {path} yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "module, option",
    [
        (mnist, "--batch-size"), (mnist, "--limit"), (transformer, "--batch-size"),
        (gan, "--batch-size"), (autoencoder, "--width"),
    ],
)  # fmt: skip
def test_an_example_refuses_a_size_of_0(module, option, capsys):
    with pytest.raises(SystemExit):
        module.main([option, "0"])
    assert f"{option} is at least 1" in capsys.readouterr().err
