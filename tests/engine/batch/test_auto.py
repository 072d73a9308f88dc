"""A detector over a folder: what is put, what a second run changes, and going on after a kill at any point."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.batch import auto_run, pipeline
from engine.batch.auto import annotate
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request, plan
from engine.batch.auto_resume import CHECKPOINTS
from engine.document import Document, Label, Shape
from engine.edits import PutShape
from engine.errors import ToolError
from engine.label_match import pairs
from engine.opening import open_session
from engine.options import Options
from engine.store import load
from engine.tools import registry

EXTRA = Path(__file__).resolve().parents[1] / "process" / "extra_tools"
YAML = "annotations.termwand.yaml"
BRIGHT = Request("bright", threshold=0.1)
STAGES = pipeline.Stages


def never() -> bool:
    return False


@pytest.fixture(autouse=True)
def bright(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(EXTRA))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    registry.tools.cache_clear()  # others may have asked before
    yield
    registry.tools.cache_clear()


def pictures(folder: Path, count: int, dark: Sequence[int] = ()) -> Path:
    """Make pictures with one bright row each, at the row of their number; dark ones have none that is bright enough."""
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = np.full((32, 24, 3), 5 if number in dark else 40 + number, np.uint8)
        pixels[number % 32] = 5 if number in dark else 255
        Image.fromarray(pixels).save(folder / f"p{number:03}.png")
    return folder


def run(folder: Path, request: Request = BRIGHT, stopped: Callable[[], bool] = never) -> Outcome:
    outcome = annotate(Job((folder,), request), "cpu", lambda step: None, stopped)
    assert not outcome.failure
    return outcome


def document(folder: Path) -> Document:
    found = load(folder / YAML)
    assert found is not None
    return found


def test_every_picture_gets_what_the_detector_found_on_it(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 9, dark=[3])
    (folder / "p006.png").write_bytes(b"no picture")
    outcome = run(folder)
    found = document(folder)
    assert sorted(found.frames) == [0, 1, 2, 4, 5, 7, 8] and [label.name for label in found.labels] == ["row"]
    for frame in found.frames:
        (shape,) = found.shapes(frame)
        assert (shape.source, shape.model, shape.label, shape.type) == ("auto", "bright", "row", "mask")
        pixels = np.asarray(Image.open(folder / f"p{frame:03}.png"))
        assert shape.score == pytest.approx(pixels.mean() / 255, abs=1e-4)
    assert (outcome.frames, outcome.total, outcome.shapes, outcome.failures) == (9, 9, 7, 1)
    assert outcome.empties == ["p003.png"] and outcome.failed[0][0] == "p006.png"
    tenths = [int((shape.score or 0) * 10) for shape in found.all_shapes()]
    assert outcome.labels["row"] == [tenths.count(tenth) for tenth in range(10)]
    assert not CHECKPOINTS.place(folder / YAML).exists()


def test_a_second_run_changes_nothing_and_a_higher_threshold_takes_away_what_falls_below(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 12)
    run(folder)
    before = (folder / YAML).read_bytes()
    run(folder)
    assert (folder / YAML).read_bytes() == before
    scores = sorted(shape.score or 0 for shape in document(folder).all_shapes())
    run(folder, Request("bright", threshold=scores[6] - 0.001))
    assert sorted(shape.score or 0 for shape in document(folder).all_shapes()) == scores[6:]


def edited(folder: Path, *shapes: Shape, labels: str = "") -> None:
    opened = open_session(Options((folder,), labels=labels))
    opened.session.commit("by hand", *map(PutShape, shapes))
    opened.close()


def test_what_a_person_drew_or_verified_stays_and_is_not_doubled(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 4)
    run(folder)
    (verified,) = document(folder).shapes(1)
    import msgspec

    kept = msgspec.structs.replace(verified, verified=True, score=0.9)
    drawn = Shape(50, 2, "row", "rectangle", ((0.0, 2.0), (24.0, 3.0)))
    edited(folder, kept, drawn)
    run(folder)
    found = document(folder)
    assert found.shapes(1) == (kept,) and found.shapes(2) == (drawn,)
    assert len(found.shapes(0)) == len(found.shapes(3)) == 1


def test_clean_takes_away_other_detectors_results_where_it_runs(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 3)
    others = [Shape(1 + at, at, "row", "points", ((1.0, 20.0),), source="auto", model="other") for at in range(3)]
    edited(folder, *others, labels="row")
    run(folder)
    assert all(len(document(folder).shapes(at)) == 2 for at in range(3))
    run(folder, Request("bright", threshold=0.1, last=1, clean=("other",)))
    assert [len(document(folder).shapes(at)) for at in range(3)] == [1, 1, 2]


def test_keep_adds_only_what_overlaps_nothing_found_before(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 3)
    before = Shape(1, 1, "row", "rectangle", ((0.0, 20.0), (9.0, 29.0)), source="auto", model="bright", score=0.5)
    edited(folder, before, labels="row")
    for _ in range(2):
        run(folder, Request("bright", threshold=0.1, keep=True))
        assert [len(document(folder).shapes(at)) for at in range(3)] == [1, 2, 1]
    assert document(folder).shapes(1)[0] == before


def test_labels_are_matched_or_mapped_and_what_is_neither_is_counted(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 3)
    edited(folder, Shape(1, 0, "car", "points", ((1.0, 1.0),)), labels="car,Rows")
    assert {shape.label for shape in document(folder).all_shapes()} == {"car"}
    run(folder)
    assert [shape.label for shape in document(folder).shapes(1)] == ["Rows"]
    run(folder, Request("bright", threshold=0.1, pairs=pairs(["row=line"])))
    found = document(folder)
    assert [shape.label for shape in found.shapes(1)] == ["line"] and found.label("line") is not None
    run(folder)
    assert [shape.label for shape in document(folder).shapes(1)] == ["line"], "the table is remembered"
    other = pictures(tmp_path / "other", 3)
    edited(other, Shape(1, 0, "car", "points", ((1.0, 1.0),)), labels="car")
    assert run(other).unmatched == {"row": 3} and not document(other).shapes(1)


def test_the_frames_that_are_asked_for() -> None:
    from immutables import Map

    from engine.document import MediaInfo, Review, Track

    seen = Map({4: (Shape(1, 4, "a", "points", ((1.0, 1.0),), verified=True),), 6: (Shape(2, 6, "a", "points"),)})
    reviews = (Review(8, 9, "accepted"), Review(10, 11, "flagged"))
    tracks = Map({3: Track(3, "a", "rectangle", review=reviews)})
    made = Document(MediaInfo("clip.mp4", "video", 20), (Label("a"),), seen, tracks)
    assert list(plan(made, Request("x", first=2, last=11, every=3), 20)) == [2, 5, 8, 11]
    assert list(plan(made, Request("x", first=15, last=99), 20)) == [15, 16, 17, 18, 19]
    assert list(plan(made, Request("x", first=3, last=11, skip_reviewed=True), 20)) == [3, 5, 6, 7, 10, 11]


# what goes wrong


class Failing:
    """A detector of tests that fails on some frames, which it knows by how bright they are."""

    def __init__(self, bright: Any, fails: Callable[[int], bool], staged: bool) -> None:
        self.labels, self._bright, self._fails = bright.labels, bright, fails
        if staged:
            self.batch = 0
            self.prepare, self.infer, self.decode = self._prepare, self._infer, self._decode

    def detect(self, images: Sequence[Any], threshold: float) -> list[Any]:
        if any(self._fails(int(image.min()) - 40) for image in images):
            raise ValueError("no \x1b[31mmemory")
        return [self._bright.one(image, threshold) for image in images]

    def _prepare(self, image: Any) -> Any:
        if self._fails(int(image.min()) - 40):
            raise ToolError("It does not fit", "it is too odd")
        return image

    def _infer(self, inputs: Sequence[Any]) -> Sequence[Any]:
        return inputs[:-1] if any(int(image.min()) == 41 for image in inputs) else inputs

    def _decode(self, answer: Any, given: Any, threshold: float) -> Any:
        return self._bright.one(given, threshold)


def test_a_frame_on_which_the_detector_fails_is_named_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    folder = pictures(tmp_path / "pics", 14)
    monkeypatch.setattr(pipeline, "Stages", failing(lambda at: at in (3, 13)))
    outcome = run(folder)
    assert (outcome.frames, outcome.failures, outcome.shapes) == (14, 2, 12)
    (name, why), last = outcome.failed
    assert name == "p003.png" and "failed on it: ValueError: no ␛[31mmemory (test_auto.py, line" in why
    assert last[0] == "p013.png" and sorted(document(folder).frames) == [0, 1, 2, *range(4, 13)]
    other = pictures(tmp_path / "other", 14)
    monkeypatch.setattr(pipeline, "Stages", failing(lambda at: at == 3, staged=True))
    outcome = run(other)
    assert [name for name, _ in outcome.failed] == ["p001.png", "p003.png"] and outcome.empty == 0
    assert "does not answer for each frame" in outcome.failed[0][1] and "It does not fit" in outcome.failed[1][1]
    assert len(document(other).frames) == 12


def failing(fails: Callable[[int], bool], staged: bool = False) -> Callable[..., pipeline.Stages]:
    return lambda detector, read, threshold: STAGES(Failing(detector, fails, staged), read, threshold)


def test_a_detector_that_fails_on_all_that_follows_is_given_up_and_these_are_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    folder, whole = pictures(tmp_path / "a" / "pics", 30), pictures(tmp_path / "b" / "pics", 30)
    (folder / "p009.png").write_bytes(b"")
    (whole / "p009.png").write_bytes(b"")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "Stages", failing(lambda at: at == 2 or at >= 7))
        found = annotate(Job((folder,), BRIGHT), "cpu", lambda step: None, never)
    assert "failed on 10 frames in a row" in found.failure and "ValueError" in found.failure
    assert found.frames == 10 and [name for name, _ in found.failed] == [f"p00{at}.png" for at in (2, 7, 8, 9)]
    again = run(folder)
    assert again.fresh == 20 and again.shapes == 26 and sorted(document(folder).frames)[-1] == 29


def test_what_is_done_does_not_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    held, inner = list[int](), auto_run.packed

    def seen(before: Document, number: int) -> Document:
        after = inner(before, number)
        held.append(len(after.frames) + len(after.pictures))
        return after

    monkeypatch.setattr(auto_run, "packed", seen)
    folder = pictures(tmp_path / "pics", 30)
    assert run(folder).shapes == 30 and held == [0] * len(held) and len(held) > 5
    assert len(document(folder).frames) == len(document(folder).pictures) == 30


# what was cut short


def test_a_run_that_was_stopped_goes_on_and_reports_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    whole, folder = pictures(tmp_path / "a" / "pics", 14, dark=[9]), pictures(tmp_path / "b" / "pics", 14, dark=[9])
    (whole / "p002.png").write_bytes(b"")
    (folder / "p002.png").write_bytes(b"")
    expected = run(whole)
    asked = iter([False, True])
    first = run(folder, stopped=lambda: next(asked))
    assert first.stopped and (first.frames, first.total) == (8, 14) and CHECKPOINTS.place(folder / YAML).exists()
    second = run(folder)
    assert second.fresh == 6 and any("Goes on from frame 9" in note for note in second.notes)
    parts = ("labels", "frames", "total", "empties", "failed", "failures", "unmatched")
    assert [getattr(second, part) for part in parts][:4] == [getattr(expected, part) for part in parts][:4]
    assert second.failures == 1 and second.failed[0][0] == "p002.png"
    assert content(folder) == content(whole)


def test_another_request_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    folder = pictures(tmp_path / "pics", 14)
    assert run(folder, stopped=lambda: True).stopped
    found = run(folder, Request("bright", threshold=0.2))
    assert found.fresh == 14 and any("not gone on with" in note for note in found.notes)


def clip(file: Path, frames: int) -> Path:
    """Make a video of a bright square that moves to the right."""
    import cv2

    file.parent.mkdir(parents=True)
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 25, (160, 120))
    for at in range(frames):
        image = np.full((120, 160, 3), 60, np.uint8)
        image[40:80, 2 * at : 2 * at + 30] = 220
        writer.write(image)
    writer.release()
    return file


def test_a_detector_that_watches_goes_on_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    monkeypatch.setattr(pipeline, "WATCHED", 12)
    files = [tmp_path / name / "clip.avi" for name in ("whole", "stopped")]
    clip(files[0], 50)
    shutil.copytree(files[0].parent, files[1].parent)
    request = Request("moving", first=11)
    assert run(files[0], request).shapes > 20
    asked = iter([False, True])
    stopped = run(files[1], request, lambda: next(asked))
    assert stopped.stopped and (stopped.frames, stopped.total) == (24, 39)
    run(files[1], request)
    one, other = (file.with_name("clip.termwand.yaml").read_text().splitlines() for file in files)
    assert [row for row in one if "created" not in row] == [row for row in other if "created" not in row]
    failure = annotate(Job((pictures(tmp_path / "pics", 1),), request), "cpu", lambda step: None, never).failure
    assert "is for videos" in failure


def content(folder: Path) -> str:
    """Return the annotation file without the minute at which it was begun."""
    return "".join(row for row in (folder / YAML).read_text().splitlines(True) if not row.startswith("created:"))


def killed_at(count: int, work: Callable[[], object], spots: Sequence[str] = ("fsync", "replace", "write")) -> bool:
    """Do work in a process that is killed when it first has made so many calls that reach the disk; say if it was."""
    child = os.fork()
    if child == 0:
        calls = [0]

        def dying(inner: Callable[..., object]) -> Callable[..., object]:
            def outer(*args: object, **more: object) -> object:
                calls[0] += 1
                if calls[0] == count:
                    os.kill(os.getpid(), signal.SIGKILL)
                return inner(*args, **more)

            return outer

        for spot in spots:
            setattr(os, spot, dying(getattr(os, spot)))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_anywhere_it_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed where the disk is reached, at random points and again while it goes on: not a byte differs."""
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    monkeypatch.setattr(auto_run, "UNSAVED", 5)
    original = pictures(tmp_path / "whole" / "pics", 18, dark=[5, 6, 7])
    (original / "p010.png").write_bytes(b"no picture")
    edited(original, Shape(1, 2, "row", "rectangle", ((3.0, 9.0), (8.0, 15.0))), labels="row,car")
    start = Path(shutil.copytree(original, tmp_path / "start" / "pics"))
    run(original)
    expected, chance, kills, runs = content(original), random.Random(5), 0, 0
    while kills < 50:
        runs += 1
        folder = Path(shutil.copytree(start, tmp_path / str(runs) / "pics"))
        while killed_at(chance.randint(1, 60), lambda folder=folder: run(folder)):
            kills += 1
        assert content(folder) == expected
    assert runs < 25, "most were killed more than once"


def prepared(folder: Path) -> Path:
    """Make pictures on which there is something of everybody: of the detector, of another one, of a person."""
    pictures(folder, 18, dark=[5, 6])
    others = [
        Shape(1 + at, at, "row", "points", ((1.0, 20.0),), source="auto", model="other") for at in range(0, 18, 2)
    ]
    own = Shape(20, 4, "row", "rectangle", ((0.0, 20.0), (9.0, 29.0)), source="auto", model="bright", score=0.5)
    seen = Shape(21, 7, "row", "rectangle", ((0.0, 7.0), (24.0, 8.0)), verified=True)
    edited(folder, *others, own, seen, Shape(22, 11, "car", "points", ((1.0, 1.0),)), labels="row,car")
    return folder


@pytest.mark.parametrize(
    "request_",
    [
        BRIGHT,
        Request("bright", threshold=0.1, keep=True),
        Request("bright", threshold=0.1, clean=(), every=2),
        Request("bright", threshold=0.1, clean=("other", "bright"), keep=True, first=3),
        Request("bright", threshold=0.1, skip_reviewed=True, polygons=True),
    ],
    ids=["replace", "keep", "clean", "clean and keep", "skip reviewed"],
)
def test_killed_where_something_stands_already_it_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_: Request
) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    monkeypatch.setattr(auto_run, "UNSAVED", 5)
    start = prepared(tmp_path / "start" / "pics")
    original = Path(shutil.copytree(start, tmp_path / "whole" / "pics"))
    run(original, request_)
    if request_.skip_reviewed:
        assert document(original).shapes(7) == document(start).shapes(7)
        assert document(original).shapes(8) != document(start).shapes(8), "what a person only drew is not reviewed"
    expected, chance, kills = content(original), random.Random(7), 0
    while kills < 6:
        folder = Path(shutil.copytree(start, tmp_path / str(kills) / "pics", dirs_exist_ok=True))
        while killed_at(chance.randint(1, 60), lambda folder=folder: run(folder, request_)):
            kills += 1
        assert content(folder) == expected
        shutil.rmtree(folder)


def test_killed_over_a_video_it_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    original = clip(tmp_path / "whole" / "clip.avi", 24)
    start, chance, kills = original.read_bytes(), random.Random(9), 0
    run(original)

    def said(file: Path) -> list[str]:
        rows = file.with_name("clip.termwand.yaml").read_text().splitlines()
        return [row for row in rows if not row.startswith("created:")]

    while kills < 6:
        file = tmp_path / str(kills) / "clip.avi"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(start)
        while killed_at(chance.randint(1, 50), lambda file=file: run(file)):
            kills += 1
        assert said(file) == said(original)
        shutil.rmtree(file.parent)
