"""A review on the main screen: its panels, what a click on them asks for, its dialogs; on a clip with faults in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map
from textual.pilot import Pilot
from textual.widgets import Input

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import DropShape, apply_all
from engine.review.base import Finding
from engine.review.queue import Entry, Reviewer
from engine.review.stills import judging
from engine.settings import Settings
from tests.tui.in_process import click, click_on, handled, on_top, place_of, running, settled, text_of, until, write
from tests.tui.looks import SIZES, looks_as_it_did
from tui.app import TermwandApp
from tui.widgets.columns import WITH_TRACKS
from tui.widgets.entry_list import EntryList
from tui.widgets.reasons import reasons
from tui.widgets.review_line import ReviewLine
from tui.widgets.review_words import told

CLIP = Path(__file__).resolve().parents[3] / "samples" / "street.mp4"
HEAD = """\
termwand: 1
media: {path: street.mp4, kind: video, frames: 75, width: 960, height: 540, times: 7c68431c44fd6698}
author: Ann
next_id: 20
labels:
- {"name":"car"}
- {"name":"person\\u001b[31m"}
tracks:
- {"id":7,"label":"car","type":"rectangle","review":[{"first":60,"last":70,"state":"accepted"}]}
- {"id":8,"label":"person\\u001b[31m","type":"rectangle"}
keyframes:
"""
ELSEWHERE = {7: (20, 21, 40), 8: (50,)}
"""Track -> frames on which it is elsewhere."""
ESC = "\x1b[27u"
LINEAR = Settings(interpolation="linear")
"""Without the camera's motion, which takes as long as all the rest."""


def document() -> str:
    lines = [HEAD]
    for number, there in ELSEWHERE.items():
        for frame in range(75):
            x, y = 100.0 + 4 * frame + 300 * (frame in there), 30.0 * number + 90 * (frame in there)
            by = "human" if frame in (0, 74) else "csrt"
            key = {"track": number, "frame": frame, "by": by, "points": [[x, y], [x + 80, y + 60]]}
            lines.append("- " + json.dumps(key) + "\n")
    return "".join(lines)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    shutil.copy(CLIP, tmp_path / "street.mp4")
    (tmp_path / "street.termwand.yaml").write_text(document(), encoding="utf-8")
    return tmp_path / "street.mp4"


async def begin(app: TermwandApp) -> None:
    """Open the review, without what looks at pixels: what that finds is another matter."""
    app.session.review.reviewer = Reviewer()
    app.do("review.open")
    await until(lambda: app.session.review.at is not None and not app.session.media.loading)
    await settled(app)


@pytest.fixture
async def app(clip: Path) -> AsyncIterator[TermwandApp]:
    async with running(clip, labels="", size=SIZES[0], settings=LINEAR) as found:
        await settled(found)
        await begin(found)
        yield found


def frames_listed(app: TermwandApp) -> list[str]:
    panel = app.main.query_one(EntryList)
    rows = ["".join(part.text for part in panel.row(number, 26)) for number in range(panel.count)]
    return [row.split()[-1] for row in rows[::2]]


def marks(app: TermwandApp) -> str:
    region = app.main.query_one(ReviewLine).region
    return text_of(app).split("\n")[region.y][WITH_TRACKS:].ljust(app.size.width - WITH_TRACKS)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_did(clip, size):
    async with running(clip, labels="", size=size, settings=LINEAR) as app:
        await settled(app)
        await begin(app)
        await looks_as_it_did(app, "panels/review")


async def test_all_of_it_comes_and_goes_with_the_review(app):
    canvas = app.main._canvas
    assert canvas.region.x == 0 and canvas.region.width >= 50 and "Objects" not in text_of(app)
    assert app.session.view.viewport.view_size == canvas.view_size and app.session.view.viewport.band
    write(app, ";")  # tools are away already: what comes next is the list
    await until(lambda: canvas.region.width == 80 and app.session.view.viewport.view_size == canvas.view_size)
    app.do("review.close")
    await until(lambda: "Review" not in text_of(app) and not app.session.view.viewport.band)
    write(app, ";;")
    await until(lambda: "Objects" in text_of(app) and "Labels" in text_of(app) and canvas.region.x == 10)


async def test_a_click_on_an_entry_goes_to_it(app):
    session = app.session
    other = next(one for one in session.review.listed if one is not session.review.at and one.ids == (7,))
    await click_on(app, f"{other.first + 1}-{other.last + 1}")
    await until(lambda: session.review.at == other and session.frame == other.worst)
    await settled(app)
    assert f"Entry {session.review.listed.index(other) + 1} of" in text_of(app)
    assert session.selection.selected == 7


async def test_the_row_below_the_timeline_shows_what_was_found_and_said_and_a_click_goes_there(app):
    session = app.session
    here, other = (one for one in session.review.listed if one.ids == (7,))
    app.do("review.go", session.review.listed.index(here) + 1)
    await until(lambda: session.frame == here.worst)
    await settled(app)
    width = app.size.width - WITH_TRACKS
    row = marks(app)
    assert row[60 * width // 75 : 70 * width // 75] == "=" * (70 * width // 75 - 60 * width // 75)
    assert row[session.frame * width // 75] == "▼" and row[other.worst * width // 75] == "▲" and row.count("▲") == 1
    line = app.main.query_one(ReviewLine).region
    click(app, WITH_TRACKS + other.worst * width // 75, line.y)
    await until(lambda: session.review.at == other and session.frame == other.worst)
    click(app, WITH_TRACKS, line.y)
    await until(lambda: session.frame == 0)
    click(app, 2, line.y)
    await settled(app)
    assert session.frame == 0


async def test_the_list_follows_the_queue_and_scrolls_by_the_wheel(app):
    panel, session = app.main.query_one(EntryList), app.session
    many = tuple(session.review.entries[0].__class__((7,), "car", n, n, n, 0.5, session.review.entries[0].findings)
                 for n in range(1000, 5000))  # fmt: skip
    session.review.entries = (*session.review.entries, *many)
    session.changed()
    await until(lambda: panel.count == 2 * len(session.review.entries))
    session.review.at = many[2999]
    session.changed()
    await until(lambda: panel.scroll_offset.y == 2 * session.review.entries.index(many[2999]) - panel.size.height // 2)
    await until(lambda: " 4000" in text_of(app) and "Entry 3003 of 4003" in text_of(app))
    before = panel.scroll_offset.y
    write(app, f"\x1b[<65;{panel.region.x + 3};{panel.region.y + 4}M")
    await until(lambda: panel.scroll_offset.y > before)


async def test_it_is_limited_by_a_dialog(app):
    session = app.session
    everything = len(session.review.listed)
    await click_on(app, "Entry 1 of")
    await until(lambda: on_top(app) == "Pick")
    write(app, "3")
    await until(lambda: on_top(app) == "Pick" and app.screen._title == "Track")
    assert [choice.value for choice in app.screen._choices] == ["", "7", "8"]
    write(app, "3")
    await until(lambda: session.review.filters.track == 8 and on_top(app) == "MainScreen")
    await until(lambda: "track 8" in text_of(app))
    assert len(session.review.listed) == 1 < everything and len(frames_listed(app)) == 1
    app.do("app.review_filter")
    await until(lambda: on_top(app) == "Pick")
    write(app, "5")
    await until(lambda: session.review.filters.track is None and len(session.review.listed) == everything)


async def test_a_flag_has_a_comment_and_is_of_the_entry_that_was_asked_about(app):
    session = app.session
    entry = session.review.at
    write(app, "!")
    await until(lambda: on_top(app) == "Ask" and app.screen.query(Input))
    write(app, "not a car\r")
    await until(lambda: any(said.state == "flagged" for said in session.document.tracks[entry.ids[0]].review))
    await settled(app)
    app.do("review.back")
    await until(lambda: "flagged: not a car (Ann" in text_of(app).replace("\n", " ") or "flagged: not" in text_of(app))
    assert f"!{entry.ids[0]} " in text_of(app)
    write(app, "!")
    await until(lambda: on_top(app) == "Ask" and app.screen.query(Input))
    app.do("review.next")  # as a queue that changes meanwhile may
    await handled(app)
    before = session.revision
    write(app, "late\r")
    await until(lambda: on_top(app) == "MainScreen")
    await settled(app)
    assert session.revision == before


async def test_a_stranger_names_no_row(app):
    app.do("review.go", next(n for n, one in enumerate(app.session.review.listed, 1) if one.ids == (8,)))
    await until(lambda: "person␛[31m" in text_of(app))
    assert "\x1b" not in text_of(app)


async def test_crops_stand_below_the_picture_and_a_click_on_one_goes_there(app):
    from engine.scene_of import scene_of

    session, canvas = app.session, app.main._canvas
    await until(lambda: all(crop.pixels is not None for crop in scene_of(session).strip.crops))
    crop = scene_of(session).strip.crops[-1]
    (width, height), (x, y, wide, high) = session.view.cell, crop.rect
    click(app, canvas.region.x + (x + wide // 2) // width, canvas.region.y + (y + high // 2) // height)
    await until(lambda: str(session.frame + 1) == crop.number)
    assert session.review.at is not None and place_of(app, "Entry 1 of")


def test_of_a_shape_it_is_said_what_is_wrong_with_it_and_what_was_said_of_it():
    shape = Shape(4, 2, "car", "rectangle", ((1.0, 1.0), (5.0, 4.0)), model="m", score=0.2)
    still = Document(MediaInfo("photos", "folder", 3), (Label("car"),), Map({2: (shape,)}), next_id=5)
    entry = Entry((4,), "car", 2, 2, 2, 0.9, (Finding("margin", 2, 2, 2, (4,), 0.9, "rectangle 4 (car) has a score"),))
    assert reasons(entry) == ["has a score"] and told(entry, still).plain == "90 % likely a fault\n· has a score"
    done, _ = apply_all(still, judging(still, 2, (4,), "flagged", comment="a bus", by="Ann", at="2026-01-01T00:00:00"))
    flagged = replace(entry, state="flagged")
    assert "flagged: a bus (Ann 2026-01-01)" in told(flagged, done).plain
    gone, _ = apply_all(still, [DropShape(2, 4)])
    assert "fixed" in told(replace(entry, state="fixed"), gone).plain.split("\n")
    assert told(entry, still, gone=True).plain.startswith("Suspected no longer")


async def test_keys_and_sizes_in_haste(clip):
    async with running(clip, labels="", size=SIZES[0], settings=LINEAR) as app:
        await settled(app)
        await begin(app)
        write(app, "    \r;;;  ff/")  # folded away and back, gone on, two frames on, and the dialog
        await until(lambda: on_top(app) == "Pick")
        await Pilot(app).resize_terminal(*SIZES[1])
        write(app, ESC)
        await until(lambda: on_top(app) == "MainScreen")
        await Pilot(app).resize_terminal(60, 15)
        await settled(app)
        await until(lambda: app.session.view.viewport.view_size == app.main._canvas.view_size)
        assert app.session.review.on and app.session.review.judged == 2 and "Review 2/" in text_of(app)
        assert app.session.view.viewport.band == 0  # no room for crops
