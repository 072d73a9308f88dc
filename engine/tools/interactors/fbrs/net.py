"""f-BRS's networks: a small convolution that joins picture and clicks, then DeepLab or HRNet (Sofiiuk et al. 2020).

The networks only; the refinement that corrects an answer until it agrees with the clicks is `brs.py`.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

from engine.nets import hrnet
from engine.nets.checkpoint import Identity, Shapes
from engine.nets.clicks import squared_distance
from engine.nets.layers import resize, spatial
from engine.nets.recorded import Recorded
from engine.tools.interactors.fbrs import brs, deeplab

EXPECTS = "an f-BRS model: tensors named rgb_conv... and feature_extractor..."
REACH = 260.0
"""Pixels of the network's input over which a click's map falls off."""
Size = deeplab.DeepLabSize | hrnet.HRNetSize
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


class Fbrs(nn.Module):
    """A normalised picture and clicks in; `features` and `logits` are the halves between which BRS works."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.rgb_conv = nn.Sequential(
            nn.Conv2d(5, 8, 1), nn.LeakyReLU(0.2, inplace=True), nn.BatchNorm2d(8), nn.Conv2d(8, 3, 1)
        )
        if isinstance(size, hrnet.HRNetSize):
            self.feature_extractor: hrnet.HRNet | deeplab.Extractor = hrnet.HRNet(size)
        else:
            self.feature_extractor = deeplab.Extractor(size)
            self.head: nn.Module = deeplab.Decoder("layers", size.channels, size.channels // 2, 1)
        # a crop's height and width differ from object to object: only what comes again is worth a recording
        self.recorded_features = Recorded(lambda *given: (self.features(*given),), after=2)
        self.recorded_look = Recorded(functools.partial(brs.look, self.logits), after=2)

    @property
    def channels(self) -> int:
        """Channels of the features."""
        return self.size.channels if isinstance(self.size, hrnet.HRNetSize) else self.size.features

    def click_maps(self, points: Tensor, size: tuple[int, int]) -> Tensor:
        """Return (N, 2, h, w): 0 at a click to 1 far away, for positive then negative ones."""
        return torch.tanh(2 * squared_distance(points, size, REACH).sqrt())

    def features(self, picture: Tensor, points: Tensor) -> Tensor:
        """Return the features at a quarter of the size of (N, 3, h, w); `points` as in `clicks.point_lists`."""
        maps = self.click_maps(points, spatial(picture)).to(picture.dtype)
        joined = self.rgb_conv(torch.cat([picture, maps], 1))
        if isinstance(self.feature_extractor, hrnet.HRNet):
            return self.feature_extractor.branches(self.feature_extractor.stem(joined))
        out: Tensor = self.feature_extractor(joined)
        return out

    def logits(self, features: Tensor, size: tuple[int, int]) -> Tensor:
        """Return logits (N, 1, h, w) for the features."""
        if isinstance(self.feature_extractor, hrnet.HRNet):
            small = self.feature_extractor.heads(features)[0]
        else:
            small = self.head(self.feature_extractor.head(features))
        return resize(small, size)

    def forward(self, picture: Tensor, points: Tensor) -> Tensor:
        """Return logits (N, 1, h, w) for (N, 3, h, w)."""
        return self.logits(self.features(picture, points), spatial(picture))


def recognise(shapes: Shapes) -> Identity | None:
    """Say which f-BRS variant the tensors are, or None if they are none."""
    if shapes.get("rgb_conv.0.weight") != (8, 5, 1, 1):
        return None
    context = hrnet.size_of(shapes)
    if context is not None:
        small = "s" if context.small else ""
        return Identity("fbrs", f"hrnet{context.width}{small}_ocr{context.ocr}", context)
    dilated = deeplab.size_of(shapes)
    if dilated is None:
        return None
    return Identity("fbrs", f"resnet{dilated.depth}_dh{dilated.channels}", dilated)


def build(options: Size) -> Fbrs:
    """Return the network without weights."""
    return Fbrs(options)
