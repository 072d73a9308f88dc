"""What a review is at: the queue, the entry that is looked at, the filters. What was said of ranges is in the document.

The entry that is looked at stays the same while edits rank the queue anew: it goes by its track and frames, not by its
place. Entries that were judged have left the queue; how many there are is counted from what the document says.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from engine.session.crops import Crops

if TYPE_CHECKING:
    from engine.review.queue import Entry, Reviewer

PACES = 12
"""Judgements by whose median the time left is told."""
LONGEST_PAUSE = 120.0
"""Seconds: longer between two judgements, and nobody was there."""


@dataclass(frozen=True)
class Filters:
    """Which entries are listed; "" and None let all pass."""

    kind: str = ""
    label: str = ""
    track: int | None = None
    state: str = ""

    def passes(self, entry: Entry) -> bool:
        """Say whether an entry is listed."""
        return (
            self.kind in ("", *entry.kinds)
            and self.label in ("", entry.label)
            and (self.track is None or self.track in entry.ids)
            and self.state in ("", entry.state)
        )


@dataclass
class Reviewing:
    """A review in progress."""

    on: bool = False
    """The screen shows it."""
    reviewer: Reviewer | None = None
    """Keeps what was found between edits; used by the review's job alone."""
    entries: tuple[Entry, ...] = ()
    """All that are not settled, the likeliest fault first."""
    filters: Filters = Filters()
    at: Entry | None = None
    """The entry that is looked at."""
    working: str = ""
    """What the review's job is doing, as in "looks at 120 of 600 frames"; "" when it is done."""
    judged: int = 0
    """Entries that a person has accepted, mended or flagged, by what the document says."""
    crops: Crops = field(default_factory=Crops)
    """Small pictures of the object on the frames around, as far as they are made."""
    times: deque[float] = field(default_factory=lambda: deque(maxlen=PACES))
    """When the last judgements were made, in seconds of the view's clock."""

    @property
    def listed(self) -> tuple[Entry, ...]:
        """The entries that pass the filters, in the queue's order."""
        return tuple(entry for entry in self.entries if self.filters.passes(entry))

    @property
    def seconds_left(self) -> float | None:
        """How long the listed entries will take at the pace of the last ones; None while there is no pace."""
        gaps = [min(after - before, LONGEST_PAUSE) for before, after in pairwise(self.times)]
        return median(gaps) * len(self.listed) if gaps else None
