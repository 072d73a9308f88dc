"""From deeds to a table: what an object of each tool costs, and which tool is worth it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.effort.deeds import Deed

FEW = 3
"""Objects below which nothing is said about a tool."""
CAP = 1_000
"""Objects of one deed that count for a median at most."""


@dataclass(frozen=True)
class Row:
    """What the objects of one tool cost; None where there is nothing to divide by."""

    tool: str
    made: int
    keys: float | None
    """Keys an object, the median."""
    seconds: float | None
    """Seconds an object until it was made, the median."""
    changes: float | None
    """Changes afterwards, for each object that was made."""
    undone: float | None
    """Share of the objects that was taken back or removed, 0..1."""
    whole: float | None
    """Seconds for each object that stayed: making, changing, what was given up and what was taken back."""
    frames: int
    """Keyframes that runs have set."""


def tally(deeds: Iterable[Deed]) -> list[Row]:
    """Return a row for each tool, the one with most objects first."""
    by_tool = defaultdict[str, list[Deed]](list)
    for deed in deeds:
        by_tool[deed.tool].append(deed)
    return sorted((_row(tool, some) for tool, some in by_tool.items()), key=lambda row: (-row.made, row.tool))


def _row(tool: str, deeds: Sequence[Deed]) -> Row:
    made = sum(deed.made for deed in deeds)
    gone = max(sum(deed.undone + deed.removed for deed in deeds), 0)
    changed, seconds = sum(deed.changed for deed in deeds), sum(deed.seconds for deed in deeds)
    making = [deed for deed in deeds if deed.made > 0]
    stayed = made - gone
    return Row(
        tool,
        made,
        _median((deed.keys / deed.made, deed.made) for deed in making),
        _median((deed.seconds / deed.made, deed.made) for deed in making),
        changed / made if made else None,
        min(gone / made, 1.0) if made else None,
        seconds / stayed if stayed > 0 else None,
        sum(deed.frames for deed in deeds),
    )


def _median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the median of values, each of which counts so many times; None of none."""
    ordered = sorted((value, min(count, CAP)) for value, count in values)
    half, total = sum(count for _, count in ordered) / 2, 0
    for place, (value, count) in enumerate(ordered):
        total += count
        if total > half:
            return value
        if total == half:
            return (value + ordered[place + 1][0]) / 2
    return None


def compared(rows: Sequence[Row]) -> list[Row]:
    """Return the tools that may be compared, the cheapest first: those with a few objects that a person has made."""
    fair = [row for row in rows if row.tool and row.made >= FEW and row.whole]
    return sorted(fair, key=lambda row: (row.whole or 0.0, row.tool))
