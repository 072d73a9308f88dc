"""Clicks as networks take them: lists of rows and columns, their tensors, mirror images and distances.

Shared by RITM and f-BRS. Coordinates here are pixels of the network's input with the centre of the first pixel at 0,
row before column; a prompt's frame points have it at 0.5, x before y, and are converted by the tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

EMPTY = (-1.0, -1.0)
"""A slot without a click: both coordinates are negative."""
STEP = 8
FAR = 1e6
"""Squared distance to a click that is not there."""


@dataclass(frozen=True, slots=True)
class NetClick:
    """A click in pixels whose centres are whole numbers."""

    row: float
    column: float
    positive: bool = True


def mirrored(clicks: Sequence[NetClick], width: int) -> tuple[NetClick, ...]:
    """Return the clicks as they lie in the picture flipped left to right."""
    return tuple(NetClick(click.row, width - click.column - 1, click.positive) for click in clicks)


def point_lists(batch: Sequence[Sequence[NetClick]], device: torch.device) -> Tensor:
    """Return (N, 2P, 2) rows and columns: P slots of positive clicks, then P of negative ones, unused ones empty.

    On CUDA, P is a multiple of `STEP`: a network is recorded for a shape of inputs, and most prompts shall have one.
    """
    kinds = [[[c for c in clicks if c.positive is kind] for kind in (True, False)] for clicks in batch]
    slots = max(1, *(len(kind) for item in kinds for kind in item))
    if device.type == "cuda":
        slots = -(-slots // STEP) * STEP
    rows = [[_padded(kind, slots) for kind in item] for item in kinds]
    values = [[point for kind in item for point in kind] for item in rows]
    return torch.tensor(values, dtype=torch.float32, device=device)


def _padded(clicks: Sequence[NetClick], slots: int) -> list[tuple[float, float]]:
    return [(click.row, click.column) for click in clicks] + [EMPTY] * (slots - len(clicks))


def squared_distance(points: Tensor, size: tuple[int, int], unit: float = 1.0) -> Tensor:
    """Return (N, 2, h, w): squared distance in `unit` pixels to the nearest positive, then negative click."""
    count = points.shape[1] // 2
    rows = torch.arange(size[0], dtype=torch.float32, device=points.device)
    columns = torch.arange(size[1], dtype=torch.float32, device=points.device)
    down = ((rows - points[:, :, :1]) / unit) ** 2
    across = ((columns - points[:, :, 1:]) / unit) ** 2
    squared = down.unsqueeze(3) + across.unsqueeze(2)
    empty = points.amax(dim=2) < 0
    squared = squared.masked_fill(empty[:, :, None, None], FAR)
    return squared.view(points.shape[0], 2, count, *size).amin(dim=2)
