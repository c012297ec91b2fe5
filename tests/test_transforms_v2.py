"""minitorch.vision.transforms.v2: what the second version adds."""

import numpy as np
import pytest

import minitorch as torch
from minitorch.vision import transforms
from minitorch.vision.transforms import v2

PICTURE = np.arange(60, dtype=np.uint8).reshape(4, 5, 3) * 4


def test_the_first_version_is_there_too():
    assert v2.Normalize is transforms.Normalize
    assert set(transforms.__all__) - set(v2.__all__) == {"RandomTransforms"} & set(
        transforms.__all__
    )


def test_a_picture_goes_through_the_usual_pipeline():
    pipeline = v2.Compose(
        [
            v2.ToImage(),
            v2.Resize((4, 5)),
            v2.RandomHorizontalFlip(p=1.0),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize([0.5] * 3, [0.5] * 3),
        ]
    )
    want = PICTURE[:, ::-1].transpose(2, 0, 1) / 255 * 2 - 1
    np.testing.assert_allclose(pipeline(PICTURE).numpy(), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("picture", "shape"), [(PICTURE, (3, 4, 5)), (PICTURE[..., 0], (1, 4, 5))])
def test_an_image_keeps_dtype_and_values(picture, shape):
    image = v2.ToImage()(picture)
    assert image.shape == shape and image.dtype is torch.uint8
    assert image[0].tolist() == PICTURE[..., 0].tolist()
    assert v2.ToImage()(image) is image
    assert v2.ToImage()(image[0]).shape == (1, 4, 5)


def test_a_pil_image_becomes_the_same_tensor():
    image = pytest.importorskip("PIL.Image").fromarray(PICTURE)
    assert (v2.functional.to_image(image) == v2.functional.to_image(PICTURE)).all()


def test_a_dtype_with_and_without_its_range():
    image = v2.functional.to_image(PICTURE)
    assert v2.ToDtype(torch.float32)(image).max() == 236
    assert v2.ToDtype(torch.float32, scale=True)(image).max() == pytest.approx(236 / 255)
    assert repr(v2.ToDtype(torch.float32, scale=True)) == "ToDtype(scale=True)"


def test_noise_is_clipped_and_needs_floats():
    x = torch.full((3, 20, 20), 0.5)
    noisy = v2.GaussianNoise(sigma=2.0)(x)
    assert noisy.min() == 0 and noisy.max() == 1
    assert v2.GaussianNoise(mean=1.0, sigma=0.0, clip=False)(x).mean() == 1.5
    with pytest.raises(ValueError, match="Input tensor is expected to be in float dtype, got"):
        v2.GaussianNoise()(x.long())
    with pytest.raises(ValueError, match=r"sigma shouldn.t be negative\. Got -1"):
        v2.GaussianNoise(sigma=-1)(x)


def test_what_changes_nothing():
    assert v2.Identity()(PICTURE) is PICTURE and v2.ToPureTensor()(PICTURE) is PICTURE


def batch(size=6):
    images = torch.arange(float(size)).reshape(-1, 1, 1, 1).expand(-1, 3, 8, 8).clone()
    return images, torch.arange(size)


def test_mixup_takes_the_same_share_of_images_and_labels():
    images, labels = batch()
    mixed, shares = v2.MixUp(num_classes=6)(images, labels)
    share = shares[0, 0].item()
    assert 0 < share < 1 and shares[0, 5].item() == pytest.approx(1 - share)
    want = np.arange(6) * share + np.roll(np.arange(6), 1) * (1 - share)
    np.testing.assert_allclose(mixed[:, 1, 3, 4].numpy(), want, rtol=1e-5, atol=1e-6)


def test_cutmix_counts_the_pixels_it_took():
    torch.manual_seed(3)
    for _ in range(10):
        images, labels = batch()
        mixed, shares = v2.CutMix(num_classes=6, alpha=1.0)(images, labels)
        own = (mixed[:, 0] == images[:, 0]).float().mean((1, 2))
        np.testing.assert_allclose(own.numpy(), shares.diagonal().numpy(), rtol=1e-5)
        np.testing.assert_allclose(shares.sum(1).numpy(), 1, rtol=1e-6)


def test_one_of_two_ways_to_mix_works_on_what_a_loader_gives():
    mix = v2.Compose([v2.RandomChoice([v2.CutMix(num_classes=6), v2.MixUp(num_classes=6)])])
    images, shares = mix(*batch())
    assert images.shape == (6, 3, 8, 8) and shares.shape == (6, 6)
    images, again = v2.MixUp()((images, shares))
    assert again.shape == (6, 6)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda x, y: (x, [1, 2]), "The labels must be a tensor, but got <class 'list'> instead."),
        (lambda x, y: (x, y.reshape(1, 2, 3)), "labels should be index based with shape"),
        (lambda x, y: (x[0], y), "Expected a batched input with 4 dims, but got 3 dimensions"),
        (lambda x, y: (x, y[1:]), "does not match the batch size of the labels: 6 != 5."),
    ],
)
def test_mixing_names_what_it_refuses(change, text):
    with pytest.raises(ValueError, match=text):
        v2.MixUp(num_classes=6)(*change(*batch()))


def test_mixing_needs_the_number_of_classes():
    with pytest.raises(ValueError, match="num_classes must be passed if the labels are index-bas"):
        v2.CutMix()(*batch())
