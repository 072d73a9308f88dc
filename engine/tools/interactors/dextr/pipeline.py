"""DEXTR from extreme points to a probability, in the published way: a crop that is padded with zeros at the border.

Nothing can be kept between calls, because the points move the crop and enter the first convolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.nets.heat import Floats, Pixel, PixelBox, around, cut, heat, resized, size_of, to_bytes
from engine.nets.layers import resize
from engine.tools.interactors.dextr.net import SIDE, Dextr

MARGIN = 50
"""Pixels of the frame round the points' bounds."""
THRESHOLD = 0.8
Image = NDArray[np.uint8]


def whole_pixels(points: Sequence[Pixel]) -> list[Pixel]:
    """Return the points truncated to whole pixels."""
    return [(int(x), int(y)) for x, y in points]


def network_input(crop: Image, points: Sequence[Pixel]) -> Floats:
    """Return (4, 512, 512): the crop and the heat map of points in pixels of the crop, all 0..255."""
    import cv2

    height, width = crop.shape[:2]
    square = resized(crop, (SIDE, SIDE), cv2.INTER_CUBIC)
    centres = [(int(x * SIDE / width), int(y * SIDE / height)) for x, y in points]
    colours = square.transpose(2, 0, 1).astype(np.float32)
    return np.concatenate([colours, to_bytes(heat(centres, SIDE))[None]])


@torch.inference_mode()
def probability(net: Dextr, inputs: Floats) -> Floats:
    """Return the object's probability (512, 512)."""
    weight = next(net.parameters())
    (logits,) = net.recorded(torch.from_numpy(inputs[None]).to(weight.device))
    found = torch.sigmoid(resize(logits, (SIDE, SIDE)))
    return np.asarray(found[0, 0].cpu().numpy(), np.float32)


def published(net: Dextr, image: Image, points: Sequence[Pixel]) -> tuple[Floats, PixelBox]:
    """Return the object's probability (h, w) in a box of the frame, which may reach outside it."""
    import cv2

    whole = whole_pixels(points)
    box = around(whole, MARGIN)
    inputs = network_input(cut(image, box), [(x - box[0], y - box[1]) for x, y in whole])
    return np.asarray(resized(probability(net, inputs), size_of(box), cv2.INTER_CUBIC), np.float32), box
