"""Each repair of a track by its keys, in the running app: what it will change is shown first, and it is one step."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.review.queue import Entry
from tests.tui.in_process import handled, on_top, running, said, text_of, until, write
from tui.app import TermwandApp


def put(app: TermwandApp, number: int, frames: dict[int, float], *, label: str = "car", by: str = "csrt") -> None:
    keys = tuple(Keyframe(at, ((x, 100.0), (x + 80, 160.0)), by=by) for at, x in frames.items())
    app.session.commit("Draw", PutTrack(Track(number, label, "rectangle", keyframes=keys)))


def frames(app: TermwandApp, number: int) -> list[tuple[int, bool]]:
    return [(key.frame, key.outside) for key in app.session.document.tracks[number].keyframes]


async def go(app: TermwandApp, frame: int, number: int) -> None:
    """Go to a frame by its number on the screen, and select a track there."""
    write(app, f"`{frame}\r")
    await until(lambda: app.session.frame == frame - 1)
    app.session.selection.pick(number)


async def ask(app: TermwandApp, keys: str, screen: str, *words: str) -> str:
    """Press keys that open a dialog; return what is on the screen once some words are there."""
    write(app, keys)
    await until(lambda: on_top(app) == screen and app.screen.is_current)
    await handled(app)
    await until(lambda: all(word in text_of(app) for word in words))
    return text_of(app)


def undone(app: TermwandApp) -> str | None:
    return app.session.history.undo_title


async def test_two_are_swapped_that_of_the_label_first_and_both_ranges_are_shown(street: Path) -> None:
    async with running(street) as app:
        put(app, 1, {0: 100.0, 5: 110.0})
        put(app, 2, {0: 120.0, 5: 130.0}, label="person")
        put(app, 3, {0: 500.0, 5: 510.0})
        await go(app, 4, 1)
        shown = await ask(app, "Gx", "Pick", "What they are before frame 4 stays")
        assert "Swap car 1 (on frames 1 to 6) from frame 4 on with" in shown
        assert [choice.value for choice in app.screen._choices] == ["3", "2"]
        assert "car 1 gets frames 4 to 6, as car 3 is there now" in shown
        write(app, "\x1b[27u")
        await until(lambda: on_top(app) == "MainScreen")
        app.session.review.on, app.session.review.at = True, Entry((1, 2), "car", 3, 3, 3, 0.9, ())
        await ask(app, "Gx", "Pick")
        write(app, "\r")
        await until(lambda: undone(app) == "Swap 1 and 2 from frame 4")


async def test_a_track_is_merged_with_the_nearest_and_the_gap_is_said(street: Path) -> None:
    async with running(street) as app:
        put(app, 1, {0: 100.0, 1: 110.0})
        put(app, 2, {4: 120.0, 5: 130.0})
        put(app, 3, {3: 600.0, 5: 610.0})
        await go(app, 1, 1)
        shown = await ask(app, "G\x1b[57441;2uM", "Pick", "Both become")  # Kitty tells of Shift too
        assert "Merge car 1" in shown and [choice.value for choice in app.screen._choices] == ["2", "3"]
        assert "car 1 ends on frame 2, car 2 begins on 5:" in shown and "2 frames between, then interpolated" in shown
        write(app, "\r")
        await until(lambda: undone(app) == "Merge 1 and 2")
        assert frames(app, 1) == [(0, False), (1, False), (4, False), (5, False)]
        write(app, "u")
        await until(lambda: 2 in app.session.document.tracks)
        app.session.selection.pick(1)
        app.session.review.on, app.session.review.at = True, Entry((1, 3), "car", 1, 3, 3, 0.9, ())
        await ask(app, "GM", "Pick")
        write(app, "\r")
        await until(lambda: undone(app) == "Merge 1 and 3")


async def test_it_is_outside_up_to_a_frame_that_is_asked_for(street: Path) -> None:
    async with running(street) as app:
        put(app, 1, dict.fromkeys(range(6), 100.0))
        await go(app, 3, 1)
        app.session.review.on, app.session.review.at = True, Entry((1,), "car", 1, 3, 2, 0.9, ())
        shown = await ask(app, "GO", "Ask", "Keyframes between go")
        assert "car 1: outside from frame 3 on, back on frame (4 to 6)" in shown
        assert app.screen.query_one(Input).value == "5"
        write(app, "\r")
        await until(lambda: undone(app) == "car 1 is outside on frames 3 to 4")
        assert frames(app, 1) == [(0, False), (1, False), (2, True), (4, False), (5, False)]
        write(app, "u")
        await until(lambda: len(frames(app, 1)) == 6)


async def test_frames_are_interpolated_that_are_shown_first(street: Path) -> None:
    async with running(street) as app:
        put(app, 1, {at: 100.0 + at % 3 for at in range(6)})
        await go(app, 3, 1)
        shown = await ask(app, "GI", "Ask", "yours stay")
        assert "Interpolate car 1" in shown and app.screen.query_one(Input).value == "3-3"
        app.screen.query_one(Input).value = "2-5"
        write(app, "\r")
        await until(lambda: undone(app) == "Interpolate car 1 on frames 2 to 5")
        assert frames(app, 1) == [(0, False), (5, False)]
        app.session.read_only = True
        write(app, "GI")
        await until(lambda: "read-only" in said(app))
        assert on_top(app) == "MainScreen"
