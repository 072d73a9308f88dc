"""`termwand check`: what is wrong with annotation files of any format that is known, and what another cannot carry."""

from __future__ import annotations

from pathlib import Path

from engine.check import Checked, check
from engine.cli import printing
from engine.cli.arguments import Parser
from engine.errors import AppError
from engine.formats import base
from engine.formats.loss import losses
from engine.text import plain

USAGE = """Says what is wrong with annotation files, by line and column, and what looks wrong: values that their label
does not declare, frames that the media has not, objects drawn twice."""


def main(argv: list[str]) -> int:
    """Check files; return the exit status: 0 all are well, 1 there are problems."""
    options = parser().parse_args(argv)
    try:
        target = base.find(options.to).SPEC if options.to else None
        bad = 0
        for path in options.files:
            found = check(path)
            bad += bool(found.problems)
            printing.say(*lines(path, found, target))
    except AppError as error:
        printing.failed(error)
        return 1
    return 1 if bad else 0


def parser() -> Parser:
    """Return the parser of `termwand check`."""
    found = Parser(prog="termwand check", description=USAGE)
    found.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an annotation file")
    found.add_argument("--to", metavar="FORMAT", default="", help="say what of it this format cannot carry")
    return found


def lines(path: Path, found: Checked, target: base.FormatSpec | None = None) -> list[str]:
    """Return what there is to say of a file: its problems, and what a target drops of it."""
    kind = "" if found.format in ("", base.OWN) else f" (read as {plain(found.format)})"
    out = found.problems or [f"{path}: no problems{kind}"]
    if target is not None and found.document is not None:
        dropped = [f"{path}: {loss.text(target.name)}" for loss in losses(found.document, target)]
        out += dropped or [f"{path}: {target.name} carries all of it"]
    return out
