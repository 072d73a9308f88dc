"""DeepLab v3+ as f-BRS uses it: a dilated ResNet-34, 50 or 101, pooling at several rates, a skip from the first layer.

The extractor ends where f-BRS shifts and scales the features; the two decoders make logits of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.nets.layers import Separable, conv, conv_bn_relu, resize, spatial
from engine.nets.resnet import basic_blocks, bottlenecks

SKIP = 32
RATES = (12, 24, 36)
BACKBONE = "feature_extractor.backbone."


@dataclass(frozen=True, slots=True)
class DeepLabSize:
    """Depth of the ResNet and channels of the decoder."""

    depth: int
    channels: int

    @property
    def features(self) -> int:
        """Channels between the two halves."""
        return self.channels + SKIP


def size_of(shapes: Mapping[str, tuple[int, ...]]) -> DeepLabSize | None:
    """Read the size from a checkpoint's tensor shapes; None if it holds no such network."""
    project = shapes.get("feature_extractor.aspp.project.0.weight")
    if not project:
        return None
    if BACKBONE + "layer1.0.conv3.weight" not in shapes:
        return DeepLabSize(34, project[0])
    deep = BACKBONE + "layer3.22.conv1.weight" in shapes
    return DeepLabSize(101 if deep else 50, project[0])


class ResNet(nn.Module):
    """A ResNet at an eighth of the size; the 50 and 101 begin with three small convolutions."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.conv1 = conv(3, 64, 7, stride=2) if depth == 34 else self._deep_stem()
        self.bn1 = nn.BatchNorm2d(64 if depth == 34 else 128)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        layers = self._basic() if depth == 34 else self._bottlenecks(23 if depth == 101 else 6)
        self.layer1, self.layer2, self.layer3, self.layer4 = layers

    @staticmethod
    def _deep_stem() -> nn.Sequential:
        first, second = conv_bn_relu(3, 64, 3, stride=2), conv_bn_relu(64, 64, 3)
        return nn.Sequential(*first, *second, conv(64, 128))

    @staticmethod
    def _bottlenecks(third: int) -> list[nn.Sequential]:
        return [
            bottlenecks(128, 64, [1] * 3),
            bottlenecks(256, 128, [1] * 4, stride=2),
            bottlenecks(512, 256, [1] + [2] * (third - 1)),
            bottlenecks(1024, 512, [2, 4, 4]),
        ]

    @staticmethod
    def _basic() -> list[nn.Sequential]:
        return [
            basic_blocks(64, 64, [(1, 1)] * 3),
            basic_blocks(64, 128, [(1, 1)] * 4, stride=2),
            basic_blocks(128, 256, [(1, 2)] + [(2, 2)] * 5),
            basic_blocks(256, 512, [(2, 4)] + [(4, 4)] * 2),
        ]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the first layer at a quarter of the size and the last at an eighth."""
        first = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        return first, self.layer4(self.layer3(self.layer2(first)))


class GlobalPool(nn.Module):
    """The mean of everything, spread over the whole size (`gap`)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.gap = nn.Sequential(nn.AdaptiveAvgPool2d(1), *conv_bn_relu(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, H, W)."""
        return resize(self.gap(x), spatial(x))


class Aspp(nn.Module):
    """The features at several dilations and their mean (`concurent`, spelled as in the checkpoints)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        dilated = (conv_bn_relu(inputs, outputs, 3, dilation=rate) for rate in RATES)
        self.concurent = nn.ModuleList([conv_bn_relu(inputs, outputs), *dilated, GlobalPool(inputs, outputs)])
        self.project = nn.Sequential(*conv_bn_relu(outputs * 5, outputs), nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, H, W)."""
        out: Tensor = self.project(torch.cat([branch(x) for branch in self.concurent], 1))
        return out


class _Skip(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.skip_project = conv_bn_relu(inputs, SKIP)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.skip_project(x)
        return out


class Decoder(nn.Module):
    """Two separable blocks and a 1x1 convolution, under the name `block` or `layers`."""

    def __init__(self, name: str, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        body = nn.Sequential(Separable(inputs, width), Separable(width, width), nn.Conv2d(width, outputs, 1))
        self.add_module(name, body)
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.get_submodule(self.name)(x)
        return out


class Extractor(nn.Module):
    """Everything up to the features, and in `head` the first part of what follows them."""

    def __init__(self, size: DeepLabSize) -> None:
        super().__init__()
        first, last = (64, 512) if size.depth == 34 else (256, 2048)
        self.backbone = ResNet(size.depth)
        self.head = Decoder("block", size.features, size.channels, size.channels)
        self.skip_project = _Skip(first)
        self.aspp = Aspp(last, size.channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features, (N, channels + 32, H/4, W/4)."""
        first, last = self.backbone(x)
        return torch.cat([resize(self.aspp(last), spatial(first)), self.skip_project(first)], 1)
