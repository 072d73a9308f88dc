"""IOG as a tool: a box, points inside, perhaps points outside; the published way, with the box's corners marked.

The crop is made once for a box. With the refinement checkpoint the backbone too runs once: it sees the box and the
first point, later points go through their own small branch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Point
from engine.errors import ToolError
from engine.nets.heat import Floats, Pixel, PixelBox
from engine.prompt import Click, Prompt
from engine.tools.base import Image, Prediction
from engine.tools.clicking.stopping import stoppable
from engine.tools.clicking.turns import thresholded
from engine.tools.interactors.iog import pipeline
from engine.tools.interactors.iog.net import Iog, Layers

THRESHOLD = 0.5


@dataclass
class Features:
    """A frame, the crop of the last box, and the backbone's layers for the last first point."""

    image: Image
    crop: tuple[PixelBox, Floats] | None = None
    layers: tuple[tuple[PixelBox, Pixel], Layers] | None = None


class IogInteractor:
    """The tool."""

    def __init__(self, net: Iog) -> None:
        self.net = stoppable(net)

    def prepare(self, image: Image) -> Features:
        """Keep the frame; the rest needs a box."""
        return Features(image)

    def predict(self, features: Features, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the mask for the box and the points."""
        if prompt.box is None or not prompt.positive:
            raise ToolError("IOG needs a box and a point", "draw a box round the object, then click inside it")
        box = whole_pixels(prompt.box, features.image)
        crop = pipeline.crop_of(box)
        if features.crop is None or features.crop[0] != box:
            features.crop = (box, pipeline.colours(features.image, crop))
        fine = self._refined(features, prompt, box) if self.net.refinement else self._plain(features, prompt, box)
        return _in_frame(pipeline.probability(fine, crop), crop, features.image)

    def _plain(self, features: Features, prompt: Prompt, box: PixelBox) -> Floats:
        assert features.crop is not None
        given = _points(prompt.clicks, pipeline.crop_of(box))
        marks = pipeline.Points(given.inside, (*pipeline.corners(box, pipeline.crop_of(box)), *given.outside))
        maps = pipeline.maps(marks)
        return pipeline.logits(self.net, pipeline.layers(self.net, features.crop[1], maps), maps)

    def _refined(self, features: Features, prompt: Prompt, box: PixelBox) -> Floats:
        assert features.crop is not None
        crop = pipeline.crop_of(box)
        index = next(i for i, click in enumerate(prompt.clicks) if click.positive)
        start = _points(prompt.clicks[index : index + 1], crop)
        first = pipeline.Points(start.inside, pipeline.corners(box, crop))
        key = (box, start.inside[0])
        if features.layers is None or features.layers[0] != key:
            found = pipeline.layers(self.net, features.crop[1], pipeline.maps(first))
            features.layers = (key, found)
        later = _points(prompt.clicks[:index] + prompt.clicks[index + 1 :], crop)
        added = bool(later.inside or later.outside)
        maps = pipeline.refined_maps(first, later) if added else pipeline.maps(first)
        return pipeline.logits(self.net, features.layers[1], maps)


def _points(clicks: tuple[Click, ...], crop: PixelBox) -> pipeline.Points:
    """Return clicks in the network's frame."""

    def placed(point: Point) -> Pixel:
        return pipeline.to_network((point[0] - 0.5, point[1] - 0.5), crop)

    inside = tuple(placed(click.point) for click in clicks if click.positive)
    return pipeline.Points(inside, tuple(placed(click.point) for click in clicks if not click.positive))


def whole_pixels(box: Box, image: Image) -> PixelBox:
    """Return the pixels that a box covers, within the frame; at least one."""
    height, width = image.shape[:2]
    x0, x1 = sorted((box[0], box[2]))
    y0, y1 = sorted((box[1], box[3]))
    left, top = min(max(math.floor(x0), 0), width - 1), min(max(math.floor(y0), 0), height - 1)
    return left, top, max(left, min(math.ceil(x1), width) - 1), max(top, min(math.ceil(y1), height) - 1)


def _in_frame(values: NDArray[np.float32], crop: PixelBox, image: Image) -> Prediction:
    """Return the mask of a crop's probabilities, without what lies outside the frame."""
    height, width = image.shape[:2]
    x0, y0 = max(crop[0], 0), max(crop[1], 0)
    x1, y1 = min(crop[2] + 1, width), min(crop[3] + 1, height)
    return thresholded(values[y0 - crop[1] : y1 - crop[1], x0 - crop[0] : x1 - crop[0]], THRESHOLD, origin=(x0, y0))
