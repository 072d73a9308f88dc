"""What the mouse is at between two of its events. Not part of the document."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import Point


@dataclass
class Mouse:
    """Where the left button went down, and what is being dragged; view points."""

    pressed: Point | None = None
    """Where the left button went down, while it is held."""
    last: Point = (0.0, 0.0)
    """Where the view was taken hold of, or has been dragged to."""
    panning: bool = False
    """The middle button drags the view."""
    ctrl_is_reported: bool = False
    """The terminal says when Ctrl goes down and up, so mouse events need not be asked."""
