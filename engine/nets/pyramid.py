"""Pyramid pooling: the features beside their means over 1, 4, 9 and 36 fields. Shared by DEXTR and IOG."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.nets.layers import conv, resize, spatial

LEVELS = (1, 2, 3, 6)


class Pyramid(nn.Module):
    """`stages.0` to `stages.3`, then `bottleneck`; with `final` (a 1x1 convolution to one channel) if asked."""

    def __init__(self, inputs: int, outputs: int, *, final: bool = False) -> None:
        super().__init__()
        part = inputs // len(LEVELS)
        self.stages = nn.ModuleList(self._stage(inputs, part, fields) for fields in LEVELS)
        self.bottleneck = nn.Sequential(
            conv(inputs + part * len(LEVELS), outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
        )
        if final:
            self.final = nn.Conv2d(outputs, 1, 1)
        self.has_final = final

    @staticmethod
    def _stage(inputs: int, outputs: int, fields: int) -> nn.Sequential:
        pool = nn.AdaptiveAvgPool2d(fields)
        return nn.Sequential(pool, conv(inputs, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, outputs, H, W), or (N, 1, H, W) logits with `final`."""
        size = spatial(x)
        joined = self.bottleneck(torch.cat([*(resize(stage(x), size) for stage in self.stages), x], 1))
        out: Tensor = self.final(joined) if self.has_final else joined
        return out
