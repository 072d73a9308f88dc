"""What a review is at: the queue, the entry that is looked at, the filters. What was said of ranges is in the document.

The entry that is looked at stays the same while edits rank the queue anew: it goes by its track and frames, not by its
place. Entries that were judged have left the queue; which those were is known from what the document says.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from engine.session.crops import Crops
from engine.session.sheets import Sheets

if TYPE_CHECKING:
    from engine.document import Document
    from engine.review.queue import Entry, Reviewer
    from engine.session.eyes import Eyes
    from engine.session.session import Session

PACES = 12
"""Judgements by whose median the time left is told."""
LONGEST_PAUSE = 120.0
"""Seconds: longer between two judgements, and nobody was there."""
VISITED = 1_000
"""Entries that can be gone back to."""
AHEAD = 3
"""Entries whose frames are read before they are gone to."""


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
    eyes: Eyes | None = None
    """What the reviewer sees frames with; used by the review's job alone."""
    entries: tuple[Entry, ...] = ()
    """All that are not settled, the likeliest fault first."""
    filters: Filters = Filters()
    at: Entry | None = None
    """The entry that is looked at."""
    visited: deque[Entry] = field(default_factory=lambda: deque(maxlen=VISITED))
    """Entries that were looked at before it, the last one last."""
    working: str = ""
    """What the review's job is doing, as in "looks at 120 of 600 frames"; "" when it is done."""
    counts: Counter[str] = field(default_factory=Counter)
    """State -> how many ranges a person has accepted, mended or flagged, by what the document says."""
    said: tuple[Entry, ...] = ()
    """What was said of these, as entries: listed where a state is asked for."""
    stills: tuple[Entry, ...] = ()
    """Those of shapes and pictures alone, as of the last queue."""
    crops: Crops = field(default_factory=Crops)
    """Small pictures of the object on the frames around, as far as they are made."""
    times: deque[float] = field(default_factory=lambda: deque(maxlen=PACES))
    """When the last judgements were made, in seconds of the view's clock."""
    sheets: Sheets = field(default_factory=Sheets)
    """The same of the sample that is certified."""
    parts: tuple[Any, ...] = ()
    """What of the document the queue was last asked for; () before the first time."""
    settled: tuple[Any, ...] = ()
    """What of the document the states of the entries are of."""
    asking: bool = False
    """The job has not said yet what the queue is."""
    due: bool = False
    """A person has changed something since the queue was asked for: it does not wait for runs to end."""
    arrived: Callable[[bool], None] | None = None
    """Called when a queue is there, with whether it is final: set while an entry to begin with is waited for."""
    mends: dict[str, tuple[Entry, Document]] = field(default_factory=dict)
    """Run -> the entry that it mends if it comes through, and the document when it began."""

    @property
    def judged(self) -> int:
        """Return how many entries a person has accepted, mended or flagged."""
        return self.counts.total()

    @property
    def open(self) -> tuple[Entry, ...]:
        """Return the entries of which nobody has said anything yet."""
        return tuple(entry for entry in self.entries if entry.state == "unseen")

    @property
    def listed(self) -> tuple[Entry, ...]:
        """Return the entries that pass the filters, in the queue's order."""
        return passing(self.entries, self.said, self.filters)

    @property
    def wanted(self) -> tuple[Entry, ...]:
        """Return the entries that are gone through: of those listed the unseen ones, unless another state is listed."""
        return tuple(entry for entry in self.listed if self.filters.state or entry.state == "unseen")

    @property
    def seconds_left(self) -> float | None:
        """How long the entries that are gone through take at the pace of the last ones; None while there is none."""
        gaps, count = [min(after - before, LONGEST_PAUSE) for before, after in pairwise(self.times)], len(self.wanted)
        return median(gaps) * count if gaps and count else None

    def following(self) -> list[Entry]:
        """Return the entries that come after the one that is looked at, then those before it; never itself."""
        others = [entry for entry in self.wanted if self.at is None or not same(entry, self.at)]
        return sorted(others, key=self.is_before)

    def is_before(self, entry: Entry) -> bool:
        """Say whether an entry comes before the one that is looked at."""
        return self.at is not None and rank(entry) < rank(self.at)

    def is_hidden(self, entry: Entry) -> bool:
        """Say whether an entry is not among those listed though nobody has settled it."""
        return entry.state == "unseen" and not any(same(entry, other) for other in self.listed)

    def go(self, entry: Entry) -> None:
        """Look at an entry from now on."""
        if self.at is not None and not same(self.at, entry):
            self.visited.append(self.at)
        self.at = entry


def passing(entries: Iterable[Entry], said: Iterable[Entry], filters: Filters) -> tuple[Entry, ...]:
    """Return the entries of a queue that pass filters; where these ask for a state, with what has left the queue."""
    return tuple(entry for entry in all_of(entries, said, filters) if filters.passes(entry))


def all_of(entries: Iterable[Entry], said: Iterable[Entry], filters: Filters) -> Iterable[Entry]:
    """Return what filters choose from."""
    return entries if filters.state in ("", "unseen") else with_said(entries, said)


def with_said(entries: Iterable[Entry], said: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a queue, then those of which something was said; flagged ones are in both."""
    known = {(entry.ids[0], entry.first, entry.last): entry for entry in entries}
    return [*known.values(), *(one for one in said if (one.ids[0], one.first, one.last) not in known)]


def noted(session: Session) -> tuple[str | int, ...] | None:
    """Return the arguments of `review.at` for what a recording is to note; None where no review is on.

    Which entry comes next depends on how many frames were looked at by then, which no recording knows.
    """
    entry = session.review.at
    if not session.review.on or entry is None:
        return None
    ids, kind = "+".join(map(str, entry.ids)), next(iter(entry.kinds), "")
    return ids, entry.first, entry.last, entry.worst, kind, session.media.target


def rank(entry: Entry) -> tuple[float, int, tuple[int, ...]]:
    """Return what the queue is sorted by: by it the place of an entry is known that has left the queue."""
    return -entry.likely, entry.first, entry.ids


def same(one: Entry, other: Entry) -> bool:
    """Say whether two entries are about the same frames of the same track."""
    return (one.ids[0], one.first, one.last) == (other.ids[0], other.first, other.last)


def again(entry: Entry, entries: Iterable[Entry]) -> Entry | None:
    """Return an entry as it stands among new ones: about the same frames, else, not judged yet, about its worst one."""
    own = [other for other in entries if other.ids[0] == entry.ids[0]]
    found = next((other for other in own if same(entry, other)), None)
    if found is not None or entry.state != "unseen":
        return found
    return next((other for other in own if other.first <= entry.worst <= other.last), None)


def is_gone(document: Document, entry: Entry) -> bool:
    """Say whether the track or shape that an entry is about has been deleted, or merged with another."""
    number = entry.ids[0]  # of a document that was not edited since it was opened, the ids are not known; 0: a picture
    return number > 0 and number not in document.tracks and document.ids is not None and number not in document.ids


def with_state(entry: Entry, state: Any) -> Entry:
    """Return an entry in a state; the same object if it is in it."""
    return entry if entry.state == state else replace(entry, state=state)
