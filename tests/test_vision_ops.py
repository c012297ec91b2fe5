"""minitorch.vision.ops: boxes, the focal loss, blocks of layers."""

import numpy as np
import pytest

import minitorch as torch
from minitorch import nn
from minitorch.vision import ops


@pytest.fixture
def boxes():
    corners = torch.rand(30, 2) * 10
    return torch.cat([corners, corners + 1 + torch.rand(30, 2) * 5], 1)


def overlap(a, b):
    """Intersection over union of two boxes, with plain numbers."""
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return width * height / (sum(areas) - width * height)


def test_overlap_of_every_box_with_every_other(boxes):
    some, numbers = boxes[:7], boxes.tolist()
    want = [[overlap(a, b) for b in numbers] for a in numbers[:7]]
    np.testing.assert_allclose(ops.box_iou(some, boxes).numpy(), want, rtol=1e-5)


def test_generalized_overlap_counts_the_empty_part_of_the_common_box():
    a, b = torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[3.0, 0, 4, 1], [0, 0, 1, 1]])
    np.testing.assert_allclose(ops.generalized_box_iou(a, b).numpy(), [[-0.5, 1.0]])


def test_distance_and_complete_iou_against_values_by_hand():
    a = torch.tensor([[0.0, 0.0, 2.0, 2.0]])
    b = torch.tensor([[1.0, 1.0, 3.0, 3.0], [0.0, 0.0, 4.0, 2.0]])
    by_distance = np.array([[1 / 7 - 2 / 18, 1 / 2 - 1 / 20]])
    np.testing.assert_allclose(ops.distance_box_iou(a, b).numpy(), by_distance, rtol=1e-6)
    differs = np.array([[0.0, 4 / np.pi**2 * (np.arctan(1) - np.arctan(2)) ** 2]])
    iou = np.array([[1 / 7, 1 / 2]])
    complete = by_distance - differs**2 / (1 - iou + differs)
    np.testing.assert_allclose(ops.complete_box_iou(a, b).numpy(), complete, rtol=1e-6)
    assert ops.complete_box_iou(a[:0], b).shape == (0, 2)


@pytest.mark.parametrize("middle", ["xywh", "cxcywh"])
def test_boxes_come_back_from_another_format(boxes, middle):
    there = ops.box_convert(boxes, "xyxy", middle)
    np.testing.assert_allclose(there[:, 2:].prod(-1).numpy(), ops.box_area(boxes).numpy(), 1e-5)
    back = ops.box_convert(there, middle, "xyxy")
    np.testing.assert_allclose(back.numpy(), boxes.numpy(), rtol=1e-5)
    assert ops.box_convert(boxes, "xyxy", "xyxy") is not boxes


def test_an_unknown_format_is_refused(boxes):
    with pytest.raises(ValueError, match="Unsupported Bounding Box Conversions for given in_fmt"):
        ops.box_convert(boxes, "xyxy", "polar")


@pytest.mark.parametrize("threshold", [0.1, 0.4, 0.9])
def test_a_box_stays_unless_a_better_one_that_stays_covers_it(boxes, threshold):
    scores = torch.rand(30)
    kept = []
    for i in np.argsort(-scores.numpy()):
        if all(overlap(boxes[i].tolist(), boxes[j].tolist()) <= threshold for j in kept):
            kept.append(int(i))
    assert ops.nms(boxes, scores, threshold).tolist() == kept
    assert 0 < len(kept) < 30 or threshold == 0.9


def test_boxes_of_two_classes_do_not_suppress_one_another():
    boxes = torch.tensor([[0.0, 0, 2, 2]]).repeat(4, 1)
    kept = ops.batched_nms(
        boxes, torch.tensor([0.1, 0.2, 0.3, 0.4]), torch.tensor([0, 0, 1, 1]), 0.5
    )
    assert kept.tolist() == [3, 1]
    none = ops.batched_nms(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.long), 0.5)
    assert none.shape == (0,) and none.dtype == torch.int64


def test_boxes_are_cut_to_the_image_and_small_ones_found():
    boxes = torch.tensor([[-1.0, 2, 30, 5], [1, 1, 2, 9]])
    assert ops.clip_boxes_to_image(boxes, (4, 20)).tolist() == [[0, 2, 20, 4], [1, 1, 2, 4]]
    assert ops.remove_small_boxes(boxes, 2).tolist() == [0]


def test_focal_loss_without_focus_is_cross_entropy():
    x, y = torch.randn(4, 3), (torch.rand(4, 3) > 0.5).float()
    entropy = nn.functional.binary_cross_entropy_with_logits(x, y)
    loss = ops.sigmoid_focal_loss(x, y, alpha=-1, gamma=0, reduction="mean")
    assert loss.item() == pytest.approx(entropy.item())


def test_focal_loss_of_one_score():
    p = 1 / (1 + np.exp(-0.7))
    loss = ops.sigmoid_focal_loss(torch.tensor([0.7, 0.7]), torch.tensor([1.0, 0.0]))
    want = [-0.25 * (1 - p) ** 2 * np.log(p), -0.75 * p**2 * np.log(1 - p)]
    np.testing.assert_allclose(loss.numpy(), want, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "text"),
    [({"alpha": 2}, "Invalid alpha value: 2. alpha must be"), ({"reduction": "max"}, "'max")],
)
def test_focal_loss_names_what_it_refuses(change, text):
    with pytest.raises(ValueError, match=text):
        ops.sigmoid_focal_loss(torch.zeros(1), torch.zeros(1), **change)


def test_stochastic_depth_leaves_out_whole_rows_and_keeps_the_mean():
    y = ops.stochastic_depth(torch.ones(4000, 3), 0.25, "row")
    assert y.unique().tolist() == [0, pytest.approx(4 / 3)]
    assert (y[:, 0] == y[:, 2]).all() and abs(y.mean().item() - 1) < 0.05
    assert ops.stochastic_depth(torch.ones(5, 2), 1.0, "row").sum() == 0
    assert len(ops.stochastic_depth(torch.ones(50, 2), 0.5, "batch").unique()) == 1


def test_stochastic_depth_does_nothing_outside_training():
    x, layer = torch.ones(3, 2), ops.StochasticDepth(0.5, "row").eval()
    assert layer(x) is x
    assert repr(layer) == "StochasticDepth(p=0.5, mode=row)"


@pytest.mark.parametrize(
    ("p", "mode", "text"),
    [(1.5, "row", "between 0 and 1, but got 1.5"), (0.5, "all", "but got all")],
)
def test_stochastic_depth_refuses_what_it_cannot_do(p, mode, text):
    with pytest.raises(ValueError, match=text):
        ops.stochastic_depth(torch.ones(2), p, mode)


def test_a_frozen_norm_computes_what_a_trained_one_does_in_eval():
    norm, frozen = nn.BatchNorm2d(3), ops.FrozenBatchNorm2d(3)
    for _ in range(3):
        norm(torch.randn(4, 3, 5, 5) * 2 + 1)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 2), norm.bias.normal_()
    frozen.load_state_dict(norm.state_dict())
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(frozen(x), norm.eval()(x))
    assert list(frozen.parameters()) == [] and repr(frozen) == "FrozenBatchNorm2d(3, eps=1e-05)"


def test_a_block_of_convolution_norm_and_activation():
    block = ops.Conv2dNormActivation(3, 8, 5, stride=2, activation_layer=nn.SiLU)
    assert [type(layer).__name__ for layer in block] == ["Conv2d", "BatchNorm2d", "SiLU"]
    assert block[0].bias is None and block[0].padding == (2, 2) and block.out_channels == 8
    bare = ops.Conv2dNormActivation(3, 8, norm_layer=None, activation_layer=None)
    assert len(bare) == 1 and bare[0].bias is not None


def test_squeeze_and_excitation_scales_whole_channels():
    block, x = ops.SqueezeExcitation(4, 2), torch.rand(2, 4, 3, 3) + 1
    ratio = (block(x) / x).detach().numpy()
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :, :1, :1], ratio.shape), rtol=1e-5)
    assert ratio.min() > 0 and ratio.max() < 1


def test_an_mlp_ends_with_a_linear_layer_and_dropout():
    names = [type(layer).__name__ for layer in ops.MLP(4, [5, 2], nn.LayerNorm, dropout=0.1)]
    assert names == ["Linear", "LayerNorm", "ReLU", "Dropout", "Linear", "Dropout"]
    assert ops.Permute([0, 2, 1])(torch.zeros(2, 3, 4)).shape == (2, 4, 3)
