"""The trackers by their names."""

from __future__ import annotations

from engine.runs.by_detection.base import Joiner, Method, Nominal
from engine.runs.by_detection.bytetrack import ByteTrack
from engine.runs.by_detection.ocsort import OcSort

METHODS: tuple[Method, ...] = ("bytetrack", "ocsort")
USUAL = Nominal()


def joiner(method: Method, high: float, nominal: Nominal = USUAL) -> Joiner:
    """Return a tracker that has seen nothing; `high` is the score (0..1) from which a detection counts in full."""
    made = ByteTrack if method == "bytetrack" else OcSort
    return made(high, nominal.rate, nominal.patience)
