"""Squares of a frame round a followed object, resized for a network. Shared by SiamMask and TransT.

Both cut a square that may reach outside the frame, fill what is outside with the first frame's mean colour, and resize
it in whole levels; where the square begins is each one's own. Coordinates are those of the originals: a position is
compared with pixel numbers.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.document import Box, Point
from engine.geometry import box_of, centre, corners
from engine.nets.upload import on_device

Image = NDArray[np.uint8]
Colour = tuple[float, float, float]
LARGEST = 4096
"""Pixels: a larger square is never made, as one round an object that fills a large frame would take a gigabyte."""


def upright(box: Box, degrees: float) -> tuple[Point, tuple[float, float]]:
    """Return the middle, and width and height of at least a pixel, of the upright box round a turned one."""
    x1, y1, x2, y2 = found = box_of(corners(box, degrees)) or box
    return centre(found), (max(x2 - x1, 1.0), max(y2 - y1, 1.0))


def mean_colour(image: Image) -> Colour:
    """Return the mean of each channel of an (H, W, 3) image, exact before the division."""
    import cv2

    sums = cv2.sumElems(np.ascontiguousarray(image))
    count = image.shape[0] * image.shape[1]
    return sums[0] / count, sums[1] / count, sums[2] / count


def side_of(size: tuple[float, float], context: float) -> float:
    """Return the side of the square whose area is that of the box with `context` times (width + height) added to both.

    At least one pixel; in single precision where the sizes are.
    """
    width, height = size
    more = context * (width + height)
    side: float = np.sqrt((width + more) * (height + more))
    return max(side, 1.0)


def square(image: Image, corner: tuple[int, int], side: int, size: int, colour: Colour) -> Image:
    """Return (size, size, 3): the square of `side` pixels whose upper left pixel is `corner` = (x, y).

    What lies outside the frame has the colour, truncated to whole levels.
    """
    import cv2

    fill = np.array(colour).astype(np.uint8)
    if side > LARGEST:
        return _sampled(image, corner, side, size, fill)
    height, width = image.shape[:2]
    left, top = (max(at, 0) for at in corner)
    right, bottom = max(min(corner[0] + side, width), left), max(min(corner[1] + side, height), top)
    around = top - corner[1], corner[1] + side - bottom, left - corner[0], corner[0] + side - right
    whole = image[top:bottom, left:right]
    if not whole.size:
        whole = np.full((side, side, 3), fill)
    elif any(around):
        whole = np.asarray(cv2.copyMakeBorder(whole, *around, cv2.BORDER_CONSTANT, value=fill.tolist()), np.uint8)
    return whole if size == side else np.asarray(cv2.resize(whole, (size, size)), np.uint8)


def _sampled(image: Image, corner: tuple[int, int], side: int, size: int, fill: NDArray[np.uint8]) -> Image:
    """Return the square from the four pixels round each place alone: the same to a level, in no more memory."""
    places = (np.arange(size) + 0.5) * (side / size) - 0.5
    first = np.floor(places).astype(np.int64)
    share = places - first
    parts = np.zeros((size, size, 3))
    for down in (0, 1):
        for across in (0, 1):
            weight = np.outer(share if down else 1 - share, share if across else 1 - share)
            parts += weight[..., None] * _pixels(image, corner[1] + first + down, corner[0] + first + across, fill)
    return np.rint(parts).astype(np.uint8)


def _pixels(image: Image, rows: NDArray[np.int64], columns: NDArray[np.int64], fill: NDArray[np.uint8]) -> Image:
    height, width = image.shape[:2]
    found = image[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)]
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    return np.where(inside[..., None], found, fill)


def window(side: int) -> NDArray[np.float64]:
    """Return (side * side,): a Hann window over a square map, which favours what has moved little."""
    row = np.hanning(side)
    return np.outer(row, row).ravel()


def stacked(crops: list[Image], device: torch.device) -> Tensor:
    """Return (N, H, W, 3) uint8 crops as (N, 3, H, W) float32 on the device, levels as they are."""
    return on_device(np.stack(crops), device).permute(0, 3, 1, 2).float()


def floats(tensor: Tensor) -> NDArray[np.float32]:
    """Return a tensor of any device as an array."""
    return np.asarray(tensor.cpu().numpy(), np.float32)
