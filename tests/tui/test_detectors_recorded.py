"""Real detectors on real pictures and a real clip, by keys alone: recorded, and the same to the byte when it is played.

HOG and moving objects on a street's clip: masks to polygons, a run over all frames stopped half-way and taken back.
YOLOX on pictures: labels found by typing and matched, confidence slid, hints on a picture with ten objects.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from engine.actions import load_actions
from engine.gestures import Hinting, Idle
from engine.gestures.hinting import left
from engine.opening import open_session
from engine.options import Options
from engine.playing import Inline, play
from engine.recording import read, with_recorded
from engine.settings import Settings
from engine.tools.adopting import adopt
from engine.tools.registry import find
from tests.tui.in_process import handled, kept, on_top, running, said, settled, text_of, until, write
from tui.app import TermwandApp
from tui.recordings import Recordings

ESCAPE, SIFT, SAVE = "\x1b[27u", "\x04", "\x13"
FRAMES, FIRST = 46, 74
"""Of the clip, what moves being found after 40 of them; and the first one's number where they come from."""
PICTURES = ("pennfudan/FudanPed00025", "voc/2007_000039", "voc/2007_000364", "voc/2007_000804")
MOST = 30
"""Keys for a picture with ten objects."""


@pytest.fixture
def clip(shared: Path, tmp_path: Path) -> Path:
    """Return a clip of people who cross a street."""
    path = tmp_path / "job" / "street.mp4"
    path.parent.mkdir()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.bit_rate = 4_000_000
        for number in range(FRAMES):
            with Image.open(shared / f"data/tracks/otb_Crossing/frames/{FIRST + number:04d}.jpg") as picture:
                frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
            if not number:
                stream.width, stream.height = frame.width, frame.height
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def pictures(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of pictures, YOLOX's published nano network being there."""
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    adopt(find("yolox").SPEC, shared / "weights" / "yolox_nano.onnx")
    folder = tmp_path / "job" / "pictures"
    folder.mkdir(parents=True)
    for number, name in enumerate(PICTURES):
        shutil.copy(shared / "data" / "detect" / f"{name}.jpg", folder / f"{number}.jpg")
    return folder


def yaml_of(media: Path) -> Path:
    return media / "annotations.termwand.yaml" if media.is_dir() else media.with_suffix(".termwand.yaml")


def shapes(app: TermwandApp, frame: int = -1) -> tuple:
    return tuple(app.session.document.shapes(app.session.frame if frame < 0 else frame))


async def idle(app: TermwandApp) -> None:
    await settled(app)
    await until(lambda: not app.session.runs.busy and not app.session.jobs.running)


async def table(app: TermwandApp, detector: str) -> None:
    """Open a detector's label table by keys."""
    write(app, "D")
    await until(lambda: on_top(app) == "Pick" and app.screen.query("Rows"))
    names = [choice.value for choice in app.screen._choices]
    steps = (names.index(detector) - (app.screen.query_one("Rows").marked or 0)) % len(names)
    write(app, "j" * steps + "\r")
    await until(lambda: on_top(app) == "LabelTable")


async def go(app: TermwandApp, frame: int) -> None:
    write(app, "`")
    await until(lambda: on_top(app) == "Ask")
    write(app, f"{frame}\r")
    await until(lambda: app.session.frame == frame - 1)
    await idle(app)


async def on_the_clip(app: TermwandApp) -> None:
    await go(app, 45)
    await table(app, "hog")
    write(app, "a")
    await until(lambda: shapes(app))
    await idle(app)
    assert {(shape.label, shape.type, shape.model) for shape in shapes(app)} == {("person", "rectangle", "hog")}
    for kind, keys in (("mask", "pa"), ("polygon", "pa")):  # polygons are the first setting
        await table(app, "moving")
        write(app, keys)
        await until(lambda kind=kind: any(shape.type == kind for shape in shapes(app)))
        await idle(app)
        assert {shape.type for shape in shapes(app) if shape.model == "moving"} == {kind}
    before = app.session.document
    await table(app, "hog")
    write(app, "[[[A")  # a lower score
    await until(lambda: app.session.jobs.frames >= 4 and len(app.session.document.frames) > 1, 60)
    write(app, ESCAPE)
    await idle(app)
    assert "HOG) stopped" in said(app) and max(app.session.document.frames) == 44
    write(app, "u")
    await until(lambda: app.session.document.frames == before.frames)
    assert app.session.document.tables["hog"][0].threshold == 0.1
    write(app, SAVE)
    await idle(app)


async def on_pictures(app: TermwandApp) -> None:
    await table(app, "yolox")
    await until(lambda: "78 of 80 rows dropped" in text_of(app))  # "motor bike" is one of theirs by another name
    write(app, "/hand\rll/chair\r]]A")  # our second label for handbags; chairs stay dropped
    await until(lambda: on_top(app) == "MainScreen")
    await idle(app)
    found = Counter(shape.label for frame in range(len(PICTURES)) for shape in shapes(app, frame))
    assert found["person"] >= 5 and found["bag"] and found["motor bike"] and not found["chair"]
    write(app, SIFT + "]]]]n")
    await idle(app)
    fewer = Counter(shape.label for frame in range(len(PICTURES)) for shape in shapes(app, frame))
    assert 0 < fewer.total() < found.total()
    write(app, "u")
    await until(lambda: sum(len(shapes(app, frame)) for frame in range(len(PICTURES))) == found.total())
    write(app, "u")
    await until(lambda: not app.session.document.frames)
    await ten_objects(app)
    write(app, SAVE)
    await idle(app)


async def ten_objects(app: TermwandApp) -> None:
    """Take ten proposals of the crowded picture by their letters, and throw one away."""
    keys = "W"
    write(app, keys)
    await until(lambda: isinstance(app.session.gesture, Hinting))
    proposals = left(app.session, app.session.gesture)
    assert len(proposals) > 10
    typed = "".join(one.name for one in proposals[1:11])
    write(app, proposals[0].name.upper()[-1:] if len(proposals[0].name) == 1 else "")
    write(app, typed + ESCAPE)
    await handled(app)
    await until(lambda: app.session.gesture == Idle())
    assert len(shapes(app)) == 10 and all(shape.verified and shape.model == "yolox" for shape in shapes(app))
    assert len(keys + typed) + 1 <= MOST


def played_without_a_screen(media: Path, labels: str, file: Path) -> list[str]:
    recording = read(file)
    options = Options((media,), labels=labels, settings=with_recorded(Settings(), recording.head))
    opened = open_session(options)
    told = play(opened.session, load_actions(), recording, Inline(opened.session).settle)
    opened.close()
    return told


@pytest.mark.parametrize(("media", "labels"), [("clip", "person"), ("pictures", "person,bag,motor bike")])
async def test_a_session_by_keys_is_the_same_when_it_is_played(
    media: str, labels: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path, file = request.getfixturevalue(media), tmp_path / "job.jsonl"
    shutil.copytree(path.parent, tmp_path / "again")
    async with running(path, labels=labels, size=(80, 24), recordings=Recordings(file, media=path.name)) as app:
        await (on_the_clip if media == "clip" else on_pictures)(app)
    entries = [*map(json.loads, file.read_text().splitlines()[1:])]
    done = {entry["do"][0] for entry in entries}
    assert {"detect.run", "history.undo", "file.save"} <= done
    if media == "clip":
        stop = next(entry for entry in entries if entry["do"][0] == "tool.cancel")
        assert 3 < stop["frames"] < FRAMES - 2
    else:
        assert {"detect.table", "detect.sift", "detect.confidence", "hints.open", "hints.type"} <= done
    again = tmp_path / "again" / path.name
    assert played_without_a_screen(again, labels, file) == []
    assert kept(yaml_of(again)) == kept(yaml_of(path))
