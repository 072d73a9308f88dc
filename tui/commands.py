"""The command palette: every action of the program, with its key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from engine.keymap import spelled

if TYPE_CHECKING:
    from tui.app import TermwandApp


class Commands(Provider):
    """Offers what the keymap can do, and actions that have no key."""

    def _rows(self) -> list[tuple[str, str, tuple[str, ...]]]:
        app = cast("TermwandApp", self.app)
        from tui.dialogs import describe
        rows: list[tuple[str, str, tuple[str, ...]]] = []
        if app.life is None:
            return rows
        seen = set()
        for entries in app.keymap.modes.values():
            for command in dict.fromkeys(entries.values()):
                if command in seen:
                    continue
                seen.add(command)
                keys = [spelled(key) for key, other in entries.items() if other == command]
                rows.append((describe(app.actions, command), ", ".join(keys), (command.action, *command.args)))
        return rows

    async def discover(self) -> Hits:
        """Offer everything while nothing is typed."""
        app = cast("TermwandApp", self.app)
        for text, keys, command in self._rows():
            yield DiscoveryHit(text, partial(app.do, *command), help=keys)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        app = cast("TermwandApp", self.app)
        matcher = self.matcher(query)
        for text, keys, command in self._rows():
            score = matcher.match(f"{text} {command[0]}")
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(app.do, *command), help=keys)
