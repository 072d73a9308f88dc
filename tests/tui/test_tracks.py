"""Tracking by keys in the running app, the trackers in the engine process: followed, corrected, filled, asked."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from textual.widgets import Input

from engine.document import Keyframe, Track
from engine.edits import PutKeyframe, PutTrack
from tests.tui.in_process import click, click_on, handled, on_top, running, said, settled, until, write
from tui.app import TermwandApp
from tui.widgets.canvas import Canvas

COUNT = 12
CLIP = "davis_blackswan"


@pytest.fixture
def swan(shared: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "swan"
    folder.mkdir()
    for file in sorted((shared / "data" / "tracks" / CLIP / "frames").glob("*.jpg"))[:COUNT]:
        shutil.copy(file, folder)
    return folder


@pytest.fixture
def boxes(shared: Path) -> list[tuple[float, float, float, float]]:
    rows = csv.DictReader((shared / "data" / "tracks" / CLIP / "gt.csv").read_text().splitlines())
    found = [tuple(float(row[side]) for side in "xywh") for row in rows]
    return [(x, y, x + width, y + height) for x, y, width, height in found]


def by(app: TermwandApp, who: str, number: int = 1) -> list[int]:
    return [key.frame for key in app.session.document.tracks[number].keyframes if key.by == who]


async def idle(app: TermwandApp) -> None:
    await settled(app)
    await until(lambda: not app.session.runs.busy and not app.session.jobs.running)


async def draw(app: TermwandApp, box) -> None:
    """Draw with the cursor put where an arrow would bring it."""
    for point in (box[:2], box[2:]):
        app.session.view.cursor = point
        write(app, "\r")
        await handled(app)


async def test_a_whole_clip_by_keys(swan: Path, boxes) -> None:
    async with running(swan, labels="swan") as app:
        session = app.session
        write(app, "T")
        await until(lambda: on_top(app) == "Pick")
        names = [choice.value for choice in app.screen._choices]
        assert {"kcf", "mil", "csrt", "siammask", "transt"} <= {*names}
        place = names.index("kcf")
        write(app, "j" * place + "\r")
        await until(lambda: on_top(app) == "MainScreen" and session.gesture.mode == "draw")
        await draw(app, boxes[0])
        track = session.document.tracks[1]
        assert (track.tracker, track.pinned) == ("kcf", True)
        write(app, "f")
        await until(lambda: by(app, "kcf") == [1])
        write(app, "f")
        await until(lambda: by(app, "kcf") == [1, 2])
        await idle(app)
        write(app, "Gg")  # to the end
        await until(lambda: by(app, "kcf") == [*range(1, COUNT)])
        await idle(app)
        assert session.frame == COUNT - 1 and "KCF: 9 frames" in said(app)
        write(app, "u")
        await until(lambda: by(app, "kcf") == [1, 2])
        write(app, "\x12")
        await until(lambda: by(app, "kcf") == [*range(1, COUNT)])
        await idle(app)
        # a correction in the middle, made here at once: filled before it, up to the first box, and followed after it
        write(app, "`7\r")
        await until(lambda: session.frame == 6)
        session.commit("Key", PutKeyframe(1, Keyframe(6, (boxes[6][:2], boxes[6][2:]))))
        write(app, "Z")
        await idle(app)
        assert by(app, "human") == [0, 6] and by(app, "kcf") == [*range(7, COUNT)]
        await until(lambda: by(app, "fill") == [1, 2, 3, 4, 5])
        write(app, "d{")
        await until(lambda: "Filled 5 frame(s)" in said(app))
        await idle(app)
        write(app, "I")
        await until(lambda: "Nothing is left to ask" in said(app) or "disagree" in said(app))


async def test_esc_stops_a_run_and_the_screen_answers_meanwhile(swan: Path, boxes) -> None:
    async with running(swan, labels="swan") as app:
        session = app.session
        keys = (Keyframe(0, (boxes[0][:2], boxes[0][2:])),)
        session.commit("Draw", PutTrack(Track(1, "swan", "rectangle", tracker="csrt", pinned=True, keyframes=keys)))
        write(app, "\t}")
        await until(lambda: by(app, "csrt"))
        write(app, "d")  # it may be watched no longer: the keys work
        await handled(app)
        write(app, "\x1b[27u")
        await until(lambda: not session.runs.busy)
        await idle(app)
        got = by(app, "csrt")
        assert got == [*range(1, len(got) + 1)]
        write(app, "u")
        await until(lambda: by(app, "csrt") == [])


async def test_deleting_a_track_asks_how_much_and_repeats_the_last_answer(swan: Path, boxes) -> None:
    async with running(swan, labels="swan,duck") as app:
        session = app.session
        for number in (1, 2):
            keys = tuple(Keyframe(at, (boxes[at][:2], boxes[at][2:])) for at in (0, 9))
            session.commit("Draw", PutTrack(Track(number, "swan", "rectangle", keyframes=keys)))
        write(app, "`4\r")
        await until(lambda: session.frame == 3)
        session.selection.selected = 1
        write(app, "\x1b[3~")
        await until(lambda: on_top(app) == "Pick")
        texts = [choice.text for choice in app.screen._choices]
        assert texts == [
            "this frame (4)", f"from here on (frames 4 to {COUNT})", "a range of frames …",
            f"all of it (frames 1 to {COUNT}, 2 keyframes)",
        ]  # fmt: skip
        write(app, "2")
        await until(lambda: session.shape(1) is None)
        session.selection.selected = 2
        write(app, "\x1b[3~")
        await until(lambda: on_top(app) == "Pick")
        write(app, "\r")
        await until(lambda: session.shape(2) is None)
        write(app, "u")
        await until(lambda: session.shape(2) is not None)
        session.selection.selected = 2
        write(app, "\x1b[3~")
        await until(lambda: on_top(app) == "Pick")
        write(app, "3")
        await until(lambda: on_top(app) == "Ask" and app.screen.query(Input))
        assert app.screen.query_one(Input).value == f"4-{COUNT}"
        app.screen.query_one(Input).value = "4-5"
        write(app, "\r")
        await until(lambda: session.shape(2) is None)
        assert [key.frame for key in session.document.tracks[2].keyframes] == [0, 3, 5, 9]


async def test_identities_and_labels_from_here_on_by_the_keys_for_tracks(swan: Path, boxes) -> None:
    async with running(swan, labels="swan,duck") as app:
        session = app.session
        for number, shift in ((1, 0), (2, 100)):
            keys = tuple(Keyframe(at, ((boxes[at][0] + shift, 10.0), (boxes[at][2] + shift, 90.0))) for at in (0, 9))
            session.commit("Draw", PutTrack(Track(number, "swan", "rectangle", keyframes=keys)))
        write(app, "`6\r")
        await until(lambda: session.frame == 5)
        session.selection.selected = 1
        before = session.shape(2).points
        write(app, "Gx")
        await until(lambda: on_top(app) == "Pick")
        assert session.view.mode("main") == "main"
        write(app, "\r")
        await until(lambda: session.history.undo_title == "Swap 1 and 2 from frame 6")
        assert abs(session.shape(1).points[0][0] - before[0][0]) < 20
        write(app, "Gl")
        await until(lambda: on_top(app) == "Pick")
        write(app, "2")
        await until(lambda: 3 in session.document.tracks)
        assert session.document.tracks[3].label == "duck"
        write(app, "G")
        await handled(app)
        write(app, "\t")  # what is not one of them means what it always does, and they are put away
        await handled(app)
        assert not session.view.track_keys


async def test_the_camera_is_measured_and_tracks_are_shown_by_it(swan: Path, boxes, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with running(swan, labels="swan") as app:
        session = app.session
        keys = tuple(Keyframe(at, (boxes[at][:2], boxes[at][2:])) for at in (0, 11))
        session.commit("Draw", PutTrack(Track(1, "swan", "rectangle", keyframes=keys)))
        session.selection.selected = 1
        write(app, "f")
        await until(lambda: session.document.motion is not None)
        await idle(app)
        assert session.document.motion.knows(0, 11) and [*(tmp_path / "cache").rglob("*.motion.npz")]
        from engine.tracks import shape_at

        track = session.document.tracks[1]
        plain, steady = shape_at(track, 1), shape_at(track, 1, motion=session.document.motion)
        assert session.shape(1) == steady != plain
    async with running(swan, labels="swan") as app:
        await until(lambda: app.session.document.motion is not None)  # kept: nothing is measured again


async def test_a_whole_clip_by_mouse_alone(swan: Path, boxes) -> None:
    async with running(swan, labels="swan") as app:
        session = app.session
        await click_on(app, "Track")
        await until(lambda: on_top(app) == "Pick")
        await click_on(app, "KCF")
        await until(lambda: on_top(app) == "MainScreen" and session.gesture.mode == "draw")
        canvas = app.main.query_one(Canvas).region
        click(app, canvas.x + 20, canvas.y + 6, to=(canvas.x + 40, canvas.y + 12))
        await until(lambda: 1 in session.document.tracks)
        await click_on(app, "to the end")
        await until(lambda: by(app, "kcf") or "lost" in said(app))
        await idle(app)
        await click_on(app, "track keys")
        await click_on(app, "to frame")
        await until(lambda: on_top(app) != "MainScreen")
