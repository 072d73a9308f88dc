"""The lines below the canvas: where in the media, what is in hand, lamps; and which keys help now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from engine.keymap import Keymap, spelled

if TYPE_CHECKING:
    from textual.timer import Timer

    from engine.session import Session

BETWEEN_PLACES = 0.2
"""Seconds between two writes of the cursor's place while it moves: nobody reads faster, and a slow link is spared."""
HINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "main": (
        ("app.interactors", "wand"), ("app.opencv", "OpenCV"), ("draw.start rectangle", "box"),
        ("draw.start polygon", "polygon"), ("frames.step 1", "next"), ("frames.step -1", "back"),
        ("shape.next 1", "select"), ("history.undo", "undo"), ("cursor.jump", "jump"), ("app.help", "help"),
    ),
    "prompt": (
        ("point.positive", "inside"), ("point.negative", "outside"), ("tool.finish", "finish"),
        ("prompt.undo", "take back"), ("prompt.block", "block"), ("prompt.box", "box"),
        ("prompt.points -1", "fewer"), ("prompt.points 1", "more"), ("cursor.jump", "jump"), ("tool.cancel", "cancel"),
    ),
    "scissors": (
        ("point.positive", "point"), ("tool.finish", "close"), ("prompt.undo", "take back"),
        ("scissors.reach -1", "smaller"), ("scissors.reach 1", "larger"), ("prompt.block", "straight"),
        ("prompt.points -1", "fewer"), ("cursor.jump", "jump"), ("tool.cancel", "cancel"),
    ),
    "draw": (
        ("point.positive", "point"), ("tool.finish", "finish"), ("prompt.undo", "take back"),
        ("cursor.jump", "jump"), ("cursor.precise", "precise"), ("tool.cancel", "cancel"),
    ),
    "brush": (
        ("point.positive", "down/up"), ("brush.erase", "eraser"), ("prompt.points -1", "smaller"),
        ("prompt.points 1", "larger"), ("tool.finish", "finish"), ("tool.cancel", "cancel"),
    ),
    "edit": (
        ("edit.vertex 1", "vertex"), ("point.positive", "grab/drop"), ("edit.insert", "insert"),
        ("edit.delete", "delete"), ("edit.grab", "move all"), ("edit.snap", "snap"), ("edit.rotate 5", "turn"),
        ("tool.finish", "done"),
    ),
    "jump": (("jump.quarter left", "narrow"), ("jump.end", "stay"), ("tool.cancel", "back")),
}


@dataclass(frozen=True)
class Part:
    """A piece of the line; of those that are not vital (0), the highest are left out first where it is too long."""

    text: Text
    rank: int = 0
    brief: Text | None = None
    follows_cursor: bool = False


def fitted(parts: Sequence[Part], width: int) -> Text:
    """Return the pieces that fit, brief ones first of all: what is in hand and under way is seen also in 80 columns."""

    def length(kept: Sequence[Part]) -> int:
        return sum(part.text.cell_len for part in kept)

    kept = list(parts)
    if length(kept) > width:
        kept = [replace(part, text=part.brief) if part.brief is not None else part for part in kept]
    for rank in sorted({part.rank for part in kept if part.rank}, reverse=True):
        if length(kept) > width:
            kept = [part for part in kept if part.rank != rank]
    line = Text.assemble(*(part.text for part in kept))
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


class StatusBar(Widget):
    """One line of state."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $panel; color: $text; }"
    _parts: Sequence[Part] = (Part(Text(" Opening …", style="dim")),)
    _moved = False
    """The cursor has moved since its place was written."""
    _pause: Timer | None = None

    def show(self, session: Session) -> None:
        """Show the session's state; where only the cursor has moved, a few times a second."""
        from tui.state import status_parts

        before, self._parts = self._parts, status_parts(session)
        if _at_rest(before) != _at_rest(self._parts):
            self.refresh()
        elif before != self._parts:
            self._moved = True
            if self._pause is None:
                self._write_place()

    def _write_place(self) -> None:
        """Write where the cursor is now, if it has moved, and look again a moment later."""
        self._pause = self.set_timer(BETWEEN_PLACES, self._write_place) if self._moved else None
        if self._moved:
            self._moved = False
            self.refresh()

    def render(self) -> Text:
        """Return the line."""
        return fitted(self._parts, self.size.width)


def _at_rest(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if not part.follows_cursor]


class HintBar(Widget):
    """The keys that help now, from the keymap; a click on one does it."""

    DEFAULT_CSS = "HintBar { height: 1; background: $surface; color: $text-muted; }"

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._mode = "main"
        self._without: frozenset[str] = frozenset()

    def show(self, session: Session) -> None:
        """Show the keys of what is in hand."""
        from engine.work import Scissors

        mode = "scissors" if isinstance(session.work, Scissors) else session.work.mode
        without = useless(session)
        if (mode, without) != (self._mode, self._without):
            self._mode, self._without = mode, without
            self.refresh()

    def render(self) -> Text:
        """Return the line."""
        text = Text(no_wrap=True, overflow="ellipsis")
        mode = "prompt" if self._mode == "scissors" else self._mode
        if mode == "jump":
            text.append(" letters", style="bold")
            text.append(" choose a place, arrows halve it ")
        for command, what in HINTS[self._mode]:
            keys = self._keymap.keys(*command.split(), mode=mode)
            if keys and command not in self._without:
                text.append(f" {spelled(keys[0])}", style="bold")
                text.append(f" {what} ")
        return text


def useless(session: Session) -> frozenset[str]:
    """Return the commands that the interactor in hand has no use for: DEXTR takes no points outside and no box."""
    from engine.actions.prompts import spec_of
    from engine.work import Interact

    if not isinstance(session.work, Interact):
        return frozenset()
    spec = spec_of(session.work.tool)
    taken = {"point.negative": spec.negatives, "prompt.box": spec.accepts_box}
    return frozenset(command for command, has_use in taken.items() if not has_use)
