"""Which items of the frame are picked out: the selected one, hidden and locked ones, the copied one, the group."""

from __future__ import annotations

from dataclasses import dataclass

from engine.document import Document, Shape


@dataclass
class Selection:
    """Items by id; none of it is saved."""

    selected: int | None = None
    hidden: frozenset[int] = frozenset()
    """Not drawn, not taken by a click."""
    locked: frozenset[int] = frozenset()
    """Refuse every change."""
    last_group: int = 0
    """The group that further items are put into, 0 if none was begun on this frame."""
    clipboard: Shape | None = None
    clipboard_size: tuple[int, int] = (0, 0)
    """Width, height of the frame that `clipboard` was copied on."""
    track: int | None = None
    """The track that was selected last, where it does not stand on the frame: its keyframes are still gone through."""
    marked: int | None = None
    """The track that others are merged with."""
    scope: str = "frame"
    """How much of a track was deleted last."""

    def let_go(self, document: Document) -> None:
        """Select nothing, as what was selected is not there; a track that is elsewhere is remembered."""
        if self.selected is not None:
            self.track = self.selected if self.selected in document.tracks else None
        self.selected = None
