"""A keymap as a table, for `termwand keys` and for the documents, from the same data as the help screen."""

from __future__ import annotations

from engine.actions import load_actions
from engine.keymap import load_keymap, table
from engine.text import plain
from tui.dialogs import own as dialogs
from tui.topics import sections


def lines(name: str, *, markdown: bool = False) -> list[str]:
    """Return the table's lines: in Markdown by task, else by mode, for `grep` and other programs."""
    actions = load_actions()
    keymap = load_keymap(name, [*actions, *dialogs.OWN])
    if markdown:
        parts = sections(keymap, lambda command: dialogs.describe(actions, command))
        rows = [f"| {part.title} | {_cell(row.keys)} | {_cell(row.what)} |" for part in parts for row in part.rows]
        return ["| task or mode | keys | what |", "|---|---|---|", *rows]
    found = list(table(keymap, lambda command: plain(dialogs.describe(actions, command))))
    width = max(len(keys) for _, keys, _ in found)
    return [f"{mode:<7} {keys:<{width}}  {what}" for mode, keys, what in found]


def _cell(text: str) -> str:
    return (
        plain(text)
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("`", "\\`")
        .replace("*", "\\*")
        .replace("_", "\\_")
    )
