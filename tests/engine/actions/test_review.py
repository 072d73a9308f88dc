"""A review by actions: opened and left, gone through, judged, mended; what it says when nothing is left."""

from __future__ import annotations

import pytest

from engine.document import Track
from engine.session import Session
from tests.engine.actions.conftest import Bench, Pictures
from tests.engine.review.courses import COUNT, HEIGHT, WIDTH, document, moved, straight, track

JUMPS = {1: range(28, 34), 2: range(10, 14), 3: range(44, 47)}
"""Track -> the frames on which it is elsewhere."""


class Sixty(Pictures):
    """Frames enough for the tracks."""

    def __len__(self) -> int:
        return COUNT

    def size(self, index: int) -> tuple[int, int]:
        return WIDTH, HEIGHT


def jumping(number: int, there: range) -> Track:
    """Return a track with a lane of its own that is elsewhere on some frames."""

    def way(frame: int) -> tuple[float, float, float, float]:
        return moved(straight(frame), 0, 80 * number - 200)

    return track(number, {at: moved(way(at), 60 + 10 * number, 30) for at in there}, way)


class Reviewed(Bench):
    """Three tracks, each of which jumps away once; whatever reads pixels sees none."""

    def __init__(self) -> None:
        super().__init__()
        tracks = [jumping(number, there) for number, there in JUMPS.items()]
        self.session = Session(document(*tracks), Sixty())
        self.session.jobs.connect(self.run)
        self.session.on_message = lambda text, severity: self.said.append(text)
        self.do("frames.go 1")

    @property
    def at(self):
        return self.session.review.at


@pytest.fixture
def bench() -> Reviewed:
    return Reviewed()


def test_entries_are_gone_through_and_judged_by_keys(bench: Reviewed) -> None:
    session, review = bench.session, bench.session.review
    bench.do("review.open")
    assert [entry.ids for entry in review.entries] == [(2,), (1,), (3,)] and session.mode == "review"
    assert (bench.at.ids, session.frame, session.selection.selected) == ((2,), bench.at.worst, 2)
    bench.do("review.accept")
    assert (bench.at.ids, session.frame, session.selection.selected) == ((1,), bench.at.worst, 1)
    bench.do("review.flag it is another one")
    assert bench.at.ids == (3,) and [entry.ids for entry in review.entries] == [(1,), (3,)]
    (flagged,) = session.document.tracks[1].review
    assert (flagged.state, flagged.comment, flagged.reason) == (
        "flagged",
        "it is another one",
        review.entries[0].kinds[0],
    )
    assert flagged.by and flagged.at[4] == "-" and flagged.at[10] == "T"
    bench.do("review.back")
    assert bench.at.ids == (1,) and bench.at.state == "flagged"
    bench.do("review.next", "review.accept")
    assert bench.said[-1] == "All 3 looked at: 2 accepted, 1 flagged" and review.judged == 3 and not review.open
    bench.do("history.undo")
    assert bench.at.ids == (3,) and bench.at.state == "unseen" and len(review.open) == 1
    bench.do("review.close")
    assert session.mode == "main" and not session.jobs.running
