"""IOG from a box and points to a probability, in the published way.

The outside map has the box's corners, 10 pixels outside the object in the network's frame; the crop is padded with
zeros.
The refinement variant keeps the backbone's layers of the first click and sees later ones through its own branch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.nets.heat import Floats, Pixel, PixelBox, cut, heat, resized, size_of, to_bytes
from engine.nets.layers import resize
from engine.tools.interactors.iog.net import SIDE, Iog, Layers

MARGIN = 30
"""Pixels of the frame round the box."""
OUTSIDE = 10
"""Pixels of the network's frame between the object and the marks of the box's corners."""
Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Points:
    """Points in pixels of the network's frame, the first centre at 0."""

    inside: tuple[Pixel, ...]
    outside: tuple[Pixel, ...] = ()


def crop_of(box: PixelBox) -> PixelBox:
    """Return the published crop round an object's box; it may reach outside the frame."""
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def colours(image: Image, crop: PixelBox) -> Floats:
    """Return the crop as (3, 512, 512) on 0..255."""
    import cv2

    square = resized(cut(image, crop).astype(np.float32), (SIDE, SIDE), cv2.INTER_LINEAR)
    return np.ascontiguousarray(square.transpose(2, 0, 1))


def to_network(point: Pixel, crop: PixelBox) -> Pixel:
    """Return a frame point (x, y), first centre at 0, in pixels of the network's frame."""
    width, height = size_of(crop)
    across, down = SIDE / width, SIDE / height
    return (point[0] - crop[0] + 0.5) * across - 0.5, (point[1] - crop[1] + 0.5) * down - 0.5


def corners(box: PixelBox, crop: PixelBox) -> tuple[Pixel, ...]:
    """Return the marks of the box's four corners in the network's frame."""
    left, top = to_network((box[0] - 0.5, box[1] - 0.5), crop)
    right, bottom = to_network((box[2] + 0.5, box[3] + 0.5), crop)
    xs = math.ceil(left) - OUTSIDE, math.floor(right) + OUTSIDE
    ys = math.ceil(top) - OUTSIDE, math.floor(bottom) + OUTSIDE
    return tuple((x, y) for x in xs for y in ys)


def maps(points: Points) -> Floats:
    """Return (2, 512, 512): the inside and the outside map, stretched to 0..255 together."""
    return to_bytes(np.stack([heat(points.inside, SIDE), heat(points.outside, SIDE)]))


def refined_maps(first: Points, later: Points) -> Floats:
    """Return the maps with later clicks added, truncated to whole numbers as the refinement was trained on."""
    before = maps(first) / 255.0
    added = np.stack([heat(later.inside, SIDE), heat(later.outside, SIDE)]).astype(np.float32)
    whole: Floats = np.floor(np.maximum(before, added) * np.float32(255.0)).astype(np.float32)
    return whole


def _on(net: Iog, values: Floats) -> Tensor:
    weight = next(net.parameters())
    return torch.from_numpy(values[None]).to(weight.device)


@torch.inference_mode()
def layers(net: Iog, rgb: Floats, points: Floats) -> Layers:
    """Return the backbone's layers for a crop (3, 512, 512) and its maps (2, 512, 512)."""
    return Layers(*net.recorded_backbone(_on(net, np.concatenate([rgb, points]))))


@torch.inference_mode()
def logits(net: Iog, found: Layers, points: Floats) -> Floats:
    """Return the fine logits (512, 512) for the backbone's layers; the maps matter to the refinement variant only."""
    (fine,) = net.recorded_fine(*found, _on(net, points))
    return np.asarray(resize(fine, (SIDE, SIDE))[0, 0].cpu().numpy(), np.float32)


def probability(fine: Floats, crop: PixelBox) -> Floats:
    """Return the object's probability (h, w) in the crop for the fine logits."""
    import cv2

    values = 0.5 + 0.5 * np.tanh(0.5 * fine)
    return np.asarray(resized(values, size_of(crop), cv2.INTER_CUBIC), np.float32)
