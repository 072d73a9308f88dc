"""A keymap as a table, for `termwand keys` and for the README, from the same data as the help screen."""

from __future__ import annotations

from engine.actions import load_actions
from engine.keymap import load_keymap, table
from engine.text import plain
from tui import dialogs


def lines(name: str, *, markdown: bool = False) -> list[str]:
    """Return the table's lines."""
    actions = load_actions()
    keymap = load_keymap(name, [*actions, *dialogs.OWN])
    rows = list(table(keymap, lambda command: plain(dialogs.describe(actions, command))))
    if not markdown:
        width = max(len(keys) for _, keys, _ in rows)
        return [f"{mode:<7} {keys:<{width}}  {what}" for mode, keys, what in rows]
    head = ["| mode | keys | what |", "|---|---|---|"]
    return head + [f"| {mode} | {_cell(keys)} | {_cell(what)} |" for mode, keys, what in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
