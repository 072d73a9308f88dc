"""From regions of a window back to the frame's pixels, along the edges that the picture shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.geometry import box_union
from engine.tools.segment.evidence import Soft
from engine.tools.segment.patch import Patch
from engine.tools.segment.regions import Regions


def drawn(regions: Regions, soft: Soft, patch: Patch | None = None, change: NDArray[np.bool_] | None = None) -> Patch:
    """Return the window's mask in frame pixels, drawn to the edges; a `change` alone is drawn on `patch`."""
    import cv2

    touched = (soft > 0 if change is None else change).astype(np.uint8)
    near = np.asarray(cv2.dilate(touched, np.ones((7, 7), np.uint8)))
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows):
        return patch or Patch(np.zeros((1, 1), bool), regions.window[:2])
    fine = cv2.ximgproc.guidedFilter(regions.lab, soft.astype(np.float32), 5, 20.0)
    crop = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    (kx, ky), (x0, y0, x3, y3) = regions.scale, regions.window
    x1, x2 = x0 + round(crop[1].start / kx), min(x0 + max(round(crop[1].stop / kx), 1), x3)
    y1, y2 = y0 + round(crop[0].start / ky), min(y0 + max(round(crop[0].stop / ky), 1), y3)
    size = (max(x2 - x1, 1), max(y2 - y1, 1))
    levels = (np.clip(fine[crop], 0, 1) * 255).astype(np.uint8)
    mask = cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR) > 127
    if patch is None or change is None:
        return Patch(mask, (x1, y1))
    where = cv2.resize(near[crop], size, interpolation=cv2.INTER_NEAREST) > 0
    whole = patch.on(box_union(patch.window, (x1, y1, x1 + size[0], y1 + size[1])))
    a, b = x1 - whole.origin[0], y1 - whole.origin[1]
    part = whole.mask[b : b + size[1], a : a + size[0]]
    part[where] = mask[where]
    return whole
