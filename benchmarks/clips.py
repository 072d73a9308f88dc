"""Clips that trackers are measured on: their frames, and their true boxes from a table, or else from masks."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Image = np.ndarray
Box = tuple[float, float, float, float]
BEFORE, CUT = 20, 12
"""Frames before what is cut in, and of it."""


@dataclass(frozen=True)
class Clip:
    """Frames and where the object is on them; a frame without a box is one where it is out of sight."""

    name: str
    files: tuple[Path, ...]
    truth: dict[int, Box] = field(hash=False)

    def image(self, frame: int) -> Image:
        """Return a frame, RGB, at the size of the clip's first."""
        image = picture(self.files[frame])
        if self.files[frame].parent != self.files[0].parent:
            image = cv2.resize(image, picture(self.files[0]).shape[1::-1])
        return image


def picture(path: Path) -> Image:
    """Read a frame, RGB."""
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


def boxes(folder: Path, item: dict[str, Any]) -> dict[int, Box]:
    """Return x1, y1, x2, y2 by frame; frames without a box, or with an empty one, are those on which nothing is seen.

    `item` is an entry of the manifest in `folder`. One with neither a table (`gt`) nor `masks` has no boxes.
    """
    if "gt" in item:
        with (folder / item["gt"]).open(newline="") as file:
            rows = [(int(row["frame"]), *(float(row[name]) for name in "xywh")) for row in csv.DictReader(file)]
        return {
            frame: (x, y, x + width, y + height)
            for frame, x, y, width, height in rows
            if width > 0 and height > 0 and all(map(math.isfinite, (x, y, width, height)))
        }
    found = {}
    for frame in range(item["count"] if "masks" in item else 0):
        path = folder / item["masks"] / Path(item["pattern"] % frame).with_suffix(".png")
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
        if mask is not None and (hull := hull_of(mask)) is not None:
            found[frame] = hull
    return found


def hull_of(mask: np.ndarray) -> Box | None:
    """Return the smallest box round a mask's object (0 is background, 128 does not count), None for an empty one."""
    rows, columns = np.nonzero((mask > 0) & (mask != 128))
    if not len(rows):
        return None
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


def cut_in(one: Clip, other: Clip) -> Clip:
    """Return a clip, from its first true box on, into which frames of another are cut; its object is not on those."""
    first = min(one.truth)
    own = one.files[first : first + 2 * BEFORE]
    files = (*own[:BEFORE], *other.files[:CUT], *own[BEFORE:])
    shown = {frame - first: box for frame, box in one.truth.items() if frame - first < len(own)}
    cut = len(files) - len(own)
    truth = {i if i < BEFORE else i + cut: box for i, box in shown.items()}
    return Clip(f"{one.name}+{other.name}", files, truth)
