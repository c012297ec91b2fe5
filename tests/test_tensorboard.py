"""Files for TensorBoard, read back here as their format says."""

import struct
import zlib

import numpy as np
import pytest

import minitorch as torch
from minitorch.utils.tensorboard import SummaryWriter, events
from minitorch.utils.tensorboard.summary import hparams


def fields(data):
    """The fields of a protocol buffer: their names, and values as they stand there."""
    found, at = {}, 0

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        name, kind = divmod(number(), 8)
        if kind == 0:
            value = number()
        else:
            size = {1: 8, 5: 4}.get(kind) or number()
            value, at = data[at : at + size], at + size
        found.setdefault(name, []).append(value)
    return found


def records(path):
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert data[8:12] == events.checksum(data[:8])
        body = data[12 : 12 + length]
        assert data[12 + length : 16 + length] == events.checksum(body)
        yield fields(body)
        data = data[16 + length :]


def values(path):
    """(step, fields of the value) of each event after the first."""
    first, *rest = records(path)
    assert first[3] == [b"brain.Event:2"]
    return [(event.get(2, [None])[0], fields(fields(event[5][0])[1][0])) for event in rest]


@pytest.fixture
def written(tmp_path):
    """What a use of the writer left in its file."""

    def use(f):
        with SummaryWriter(tmp_path) as writer:
            f(writer)
        (path,) = [each for each in tmp_path.iterdir() if each.is_file()]
        assert path.name.startswith("events.out.tfevents.")
        return values(path)

    return use


def test_the_checksum_is_castagnolis():
    assert events.crc32c(b"123456789") == 0xE3069283
    assert events.crc32c(bytes(32)) == 0x8A9136AA


def test_numbers_are_seven_bits_a_byte():
    assert events.number(300) == b"\xac\x02"
    assert len(events.number(-1)) == 10


def test_scalars_have_tag_step_and_value(written):
    def use(writer):
        writer.add_scalar("loss", torch.tensor(0.5, requires_grad=True), 300)
        writer.add_scalar("loss", 0.25)

    first, second = written(use)
    assert first == (300, {1: [b"loss"], 2: [struct.pack("<f", 0.5)]})
    assert second[0] is None and second[1][2] == [struct.pack("<f", 0.25)]


def test_the_time_can_be_given(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 1, walltime=12.5)
    (path,) = tmp_path.iterdir()
    assert list(records(path))[1][1] == [struct.pack("<d", 12.5)]


def test_texts_are_what_the_text_plugin_shows(written):
    ((step, value),) = written(lambda writer: writer.add_text("note", "hello", 2))
    assert step == 2 and value[1] == [b"note/text_summary"]
    assert fields(fields(value[9][0])[1][0]) == {1: [b"text"]}
    assert fields(value[8][0])[8] == [b"hello"]


def test_histograms_count_the_elements(written):
    x = torch.tensor([0.0, 1.0, 1.0, 4.0])
    ((_, value),) = written(lambda writer: writer.add_histogram("w", x, 1, bins=2))
    found = fields(value[5][0])
    low, high, count, total, squares = (struct.unpack("<d", found[i][0])[0] for i in range(1, 6))
    assert (low, high, count, total, squares) == (0, 4, 4, 6, 18)
    assert np.frombuffer(found[6][0]).tolist() == [2.0, 4.0]
    assert np.frombuffer(found[7][0]).tolist() == [3.0, 1.0]


def test_histograms_have_at_most_the_bins_allowed(written):
    x = np.linspace(0, 1, 500)
    ((_, value),) = written(lambda w: w.add_histogram("w", x, bins="tensorflow", max_bins=3))
    assert len(np.frombuffer(fields(value[5][0])[7][0])) == 3


def pixels_of(image):
    found = fields(image)
    height, width, channels = (found[i][0] for i in (1, 2, 3))
    png = found[4][0]
    start = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[start - 4 : start])
    rows = np.frombuffer(zlib.decompress(png[start + 4 : start + 4 + length]), np.uint8)
    return rows.reshape(height, -1)[:, 1:].reshape(height, width, channels)


def test_pictures_are_png(written):
    image = torch.rand(3, 4, 5)
    ((_, value),) = written(lambda writer: writer.add_image("it", image, 1))
    expected = (image * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    assert (pixels_of(value[4][0]) == expected).all()


def test_pictures_come_in_other_orders(written):
    gray = np.arange(6, dtype=np.uint8).reshape(2, 3)

    def use(writer):
        writer.add_image("a", gray, dataformats="HW")
        writer.add_images("b", np.stack([gray, gray])[:, None])

    (_, a), (_, b) = written(use)
    assert (pixels_of(a[4][0])[..., 0] == gray).all()
    assert (pixels_of(b[4][0])[..., 0] == np.hstack([gray, gray])).all()


def test_several_curves_have_a_directory_each(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("loss/all", {"train": 1.0, "test": 2.0}, 3)
        writer.flush()
    (path,) = (tmp_path / "loss_all_test").iterdir()
    assert values(path) == [(3, {1: [b"loss/all"], 2: [struct.pack("<f", 2.0)]})]


def test_settings_and_models_are_written_as_text(written):
    def use(writer):
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9})
        writer.add_graph(torch.nn.ReLU())

    table, metric, model = (value for _, value in written(use))
    assert b"| lr | 0.1 |" in fields(table[8][0])[8][0]
    assert metric[1] == [b"accuracy"]
    assert b"ReLU()" in fields(model[8][0])[8][0]


def test_the_directory_has_date_and_host_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with SummaryWriter(comment="_try") as writer:
        place = writer.get_logdir()
    assert place.startswith("runs") and place.endswith("_try")
    assert len(list((tmp_path / place).iterdir())) == 1


def test_what_makes_no_sense_is_refused(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match="The input has no element"):
            writer.add_histogram("w", torch.zeros(0))
        with pytest.raises(AssertionError, match="size of input tensor and input format are diff"):
            writer.add_image("w", torch.zeros(2, 2))


def test_libraries_write_their_settings_as_summaries(written):
    def use(writer):
        for each in hparams({"lr": 0.1}, {"loss": 1}):
            writer._get_file_writer().add_summary(each, 3)

    ((step, value),) = written(use)
    assert step == 3 and b"| lr | 0.1 |" in value[8][0]


def test_figures_of_matplotlib_are_pictures_side_by_side(written):
    plt = pytest.importorskip("matplotlib.pyplot")
    figures = [plt.figure(figsize=(2, 1), dpi=10) for _ in range(3)]

    def use(writer):
        writer.add_figure("one", figures[0], 1)
        writer.add_figure("two", figures[1:], 2, close=False)

    sizes = []
    for step, value in written(use):
        (height,), (width,) = (fields(value[4][0])[i] for i in (1, 2))
        sizes.append((step, height, width))
    assert sizes == [(1, 10, 20), (2, 10, 40)]
    assert [plt.fignum_exists(each.number) for each in figures] == [False, True, True]
    plt.close("all")


def test_after_close_nothing_is_flushed_and_a_new_file_is_begun(tmp_path):
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("a", 1.0, 0)
    writer.close()
    writer.flush()
    writer.close()
    assert len(list(tmp_path.iterdir())) == 1
    writer.add_scalar("a", 2.0, 1)
    writer.close()
    steps = [step for path in sorted(tmp_path.iterdir()) for step, _ in values(path)]
    assert sorted(steps) == [0, 1]


def test_a_sound_is_a_wave_file(written):
    step, value = written(lambda w: w.add_audio("a", torch.tensor([0.0, 2.0, -1.0]), 3, 8000))[0]
    sound = fields(value[6][0])
    assert step == 3 and struct.unpack("<f", sound[1][0]) == (8000,) and sound[3] == [3]
    assert sound[4][0][:4] == b"RIFF" and sound[5] == [b"audio/wav"]
    assert np.frombuffer(sound[4][0][-6:], "<i2").tolist() == [0, 32767, -32767]


def test_precision_and_recall_are_given_for_each_threshold(written):
    labels, guesses = torch.tensor([0, 1, 1, 0]), torch.tensor([0.1, 0.9, 0.4, 0.6])
    ((_, value),) = written(lambda w: w.add_pr_curve("p", labels, guesses, num_thresholds=3))
    numbers = np.frombuffer(fields(value[8][0])[5][0], "<f4").reshape(6, 3)
    tp, fp, tn, fn, precision, recall = numbers.tolist()
    assert (tp, fp, tn, fn) == ([2, 1, 0], [2, 1, 0], [0, 1, 2], [0, 1, 2])
    assert precision == [0.5, 0.5, 0] and recall == [1, 0.5, 0]


def test_a_histogram_may_be_counted_elsewhere(written):
    ((_, value),) = written(
        lambda w: w.add_histogram_raw("h", 0, 3, 4, 6, 14, [1, 2, 4], torch.tensor([1, 1, 2]))
    )
    found = fields(value[5][0])
    assert struct.unpack("<d", found[5][0]) == (14,)
    assert np.frombuffer(found[7][0]).tolist() == [1, 1, 2]


def test_points_for_the_projector_are_tables(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_embedding(torch.eye(2), ["a", "b"], torch.ones(2, 3, 4, 5), 7)
        writer.add_embedding(torch.eye(2), [["a", 1], ["b", 2]], tag="x/y", metadata_header="ln")
    assert (tmp_path / "00007/default/tensors.tsv").read_text() == "1.0\t0.0\n0.0\t1.0\n"
    assert (tmp_path / "00007/default/metadata.tsv").read_text() == "a\nb\n"
    assert (tmp_path / "00000/x%2fy/metadata.tsv").read_text() == "l\tn\na\t1\nb\t2\n"
    assert (tmp_path / "00007/default/sprite.png").read_bytes()[16:24] == bytes(
        [0, 0, 0, 10, 0, 0, 0, 8]
    )
    listed = (tmp_path / "projector_config.pbtxt").read_text()
    assert listed.count("embeddings {") == 2 and "single_image_dim: 5" in listed
    for given, message in (([torch.eye(2), ["a"]], "#labels"), ([torch.ones(2)], "mat should be")):
        with SummaryWriter(tmp_path) as writer, pytest.raises(AssertionError, match=message):
            writer.add_embedding(*given)
