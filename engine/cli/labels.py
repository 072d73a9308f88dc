"""`termwand labels`: the label tables of a document, a detector at a time, and how `termwand auto` is told the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from engine.cli import printing
from engine.cli.arguments import Parser
from engine.document import Document, TableRow
from engine.errors import AppError, StoreError, nearest
from engine.label_match import match
from engine.text import plain

USAGE = """Prints what each label of a detector is in a document: the label tables that were matched on its screen."""
OWN = "its own"
"""In place of a score that is the detector's."""


def main(argv: list[str]) -> int:
    """Print the tables; return the exit status: 0 printed, 1 a failure that was explained."""
    options = parser().parse_args(argv)
    try:
        document = _document(options.file)
        tables = _chosen(document, options.detector)
    except AppError as error:
        printing.failed(error)
        return 1
    if options.json:
        printing.say(json.dumps(msgspec.to_builtins(tables)))
    elif not tables:
        printing.say(f"{options.file}: no detector's labels were matched in it yet")
    for number, (detector, rows) in enumerate(() if options.json else tables.items()):
        printing.say(*[""] * bool(number), *lines(detector, rows, document))
    return 0


def parser() -> Parser:
    """Return the parser of `termwand labels`."""
    found = Parser(prog="termwand labels", description=USAGE)
    found.add_argument("file", type=Path, metavar="FILE", help="an annotation file, or the media that it belongs to")
    found.add_argument("--detector", default="", metavar="ID", help="only this detector's table")
    found.add_argument("--json", action="store_true", help="for other programs: a list of rows for each detector's id")
    return found


def _document(file: Path) -> Document:
    """Return what a file holds with its journal; raise AppError if it cannot be read, or is not there."""
    from engine.project.asides import yaml_of  # brings what opens media
    from engine.project.project import Project

    yaml = yaml_of(file)
    _, document, _ = Project.open(yaml, read_only=True)
    if document is None:
        raise StoreError("There are no annotations yet", f"{plain(str(yaml))} does not exist")
    return document


def _chosen(document: Document, detector: str) -> dict[str, tuple[TableRow, ...]]:
    if detector and detector not in document.tables:
        known = nearest(detector, document.tables) if document.tables else "it has no label table at all"
        raise StoreError(f'No labels of a detector "{plain(detector)}" are matched here', known)
    return {name: rows for name, rows in sorted(document.tables.items()) if detector in ("", name)}


def lines(detector: str, rows: Sequence[TableRow], document: Document) -> list[str]:
    """Return a table's lines: what is taken, what is dropped, and the same for `termwand auto`."""
    taken = [row for row in rows if row.ours]
    dropped = dict.fromkeys(row.theirs for row in rows)
    for row in taken:
        dropped.pop(row.theirs, None)
    count = len({row.theirs for row in taken})
    out = [f"{plain(detector)}: {count} of {count + len(dropped)} labels are taken"]
    cells = [("ITS LABEL", "OURS", "FROM", "")] * bool(taken) + [_cells(row) for row in taken]
    widths = [max(len(cell[column]) for cell in cells) for column in range(3)] if cells else []
    for *fixed, more in cells:
        padded = [cell.ljust(width) for cell, width in zip(fixed, widths, strict=True)]
        out.append("  " + "  ".join([*padded, more]).rstrip())
    if dropped:
        out.append(f"  dropped: {', '.join(map(plain, dropped))}")
    told = _as_option(taken, dropped, document)
    return [*out, f"  termwand auto PATH --detector {plain(detector)} --map {plain(told)}"] if told else out


def _cells(row: TableRow) -> tuple[str, str, str, str]:
    score = OWN if row.threshold is None else f"{row.threshold:.2f}"
    more = [f"asked for: {row.phrase}"] * bool(row.phrase)
    more += [f"{theirs}={ours or '(left out)'}" for theirs, ours in row.attributes.items()]
    return plain(row.theirs), plain(row.ours), score, plain("; ".join(more))


def _as_option(taken: Sequence[TableRow], dropped: Iterable[str], document: Document) -> str:
    """Return the same matches as the value of `--map`, "" for names that it cannot hold; scores are not in it.

    What equal names would match, and this table drops, is named too.
    """
    ours = [label.name for label in document.labels]
    pairs = [(row.theirs, row.ours) for row in taken] + [(name, "") for name in dropped if match(name, ours)]
    if any(sign in name for pair in pairs for name in pair for sign in ",=*"):
        return ""
    return shlex.quote(",".join(f"{theirs}={own}" for theirs, own in pairs)) if pairs else ""
