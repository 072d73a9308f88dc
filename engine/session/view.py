"""How the frame is looked at: cursor, zoom, brightness. Not part of the document."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.document import Point
from engine.viewport import Viewport


@dataclass(frozen=True)
class Pace:
    """A cursor key that may be held down: its direction, how often it was repeated, when it last came."""

    direction: str = ""
    repeats: int = 0
    last: float = 0.0


@dataclass
class View:
    """How the frame is looked at; not part of the document."""

    viewport: Viewport = field(default_factory=lambda: Viewport((1, 1), (1, 1)))
    cell: tuple[int, int] = (10, 20)
    """A terminal cell in view pixels: one step of the cursor."""
    cursor: Point = (0.0, 0.0)
    """Frame point."""
    cursor_shown: bool = True
    precise: bool = False
    pace: Pace = Pace()
    brightness: float = 0.0
    contrast: float = 0.0
    hide_all: bool = False
