"""torchvision's Faster R-CNN, Mask R-CNN and RetinaNet from their checkpoint files.

The networks are torchvision's own; what is here builds the one that a file needs. Files of version 1 were trained with
frozen batch normalisation, whose eps they take as 0: torchvision's builders give them that only with weights that they
fetch themselves, and without it the same file answers otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import WeightsError
from engine.nets import checkpoint
from engine.tools.base import Detection, Image, Prediction
from engine.tools.detecting.fitting import clip_to
from engine.tools.detecting.found import detections
from engine.tools.detecting.labelling import labels_for
from engine.tools.detecting.masks import pasted
from engine.tools.detecting.names import COCO_91
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.torchvision_forms import Form, recognise, today
from engine.tools.progress import report

SHOWN = "Looking for objects"
SMALL = "320"
"""In the name of the MobileNet file that is made for pictures of 320 pixels; its tensors are those of the other one."""


def load(path: Path, device: str, labels: tuple[str, ...] | None = None, **options: Any) -> TorchvisionDetector:
    """Return the detector of a file; raise WeightsError if it is none of torchvision's.

    `labels` are those of the file's own classes, with the background's "" as the first, where it has others than
    COCO's; `options` are torchvision's (`min_size`, `box_detections_per_img` ...).
    """
    tensors = checkpoint.read(path)[0]
    form = recognise(checkpoint.shapes_of(tensors))
    if form is None:
        told = f"expected torchvision's Faster R-CNN, Mask R-CNN or RetinaNet; found {checkpoint.describe(tensors)}"
        raise WeightsError(f"{path.name} is a checkpoint of an unknown kind", f"{told} in {path}")
    named = labels or labels_for(path, form.classes, COCO_91, background=True)
    small = form.backbone == "mobilenet" and SMALL in path.stem
    with checkpoint.refusing(path):
        net = built(form, small=small, **options)
    renamed = {today(name): value for name, value in tensors.items()}
    checkpoint.fill(net, renamed, source=f"{path.name} ({form.described})")
    return TorchvisionDetector(net, named, device)


def built(form: Form, *, small: bool = False, **options: Any) -> nn.Module:
    """Return the network without memory for its weights."""
    from torchvision.models import detection

    names = {
        ("faster", 1, "resnet50"): "fasterrcnn_resnet50_fpn", ("faster", 2, "resnet50"): "fasterrcnn_resnet50_fpn_v2",
        ("mask", 1, "resnet50"): "maskrcnn_resnet50_fpn", ("mask", 2, "resnet50"): "maskrcnn_resnet50_fpn_v2",
        ("retina", 1, "resnet50"): "retinanet_resnet50_fpn", ("retina", 2, "resnet50"): "retinanet_resnet50_fpn_v2",
        ("faster", 1, "mobilenet"): f"fasterrcnn_mobilenet_v3_large{'_320' if small else ''}_fpn",
    }  # fmt: skip
    builder = getattr(detection, names[form.kind, form.version, form.backbone])
    with torch.device("meta"):
        net: nn.Module = builder(weights=None, weights_backbone=None, num_classes=form.classes, **options)
        if form.frozen:
            _freeze(net, 0.0 if form.backbone == "resnet50" else 1e-5)
    _remake_anchors(net)
    return net


def _freeze(net: nn.Module, eps: float) -> None:
    """Put frozen batch normalisation in the place of the other kind."""
    from torchvision.ops import FrozenBatchNorm2d

    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(parent, name, FrozenBatchNorm2d(child.num_features, eps=eps))


def _remake_anchors(net: Any) -> None:
    """Compute the anchors, which are no part of the file and were made without memory."""
    owner = net.rpn if hasattr(net, "rpn") else net
    before = owner.anchor_generator
    owner.anchor_generator = type(before)(before.sizes, before.aspect_ratios)


@dataclass(frozen=True)
class Given:
    """A picture as the network takes it: (3, H, W) float32 RGB, 0..1; it resizes and normalises by itself."""

    pixels: Tensor


class TorchvisionDetector(Staged[Given]):
    """The detector."""

    def __init__(self, net: Any, labels: tuple[str, ...], device: str) -> None:
        self.device = torch.device(device)
        self.net, self.labels = net.to(self.device), labels
        self.batch = 1 if self.device.type == "cpu" else 4
        for block in self.net.backbone.body.children():
            block.register_forward_pre_hook(lambda *_: report(SHOWN))

    def prepare(self, image: Image) -> Given:
        """Return the picture as numbers; resizing is the network's."""
        return Given(torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float() / 255)

    @torch.inference_mode()
    def infer(self, inputs: Sequence[Given]) -> Sequence[dict[str, NDArray[Any]]]:
        """Return boxes in frame pixels, labels, scores, and masks of 28 x 28 where there are any."""
        pictures = [one.pixels.to(self.device) for one in inputs]
        found = self.net(pictures) if hasattr(self.net, "head") else self._regions(pictures)
        return [{name: value.cpu().numpy() for name, value in one.items()} for one in found]

    def _regions(self, pictures: list[Tensor]) -> list[dict[str, Tensor]]:
        """Go through the network's stages: its own last one makes masks of the frame's size of all that it found."""
        from torchvision.models.detection.transform import resize_boxes

        report(SHOWN)
        images, _ = self.net.transform(pictures)
        features = self.net.backbone(images.tensors)
        proposals, _ = self.net.rpn(images, features)
        found, _ = self.net.roi_heads(features, proposals, images.image_sizes)
        for one, size, picture in zip(found, images.image_sizes, pictures, strict=True):
            one["boxes"] = resize_boxes(one["boxes"], size, picture.shape[-2:])
        return list(found)

    def decode(self, answer: dict[str, NDArray[Any]], given: Given, threshold: float) -> list[Detection]:
        """Return the objects that score enough, masks grown to the frame."""
        frame = int(given.pixels.shape[2]), int(given.pixels.shape[1])
        masks = answer.get("masks")

        def mask(number: int) -> Prediction | None:
            return None if masks is None else grown(masks[number, 0], answer["boxes"][number], frame)

        boxes = clip_to(answer["boxes"], frame)
        return detections(boxes, answer["scores"], answer["labels"], self.labels, threshold, mask)


def grown(mask: NDArray[np.float32], box: NDArray[np.float32], frame: tuple[int, int]) -> Prediction | None:
    """Return a mask put into the frame as torchvision does: a border of one pixel, and the box larger by as much."""
    side = mask.shape[0]
    centre, half = (box[:2] + box[2:]) * np.float32(0.5), (box[2:] - box[:2]) * np.float32(0.5)
    half = half * np.float32((side + 2) / side)
    return pasted(np.pad(mask, 1), np.concatenate((centre - half, centre + half)), frame)
