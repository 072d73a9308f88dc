"""Shapes far larger, smaller, wider or higher than others of their label: slips of the hand, or another object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.document import SHAPE_TYPES
from engine.memo import kept
from engine.review.base import FindingSpec, Given, Parameter, of_all
from engine.review.table import groups
from engine.text import plain
from engine.tracks.series import MAD

if TYPE_CHECKING:
    from engine.review.table import Floats, Table

SPEC = FindingSpec(
    "sizes", "a size far from its label's", 4.0, "standard deviations of the label's sizes, by their median", "tracks",
    parameters=(
        Parameter("fewest", "shapes that a label must have", "shapes", 12),
        Parameter("least", "a standard deviation is at least that", "natural logarithm of area or aspect", 0.15),
    ),
    middle=5.5, width=1.0,
)  # fmt: skip
REGIONS = [SHAPE_TYPES.index(kind) for kind in ("rectangle", "polygon", "ellipse", "mask")]


def among(table: Table, given: Given) -> Floats:
    """Return how far the area or the aspect of each shape is from its label's median, 0 where too few have it."""
    off = offs(table, given)
    return np.asarray(np.nan_to_num(np.abs(off).max(0, initial=0.0)))


def said(table: Table, row: int, given: Given) -> str:
    """Return a sentence on one."""
    area, aspect = np.nan_to_num(offs(table, given)[:, row])
    label, by_area = plain(table.label(row), 40), abs(area) >= abs(aspect)
    over, under = ("larger", "smaller") if by_area else ("wider for its height", "narrower for its height")
    what = over if (area if by_area else aspect) > 0 else under
    return f"{table.type(row)} {table.id(row)} ({label}) is far {what} than others of its label"


@kept
def offs(table: Table, given: Given) -> Floats:
    """Return how many standard deviations each area and aspect (2, n) is off, NaN where that cannot be said.

    Areas are parts of the picture where all pictures' sizes are known, so that pictures of several sizes compare.
    """
    area = table.column("picture")
    whole = np.log(area) if area.all() else np.zeros(len(table))
    width, height = table.column("x2") - table.column("x1"), table.column("y2") - table.column("y1")
    found = np.full((2, len(table)), np.nan)
    sized = np.flatnonzero(np.isin(table.numbers("type"), REGIONS) & (width > 0) & (height > 0))
    logs = np.full((2, len(table)), np.nan)
    logs[0, sized] = np.log(width[sized]) + np.log(height[sized]) - whole[sized]
    logs[1, sized] = np.log(width[sized]) - np.log(height[sized])
    for rows in groups(table.numbers("label"), sized):
        if len(rows) >= given["fewest"]:
            away = logs[:, rows] - np.median(logs[:, rows], axis=1)[:, None]
            spread = MAD * np.median(np.abs(away), axis=1)[:, None]
            found[:, rows] = away / np.maximum(spread, given["least"])
    return found


find = of_all(SPEC, among, said)
