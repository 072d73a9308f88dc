"""IOG: a box from outside, a point inside (Zhang et al. 2020); the network and its refinement variant.

Written from a description of the published models; the parameter names are their checkpoints'. The refinement variant
sees later clicks through a small branch of their own, so that the backbone runs once for an object.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.layers import conv, conv_bn_relu, resize
from engine.nets.pyramid import Pyramid
from engine.nets.recorded import Recorded
from engine.nets.resnet import Bottleneck, bottlenecks

EXPECTS = "an IOG model: a ResNet-101 of 5 input channels under backbone..., with Coarse_net... and Fine_net..."
SIDE = 512
"""Height and width of the network's input; no other works."""
QUARTER = (SIDE // 4, SIDE // 4)
WIDTH = 256
POINT_WIDTHS = (64, 128, 256, 256)


class Layers(NamedTuple):
    """The backbone's outputs, finest first: 256, 512, 1024 and 2048 channels."""

    layer1: Tensor
    layer2: Tensor
    layer3: Tensor
    layer4: Tensor


class Backbone(nn.Module):
    """ResNet-101 at a sixteenth of the size, the last layer dilated 2, 4, 8 instead of strided."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv(5, 64, 7, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = bottlenecks(64, 64, [1] * 3)
        self.layer2 = bottlenecks(256, 128, [1] * 4, stride=2)
        self.layer3 = bottlenecks(512, 256, [1] * 23, stride=2)
        self.layer4 = bottlenecks(1024, 512, [2, 4, 8])

    def forward(self, x: Tensor) -> Layers:
        """Return the four layers for (N, 5, 512, 512)."""
        one = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        two = self.layer2(one)
        three = self.layer3(two)
        return Layers(one, two, three, self.layer4(three))


class _Up(nn.Upsample):
    """Twice the size, or 128x128."""

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        super().__init__(size=size, scale_factor=None if size else 2, mode="bilinear", align_corners=True)


class CoarseNet(nn.Module):
    """From the deepest level to the finest, each with its own logits."""

    def __init__(self) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(conv_bn_relu(inputs, WIDTH) for inputs in (512, 1024, 512, 256))
        # The first of the three has weights in the files but no use: levels 0 and 1 have the same size.
        self.upsamples = nn.ModuleList(
            nn.Sequential(_Up(), conv(WIDTH, WIDTH, 1), nn.BatchNorm2d(WIDTH)) for _ in range(3)
        )
        self.predict = nn.ModuleList(self._head() for _ in range(4))

    @staticmethod
    def _head() -> nn.Sequential:
        return nn.Sequential(*conv_bn_relu(WIDTH, WIDTH), conv(WIDTH, 1), _Up(QUARTER), nn.BatchNorm2d(1))

    def forward(self, inputs: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Return four levels of 256 channels and their logits at 128x128."""
        levels: list[Tensor] = []
        for index, x in enumerate(inputs):
            level = self.laterals[index](x)
            if index:
                level = level + (levels[-1] if index == 1 else self.upsamples[index - 1](levels[-1]))
            levels.append(level)
        return levels, [head(level) for head, level in zip(self.predict, levels, strict=True)]


class FineNet(nn.Module):
    """All levels at 128x128, the deeper ones through more blocks, to the final logits."""

    def __init__(self) -> None:
        super().__init__()
        self.cascade = nn.ModuleList(
            nn.Sequential(*(self._block(WIDTH) for _ in range(3 - index)), _Up(QUARTER)) for index in range(4)
        )
        self.final_predict = nn.Sequential(self._block(4 * WIDTH), conv(WIDTH, 1), nn.BatchNorm2d(1))

    @staticmethod
    def _block(inputs: int) -> Bottleneck:
        return Bottleneck(inputs, WIDTH // 2, expansion=2, project=True)

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Return (N, 1, 128, 128)."""
        parts = [branch(level) for branch, level in zip(self.cascade, levels, strict=True)]
        out: Tensor = self.final_predict(torch.cat(parts, 1))
        return out


class Iog(nn.Module):
    """RGB, inside and outside maps, all 0..255, in; five logits (four coarse, then the fine one) out."""

    def __init__(self, *, refinement: bool = False) -> None:
        super().__init__()
        self.Coarse_net = CoarseNet()
        self.Fine_net = FineNet()
        self.backbone = Backbone()
        self.psp4 = Pyramid(2048 + (64 if refinement else 0), 512)
        self.refinement = refinement
        if refinement:
            self.iog_points = self._points()
        self.recorded_backbone = Recorded(self.backbone)
        self.recorded_fine = Recorded(lambda *given: (self.heads(Layers(*given[:4]), given[4])[-1],))

    @staticmethod
    def _points() -> nn.Sequential:
        """Return the branch that sees the two maps of points: 512 to 32 pixels, 64 channels."""
        widths = (2, *POINT_WIDTHS)
        steps = [conv_bn_relu(widths[i], widths[i + 1], 3, stride=2) for i in range(4)]
        return nn.Sequential(*(layer for step in [*steps, conv_bn_relu(POINT_WIDTHS[-1], 64)] for layer in step))

    def heads(self, layers: Layers, maps: Tensor) -> list[Tensor]:
        """Return the five logits at 128x128; `maps` are the two maps of points, used by the refinement variant."""
        deepest = layers.layer4
        if self.refinement:
            deepest = torch.cat([deepest, self.iog_points(maps)], 1)
        levels, coarse = self.Coarse_net([self.psp4(deepest), layers.layer3, layers.layer2, layers.layer1])
        return [*coarse, self.Fine_net(levels)]

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return five logits, (N, 1, 512, 512) each, or 128x128 from the refinement variant."""
        logits = self.heads(self.backbone(x), x[:, 3:])
        return logits if self.refinement else [resize(one, (SIDE, SIDE)) for one in logits]


def recognise(shapes: Shapes) -> Identity | None:
    """Say whether the tensors are an IOG model's, and whether they are the refinement variant's."""
    if shapes.get("backbone.conv1.weight") != (64, 5, 7, 7) or "Fine_net.final_predict.1.weight" not in shapes:
        return None
    refinement = any(name.startswith("iog_points.") for name in shapes)
    return Identity("iog", "refinement" if refinement else "plain", refinement)


def build(options: bool) -> Iog:
    """Return the network without weights; `options` says whether it is the refinement variant."""
    return Iog(refinement=options)
