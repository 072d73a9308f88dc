"""`termwand keys`: a keymap as a table, for people and for the documents, from the same data as the help screen."""

from __future__ import annotations

from engine.actions import load_actions
from engine.app_actions import HELP, describe
from engine.cli import printing
from engine.cli.arguments import Parser
from engine.errors import AppError
from engine.keymap import load_keymap, table
from engine.text import plain
from engine.topics import sections


def main(argv: list[str]) -> int:
    """Print a keymap; return the exit status: 0 printed, 1 a failure that was explained."""
    options = parser().parse_args(argv)
    try:
        printing.say(*lines(options.keymap, markdown=options.markdown))
    except AppError as error:
        printing.failed(error)
        return 1
    return 0


def parser() -> Parser:
    """Return the parser of `termwand keys`."""
    found = Parser(prog="termwand keys", description="Prints a keymap as a table; refuses one with clashes.")
    found.add_argument("--keymap", default="cvat", help="cvat, keyboard, left-hand, or a file")
    found.add_argument("--markdown", action="store_true", help="by task, as a table in Markdown")
    return found


def lines(name: str, *, markdown: bool = False) -> list[str]:
    """Return the table's lines: in Markdown by task, else by mode, for `grep` and other programs."""
    actions = load_actions()
    keymap = load_keymap(name, [*actions, *HELP])
    if markdown:
        parts = sections(keymap, lambda command: describe(actions, command))
        rows = [f"| {part.title} | {_cell(row.keys)} | {_cell(row.what)} |" for part in parts for row in part.rows]
        return ["| task or mode | keys | what |", "|---|---|---|", *rows]
    found = list(table(keymap, lambda command: plain(describe(actions, command))))
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
