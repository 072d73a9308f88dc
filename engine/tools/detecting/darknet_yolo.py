"""YOLO v3 as darknet runs it: letterbox, network, boxes back to the frame. Apart from the tool because it needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from engine.tools.base import Detection, Image
from engine.tools.detecting.fitting import Fitted
from engine.tools.detecting.found import detections
from engine.tools.detecting.runtimes.darknet import Darknet
from engine.tools.detecting.staged import Staged
from engine.tools.detecting.yolo_heads import Rows, head, kept, rows

GREY = 0.5
"""Round the picture."""


def letterbox(image: Image, size: tuple[int, int]) -> Fitted:
    """Fit a picture as darknet does: RGB 0..1, corners aligned, whole pixels by division, on grey.

    Boxes come back by the exact middle of what is left over, though the picture lies on a whole pixel: darknet's rule.
    """
    height, width = image.shape[:2]
    rows, columns = size
    wide = columns * height < rows * width
    inner = max(1, height * columns // width) if wide else rows, columns if wide else max(1, width * rows // height)
    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1).float()[None] / 255
    small = functional.interpolate(pixels, inner, mode="bilinear", align_corners=True)[0]
    canvas = torch.full((3, rows, columns), GREY)
    y, x = (rows - inner[0]) // 2, (columns - inner[1]) // 2
    canvas[:, y : y + inner[0], x : x + inner[1]] = small
    scale = inner[1] / width, inner[0] / height
    offset = (columns - inner[1]) / 2, (rows - inner[0]) / 2
    return Fitted(canvas.numpy(), (width, height), size, scale, offset)


class DarknetYolo(Staged[Fitted]):
    """The detector."""

    def __init__(self, net: Darknet, labels: tuple[str, ...], device: str) -> None:
        self.device = torch.device(device)
        self.net, self.labels = net.to(self.device), labels
        self.size = net.plan.height, net.plan.width
        self.batch = 1 if self.device.type == "cpu" else 8

    def prepare(self, image: Image) -> Fitted:
        """Fit a picture into the network's input."""
        return letterbox(image, self.size)

    @torch.inference_mode()
    def infer(self, inputs: Sequence[Fitted]) -> Sequence[list[NDArray[np.float32]]]:
        """Return each picture's heads, (channels, H, W), before the logistic function."""
        stack = torch.from_numpy(np.stack([one.pixels for one in inputs])).to(self.device)
        heads = [head.cpu().numpy() for head in self.net(stack)]
        return [[head[number] for head in heads] for number in range(len(inputs))]

    def decode(self, answer: Any, given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects whose objectness and probability are above the threshold."""
        found = kept(self.rows(answer, threshold))
        return detections(given.to_frame(found.boxes), found.scores, found.classes, self.labels, threshold)

    def rows(self, answer: Sequence[NDArray[np.float32]], threshold: float) -> Rows:
        """Return all rows before any is dropped for another."""
        anchors = [layer.anchors for layer in self.net.plan.heads]
        return rows([head(*pair) for pair in zip(answer, anchors, strict=True)], self.size, threshold)
