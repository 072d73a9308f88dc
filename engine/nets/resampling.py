"""Pillow's bilinear resizing as two matrix products, for a picture that is on a GPU already.

SAM was trained on pictures that Pillow has resized, and a 4K picture takes it longer than SAM's encoder takes on a
GPU. The same weights, and the same rounding to whole numbers after each of the two directions, give the same pixels
but for a few that lie at one half.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BITS = 22
"""Pillow's weights are whole numbers of so many bits."""


@functools.lru_cache(maxsize=8)
def weights(before: int, after: int) -> NDArray[np.float32]:
    """Return (after, before): the share that each pixel before has in each pixel after, a triangle over its width."""
    scale = before / after
    wide = max(scale, 1.0)
    centres = (np.arange(after) + 0.5) * scale
    first = np.maximum((centres - wide + 0.5).astype(int), 0)
    last = np.minimum((centres + wide + 0.5).astype(int), before)
    places = np.arange(before)
    shares = np.maximum(1 - np.abs(places + 0.5 - centres[:, None]) / wide, 0)
    shares[(places < first[:, None]) | (places >= last[:, None])] = 0
    shares /= shares.sum(1, keepdims=True)
    return (np.round(shares * (1 << BITS)) / (1 << BITS)).astype(np.float32)


def resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (3, height, width) whole numbers 0..255 as float32 of (H, W, 3) uint8, on its device."""
    down, across = (
        torch.from_numpy(weights(before, after)).to(pixels.device)
        for before, after in zip(pixels.shape[:2], size, strict=True)
    )
    rows = _rounded(pixels.permute(2, 0, 1).float() @ across.T)
    return _rounded(down @ rows)


def _rounded(values: Tensor) -> Tensor:
    return (values + 0.5).floor_().clamp_(0, 255)
