"""DEXTR as a tool: the published way (a crop padded with zeros, the mask limited to the points' bounds)."""

from __future__ import annotations

import math

from engine.errors import ToolError
from engine.nets.heat import around
from engine.prompt import Prompt
from engine.tools.base import Image, Prediction
from engine.tools.clicking.stopping import stoppable
from engine.tools.clicking.turns import thresholded
from engine.tools.interactors.dextr.net import Dextr
from engine.tools.interactors.dextr.pipeline import THRESHOLD, published

NEEDED = 4


class DextrInteractor:
    """The tool; nothing can be prepared, because the points move the crop and enter the first convolution."""

    def __init__(self, net: Dextr) -> None:
        self.net = stoppable(net)

    def prepare(self, image: Image) -> Image:
        """Keep the frame."""
        return image

    def predict(self, features: Image, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask between the extreme points; further points refine where the object ends."""
        height, width = features.shape[:2]
        points = [(_pixel(x, width), _pixel(y, height)) for x, y in prompt.positive]
        if len(points) < NEEDED:
            raise ToolError("DEXTR needs the extreme points", f"{NEEDED} of them, {len(points)} given")
        values, box = published(self.net, features, points)
        x0, y0, x1, y1 = around(points, 0)
        inner = values[y0 - box[1] : y1 - box[1] + 1, x0 - box[0] : x1 - box[0] + 1]
        return thresholded(inner, THRESHOLD, origin=(x0, y0))


def _pixel(at: float, size: int) -> int:
    """Return the frame pixel that a frame coordinate lies in, the nearest one if it lies outside."""
    return min(max(math.floor(at), 0), size - 1)
