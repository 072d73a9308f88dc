"""A detector over a folder: what is put, what a second run changes, and going on after a kill at any point."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.batch import auto_resume, auto_run, pipeline
from engine.batch.auto import annotate
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request, plan
from engine.document import Document, Label, Shape
from engine.edits import PutShape
from engine.label_match import pairs
from engine.opening import open_session
from engine.options import Options
from engine.store import load
from engine.tools import registry

EXTRA = Path(__file__).resolve().parents[1] / "process" / "extra_tools"
YAML = "annotations.termwand.yaml"
BRIGHT = Request("bright", threshold=0.1)


def never() -> bool:
    return False


@pytest.fixture(autouse=True)
def bright(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(EXTRA))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    registry.tools.cache_clear()
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
    assert not auto_resume.place(folder / YAML).exists()


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


# what was cut short


def test_a_run_that_was_stopped_goes_on_and_reports_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    whole, folder = pictures(tmp_path / "a" / "pics", 14, dark=[9]), pictures(tmp_path / "b" / "pics", 14, dark=[9])
    (whole / "p002.png").write_bytes(b"")
    (folder / "p002.png").write_bytes(b"")
    expected = run(whole)
    asked = iter([False, True])
    first = run(folder, stopped=lambda: next(asked))
    assert first.stopped and (first.frames, first.total) == (8, 14) and auto_resume.place(folder / YAML).exists()
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


def test_a_detector_that_watches_goes_on_as_if_nothing_had_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cv2

    monkeypatch.setattr(auto_run, "SECONDS", 0.0)
    monkeypatch.setattr(pipeline, "WATCHED", 12)
    files = [tmp_path / name / "clip.avi" for name in ("whole", "stopped")]
    files[0].parent.mkdir()
    writer = cv2.VideoWriter(str(files[0]), cv2.VideoWriter.fourcc(*"MJPG"), 25, (160, 120))
    for at in range(50):
        image = np.full((120, 160, 3), 60, np.uint8)
        image[40:80, 2 * at : 2 * at + 30] = 220
        writer.write(image)
    writer.release()
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
