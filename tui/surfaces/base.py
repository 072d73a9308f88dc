"""What a way of showing pictures in a terminal has to do: the Surface protocol and the values that go with it.

Everything that is not a protocol's own business (what changed, when to send, how fast the link is) is in `picture.py`
and `scheduler.py`. A surface turns pixels into what its terminal understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:  # the probe needs none of this, and sets Textual's colours before it is imported
    import numpy as np
    from numpy.typing import NDArray
    from textual.strip import Strip

    from engine.scene import Scene
    from engine.viewport import Rect

Rgb: TypeAlias = "NDArray[np.uint8]"
"""(h, w, 3)."""
Rgba: TypeAlias = "NDArray[np.uint8]"
"""(h, w, 4), straight alpha."""
SEE_THROUGH = (1, 1, 1)
"""Red, green, blue of cells that are to have no background, so that what lies below text is seen: Textual has no word
for that, as it gives every cell under a dialog some background. Grey, so that NO_COLOR's filter leaves it alone."""
MANY = 100_000
"""More cells, in a row or in a column, than any screen has."""
Quality = Literal["rough", "draft", "full"]
"""Rough: one of many, gone in a moment. Draft: looked at until the full one has come."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where the canvas is on the screen: in cells, and the size of a cell in pixels."""

    column: int
    row: int
    columns: int
    rows: int
    cell: tuple[int, int]
    """Width, height of one cell in pixels (a nominal 10 x 20 where the terminal does not say)."""
    screen_rows: int = 0
    """Rows of the whole screen; 0 if unknown. Some protocols cannot use the last one."""

    @property
    def size(self) -> tuple[int, int]:
        """Width, height in pixels."""
        return self.columns * self.cell[0], self.rows * self.cell[1]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the probe found about this terminal; every field can be overridden by the user."""

    graphics: Literal["kitty", "sixel", "iterm2", "symbols", "basic"] = "symbols"
    terminal: str = ""
    """Name and version, from XTVERSION or the environment."""
    cell: tuple[int, int] = (10, 20)
    frame_edits: bool = False
    synchronized: bool = False
    pixel_mouse: bool = False
    kitty_keyboard: bool = False
    tmux: bool = False
    truecolor: bool = True
    round_trip: float = 0.0
    """Seconds between a question and its answer."""


class Surface(Protocol):
    """Shows one picture in the area. One thread, the scheduler's, changes it; `line` is read on the event loop.

    So `line` looks once at one value that the thread replaces as a whole: it may be another at the next look.
    Every method that returns bytes returns all that has to be written for it, in one piece; b"" where the cells that
    `line` gives are enough. `line` is what Textual puts into the canvas's cells: placeholders, blanks or symbols.
    Encoders are never called two at a time, except `cursor` of a `quick_cursor`.

    From `suspend` to the next `damaged` (for all rows: show everything again) a dialog lies over the area. What is
    shown meanwhile must not lie over it: it goes into cells that `line` gives, or below text.

    A surface is a subclass: what it is besides stands here as most are, and each says where it is otherwise.
    """

    quick_cursor: bool = False
    """`cursor` may be called on the event loop while another encoder runs."""
    tiled: bool = False
    """A draft is made lossless by `patch`, tile by tile, instead of by a whole `base`."""
    paints_cells: bool = False
    """It paints over whatever text is in its cells: `cover` says which ones to leave alone."""
    floats: bool = False
    """Its layers lie over text, so a scene leaves out what messages cover."""
    binds_cells: bool = False
    """The terminal looks for the picture when a cell is written, so cells have to be written again after it."""
    writes_texts: bool = False
    """It writes the texts of a scene as letters, which `say` tells it; they are then not among the pixels."""
    most_cells: int = MANY
    """More columns, or rows, are not shown."""

    def resize(self, area: Area) -> bytes:
        """Take a new area (also a new cell size); forget what was shown, but not that a dialog is open."""

    def line(self, row: int) -> Strip:
        """Return the canvas's cells of one row."""

    def base(self, pixels: Rgb, quality: Quality) -> bytes:
        """Show a new picture; it may be smaller than the area by a whole factor (a draft)."""

    def patch(self, pixels: Rgb, rect: Rect) -> bytes:
        """Show other pixels in a rectangle of the base."""

    def overlay(self, pixels: Rgba, rect: Rect) -> bytes:
        """Show other overlay pixels in a rectangle."""

    def cursor(self, point: tuple[float, float] | None) -> bytes:
        """Move the crosshair to a point of the view, or take it away."""

    def damaged(self, rows: range) -> bytes:
        """Say that Textual has drawn over these rows of the area: show what they had again."""

    def suspend(self) -> bytes:
        """Take away whatever floats over cells, paint on none (a dialog is about to be shown)."""

    def changed(self) -> list[Rect]:
        """Return the rectangles, in cells of the area, in which `line` gives something new since the last call.

        Asked after every method above; the canvas then lets Textual draw these cells again. Surfaces whose cells stay
        the same whatever the picture shows (placeholders, blanks) answer with nothing.
        """

    def close(self) -> bytes:
        """Free everything in the terminal's memory."""

    def cover(self, cells: list[Rect]) -> None:
        """Leave these rectangles of cells alone from now on, and no others; asked only where it `paints_cells`."""
        return

    def say(self, scene: Scene) -> None:
        """Take the texts of a scene, to write them with the next overlay; asked only where it `writes_texts`."""
        return

    def check(self) -> bytes:
        """Return what changes nothing, and is answered by a terminal that has lost the picture, where one would be."""
        return b""
