"""A review by keys in the running app, on a real clip with faults put into its true track."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.document import Keyframe, Review, Track
from engine.edits import PutTrack
from tests.tui.in_process import handled, on_top, running, said, settled, until, write
from tui.app import TermwandApp

CLIP, COUNT = "davis_blackswan", 24
JUMPS = {"swan": range(5, 8), "duck": range(11, 14), "bird": range(17, 20)}
"""Label of a track -> frames on which its box is elsewhere."""


@pytest.fixture
def swan(shared: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "swan"
    folder.mkdir()
    for file in sorted((shared / "data" / "tracks" / CLIP / "frames").glob("*.jpg"))[:COUNT]:
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def tracks(shared: Path) -> list[Track]:
    rows = csv.DictReader((shared / "data" / "tracks" / CLIP / "gt.csv").read_text().splitlines())
    boxes = [tuple(float(row[side]) for side in "xywh") for row in rows][:COUNT]
    found = []
    for number, (label, there) in enumerate(JUMPS.items(), 1):
        keys = []
        for frame, (x, y, width, height) in enumerate(boxes):
            left = x + (0.6 * width if frame in there else 0.0)
            by = "human" if frame in (0, COUNT - 1) else "csrt"
            keys.append(Keyframe(frame, ((left, y), (left + width, y + height)), by=by))
        found.append(Track(number, label, "rectangle", tracker="csrt", keyframes=tuple(keys)))
    return found


def reviews(app: TermwandApp, number: int) -> tuple[Review, ...]:
    return app.session.document.tracks[number].review


async def test_a_review_by_keys(swan: Path, tracks: list[Track]) -> None:
    async with running(swan, labels="swan,duck,bird") as app:
        session, review = app.session, app.session.review
        session.commit("Track", *map(PutTrack, tracks))
        write(app, "\x05")
        await settled(app)
        assert review.on and session.mode == "review" and len(review.open) >= len(JUMPS)
        assert review.at in review.entries and session.frame == review.at.worst
        assert session.selection.selected == review.at.ids[0] and not review.working
        assert all(session.media.frames.peek(entry.worst) is not None for entry in review.following()[:2])
        first, second, count = review.at, review.following()[0], len(review.open)
        write(app, " ")
        await settled(app)
        assert review.at == second and session.frame == second.worst
        write(app, "\r")
        await settled(app)
        assert [said.state for said in reviews(app, second.ids[0])] == ["accepted"] and review.at != second
        write(app, "\x7f\x7f!")  # back over the judged one to the first
        await until(lambda: on_top(app) == "Ask" and app.screen.query(Input))
        assert review.at is not None and (review.at.first, review.at.last) == (first.first, first.last)
        write(app, "it is the reflection")
        await until(lambda: [field.value for field in app.screen.query(Input)] == ["it is the reflection"])
        write(app, "\r")
        await settled(app)
        assert [said.comment for said in reviews(app, first.ids[0])] == ["it is the reflection"]
        assert len(review.open) == count - 2 and review.judged == 2
        write(app, "o ")  # it leaves here: a repair, and on to the next one
        await settled(app)
        assert review.counts["fixed"] == 1
        write(app, "uu")
        await settled(app)
        assert review.judged == 1
        write(app, "\x1b[27u")
        await handled(app)
        await until(lambda: not review.on)
        assert session.mode == "main" and "2 entries to go" in said(app)
        write(app, "GR")
        await settled(app)
        assert review.on and review.at is not None and session.frame == review.at.worst
