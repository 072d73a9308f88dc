"""What is seen of the picture while a dialog is open, for protocols whose images go when text is drawn over them.

Textual draws every cell again when a dialog opens, which takes such a picture away; painting it again would paint over
the dialog. So meanwhile the cells below show it in quadrants, as text that the dialog can cover, and go with it.
"""

from __future__ import annotations

from textual.strip import Strip

from engine.viewport import Rect
from tui.surfaces.composed import Composed, blank
from tui.surfaces.symbols import SymbolsSurface


class StandIn:
    """The canvas's cells: blank below a picture, symbols while it is away."""

    def __init__(self) -> None:
        self._symbols: SymbolsSurface | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the picture is away."""
        return self._symbols is not None

    def show(self, picture: Composed) -> None:
        """Show the picture as it is now."""
        symbols = self._symbols
        if symbols is None or symbols.picture.area != picture.area:
            symbols = SymbolsSurface(kind="quadrant", direct=False)
            symbols.resize(picture.area)
        symbols.base(picture.base, "full")
        symbols.overlay(picture.layer, picture.whole)
        self._symbols = symbols

    def hide(self) -> None:
        """Leave the cells blank from now on: the picture is back."""
        self._symbols = None

    def line(self, row: int, columns: int) -> Strip:
        """Return the cells of one row."""
        symbols = self._symbols
        return symbols.line(row) if symbols is not None else blank(columns)

    def changed(self) -> list[Rect]:
        """Return the cells to draw again."""
        return self._symbols.changed() if self._symbols is not None else []
