"""The disk as a session sees it: nothing that was acknowledged is lost, whatever happens in between."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from textwrap import dedent

import pytest

from engine import disk, leftovers
from engine.document import Document, Label, MediaInfo
from engine.edits import Arrange, DropShape, apply_all
from engine.errors import ChangedError, FormatError, LockedError, StoreError
from engine.journal import journal
from engine.journal.safekeeping import second_path
from engine.lock import lock
from engine.project.project import Project
from engine.store import load, save
from engine.store.files import read
from tests.engine.projects import EMPTY, begin, crash, ids, put


def test_commits_before_the_first_save_come_back(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [f"{path.name}.lock"]
    project.commit("one", (put(1), put(2)))
    project.commit("two", (put(3), DropShape(1, 1)))
    assert not path.exists()
    crash(project)
    again, document, notes = Project.open(path)
    assert document == apply_all(EMPTY, [put(1), put(2), put(3), DropShape(1, 1)])[0]
    assert notes == ["2 unsaved changes were recovered from the journal"] and again.unsaved == 2
    again.commit("three", (put(9),))
    crash(again)
    third, document, _ = Project.open(path)
    assert ids(document) == [2, 3, 9]
    third.close(document)
    assert sorted(os.listdir(tmp_path)) == [path.name] and ids(load(path)) == [2, 3, 9]


def test_what_was_saved_is_not_replayed(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    document, _ = apply_all(EMPTY, [put(1)])
    project.commit("one", (put(1),))
    project.save(document)
    project.commit("two", (DropShape(1, 1),))
    project.commit("three", (put(1),))
    crash(project)
    again, document, notes = Project.open(path)
    assert document is not None and ids(document) == [1] and "2 unsaved" in notes[0]
    again.save(document)
    crash(again)
    assert Project.open(path)[2] == []


def test_crash_between_new_yaml_and_new_journal(tmp_path: Path) -> None:
    """The old journal with its line `saving` beside the new YAML: a second PutShape would move the shape back."""
    project, path = begin(tmp_path)
    project.commit("one", (put(1),))
    project.commit("two", (DropShape(1, 1), put(2)))
    through = project.sequence
    project.commit("three", (put(3),))
    before = journal.path_of(path).read_bytes()
    project.save(apply_all(EMPTY, [put(1), DropShape(1, 1), put(2)])[0], through=through)
    after = journal.path_of(path)
    assert [record.number for record in (journal.read(after) or pytest.fail()).records] == [3]
    saved = (journal.read(after) or pytest.fail()).head.base
    after.write_bytes(before + journal.line_of(journal.Record(through, saving=saved)))
    crash(project)
    _, document, notes = Project.open(path)
    assert ids(document) == [2, 3] and "1 unsaved changes" in notes[0]


def test_commits_during_a_background_save_survive(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    document, stop = EMPTY, threading.Event()
    latest: list[tuple[Document, int]] = [(document, 0)]
    failures: list[Exception] = []

    def saver() -> None:
        while not stop.is_set():
            try:
                taken, number = latest[0]
                project.save(taken, through=number)
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=saver)
    thread.start()
    for number in range(1, 201):
        document, _ = apply_all(document, [put(number)])
        project.commit("put", (put(number),))
        latest[0] = (document, project.sequence)
    stop.set()
    thread.join()
    assert not failures
    crash(project)
    assert Project.open(path)[1] == document


def test_a_torn_last_line_is_dropped_and_the_journal_goes_on(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    for number in (1, 2):
        project.commit("put", (put(number),))
    crash(project)
    whole = journal.path_of(path).read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    # without its line break alone, a line is whole all the same
    for cut, there in ((last + 1, [1]), (last + 12, [1]), (len(whole) - 1, [1, 2])):
        journal.path_of(path).write_bytes(whole[:cut])
        again, document, notes = Project.open(path)
        assert ids(document) == there and any("incomplete" in note for note in notes) == (there == [1])
        again.commit("put", (put(5),))
        crash(again)
        third, document, _ = Project.open(path)
        assert ids(document) == [*there, 5]
        crash(third)


def test_a_damaged_line_is_passed_over_and_kept(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    for number in (1, 2, 3, 4):
        project.commit("put", (put(number),))
    crash(project)
    lines = journal.path_of(path).read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:3], lines[3].replace(b"put", b"pat", 1), lines[4]])
    journal.path_of(path).write_bytes(damaged)
    again, document, notes = Project.open(path)
    assert ids(document) == [1, 2, 4]
    assert "3 unsaved changes were recovered" in notes[0] and "1 changes in the journal were damaged" in notes[1]
    aside = next(name for name in os.listdir(tmp_path) if ".damaged-" in name)
    assert aside in notes[1] and (tmp_path / aside).read_bytes() == damaged
    again.commit("put", (put(7),))
    crash(again)
    _, document, notes = Project.open(path)
    assert ids(document) == [1, 2, 4, 7] and notes == ["4 unsaved changes were recovered from the journal"]


NO_JOURNALS = [b"\x00" * 100, b"termwand-journal {}x\n", b"hello\n", b'termwand-journal {"version":2}\n']


@pytest.mark.parametrize("content", NO_JOURNALS)
def test_a_file_that_is_no_journal_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.yaml"
    save(path, EMPTY)
    journal.path_of(path).write_bytes(content)
    _, document, notes = Project.open(path)
    assert document == EMPTY and len(notes) == 1
    assert any((tmp_path / name).read_bytes() == content for name in os.listdir(tmp_path) if ".damaged-" in name)


def test_changed_meanwhile(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.save(EMPTY)
    os.utime(path, (1, 1))
    project.save(EMPTY)  # touched is not changed
    path.write_text(path.read_text().replace("car", "bus"))
    project.commit("put", (put(1),))
    with pytest.raises(ChangedError, match="not overwritten"):
        project.save(apply_all(EMPTY, [put(1)])[0])
    assert load(path).labels == (Label("bus"),)
    crash(project)
    again, document, notes = Project.open(path)
    assert document is not None and ids(document) == [] and "1 changes do not fit: put" in notes[-1]
    assert any(".left-" in name for name in os.listdir(tmp_path))
    again.save(EMPTY, overwrite=True)
    assert load(path) == EMPTY and not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_second_writer(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.commit("put", (put(1),))
    with pytest.raises(LockedError) as caught:
        Project.open(path)
    assert str(os.getpid()) in str(caught.value) and caught.value.owner == str(lock.here())
    reader, document, _ = Project.open(path, read_only=True)
    assert ids(document) == [1]
    with pytest.raises(StoreError, match="read-only"):
        reader.commit("put", (put(2),))
    reader.close(document)
    project.close(document)
    assert ids(load(path)) == [1]


def test_a_bad_file_keeps_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("termwand: 1\nnothing: [\n")
    with pytest.raises(FormatError):
        Project.open(path)
    assert os.listdir(tmp_path) == ["c.yaml"]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "deep" / "real.yaml"
    real.parent.mkdir()
    save(real, EMPTY)
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    project, document, _ = Project.open(link)
    project.commit("put", (put(1),))
    assert journal.path_of(real).stat().st_mode & 0o777 == 0o640
    project.close(apply_all(EMPTY, [put(1)])[0])
    assert link.is_symlink() and real.stat().st_mode & 0o777 == 0o640 and ids(load(link)) == [1]
    assert document == EMPTY


def test_a_journal_can_be_written_beside_a_file_that_is_write_protected(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    save(path, EMPTY)
    path.chmod(0o440)
    project, _, _ = Project.open(path)
    project.commit("put", (put(1),))
    assert journal.path_of(path).stat().st_mode & 0o777 == 0o640 and path.stat().st_mode & 0o777 == 0o440
    project.close()


def test_planted_links_are_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path = tmp_path / "c.yaml"
    save(path, EMPTY)
    journal.path_of(path).symlink_to(victim)
    with pytest.raises(StoreError, match="symbolic link"):
        Project.open(path)
    journal.path_of(path).unlink()
    lock.path_of(path).symlink_to(victim)
    with pytest.raises(StoreError):
        Project.open(path)
    assert victim.read_text() == "precious" and lock.path_of(path).is_symlink()


def test_who_did_not_begin_is_told(tmp_path: Path) -> None:
    project, _, _ = Project.open(tmp_path / "c.yaml")
    with pytest.raises(StoreError, match="never begun"):
        project.commit("put", (put(1),))


def child(code: str, *args: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", dedent(PRELUDE) + dedent(code), *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )  # type: ignore[call-overload]


PRELUDE = """
    import os, random, resource, sys, threading
    from pathlib import Path
    from engine.document import *
    from engine.edits import *
    from engine.errors import *
    from engine.project.project import Project
    EMPTY = Document(MediaInfo("c.mp4", "video", 1000, 8, 6), (Label("car"),))
    def put(number):
        return PutShape(Shape(number, number % 1000, "car", "points", ((1.0, 2.0),)))
    path = Path(sys.argv[1])
"""
WORK = """
    project, document, notes = Project.open(path)
    if document is None:
        document = EMPTY
        project.start(document)
    print("open", len(list(document.all_shapes())), flush=True)
    chance = random.Random(int(sys.argv[2]))
    latest = [(document, project.sequence)]
    def saver():
        while True:
            taken, number = latest[0]
            project.save(taken, through=number)
    threading.Thread(target=saver, daemon=True).start()
    while True:
        present = [shape for shape in document.all_shapes()]
        if present and chance.random() < 0.3:
            gone = chance.choice(present)
            edit = DropShape(gone.frame, gone.id)
        else:
            edit = put(document.next_id)
        document, _ = apply(document, edit)
        project.commit("edit", (edit,))
        latest[0] = (document, project.sequence)
        print("done", sorted(shape.id for shape in document.all_shapes()), flush=True)
"""


def test_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """A child commits and saves until it is killed; the file must hold its last acknowledged state, or the next one."""
    path = tmp_path / "c.yaml"
    chance, acknowledged, last_open = random.Random(7), 0, "[]"
    for round_number in range(14):
        with child(WORK, path, round_number) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            assert lines[0].startswith("open"), process.stderr and process.stderr.read()
            time.sleep(chance.random() * 0.12)
            os.kill(process.pid, signal.SIGKILL)
            lines += process.stdout.read().splitlines()
        done = [json.loads(line[5:]) for line in lines if line.startswith("done") and line.rstrip().endswith("]")]
        acknowledged += len(done)
        found = ids(Project.open(path, read_only=True)[1] or EMPTY)
        expected = done[-1] if done else json.loads(last_open)
        # one more edit may have reached the disk without being acknowledged
        assert len(set(found) ^ set(expected)) <= 1, round_number
        last_open = json.dumps(found)
    assert acknowledged > 50, "the children did some work"


def test_full_disk(tmp_path: Path) -> None:
    """A limit on file sizes fails writes as a full disk does, half-way through a line too; after it all is there."""
    code = """
        project, document, notes = Project.open(path)
        project.start(EMPTY)
        document, failed = EMPTY, 0
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        for number in range(1, 41):
            if number == 21:
                size = path.with_name(path.name + ".journal").stat().st_size
                resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, hard))
            if number == 31:
                resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
                try:
                    project.save(document)
                except StoreError as error:
                    print(error.title, "|", error.detail)
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            edit = put(number)
            document, _ = apply(document, edit)
            try:
                project.commit("put", (edit,))
            except StoreError as error:
                failed += 1
        print(failed, sorted(os.listdir(path.parent)))
        os._exit(0)
    """
    path = tmp_path / "c.yaml"
    out, errors = child(code, path).communicate(timeout=60)
    assert not errors
    assert out.startswith("c.yaml was not saved | the file would be larger than is allowed here; make room")
    assert out.splitlines()[1] == f"10 {['c.yaml.journal', 'c.yaml.lock']}"
    assert ids(Project.open(path)[1]) == list(range(1, 41))


def test_read_only_folder() -> None:
    """Permissions do not bind root, so the child gives up being root first."""
    code = """
        Project.open(path, read_only=True)  # imports what is imported late: nobody may not read every installation
        if os.getuid() == 0:
            os.setgid(65534); os.setuid(65534)
        try:
            Project.open(path)
        except StoreError as error:
            print(error.title, "|", error.detail)
        project, document, notes = Project.open(path, read_only=True)
        print(len(list(document.all_shapes())))
    """
    # pytest's own folders are closed to other users
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        save(here / "c.yaml", apply_all(EMPTY, [put(1)])[0])
        (here / "c.yaml").chmod(0o444)
        here.chmod(0o555)
        out, errors = child(code, here / "c.yaml").communicate(timeout=60)
        here.chmod(0o755)
    assert not errors
    assert out.splitlines()[0].startswith("c.yaml.lock was not made | you may not write in this folder; ")
    assert "can be used instead" in out and out.splitlines()[1] == "1"


def test_looking_at_a_folder_that_has_grown_leaves_no_journal(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.save(EMPTY)
    project.close()
    project, document, _ = Project.open(path)
    project.write_in_background(lambda told, outcome: told(outcome))
    project.arrange((Arrange(MediaInfo("c.mp4", "video", 1001, 8, 6)),))
    project.close(document)
    assert os.listdir(tmp_path) == [path.name] and not Project.open(path, read_only=True)[2]


def test_a_damaged_second_journal_beside_an_empty_first_one_keeps_nothing_from_opening(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.save(EMPTY)
    project.close()
    second = second_path(path)
    second.parent.mkdir(parents=True, exist_ok=True)
    second.write_bytes(b"garbage\n")
    head = journal.Head(base=read(path)[1].digest, after=0)
    journal.Journal.create(journal.path_of(path), head, ()).close()
    project, document, notes = Project.open(path)
    assert ids(document) == [] and "damaged" in " ".join(notes)
    project.close(document)


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    here = disk.temporary(tmp_path / "a.bin")
    left = here.with_name(here.name.replace(f".{os.getpid()}.", f".{ended.stdout.strip()}."))
    for file in (here, left):
        file.write_bytes(b"half")
    leftovers.sweep(tmp_path)
    assert here.exists() and not left.exists()
