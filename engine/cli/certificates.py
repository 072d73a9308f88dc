"""`termwand review --certificates`: what was certified of clips, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import printing
from engine.errors import AppError
from engine.text import plain

if TYPE_CHECKING:
    from engine.batch.certificates import Standing

COLUMNS = ("path", "id", "label", "source", "population", "drawn", "looked", "wrong", "at_most", "sure", "statement",
           "stands", "by", "at", "seed", "wrong_boxes")  # fmt: skip
FAILED = 2
Found = Sequence[tuple[Path, "Sequence[Standing]"]]


def listed(paths: Sequence[Path], form: str) -> int:
    """Print what was certified of each path; return the exit status."""
    from engine.batch.certificates import certificates

    found, status = list[tuple[Path, "Sequence[Standing]"]](), 0
    for path in paths:
        try:
            found.append((path, certificates(path)))
        except AppError as error:
            printing.failed(error)
            status = FAILED
    printing.say(*{"table": as_table, "json": as_json, "csv": as_csv}[form](found))
    return status


def row(path: Path, standing: Standing) -> dict[str, Any]:
    """Return a certificate as plain values; frames count from 1, as everywhere on the command line."""
    from engine.review.certify import at_most

    one = standing.certificate
    wrong = len(one.wrong)
    share = at_most(min(wrong, one.answered), one.answered, one.population, one.sure) if one.answered else 1.0
    boxes = [{"id": one.crops[place][0], "frame": one.crops[place][1] + 1} for place in one.wrong]
    values = (str(path), one.id, one.label, one.source, one.population, len(one.crops), one.answered, wrong,
              round(share, 6), one.sure, one.statement, standing.is_so, one.by, one.at, one.seed, boxes)  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def as_table(found: Found) -> list[str]:
    """Return lines for people."""
    lines = list[str]()
    for path, every in found:
        lines.append(f"{path}: {len(every) or 'no'} certificate{'s' * (len(every) != 1)}")
        for standing in every:
            lines += [f"  {told(standing)}", *_parts(standing)]
    return lines


def told(standing: Standing) -> str:
    """Return a certificate in a line."""
    one = standing.certificate
    what = " ".join(filter(None, (one.source, plain(one.label, 40), "boxes")))
    open_still = f"{one.answered} of {len(one.crops)} looked at, {len(one.wrong)} wrong: not done"
    who = ", ".join(filter(None, (plain(one.by, 40), plain(one.at, 40))))
    changed = "" if standing.is_so else "; changed since: no longer of what stands there"
    return f"{one.population} {what}: {plain(one.statement, 200) or open_still} ({who}){changed}"


def _parts(standing: Standing) -> list[str]:
    """Return a line on each label and source, where there are several."""
    from engine.review.certify import statement

    if len(standing.shares) < 2:
        return []
    parts = standing.shares
    return [
        f"    {plain(' '.join((one.source, one.label)), 60)}: "
        f"{statement(one.wrong, one.looked, max(one.population, one.looked), standing.certificate.sure)}"
        for one in parts
    ]


def as_json(found: Found) -> list[str]:
    """Return one JSON object: per path its certificates, each with what it says of every label and source."""
    every = [
        {"path": str(path), "certificates": [
            row(path, one) | {"shares": [share._asdict() for share in one.shares]} for one in standings
        ]}
        for path, standings in found
    ]  # fmt: skip
    return [json.dumps({"certified": every, "first_frame": 1})]


def as_csv(found: Found) -> list[str]:
    """Return a table for a script, its columns' names first; of a wrong box its id and frame."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for path, every in found:
        for one in every:
            values = row(path, one)
            boxes = " ".join(f"{box['id']}@{box['frame']}" for box in values["wrong_boxes"])
            table.writerow(values | {"wrong_boxes": boxes})
    return out.getvalue().splitlines()
