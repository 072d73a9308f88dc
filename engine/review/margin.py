"""Objects that a detector has found with little to spare: their scores are hardly above what is taken at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.memo import kept
from engine.review.base import FindingSpec, Given, of_all
from engine.text import plain
from engine.tools.registry import detectors

if TYPE_CHECKING:
    from engine.review.table import Floats, Table

SPEC = FindingSpec(
    "margin", "an object that its detector is unsure of", 0.65, "1 - margin of its score", "tracks",
    # YOLOX-nano on pictures of VOC: up to a margin of 0.3 nine in ten are wrong, beyond it one in four
    middle=0.65, width=0.1,
)  # fmt: skip
UNKNOWN = 0.5
"""The lowest score that a detector takes which is not here."""


def among(table: Table, given: Given) -> Floats:
    """Return 1 - margin of machines' shapes, 0 for others; the margin goes from the lowest score taken, 0, to 1, 1."""
    score, lowest = table.column("score"), floors(table)
    margin = np.clip((score - lowest) / np.maximum(1 - lowest, 1e-6), 0, 1)
    return np.where(table.marks("machine") & np.isfinite(margin), 1 - margin, 0.0)


def said(table: Table, row: int, given: Given) -> str:
    """Return a sentence on one."""
    label, score = plain(table.label(row), 40), table.column("score")[row]
    lowest = floors(table)[row]
    return f"{table.type(row)} {table.id(row)} ({label}) has a score of {score:.2f} (taken from {lowest:.2f} on)"


@kept
def floors(table: Table) -> Floats:
    """Return for each shape the lowest score that is taken of its detector and label, NaN for those of no detector.

    That of the label table, else the detector's own, or the lowest that is there if that is lower. Where all are higher
    the confidence may have been; but it may be that a person has removed what was low, and then the rest is sure.
    """
    score, found = table.column("score"), np.full(len(table), np.nan)
    of_machines = np.flatnonzero(table.marks("machine") & np.isfinite(score))
    pairs = (table.numbers("model") * len(table.labels) + table.numbers("label"))[of_machines]
    lowest = np.full(len(table.models) * len(table.labels), np.inf)
    np.minimum.at(lowest, pairs, score[of_machines])
    for pair in np.flatnonzero(np.isfinite(lowest)).tolist():
        model, label = divmod(pair, len(table.labels))
        lowest[pair] = min(lowest[pair], taken_from(table, table.models[model], table.labels[label]))
    found[of_machines] = lowest[pairs]
    return found


def taken_from(table: Table, model: str, label: str) -> float:
    """Return from which score on a detector's objects become ours of a label."""
    spec = detectors().get(model)
    own = UNKNOWN if spec is None else spec.threshold
    rows = [row for row in table.document.tables.get(model, ()) if row.ours == label]
    return min((own if row.threshold is None else row.threshold for row in rows), default=own)


find = of_all(SPEC, among, said)
