"""What is left when the program is killed, the link drops, the disk is full, or somebody else writes the file."""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import signal
import time
from pathlib import Path

import pytest

from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.lock.lock import Lock
from engine.lock.lock import path_of as lock_path
from engine.opening import open_session
from engine.options import Options
from engine.project.project import Project
from tests.terminal.conftest import Launch, Termwand, saved

YAML = "annotations.termwand.yaml"
ROUNDS = 12


def box(app: Termwand) -> Termwand:
    """Draw a rectangle by keys."""
    return app.press("b", "was", "enter", "wdf", "enter")


def objects(app: Termwand) -> int:
    """Return how many objects the list on the screen says there are."""
    with app.pty.lock:
        found = re.findall(r"Objects (\d+)", app.text())
    return int(found[0]) if found else 0


def test_kill_9_at_random_moments_loses_nothing_that_the_screen_had_shown(launch: Launch, street):
    rng = random.Random(20)
    shown = 0
    for number in range(ROUNDS):
        app = launch(street, options=("--labels", "car") if not number else ())
        app.sees("1/6").sees(f"Objects {shown}")
        end = time.monotonic() + rng.uniform(0.0, 1.2)
        while time.monotonic() < end:
            box(app)
            if rng.random() < 0.3:
                app.press("ctrl+s")
        shown = objects(app)
        app.kill()
        document, _ = saved(street / YAML)
        found = len(document.shapes(0))
        assert found >= shown, f"round {number}: {shown} were shown, {found} are there"
        assert len({shape.id for shape in document.shapes(0)}) == found
        shown = found
    assert shown > ROUNDS


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_dropped_link_and_a_shutdown_save_and_end(launch: Launch, street, number):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect")
    app.press("f").sees("2/6")
    os.kill(app.pty.process.pid, number)
    assert app.pty.process.wait(20) == 128 + number
    document, notes = saved(street / YAML)
    assert notes == [] and document.last_frame == 1 and len(document.shapes(0)) == 1
    assert sorted(path.suffix for path in street.iterdir() if "termwand" in path.name) in (
        [".yaml"], [".lock", ".yaml"],
    )  # fmt: skip


def test_a_terminal_that_vanishes_ends_the_program_with_everything_saved(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect")
    app.pty.vanish()
    app.pty.process.wait(20)
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def full(app: Termwand, bytes_: int) -> None:
    """Let the program's files grow to so many bytes and no further: what a full disk does to a write."""
    resource.prlimit(app.pty.process.pid, resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))


def test_a_full_disk_is_said_and_nothing_is_lost(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect")
    full(app, 10)
    box(app.press("esc")).sees("NOT SAFE").sees("car 2 rect")
    app.press("ctrl+s").sees("was not saved")
    app.press("ctrl+q").sees("could not be saved").sees("make room").press("s").gone("could not be saved")
    app.press("f").sees("2/6").press("d").sees("1/6")
    full(app, resource.RLIM_INFINITY)
    assert app.leave() == 0
    document, notes = saved(street / YAML)
    assert notes == [] and len(document.shapes(0)) == 2


def test_a_full_disk_and_a_dropped_link_end_the_program_with_the_journal_kept(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect")
    full(app, 10)
    os.kill(app.pty.process.pid, signal.SIGHUP)
    assert app.pty.process.wait(20) == 128 + signal.SIGHUP
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def test_a_folder_that_cannot_be_written_keeps_the_work_elsewhere_and_says_where(launch: Launch, street, tmp_path):
    folder = Path("/proc/self") if os.geteuid() == 0 else street
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere: access rights mean nothing here")
    folder.chmod(0o500)
    try:
        app = launch(folder, options=("--labels", "car"))
        box(app.sees("cannot be written")).sees("car 1 rect")
        assert app.leave() == 0
    finally:
        folder.chmod(0o700)
    kept = [path for path in tmp_path.rglob("*.termwand.yaml") if path.parent != folder]
    assert len(kept) == 1 and len(saved(kept[0])[0].shapes(0)) == 1


def test_annotations_that_can_never_be_written_are_refused_with_a_sentence(launch: Launch, street):
    app = launch(street, options=("--labels", "car", "--annotations", "/proc/termwand.yaml"))
    app.pty.wait_for(lambda: "termwand:" in app.text() or "1/6" in app.text(), 30)
    if "termwand:" not in app.text():
        box(app.sees("1/6")).sees("was not")
        app.press("ctrl+q").sees("could not be saved").press("q")
        app.pty.process.wait(20)
    else:
        assert app.pty.process.wait(20) == 1


def changed(street: Path) -> bytes:
    """Let another program change the file."""
    data = (street / YAML).read_bytes().replace(b"car", b"bus")
    (street / YAML).write_bytes(data)
    return data


@pytest.mark.parametrize("answer", ["o", "k"])
def test_a_file_that_changed_meanwhile_is_never_overwritten_silently(launch: Launch, street, answer):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect").press("ctrl+s").gone("●").gone("saving")
    box(app.press("esc")).sees("car 2 rect")
    theirs = changed(street)
    app.press("ctrl+s").sees("O  Overwrite it with mine")
    assert (street / YAML).read_bytes() == theirs
    app.press(answer).gone("Overwrite it")
    if answer == "o":
        app.gone("●").gone("saving")
        assert app.leave() == 0
        assert [shape.label for shape in saved(street / YAML)[0].shapes(0)] == ["car", "car"]
        return
    assert (street / YAML).read_bytes() == theirs
    app.press("ctrl+q").sees("could not be saved").press("q")
    app.pty.process.wait(20)
    assert (street / YAML).read_bytes() == theirs
    document, notes = saved(street / YAML)
    assert len(document.shapes(0)) == 1 and any("Kept as" in note for note in notes)


def test_the_changed_file_can_be_overwritten_at_the_end(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect").press("ctrl+s").gone("●").gone("saving")
    box(app.press("esc")).sees("car 2 rect")
    changed(street)
    app.press("ctrl+q").sees("could not be saved").press("o").gone("could not be saved")
    assert app.pty.process.wait(20) == 0
    assert len(saved(street / YAML)[0].shapes(0)) == 2


def test_a_lock_that_somebody_else_took_is_said_and_kept_to(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect")
    path = lock_path(street / YAML)
    path.unlink()
    held = Lock.take(path)
    box(app.press("esc")).sees("was taken over by").sees("car 2 rect")
    app.press("ctrl+s").sees("nothing more is written there")
    assert not (street / YAML).exists()
    held.release()
    app.press("ctrl+s").gone("●")
    assert app.leave() == 0 and not path.exists()
    assert len(saved(street / YAML)[0].shapes(0)) == 2


def test_what_was_recovered_is_said(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    box(app.sees("1/6")).sees("car 1 rect").kill()
    launch(street).sees("recovered from the journal").sees("car 1 rect")
    project, _, _ = Project.open(street / YAML, read_only=True)
    project.close()


def test_kill_9_in_a_run_leaves_every_frame_that_the_screen_went_to(launch: Launch, shared: Path, tmp_path: Path):
    folder = tmp_path / "clip"
    folder.mkdir()
    files = sorted((shared / "data" / "tracks" / "otb_David" / "frames").iterdir())
    for number in range(400):
        shutil.copy(files[number % 60 if number % 120 < 60 else 119 - number % 120], folder / f"{number:04}.jpg")
    opened = open_session(Options((folder,), labels="face"))
    key = Keyframe(0, ((129.0, 80.0), (193.0, 158.0)))
    opened.session.commit(
        "Draw", PutTrack(Track(1, "face", "rectangle", tracker="csrt", pinned=True, keyframes=(key,)))
    )
    opened.close()
    app = launch(folder).sees(" 1/400").sees("Objects 1").press("}")
    rng = random.Random(3)
    app.pty.wait_for(lambda: frame_of(app) > 5 + rng.randrange(20))
    app.kill()
    shown = frame_of(app)
    document, notes = saved(folder / YAML)
    frames = [one.frame for one in document.tracks[1].keyframes]
    assert frames == [*range(len(frames))] and len(frames) >= shown > 5
    assert not any("damaged" in note or "lost" in note for note in notes)


def frame_of(app: Termwand) -> int:
    """Return the number of the frame that the status line tells, 0 if it is not there."""
    found = re.search(r"^ (\d+)…?/400 ", app.text(), re.MULTILINE)
    return int(found[1]) if found else 0
