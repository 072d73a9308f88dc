"""The program on a disk that is slow or full: keys go on, what is shown is safe, and what is not safe is said."""

from __future__ import annotations

import os
import signal

import pytest

from engine.journal import journal
from engine.journal.safekeeping import second_path
from tests.bad_disk import BadDisk
from tests.terminal.conftest import Launch, Termwand, saved
from tests.terminal.test_kill import YAML, box


@pytest.fixture
def disk(tmp_path) -> BadDisk:
    return BadDisk(tmp_path / "disk")


@pytest.fixture
def home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a second journal where the program, which has a home of its own, puts it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".local" / "state"))


def begin(launch: Launch, disk: BadDisk, street, *labels: str) -> Termwand:
    app = launch(street, options=("--labels", "car"), environment=disk.environment)
    return app.sees("1/6").sees("Objects 0")


def test_a_slow_disk_stops_no_key_and_a_change_is_shown_when_it_is_written(launch: Launch, street, disk: BadDisk):
    app = begin(launch, disk, street)
    place = journal.path_of(street / YAML)
    box(app).sees("car 1 rect")
    begun = len(disk.syncs())
    disk.hold("fdatasync")
    box(app).sees("writing")
    disk.begun("fdatasync", begun)
    app.press("f").sees("2/6").press("d").sees("1/6").sees("Objects 1").sees("writing")
    box(app).press("y", "a").sees("draw points 1").press("esc", "esc").gone("draw points")
    assert "Objects 1" in app.text()
    disk.hold()
    app.sees("car 2 rect").sees("car 3 rect").gone("writing")
    assert [record.number for record in (journal.read(place) or pytest.fail()).records] == [1, 2, 3]
    app.kill()
    assert len(saved(street / YAML)[0].shapes(0)) == 3


def test_a_save_that_waits_for_the_disk_holds_no_change_back(launch: Launch, street, disk: BadDisk):
    app = begin(launch, disk, street)
    box(app).sees("car 1 rect")
    begun = len(disk.syncs())
    disk.hold("fsync")
    app.press("ctrl+s").sees("saving")
    disk.begun("fsync", begun)
    box(app).sees("car 2 rect").press("u").gone("car 2 rect").sees("saving")
    app.kill()
    disk.hold()
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def test_a_full_disk_sends_changes_elsewhere_and_nothing_is_lost(launch: Launch, street, disk: BadDisk, home):
    app = begin(launch, disk, street)
    box(app).sees("car 1 rect")
    disk.fill(str(street))
    box(app).sees("car 2 rect").sees("kept elsewhere")
    box(app).sees("car 3 rect")
    app.kill()
    assert second_path(street / YAML).exists()
    disk.fill()
    again = launch(street).sees("recovered from the journal").sees("Objects 3")
    assert again.leave() == 0 and not second_path(street / YAML).exists()
    document, notes = saved(street / YAML)
    assert len(document.shapes(0)) == 3 and not notes


def test_full_everywhere_is_on_the_screen_until_there_is_room(launch: Launch, street, disk: BadDisk, home):
    app = begin(launch, disk, street)
    disk.fill(str(street), str(second_path(street / YAML).parent))
    box(app).sees("NOT SAFE: the disk is full").sees("car 1 rect")
    app.press("f").sees("2/6").sees("NOT SAFE").press("d").sees("1/6")
    disk.fill()
    app.gone("NOT SAFE").kill()
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def test_leaving_waits_for_the_disk_and_says_so(launch: Launch, street, disk: BadDisk):
    app = begin(launch, disk, street)
    disk.hold("f")
    box(app).press("ctrl+q").sees("waiting for the disk")
    os.kill(app.pty.process.pid, signal.SIGTERM)
    app.press("ctrl+q", "f")
    assert app.pty.process.poll() is None
    disk.hold()
    assert app.pty.process.wait(20) == 128 + signal.SIGTERM
    document, notes = saved(street / YAML)
    assert len(document.shapes(0)) == 1 and not notes


def test_a_signal_while_the_disk_is_waited_for_ends_a_program_that_cannot_save(launch: Launch, street, disk: BadDisk):
    app = begin(launch, disk, street)
    box(app).sees("car 1 rect")
    begun = len(disk.syncs())
    disk.hold("f")
    app.press("ctrl+q")
    disk.begun("f", begun)
    disk.fill(str(street))
    app.sees("waiting for the disk")
    (street / YAML).write_text("somebody else's")
    os.kill(app.pty.process.pid, signal.SIGHUP)
    app.pty.settle(0.2)
    disk.hold()
    assert app.pty.process.wait(20) == 128 + signal.SIGHUP, "nobody is there to be asked"
