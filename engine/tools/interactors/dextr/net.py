"""DEXTR: cut out an object from its extreme points (Maninis et al. 2018); the network only.

Written from a description of the published model; the parameter names are its checkpoint's.
"""

from __future__ import annotations

from torch import Tensor, nn

from engine.nets.checkpoint import Identity, Shapes
from engine.nets.layers import conv
from engine.nets.pyramid import Pyramid
from engine.nets.recorded import Recorded
from engine.nets.resnet import bottlenecks

EXPECTS = "a DEXTR model: a ResNet-101 of 4 input channels with the pyramid layer5"
SIDE = 512
"""Height and width of the network's input."""


class Dextr(nn.Module):
    """RGB and a heat map of the points, all 0..255, in; logits at an eighth of the size out."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv(4, 64, 7, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = bottlenecks(64, 64, [1] * 3, stride_first=True)
        self.layer2 = bottlenecks(256, 128, [1] * 4, stride=2, stride_first=True)
        self.layer3 = bottlenecks(512, 256, [2] * 23, stride_first=True)
        self.layer4 = bottlenecks(1024, 512, [4] * 3, stride_first=True)
        self.layer5 = Pyramid(2048, 512, final=True)
        self.recorded = Recorded(lambda x: (self(x),))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 1, H/8, W/8) logits for (N, 4, H, W)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        out: Tensor = self.layer5(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
        return out


def recognise(shapes: Shapes) -> Identity | None:
    """Say whether the tensors are a DEXTR model's."""
    if shapes.get("conv1.weight") != (64, 4, 7, 7) or "layer5.final.weight" not in shapes:
        return None
    return Identity("dextr", "resnet101")


def build(options: object) -> Dextr:
    """Return the network without weights."""
    return Dextr()
