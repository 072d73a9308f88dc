"""A detector as heavy as they come on a GPU: torchvision's RetinaNet with weights drawn by chance, 800 x 800 pixels.

What it finds means nothing. It counts the seconds for which the device computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.specs import DetectorSpec
from engine.tools.base import Detection, Detector, Image
from engine.tools.detecting.fitting import Fit, Fitted, fit
from engine.tools.detecting.found import detections
from engine.tools.detecting.staged import Staged

SIDE, BEST = 800, 10
SPEC = DetectorSpec(id="retina", name="Retina", help="For benchmarks.", labels=("thing",), threshold=0.0)
INPUT = Fit("stretch", (SIDE, SIDE), divide=255.0, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


class Retina(Staged[Fitted]):
    """The best anchors of a network."""

    labels = SPEC.labels
    batch = 0
    device_seconds = 0.0

    def __init__(self, device: str) -> None:
        import torch
        from torchvision.models.detection import retinanet_resnet50_fpn

        self._torch, self._device = torch, device
        torch.manual_seed(1)
        net = retinanet_resnet50_fpn(weights=None, weights_backbone=None).eval().to(device)
        self._backbone, self._head = net.backbone, net.head

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture."""
        return fit(image, INPUT)

    def infer(self, inputs: Sequence[Fitted]) -> Sequence[Any]:
        """Return the best anchors of each, and their scores."""
        torch = self._torch
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        with torch.inference_mode():
            pixels = torch.from_numpy(np.concatenate([given.pixels for given in inputs]))
            begin.record()
            logits = self._head(list(self._backbone(pixels.to(self._device)).values()))["cls_logits"]
            scores, at = logits.amax(2).sigmoid().topk(BEST, 1)
            end.record()
            scores, at = scores.cpu().numpy(), at.cpu().numpy()
        self.device_seconds += begin.elapsed_time(end) / 1000
        return list(zip(scores, at, strict=True))

    def decode(self, answer: Any, given: Fitted, threshold: float) -> list[Detection]:
        """Return boxes where these anchors lie, about."""
        scores, at = answer
        corners = np.stack((at % 700, at // 700 % 700), 1).astype(float)
        boxes = given.to_frame(np.concatenate((corners, corners + 60), 1))
        return detections(boxes, scores, np.zeros(len(at), int), self.labels, threshold)


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector, on the first GPU."""
    return Retina("cuda" if device == "auto" else device)
