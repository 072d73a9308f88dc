"""torchvision's detectors: what our reading of a file answers is what torchvision's own builder answers, exactly."""

from __future__ import annotations

import math
import re
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

torch = pytest.importorskip("torch")
detection = pytest.importorskip("torchvision.models.detection")

from engine.errors import WeightsError  # noqa: E402
from engine.tools.detecting import torchvision_rcnn as ours  # noqa: E402
from engine.tools.detecting.names import COCO_91  # noqa: E402
from engine.tools.detecting.torchvision_forms import recognise, today  # noqa: E402

SMALL = {"min_size": 96, "max_size": 160}
FEW = {"rpn_post_nms_top_n_test": 40, "box_detections_per_img": 20}
PUBLISHED = {
    "fasterrcnn_mobilenet_v3_large_320_fpn": (detection.FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1, 284),
    "maskrcnn_resnet50_fpn": (detection.MaskRCNN_ResNet50_FPN_Weights.COCO_V1, 307),
    "maskrcnn_resnet50_fpn_v2": (detection.MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1, 432),
    "retinanet_resnet50_fpn": (detection.RetinaNet_ResNet50_FPN_Weights.COCO_V1, 301),
    "retinanet_resnet50_fpn_v2": (detection.RetinaNet_ResNet50_FPN_V2_Weights.COCO_V1, 362),
}
"""What torchvision publishes, and how many tensors a file of it has; Faster R-CNN is a part of Mask R-CNN."""
FACTORS = {
    "layer1.0.bn1.weight": 0.01, "bn3.weight": 0.2, "cls_logits.bias": -3.0,
    "bbox_pred.weight": 0.02, "bbox_reg.weight": 0.02, "cls_score.weight": 0.3, "cls_logits.weight": 0.1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def few_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def stand_in(shapes):
    """Values that keep a deep network's features in range, and its scores apart from each other."""
    random = torch.Generator().manual_seed(8)
    state = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(1)
        elif name == "backbone.body.layer1.0.bn1.running_var":
            state[name] = torch.full(shape, 1e-4)  # so small that an eps of 1e-5 would be seen
        elif len(shape) > 1:
            factor = next((value for end, value in FACTORS.items() if name.endswith(end)), 1.0)
            state[name] = torch.randn(shape, generator=random) * (factor * (2 / math.prod(shape[1:])) ** 0.5)
        else:
            usual = float(name.endswith(("weight", "running_var")))
            state[name] = torch.full(shape, next((v for end, v in FACTORS.items() if name.endswith(end)), usual))
    return state


def old_name(name):
    """Undo `today`: how files of before torchvision 0.13 call a tensor."""
    name = re.sub(r"(fpn\.(?:inner|layer)_blocks\.\d)\.0\.", r"\1.", name)
    name = re.sub(r"(rpn\.head\.conv)\.0\.0\.", r"\1.", name)
    name = re.sub(r"(mask_head)\.(\d)\.0\.", lambda m: f"{m[1]}.mask_fcn{int(m[2]) + 1}.", name)
    return re.sub(r"(_head\.conv)\.(\d)\.0\.", lambda m: f"{m[1]}.{2 * int(m[2])}.", name)


def picture():
    values = np.random.default_rng(4).integers(0, 255, (8, 13, 3))
    return np.ascontiguousarray(np.kron(values, np.ones((10, 10, 1), int)).astype(np.uint8))


def official(name, state, options):
    """Build the network as torchvision does with its published weights, given these in their place."""
    weights = PUBLISHED[name][0]
    with patch.object(type(weights), "get_state_dict", lambda *_, **__: {**state}):
        return getattr(detection, name)(weights=weights, **options).eval()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_file_answers_as_torchvisions_own_builder(tmp_path, name):
    first = not name.endswith("v2")
    with torch.device("meta"):
        net = getattr(detection, name)(weights=None, weights_backbone=None)
    shapes = {key: tuple(value.shape) for key, value in net.state_dict().items()
              if not (first and key.endswith("num_batches_tracked"))}  # fmt: skip
    assert PUBLISHED[name][1] == len(shapes)
    state, path = stand_in(shapes), tmp_path / f"{name}.pth"
    torch.save({old_name(key) if first else key: value for key, value in state.items()}, path,
               _use_new_zipfile_serialization=not first)  # fmt: skip
    options = SMALL | ({} if "retina" in name else FEW)
    tool = ours.load(path, "cpu", **options)
    image = picture()
    with torch.inference_mode():
        wanted = official(name, state, options)([torch.from_numpy(image).permute(2, 0, 1).float() / 255])[0]
    answer = tool.infer([tool.prepare(image)])[0]
    for key in ("boxes", "scores", "labels"):
        assert np.array_equal(answer[key], wanted[key].numpy()), key
    scores, boxes, labels = (wanted[key].numpy() for key in ("scores", "boxes", "labels"))
    shown = [number for number in range(len(scores)) if scores[number] >= 0.06 and COCO_91[labels[number]]]
    found = tool.detect([image], 0.06)[0]
    assert len(found) == len(shown) > 3
    for one, number in zip(found, shown, strict=True):
        assert (one.score, one.label) == (scores[number], COCO_91[labels[number]])
        assert np.array_equal(np.float32(one.box), boxes[number])
        if one.mask is not None:
            assert np.count_nonzero(whole(one.mask, image) != (wanted["masks"][number, 0].numpy() > 0.5)) <= 1
    assert ("maskrcnn" in name) == any(one.mask is not None for one in found)


def whole(mask, image):
    canvas, (x, y), (height, width) = np.zeros(image.shape[:2], bool), mask.origin, mask.mask.shape
    canvas[y : y + height, x : x + width] = mask.mask
    return canvas
