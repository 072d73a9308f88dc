"""The lowest line: what ends the tool in hand, as buttons, and the keys that help now; a click on one does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from engine.keymap import Keymap, spelled
from engine.modes import BLOCK, CANCEL, DONE, HELP, LOOKS, MAIN, REVIEW, SCISSORS, TRACKED
from tui.widgets.asked import Asked

if TYPE_CHECKING:
    from engine.session import Session

FIRST = {CANCEL[0]: 0, HELP[0]: 1, DONE[0]: 2, BLOCK[0]: 3}
"""What keeps its place in the narrowest line, in this order."""

CANCEL_WORD = "cancel"
LEAVES = {"jump": "back", "review": "leave"}
"""Look -> what the key that cancels does there, where that is another word."""

OF_TRACKS = frozenset({"track.again", "track.split", "track.outside", "app.swap", "app.relabel", "app.merge"})
"""What only tracks are mended by."""

Look = Literal["hint", "button", "lit"]


@dataclass(frozen=True, slots=True)
class Hint:
    """A command with its key and a word for it; `lit` is a button whose switch is on."""

    command: str
    key: str
    word: str
    look: Look = "hint"

    @property
    def text(self) -> str:
        """What is shown, with a blank on each side."""
        words = (self.word, self.key) if self.look != "hint" else (self.key, self.word)
        return f" {' '.join(filter(None, words))} "

    @property
    def width(self) -> int:
        """Columns that it takes."""
        return cell_len(self.text)


def hints(keymap: Keymap, shown: str, without: frozenset[str] = frozenset(), *, blocked: bool = False) -> list[Hint]:
    """Return what may stand in the line in its order: buttons, then keys, help last."""
    look = LOOKS[shown]

    def key(command: str) -> str:
        keys = keymap.keys(*command.split(), mode=look.keymap) if command else []
        return spelled(keys[0]) if keys else ""

    found: list[Hint] = []
    for command, word in look.buttons:
        found.append(Hint(command, key(command), word, "lit" if blocked and command == BLOCK[0] else "button"))
    found += [Hint(command, key(command), word) for command, word in look.hints if command not in without]
    if not look.buttons:
        found.append(Hint(CANCEL[0], key(CANCEL[0]), LEAVES.get(shown, CANCEL_WORD)))
    found.append(Hint(HELP[0], key(HELP[0]), HELP[1]))
    return [hint for hint in found if hint.key or not hint.command or hint.command in FIRST]


def fitting(found: Sequence[Hint], width: int) -> list[Hint]:
    """Return those that stand in the line whole, the most needed chosen first, in their order."""
    kept: set[Hint] = set()
    for hint in sorted(found, key=lambda hint: FIRST.get(hint.command, len(FIRST))):
        width -= hint.width + (hint.look != "hint")
        if width < 0:
            break  # one that needs less room may follow: of "fewer" and "more" nobody looks for one alone
        kept.add(hint)
    return [hint for hint in found if hint in kept]


class HintBar(Widget):
    """Buttons for the tool in hand and the keys that help now, from the keymap."""

    COMPONENT_CLASSES = {"hints--button", "hints--lit"}
    DEFAULT_CSS = """
    HintBar { height: 1; background: $surface; color: $foreground; }
    HintBar > .hints--button { background: $foreground 18%; color: $foreground; text-style: bold; }
    HintBar > .hints--lit { background: $foreground; color: $background; text-style: bold; }
    """

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._state: tuple[str, frozenset[str], bool] = ("main", frozenset(), False)

    def show(self, session: Session) -> None:
        """Show the keys of what is in hand."""
        from engine.gestures import Tracing

        shown = session.mode
        if shown == SCISSORS.keymap and isinstance(session.gesture, Tracing):
            shown = SCISSORS.name
        if shown == MAIN and session.selection.selected in session.document.tracks:
            shown = TRACKED.name
        state = (shown, useless(session), session.hand.blocked)
        if state != self._state:
            self._state = state
            self.refresh()

    def render(self) -> Text:
        """Return the line, help at its right end."""
        line = Text(no_wrap=True, end="")
        for hint, gap in self._line():
            line.append(" " * gap)
            if hint.look == "hint":
                start = len(line) + 1
                line.append(hint.text).stylize("bold", start, start + len(hint.key))
            else:
                line.append(hint.text, style=self.get_component_rich_style(f"hints--{hint.look}"))
        return line

    def on_click(self, event: Click) -> None:
        """Ask for what was clicked."""
        column = 0
        for hint, gap in self._line():
            column += gap
            if column <= event.x < column + hint.width and hint.command:
                self.post_message(Asked.command(hint.command))
            column += hint.width

    def _line(self) -> list[tuple[Hint, int]]:
        """Return what stands in the line, each with the blanks before it."""
        shown, without, blocked = self._state
        return self.pieces(hints(self._keymap, shown, without, blocked=blocked), self.size.width)

    @staticmethod
    def pieces(found: Sequence[Hint], width: int) -> list[tuple[Hint, int]]:
        """Return what stands in a line so wide, each with the blanks before it; nothing where not one fits."""
        kept = fitting(found, width)
        gaps = [int(hint.look != "hint") for hint in kept]
        if not gaps:
            return []
        gaps[-1] += width - sum(gaps) - sum(hint.width for hint in kept)
        return list(zip(kept, gaps, strict=True))


def useless(session: Session) -> frozenset[str]:
    """Return the commands that what is in hand has no use for.

    DEXTR takes no points outside and no box; in a review of stills there are no tracks to be mended.
    """
    from engine.gestures import Prompting
    from engine.gestures.interactors import spec_of

    if not isinstance(session.gesture, Prompting):
        return OF_TRACKS if session.mode == REVIEW and not session.document.tracks else frozenset()
    spec = spec_of(session.gesture.tool)
    taken = {"point.negative": spec.negatives, "prompt.box": spec.accepts_box}
    return frozenset(command for command, has_use in taken.items() if not has_use)
