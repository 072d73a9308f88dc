"""`termwand stats`: what an object of each tool costs on what a person annotates, and so which tool is worth it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import printing
from engine.cli.arguments import Parser
from engine.document import SHAPE_TYPES
from engine.errors import AppError, StoreError
from engine.text import plain

if TYPE_CHECKING:
    from engine.effort.deeds import Deed
    from engine.effort.tally import Row

USAGE = """Prints for each tool how many objects were made with it, and what one of them takes: keys and seconds (the
median), changes afterwards, the share that was taken back, and in all. PATH is a media, an annotation file, or a
recording; without one it is all that you have annotated. It is counted while you annotate, in your state folder, and
nothing of the pictures is kept; `effort: false` in the settings turns it off."""
COLUMNS = ("path", "tool", "made", "keys", "seconds", "changes", "undone", "whole", "frames")
TITLES = ("TOOL", "OBJECTS", "KEYS", "SECONDS", "CHANGES", "TAKEN BACK", "IN ALL")
ALL = "everything"
"""What is said in place of a path where none is given."""
NOTHING = "nothing was counted yet: it begins with the next object"


@dataclass(frozen=True)
class Counted:
    """What was counted of one path."""

    path: str
    rows: Sequence[Row]


def main(argv: list[str]) -> int:
    """Print the table; return the exit status: 0 printed, 1 a failure that was explained."""
    options = parser().parse_args(argv)
    failed, found = False, list[Counted]()
    for path in options.paths or [None]:
        try:
            found.append(counted(path))
        except AppError as error:
            printing.failed(error)
            failed = True
    printing.say(*FORMATS[options.format](found))
    return int(failed)


def parser() -> Parser:
    """Return the parser of `termwand stats`."""
    found = Parser(prog="termwand stats", description=USAGE)
    found.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a media, an annotation file, a recording")
    found.add_argument("--format", choices=sorted(FORMATS), default="table", help="how it is printed (default: table)")
    return found


def counted(path: Path | None) -> Counted:
    """Return what was counted of a path, or of all; raise AppError if there is no such path or it cannot be read."""
    from engine.effort.tally import tally

    return Counted(ALL if path is None else str(path), tally(deeds_of(path)))


def deeds_of(path: Path | None) -> list[Deed]:
    """Return what was done, as it was noted in the state folder or in a recording."""
    from engine.effort.log import everything, path_of, read

    if path is None:
        return [deed for one in everything() for deed in read(one)]
    if path.suffix == ".jsonl":
        from engine.recording import read as recording

        return [deed for line in recording(path).lines for deed in line.effort]
    if not path.exists():
        raise StoreError(f"{plain(str(path))} is not there", "name a media, an annotation file or a recording (.jsonl)")
    from engine.project.asides import yaml_of

    return read(path_of(yaml_of(path)))


def named(tool: str) -> str:
    """Return a tool's name as people read it."""
    from engine.tools.registry import tools

    if not tool:
        return "copies"
    if tool in SHAPE_TYPES:
        return f"{tool}, by hand"
    known = tools().get(tool)
    return plain(tool, 40) if known is None else known.SPEC.name


def as_table(found: Sequence[Counted]) -> list[str]:
    """Return lines for people."""
    lines = list[str]()
    for one in found:
        made = sum(row.made for row in one.rows)
        lines.append(f"{one.path}: {f'{made} objects' if one.rows else NOTHING}")
        cells = [TITLES, *map(_cells, one.rows)] if one.rows else []
        widths = [max(len(cell[column]) for cell in cells) for column in range(len(TITLES))] if cells else []
        for name, *values in cells:
            padded = [value.rjust(width) for value, width in zip(values, widths[1:], strict=True)]
            lines.append("  " + "  ".join([name.ljust(widths[0]), *padded]))
        lines += comparison(one.rows)
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    frames = f", {row.frames} keyframes" if row.frames else ""
    undone = "-" if row.undone is None else f"{row.undone:.0%}"
    values = (
        _number(row.keys, ""),
        _number(row.seconds, " s"),
        _number(row.changes, ""),
        undone,
        _number(row.whole, " s"),
    )
    return (named(row.tool) + frames, str(row.made), *values)


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.1f}{unit}"


def comparison(rows: Sequence[Row]) -> list[str]:
    """Return a line that sets the tools side by side, the cheapest first; none where there is nothing to compare."""
    from engine.effort.tally import compared

    fair = [(named(row.tool), row.whole) for row in compared(rows) if row.whole]
    if len(fair) < 2:
        return []
    (best, least), *others = fair
    told = (f"{name} {seconds:.1f} s ({seconds / least - 1:+.0%})" for name, seconds in others)
    return [f"  {best} takes the least, {least:.1f} s an object in all; {'; '.join(told)}"]


def as_json(found: Sequence[Counted]) -> list[str]:
    """Return one JSON object: per path a row for each tool."""
    return [json.dumps({"stats": [{"path": one.path, "tools": [_row(row) for row in one.rows]} for one in found]})]


def as_csv(found: Sequence[Counted]) -> list[str]:
    """Return a table for a script, its columns' names first; what is not known is empty."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({"path": one.path, **_row(row)} for one in found for row in one.rows)
    return out.getvalue().splitlines()


def _row(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COLUMNS[1:]}
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}


FORMATS = {"table": as_table, "json": as_json, "csv": as_csv}
