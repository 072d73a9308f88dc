"""The command palette: every action of the program with its keys, and every tool; found by other names, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher

from engine.keymap import LEADER, Command, spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.window import Window

LESS = 0.9
"""What a match of another name counts beside one of what is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette."""

    text: str
    keys: str
    run: Callable[[], object]
    words: tuple[str, ...] = ()


class Commands(Provider):
    """Offers what the keymap can do, actions of the App that have no key, and every tool by its name."""

    def _entries(self) -> Iterator[Entry]:
        app = cast("Window", self.app)
        if not app.is_open:
            return
        from engine.app_actions import HELP, describe
        from engine.topics import words_of

        by_command: dict[Command, list[str]] = {}
        for mode, entries in app.keymap.modes.items():
            before = app.keymap.keys(LEADER) if mode == "track" else []
            for key, command in entries.items():
                keys = " ".join(map(spelled, (*before[:1], key)))
                by_command.setdefault(command, []).append(keys)
        for command in (*by_command, *(Command(name) for name in HELP if Command(name) not in by_command)):
            text, keys = describe(app.actions, command), ", ".join(dict.fromkeys(by_command.get(command, ())))
            yield Entry(text, keys, partial(app.do, command.action, *command.args), (*words_of(command), str(command)))
        yield from _tools(app)

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        for entry in self._entries():
            yield DiscoveryHit(entry.text, entry.run, help=entry.keys)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score, shown = matched(matcher, entry)
            if score > 0:
                yield Hit(score, shown, entry.run, text=entry.text, help=entry.keys)


def matched(matcher: Matcher, entry: Entry) -> tuple[float, Content]:
    """Return how well an entry matches, and the line to show: with its other name where only that matches."""
    score = matcher.match(entry.text)
    other, word = max(((LESS * matcher.match(word), word) for word in entry.words), default=(0.0, ""))
    if other <= score:
        return score, matcher.highlight(entry.text) if "[" not in entry.text else Content(entry.text)
    return other, Content.assemble(entry.text, (f"  ({word})", "dim"))


def _tools(app: Window) -> Iterator[Entry]:
    """Yield the tools: what a person knows by its name need not be looked for in a menu."""
    from engine.text import plain
    from engine.tools import registry
    from tui.dialogs.detectors import table
    from tui.dialogs.models import take_or_fetch, where_ready

    for tool, spec in registry.interactors().items():
        take = partial(take_or_fetch, app, tool, "tool.interact", tool)
        yield Entry(f"Take {plain(spec.name)} in hand", "", take, (tool,))
    for tool, finder in registry.detectors().items():
        show = partial(where_ready, app, tool, partial(table, app, tool))
        yield Entry(f"Detect with {plain(finder.name)}", "", show, (tool,))
