"""What the cursor reaches: points within a few view pixels, whatever the zoom."""

from __future__ import annotations

from collections.abc import Sequence

from engine.document import Point
from engine.hits import nearest_point
from engine.session import Session

REACH = 8.0
"""View pixels within which a click takes an existing point."""


def reached(session: Session, points: Sequence[Point]) -> int | None:
    """Return the number of the point that is nearest to the cursor within reach, the last of several; or None."""
    found = nearest_point(points, session.view.cursor)
    return found[0] if found is not None and found[1] * session.view.viewport.scale <= REACH else None
