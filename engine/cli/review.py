"""`termwand review` without a screen: what looks wrong in a clip, the likeliest fault first; what was certified."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import certificates, printing
from engine.cli.arguments import Parser
from engine.cli.arguments import parser as opening_parser
from engine.counting import counted
from engine.errors import AppError, SettingsError, ToolError, nearest
from engine.text import plain

if TYPE_CHECKING:
    from engine.batch.certificates import Standing
    from engine.batch.review import Asked, Reviewed
    from engine.review.queue import Entry

USAGE = """Goes through the frames on which tracks and shapes look wrong, the likeliest fault first: termwand review
PATH opens them on the screen, with the options that termwand --help lists (--annotations, --frame and others). With
--certify it shows crops of boxes drawn at random: a look at them tells what share is wrong at most. With --report it
lists what looks wrong, with the reason in words. Nothing is changed then. Exit status: 0, or 1 where --fail-on says
so, 2 where something cannot be opened."""
COLUMNS = ("path", "likely", "first", "last", "worst", "ids", "label", "state", "kinds", "text")
FAILED = 2


def main(argv: list[str]) -> int:
    """Report; return the exit status."""
    options = parser().parse_args(argv)
    if options.kinds is not None and not options.kinds:
        printing.say(*described())
        return 0
    if options.certificates and options.paths:
        return certificates.listed(options.paths, options.format)
    if not options.report or not options.paths:
        parser().error("give --report, --certificates or --certify 1%, and what to review")
    try:
        asked = asked_of(options)
    except AppError as error:
        printing.failed(error)
        return FAILED
    failed = False
    found: list[tuple[Path, Reviewed]] = []
    for path in options.paths:
        try:
            found.append((path, reviewed(path, asked)))
        except AppError as error:
            printing.failed(error)
            failed = True
    printing.say(*FORMATS[options.format](found))
    many = options.fail_on is not None and sum(open_ones(one) for _, one in found) >= options.fail_on
    return FAILED if failed else int(many)


def parser() -> Parser:
    """Return the parser of `termwand review`."""
    found = Parser(prog="termwand review", description=USAGE)
    found.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a media, or an annotation file")
    found.add_argument("--report", action="store_true", help="print the queue")
    found.add_argument("--format", choices=sorted(FORMATS), default="table", help="how it is printed (default: table)")
    found.add_argument("--fail-on", type=whole, metavar="N", help="exit status 1 if N entries or more are not accepted "
                       "or mended")  # fmt: skip
    found.add_argument("--kinds", nargs="?", const="", metavar="IDS", help="only these kinds of trouble, with commas "
                       "between; without a value: list them, and their parameters")  # fmt: skip
    found.add_argument("--set", action="append", default=[], metavar="KIND.PARAMETER=VALUE", help="a threshold or "
                       "another parameter, as in jump.threshold=2; any number")  # fmt: skip
    found.add_argument("--certificates", action="store_true", help="print what was certified, and whether it still "
                       "stands so")  # fmt: skip
    _add_certify(found)
    found.add_argument("--no-pixels", action="store_true", help="read no frame: ask only the kinds that go by geometry")
    return found


def _add_certify(found: Parser) -> None:
    found.add_argument("--certify", metavar="SHARE", help="show so many crops that, if none is wrong, at most this "
                       "share of all boxes is, as in 1%% or 0.01")  # fmt: skip
    found.add_argument("--label", default="", metavar="NAME", help="certify the boxes of this label alone")
    found.add_argument("--source", default="", metavar="NAME", help="certify those of this source alone: manual, "
                       "semi-auto, auto, imported")  # fmt: skip


def certifies(argv: Sequence[str]) -> bool:
    """Say whether a command line that needs a screen is to certify."""
    return any(argument.partition("=")[0] == "--certify" for argument in argv)


def opening(argv: Sequence[str]) -> argparse.Namespace:
    """Return the options of opening, with the action that certifies; raise SettingsError for what is no share."""
    from engine.review.certify import share_of

    own = Parser(prog="termwand review", add_help=False, allow_abbrev=False)
    _add_certify(own)
    asked, rest = own.parse_known_args(argv)
    options = opening_parser().parse_args(rest)
    share_of(asked.certify)
    options.action = ("review.certify", asked.certify, asked.label, asked.source)
    return options


def whole(text: str) -> int:
    """Return a number from 1 on."""
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 on')
    return int(text)


def asked_of(options: argparse.Namespace) -> Asked:
    """Return what is asked for; raise ToolError for an unknown kind or parameter, SettingsError for a bad value."""
    from engine.batch.review import Asked
    from engine.review.base import kinds
    from engine.review.queue import given_of

    known, given = kinds(), dict[str, dict[str, float]]()
    names = [name.strip() for name in options.kinds.split(",")] if options.kinds else [*known]
    values = [setting(text) for text in options.set]
    for name in [*names, *(kind for kind, _, _ in values)]:
        if name not in known:
            raise ToolError(f'No kind of trouble is called "{name}"', nearest(name, known))
    for kind, parameter, value in values:
        given.setdefault(kind, {})[parameter] = value
        given_of(known[kind].SPEC, given[kind])
    names += [kind for kind in given if kind not in names]
    return Asked({name: known[name] for name in names}, given, not options.no_pixels)


def setting(text: str) -> tuple[str, str, float]:
    """Return kind, parameter and value; raise SettingsError for what is none."""
    place, equals, number = text.partition("=")
    kind, dot, parameter = place.partition(".")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not (equals and dot and value == value):
        raise SettingsError(f'"{text}" sets nothing', "give kind, parameter and a number, as in jump.threshold=2")
    return kind.strip(), parameter.strip(), value


def reviewed(path: Path, asked: Asked) -> Reviewed:
    """Return what a review finds, saying how far it is where somebody watches; notes go to standard error."""
    from engine.batch.review import review

    def tell(what: str, done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            printing.progress(f"{path}: {what}, {done} of {total} frames", last=done == total)

    found = review(path, asked, tell)
    printing.complain(*(f"{path}: {note}" for note in found.notes))
    return found


def open_ones(found: Reviewed) -> int:
    """Return how many entries are neither accepted nor mended."""
    return sum(entry.state in ("unseen", "flagged") for entry in found.entries)


def row(path: Path, entry: Entry) -> dict[str, Any]:
    """Return an entry as plain values; frames count from 1, as everywhere on the command line."""
    frames = (entry.first + 1, entry.last + 1, entry.worst + 1)
    values = (str(path), round(entry.likely, 4), *frames, [*entry.ids], entry.label, entry.state, [*entry.kinds])
    return dict(zip(COLUMNS, (*values, entry.text), strict=True))


def certified(found: Reviewed) -> tuple[Standing, ...]:
    """Return what was certified in a document, and whether it still stands so."""
    from engine.batch.certificates import standing

    return standing(found.document)


def as_table(found: Sequence[tuple[Path, Reviewed]]) -> list[str]:
    """Return lines for people."""
    lines = list[str]()
    for path, one in found:
        count = one.document.media.frames
        lines.append(f"{path}: {len(one.entries)} entries, {open_ones(one)} to be looked at, {count} frames")
        lines += [f"  certified: {certificates.told(standing)}" for standing in certified(one)]
        for entry in one.entries:
            frames = counted(entry.first) if entry.first == entry.last else f"{entry.first + 1}-{entry.last + 1}"
            where = f"{frames:>11}  at {counted(entry.worst):>6}"
            lines.append(f"  {entry.likely:4.0%}  {where}  {entry.state:8}  {plain(entry.text)}")
    return lines


def as_json(found: Sequence[tuple[Path, Reviewed]]) -> list[str]:
    """Return one JSON object: per path the entries, the number of frames, and what was certified."""
    listed = [
        {
            "path": str(path), "frames": one.document.media.frames, "entries": [row(path, e) for e in one.entries],
            "certificates": [certificates.row(path, standing) for standing in certified(one)],
        }
        for path, one in found
    ]  # fmt: skip
    return [json.dumps({"reviewed": listed, "first_frame": 1})]


def as_csv(found: Sequence[tuple[Path, Reviewed]]) -> list[str]:
    """Return a table for a script, its columns' names first; lists have blanks between."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for path, one in found:
        for entry in one.entries:
            values = row(path, entry)
            table.writerow({n: " ".join(map(str, v)) if isinstance(v, list) else v for n, v in values.items()})
    return out.getvalue().splitlines()


FORMATS = {"table": as_table, "json": as_json, "csv": as_csv}


def described() -> list[str]:
    """Return lines on every kind of trouble and its parameters."""
    from engine.review.base import kinds

    lines = list[str]()
    for name, kind in kinds().items():
        spec = kind.SPEC
        lines += [f"{name}: {spec.name} ({spec.cost})", f"  {name}.threshold={spec.threshold:g}  {spec.unit}"]
        lines += [f"  {name}.{p.id}={p.default:g}  {p.name}{f' ({p.unit})' * bool(p.unit)}" for p in spec.parameters]
    return lines
