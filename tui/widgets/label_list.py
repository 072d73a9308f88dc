"""The labels, each with the key that chooses it and its colour; the one in use is marked, a click chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size

from engine.keymap import Keymap, spelled
from tui.output.cells import filled
from tui.widgets.asked import Asked
from tui.widgets.titled_list import TitledList

if TYPE_CHECKING:
    from engine.document import Label
    from engine.session import Session

KEYED = 10
"""Labels that have keys."""


class LabelList(TitledList):
    """One line a label; without any, the key that adds one."""

    DEFAULT_CSS = "LabelList { height: auto; max-height: 35%; }"

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        keys = [keymap.keys("label.choose", str(number + 1)) for number in range(KEYED)]
        self._keys = [spelled(found[0]) if found else "" for found in keys]
        self._adds = next(map(spelled, keymap.keys("app.add_label")), "")
        self._shown: tuple[tuple[Label, ...], str] | None = None
        self.virtual_size = Size(0, 1)

    def show(self, session: Session) -> None:
        """Show the labels of the document that is safe, and which one is in use."""
        labels, name = session.safety.document.labels, session.label
        if self._shown is not None and labels is self._shown[0] and name == self._shown[1]:
            return
        self._shown = labels, name
        here = next((number for number, label in enumerate(labels) if label.name == name), None)
        self.show_rows(max(len(labels), 1), into_sight=here)

    @property
    def _labels(self) -> tuple[Label, ...]:
        return self._shown[0] if self._shown is not None else ()

    @property
    def _in_use(self) -> str:
        """The label in use."""
        return self._shown[1] if self._shown is not None else ""

    def title(self, width: int) -> str:
        """Return what the list is, and how many there are."""
        return f"Labels {len(self._labels) or ''}"

    def row(self, number: int, width: int) -> list[Segment]:
        """Return a colour, a key and a name."""
        from engine.scene_of import colors_by_name

        if not self._labels:
            return [Segment(filled(f" {self._adds} adds one", width), self.style_of(chosen=False))]
        label = self._labels[number]
        red, green, blue = colors_by_name(self._labels)[label.name]
        key = self._keys[number] if number < KEYED else ""
        return [
            Segment("█", self.style_of(chosen=False) + Style(color=f"rgb({red},{green},{blue})")),
            Segment(filled(f"{key:>2} {label.name}", width - 1), self.style_of(chosen=label.name == self._in_use)),
        ]

    def clicked(self, number: int, column: int) -> None:
        """Ask for the label that was clicked, or for a new one."""
        self.post_message(Asked("label.use", self._labels[number].name) if self._labels else Asked("app.add_label"))
