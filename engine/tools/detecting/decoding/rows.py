"""Boxes of one picture as the families' decoders give them, before they are detections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tools.detecting.boxes import best

CANDIDATES = 2000
"""Boxes, best first, among which overlaps are looked for."""
MOST = 300
"""Objects of one picture, as the published programs give."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Boxes (n, 4) x1, y1, x2, y2 of input pixels, their scores (n,) and class numbers (n,)."""

    boxes: NDArray[Any]
    scores: NDArray[Any]
    classes: NDArray[Any]
    more: NDArray[Any]
    """(n, k): what else the network says of each, such as coefficients of its mask; k may be 0."""

    def of(self, numbers: NDArray[Any]) -> Rows:
        """Return the rows of these numbers."""
        return Rows(self.boxes[numbers], self.scores[numbers], self.classes[numbers], self.more[numbers])

    def strongest(self, most: int = MOST) -> Rows:
        """Return at most so many, best score first."""
        return self.of(np.argsort(-self.scores, kind="stable")[:most])

    def apart(self, overlap: float) -> Rows:
        """Return the best of those of a class that overlap by more (intersection over union)."""
        some = self.strongest(CANDIDATES)
        return some.of(best(some.boxes, some.scores, some.classes, overlap)[:MOST])


def none_more(count: int) -> NDArray[Any]:
    """Return (n, 0): nothing else is said."""
    return np.zeros((count, 0), np.float32)
