"""Detectors by keys in the running app, in the engine process: picked, matched, run, slid, taken by letters, undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine.actions import load_actions
from engine.gestures import Hinting, Idle, Sifting
from engine.opening import open_session
from engine.options import Options
from engine.playing import Inline, play
from engine.recording import read, with_recorded
from engine.settings import Settings
from engine.tools import registry
from engine.tools.adopting import adopt
from tests.engine.session.blobs import COUNT, TOOLS, picture
from tests.tui.in_process import click_on, kept, on_top, running, said, settled, text_of, until, write
from tui.app import TermwandApp
from tui.dialogs import detectors
from tui.recordings import Recordings

YAML = "annotations.termwand.yaml"
ESCAPE, SIFT = "\x1b[27u", "\x04"


@pytest.fixture
def blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of four pictures with ten objects each, the detector of such objects being there."""
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(TOOLS))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    registry.tools.cache_clear()
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        Image.fromarray(picture()).save(folder / f"{number}.png")
    yield folder
    registry.tools.cache_clear()


def counts(app: TermwandApp) -> list[int]:
    return [len(app.session.document.shapes(frame)) for frame in range(4)]


async def idle(app: TermwandApp) -> None:
    await settled(app)
    await until(lambda: not app.session.runs.busy and not app.session.jobs.running)


async def pick(app: TermwandApp) -> None:
    write(app, "D")
    await until(lambda: on_top(app) == "Pick" and app.screen.query("Rows"))
    names = [choice.value for choice in app.screen._choices]
    assert "hog" in names
    while names[app.screen.query_one("Rows").marked] != "blobs":
        write(app, "j")
        await settled(app)
    write(app, "\r")
    await until(lambda: on_top(app) == "LabelTable")


async def whole_job(app: TermwandApp) -> None:
    """Match a label that is not equal, annotate a range and all, slide, take back, accept and reject by letters."""
    await pick(app)
    write(app, "jnp\r")  # square becomes a label, masks stay masks, this frame
    await until(lambda: counts(app)[0] == COUNT)
    await idle(app)
    write(app, SIFT + "]]]]]]n")
    await until(lambda: 0 < counts(app)[0] < COUNT)
    await idle(app)
    write(app, "W")
    await until(lambda: isinstance(app.session.gesture, Hinting))
    write(app, "aSdf" + ESCAPE)
    await idle(app)
    await pick(app)
    write(app, "r")
    await until(lambda: on_top(app) == "Ask")
    write(app, "\x7f" * 9 + "2-3\r")
    await until(lambda: counts(app)[1] and counts(app)[2])
    await idle(app)
    write(app, "u")
    await until(lambda: counts(app)[1:] == [0, 0, 0])
    write(app, "f")
    await until(lambda: app.session.frame == 1)
    write(app, "n")  # the last tool again
    await until(lambda: counts(app)[1])
    await idle(app)
    write(app, "\x13")
    await idle(app)


async def test_a_whole_job_by_keys_and_the_same_when_it_is_played(blobs: Path, tmp_path: Path) -> None:
    other, file = tmp_path / "again" / "pictures", tmp_path / "job.jsonl"
    shutil.copytree(blobs, other)
    async with running(blobs, labels="disc", size=(80, 24), recordings=Recordings(file, media="pictures")) as app:
        await whole_job(app)
        shapes = app.session.document.shapes(0)
        assert {shape.type for shape in shapes} == {"mask"} and {shape.label for shape in shapes} == {"disc", "square"}
        assert sum(shape.verified for shape in shapes) == 3 and all(shape.model == "blobs" for shape in shapes)
        assert [row.ours for row in app.session.document.tables["blobs"]][:2] == ["disc", "square"]
        assert " .9" in text_of(app)  # scores are in the list
    done = [entry["do"][0] for entry in map(json.loads, file.read_text().splitlines()[1:])]
    assert {"detect.table", "detect.run", "detect.sift", "hints.open", "hints.type", "prompt.polygons"} <= set(done)
    recording = read(file)
    opened = open_session(Options((other,), labels="disc", settings=with_recorded(Settings(), recording.head)))
    assert play(opened.session, load_actions(), recording, Inline(opened.session).settle) == []
    opened.close()
    assert kept(other / YAML) == kept(blobs / YAML)


async def test_a_run_over_all_frames_is_stopped_by_a_key_and_taken_back(blobs: Path, tmp_path: Path) -> None:
    for number in range(4, 60):
        (blobs / f"{number}.png").write_bytes((blobs / "0.png").read_bytes())
    others, file = [tmp_path / name / "pictures" for name in ("on screen", "without")], tmp_path / "job.jsonl"
    for other in others:
        shutil.copytree(blobs, other)
    async with running(blobs, labels="disc,square", recordings=Recordings(file, media="pictures")) as app:
        for undone in (True, False):
            await pick(app)
            write(app, "A")
            await until(lambda: counts(app)[0])
            write(app, ESCAPE)
            await until(lambda: not app.session.runs.busy)
            await idle(app)
            annotated = [frame for frame in range(60) if app.session.document.shapes(frame)]
            assert annotated == [*range(len(annotated))] and "History" not in said(app) and len(annotated) < 60
            write(app, "u" * undone)
            await until(lambda undone=undone: bool(app.session.document.frames) != undone)
    recording, wanted = read(file), kept(blobs / YAML)
    stops = [line.frames for line in recording.lines if line.name == "tool.cancel"]
    assert stops[1] == len(annotated)
    settings = with_recorded(Settings(), recording.head)
    tapes = Recordings(play=recording)
    async with running(others[0], labels="disc,square", recordings=tapes, settings=settings) as app:
        await until(lambda: not tapes.is_playing, 60)
        await idle(app)
    assert kept(others[0] / YAML) == wanted
    opened = open_session(Options((others[1],), labels="disc,square", settings=settings))
    assert play(opened.session, load_actions(), recording, Inline(opened.session).settle) == []
    opened.close()
    assert kept(others[1] / YAML) == wanted


async def test_proposals_are_asked_for_by_one_key_and_taken_by_the_mouse(blobs: Path) -> None:
    async with running(blobs, labels="disc,square") as app:
        app.session.runs.results.last = "blobs"
        write(app, "W")
        await until(lambda: isinstance(app.session.gesture, Hinting))
        await until(lambda: "10 proposals" in text_of(app))
        view, canvas = app.session.view, app.main._canvas
        x, y = view.viewport.to_view((30, 50))
        at = f"{int(x // view.cell[0]) + canvas.region.x + 1};{int(y // view.cell[1]) + canvas.region.y + 1}"
        write(app, f"\x1b[<0;{at}M\x1b[<0;{at}m")
        await until(lambda: counts(app)[0] == 1)
        await click_on(app, "accept all")
        await until(lambda: counts(app)[0] == COUNT and app.session.gesture == Idle())


async def test_the_slider_by_the_mouse(blobs: Path) -> None:
    async with running(blobs, labels="disc,square", size=(120, 30)) as app:
        app.do("detect.run", "blobs")
        await until(lambda: counts(app)[0] == COUNT)
        await idle(app)
        write(app, SIFT)
        await until(lambda: isinstance(app.session.gesture, Sifting))
        for _ in range(5):
            await click_on(app, "] fewer")
        await until(lambda: "confidence 0.75" in text_of(app))
        await click_on(app, "Done N")
        await until(lambda: counts(app)[0] < COUNT)
        await idle(app)
        await click_on(app, "Objects ")
        await until(lambda: app.session.view.by_score)


@pytest.mark.parametrize(
    ("ours", "labels", "wanted"),
    [
        ("bus,tree", ("moving",), ["bus"]), ("", ("moving",), ["moving"]), ("", ("a", "b", "c", "d"), [""] * 4),
        ("tree,dogs", ("cat", "dog"), ["dogs", ""]),
    ],
)  # fmt: skip
def test_labels_are_offered_for_what_is_not_matched(tmp_path: Path, ours: str, labels, wanted: list[str]) -> None:
    from engine.specs import DetectorSpec
    from tui.dialogs.detectors import rows_for

    Image.fromarray(picture()).save(tmp_path / "one.png")
    opened = open_session(Options((tmp_path,), labels=ours))
    rows, counts = rows_for(opened.session, DetectorSpec(id="toy", name="Toy", help="", labels=labels))
    opened.close()
    assert [row.ours for row in rows] == wanted and not counts


@pytest.mark.parametrize(("labels", "wanted"), [("tree", {"tree"}), ("", {"person"})])
async def test_a_label_that_is_offered_is_kept_where_the_table_is_left_as_it_is_shown(
    street: Path, labels: str, wanted: set[str]
) -> None:
    async with running(street, labels=labels) as app:
        await until(lambda: on_top(app) in ("MainScreen", "Ask", "EditLabel"))
        if on_top(app) != "MainScreen":
            write(app, ESCAPE)
        await until(lambda: on_top(app) == "MainScreen")
        detectors.table(app, "hog")
        await until(lambda: on_top(app) == "LabelTable")
        write(app, "a")
        await until(lambda: app.session.document.frames)
        await idle(app)
        assert {shape.label for shape in app.session.document.shapes(0)} == wanted


async def test_the_labels_of_a_set_are_matched_before_it_is_used_and_a_damaged_list_of_them_is_said(
    shared: Path, street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    names = tmp_path / "own.names"
    names.write_text("".join(f"part {number}\n" for number in range(79)) + "nut\n")
    spec = registry.find("yolox").SPEC
    here = adopt(spec, shared / "weights" / "yolox_nano.onnx", labels=names)
    async with running(street, labels="nuts,bolt") as app:
        detectors.table(app, "yolox")
        await until(lambda: "79 of 80 rows dropped" in text_of(app))
        write(app, "s")
        await until(lambda: app.session.document.tables)
        rows = app.session.document.tables["yolox"]
        assert (rows[0].theirs, rows[0].ours) == ("nut", "nuts") and {row.theirs for row in rows[1:]} == {
            f"part {number}" for number in range(79)
        }
        next(record.path for record in here.records if record.path.suffix == ".names").write_text("\n")
        write(app, "D")
        await until(lambda: on_top(app) == "Pick")
        await settled(app)
        assert app.screen._choices[app.screen.query_one("Rows").marked].value == "yolox"  # it is known here
        write(app, "\r")
        await until(lambda: "holds no labels" in said(app) and on_top(app) == "MainScreen")


async def test_the_slider_says_that_a_detector_is_still_at_work(blobs: Path) -> None:
    async with running(blobs, labels="disc") as app:
        write(app, SIFT)
        await until(lambda: "No detector has been used yet" in said(app))
        app.session.jobs.bind(0)  # no answer comes yet
        app.do("detect.run", "blobs")
        write(app, SIFT)
        await until(lambda: "Blobs has found nothing yet" in said(app))
        app.session.jobs.bind(None)
        await until(lambda: counts(app)[0])
        await idle(app)


async def test_all_pictures_are_annotated_as_tracks_on_tiles(blobs: Path) -> None:
    async with running(blobs, labels="disc,square", size=(80, 24)) as app:
        await pick(app)
        write(app, "iT")
        await until(lambda: "tiles: 320" in text_of(app) and "tracks: ByteTrack" in text_of(app))
        write(app, "A")
        await until(lambda: len(app.session.document.tracks) == COUNT)
        await idle(app)
        assert app.session.settings.tiles == 320 and counts(app) == [0] * len(counts(app))
        last = len(counts(app)) - 1
        assert all(track.keyframes[-1].frame == last for track in app.session.document.tracks.values())
        write(app, "u")
        await until(lambda: not app.session.document.tracks)
