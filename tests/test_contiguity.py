"""Results lie row by row in memory where PyTorch's do, so that `view` takes them."""

import pytest

import minitorch as m
from minitorch.nn import functional as F

CUBE = m.arange(24.0).reshape(2, 3, 4)
PLACES = m.tensor([0, 1, 1])
CALLS = {
    "an index in the last dimension": lambda: CUBE[:, :, PLACES],
    "an index in the middle": lambda: CUBE[:, PLACES],
    "a mask in the last dimension": lambda: CUBE[:, :, m.tensor([True, False, True, True])],
    "two indices": lambda: CUBE[:, PLACES, PLACES],
    "a matrix of indices": lambda: CUBE[:, PLACES.reshape(3, 1)],
    "index_select": lambda: CUBE.index_select(2, PLACES),
    "pad": lambda: F.pad(CUBE, (1, 1), mode="reflect"),
    "interpolate": lambda: F.interpolate(CUBE, 9),
    "gradient": lambda: m.gradient(CUBE, dim=0)[0],
    "kthvalue": lambda: CUBE.kthvalue(2).indices,
    "topk": lambda: CUBE.topk(2).indices,
    "masked_scatter": lambda: m.zeros(4).masked_scatter(m.ones(3, 4, dtype=m.bool), m.ones(12)),
    "nonzero": lambda: CUBE.nonzero(as_tuple=True)[1],
    "another dtype": lambda: m.ones(1, 3, dtype=m.int64).expand(3, 3)[:, None].float(),
    "ravel": lambda: m.arange(9.0)[::2].ravel(),
    "same padding": lambda: F.conv1d(CUBE, m.ones(3, 3, 2), padding="same"),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_result_is_contiguous(name):
    assert CALLS[name]().is_contiguous()


def test_an_index_into_a_transposed_tensor_gives_the_same_elements():
    x = CUBE.transpose(0, 2)
    assert x[:, :, PLACES % 2].equal(x.contiguous()[:, :, PLACES % 2])


LAYOUTS = {  # what is differentiated, by the leaf w of (6, 4)
    "transposed": lambda w: (w.t() @ m.ones(6, 2)).sum(),
    "broadcast": lambda w: w.sum(),
    "column of it": lambda w: w[:, 1].sum(),
    "used twice": lambda w: (w.t() @ m.ones(6, 2)).sum() + w.sum(),
}


@pytest.mark.parametrize("f", LAYOUTS.values(), ids=LAYOUTS)
def test_a_gradient_lies_in_memory_as_its_leaf_does(f):
    w = m.rand(6, 4, requires_grad=True)
    f(w).backward()
    assert w.grad.stride() == (4, 1)
    turned = m.rand(4, 6).t().requires_grad_()
    f(turned).backward()
    assert turned.grad.stride() == (1, 6)


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
@pytest.mark.parametrize("side", [4, 16])
def test_gradients_of_convolutions_can_be_viewed_as_vectors(kernel, side):
    conv = m.nn.Conv2d(4, 6, kernel, padding=kernel // 2)
    conv(m.rand(2, 4, side, side)).sum().backward()
    assert conv.weight.grad.view(-1).shape == (24 * kernel * kernel,)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(0),
        lambda x: x.mean(1, keepdim=True),
        lambda x: x.prod(0),
        lambda x: x.amax(0),
        lambda x: x.cumsum(0),
        lambda x: x.cumprod(0),
        lambda x: x.softmax(1),
        lambda x: x.log_softmax(1),
        lambda x: x.tril(),
        lambda x: x.roll(1, 0),
        lambda x: x.masked_fill(x > 0, 1),
        lambda x: x.index_select(1, m.tensor([1, 0])),
        lambda x: x[:, [1, 0]],
        lambda x: m.cat([x, x], 1),
        lambda x: m.stack([x, x]),
        lambda x: F.logsigmoid(x),
        lambda x: F.interpolate(x[None], scale_factor=2),
    ],
)
def test_a_result_can_be_viewed_whatever_the_strides_of_the_input(f):
    x = m.arange(24.0).reshape(2, 3, 4).permute(2, 1, 0)
    assert f(x).view(-1).equal(f(x.contiguous()).view(-1))


def test_joined_images_keep_their_channels_together():
    x = m.ones(2, 3, 4, 4).contiguous(memory_format=m.channels_last)
    assert m.cat([x, x]).is_contiguous(memory_format=m.channels_last)


# -------------------------------------------------------------------- channels last

IMAGES = m.arange(2.0 * 4 * 6 * 6).reshape(2, 4, 6, 6)
VOLUMES = m.arange(2.0 * 4 * 4 * 4 * 4).reshape(2, 4, 4, 4, 4)
UPSAMPLINGS = ("nearest", "nearest-exact", "bilinear", "bicubic")
ON_IMAGES = {
    "conv2d": lambda x: F.conv2d(x, m.ones(3, 4, 3, 3)),
    "conv2d of groups": lambda x: F.conv2d(x, m.ones(4, 2, 3, 3), m.ones(4), groups=2),
    "conv_transpose2d": lambda x: F.conv_transpose2d(x, m.ones(4, 3, 2, 2), stride=2),
    "max_pool2d": lambda x: F.max_pool2d(x, 2),
    "its indices": lambda x: F.max_pool2d(x, 2, return_indices=True)[1],
    "avg_pool2d": lambda x: F.avg_pool2d(x, 2),
    "adaptive_avg_pool2d": lambda x: F.adaptive_avg_pool2d(x, 2),
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 2),
    "max_unpool2d": lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2),
    "batch_norm": lambda x: F.batch_norm(x, m.zeros(4), m.ones(4), training=True),
    "group_norm": lambda x: F.group_norm(x, 2),
    "rms_norm": lambda x: F.rms_norm(x, (6,)),
    "local_response_norm": lambda x: F.local_response_norm(x, 2),
    "constant pad": lambda x: F.pad(x, (1, 2)),
    "reflect pad": lambda x: F.pad(x, (1, 2, 1, 0), mode="reflect"),
    "pixel_shuffle": lambda x: F.pixel_shuffle(m.cat([x, x], 1), 2),
    "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 2),
    **{
        f"{mode} interpolate": lambda x, mode=mode: F.interpolate(x, scale_factor=2, mode=mode)
        for mode in UPSAMPLINGS
    },
}
ON_VOLUMES = {
    "conv3d": lambda x: F.conv3d(x, m.ones(3, 4, 2, 2, 2)),
    "max_pool3d": lambda x: F.max_pool3d(x, 2),
    "avg_pool3d": lambda x: F.avg_pool3d(x, 2),
    "trilinear": lambda x: F.interpolate(x, scale_factor=2, mode="trilinear"),
}
EACH = [(f, IMAGES, m.channels_last) for f in ON_IMAGES.values()] + [
    (f, VOLUMES, m.channels_last_3d) for f in ON_VOLUMES.values()
]


@pytest.mark.parametrize(("f", "x", "order"), EACH, ids=[*ON_IMAGES, *ON_VOLUMES])
def test_images_with_the_channels_last_stay_so(f, x, order):
    y = f(x.contiguous(memory_format=order))
    assert y.is_contiguous(memory_format=order) and not y.is_contiguous()
    by_rows = f(x)
    assert by_rows.is_contiguous() and m.allclose(y, by_rows, atol=1e-5)


def test_a_kernel_with_the_channels_last_makes_images_so():
    kernel = m.ones(3, 4, 3, 3).contiguous(memory_format=m.channels_last)
    assert F.conv2d(IMAGES, kernel).is_contiguous(memory_format=m.channels_last)


def test_every_other_image_with_the_channels_last_gives_images_so():
    x = IMAGES.contiguous(memory_format=m.channels_last)[:, :, ::2]
    assert F.max_pool2d(x, 2).is_contiguous(memory_format=m.channels_last)


def test_images_in_yet_another_order_give_results_row_by_row():
    assert F.max_pool2d(IMAGES.transpose(2, 3), 2).is_contiguous()


@pytest.mark.torch
@pytest.mark.parametrize("f", ON_IMAGES.values(), ids=ON_IMAGES)
def test_torch_keeps_the_same_order(f, monkeypatch):
    torch = pytest.importorskip("torch")
    ours = f(IMAGES.contiguous(memory_format=m.channels_last))
    x = torch.tensor(IMAGES.numpy()).contiguous(memory_format=torch.channels_last)
    monkeypatch.setitem(f.__globals__, "m", torch)
    monkeypatch.setitem(f.__globals__, "F", torch.nn.functional)
    assert ours.stride() == f(x).stride()


@pytest.mark.parametrize("order", [m.contiguous_format, m.channels_last], ids=str)
def test_a_gradient_lies_in_memory_as_its_input_does(order):
    x = IMAGES.contiguous(memory_format=order).requires_grad_()
    (g,) = m.autograd.grad(F.avg_pool2d(x.permute(0, 1, 3, 2), 2).sum(), x)
    assert g.is_contiguous(memory_format=order)
