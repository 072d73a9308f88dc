"""An application that writes no more than is new, and tells what it is about to write and which cells it has drawn.

Textual asks a widget for its lines for many reasons (for all of them whenever anything over it changes, for one of them
at every move of the mouse), so only what it writes in the end says what has to be shown again. It also writes
the whole screen two or three times when a dialog opens or closes, which is left out where it stands there already.
Apart from `app.py` because the canvas's tests have an application of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from rich.cells import get_character_cell_size
from rich.color import Color
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._styles_cache import StylesCache
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from tui.output.whole_characters import keep_characters_whole
from tui.surfaces.base import SEE_THROUGH

keep_characters_whole()
Result = TypeVar("Result")


NO_BACKGROUND = Color.from_rgb(*SEE_THROUGH)
Piece = tuple[int, int, Strip]
"""Row, column and cells."""


class PaintingApp(App[Result]):
    """Calls `on_painting` before each write of Textual's own, and `on_painted` after it, with a test for rows."""

    ALLOW_SELECT = False
    """Textual draws the whole screen, 55 kB and the picture, when a click could begin to mark text; Shift marks too."""

    on_painting: Callable[[], None] | None = None
    on_painted: Callable[[Callable[[Region], list[int]]], None] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rows: dict[int, Strip] = {}
        """What Textual has last written in each row; missing where that is not known as a whole."""

    def forget_rows(self) -> None:
        """Write everything again from now on: the terminal may show something else."""
        self._rows = {}

    def forget(self, rows: range) -> None:
        """Write these rows again when they are drawn, also if they are as before."""
        for row in rows:
            self._rows.pop(row, None)

    def on_resize(self) -> None:
        """Trust nothing that was drawn at another size."""
        self.forget_rows()

    def pop_screen(self) -> Any:
        """Let go of what the dialog's widgets drew, which Textual keeps of the last thousand widgets with borders."""
        result = super().pop_screen()
        StylesCache.get_inner_outer.cache_clear()
        return result

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:  # in a batch nothing is written
            if self.on_painting is not None:
                self.on_painting()
            opened = ((y, x, _opened(strip)) for y, x, strip in _pieces(renderable))
            pieces = [new for piece in opened if (new := self._new_part(*piece)) is not None]
            renderable = PiecesUpdate(pieces) if pieces else None
        super()._display(screen, renderable)
        if renderable is not None and self.on_painted is not None:
            self.on_painted(lambda region: drawn_rows(renderable, region))

    def _new_part(self, y: int, x: int, strip: Strip) -> Piece | None:
        """Take note of cells; return those that are others than those that stand there, None if none is."""
        strip, end, before = strip.simplify(), x + strip.cell_length, self._rows.get(y)
        whole = x == 0 and end >= self.size.width
        if before is None:
            if whole:
                self._rows[y] = strip
            return y, x, strip
        there = before if whole else before.crop(x, end).simplify()
        if there == strip:
            return None
        self._rows[y] = strip if whole else Strip.join([before.crop(0, x), strip, before.crop(end)]).simplify()
        return _changed(there, strip, y, x)


class PiecesUpdate(CompositorUpdate):
    """Cells to write at their places."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Any) -> str:
        """Return what to write."""
        return "".join(Control.move_to(x, y).segment.text + strip.render(console) for y, x, strip in self.pieces)


def _changed(old: Strip, new: Strip, y: int, x: int) -> Piece | None:
    """Return the cells from the first to the last in which a line is another: of a status line, a number."""
    was, cells = _cells(old), _cells(new)
    if not was or len(was) != len(cells):
        return y, x, new
    differs = [index for index, pair in enumerate(zip(was, cells, strict=True)) if pair[0] != pair[1]]
    return (y, x + differs[0], new.crop(differs[0], differs[-1] + 1)) if differs else None


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Return character and style of each cell; nothing where characters and cells are not as many."""
    if any(get_character_cell_size(character) != 1 for segment in strip for character in segment.text):
        return []
    return [(character, segment.style) for segment in strip for character in segment.text]


def _pieces(update: CompositorUpdate) -> Iterator[Piece]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield y, update.region.x, Strip.join(line)
    elif isinstance(update, ChopsUpdate):
        for y, left, right in update.spans:
            for x, strip in update.chops[y].items():
                if strip is not None and x < right and x + strip.cell_length > left:
                    start = max(left, x)
                    yield y, start, strip.crop(start - x, right - x)


def _opened(strip: Strip) -> Strip:
    """Return cells without the background that stands for none."""
    if not any(segment.style is not None and segment.style.bgcolor == NO_BACKGROUND for segment in strip):
        return strip
    return Strip(
        Segment(text, Style.null()) if style is not None and style.bgcolor == NO_BACKGROUND else Segment(text, style)
        for text, style, _ in strip
    )


def styled(strip: Strip) -> Strip:
    """Return cells that all have a style: Textual's filter for NO_COLOR fails on text without any."""
    if all(segment.style is not None for segment in strip):
        return strip
    return Strip([Segment(text, style or Style.null()) for text, style, _ in strip], strip.cell_length)


def drawn_rows(update: Any, region: Region) -> list[int]:
    """Return the screen rows of a region in which an update has drawn."""
    if not isinstance(update, PiecesUpdate):
        return list(region.line_range)
    over = (y for y, x, strip in update.pieces if x < region.right and x + strip.cell_length > region.x)
    return sorted(set(over).intersection(region.line_range))
