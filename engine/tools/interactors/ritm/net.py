"""RITM: HRNet that sees the clicks as disks and its own last answer (Sofiiuk et al. 2021).

The network only; which crop it sees and what is fed back between clicks is `ritm_pipeline.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.clicks import squared_distance
from engine.nets.hrnet import HRNet, HRNetSize, size_of
from engine.nets.layers import resize, spatial
from engine.nets.recorded import Recorded

EXPECTS = "a RITM model: tensors named maps_transform... and feature_extractor.stage2..."
RADIUS = 5
"""Of a click's disk, in pixels of the network's input."""
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
NAMES = {
    (HRNetSize(18, 64), True): "h18_itermask",
    (HRNetSize(18, 64), False): "h18_baseline",
    (HRNetSize(18, 48, small=True), True): "h18s_itermask",
    (HRNetSize(32, 128), True): "h32_itermask",
}


@dataclass(frozen=True, slots=True)
class RitmVariant:
    """What distinguishes the published models; `feedback` says whether the last mask is an input."""

    size: HRNetSize
    feedback: bool = True

    @property
    def name(self) -> str:
        """The published name of the variant, or its sizes where there is none."""
        made_up = f"w{self.size.width}_ocr{self.size.ocr}" + ("s" if self.size.small else "")
        return NAMES.get((self.size, self.feedback), made_up)


def recognise(shapes: Shapes) -> Identity | None:
    """Say which variant the tensors are, or None if they are no RITM model's."""
    size, clicks = size_of(shapes), shapes.get("maps_transform.0.weight")
    if size is None or clicks is None or len(clicks) != 4:
        return None
    variant = RitmVariant(size, feedback=clicks[1] == 3)
    return Identity("hrnet", variant.name, variant)


def build(variant: RitmVariant) -> Ritm:
    """Return the network without weights."""
    return Ritm(variant)


class Scale(nn.Module):
    """Multiply by the magnitude of one learnt number."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same shape."""
        return x * self.scale.abs()


class Ritm(nn.Module):
    """RGB on 0..1, clicks and the last probability in; logits at the input's size out."""

    def __init__(self, variant: RitmVariant) -> None:
        super().__init__()
        self.variant = variant
        self.maps_transform = nn.Sequential(
            nn.Conv2d(3 if variant.feedback else 2, 16, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, 64, 3, stride=2, padding=1),
            Scale(),
        )
        self.feature_extractor = HRNet(variant.size)
        self._recorded_stem = Recorded(lambda x: (self.feature_extractor.stem(x),))
        self.recorded_logits = Recorded(self.both_logits)

    def stem(self, rgb: Tensor) -> Tensor:
        """Return what depends on the picture alone: (N, 64, h/2, w/2) for RGB on 0..1, (N, 3, h, w)."""
        mean = rgb.new_tensor(MEAN).view(1, 3, 1, 1)
        std = rgb.new_tensor(STD).view(1, 3, 1, 1)
        return self._recorded_stem((rgb - mean) / std)[0]

    def click_maps(self, points: Tensor, size: tuple[int, int]) -> Tensor:
        """Return (N, 2, h, w): 1 within the radius of a positive, then of a negative click; `points` as in `clicks`."""
        return (squared_distance(points, size) <= RADIUS**2).to(torch.float32)

    def both_logits(self, stem: Tensor, points: Tensor, previous: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits and the auxiliary logits at the size of `previous`, the last probability (N, 1, h, w)."""
        size = spatial(previous)
        maps = self.click_maps(points, size).to(previous.dtype)
        if self.variant.feedback:
            maps = torch.cat([previous, maps], 1)
        branches = self.feature_extractor.branches(stem + self.maps_transform(maps))
        logits, auxiliary = self.feature_extractor.heads(branches)
        return resize(logits, size), resize(auxiliary, size)

    def forward(self, rgb: Tensor, points: Tensor, previous: Tensor) -> Tensor:
        """Return logits (N, 1, h, w) for RGB on 0..1, click points and the last probability."""
        return self.both_logits(self.stem(rgb), points, previous)[0]
