"""The first minute: which of its three steps is due, and what to do. What is done is seen in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from engine.keymap import Keymap

if TYPE_CHECKING:
    from engine.session import Session

STEPS = 3
TEXTS = {
    "wand": "Cut out the red car: {app.interactors} opens the wand, Enter takes Graph cut.",
    "click": "Click on the red car. By keys: arrows or {cursor.jump} and letters lead there, {point.positive} clicks.",
    "keep": "{tool.finish} makes it an object. Before that: click where some is missing, right click or "
    "{point.negative} where it spills over.",
    "box": "Draw a box round the blue car: {draw.start rectangle} takes the tool.",
    "corners": "Click one corner, then the opposite one. {tool.cancel} gives it up.",
    "save": "{frames.step 1} shows the next picture, {file.save} saves. {history.undo} would undo.",
    "end": "{app.help} finds every key, {app.palette} every action. {app.quit} leaves, and this copy goes.",
}  # fmt: skip


def is_done(session: Session, step: int) -> bool:
    """Say whether a step (from 0) is done: an object cut out; one drawn; another picture shown and all of it saved."""
    from engine.actions.files import is_dirty

    if step == 2:
        return session.frame > 0 and not is_dirty(session)
    return any(shape.type == "rectangle" if step else shape.model for shape in session.document.all_shapes())


def told(session: Session, done: int) -> str:
    """Return what to do next, by what is in hand."""
    from engine.gestures import Drawing, Prompting

    held = session.gesture
    if done == 0 and isinstance(held, Prompting):
        return TEXTS["keep" if held.answer is not None else "click"]
    if done == 1 and isinstance(held, Drawing):
        return TEXTS["corners"]
    return TEXTS[("wand", "box", "save", "end")[done]]


class TourBar(Widget):
    """Two lines above the picture: which step it is, and what to do."""

    DEFAULT_CSS = "TourBar { height: 2; background: $primary-darken-2; color: $text; padding: 0 1; }"

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap, self._done = keymap, 0
        self._text = self._line(TEXTS["wand"], "main")

    def show(self, session: Session) -> None:
        """Show the present step; one that has been done stays done, whatever is undone."""
        while self._done < STEPS and is_done(session, self._done):
            self._done += 1
        text = self._line(told(session, self._done), session.gesture.mode)
        if text != self._text:
            self._text = text
            self.refresh()

    def _line(self, text: str, mode: str) -> Text:
        step = f"Step {self._done + 1} of {STEPS}  " if self._done < STEPS else "Done  "
        return Text.assemble((step, "bold"), self._keymap.told(text, mode))

    def render(self) -> Text:
        """Return the lines."""
        return self._text
