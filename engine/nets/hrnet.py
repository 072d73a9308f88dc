"""HRNet with object-contextual features: parallel branches at four scales, then one context vector for the object.

Shared by RITM and by f-BRS's HRNet models, whose inputs differ but whose feature extractor is the same. With a single
object region the attention over regions is exactly one, so its query and key are kept for the checkpoint's sake only.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nets.layers import conv, conv_bn_relu, resize, spatial
from engine.nets.resnet import BasicBlock, bottlenecks

PREFIX = "feature_extractor."


@dataclass(frozen=True, slots=True)
class HRNetSize:
    """Width of the finest branch, width of the context part, and whether the shallow variant is meant."""

    width: int
    ocr: int
    small: bool = False

    @property
    def channels(self) -> int:
        """Channels of the four branches together."""
        return 15 * self.width


def size_of(shapes: Mapping[str, tuple[int, ...]]) -> HRNetSize | None:
    """Read the size from a checkpoint's tensor shapes; None if it holds no such network."""
    branch = shapes.get(PREFIX + "stage2.0.branches.0.0.conv1.weight")
    context = shapes.get(PREFIX + "ocr_distri_head.object_context_block.f_down.1.0.bias")
    if not branch or not context:
        return None
    return HRNetSize(branch[0], context[0], small=PREFIX + "layer1.2.conv1.weight" not in shapes)


def _lateral(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(conv(inputs, outputs, 1), nn.BatchNorm2d(outputs))


def _descent(inputs: int, outputs: int, steps: int) -> nn.Sequential:
    """Return `steps` halvings; only the last changes the width and has no ReLU."""
    last = nn.Sequential(conv(inputs, outputs, stride=2), nn.BatchNorm2d(outputs))
    return nn.Sequential(*(conv_bn_relu(inputs, inputs, 3, stride=2) for _ in range(steps - 1)), last)


class Exchange(nn.Module):
    """Blocks in every branch, then every branch receives all the others at its own scale."""

    def __init__(self, widths: list[int], blocks: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width, width) for _ in range(blocks))) for width in widths
        )
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(self._path(widths, source, target) for source in range(len(widths)))
            for target in range(len(widths))
        )

    @staticmethod
    def _path(widths: list[int], source: int, target: int) -> nn.Module:
        if source == target:
            return nn.Identity()
        if source > target:
            return _lateral(widths[source], widths[target])
        return _descent(widths[source], widths[target], target - source)

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        """Return the branches, same shapes."""
        inputs = [branch(x) for branch, x in zip(self.branches, branches, strict=True)]
        outputs = []
        for target, row in enumerate(self.fuse_layers):
            size = spatial(inputs[target])
            parts = [resize(path(x), size) for path, x in zip(row, inputs, strict=True)]  # type: ignore[call-overload]
            outputs.append(functional.relu(functools.reduce(torch.add, parts)))
        return outputs


def _new_branch(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(conv_bn_relu(inputs, outputs, 3, stride=2))


class Context(nn.Module):
    """`object_context_block`: what the object region as a whole says, as one vector for every pixel."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.f_pixel = nn.Sequential(*_nested(inputs, width), *_nested(width, width))
        self.f_object = nn.Sequential(*_nested(inputs, width), *_nested(width, width))
        self.f_down = nn.Sequential(*_nested(inputs, width))
        self.f_up = nn.Sequential(*_nested(width, inputs))

    def forward(self, region: Tensor) -> Tensor:
        """Return (N, inputs, 1, 1) for the region's (N, inputs, 1, 1)."""
        out: Tensor = self.f_up(self.f_down(region))
        return out


def _nested(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module]:
    """Return a 1x1 convolution and, one level deeper, its normalisation and ReLU."""
    return conv(inputs, outputs, 1), nn.Sequential(nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class ContextHead(nn.Module):
    """`ocr_distri_head`: join the features with the object's context."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.object_context_block = Context(inputs, width)
        self.conv_bn_dropout = nn.Sequential(*_nested(2 * inputs, inputs), nn.Dropout2d(0.05))

    def forward(self, features: Tensor, region: Tensor) -> Tensor:
        """Return features of the same shape."""
        context = self.object_context_block(region).expand_as(features)
        out: Tensor = self.conv_bn_dropout(torch.cat([context, features], 1))
        return out


def gather(features: Tensor, logits: Tensor) -> Tensor:
    """Return the mean of (N, C, H, W) features, weighted by the softmax of (N, 1, H, W) logits over the pixels.

    In float32 whatever the features are: among many pixels the weights are too small for half precision.
    """
    weights = torch.softmax(logits.flatten(2).float(), dim=2)
    mean = torch.matmul(weights, features.flatten(2).transpose(1, 2).float())
    return mean.transpose(1, 2).unsqueeze(3).to(features.dtype)


class HRNet(nn.Module):
    """The feature extractor; three parts so that a caller can keep or change what lies between them."""

    def __init__(self, size: HRNetSize) -> None:
        super().__init__()
        widths = [size.width << step for step in range(4)]
        blocks = 2 if size.small else 4
        self.conv1 = conv(3, 64, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = conv(64, 64, stride=2)
        self.bn2 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = bottlenecks(64, 64, [1] * (2 if size.small else 4))
        self.transition1 = nn.ModuleList([conv_bn_relu(256, widths[0], 3), _new_branch(256, widths[1])])
        self.stage2 = nn.Sequential(Exchange(widths[:2], blocks))
        self.transition2 = nn.ModuleList([nn.Identity(), nn.Identity(), _new_branch(widths[1], widths[2])])
        self.stage3 = nn.Sequential(*(Exchange(widths[:3], blocks) for _ in range(3 if size.small else 4)))
        last = _new_branch(widths[2], widths[3])
        self.transition3 = nn.ModuleList([nn.Identity(), nn.Identity(), nn.Identity(), last])
        self.stage4 = nn.Sequential(*(Exchange(widths, blocks) for _ in range(2 if size.small else 3)))
        self._add_heads(size)

    def _add_heads(self, size: HRNetSize) -> None:
        channels, inner = size.channels, 2 * size.ocr
        self.conv3x3_ocr = nn.Sequential(
            nn.Conv2d(channels, inner, 3, padding=1), nn.BatchNorm2d(inner), nn.ReLU(inplace=True)
        )
        self.ocr_distri_head = ContextHead(inner, size.ocr)
        self.cls_head = nn.Conv2d(inner, 1, 1)
        self.aux_head = nn.Sequential(
            nn.Conv2d(channels, channels, 1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, 1, 1),
        )

    def stem(self, x: Tensor) -> Tensor:
        """Return the first convolution's 64 maps at half size; they depend on the picture alone."""
        out: Tensor = self.relu(self.bn1(self.conv1(x)))
        return out

    def branches(self, stem: Tensor) -> Tensor:
        """Return all four branches at a quarter of the size, 15 times the width in channels."""
        x = self.layer1(self.relu(self.bn2(self.conv2(stem))))
        scales = [self.transition1[0](x), self.transition1[1](x)]
        scales = self.stage2(scales)
        scales = self.stage3([*scales, self.transition2[2](scales[-1])])
        scales = self.stage4([*scales, self.transition3[3](scales[-1])])
        size = spatial(scales[0])
        return torch.cat([resize(scale, size) for scale in scales], 1)

    def heads(self, branches: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits and the auxiliary logits, (N, 1, h, w) each, at a quarter of the size."""
        auxiliary = self.aux_head(branches)
        features = self.conv3x3_ocr(branches)
        joined = self.ocr_distri_head(features, gather(features, auxiliary))
        return self.cls_head(joined), auxiliary
