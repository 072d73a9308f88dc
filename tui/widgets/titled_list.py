"""A list under a title that stays: one line a row, of which only those in sight are made and drawn.

Apart from the panels that are such lists, objects and labels.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.output.cells import filled


class TitledList(ScrollView, can_focus=False):
    """Rows by number; what is chosen is drawn in the colours exchanged, which can be read in every theme."""

    COMPONENT_CLASSES = {"list--title", "list--chosen"}
    DEFAULT_CSS = """
    TitledList { background: $panel; color: $foreground; scrollbar-size-vertical: 1; overflow-x: hidden; }
    TitledList > .list--title { background: $surface; color: $foreground; text-style: bold; }
    TitledList > .list--chosen { background: $foreground; color: $background; text-style: bold; }
    """

    _plain: Style | None = None
    """The colours of what is empty: asked for anew they cost more than the line."""
    count = 0
    """Rows that there are."""

    @abstractmethod
    def title(self, width: int) -> str:
        """Return what stands above the rows."""

    @abstractmethod
    def row(self, number: int, width: int) -> Sequence[Segment]:
        """Return what a row shows."""

    @abstractmethod
    def clicked(self, number: int, column: int) -> None:
        """Take a click on a row; the column is counted from the right end, which is -1."""

    def title_clicked(self) -> None:
        """Take a click on the title: most lists have no use for it."""

    def show_rows(self, count: int, *, into_sight: int | None = None) -> None:
        """Show so many rows, and one of them in the middle of those in sight."""
        if count != self.count:
            self.count = count
            self.virtual_size = Size(0, count + 1)
            self.refresh(layout=True)
        if into_sight is not None:
            # by force: rows that have just come have no scroll bar yet
            self.scroll_to(y=max(into_sight - self.size.height // 2, 0), animate=False, force=True)
        self.refresh()

    def style_of(self, *, chosen: bool) -> Style:
        """Return the colours of a row."""
        return self.get_component_rich_style("list--chosen") if chosen else self._plain or self.rich_style

    def render_line(self, y: int) -> Strip:
        """Return one line: the title, or a row."""
        width, number = self.scrollable_content_region.width, self._number(y)
        if y == 0:
            style = self.get_component_rich_style("list--title")
            return Strip([Segment(filled(f" {self.title(width)}", width), style)])
        if self._plain is None:
            self._plain = self.rich_style
        if number >= self.count:
            return Strip.blank(width, self._plain)
        return Strip(self.row(number, width)).adjust_cell_length(width, self._plain)

    def notify_style_update(self) -> None:
        """Take other colours."""
        super().notify_style_update()
        self._plain = None

    def on_click(self, event: Click) -> None:
        """Pass a click on a row on."""
        number = self._number(event.y)
        if event.y == 0:
            self.title_clicked()
        elif number < self.count:
            self.clicked(number, event.x - self.scrollable_content_region.width)

    def _number(self, y: int) -> int:
        return y - 1 + round(self.scroll_offset.y)
