"""`termwand recover`: what was kept aside is shown, and applied only when asked, with the file as it was kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import disk
from engine.cli.recover import NONE, main
from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import Arrange, DropShape, Edit, PutLabels, PutShape, apply_all
from engine.journal import journal
from engine.journal.lines import Head, Record, head_line, line_of
from engine.project.project import Project
from engine.store import load, save

EMPTY = Document(MediaInfo("c.mp4", "video", 1000, 8, 6), (Label("car"), Label("bus")))


def put(number: int, label: str = "car", x: float = 1.0) -> Edit:
    return PutShape(Shape(number, number, label, "points", ((x, 2.0),)))


def ids(document: Document | None) -> list[int]:
    assert document is not None
    return sorted(shape.id for shape in document.all_shapes())


def leave(project: Project) -> None:
    assert project._lock is not None
    project._lock.release()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that was changed by hand after a kill, so that two of three changes did not fit."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "c.termwand.yaml"
    project, _, _ = Project.open(path)
    project.start(EMPTY)
    project.save(EMPTY)
    project.commit("draw", (put(1),))
    project.commit("draw \x1b[31mmore", (put(2, "bus"), put(3)))
    project.commit("two", (put(4, "bus"),))
    leave(project)
    save(path, apply_all(EMPTY, [PutLabels((Label("car"),))])[0])
    project, document, notes = Project.open(path)
    assert ids(document) == [1, 3] and "2 changes do not fit" in notes[-1]
    project.close(document)
    return path


def left(path: Path, why: str = "left") -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.journal.{why}-*"))


def test_it_shows_what_was_left_and_changes_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: (path.parent / name).read_bytes() for name in os.listdir(path.parent) if name != "state"}
    assert main([str(path)]) == 0
    out = capsys.readouterr().out
    assert left(path)[0].name in out and "\x1b" not in out and "Nothing was changed" in out
    assert "points 2 (bus) on frame 3 - does not fit: " in out and "points 4 (bus) on frame 5" in out
    assert "points 1 (car)" not in out, "that was replayed"
    assert before == {name: (path.parent / name).read_bytes() for name in os.listdir(path.parent) if name != "state"}


def test_what_fits_is_applied_as_one_commit_and_the_file_is_kept(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, document, _ = Project.open(path)
    assert document is not None
    project.commit("the label again", (PutLabels(EMPTY.labels),))
    leave(project)  # killed: what is in the journal counts too
    as_it_was = path.read_bytes()
    assert main([str(path), "--apply"]) == 0
    assert "2 changes were applied" in capsys.readouterr().out
    assert ids(load(path)) == [1, 2, 3, 4]
    (backup,) = path.parent.glob("*.before-recovery-*")
    assert backup.read_bytes() == as_it_was
    assert main([str(path), "--apply"]) == 0
    assert NONE in capsys.readouterr().out and len(left(path)) == 1


def test_what_does_not_fit_stays(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_it_was = path.read_bytes()
    assert main([str(path), "--apply"]) == 0
    assert "0 changes were applied" in capsys.readouterr().out and path.read_bytes() == as_it_was
    assert main([str(path)]) == 0 and "does not fit" in capsys.readouterr().out


def test_a_copy_of_a_damaged_journal_is_applied_only_by_name(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, document, _ = Project.open(path)
    project.commit("move", (put(1, x=5.0),))
    project.commit("move", (put(1, x=6.0),))
    leave(project)
    data = journal.path_of(path).read_bytes()
    journal.path_of(path).write_bytes(data.replace(b"termwand", b"termwind"))
    project, document, _ = Project.open(path)
    project.commit("gone", (DropShape(1, 1),))
    project.close(apply_all(document or EMPTY, [DropShape(1, 1)])[0])
    (copy,) = left(path, "damaged")
    assert main([str(path), "--apply"]) == 0 and ids(load(path)) == [3]
    out = capsys.readouterr().out
    assert "A copy of a damaged journal" in out and "1 places in it cannot be read" in out
    assert main([str(path), "--apply", "--journal", copy.name]) == 0 and ids(load(path)) == [1, 3]


def test_where_the_file_is_gone_its_journal_makes_a_new_one(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, _, _ = Project.open(path)
    project.commit("draw", (put(8),))
    leave(project)
    path.unlink()
    project, document, _ = Project.open(path)
    project.close()
    assert document is None and main([str(path), "--apply"]) == 0
    assert ids(load(path)) == [2, 4, 8], "and their labels, bus too, which nothing else tells of"


def test_the_media_names_its_file_as_well(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    media = path.with_name("c.mp4")
    media.touch()
    assert main([str(media)]) == 0 and left(path)[0].name in capsys.readouterr().out
    elsewhere = path.parent / "state" / "termwand" / "journals"
    assert not elsewhere.exists()


def test_second_journals_in_the_users_folder_are_found(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = disk.state_path("journals", path)
    other.parent.mkdir(parents=True)
    other.with_name(f"{path.name}.journal.left-1").write_bytes(left(path)[0].read_bytes())
    assert main([str(path)]) == 0 and str(other.parent) in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    (["nothing.mp4"], "There is no nothing.mp4"), (["c.termwand.yaml", "--journal", "x"], "There is no journal x"),
])  # fmt: skip
def test_mistakes_get_a_sentence(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(path.parent)
    assert main(arguments) == 1 and words in capsys.readouterr().err


def test_a_file_that_is_in_use_is_shown_and_not_changed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, _, _ = Project.open(path)
    assert main([str(path)]) == 0 and main([str(path), "--apply"]) == 1
    assert "is in use by" in capsys.readouterr().err
    project.close()


def test_it_is_a_command(path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "tui", "recover", str(path)], capture_output=True, text=True)
    assert done.returncode == 0 and "does not fit" in done.stdout and not done.stderr


def test_what_opening_once_did_to_the_numbers_of_frames_is_not_done_again(path: Path) -> None:
    (aside,) = left(path)
    arranged = Record(1, "draw", (Arrange(EMPTY.media, moves=((0, 999, 5),)), put(5)))
    aside.write_bytes(head_line(Head()) + line_of(arranged))
    assert main([str(path), "--apply"]) == 0
    assert [(shape.id, shape.frame) for shape in load(path).all_shapes()] == [(1, 1), (3, 3), (5, 5)]
