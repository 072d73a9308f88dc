"""The lock beside a document: one writer at a time, on one machine or over a shared folder.

Apart from the store because it guards the whole life of a session. The file is made complete and then linked to its
name, which is atomic on network file systems too, so that nobody ever sees half a lock. A lock whose process is gone
is taken over; that of another machine can only be taken over by a person who removes it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getpass
import os
import socket
import time
from pathlib import Path

import msgspec

from engine import disk
from engine.errors import LockedError
from engine.text import plain

_LARGEST = 4096


class Owner(msgspec.Struct, frozen=True):
    """Who holds a lock. Read from a file, so a stranger's text."""

    user: str = ""
    host: str = ""
    pid: int = 0
    time: str = ""
    started: str = ""
    """When the process began, in the system's own clock: a process id alone may have been given again."""

    def __str__(self) -> str:
        return f"{plain(self.user, 40) or 'somebody'}@{plain(self.host, 60) or 'unknown'}"


def path_of(yaml: Path) -> Path:
    """Return where the lock of a YAML file is."""
    return yaml.with_name(yaml.name + ".lock")


def here() -> Owner:
    """Return this process as an owner."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return Owner(user, socket.gethostname(), os.getpid(), now, _started(os.getpid()))


class Lock:
    """A held lock."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self._content = content

    @classmethod
    def take(cls, path: Path) -> Lock:
        """Take the lock; raise LockedError, naming the owner, if another writer holds it, StoreError for the disk."""
        content = msgspec.json.encode(here()) + b"\n"
        try:
            if _make(path, content):
                return cls(path, content)
            found = _read(path)
            if found is None or not _is_stale(found):
                raise _locked(path, found)
            _take_over(path, content, found)
        except FileNotFoundError:
            # let go in the moment between: once more, and then it is the folder that is missing
            try:
                if not _make(path, content):
                    raise _locked(path, _read(path))
            except OSError as error:
                raise disk.failure(error, path, "made") from error
        except OSError as error:
            raise disk.failure(error, path, "made") from error
        return cls(path, content)

    def release(self) -> None:
        """Let go; a lock that somebody else took over by hand stays theirs."""
        with contextlib.suppress(OSError):
            if disk.read_ours(self.path, _LARGEST) == self._content:
                self.path.unlink()


def _make(path: Path, content: bytes) -> bool:
    """Make the lock file; return False if there is one."""
    temp = disk.prepare(path.with_name(path.name + ".new"), content)
    try:
        os.link(temp, path, follow_symlinks=False)
        return True
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        return _make_without_links(path, content)
    finally:
        disk.discard(temp)


def _make_without_links(path: Path, content: bytes) -> bool:
    """Make the lock file where the file system knows no hard links (FAT, some shares)."""
    try:
        descriptor = disk.create(path)
    except FileExistsError:
        return False
    try:
        disk.write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True


def _read(path: Path) -> Owner | None:
    try:
        return msgspec.json.decode(disk.read_ours(path, _LARGEST), type=Owner)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_stale(owner: Owner) -> bool:
    if owner.host != socket.gethostname() or not 0 < owner.pid < 2**31:
        return False
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    started = _started(owner.pid)
    return bool(owner.started and started and owner.started != started)


def _started(pid: int) -> str:
    """Return when a process began, in ticks since the machine did; "" where the system does not say."""
    try:
        # the name in parentheses may hold anything, the fields after the last parenthesis are numbers
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _take_over(path: Path, content: bytes, stale: Owner) -> None:
    """Write our name into a stale lock; of several that try, one wins."""
    descriptor = disk.open_existing(path, os.O_RDWR)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(path, None) from None
        found = _read(path)
        same = os.fstat(descriptor).st_ino == os.stat(path, follow_symlinks=False).st_ino
        if found != stale or not same:
            raise _locked(path, found)
        os.ftruncate(descriptor, 0)
        disk.write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: Path, owner: Owner | None) -> LockedError:
    name = plain(path.name.removesuffix(".lock"))
    if owner is None:
        return LockedError(f"{name} is in use", f"nobody can tell by whom; if by nobody, remove {plain(str(path))}",
                           owner="unknown")
    since = f" since {plain(owner.time, 30)}" if owner.time else ""
    return LockedError(
        f"{name} is in use by {owner}",
        f"process {owner.pid}{since}; open it read-only, or, if that program is gone, remove {plain(str(path))}",
        owner=str(owner),
    )
