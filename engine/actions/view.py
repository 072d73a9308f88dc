"""How the frame is looked at: cursor, zoom, pan, brightness."""

from __future__ import annotations

from engine.actions import action
from engine.actions.frames import show_again
from engine.document import Point
from engine.gestures.cursor import point_at
from engine.gestures.grid import put_away
from engine.session import Session, crops
from engine.session.view import Pace

DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
ZOOM = 1.25
REPEAT = (0.012, 0.07)
"""Seconds between two key presses that a held key makes."""


@action("cursor.move", "Move the cursor {0} (a cell; a pixel in precise mode; faster while held)")
def move(session: Session, direction: str, steps: str | float = 1) -> None:
    """Move the cursor: a cell of the terminal a step, or a frame pixel in precise mode."""
    dx, dy = DIRECTIONS[direction]
    view = session.view
    put_away(session)
    view.pace = paced(view.pace, direction, view.clock())
    unit = (1.0, 1.0) if view.precise else tuple(size / view.viewport.scale for size in view.cell)
    x, y = view.cursor
    far = float(steps) * factor(view.pace)
    point_at(session, (x + dx * unit[0] * far, y + dy * unit[1] * far))


def paced(before: Pace, direction: str, now: float) -> Pace:
    """Return how often a direction has been repeated by a key that is held down.

    Keys that a hand presses one by one come further apart than a keyboard's repeat, and those that a slow link delivers
    in one piece closer together: neither counts, so that they move as far as they always do.
    """
    held = direction == before.direction and REPEAT[0] <= now - before.last <= REPEAT[1]
    return Pace(direction, before.repeats + 1 if held else 0, now)


def factor(pace: Pace) -> int:
    """Return how many steps one repeat of a held key makes: 2 after about a third of a second, then 4."""
    return 1 if pace.repeats < 10 else 2 if pace.repeats < 25 else 4


@action("cursor.precise", "Precise mode: the cursor moves by single pixels")
def precise(session: Session) -> None:
    """Toggle precise mode; it begins at a pixel's centre."""
    view = session.view
    view.precise = not view.precise
    if view.precise:
        view.cursor = (int(view.cursor[0]) + 0.5, int(view.cursor[1]) + 0.5)
    session.changed()


@action("view.zoom", "Zoom {0} at the cursor")
def zoom(session: Session, direction: str = "in", at: Point | None = None) -> None:
    """Zoom in or out, keeping the frame point `at` (by default the cursor) in its place."""
    view = session.view
    factor = ZOOM if direction == "in" else 1 / ZOOM
    view.viewport = view.viewport.zoomed(factor, at or view.cursor)
    session.changed()


@action("view.fit", "Show the whole frame")
def fit(session: Session) -> None:
    """Show the whole frame."""
    session.view.viewport = session.view.viewport.fitted()
    session.changed()


@action("view.actual", "One view pixel for each frame pixel")
def actual(session: Session) -> None:
    """Zoom to 1:1 at the cursor."""
    view = session.view
    view.viewport = view.viewport.zoomed(1 / view.viewport.scale, view.cursor).showing(view.cursor)
    session.changed()


@action("view.pan", "Move the view {0}")
def pan(session: Session, direction: str) -> None:
    """Move the view by an eighth of its size."""
    dx, dy = DIRECTIONS[direction]
    width, height = session.view.viewport.usable
    drag(session, dx * width / 8, dy * height / 8)


def drag(session: Session, dx: float, dy: float) -> None:
    """Move the view by view pixels."""
    session.view.viewport = session.view.viewport.panned(dx, dy)
    session.changed()


@action("view.brightness", "Brightness {0}")
def brightness(session: Session, change: str | float) -> None:
    """Change brightness by a step within -1..1."""
    session.view.brightness = min(max(session.view.brightness + float(change), -1.0), 1.0)
    session.changed()


@action("view.contrast", "Contrast {0}")
def contrast(session: Session, change: str | float) -> None:
    """Change contrast by a step within -1..1."""
    session.view.contrast = min(max(session.view.contrast + float(change), -1.0), 1.0)
    session.changed()


@action("view.plain", "Brightness, contrast and filter off")
def plain(session: Session) -> None:
    """Show the picture as it is."""
    session.view.brightness = session.view.contrast = 0.0
    if session.media.filter:
        session.media.filter = ""
        show_again(session)
    session.changed()


@action("view.hide_all", "Hide or show all shapes")
def hide_all(session: Session) -> None:
    """Toggle drawing of shapes."""
    session.view.hide_all = not session.view.hide_all
    session.changed()


@action("view.texts", "Labels and ids at shapes on or off")
def texts(session: Session) -> None:
    """Toggle the texts at shapes."""
    session.set(texts=not session.settings.texts)


@action("view.strip", "In a review, crops of the object below the picture on or off")
def strip(session: Session) -> None:
    """Toggle the strip of a review."""
    session.review.crops.wanted = not session.review.crops.wanted
    crops.make_room(session)
    session.changed()


@action("view.fill", "Opacity of the inside of shapes {0}")
def fill(session: Session, change: str | float) -> None:
    """Change the opacity by a step within 0..1."""
    session.set(fill=round(min(max(session.settings.fill + float(change), 0.0), 1.0), 2))
