"""A job is recorded in the app, then played there and without a screen: what comes out is the same to the byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.actions import load_actions
from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.gestures import Prompting, Tracing
from engine.opening import open_session
from engine.options import Options
from engine.playing import Inline, play
from engine.recording import Recording, read, with_recorded
from engine.settings import Settings
from tests.tui.in_process import click, on_top, running, settled, until, write
from tui.app import TermwandApp
from tui.recordings import Recordings
from tui.widgets.messages import Messages

YAML = "annotations.termwand.yaml"
ESCAPE, UNDO, SAVE = "\x1b[27u", "u", "\x13"


@pytest.fixture
def begun(street: Path) -> Path:
    """Return a folder whose document has two labels and a track."""
    opened = open_session(Options((street,), labels="car,person"))
    boxes = [((100.0, 100.0), (200.0, 160.0)), ((140.0, 100.0), (260.0, 180.0))]
    keyframes = tuple(Keyframe(frame, box) for frame, box in zip((0, 4), boxes, strict=True))
    opened.session.commit("Track", PutTrack(Track(7, "car", "rectangle", keyframes=keyframes)))
    opened.close()
    return street


@pytest.fixture
def again(begun: Path, tmp_path: Path):
    """Return a function that returns a copy of that folder as it was."""
    shutil.copytree(begun, tmp_path / "as it was")
    return lambda name: Path(shutil.copytree(tmp_path / "as it was", tmp_path / name / begun.name))


def cell(app: TermwandApp, x: float, y: float) -> tuple[int, int]:
    """Return the cell of the screen where a frame point lies."""
    canvas, view = app.main._canvas, app.session.view
    column, row = view.viewport.to_view((x, y))
    return int(column // view.cell[0]) + canvas.region.x, int(row // view.cell[1]) + canvas.region.y


async def whole_job(app: TermwandApp) -> None:
    """Draw a box by keys and mouse, cut out by graph cut and scissors, edit the track, go on, undo, save."""
    session = app.session
    write(app, "b")
    for place in ((700, 300), (900, 420)):
        click(app, *cell(app, *place))
    await until(lambda: any(shape.type == "rectangle" and shape.id != 7 for shape in session.shapes))
    write(app, "i\r")
    await until(lambda: isinstance(session.gesture, Prompting))
    click(app, *cell(app, 640, 560))
    await settled(app)
    click(app, *cell(app, 100, 50), button=2)
    await settled(app)
    write(app, "n")
    await until(lambda: any(shape.model == "graphcut" for shape in session.shapes))
    write(app, ESCAPE + ESCAPE + "2O2")
    await until(lambda: isinstance(session.gesture, Tracing))
    for place in ((995, 110), (960, 145), (925, 110), (960, 75)):
        click(app, *cell(app, *place))
        await settled(app)
    write(app, "n")
    await until(lambda: len(session.shapes) == 4)
    write(app, ESCAPE + ESCAPE)
    await settled(app)
    app.do("shape.select", 7)
    write(app, "$")
    await until(lambda: session.gesture.mode == "edit")
    click(app, *cell(app, 150, 130), to=cell(app, 320, 240))
    await until(lambda: session.history.undo_title == "Edit car 7")
    write(app, ESCAPE + ESCAPE + "f" + "L" + "-" + "+" + "jk")
    await until(lambda: session.frame == 1)
    click(app, *cell(app, 600, 300))
    write(app, "b" + "\x1b[C" * 30)
    await settled(app)
    write(app, "\r" + "\x1b[C" * 12 + "\x1b[B" * 7 + "\r" + UNDO + SAVE)
    await settled(app)


def played_without_a_screen(folder: Path, recording: Recording) -> list[str]:
    head = recording.head
    assert head is not None
    opened = open_session(Options((folder,), frame=head.frame, settings=with_recorded(Settings(), head)))
    told = play(opened.session, load_actions(), recording, Inline(opened.session).settle)
    opened.close()
    return told


async def test_a_whole_job_is_the_same_when_it_is_played(begun: Path, again, tmp_path: Path) -> None:
    on_screen, other_size, without = again("on screen"), again("other size"), again("without")
    file = tmp_path / "job.jsonl"
    async with running(begun, recordings=Recordings(file, media="street"), settings=Settings(points=11)) as app:
        await whole_job(app)
        done = [entry["do"][0] for entry in map(json.loads, file.read_text().splitlines()[1:])]  # as it happens
    assert {"mouse.press", "draw.start", "app.interactors", "tool.finish", "history.undo", "file.save"} <= set(done)
    wanted = (begun / YAML).read_bytes()
    assert wanted.count(b'"id"') == 4 and b"graphcut" in wanted and b"scissors" in wanted
    recording = read(file)
    settings = with_recorded(Settings(), recording.head)
    assert settings.points == 11
    async with running(on_screen, recordings=(tapes := Recordings(play=recording)), settings=settings) as app:
        await until(lambda: not tapes.is_playing, 60)
        said = [line.plain for line in app.main.query_one(Messages)._lines]
        assert any("has been played" in line for line in said), said
    assert (on_screen / YAML).read_bytes() == wanted
    file.write_text(file.read_text() + '{"do":["app.quit"]}\n')
    tapes = Recordings(play=read(file))
    async with running(other_size, recordings=tapes, settings=settings, size=(160, 45)) as app:
        await until(lambda: not app.is_running, 60)
    assert (other_size / YAML).read_bytes() == wanted
    assert played_without_a_screen(without, recording) == []
    assert (without / YAML).read_bytes() == wanted


async def test_the_last_line_may_end_the_program(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "script.jsonl"
    lines = (["label.add", "dog"], ["frames.step", "2"], ["app.help"], ["app.quit"], ["frames.step", "1"])
    file.write_text("".join(json.dumps({"do": line}) + "\n" for line in lines))
    async with running(street, recordings=Recordings(play=read(file))) as app:
        await until(lambda: not app.is_running)
        assert app.session.frame == 2 and [label.name for label in app.session.document.labels][2:] == ["dog"]
        assert app.return_value == 0 and '"dog"' in (street / YAML).read_text()


async def test_at_the_end_the_view_has_the_canvas_size_again(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "job.jsonl"
    head = {"recording": 1, "media": "elsewhere", "frame": 1, "view": [300, 200], "cell": [5, 10]}
    file.write_text(json.dumps(head) + "\n" + json.dumps({"do": ["mouse.move", 150, 100, 0, False]}) + "\n")
    async with running(street, recordings=(tapes := Recordings(play=read(file), media="street"))) as app:
        await until(lambda: not tapes.is_playing)
        view, canvas = app.session.view, app.main._canvas
        assert view.viewport.view_size == canvas.view_size and view.cell == canvas.cell
        assert app.session.frame == 1 and view.cursor == (640, 360)  # the middle of the view that was recorded
        said = [line.plain for line in app.main.query_one(Messages)._lines]
        assert any("recorded with elsewhere, what is open is street" in line for line in said), said


async def test_whatever_a_person_does_ends_the_playing_and_counts(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "slow.jsonl"
    entries = [{"do": ["frames.step", "1"]}, {"do": ["frames.step", "1"], "after": 3000}]
    file.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    async with running(street, recordings=Recordings(play=read(file), real=True)) as app:
        await until(lambda: app.session.frame == 1)
        write(app, "\x1b[<35;50;12M")  # the mouse has moved
        await until(lambda: not app.turns._waiting)
        assert app.recordings.is_playing
        write(app, "b")
        await until(lambda: app.session.gesture.mode == "draw")
        assert not app.recordings.is_playing
        said = [line.plain for line in app.main.query_one(Messages)._lines]
        assert any("stopped after line 1" in line for line in said), said


@pytest.mark.parametrize(
    ("line", "said"),
    [(["mouse.move", "here", 1], 'Line 2 of the recording: "mouse.move here 1"'), (["draw.start"], "Line 2"),
     (["label.add", 3], 'Line 2 of the recording: "label.add 3"'), (["mouse.move", 10**400, 1], "Line 2"),
     (["model.fetch", "sam", "x"], "Line 2 was passed over"), (["shape.attributes", 3], "Select an object")],
)  # fmt: skip
async def test_a_line_that_cannot_be_done_is_named(street: Path, tmp_path: Path, line: list, said: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps({"do": ["frames.step", "1"]}) + "\n" + json.dumps({"do": line}) + "\n")
    async with running(street, recordings=Recordings(play=read(file))) as app:
        await until(lambda: not app.recordings.is_playing)
        lines = [text.plain for text in app.main.query_one(Messages)._lines]
        assert any(said in text for text in lines), lines
        assert app.session.frame == 1 and app.is_running


async def test_an_action_that_there_is_not_is_said_when_the_program_has_ended(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"do": ["frames.step", "1"]}\n{"do": ["frames.stepp", "1"]}\n')
    from engine.keymap import load_keymap
    from tui.loader import Loader
    from tui.surfaces.base import Capabilities

    loading = Loader(Options((street,)))
    app = TermwandApp(loading, Capabilities(), load_keymap("cvat"), Recordings(play=read(file)))
    async with app.run_test():
        await until(lambda: not app.is_running)
    assert app.return_value == 1 and loading.failure is not None
    assert "line 2" in loading.failure.detail and '"frames.step"' in loading.failure.detail


async def test_playing_asks_nobody_for_a_label(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "script.jsonl"
    file.write_text("\n".join(json.dumps({"do": ["frames.step", "1"], "after": after}) for after in (0, 1)))
    async with running(street, labels="", recordings=Recordings(play=read(file), real=True)) as app:
        await until(lambda: app.session.frame == 2)
        assert on_top(app) == "MainScreen"


async def test_the_clock_of_playing_frames_is_recorded_too(street: Path, tmp_path: Path) -> None:
    file = tmp_path / "job.jsonl"
    async with running(street, recordings=Recordings(file)) as app:
        write(app, " ")
        await until(lambda: app.session.frame == 2)
        write(app, " ")
        await until(lambda: not app.session.media.playing)
        await settled(app)
        last = app.session.frame
    names = [entry["do"][0] for entry in map(json.loads, file.read_text().splitlines()[1:])]
    assert names.count("frames.turn") == last and names.count("frames.play") == 2
    async with running(street, recordings=(tapes := Recordings(play=read(file)))) as app:
        await until(lambda: not tapes.is_playing)
        assert app.session.frame == last
