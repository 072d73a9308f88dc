"""Residual blocks and rows of them, with the dilations that the segmentation networks here use.

Parameter names are those of the published checkpoints (`conv1`, `bn1`, `downsample.0` ...); what differs between
the networks (which convolution has the stride, the dilation of each block) is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from engine.nets.layers import conv


def projection(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """Return the 1x1 convolution and normalisation of a shortcut that changes width or size."""
    return nn.Sequential(conv(inputs, outputs, 1, stride=stride), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut; `dilation` is that of the first and of the second."""

    expansion = 1

    def __init__(self, inputs: int, width: int, *, stride: int = 1, dilation: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.conv1 = conv(inputs, width, stride=stride, dilation=dilation[0])
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, dilation=dilation[1])
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(inputs, width, stride) if stride != 1 or inputs != width else None

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        result: Tensor = self.relu(out.add_(shortcut) if not out.requires_grad else out + shortcut)
        return result


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions and a shortcut; the output has `expansion` times the width."""

    expansion = 4

    def __init__(
        self,
        inputs: int,
        width: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        stride_first: bool = False,
        project: bool = False,
        expansion: int = 4,
    ) -> None:
        super().__init__()
        outputs = width * expansion
        self.conv1 = conv(inputs, width, 1, stride=stride if stride_first else 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, stride=1 if stride_first else stride, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv(width, outputs, 1)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        changes = project or stride != 1 or inputs != outputs
        self.downsample = projection(inputs, outputs, stride) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, width * expansion, H / stride, W / stride)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        result: Tensor = self.relu(out.add_(shortcut) if not out.requires_grad else out + shortcut)
        return result


def bottlenecks(
    inputs: int,
    width: int,
    dilations: Sequence[int],
    *,
    stride: int = 1,
    stride_first: bool = False,
    project: bool = False,
) -> nn.Sequential:
    """Return a row of bottlenecks, one for each dilation; the first one has the stride."""
    first = Bottleneck(inputs, width, stride=stride, dilation=dilations[0], stride_first=stride_first, project=project)
    rest = (Bottleneck(width * 4, width, dilation=dilation) for dilation in dilations[1:])
    return nn.Sequential(first, *rest)


def basic_blocks(inputs: int, width: int, dilations: Sequence[tuple[int, int]], *, stride: int = 1) -> nn.Sequential:
    """Return a row of basic blocks, one for each pair of dilations; the first one has the stride."""
    first = BasicBlock(inputs, width, stride=stride, dilation=dilations[0])
    return nn.Sequential(first, *(BasicBlock(width, width, dilation=pair) for pair in dilations[1:]))
