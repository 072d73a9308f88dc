"""What was acknowledged is on some disk: the journal taken away, the disk full, the disk slow, kills in between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from engine.edits import apply_all
from engine.journal import journal
from engine.journal.safekeeping import second_path
from engine.project.project import Project
from engine.store import load
from tests.bad_disk import BadDisk
from tests.engine.projects import EMPTY, begin, crash, ids, put


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"x" * path.stat().st_size)


def swap(path: Path) -> None:
    path.rename(path.with_suffix(".away"))
    path.write_text("somebody else's")


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("victim"))


MISHAPS: dict[str, tuple[Callable[[Path], object], bytes | None]] = {
    "removed": (lambda path: path.unlink(), None),
    "moved away": (lambda path: path.rename(path.with_suffix(".away")), None),
    "replaced": (swap, b"somebody else's"),
    "an older one put back": (lambda path: path.write_bytes(path.read_bytes()[:200]), None),
    "emptied": (lambda path: os.truncate(path, 0), None),
    "overwritten in place": (overwrite, None),
    "written further": (lambda path: path.write_bytes(path.read_bytes() + b"their line\n"), None),
    "a link": (link, None),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), None),
}


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("after", ["a commit", "a save"])
def test_a_journal_that_is_taken_away_is_written_anew_whole(tmp_path: Path, mishap: str, after: str) -> None:
    (tmp_path / "victim").write_text("precious")
    project, path = begin(tmp_path)
    spoil, theirs = MISHAPS[mishap]
    outcomes = []
    project.on_kept = outcomes.append
    for number in (1, 2, 3):
        project.commit("put", (put(number),))
    spoil(journal.path_of(path))
    if after == "a save":
        project.save(apply_all(EMPTY, [put(1), put(2)])[0], through=2)
    project.add("put", (put(4),))
    project.write()
    assert [outcome.said for outcome in outcomes if "written again, whole" in outcome.said]
    crash(project)
    _, document, notes = Project.open(path)
    assert ids(document) == [1, 2, 3, 4] and len(notes) == 1 and "unsaved changes were recovered" in notes[0]
    assert (tmp_path / "victim").read_text() == "precious"
    kept = [file for file in tmp_path.iterdir() if ".replaced-" in file.name]
    assert not theirs or [file.read_bytes() for file in kept] == [theirs]
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".tmp"]


def test_a_journal_that_was_only_touched_goes_on(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.commit("put", (put(1),))
    place = journal.path_of(path)
    inode = place.stat().st_ino
    os.utime(place, (1, 1))
    project.commit("put", (put(2),))
    assert place.stat().st_ino == inode and len((journal.read(place) or pytest.fail()).records) == 2


def test_closing_leaves_what_another_program_put_in_the_journals_place(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.commit("put", (put(1),))
    project.save(apply_all(EMPTY, [put(1)])[0])
    swap(journal.path_of(path))
    project.close()
    assert journal.path_of(path).read_text() == "somebody else's"


PRELUDE = """
    import os, queue, random, resource, signal, sys, threading
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


def child(code: str, *args: object, before: tuple[str, ...] = (), **more: str) -> subprocess.Popen[str]:
    """Run Python in another process."""
    command = [*before, sys.executable, "-c", dedent(PRELUDE) + dedent(code), *map(str, args)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **more})


def told(process: subprocess.Popen[str]) -> list[str]:
    """Return the words of the child's next line."""
    assert process.stdout is not None and process.stderr is not None
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return line.split()


def journals(path: Path) -> list[str]:
    """Return what the names of a journal and of its temporary files begin with."""
    return [str(journal.path_of(path)), str(path.with_name(f".{path.name}.journal."))]


FORTY = """
    project, document, notes = Project.open(path)
    project.start(EMPTY)
    kept = []
    project.on_kept = kept.append
    for number in range(1, 41):
        edit = put(number)
        document, _ = apply(document or EMPTY, edit)
        project.add("put", (edit,))
        project.write()
    print(sum(outcome.second is not None for outcome in kept), sum(not outcome.is_safe for outcome in kept), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
AGAIN = """
    project, document, notes = Project.open(path)
    print(*sorted(shape.id for shape in document.all_shapes()), flush=True)
    print(notes[-1])
"""


def test_what_a_full_disk_does_not_take_goes_into_a_second_journal(tmp_path: Path) -> None:
    """Forty commits and a kill: all of them are there; the second goes when the first holds everything."""
    disk, folder = BadDisk(tmp_path / "disk"), tmp_path / "here"
    folder.mkdir()
    path = folder / "c.yaml"
    second = second_path(path)
    disk.fill(*journals(path))
    with child(FORTY, path, **disk.environment) as process:
        elsewhere, lost = told(process)
    assert (int(elsewhere), int(lost)) == (40, 0) and second.exists() and not journal.path_of(path).exists()
    assert second.parent.stat().st_mode & 0o777 == 0o700
    with child(AGAIN, path, **disk.environment) as process:  # still full
        assert told(process) == list(map(str, range(1, 41)))
        assert told(process)[:2] == ["40", "of"] and second.exists()
    disk.fill()
    again, document, notes = Project.open(path)
    assert ids(document) == list(range(1, 41)) and journal.path_of(path).exists() and not second.exists()
    assert "40 unsaved changes were recovered" in notes[0] and str(second) in notes[1]
    again.close(document)
    assert os.listdir(folder) == ["c.yaml"] and not second.parent.exists() and ids(load(path)) == list(range(1, 41))


def test_a_disk_that_fills_up_really(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    mount = f"mount -t tmpfs -o size=20k,nr_inodes=20 none {tmp_path / 'here'}"
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root")
    (tmp_path / "here").mkdir()
    code = """
        import subprocess
        (path.parent / "large").write_bytes(b"x" * 12000)
        first = subprocess.run([sys.executable, "-c", sys.argv[2], path], capture_output=True, text=True)
        print(first.stdout.strip() or first.stderr)
        (path.parent / "large").unlink()  # not even a lock can be made where there is no room at all
        subprocess.run([sys.executable, "-c", sys.argv[3], path])
    """
    before = (unshare, "-m", "sh", "-c", f'{mount} && exec "$@"', "sh")
    parts = [dedent(PRELUDE) + dedent(part) for part in (FORTY, AGAIN)]
    with child(code, tmp_path / "here" / "c.yaml", *parts, before=before) as process:
        elsewhere, lost = map(int, told(process))
        assert 0 < elsewhere < 40 and lost == 0
        assert told(process) == list(map(str, range(1, 41)))


def test_full_everywhere_is_said_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    disk, folder = BadDisk(tmp_path / "disk"), tmp_path / "here"
    folder.mkdir()
    code = """
        from engine.session import Session
        project, _, _ = Project.open(path)
        project.start(EMPTY)
        class Frames:
            def __len__(self): return 9
            def picture(self, index, look=False): return None
        session = Session(EMPTY, Frames(), disk=project)
        told = []
        session.on_message = lambda text, severity: told.append((severity, text))
        for number in range(1, 10):
            if number == 5:
                input()
            if number == 8:
                project.save(session.document)
            session.commit("put", put(number))
            print(len(list(session.safety.document.all_shapes())), "|", session.safety.trouble, flush=True)
        print(*told, sep="; ")
        os._exit(0)
    """
    path = folder / "c.yaml"
    disk.fill(*journals(path), str(second_path(path).parent))
    with child(code, path, **disk.environment) as process:
        assert [" ".join(told(process)) for _ in range(4)] == [f"{n} | the disk is full" for n in range(1, 5)]
        disk.fill()
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert [" ".join(told(process)) for _ in range(5)] == [f"{n} |" for n in range(5, 10)]
        messages = " ".join(told(process))
    assert messages.count("kept in memory only") == 1 and messages.count("everything is safe") == 1
    assert ids(Project.open(path)[1]) == list(range(1, 10))


FULL_AT_TIMES = """
    project, _, _ = Project.open(path)
    project.start(EMPTY)
    documents = [EMPTY]
    for line in sys.stdin:
        word, *more = line.split()
        try:
            if word == "put":
                documents.append(apply(documents[-1], put(len(documents)))[0])
                project.commit("put", (put(len(documents) - 1),))
            elif word == "save":
                project.save(documents[int(more[0])], through=int(more[0]))
            elif word == "note":  # and no further: the YAML stays as it is
                project._keep.note(project.sequence, "another")
            print("done", flush=True)
        except StoreError as error:
            print("refused", flush=True)
"""
STORIES = {
    "saved while only the second journal could be written, killed in the next save": (
        "put put put FULL save:2 put ROOM note", "", 4),
    "saved with nowhere to say what the file holds": ("put put NOWHERE save:2 put ROOM put", "put", 4),
    "what is safe already could not be told from what the file holds": ("put put put NOWHERE save:2", "save", 3),
    "the second journal took some, the first the rest": ("put FULL put put ROOM put FULL put save:3 put", "", 6),
    "saved again and again": ("put FULL save:1 put save:2 ROOM put save:2 FULL save:3 put", "", 4),
    "all of it saved with no room for a new journal": ("put NOWHERE save:1", "", 1),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_full_at_the_worst_moments(tmp_path: Path, story: str) -> None:
    steps, refused, expected = STORIES[story]
    disk, path, answers = BadDisk(tmp_path / "disk"), tmp_path / "c.yaml", []
    with child(FULL_AT_TIMES, path, **disk.environment) as process:
        for step in steps.split():
            places = {"FULL": journals(path), "NOWHERE": [*journals(path), str(second_path(path).parent)], "ROOM": []}
            if step in places:
                disk.fill(*places[step])
                continue
            assert process.stdin is not None
            process.stdin.write(step.replace(":", " ") + "\n")
            process.stdin.flush()
            answers += [step.partition(":")[0]] if told(process) == ["refused"] else []
        process.kill()
    assert answers == refused.split()
    project, document, notes = Project.open(path)
    assert ids(document) == list(range(1, expected + 1))
    assert not [note for note in notes if "not replayed" in note or "stays in" in note]
    project.close(document)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c.yaml", "disk"]
    assert not second_path(path).parent.exists() and ids(load(path)) == list(range(1, expected + 1))


def test_a_second_journal_that_is_about_something_else_is_put_aside(tmp_path: Path) -> None:
    project, path = begin(tmp_path)
    project.commit("put", (put(1),))
    second = second_path(path)
    second.parent.mkdir(parents=True)
    shutil.copy(journal.path_of(path), second)
    project.save(apply_all(EMPTY, [put(1)])[0])
    project.commit("put", (put(2),))
    crash(project)
    reader, document, notes = Project.open(path, read_only=True)
    assert ids(document) == [1, 2] and second.exists() and "not replayed" in notes[-1]
    reader.close()
    again, document, notes = Project.open(path)
    aside = [file for file in path.parent.iterdir() if ".left-" in file.name]
    assert ids(document) == [1, 2] and not second.exists() and len(aside) == 1 and aside[0].name in notes[-1]
    crash(again)
    assert len(Project.open(path)[2]) == 1


@pytest.mark.parametrize("content", [b"something else", b"termwand-journal {}\nbroken\n"])
def test_a_second_journal_that_is_damaged_is_kept(tmp_path: Path, content: bytes) -> None:
    project, path = begin(tmp_path)
    project.commit("put", (put(1),))
    crash(project)
    second = second_path(path)
    second.parent.mkdir(parents=True)
    second.write_bytes(content)
    again, document, notes = Project.open(path)
    aside = [file for file in second.parent.iterdir() if ".damaged-" in file.name]
    assert ids(document) == [1] and [file.read_bytes() for file in aside] == [content]
    assert aside[0].name in " ".join(notes)
    again.close(document)


# a slow disk

SLOW = """
    from msgspec.structs import replace
    def put(number):
        return PutShape(Shape(number, 0, "car", "points", ((1.0, 2.0),)))
    from engine.session import Session
    project, _, _ = Project.open(path)
    project.start(EMPTY)
    project.commit("put", (put(1),))
    class Frames:
        def __len__(self): return 9
        def picture(self, index, look=False): return None
    session = Session(apply(EMPTY, put(1))[0], Frames(), disk=project)
    posts = queue.Queue()
    project.write_in_background(lambda told, outcome: posts.put((told, outcome)))
    from engine.scene_of import shape_views
    from engine.gestures import Editing
    def views():
        return sorted((view.shape for view in shape_views(session, session.gesture)), key=lambda shape: shape.id)
    print("ready", flush=True)
    for line in sys.stdin:
        word, *more = line.split()
        if word == "put":
            session.commit("put", *map(put, map(int, more)))
            session.view.cursor = (session.view.cursor[0] + 1, 0.0)
        elif word == "undo":
            session.undo()
        elif word == "save":
            document, through = session.document, project.sequence
            threading.Thread(target=lambda: project.save(document, through=through)).start()
        elif word == "wait":
            while session.safety.is_waiting:
                told, outcome = posts.get(timeout=30)
                told(outcome)
        elif word == "close":
            project.close(session.document)
            os._exit(0)
        elif word == "move":
            moved = replace(session.shape(1), points=((float(more[0]), 0.0),))
            session.take(Editing(moved))
            session.commit("move", PutShape(moved))
        if word == "place":
            print(*(round(shape.points[0][0]) for shape in views()), flush=True)
        else:
            print(*(shape.id for shape in views()), flush=True)
"""


def asked(process: subprocess.Popen[str], line: str) -> list[int]:
    """Have the child do something; return what its screen would show then."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return [int(word) for word in told(process)]


def numbers(path: Path) -> list[int]:
    content = journal.read(journal.path_of(path))
    assert content is not None
    return [record.number for record in content.records if not record.saving]


def test_nothing_waits_for_a_slow_disk_and_nothing_is_shown_before_it_is_written(tmp_path: Path) -> None:
    disk, path = BadDisk(tmp_path / "disk"), tmp_path / "c.yaml"
    with child(SLOW, path, **disk.environment) as process:
        assert told(process) == ["ready"]
        begun = len(disk.syncs())
        disk.hold("fdatasync")
        assert asked(process, "put 2") == [1]
        disk.begun("fdatasync", begun)
        for number in range(3, 20):
            assert asked(process, f"put {number}") == [1], "answered, and not shown"
        assert asked(process, "undo") == [1] and asked(process, "put 30") == [1]
        disk.hold()
        assert asked(process, "wait") == [*range(1, 19), 30]
        assert numbers(path) == list(range(1, 22)), "in the order in which they were made"
        assert disk.syncs()[begun:] == [f"fdatasync {journal.path_of(path)}"] * 2, "those that waited go in one piece"
        process.kill()
    assert ids(Project.open(path)[1]) == [*range(1, 19), 30]


def test_what_was_dropped_is_shown_where_it_is_safe(tmp_path: Path) -> None:
    disk, path = BadDisk(tmp_path / "disk"), tmp_path / "c.yaml"
    with child(SLOW, path, **disk.environment) as process:
        assert told(process) == ["ready"]
        disk.hold("fdatasync")
        assert asked(process, "move 5") == [1] and asked(process, "place") == [1]
        disk.hold()
        assert asked(process, "wait") == [1] and asked(process, "place") == [5]
        process.kill()


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "closed"])
def test_a_save_that_waits_for_the_disk_holds_no_commit_back(tmp_path: Path, kill: bool) -> None:
    """The YAML's own sync, then that of its folder, then the journal's renewal: commits pass each of them."""
    disk, path = BadDisk(tmp_path / "disk"), tmp_path / "c.yaml"
    with child(SLOW, path, **disk.environment) as process:
        assert told(process) == ["ready"]
        number = 1
        for held in (f"fsync {tmp_path}/.c.yaml.", f"fsync {tmp_path}$", f"fsync {tmp_path}/.c.yaml.journal."):
            begun = len(disk.syncs())
            if held.endswith(".c.yaml."):
                disk.hold(*(f"{held}{digit}" for digit in range(10)))
            else:
                disk.hold(held)
            asked(process, "save")
            disk.begun(held.rstrip("$"), begun)
            for _ in range(3):
                number += 1
                asked(process, f"put {number}")
                assert asked(process, "wait") == list(range(1, number + 1)), held
            if not kill:
                disk.hold()
        if kill:
            process.kill()
        else:
            assert process.stdin is not None
            process.stdin.write("close\n")
            process.stdin.flush()
            assert process.wait(30) == 0
            assert sorted(file.name for file in tmp_path.iterdir()) == ["c.yaml", "disk"]
    assert ids(Project.open(path)[1]) == list(range(1, number + 1))


def test_nothing_is_safe_in_a_renewed_journal_before_its_name_is(tmp_path: Path) -> None:
    disk, path = BadDisk(tmp_path / "disk"), tmp_path / "c.yaml"
    with child(SLOW, path, **disk.environment) as process:
        assert told(process) == ["ready"]
        begun = len(disk.syncs())
        disk.hold(f"fsync {tmp_path}/.c.yaml.journal.")
        asked(process, "save")
        disk.begun(f"fsync {tmp_path}/.c.yaml.journal.", begun)
        begun = len(disk.syncs())
        disk.hold(f"fsync {tmp_path}$")
        disk.begun(f"fsync {tmp_path}", begun)
        assert asked(process, "put 2") == [1]
        disk.begun(f"fdatasync {journal.path_of(path)}", begun)
        assert asked(process, "put 3") == [1] and numbers(path) == [2]
        disk.hold()
        assert asked(process, "wait") == [1, 2, 3] and numbers(path) == [2, 3]
        process.kill()


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
    def told(on_kept, outcome):
        if outcome.is_safe:
            os.write(1, b"done %d\\n" % outcome.number)  # in one piece: two threads write
    project.write_in_background(told)
    threading.Thread(target=saver, daemon=True).start()
    while True:
        present = list(document.all_shapes())
        if present and chance.random() < 0.3:
            gone = chance.choice(present)
            edit = DropShape(gone.frame, gone.id)
        else:
            edit = put(document.next_id)
        document, _ = apply(document, edit)
        state = sorted(shape.id for shape in document.all_shapes())
        os.write(1, " ".join(map(str, ["made", project.sequence + 1, *state])).encode() + b"\\n")
        number = project.add("edit", (edit,))
        project.write()
        latest[0] = (document, number)
        threading.Event().wait(chance.random() * 0.003)
"""


@pytest.mark.parametrize("full", [False, True], ids=["room", "full at times"])
def test_kill_while_a_thread_writes_loses_nothing_acknowledged(tmp_path: Path, full: bool) -> None:
    """Syncs and renames last up to 4 ms, so that kills come half-way through each; commits and saves overlap."""
    disk, folder = BadDisk(tmp_path / "disk", jitter=4000), tmp_path / "here"
    folder.mkdir()
    path, chance, acknowledged = folder / "c.yaml", random.Random(11), 0
    for number in range(int(os.environ.get("TERMWAND_KILLS", "10"))):
        with child(WORK, path, number, **disk.environment) as process:
            assert process.stdout is not None
            lines = [" ".join(told(process))]
            for _ in range(chance.randrange(4, 80)):
                if full and chance.random() < 0.3:
                    disk.fill(*(journals(path) if chance.random() < 0.5 else []))
                lines.append(process.stdout.readline())
            os.kill(process.pid, signal.SIGKILL)
            lines += process.stdout.read().splitlines()
        disk.fill()
        made = {int(words[1]): words[2:] for words in map(str.split, lines) if words[0] == "made"}
        done = max((int(line.split()[1]) for line in lines[:-1] if line.startswith("done")), default=0)
        acknowledged += sum(line.startswith("done") for line in lines)
        project, document, _ = Project.open(path)
        crash(project)
        found = [str(shape) for shape in ids(document)]
        assert not done or found in [state for at, state in made.items() if at >= done], f"round {number}"
    assert acknowledged > 20, "the children did some work"
