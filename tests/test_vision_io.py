"""Images between files, bytes and tensors: `vision.io`."""

import numpy as np
import pytest

import minitorch
from minitorch.vision import io

pytest.importorskip("PIL")


@pytest.fixture
def picture():
    return minitorch.from_numpy(np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5) * 4)


def test_a_png_comes_back_as_it_was(picture, tmp_path):
    io.write_png(picture, tmp_path / "a.png")
    assert minitorch.equal(io.read_image(tmp_path / "a.png"), picture)
    assert minitorch.equal(io.decode_image(io.read_file(tmp_path / "a.png")), picture)
    grey = picture[:1]
    assert minitorch.equal(io.decode_png(io.encode_png(grey, 9)), grey)


def test_a_jpeg_comes_back_nearly(picture, tmp_path):
    flat = minitorch.full_like(picture, 77)
    io.write_jpeg(flat, tmp_path / "a.jpg", quality=95)
    back = io.read_image(tmp_path / "a.jpg")
    assert back.shape == flat.shape and abs(back.int() - 77).max() <= 2


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("GRAY", 1), ("GRAY_ALPHA", 2), ("RGB", 3), ("RGB_ALPHA", 4), ("UNCHANGED", 3)],
)
def test_the_mode_says_which_channels(picture, mode, channels):
    data = io.encode_png(picture)
    assert io.decode_image(data, io.ImageReadMode[mode]).shape == (channels, 4, 5)
    assert io.decode_image(data, mode.lower()).dtype is minitorch.uint8


def test_a_palette_becomes_colours_and_bits_become_grey(tmp_path):
    from PIL import Image

    Image.new("P", (2, 3)).save(tmp_path / "table.png")
    Image.new("1", (2, 3), 1).save(tmp_path / "bits.png")
    assert io.read_image(tmp_path / "table.png").shape == (3, 3, 2)
    assert io.read_image(str(tmp_path / "bits.png")).unique().tolist() == [255]


def test_the_camera_may_say_how_to_turn_it(tmp_path):
    from PIL import Image

    picture = Image.new("RGB", (2, 3))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert io.read_image(tmp_path / "a.jpg").shape == (3, 3, 2)
    assert io.read_image(tmp_path / "a.jpg", apply_exif_orientation=True).shape == (3, 2, 3)


REFUSED = [
    (lambda x: io.encode_png(x.float()), RuntimeError, "Input tensor dtype should be uint8"),
    (lambda x: io.encode_png(x[:2]), RuntimeError, "channels should be 1 or 3, got: 2"),
    (lambda x: io.encode_jpeg(x, 0), ValueError, "a positive number between 1 and 100"),
    (lambda x: io.decode_image(io.encode_png(x), "CMYK"), ValueError, "Unknown mode: CMYK"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_what_is_no_image_is_refused(picture, call, error, text):
    with pytest.raises(error, match=text):
        call(picture)
