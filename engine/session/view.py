"""How the frame is looked at: what the cursor, the zoom and the jump's grid are at now. Not part of the document."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.document import Point
from engine.jump import Jump
from engine.session.mouse import Mouse
from engine.viewport import Viewport


@dataclass(frozen=True)
class Pace:
    """A cursor key that may be held down: its direction, how often it was repeated, when it last came."""

    direction: str = ""
    repeats: int = 0
    last: float = 0.0


@dataclass
class View:
    """What one session's window on the frame is at."""

    viewport: Viewport = field(default_factory=lambda: Viewport((1, 1), (1, 1)))
    cell: tuple[int, int] = (10, 20)
    """A terminal cell in view pixels: one step of the cursor."""
    cursor: Point = (0.0, 0.0)
    """Frame point."""
    cursor_shown: bool = True
    jump: Jump | None = None
    """The jump whose grid is open."""
    precise: bool = False
    pace: Pace = Pace()
    clock: Callable[[], float] = time.monotonic
    """Seconds by which it is told whether a key is held down: a recording that is played brings its own."""
    mouse: Mouse = field(default_factory=Mouse)
    brightness: float = 0.0
    contrast: float = 0.0
    hide_all: bool = False
    by_score: bool = False
    """Objects are listed by their scores."""
    track_keys: bool = False
    """The next key is one of the tracks' own."""

    @property
    def jumping(self) -> Jump | None:
        """The jump whose grid is open, over the view as it is now."""
        return None if self.jump is None else self.jump.over(self.viewport, self.cell)

    def mode(self, own: str) -> str:
        """Return the keymap's mode: the jump's while its grid is open, the tracks' for one key, else `own`, in hand."""
        if self.jump is not None:
            return "jump"
        return "track" if self.track_keys else own
