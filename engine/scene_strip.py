"""What the canvas shows of a review's strip, and which frame a point of it stands for."""

from __future__ import annotations

from collections.abc import Mapping

from engine import strip
from engine.counting import counted
from engine.document import Box, Point
from engine.scene import Color, CropView, StripView
from engine.session import Session, crops
from engine.strip import Window
from engine.viewport import Rect

PLAIN: Color = (200, 200, 200)
WORST = "*"
"""Before the number of the frame that looks worst."""


def strip_view(session: Session, colors: Mapping[str, Color]) -> StripView | None:
    """Return the strip with the crops that are at hand; an empty one where there is room for it and no object."""
    view = session.view.viewport
    if not view.band:
        return None
    rect = (0, view.view_size[1] - view.band, view.view_size[0], view.band)
    row, entry = crops.shown(session), session.review.at
    if row is None or entry is None:
        return StripView(rect, (), PLAIN, session.view.cell[1])

    def crop(place: Rect, window: Window) -> CropView:
        pixels, worst = session.review.crops.get(window), window.frame == entry.worst
        return CropView(
            place, f"{WORST * worst}{counted(window.frame)}", pixels, (pixels is not None, window.frame, window.place),
            _share(window), window.frame == session.frame, entry.first <= window.frame <= entry.last, worst,
        )  # fmt: skip

    pairs = zip(row.rects, row.windows, strict=True)
    found = tuple(crop(place, window) for place, window in pairs if window is not None)
    return StripView(rect, found, colors.get(entry.label, PLAIN), session.view.cell[1])


def is_on_strip(session: Session, view_point: Point) -> bool:
    """Say whether a view point is in the strip's band; contact sheets have the whole view."""
    view = session.view.viewport
    return session.mode != crops.CERTIFY and view.band > 0 and view_point[1] >= view.view_size[1] - view.band


def frame_at(session: Session, view_point: Point) -> int | None:
    """Return the frame whose crop stands at a view point, None where none does."""
    row = crops.shown(session)
    return None if row is None else strip.frame_at(row, view_point)


def _share(window: Window) -> Box | None:
    """Return a window's box in shares of the window."""
    if window.box is None:
        return None
    (x, y, width, height), (x1, y1, x2, y2) = window.place, window.box
    return (x1 - x) / width, (y1 - y) / height, (x2 - x) / width, (y2 - y) / height
