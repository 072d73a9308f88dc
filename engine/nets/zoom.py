"""Zoom-in: which part of the picture a click network looks at, and the way there and back.

Shared by RITM and f-BRS. A crop is (first row, last row, first column, last column), both ends included; sizes are
(height, width). Pictures are (N, C, H, W) tensors, answers probabilities (H, W).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.nets.clicks import NetClick
from engine.nets.layers import resize

Crop = tuple[int, int, int, int]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ZoomRules:
    """When to zoom, how far, and to which size."""

    skip_clicks: int = 1
    """No zoom up to this many clicks; negative: from the first click on, with the whole picture as first crop."""
    target: int | Size = 400
    """Longer side that a crop is resized to, or both sides."""
    expansion: float = 1.4
    min_crop: int = 200
    """Least height and width of a crop before it is cut at the picture's border; 0 for none."""
    keep: float = 0.5
    """The last crop stays while it overlaps the newly computed one by this much."""
    threshold: float = 0.5
    """Of the last probability: what is above counts as the object."""


def bounds(mask: Tensor) -> Crop | None:
    """Return the smallest crop that holds every True of an (H, W) mask; None if there is none."""
    rows = mask.any(dim=1).nonzero().flatten()
    columns = mask.any(dim=0).nonzero().flatten()
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def around(box: Crop, clicks: Sequence[NetClick], size: Size, rules: ZoomRules) -> Crop:
    """Return the crop round the object's bounds and its positive clicks, expanded about its centre, in the picture.

    A click counts as the pixel that it is truncated to; halves of the expanded box are rounded to even.
    """
    inside = [click for click in clicks if click.positive]
    rows = [box[0], box[1], *(min(max(int(click.row), 0), size[0] - 1) for click in inside)]
    columns = [box[2], box[3], *(min(max(int(click.column), 0), size[1] - 1) for click in inside)]
    return *_expanded(min(rows), max(rows), size[0], rules), *_expanded(min(columns), max(columns), size[1], rules)


def _expanded(first: int, last: int, limit: int, rules: ZoomRules) -> tuple[int, int]:
    centre = 0.5 * (first + last)
    length = max(rules.expansion * (last - first + 1), rules.min_crop)
    return max(0, round(centre - 0.5 * length)), min(limit - 1, round(centre + 0.5 * length))


def overlap(one: Crop, other: Crop) -> float:
    """Return the product of the row and the column intervals' intersection over union."""
    result = 1.0
    for i in (0, 2):
        common = min(one[i + 1], other[i + 1]) - max(one[i], other[i]) + 1
        result *= max(0, common) / (max(one[i + 1], other[i + 1]) - min(one[i], other[i]) + 1)
    return result


def holds(crop: Crop, clicks: Sequence[NetClick]) -> bool:
    """Say whether every positive click is inside, the last row and column not counted."""
    return all(
        crop[0] <= click.row < crop[1] and crop[2] <= click.column < crop[3] for click in clicks if click.positive
    )


def choose(
    seen: Tensor | None, clicks: Sequence[NetClick], size: Size, rules: ZoomRules, *, last: Crop | None
) -> Crop | None:
    """Return the crop for this request, None for the whole picture as it is.

    `seen` is the last probability (H, W), `last` the crop it was computed on.
    """
    if len(clicks) <= rules.skip_clicks:
        return None
    box = None if seen is None else bounds(seen > rules.threshold)
    if box is None:
        return (0, size[0] - 1, 0, size[1] - 1) if rules.skip_clicks < 0 else None
    new = around(box, clicks, size, rules)
    if last is not None and holds(last, clicks) and overlap(last, new) >= rules.keep:
        return last
    return new


def resized(crop: Crop, target: int | Size) -> Size:
    """Return the size that a crop has for the network."""
    if isinstance(target, tuple):
        return target
    height, width = crop[1] - crop[0] + 1, crop[3] - crop[2] + 1
    scale = target / max(height, width)
    return round(height * scale), round(width * scale)


def limited(size: Size, longest: int) -> Size:
    """Return the size, reduced so that its longer side is at most `longest` (0: no limit)."""
    if not longest or max(size) <= longest:
        return size
    return resized((0, size[0] - 1, 0, size[1] - 1), longest)


def cut(picture: Tensor, crop: Crop, size: Size) -> Tensor:
    """Return the crop of an (N, C, H, W) tensor, resized."""
    return resize(picture[..., crop[0] : crop[1] + 1, crop[2] : crop[3] + 1], size)


def moved(clicks: Sequence[NetClick], crop: Crop, size: Size) -> tuple[NetClick, ...]:
    """Return the clicks in pixels of the resized crop."""
    down = size[0] / (crop[1] - crop[0] + 1)
    across = size[1] / (crop[3] - crop[2] + 1)
    return tuple(
        NetClick((click.row - crop[0]) * down, (click.column - crop[2]) * across, click.positive) for click in clicks
    )


def pasted(probability: Tensor, crop: Crop, size: Size) -> Tensor:
    """Return the (N, C, h, w) answer for a crop as one for the whole picture, zero outside the crop."""
    inner = resize(probability, (crop[1] - crop[0] + 1, crop[3] - crop[2] + 1))
    edges = (crop[2], size[1] - 1 - crop[3], crop[0], size[0] - 1 - crop[1])
    return functional.pad(inner, edges) if any(edges) else inner


def with_mirror(picture: Tensor) -> Tensor:
    """Return the picture and its mirror image as a batch of two."""
    return torch.cat([picture, picture.flip(3)])


def mirror_mean(logits: Tensor) -> Tensor:
    """Return the mean of a picture's logits and of its mirror image's, flipped back: (1, 1, h, w) of (2, 1, h, w)."""
    return 0.5 * (logits[:1] + logits[1:].flip(3))


def whole(size: Size) -> Crop:
    """Return the crop that is the whole picture."""
    return 0, size[0] - 1, 0, size[1] - 1


@dataclass(frozen=True, slots=True)
class View:
    """What the network sees of a picture of `size`: a crop, the size it is given, and the clicks in it."""

    crop: Crop | None
    inner: Size
    size: Size
    clicks: tuple[NetClick, ...]

    def of(self, picture: Tensor) -> Tensor:
        """Return the part of an (N, C, H, W) tensor that the network sees."""
        return cut(picture, self.crop or whole(self.size), self.inner)

    def back(self, probability: Tensor) -> Tensor:
        """Return the network's (1, 1, h, w) answer as probabilities (H, W) of the picture."""
        return pasted(probability, self.crop or whole(self.size), self.size)[0, 0]


def view(size: Size, clicks: Sequence[NetClick], crop: Crop | None, rules: ZoomRules, *, longest: int) -> View:
    """Return the view of a crop (None: the whole picture), its longer side at most `longest` pixels (0: any)."""
    if crop is None:
        inner = limited(size, longest)
        return View(None, inner, size, moved(clicks, whole(size), inner))
    zoomed = resized(crop, rules.target)
    inner = limited(zoomed, longest)
    return View(crop, inner, size, moved(moved(clicks, crop, zoomed), whole(zoomed), inner))
