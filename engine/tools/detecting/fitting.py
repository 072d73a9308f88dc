"""A picture fitted into a network's input, and boxes brought back from there.

Input pixels are counted as frame pixels are: (0, 0) is the corner of the first one. Resizing is OpenCV's, with pixel
centres at halves, so a point of the frame times `scale` plus `offset` is where it lies in the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.tools.base import Image

Rule = Literal["stretch", "centre", "corner", "short", "none"]
"""`stretch` to the input's size; `centre`, `corner`: keep the sides' ratio and pad round it, or right and below;
`short`: the short side to `short` pixels, but the long one to `long` at most; `none`: as it is."""
Order = Literal["RGB", "BGR"]
Layout = Literal["NCHW", "NHWC", "CHW", "HWC"]
Interpolation = Literal["nearest", "linear", "cubic", "area"]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a network takes pictures: resized, padded, then (value / `divide` - `mean`) / `std` a channel."""

    rule: Rule = "stretch"
    size: tuple[int, int] = (0, 0)
    """Height and width of the input, for `stretch`, `centre` and `corner`."""
    short: int = 800
    long: int = 1333
    multiple: int = 1
    """Both sides are padded, right and below, to multiples of it."""
    order: Order = "RGB"
    layout: Layout = "NCHW"
    dtype: Literal["float32", "uint8"] = "float32"
    divide: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """In the order of the channels that the network takes."""
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad: int = 0
    """The value round the picture, 0..255, before it is divided; `multiple` pads with 0 after all of that."""
    interpolation: Interpolation = "linear"
    truncate: bool = False
    """Sizes of a kept ratio are cut down to whole pixels instead of rounded."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as a network takes it, and the way back."""

    pixels: NDArray[Any]
    """In the layout that the network takes, with a batch axis of 1 where that has one."""
    frame: tuple[int, int]
    """Width and height of the frame."""
    size: tuple[int, int]
    """Height and width of the whole input."""
    scale: tuple[float, float]
    """Input pixels a frame pixel, in x and y."""
    offset: tuple[float, float] = (0.0, 0.0)
    """Where the frame's corner lies in the input, x and y."""

    def to_frame(self, boxes: NDArray[Any]) -> NDArray[np.float64]:
        """Return boxes (n, 4) x1, y1, x2, y2 of input pixels in frame pixels, cut off at the frame's border."""
        turned = (np.asarray(boxes, np.float64).reshape(-1, 2, 2) - self.offset) / self.scale
        return clip_to(turned.reshape(-1, 4), self.frame)


def clip_to(boxes: NDArray[Any], frame: tuple[int, int]) -> NDArray[np.float64]:
    """Return boxes (n, 4) x1, y1, x2, y2 cut off at the border of a frame of so many columns and rows.

    A side that is infinite is no number: cut off, it would make a box of the whole frame.
    """
    rows = np.asarray(boxes, np.float64).reshape(-1, 4)
    return np.where(np.isinf(rows), np.nan, np.clip(rows, 0, [*frame, *frame]))


def fit(image: Image, how: Fit) -> Fitted:
    """Fit a picture (H, W, 3) RGB uint8 into a network's input."""
    import cv2

    height, width = image.shape[:2]
    inner, offset, outer = _places(how, height, width)
    flags = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
    resized: NDArray[Any] = image
    if inner != (height, width):
        resized = cv2.resize(image, inner[::-1], interpolation=flags[how.interpolation])
    if outer != inner:
        canvas = np.full((*outer, 3), how.pad, np.uint8)
        x, y = offset
        canvas[y : y + inner[0], x : x + inner[1]] = resized
        resized = canvas
    if how.order == "BGR":
        resized = resized[..., ::-1]
    # laid out while it is of 8 bits, which are a quarter of the bytes
    first = "CHW" in how.layout
    laid = np.ascontiguousarray(resized.transpose(2, 0, 1) if first else resized)
    pixels = _padded(_normalised(laid, how, (3, 1, 1) if first else (3,)), how.multiple, first=first)
    height_in, width_in = pixels.shape[-2:] if first else pixels.shape[:2]
    scale = inner[1] / width, inner[0] / height
    batched = pixels[None] if how.layout.startswith("N") else pixels
    return Fitted(batched, (width, height), (height_in, width_in), scale, offset)


def _places(how: Fit, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Return the picture's height and width in the input, its corner (x, y) there, and the input's height and width."""
    whole = int if how.truncate else round
    if how.rule == "none":
        return (height, width), (0, 0), (height, width)
    if how.rule == "stretch":
        return how.size, (0, 0), how.size
    if how.rule == "short":
        ratio = min(how.short / min(height, width), how.long / max(height, width))
        inner = max(1, whole(height * ratio)), max(1, whole(width * ratio))
        return inner, (0, 0), inner
    rows, columns = how.size
    ratio = min(rows / height, columns / width)
    inner = min(rows, max(1, whole(height * ratio))), min(columns, max(1, whole(width * ratio)))
    corner = ((columns - inner[1]) // 2, (rows - inner[0]) // 2) if how.rule == "centre" else (0, 0)
    return inner, corner, how.size


def _normalised(pixels: NDArray[Any], how: Fit, channels: tuple[int, ...]) -> NDArray[Any]:
    """Return values as the network takes them; `channels` is the shape in which one value a channel spreads."""
    if how.dtype == "uint8":
        return pixels
    floats = pixels.astype(np.float32)
    if how.divide != 1.0:
        floats /= np.float32(how.divide)
    if any(how.mean):
        floats -= np.asarray(how.mean, np.float32).reshape(channels)
    if any(one != 1.0 for one in how.std):
        floats /= np.asarray(how.std, np.float32).reshape(channels)
    return floats


def _padded(pixels: NDArray[Any], multiple: int, *, first: bool) -> NDArray[Any]:
    height, width = pixels.shape[-2:] if first else pixels.shape[:2]
    sides = [(0, -height % multiple), (0, -width % multiple)]
    if sides == [(0, 0), (0, 0)]:
        return pixels
    return np.pad(pixels, [(0, 0), *sides] if first else [*sides, (0, 0)])
