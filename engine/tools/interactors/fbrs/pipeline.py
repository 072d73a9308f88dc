"""f-BRS from clicks to a probability: crop, mirror image, features, refinement.

`step` is the published predictor as a function: what it remembers between clicks goes in and comes out as `Memory`.
The features depend on the crop and on the first eight clicks alone, so they are computed once for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.nets import zoom
from engine.nets.clicks import NetClick, mirrored, point_lists
from engine.nets.upload import on_device
from engine.tools.interactors.fbrs.brs import BrsRules, Objective, Refined, Vector, marks, refine
from engine.tools.interactors.fbrs.net import MEAN, STD, Fbrs


@dataclass(frozen=True, slots=True)
class FbrsRules:
    """How to look and how to refine: as the published interactive program does, and CVAT."""

    zoom: zoom.ZoomRules = field(default_factory=lambda: zoom.ZoomRules(skip_clicks=1, target=480))
    longest: int = 800
    """Longer side that the network sees at most."""
    brs: BrsRules = field(default_factory=BrsRules)


BOUNDED = FbrsRules(longest=480, brs=BrsRules(whole_marks=True))
"""Ours: also the first click, which sees the whole picture, costs no more than a crop; a mark at the border counts."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the predictor knows from the last answer."""

    seen: Tensor | None = None
    """The last probability (H, W), by which the zoom is aimed."""
    crop: zoom.Crop | None = None
    refined: Refined | None = None


@dataclass(slots=True)
class Picture:
    """A normalised picture (1, 3, H, W), with the features that were computed last and for what."""

    pixels: Tensor
    features: tuple[object, Tensor] | None = None

    @property
    def size(self) -> zoom.Size:
        """Height and width."""
        return int(self.pixels.shape[2]), int(self.pixels.shape[3])


def picture(image: NDArray[np.uint8], device: torch.device) -> Picture:
    """Return an RGB uint8 image as a Picture on the device."""
    pixels = on_device(image, device).permute(2, 0, 1).unsqueeze(0).to(torch.float32) / 255
    mean, std = (pixels.new_tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    return Picture((pixels - mean) / std)


def _features(net: Fbrs, shown: Picture, view: zoom.View, rules: FbrsRules) -> Tensor:
    seen = view.clicks[: rules.brs.click_limit]
    key = (view.crop, view.inner, seen)
    if shown.features is None or shown.features[0] != key:
        points = point_lists([seen, mirrored(seen, view.inner[1])], shown.pixels.device)
        shown.features = (key, net.recorded_features(zoom.with_mirror(view.of(shown.pixels)), points)[0])
    return shown.features[1]


@torch.no_grad()
def step(
    net: Fbrs, shown: Picture, clicks: Sequence[NetClick], memory: Memory, rules: FbrsRules
) -> tuple[Tensor, Memory]:
    """Return the probability (H, W) for all clicks so far, and the memory for the next call."""
    crop = zoom.choose(memory.seen, clicks, shown.size, rules.zoom, last=memory.crop)
    view = zoom.view(shown.size, clicks, crop, rules.zoom, longest=rules.longest)
    features = _features(net, shown, view, rules)
    if len(clicks) > 1:
        refined = refine(objective(net, features, view, rules.brs), _start(net, memory))
    else:
        refined = Refined(_start(net, memory), net.logits(features, view.inner))
    probability = view.back(torch.sigmoid(zoom.mirror_mean(refined.logits)))
    return probability, Memory(probability, crop, Refined(refined.x, refined.logits[:0], refined.asked))


def _start(net: Fbrs, memory: Memory) -> Vector:
    return np.zeros(2 * net.channels) if memory.refined is None else memory.refined.x


def objective(net: Fbrs, features: Tensor, view: zoom.View, rules: BrsRules) -> Objective:
    """Return the function that refinement minimises, for the features of a view and of its mirror image."""
    both = [view.clicks, mirrored(view.clicks, view.inner[1])]
    aims = marks(both, view.inner, features.device, whole=rules.whole_marks)
    return Objective(features, net, view.inner, aims, rules)
