"""Tracks on the panels: the timeline's two rows, the object list's columns, the status line; and clicks on them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.document import Keyframe, Track
from engine.edit_types import DropTrack, PutKeyframe, PutTrack
from engine.jobs import RunProgress
from tests.tui.in_process import click, handled, running, said, settled, text_of, until, write
from tests.tui.looks import SIZES, looks_as_it_did
from tui.app import TermwandApp
from tui.widgets.columns import ROOMY, WITH_TRACKS
from tui.widgets.messages import Messages
from tui.widgets.object_list import FLAGS, ObjectList
from tui.widgets.timeline import BARS, SIGNS, Timeline

CLIP = Path(__file__).resolve().parents[3] / "samples" / "street.mp4"
HEAD = """\
termwand: 1
media: {path: street.mp4, kind: video, frames: 75, width: 960, height: 540, times: 7c68431c44fd6698}
next_id: 20
labels:
- {"name":"car"}
- {"name":"person"}
- {"name":"car\\u001b[31m"}
shapes:
- {"id":1,"frame":0,"label":"person","type":"rectangle","points":[[700.0,200.0],[740.0,300.0]]}
tracks:
- {"id":7,"label":"car","type":"rectangle","tracker":"csrt","pinned":true}
- {"id":8,"label":"person","type":"rectangle"}
- {"id":9,"label":"car\\u001b[31m","type":"rectangle"}
keyframes:
"""
KEYFRAMES = [
    {"track": 7, "frame": 0, "by": "human"},
    *({"track": 7, "frame": 10 + n, "by": "fill", "agreement": n / 10} for n in range(11)),
    {"track": 7, "frame": 24, "by": "csrt", "score": 0.75},
    {"track": 7, "frame": 30, "by": "csrt", "outside": True},
    {"track": 7, "frame": 40, "by": "human", "occluded": True},
    {"track": 7, "frame": 55, "by": "human"},
    {"track": 8, "frame": 20, "by": "human"},
    {"track": 8, "frame": 60, "by": "human", "outside": True},
    {"track": 9, "frame": 50, "by": "csrt"},
]


def document() -> str:
    """A clip's document with a shape, a track with something of everything, and two more."""
    lines = []
    for number, fields in enumerate(KEYFRAMES):
        x = 100.0 + 5 * number
        lines.append("- " + json.dumps({**fields, "points": [[x, 200.0], [x + 60, 260.0]]}) + "\n")
    return HEAD + "".join(lines)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return the sample clip with that document beside it."""
    shutil.copy(CLIP, tmp_path / "street.mp4")
    (tmp_path / "street.termwand.yaml").write_text(document(), encoding="utf-8")
    return tmp_path / "street.mp4"


@pytest.fixture
async def app(clip: Path) -> AsyncIterator[TermwandApp]:
    """Yield the app with it in 80 columns."""
    async with running(clip, labels="", size=SIZES[0]) as found:
        await settled(found)
        yield found


def rows(app: TermwandApp) -> list[str]:
    """Return the timeline's rows as they stand on the screen."""
    region = app.main.query_one(Timeline).region
    lines = text_of(app).split("\n")[region.y : region.bottom]
    return [line.ljust(app.size.width) for line in lines]


async def choose(app: TermwandApp, number: int) -> None:
    app.do("shape.select", number)
    await until(lambda: app.main.query_one(Timeline)._track is app.session.document.tracks.get(number))
    await settled(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("name", "selected"), [("tracks", 0), ("track", 7)])
async def test_tracks_look_as_they_did(clip, name, selected, size):
    async with running(clip, labels="", size=size) as app:
        await settled(app)
        if selected:
            await choose(app, selected)
        await looks_as_it_did(app, f"panels/{name}")


async def test_a_selected_track_says_what_it_is_on_every_frame(app):
    await choose(app, 7)
    await until(lambda: rows(app)[1].startswith(" 7 car"))
    row = rows(app)[1][WITH_TRACKS:]
    gap = row[26:34]
    assert row[0] == "◆" and row[1:8] == "─" * 7 and row.count("◆") == 3 and set(gap) == {"·"}
    assert row.index("×") == 30 * 64 // 75 and row[34:47] == "◆" + "~" * 11 + "◆" and row[46:] == "◆" + "-" * 17
    assert "".join(sign for sign in row if sign in BARS[1:]) == "▁▁▂▃▄▅▅▆▇▇"
    await choose(app, 1)
    await until(lambda: rows(app)[1].startswith(" Tracks 3"))
    row = rows(app)[1][WITH_TRACKS:]
    assert row == "▃" * 17 + "▅" * 8 + "▃" * 9 + "▅" * 8 + "▇" * 9 + "▅" * 13


async def test_a_click_goes_to_the_frame_and_on_a_mark_to_its_keyframe(app):
    await choose(app, 7)
    left, top = WITH_TRACKS, app.main.query_one(Timeline).region.y
    for y, frame in ((top + 1, 24), (top + 1, 55), (top, 40), (top + 1, 0)):
        column = frame * 64 // 75
        click(app, left + column, y)
        await until(lambda frame=frame: app.session.frame == frame)
    before = app.session.frame
    click(app, 3, top + 1)
    click(app, 3, top)
    await settled(app)
    assert app.session.frame == before
    app.do("shape.select", 1)
    click(app, app.size.width - 1, top + 1)
    await until(lambda: app.session.frame == 74)


async def test_many_frames_in_one_column_lead_to_the_keyframe_among_them(app):
    keys = (Keyframe(0, ((1.0, 1.0), (9.0, 9.0))), Keyframe(69, ((1.0, 1.0), (9.0, 9.0)), by="csrt"))
    app.session.commit("Track", PutTrack(Track(11, "car", "rectangle", keyframes=keys)))
    await choose(app, 11)
    bar = app.main.query_one(Timeline)
    column = 69 * 64 // 75
    assert bar._width == 64 and column == 68 * 64 // 75  # two frames are in it
    await until(lambda: rows(app)[1][WITH_TRACKS + column] == "◇")
    click(app, bar.region.x + WITH_TRACKS + column, bar.region.y + 1)
    await until(lambda: app.session.frame == 69)


async def test_an_edit_is_shown_and_a_move_of_the_cursor_draws_nothing(app, monkeypatch):
    app.do("frames.go", 31)
    await until(lambda: app.session.frame == 30)
    await choose(app, 8)
    bar, drawn = app.main.query_one(Timeline), []
    app.session.commit("Keyframe", PutKeyframe(8, Keyframe(40, ((1.0, 1.0), (9.0, 9.0)), by="csrt")))
    await until(lambda: rows(app)[1][WITH_TRACKS + 40 * 64 // 75] == "◇")
    await settled(app)
    monkeypatch.setattr(bar, "refresh", lambda *args, **options: drawn.append(args))
    for x in range(30, 40):
        write(app, f"\x1b[<35;{x};9M")
    await settled(app)
    app.main.show()
    assert drawn == []


async def test_a_run_shows_where_it_has_still_to_go(app):
    await choose(app, 8)
    progress = app.session.jobs.progress
    for run, sign, there in (
        (RunProgress(1, "csrt", first=20, last=74, at=65, tracks=frozenset({8})), ">", range(65, 75)),
        (RunProgress(1, "csrt", first=20, last=0, at=10, tracks=frozenset({8, 9})), "<", range(11)),
        (RunProgress(1, "csrt", first=20, last=0, at=10, tracks=frozenset({9})), "<", range(0)),
        (RunProgress(1, "yolo", first=0, last=99, at=70), ">", range(70, 75)),
    ):
        progress["run"] = run
        app.session.changed()
        columns = {frame * 64 // 75 for frame in there}
        await until(lambda s=sign, c=columns: {i for i, x in enumerate(rows(app)[1][WITH_TRACKS:]) if x in "<>"} == c)
        assert not columns or rows(app)[1][WITH_TRACKS + max(columns)] == sign
    progress.clear()


async def test_marks_of_all_frames_reach_to_the_last_column(clip):
    async with running(clip, labels="", size=SIZES[1]) as app:
        await settled(app)
        await until(lambda: rows(app)[0].endswith("█" + "▪" * (SIZES[1][0] - ROOMY - 1)))


async def test_there_is_a_row_for_tracks_exactly_where_there_are_tracks(app):
    bar, lines = app.main.query_one(Timeline), app.main.query_one(Messages)
    await until(lambda: bar.region.height == 2 and lines._above == 5)
    assert WITH_TRACKS < ROOMY and rows(app)[0].startswith(" Frames ".ljust(WITH_TRACKS) + "█")
    app.session.commit("Drop", *(DropTrack(number) for number in (7, 8, 9)))
    await until(lambda: bar.region.height == 1 and rows(app)[0].startswith(" Frames █") and lines._above == 4)
    app.session.undo()
    await until(lambda: bar.region.height == 2)


async def test_the_list_says_whose_keyframe_it_is_and_what_is_pinned(app):
    panel = app.main.query_one(ObjectList)
    shown = [panel.render_line(y).text for y in range(3)]
    assert "KPLHO" in shown[0] and shown[1].endswith("  ···m ") and shown[2].endswith("◆P···m ")
    app.do("frames.go", 25)
    await until(lambda: app.session.frame == 24)
    await settled(app)
    assert [panel.render_line(y).text[-7:-5] for y in (1, 2)] == ["◇P", "··"]


async def test_a_click_on_the_pin_asks_for_it_and_on_a_shape_for_nothing(app, monkeypatch):
    panel, asked = app.main.query_one(ObjectList), []
    do = app.main._do
    monkeypatch.setattr(app.main, "_do", lambda name, *args: asked.append((name, *args)) or do(name, *args))
    left, top = panel.region.x + panel.scrollable_content_region.width - FLAGS, panel.region.y
    click(app, left - 1, top + 2)
    await until(lambda: ("track.pin",) in asked and ("shape.select", 7) in asked)
    asked.clear()
    click(app, left - 1, top + 1)
    click(app, left - 2, top + 2)
    await until(lambda: ("shape.select", 7) in asked)
    await handled(app)
    assert asked == [("shape.select", 1), ("shape.select", 7)]


async def test_the_status_line_says_whose_keyframe_is_here(app):
    await choose(app, 7)
    await until(lambda: "│ your keyframe" in text_of(app))
    for frame, words in ((24, "keyframe by csrt, score 0.75"), (15, "filled, agreement 0.50"), (5, "between 1 and 11")):
        app.do("frames.go", frame + 1)
        await until(lambda words=words: words in text_of(app))


async def test_a_stranger_names_neither_rows_nor_lines(app):
    app.do("frames.go", 61)
    await until(lambda: app.session.frame == 60)
    await choose(app, 9)
    await until(lambda: "9 car␛[31m" in rows(app)[1])
    assert "\x1b" not in text_of(app) and not said(app)


def test_signs_stand_for_the_marks():
    from engine.timeline import Mark

    assert {mark.name: SIGNS[mark] for mark in Mark} == {
        "NONE": " ", "GAP": "·", "HELD": "-", "SPAN": "─", "OCCLUDED": "~", "LEAVES": "×", "MACHINE": "◇", "HUMAN": "◆",
    }  # fmt: skip
