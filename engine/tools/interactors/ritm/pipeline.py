"""RITM from click to mask: the crop, the mirror image and the last answer that is fed back.

`step` is the published predictor as a function: what it remembers between clicks goes in and comes out as `Memory`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.nets import zoom
from engine.nets.clicks import NetClick, mirrored, point_lists
from engine.nets.upload import on_device
from engine.tools.interactors.ritm.net import Ritm


@dataclass(frozen=True, slots=True)
class RitmRules:
    """How to look."""

    zoom: zoom.ZoomRules
    longest: int = 0
    """Longer side that the network sees at most, 0 for any."""


INTERACTIVE = RitmRules(zoom.ZoomRules(skip_clicks=-1, target=(400, 400)), longest=800)
"""The settings of the published interactive program."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the predictor knows from the last answer, as (H, W) float32 tensors; None for nothing."""

    fed: Tensor | None = None
    """Probability that goes into the network as the last mask."""
    seen: Tensor | None = None
    """Probability that the zoom is aimed by."""
    crop: zoom.Crop | None = None


@dataclass(slots=True)
class Picture:
    """A picture as (1, 3, H, W) on 0..1, with the first maps of the crop that was seen last."""

    rgb: Tensor
    stem: tuple[tuple[zoom.Crop | None, zoom.Size], Tensor] | None = None

    @property
    def size(self) -> zoom.Size:
        """Height and width."""
        return int(self.rgb.shape[2]), int(self.rgb.shape[3])


def picture(image: NDArray[np.uint8], device: torch.device) -> Picture:
    """Return an RGB uint8 image as a Picture on the device."""
    pixels = on_device(image, device).permute(2, 0, 1).unsqueeze(0)
    return Picture(pixels.float() / 255)


def _stem(net: Ritm, shown: Picture, view: zoom.View) -> Tensor:
    key = (view.crop, view.inner)
    if shown.stem is None or shown.stem[0] != key:
        shown.stem = (key, net.stem(zoom.with_mirror(view.of(shown.rgb))))
    return shown.stem[1]


@torch.inference_mode()
def step(
    net: Ritm, shown: Picture, clicks: Sequence[NetClick], memory: Memory, rules: RitmRules
) -> tuple[Tensor, Memory]:
    """Return the probability (H, W) for all clicks so far, and the memory for the next call."""
    crop = zoom.choose(memory.seen, clicks, shown.size, rules.zoom, last=memory.crop)
    view = zoom.view(shown.size, clicks, crop, rules.zoom, longest=rules.longest)
    fed = shown.rgb.new_zeros(shown.size) if memory.fed is None else memory.fed
    before = zoom.with_mirror(view.of(fed[None, None]))
    both = [view.clicks, mirrored(view.clicks, view.inner[1])]
    points = point_lists(both, shown.rgb.device)
    logits = net.recorded_logits(_stem(net, shown, view), points, before)[0]
    probability = view.back(torch.sigmoid(zoom.mirror_mean(logits)))
    return probability, Memory(fed=probability, seen=probability, crop=crop)
