"""What the cursor reaches: points within a few view pixels, whatever the zoom."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.document import Point
from engine.session import Session

REACH = 8.0
"""View pixels within which a click takes an existing point."""


def reached(session: Session, points: Sequence[Point]) -> int | None:
    """Return the number of the point that is nearest to the cursor within reach, the last of several; or None."""
    to_view = session.view.viewport.to_view
    cursor = to_view(session.view.cursor)
    far = [math.dist(to_view(point), cursor) for point in points]
    best = min(reversed(range(len(far))), key=far.__getitem__, default=None)
    return best if best is not None and far[best] <= REACH else None
