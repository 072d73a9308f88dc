"""Opening and closing for real: where it saves is said if not beside the media, and what was saved; what was left."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.actions import files, frames
from engine.document import Label, Shape
from engine.edits import PutLabels, PutShape
from engine.jobs import Job, steps
from engine.opening import Opened, open_session
from engine.options import Options


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(np.zeros((30, 40, 3), np.uint8)).save(folder / name)
    return folder


def opened(*paths: Path, **options: object) -> Opened:
    """Open paths, show the frame, and note what is said."""
    found = open_session(Options(paths, **options))  # type: ignore[arg-type]
    session = found.session

    def run(job: Job) -> None:
        for step in steps(job):
            session.jobs.accept(job, step)
        session.jobs.ended(job)

    session.jobs.connect(run)
    session.on_message = lambda text, severity: found.notes.append(text)
    frames.with_view_size(session, (400, 300), (10, 20))
    frames.show(session, session.media.target)
    return found


def draw(found: Opened, count: int) -> None:
    found.session.commit("Labels", PutLabels((Label("car"), Label("dog"))))
    for number in range(1, count + 1):
        found.session.commit("Draw", PutShape(Shape(number, number % 2, "car", "points", ((5.0, 5.0),))))


@pytest.mark.parametrize(("count", "text"), [(0, "0 objects"), (1, "1 object"), (7, "7 objects")])
def test_saving_says_how_many_objects_and_where_and_so_does_the_end(folder, monkeypatch, count, text):
    monkeypatch.chdir(folder.parent)
    found = opened(folder)
    draw(found, count)
    files.save(found.session)
    told = f"Saved {text} to pictures{os.sep}annotations.termwand.yaml"
    assert found.notes == [told]
    files.save(found.session, asked=False)  # the clock
    assert found.notes == [told]
    found.close()
    assert found.said == told


def test_a_session_that_only_looked_says_nothing_and_writes_nothing(folder):
    first = opened(folder)
    draw(first, 1)
    first.close()
    before = first.path.read_bytes()
    second = opened(folder)
    second.close()
    assert second.said == "" and first.path.read_bytes() == before


def test_a_path_at_home_is_short_and_one_elsewhere_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir("/usr")
    assert files.shown_path(tmp_path / "a" / "b.yaml") == f"~{os.sep}a{os.sep}b.yaml"
    assert files.shown_path(Path("/somewhere/\x1b[2J.yaml")) == "/somewhere/␛[2J.yaml"


@pytest.mark.parametrize("how", ["named", "link"])
def test_a_file_that_is_not_beside_the_media_is_said_at_the_start(folder, tmp_path, how):
    away = tmp_path / "away" / "mine.yaml"
    away.parent.mkdir()
    if how == "link":
        (folder / "annotations.termwand.yaml").symlink_to(away)
    found = opened(folder, **({"annotations": away} if how == "named" else {}))
    assert found.notes == [f"The annotations are kept in {away}"]
    found.close()


@pytest.mark.parametrize("options", [{}, {"read_only": True}, {"beside": True}])
def test_the_usual_place_is_not_worth_a_word(folder, options):
    beside = {"annotations": folder / "other.yaml"} if options.pop("beside", False) else {}
    for paths in ((folder,), (folder / "a.png",), (folder / "a.png", folder / "b.png")):
        found = opened(*paths, **options, **beside)
        assert found.notes == []
        found.close()


def test_label_tool_and_zoom_come_back_with_the_frame(folder):
    first = opened(folder)
    draw(first, 1)
    session = first.session
    session.label, session.hand.last_tool = "dog", ("draw.start", "polygon")
    frames.show(session, 1)
    session.view.viewport = session.view.viewport.zoomed(8, (10, 10))
    viewport = session.view.viewport
    first.close()
    again = opened(folder).session
    assert (again.frame, again.label, again.hand.last_tool) == (1, "dog", ("draw.start", "polygon"))
    assert again.view.viewport.scale == pytest.approx(viewport.scale, rel=1e-3)


def test_a_zoom_alone_is_remembered_too(folder):
    first = opened(folder)
    draw(first, 1)
    first.close()
    second = opened(folder)
    second.session.view.viewport = second.session.view.viewport.zoomed(8, (10, 10))
    second.close()
    assert not opened(folder).session.view.viewport.is_fitted


def test_what_a_run_commits_while_it_is_being_closed_is_there_again(folder):
    """The last save waits here for one that the clock began; a tracker goes on answering meanwhile."""
    found = opened(folder)
    draw(found, 2)
    closing = threading.Thread(target=found.closing())
    with found.project._saving:
        closing.start()
        while not any(lock_is_waited_for(closing)):
            time.sleep(0.001)
        found.session.commit("Meanwhile", PutShape(Shape(3, 0, "car", "points", ((5.0, 5.0),))), lazily=True)
    closing.join()
    journal = found.path.with_name(found.path.name + ".journal")
    left = journal.read_bytes()
    found.session.commit("Too late", PutShape(Shape(4, 0, "car", "points", ((5.0, 5.0),))), lazily=True)
    assert journal.read_bytes() == left, "somebody else may have the file by now"
    again = opened(folder)
    assert sorted(shape.id for shape in again.session.document.all_shapes()) == [1, 2, 3]
    again.close()


def lock_is_waited_for(thread: threading.Thread) -> Iterator[bool]:
    """Say for each call that a thread is in whether it is the one that waits for another save."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        yield frame.f_code.co_name == "save"
        frame = frame.f_back
