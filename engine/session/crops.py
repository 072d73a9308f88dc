"""The pixels of a review's strip: cut out of frames by a job, and kept as long as there is room.

A crop is known by its frame and the part of it that it shows, so an edit of the track asks for those alone that it
moved. The job gives way to whoever waits for a frame: it goes on when that is there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine import strip
from engine.errors import MediaError
from engine.jobs import Step
from engine.media.base import Cancelled
from engine.strip import Strip, Window
from engine.tracks.cut import end_of
from engine.viewport import Rect

if TYPE_CHECKING:
    from engine.session.session import Session

KIND = "crops"
CERTIFY = "certify"
"""The mode in which contact sheets have the whole view."""
MOST = 300
"""Crops that are kept."""
LARGEST = 160
"""Pixels of a kept crop's height: none is shown higher."""
NOWHERE = (24, 24, 27)
"""What lies outside the frame, and what stands for a frame that cannot be read."""
Rgb = NDArray[np.uint8]
Key = tuple[int, Rect]


class Crops:
    """The crops that are at hand, the last ones used."""

    def __init__(self) -> None:
        self.wanted = True
        """The strip is to be shown where there is room for it."""
        self._known: OrderedDict[Key, Rgb] = OrderedDict()

    def get(self, window: Window) -> Rgb | None:
        """Return a crop's pixels, None if they are not there yet."""
        found = self._known.get((window.frame, window.place))
        if found is not None:
            self._known.move_to_end((window.frame, window.place))
        return found

    def put(self, window: Window, pixels: Rgb) -> None:
        """Keep a crop's pixels."""
        self._known[(window.frame, window.place)] = pixels
        while len(self._known) > MOST:
            self._known.popitem(last=False)


@dataclass(frozen=True)
class Cropped(Step):
    """A crop that has been made."""

    window: Window
    pixels: Rgb


def shown(session: Session) -> Strip | None:
    """Return the strip as it is now; None where no entry of a track is looked at or there is no room for one."""
    entry, view = session.review.at, session.view.viewport
    track = None if entry is None else session.safety.document.tracks.get(entry.ids[0])
    if not session.review.on or entry is None or track is None or not view.band or session.mode == CERTIFY:
        return None
    document, (width, height) = session.safety.document, view.view_size
    return strip.strip_of(
        track, entry.first, entry.last, entry.worst, session.frame, len(session.media.frames), end_of(document),
        document.motion, width, height, view.band, session.view.cell[1],
    )  # fmt: skip


def ask(session: Session) -> None:
    """Have the crops made that the strip lacks; nothing while a frame is on its way."""
    row = shown(session)
    if row is None or session.media.loading or session.media.playing:
        return
    missing = [window for window in row.windows if window is not None and session.review.crops.get(window) is None]
    if not missing or session.jobs.runs(KIND, row.windows):
        return
    media = session.media

    def run(ticket: int) -> Iterator[Step]:
        for window in sorted(missing, key=lambda one: one.frame):
            try:
                pixels = media.frames.peek(window.frame)
                if pixels is None:
                    pixels = media.frames.decode(window.frame, lambda: media.loading)
            except Cancelled:
                return
            except MediaError:  # it says so itself when somebody goes there
                pixels = np.full((1, 1, 3), NOWHERE, np.uint8)
            yield Cropped(ticket, window, cut_out(pixels, window.place))

    session.jobs.start(KIND, run, receive=partial(_receive, session), about=row.windows)


def make_room(session: Session) -> None:
    """Give the strip its band of the view while a review of tracks is on, and take it back afterwards."""
    view = session.view
    wanted = session.review.on and session.review.crops.wanted and bool(session.document.tracks)
    band = strip.band(view.viewport.view_size, view.cell) if wanted else 0
    if band != view.viewport.band:
        view.viewport = view.viewport.resized(view.viewport.view_size, band)


def cut_out(pixels: Rgb, place: Rect) -> Rgb:
    """Return a part of a frame, no higher than is shown; what is outside of the frame is dark."""
    import cv2

    x, y, width, height = place
    scale = min(LARGEST / height, 1.0)
    out = np.full((max(round(height * scale), 1), max(round(width * scale), 1), 3), NOWHERE, np.uint8)
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, pixels.shape[1]), min(y + height, pixels.shape[0])
    if left < right and top < bottom:  # a box may reach far out: only what the frame has of it is made smaller
        (x1, x2), (y1, y2) = _ends(left - x, right - x, scale), _ends(top - y, bottom - y, scale)
        part = np.ascontiguousarray(pixels[top:bottom, left:right])
        small = part if scale == 1 else cv2.resize(part, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
        there = out[y1:y2, x1:x2]
        there[:] = small[: there.shape[0], : there.shape[1]]
    return out


def _ends(first: int, last: int, scale: float) -> tuple[int, int]:
    start = round(first * scale)
    return start, max(round(last * scale), start + 1)


def _receive(session: Session, step: Cropped) -> None:
    session.review.crops.put(step.window, step.pixels)
    session.changed()
