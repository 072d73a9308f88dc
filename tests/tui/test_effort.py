"""What objects cost is counted while the app runs: kept for `termwand stats`, in a recording too, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.stats import deeds_of
from engine.recording import read
from engine.settings import Settings
from tests.tui.in_process import click, running, until, write
from tui.app import TermwandApp
from tui.recordings import Recordings


async def box(app: TermwandApp) -> None:
    write(app, "b")
    await until(lambda: app.session.gesture.mode == "draw")
    for place in ((20, 8), (40, 14)):
        click(app, *place)
    await until(lambda: app.session.shapes)
    write(app, "f")  # the recording has with this key what was drawn before
    await until(lambda: app.session.frame == 1)


async def test_a_box_is_counted_and_stands_in_the_recording(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    tape = tmp_path / "tape.jsonl"
    async with running(street, recordings=Recordings(tape, media="street")) as app:
        await box(app)
    (deed,) = deeds_of(street)
    assert (deed.tool, deed.made, deed.keys) == ("rectangle", 1, 3) and deed.seconds < 60
    assert deeds_of(tape) == [deed]
    before = street.parent / "again"
    before.mkdir()
    for picture in street.glob("*.jpg"):
        (before / picture.name).write_bytes(picture.read_bytes())
    async with running(before, recordings=(tapes := Recordings(play=read(tape)))) as app:
        await until(lambda: not tapes.is_playing)
        assert app.session.document.frames
    assert deeds_of(before) == [], "nobody did that"


async def test_nothing_is_counted_where_that_is_not_wanted(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    async with running(street, settings=Settings(effort=False)) as app:
        await box(app)
    assert deeds_of(street) == [] and not (tmp_path / "state" / "termwand" / "effort").exists()
