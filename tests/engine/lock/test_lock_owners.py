"""Whose lock is alive: in containers, stopped, killed, after a restart, on other machines; and who loses it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from engine import disk
from engine.errors import LockedError
from engine.lock import filelock, lock
from engine.lock.lock import Lock
from engine.lock.owner import SILENT, Owner, here, is_dead

HOLD = """
import sys
from pathlib import Path
from engine.errors import LockedError
from engine.lock.lock import Lock
try:
    held = Lock.take(Path(sys.argv[1]))
except LockedError as error:
    print("locked", error.owner, flush=True)
else:
    print("held", flush=True)
    sys.stdin.read()
"""
CONTAINER = ["unshare", "--fork", "--kill-child", "--pid", "--mount-proc"]


def contained() -> bool:
    if shutil.which("unshare") is None:
        return False
    if not hasattr(fcntl, "F_OFD_SETLKW"):
        return False
    return subprocess.run([*CONTAINER, "true"], capture_output=True).returncode == 0


@contextmanager
def other(path: Path, *inside: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a process that takes a lock and keeps it until it is ended; yield it with what it said."""
    command = [*inside, sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def ended(path: Path) -> None:
    """Wait until the system has dropped the lock of a process that is ending."""
    with open(path, "r+b") as file:
        fcntl.fcntl(file, fcntl.F_OFD_SETLKW, filelock._record(fcntl.F_WRLCK))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return lock.path_of(tmp_path / "c.yaml")


@pytest.mark.skipif(not contained(), reason="this user may make no process namespaces")
def test_a_writer_in_another_container_keeps_its_lock_until_it_dies(path: Path) -> None:
    """Its process id means nothing here: 1 in there is another process out here, its own is none out here."""
    with other(path, *CONTAINER) as (process, said):
        assert said == "held" and lock._owner(path.read_bytes()).pid < 10  # type: ignore[union-attr]
        with pytest.raises(LockedError):
            Lock.take(path)
        process.kill()
        ended(path)
        Lock.take(path).release()


@pytest.mark.skipif(not contained(), reason="this user may make no process namespaces")
def test_a_container_respects_the_writer_outside_and_another_one(path: Path) -> None:
    held = Lock.take(path)
    with other(path, *CONTAINER) as (_, said):
        assert said == f"locked {lock.here()}"
    held.release()
    with other(path, *CONTAINER) as (_, first), other(path, *CONTAINER) as (_, second):
        assert first == "held" and second.startswith("locked")


def test_a_stopped_writer_is_alive(path: Path) -> None:
    with other(path) as (process, said):
        assert said == "held"
        os.kill(process.pid, signal.SIGSTOP)
        os.utime(path, (1, 1))
        with pytest.raises(LockedError):
            Lock.take(path)


NOW = 2_000_000_000.0
HERE = here()
OTHER_KERNEL = msgspec.structs.replace(HERE, boot="another", host="elsewhere", held="ofd", beats=True)
CONTAINERS = msgspec.structs.replace(HERE, space="pid:[1]", pid=2**22 + 5, held="ofd", beats=True, device=7)


@pytest.mark.parametrize(("owner", "free", "beat", "dead"), [
    (HERE, None, 0.0, False),  # this very process
    (msgspec.structs.replace(HERE, pid=2**22 + 5), None, NOW, True),
    (msgspec.structs.replace(HERE, started="1"), None, NOW, True),  # its number was given again
    (HERE, False, 0.0, False),
    (CONTAINERS, False, 0.0, False),  # held: whatever else there is to see
    (CONTAINERS, True, NOW, True),  # the system would hold it still
    (msgspec.structs.replace(CONTAINERS, device=8), True, NOW, False),  # of another mount nothing is known
    (msgspec.structs.replace(CONTAINERS, held=""), None, NOW, False),
    (msgspec.structs.replace(CONTAINERS, held=""), None, NOW - SILENT - 1, None),
    (msgspec.structs.replace(OTHER_KERNEL, host=HERE.host), True, 1.0, True),  # this machine, before a restart
    (msgspec.structs.replace(OTHER_KERNEL, host=HERE.host), True, NOW, False),  # another machine of the same name
    (OTHER_KERNEL, True, NOW - SILENT + 1, False),
    (OTHER_KERNEL, True, NOW - SILENT - 1, None),
    (OTHER_KERNEL, False, NOW - 10 * SILENT, False),
    (Owner("ann", "elsewhere", 1, "2024"), None, 0.0, False),  # it never gave signs of life
    (Owner("ann", HERE.host, 2**22 + 5), None, 0.0, True),
    (Owner("ann", HERE.host, 0), None, 0.0, False),
])  # fmt: skip
def test_who_is_dead(owner: Owner, free: bool | None, beat: float, dead: bool | None) -> None:
    assert is_dead(owner, free=free, device=7, beat=beat, now=NOW) is dead


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT", 0.2)


def write(path: Path, owner: Owner, age: float) -> None:
    path.write_bytes(msgspec.json.encode(owner))
    os.utime(path, (time.time() - age, time.time() - age))


def test_a_machine_that_has_fallen_silent_is_taken_over(path: Path, quick: None) -> None:
    write(path, OTHER_KERNEL, 2 * SILENT)
    held = Lock.take(path)
    assert held.taken_from == OTHER_KERNEL and held.still_held()


def test_a_machine_whose_clock_is_slow_is_heard(path: Path, quick: None) -> None:
    write(path, OTHER_KERNEL, 2 * SILENT)
    ended = threading.Event()

    def beat() -> None:
        seconds = time.time() - 3 * SILENT
        while not ended.wait(0.01):
            os.utime(path, (seconds, seconds := seconds + 1))

    thread = threading.Thread(target=beat)
    thread.start()
    with pytest.raises(LockedError, match="elsewhere"):
        Lock.take(path)
    ended.set()
    thread.join()


def test_a_held_lock_gives_signs_of_life(path: Path, quick: None) -> None:
    held = Lock.take(path)
    os.utime(path, (1, 1))
    end = time.monotonic() + 30
    while os.stat(path).st_mtime < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert os.stat(path).st_mtime > 2
    held.release()


def test_a_lock_that_vanishes_is_put_back_and_that_is_said(path: Path) -> None:
    held = Lock.take(path)
    path.unlink()
    assert held.still_held() and "removed by another program and has been put back" in held.notices[0]
    with pytest.raises(LockedError):
        Lock.take(path)
    held.release()
    assert not list(path.parent.iterdir()) and not held.still_held()


def test_who_was_taken_over_notices_it_and_waits_for_its_turn(path: Path) -> None:
    held = Lock.take(path)
    path.unlink()  # by hand, as the message of old advises
    with other(path) as (process, said):
        assert said == "held"
        assert not held.still_held() and not held.still_held()
        assert len(held.notices) == 1 and "was taken over by" in held.notices[0]
        content = path.read_bytes()
        process.stdin.close()  # type: ignore[union-attr]
        process.wait()
        assert path.read_bytes() == content, "it ended without letting go"
    path.unlink()
    assert held.still_held() and held.lost_to is None and "yours again" in held.notices[1]
    held.release()
    assert not path.exists()


def test_another_thing_in_its_place_is_not_ours(path: Path) -> None:
    held = Lock.take(path)
    path.unlink()
    path.symlink_to("somewhere")
    assert not held.still_held()
    held.release()
    assert path.is_symlink()


def test_without_hard_links_it_is_a_lock_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)  # FAT and some shares
    held = Lock.take(path)
    with pytest.raises(LockedError):
        Lock.take(path)
    assert held.still_held() and os.listdir(path.parent) == [path.name]
    held.release()


@pytest.mark.parametrize("name", ["c.yaml", "ä" * 110 + ".yaml", "x" * 240 + ".yaml"])
def test_what_killed_writers_left_is_swept_away_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    left = [disk.temporary(file) for file in (path, path.with_name(name + ".journal"), path.with_name(name + ".lock"))]
    others = [disk.temporary(path.with_name("y" + name[1:])), path, disk.temporary(path.with_name(name[:-1] + "."))]
    for file in (*left, *others):
        file.touch()
    disk.sweep(path)
    assert sorted(tmp_path.iterdir()) == sorted(others)
    assert len({disk.temporary(path).name for _ in range(100)}) == 100


def test_no_descriptor_is_left(path: Path) -> None:
    Lock.take(path).release()
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        Lock.take(path).release()
    held = Lock.take(path)
    for _ in range(20):
        with pytest.raises(LockedError):
            Lock.take(path)
    held.release()
    assert not before or len(os.listdir("/proc/self/fd")) <= before
