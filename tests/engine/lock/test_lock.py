"""The lock: one writer, named to the second; a dead one's is taken over."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from engine.errors import LockedError
from engine.lock import lock
from engine.lock.lock import Lock, Owner


def test_taken_and_released(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    held = Lock.take(path)
    with pytest.raises(LockedError, match=r"c\.yaml is in use by") as caught:
        Lock.take(path)
    assert caught.value.owner == str(lock.here())
    held.release()
    Lock.take(path).release()
    assert not list(tmp_path.iterdir())


def test_a_dead_process_lets_go(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    code = f"from engine.lock.lock import Lock; from pathlib import Path; Lock.take(Path({str(path)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert path.exists()
    Lock.take(path).release()
    assert not path.exists()


def test_a_process_id_given_again_is_not_the_owner(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(lock.here(), started="1")))
    Lock.take(path)


def test_of_many_that_take_over_one_wins(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    for _ in range(20):
        path.write_bytes(msgspec.json.encode(Owner("ann", socket.gethostname(), 2**22 + 5)))
        won: list[Lock] = []
        start = threading.Barrier(4)

        def contend(start: threading.Barrier = start, won: list[Lock] = won) -> None:
            start.wait()
            with contextlib.suppress(LockedError):
                won.append(Lock.take(path))

        threads = [threading.Thread(target=contend) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        won[0].release()


def test_another_machine_is_never_taken_over(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    path.write_bytes(msgspec.json.encode(Owner("ann", "elsewhere", 1, "2024")))
    with pytest.raises(LockedError, match="ann@elsewhere"):
        Lock.take(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 4000,
        b"{}",
        msgspec.json.encode(Owner("\x1b[31mann\n\u202e", "host\x9b2J", 1, "\x1b]0;x\x07")),
    ],
)
def test_a_strangers_lock_is_shown_safely(tmp_path: Path, content: bytes) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    path.write_bytes(content)
    with pytest.raises(LockedError) as caught:
        Lock.take(path)
    assert str(caught.value).isprintable() and caught.value.owner.isprintable()
    assert path.read_bytes() == content


def test_release_leaves_what_somebody_else_took(tmp_path: Path) -> None:
    path = lock.path_of(tmp_path / "c.yaml")
    held = Lock.take(path)
    path.write_bytes(b"theirs")
    held.release()
    assert path.read_bytes() == b"theirs"
