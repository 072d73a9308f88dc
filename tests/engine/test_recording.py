"""Recordings without a screen: what is written, what is read and refused, what is played."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine import recording
from engine.actions import load_actions, perform
from engine.actions.frames import show
from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.errors import FormatError, SettingsError
from engine.opening import open_session
from engine.options import Options
from engine.playing import Inline, play
from engine.recorder import Recorder, head_of
from engine.recording import Head, Line, check, read, with_recorded
from engine.settings import Settings
from tests.engine.actions.conftest import Bench

ACTIONS = load_actions()


@pytest.fixture
def bench() -> Bench:
    """Return a fresh session on frame 0."""
    return Bench()


class Tape:
    """A recorder over a clock that stands until it is moved, and what it wrote."""

    def __init__(self, head: Head | None = None) -> None:
        self.time, self.lines = 100.0, list[str]()
        self.recorder = Recorder(self.lines.append, head or Head(), lambda: self.time)

    def do(self, session, after: float, name: str, *args) -> None:
        self.time += after
        self.recorder.took(name, args)
        perform(ACTIONS, session, name, *args)

    def saved(self, folder: Path) -> recording.Recording:
        (folder / "tape.jsonl").write_text("".join(self.lines))
        return read(folder / "tape.jsonl")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "tape.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_file_holds_what_was_done_and_when(bench, tmp_path):
    tape = Tape(head_of(bench.session, "cl\x1bip", "1.2"))
    tape.do(bench.session, 1.25, "label.add", "h\u202eorse")
    tape.do(bench.session, 0.5, "mouse.move", 10.5, 20.0, 0, True)
    assert "".join(tape.lines).isascii() and "\x1b" not in "".join(tape.lines)  # a terminal may show it
    found = tape.saved(tmp_path)
    assert found.head == Head(1, "1.2", "cl\x1bip", 0, (640, 400), (10, 20), found.head.settings)
    assert found.head.settings["points"] == bench.session.settings.points
    assert found.lines == (
        Line(2, "label.add", ("h\u202eorse",), 1.25), Line(3, "mouse.move", (10.5, 20.0, 0, True), 0.5),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('{"do": ["a.b"]}\n{"do": ["a.b"]', 2, "Expecting"), ('{"do": []}', 1, "names no action"),
        ('\n{"do": [1]}', 2, "names no action"), ('{"done": []}', 1, "missing required field `do`"),
        ('{"do": "a"}', 1, "Expected `array`"), ("3", 1, "Expected `object`"), (b'{"do": ["\xff"]}', 1, "no JSON"),
        ('{"do": ["a.b"], "after": -1}', 1, "number of seconds"), ("[" * 99_999, 1, "no JSON"),
        ('{"do": ["a.b"], "frames": -1}', 1, "number of frames"), ('{"do": ["a.b"], "frames": 1.5}', 1, "$.frames"),
        ('{"do": ["a.b"], "after": NaN}', 1, "NaN is no number"), ('{"recording": 2}', 1, "version 2"),
        ('{"do": ["a.b"]}\n{"do": ["a.b", [-Infinity]]}', 2, "-Infinity is no number"),
        ('{"do": ["a.b", 1e999]}', 1, "1e999 is no number"),
        ('{"do": ["a.b"], "after": ' + "9" * 400 + "}", 1, "after"),
        ('{"recording": 1, "view": 3}', 1, "$.view"), ('{"do": ["a.b"]}\n{"recording": 1}', 2, "field `do`"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path, text, line, why):
    with pytest.raises(FormatError) as caught:
        read(written(tmp_path, text))
    assert f"line {line}" in caught.value.detail and why in caught.value.detail and "tape.jsonl" in caught.value.detail


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_no_recording(tmp_path, text):
    with pytest.raises(FormatError, match=r"empty.*--record"):
        read(written(tmp_path, text))


def test_a_file_that_is_not_there_and_one_too_large(tmp_path, monkeypatch):
    with pytest.raises(FormatError, match="No such file"):
        read(tmp_path / "none")
    monkeypatch.setattr(recording, "LONGEST", 9)
    with pytest.raises(FormatError, match="too large"):
        read(written(tmp_path, '{"do": ["a.b"]}'))


def test_an_action_that_there_is_not_is_named_with_its_line(tmp_path):
    found = read(written(tmp_path, '{"do": ["frames.step", "1"]}\n{"do": ["frames.stop"]}'))
    with pytest.raises(FormatError, match=r'line 2, .*frames\.stop, did you mean "frames\.step"'):
        check(found, ACTIONS)


def test_settings_that_the_result_depends_on_are_taken_over_and_no_others():
    head = Head(settings={"points": 3, "device": "cuda", "nonsense": 1})
    assert with_recorded(Settings(), head) == Settings(points=3) and with_recorded(Settings(), None) == Settings()
    with pytest.raises(SettingsError, match="recording"):
        with_recorded(Settings(), Head(settings={"points": 99}))


def played(bench, found, **options) -> list[str]:
    return play(bench.session, ACTIONS, found, Inline(bench.session).settle, **options)


def test_each_action_waits_for_the_jobs_of_the_one_before(bench, tmp_path):
    lines = [["tool.interact", "graphcut"], ["mouse.press", 240, 200, 1, False], ["tool.finish"], ["frames.step", "1"],
             ["tool.interact", "graphcut"], ["mouse.press", 260, 200, 1, False], ["tool.finish"]]  # fmt: skip
    found = read(written(tmp_path, "\n".join(json.dumps({"do": line}) for line in lines)))
    assert played(bench, found) == []
    assert [[shape.model for shape in bench.session.document.shapes(frame)] for frame in (0, 1)] == [["graphcut"]] * 2


def test_a_key_that_was_held_moves_as_far_when_it_is_played(bench, tmp_path):
    tape = Tape(head_of(bench.session, "", ""))
    bench.session.view.clock = lambda: tape.recorder.elapsed
    for after in [0.2, *[0.03] * 14, 0.2, *[0.001] * 12]:
        tape.do(bench.session, after, "cursor.move", "left")
    there = bench.session.view.cursor
    assert there == (160 - 5 * (10 + 2 * 5 + 12), 100)  # held down, the eleventh and all after it go twice as far
    other = Bench()
    played(other, tape.saved(tmp_path))
    assert other.session.view.cursor == there


def test_dialogs_and_what_changes_more_than_what_is_open_are_passed_over_and_quit_ends(bench, tmp_path):
    lines = [["app.help"], ["model.use", "hrnet", "x"], ["file.overwrite"], ["frames.step", "1"], ["app.quit"],
             ["frames.step", "1"]]  # fmt: skip
    told = played(bench, read(written(tmp_path, "\n".join(json.dumps({"do": line}) for line in lines))))
    assert bench.session.frame == 1
    assert [text.partition(":")[0] for text in told] == ["Line 2 was passed over", "Line 3 was passed over"]


def test_what_was_refused_is_refused_again_and_it_goes_on(bench, tmp_path):
    lines = [["frames.go", "99"], ["frames.step", "1"]]
    told = played(bench, read(written(tmp_path, "\n".join(json.dumps({"do": line}) for line in lines))))
    assert told == ["Line 1: No such frame. frames go from 1 to 10"] and bench.session.frame == 1


@pytest.mark.parametrize("line", [
    ["frames.step", "x"], ["mouse.move", "x", 1], ["frames.step", 1, 2, 3], ["nobody"], ["label.add", 3],
    ["mouse.move", 10**400, 1],
])  # fmt: skip
def test_a_line_that_means_nothing_ends_it_with_its_number(bench, tmp_path, line):
    found = read(written(tmp_path, '{"do": ["frames.step", "1"]}\n' + json.dumps({"do": line})))
    with pytest.raises(FormatError, match=f'Line 2 of the recording: "{line[0]}'):
        played(bench, found)
    assert bench.session.frame == 1


def test_it_is_looked_at_as_it_was(bench, tmp_path):
    head = '{"recording": 1, "frame": 4, "view": [320, 400], "cell": [8, 16]}\n'
    played(bench, read(written(tmp_path, head + '{"do": ["mouse.move", 160, 200]}')))
    view = bench.session.view
    assert bench.session.frame == 4 and view.viewport.view_size == (320, 400) and view.cursor == (160, 100)


@pytest.mark.parametrize(("used", "own"), [("steady", "linear"), ("linear", "steady")])
def test_keyframes_between_two_are_put_where_the_recorded_session_had_them(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, used: str, own: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    frames = sorted((shared / "data" / "tracks" / "davis_car-shadow" / "frames").glob("*.jpg"))[:9]
    ends = Keyframe(0, ((60.0, 90.0), (160.0, 150.0))), Keyframe(8, ((360.0, 120.0), (480.0, 190.0)))
    folders = [tmp_path / name / "clip" for name in ("recorded", "played")]
    for folder in folders:
        folder.mkdir(parents=True)
        for file in frames:
            shutil.copy(file, folder)
        opened = open_session(Options((folder,), labels="car", settings=Settings(author="we")))
        opened.session.commit("Draw", PutTrack(Track(1, "car", "rectangle", keyframes=ends)))
        opened.close()
    opened = open_session(Options((folders[0],), settings=Settings(interpolation=used)))
    tape, jobs = Tape(head_of(opened.session, "clip", "")), Inline(opened.session)
    step_to(opened.session, jobs)
    for name, *args in (("frames.step", 4), ("shape.select", 1), ("track.keyframe",), ("file.save",)):
        tape.do(opened.session, 0.1, name, *args)
        jobs.settle()
    opened.close()
    found = tape.saved(tmp_path)
    assert found.head is not None and found.head.settings["interpolation"] == used
    settings = with_recorded(Settings(interpolation=own), found.head)
    opened = open_session(Options((folders[1],), settings=settings))
    assert play(opened.session, ACTIONS, found, Inline(opened.session).settle) == []
    opened.close()
    one, other = ((folder / "annotations.termwand.yaml").read_bytes() for folder in folders)
    assert one == other and one.count(b'"track":1,"frame":') == 3
    assert (b"[210.0,105.0]" in one) == (used == "linear"), "the two ways differ on this clip"


def step_to(session, jobs: Inline) -> None:
    """Show the first frame, as the screen does when it opens."""
    show(session, session.media.target)
    jobs.settle()
