"""RetinaNet of detectron2: its pickle of arrays into a network of our own.

The picture is resized by Pillow, as detectron2 does it: where it is made smaller, neighbours are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.nets import checkpoint, retinanet
from engine.nets.pickled_arrays import arrays_in
from engine.tools.base import Detection, Image
from engine.tools.detecting.decoding.retinanet import Level, anchors_by_size, decoded
from engine.tools.detecting.fitting import Fitted
from engine.tools.detecting.found import detections
from engine.tools.detecting.labels import names_for
from engine.tools.detecting.names import COCO
from engine.tools.detecting.staged import Staged
from engine.tools.progress import report

MEAN = np.array([103.53, 116.28, 123.675], np.float32)
"""BGR."""
SHORT, LONG, MULTIPLE = 800, 1333, 32
STRIDES = (8, 16, 32, 64, 128)
SIZE = 4
"""Sides of the smallest anchors, in strides of their level."""
Heads = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


def load(path: Path, device: str, *, short: int = SHORT, long: int = LONG) -> DetectronRetina:
    """Return the detector of a pickle; raise WeightsError if it is another network's, damaged, or more than arrays."""
    tensors = {
        name: torch.from_numpy(array)
        for name, array in arrays_in(path).items()
        if not name.startswith(retinanet.OUTSIDE)
    }
    form = retinanet.recognise(checkpoint.shapes_of(tensors))
    if form is None:
        told = f"expected {retinanet.EXPECTS}; found {checkpoint.describe(tensors)} in {path}"
        raise WeightsError(f"{path.name} does not belong to this model", told)
    names = names_for(path, {}, form.classes, COCO)
    with torch.device("meta"):
        net = retinanet.RetinaNet(form)
    checkpoint.fill(net, tensors, source=f"{path.name} (RetinaNet, ResNet-{form.depth})")
    return DetectronRetina(net, names, device, (short, long))


class DetectronRetina(Staged[Fitted]):
    """The detector."""

    def __init__(
        self, net: retinanet.RetinaNet, names: tuple[str, ...], device: str, sides: tuple[int, int] = (SHORT, LONG)
    ) -> None:
        self.device = torch.device(device)
        self.net, self._names, self._sides = net.to(self.device), names, sides
        self.labels = tuple(name for name in names if name)
        self.batch = 1 if self.device.type == "cpu" else 4
        self._anchors = [anchors_by_size(SIZE * stride) for stride in STRIDES]
        for module in net.modules():
            if isinstance(module, retinanet.Block):
                module.register_forward_pre_hook(lambda *_: report("Looking for objects"))

    def prepare(self, image: Image) -> Fitted:
        """Resize the short side to 800 pixels (the long one to 1333 at most), BGR less the mean colour, padded."""
        from PIL import Image as Pillow

        height, width = image.shape[:2]
        ratio = self._sides[0] / min(height, width)
        ratio = min(ratio, self._sides[1] / max(height, width))
        inner = max(1, int(height * ratio + 0.5)), max(1, int(width * ratio + 0.5))
        resized = Pillow.fromarray(image).resize((inner[1], inner[0]), Pillow.Resampling.BILINEAR)
        pixels = np.asarray(resized, np.float32)[..., ::-1] - MEAN
        padded = np.pad(pixels, ((0, -inner[0] % MULTIPLE), (0, -inner[1] % MULTIPLE), (0, 0))).transpose(2, 0, 1)
        scale = inner[1] / width, inner[0] / height
        return Fitted(np.ascontiguousarray(padded), (width, height), (padded.shape[1], padded.shape[2]), scale)

    @torch.inference_mode()
    def infer(self, inputs: Sequence[Fitted]) -> Sequence[Heads]:
        """Return each picture's logits and moves, a pair for each level."""
        if len({one.size for one in inputs}) > 1:
            return [heads for one in inputs for heads in self.infer([one])]
        stack = torch.from_numpy(np.stack([one.pixels for one in inputs])).to(self.device)
        levels = [(logits.cpu().numpy(), moves.cpu().numpy()) for logits, moves in self.net(stack)]
        return [[(logits[number], moves[number]) for logits, moves in levels] for number in range(len(inputs))]

    def decode(self, answer: Heads, given: Fitted, threshold: float) -> list[Detection]:
        """Return the objects of one picture."""
        parts = zip(answer, self._anchors, STRIDES, strict=True)
        found = decoded([Level(*pair, anchors, stride) for pair, anchors, stride in parts], threshold)
        return detections(given.to_frame(found.boxes), found.scores, found.classes, self._names, threshold)
