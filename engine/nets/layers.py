"""Small pieces that several networks share: an even resize, plain convolutions, a separable block.

Apart from the networks so that each convention (corners aligned, no bias before a normalisation) is written once.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the (N, C, H, W) tensor resized bilinearly to `size` = (height, width), corners aligned."""
    if (x.shape[-2], x.shape[-1]) == size:
        return x
    return functional.interpolate(x, size=size, mode="bilinear", align_corners=True)


def spatial(x: Tensor) -> tuple[int, int]:
    """Return (height, width)."""
    return int(x.shape[-2]), int(x.shape[-1])


def conv(inputs: int, outputs: int, size: int = 3, *, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    """Return a convolution without bias whose padding keeps the size at stride 1."""
    padding = dilation * (size // 2)
    return nn.Conv2d(inputs, outputs, size, stride=stride, padding=padding, dilation=dilation, bias=False)


def conv_bn_relu(inputs: int, outputs: int, size: int = 1, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Return convolution, normalisation and ReLU, numbered 0, 1, 2."""
    body = conv(inputs, outputs, size, stride=stride, dilation=dilation)
    return nn.Sequential(body, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Separable(nn.Module):
    """A 3x3 convolution within each channel, a 1x1 across them, normalisation, ReLU (`body.0` to `body.3`)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.body = nn.Sequential(depthwise, conv(inputs, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the same height and width."""
        out: Tensor = self.body(x)
        return out
