"""Folders that can only be read: what is there is shown, what is done is kept elsewhere, nothing of either is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import PutShape, apply_all
from engine.errors import StoreError
from engine.opening import labels_from
from engine.project.places import place_of
from engine.project.project import Project
from engine.store import load, save

ROOT = Path(__file__).resolve().parents[3]
MOUNTED = [
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"',
    "sh",
]
SESSION = """
import os, sys
from pathlib import Path
from engine.document import Shape
from engine.edits import PutShape
from engine.errors import AppError
from engine.media import open_media
from engine.opening import open_session
from engine.options import Options
media, number, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for warm in (media, Path(sys.argv[4])):
    try:
        open_media([warm]).close()  # imports what nobody may not read in every installation
    except AppError:
        pass
if "nobody" in how:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    opened = open_session(Options((media,), labels="" if "reading" in how else "car", read_only="reading" in how))
except AppError as error:
    print("refused:", error)
    sys.exit()
session = opened.session
if number:
    session.commit("put", PutShape(Shape(number, 0, "car", "points", ((1.0, 2.0),))))
print([shape.id for shape in session.document.all_shapes()])
print(opened.path)
print(*opened.notes, sep="\\n", flush=True)
if "kill" in how:
    os._exit(9)
opened.close()
"""


def as_root(*command: str) -> bool:
    return os.getuid() == 0 and shutil.which("unshare") is not None and subprocess.run(command).returncode == 0


@pytest.fixture(params=["mounted", "nobody"])
def how(request: pytest.FixtureRequest) -> str:
    if request.param == "mounted" and not as_root("unshare", "-m", "true"):
        pytest.skip("this user may mount nothing")
    return str(request.param)


@pytest.fixture
def base() -> Iterator[Path]:
    """Return a folder with a picture folder and a video; not below pytest's own, which another user cannot enter."""
    base = Path(tempfile.mkdtemp())
    shutil.copytree(ROOT / "samples" / "street", base / "media" / "street", ignore=shutil.ignore_patterns("*.yaml"))
    shutil.copy(ROOT / "samples" / "street.mp4", base / "media" / "street.mp4")
    (base / "state").mkdir()
    (base / "state").chmod(0o777)
    base.chmod(0o755)
    yield base
    for folder, _, _ in os.walk(base):
        os.chmod(folder, 0o755)
    shutil.rmtree(base)


Run = Callable[..., tuple[list[int], Path, list[str]]]


@pytest.fixture
def run(base: Path, how: str) -> Run:
    """Return a function that opens media in a child to which their folder is read-only."""

    def session(media: Path, number: int = 0, more: str = "") -> tuple[list[int], Path, list[str]]:
        command = [
            sys.executable,
            "-c",
            SESSION,
            str(media),
            str(number),
            f"{how} {more}",
            str(ROOT / "samples" / "street"),
        ]
        if how == "mounted":
            command = [*MOUNTED, str(base / "media"), *command]
        else:
            for folder in (base / "media", base / "media" / "street"):
                folder.chmod(0o555)
        environment = {**os.environ, "XDG_STATE_HOME": str(base / "state"), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
        assert not done.stderr, done.stderr
        lines = done.stdout.splitlines()
        if lines[0].startswith("refused"):
            return [], Path(), lines
        return [int(number) for number in lines[0].strip("[]").split(",") if number.strip()], Path(lines[1]), lines[2:]

    return session


def shapes(path: Path, *numbers: int) -> None:
    """Let somebody else, who may write there, put shapes into the file beside the media."""
    media = MediaInfo("street.mp4", "video", 25) if path.name.startswith("street") else MediaInfo(".", "folder", 6)
    document = Document(media, (Label("car"),))
    puts = [PutShape(Shape(number, 0, "car", "points", ((1.0, 2.0),))) for number in numbers]
    path.parent.chmod(0o755)
    save(path, apply_all(document, puts)[0])


@pytest.mark.parametrize("name", ["street", "street.mp4"])
def test_a_folder_that_can_only_be_read(base: Path, run: Run, name: str) -> None:
    media = base / "media" / name
    beside = media / "annotations.termwand.yaml" if name == "street" else base / "media" / "street.termwand.yaml"
    found, own, notes = run(media, 1)
    assert found == [1] and (base / "state") in own.parents and "cannot be written" in notes[0]
    assert [shape.id for shape in load(own).all_shapes()] == [1]
    shapes(beside, 10)
    found, again, notes = run(media, 2)
    assert sorted(found) == [1, 2, 10] and again == own
    assert "there is read, your changes are kept in" in notes[0] and "1 changes were taken over" in notes[1]
    shapes(beside, 10, 11)
    found, _, notes = run(media, 3, "kill")
    assert sorted(found) == [1, 2, 3, 10, 11]
    theirs = beside.read_bytes()
    found, _, notes = run(media, 0, "reading")
    assert sorted(found) == [1, 2, 3, 10, 11] and any("recovered" in note for note in notes)
    found, _, _ = run(media)
    assert sorted(found) == [1, 2, 3, 10, 11] and beside.read_bytes() == theirs
    assert own.parent.stat().st_mode & 0o777 == 0o700 and own.exists()


def test_with_a_file_there_from_the_beginning(base: Path, run: Run) -> None:
    beside = base / "media" / "street" / "annotations.termwand.yaml"
    shapes(beside, 10)
    found, own, notes = run(base / "media" / "street")
    assert found == [10] and "there is read" in notes[0] and len(notes) == 1 and not own.exists()
    found, _, _ = run(base / "media" / "street", 11, "kill")
    assert found == [10, 11] and not own.exists()
    found, _, notes = run(base / "media" / "street")
    assert found == [10, 11] and "1 unsaved changes were recovered" in notes[1]
    assert [shape.id for shape in load(own).all_shapes()] == [10, 11] == run(base / "media" / "street", 0, "reading")[0]


def test_what_a_killed_program_left_there_before_it_could_only_be_read(base: Path, run: Run) -> None:
    beside = base / "media" / "street" / "annotations.termwand.yaml"
    project, _, _ = Project.open(beside)
    project.start(Document(MediaInfo("street", "folder", 6, 64, 48), (Label("car"),)))
    project.commit("put", (PutShape(Shape(7, 0, "car", "points", ((1.0, 2.0),))),))
    assert project._lock is not None
    project._lock.release()
    assert not beside.exists() and run(base / "media" / "street", 8)[0] == [7, 8]
    assert run(base / "media" / "street")[0] == [7, 8]


def test_what_may_not_be_read_is_said_with_its_true_reason(base: Path, run: Run, how: str) -> None:
    if how != "nobody" or os.getuid() != 0:
        pytest.skip("only another user is kept from reading")
    beside = base / "media" / "street" / "annotations.termwand.yaml"
    shapes(beside, 10)
    beside.chmod(0o600)
    assert "annotations.termwand.yaml was not read: you may not read it" in run(base / "media" / "street")[2][0]
    journal = beside.with_name(beside.name + ".journal")
    beside.chmod(0o644)
    journal.write_bytes(b"")
    journal.chmod(0o600)
    assert run(base / "media" / "street")[0] == [10], "a journal in a folder that is only read is nobody's business"


def test_what_stands_in_a_folder_that_may_not_be_entered_is_no_traceback(base: Path, run: Run, how: str) -> None:
    if how != "nobody" or os.getuid() != 0:
        pytest.skip("only another user is kept out")
    closed = base / "closed"
    shutil.copytree(ROOT / "samples" / "street", closed)
    closed.chmod(0o744)
    for name in ("street_1.jpg", "*.jpg", "nothing.jpg", ""):
        (said,) = run(closed / name)[2]
        assert "may not" in said or "Permission denied" in said, said
    assert "may not enter" in run(closed / "street_1.jpg")[2][0]


def test_nowhere_to_write_at_all(base: Path, run: Run, how: str) -> None:
    if how != "nobody" or os.getuid() != 0:
        pytest.skip("root may write everywhere")
    (base / "state").chmod(0o555)
    assert "cannot be written: nor can" in run(base / "media" / "street")[2][0]


def test_a_long_list_of_labels_is_no_files_name() -> None:
    names = [f"label {number}" for number in range(200)]
    assert [label.name for label in labels_from(",".join(names), ())] == names


@pytest.mark.parametrize(("annotations", "sentence"), [
    ("/", "/ is a folder"), (".", "is a folder"), ("nowhere/c.yaml", "nowhere is not there"),
    ("file/c.yaml", "file is no folder"),
])  # fmt: skip
def test_places_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, annotations: str, sentence: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match=sentence):
        place_of([tmp_path], Path(annotations))


def test_what_was_done_elsewhere_is_not_forgotten_when_the_folder_can_be_written(
    base: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, own, _ = run(base / "media" / "street", 1)
    (base / "media" / "street").chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(base / "state"))
    assert f"could not be written is in {own}" in place_of([base / "media" / "street"]).notes[0]
