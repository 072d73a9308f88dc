"""Which panels of the main screen are shown: some are folded away, and a review has panels of its own."""

from __future__ import annotations

from textual.screen import Screen
from textual.widget import Widget

FOLDS: tuple[tuple[str, ...], ...] = (
    (), ("ToolPanel",), ("ToolPanel", "#side"), ("ToolPanel", "#side", "Timeline", "ReviewLine", "HintBar"),
)  # fmt: skip
"""What is folded away, one step after the other; the last leaves the canvas and the status line."""
OF_REVIEW, INSTEAD = ("ReviewHead", "EntryList", "EntryDetail", "ReviewLine"), ("ObjectList", "LabelList")
"""What there is in a review alone, and what it takes the place of."""
REVIEWING, NARROW = "reviewing", "narrow"
"""Classes of the screen."""


class Folding:
    """Shows and hides the panels of a screen."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._folded = 0

    def step(self) -> None:
        """Fold one more away, or bring all back; a step that would change nothing is passed over."""
        before = self._away
        while self._away == before:
            self._folded = (self._folded + 1) % len(FOLDS)
        self.arrange()

    def review(self, on: bool) -> None:
        """Show a review's panels, or those that they take the place of."""
        if on != self._screen.has_class(REVIEWING):
            self._screen.set_class(on, REVIEWING)
            self.arrange()

    def arrange(self) -> None:
        """Show what is to be shown now."""
        for panel in (*FOLDS[-1], *OF_REVIEW, *INSTEAD):
            self._screen.query_one(panel, Widget).display = panel not in self._away

    @property
    def _away(self) -> set[str]:
        """What is not shown. In a review a small terminal has no room for tools."""
        reviews = self._screen.has_class(REVIEWING)
        tools = ("ToolPanel",) if reviews and self._screen.has_class(NARROW) else ()
        return {*FOLDS[self._folded], *tools, *(INSTEAD if reviews else OF_REVIEW)}
