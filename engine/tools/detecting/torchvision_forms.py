"""Tells torchvision's detectors from the names and shapes of a checkpoint's tensors, without torch.

torchvision 0.13 gave some layers other names; files published before it (all v1 files) have the old ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Shapes = Mapping[str, tuple[int, ...]]
ANCHORS = 9
"""Anchors of one place in RetinaNet: its classes' layer has so many channels for each class."""
BOXES, MASKS = "roi_heads.box_predictor.cls_score.weight", "roi_heads.mask_predictor.mask_fcn_logits.weight"
RETINA = "head.classification_head.cls_logits.weight"
OTHERS = ("roi_heads.keypoint_head.", "head.regression_head.bbox_ctrness")
"""Keypoint R-CNN and FCOS, which are built otherwise."""
RENAMED = (
    (re.compile(r"(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)"), r"\1.0.\2"),
    (re.compile(r"(rpn\.head\.conv)\.(weight|bias)"), r"\1.0.0.\2"),
)
FCN = re.compile(r"(roi_heads\.mask_head)\.mask_fcn(\d)\.(weight|bias)")
SUBNET = re.compile(r"(head\.(?:classification|regression)_head\.conv)\.(\d)\.(weight|bias)")
WORDS = {"faster": "Faster R-CNN", "mask": "Mask R-CNN", "retina": "RetinaNet"}


@dataclass(frozen=True, slots=True)
class Form:
    """Which of torchvision's detectors a file holds."""

    kind: Literal["faster", "mask", "retina"]
    version: Literal[1, 2]
    backbone: Literal["resnet50", "mobilenet"]
    classes: int
    """With the background, which is 0."""
    frozen: bool
    """Its batch normalisation was frozen while it was trained: the file has no counters of batches."""

    @property
    def described(self) -> str:
        """Say in words what it is."""
        backbone = {"resnet50": "ResNet-50", "mobilenet": "MobileNet v3"}[self.backbone]
        return f"torchvision {WORDS[self.kind]} v{self.version}, {backbone}, {self.classes - 1} classes"


def recognise(shapes: Shapes) -> Form | None:
    """Say which of torchvision's detectors these tensors are, or None."""
    mobile = "backbone.body.0.0.weight" in shapes
    if any(name.startswith(OTHERS) for name in shapes) or not (mobile or "backbone.body.conv1.weight" in shapes):
        return None
    frozen = not any(name.startswith("backbone.body.") and name.endswith("num_batches_tracked") for name in shapes)
    backbone: Literal["resnet50", "mobilenet"] = "mobilenet" if mobile else "resnet50"
    if len(rows := shapes.get(RETINA, ())) == 4 and not mobile:
        second = "head.classification_head.conv.0.1.weight" in shapes
        return Form("retina", 2 if second else 1, backbone, rows[0] // ANCHORS, frozen)
    if len(rows := shapes.get(BOXES, ())) == 2 and not (mobile and MASKS in shapes):
        second = "rpn.head.conv.1.0.weight" in shapes
        return Form("mask" if MASKS in shapes else "faster", 2 if second else 1, backbone, rows[0], frozen)
    return None


def today(name: str) -> str:
    """Return how today's torchvision calls a tensor that an older one may have called otherwise."""
    for pattern, other in RENAMED:
        name = pattern.sub(other, name) if pattern.fullmatch(name) else name
    if found := FCN.fullmatch(name):
        return f"{found[1]}.{int(found[2]) - 1}.0.{found[3]}"
    if found := SUBNET.fullmatch(name):  # a convolution and a ReLU in turn
        return f"{found[1]}.{int(found[2]) // 2}.0.{found[3]}"
    return name
