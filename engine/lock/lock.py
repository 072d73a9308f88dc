"""The lock beside a document: one writer at a time, on one machine, in its containers, or over a shared folder.

Apart from the store because it guards the whole life of a session. The file is made complete, locked as the system can
(`engine.lock.filelock`), then linked to its name, which is atomic on network file systems too: nobody ever sees
half a lock. Its owner touches it every few seconds. Who finds it asks, in this order, the system's lock, the process,
the machine's last start and at last the owner's silence whether the owner is dead, and takes it over if so. A lock that
somebody else has taken over or removed is noticed by `still_held`, which a writer asks before each writing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections import deque
from pathlib import Path

import msgspec

from engine import disk
from engine.errors import LockedError
from engine.lock import filelock
from engine.lock.owner import BEAT, Owner, here, is_dead
from engine.text import plain

__all__ = ["Lock", "Owner", "here", "path_of"]

_LARGEST = 4096
_TRIES = 5
_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


def path_of(yaml: Path) -> Path:
    """Return where the lock of a YAML file is."""
    return yaml.with_name(yaml.name + ".lock")


class _Made:
    """A lock file, complete and held by the system, under a name of its own until `put` gives it the real one."""

    def __init__(self, path: Path) -> None:
        self.temp = disk.temporary(path)
        self.descriptor, self.content, self.now = _made(self.temp)

    def put(self, path: Path) -> bool:
        """Give it the real name; return False if that is taken."""
        try:
            os.link(self.temp, path, follow_symlinks=False)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _WITHOUT_LINKS:
                raise
            return self._put_without_links(path)
        return True

    def _put_without_links(self, path: Path) -> bool:
        """Make the file once more where the file system knows no hard links (FAT, some shares)."""
        try:
            made = _made(path)
        except FileExistsError:
            return False
        os.close(self.descriptor)
        self.descriptor, self.content, self.now = made
        return True


def _made(path: Path) -> tuple[int, bytes, float]:
    """Make a lock file; return its descriptor, its content and the time by the clock that stamps it."""
    descriptor = disk.create(path)
    try:
        found = os.fstat(descriptor)
        owner = msgspec.structs.replace(
            here(), held=filelock.hold(descriptor) or "", device=found.st_dev, beats=True, token=os.urandom(8).hex()
        )
        content = msgspec.json.encode(owner) + b"\n"
        disk.write_all(descriptor, content)
        os.fsync(descriptor)
        return descriptor, content, os.fstat(descriptor).st_mtime
    except BaseException:
        os.close(descriptor)
        disk.discard(path)
        raise


class Lock:
    """A held lock."""

    def __init__(self, path: Path, made: _Made, taken_from: Owner | None) -> None:
        self.path = path
        self.taken_from = taken_from
        """Whose lock this was, where the owner had died."""
        self.notices: deque[str] = deque()
        """What has happened to it and nobody has been told yet."""
        self.lost_to: Owner | None = None
        """Who has it now."""
        self._descriptor, self._content = made.descriptor, made.content
        self._guard, self._released = threading.Lock(), threading.Event()
        threading.Thread(target=self._beat, name="lock", daemon=True).start()

    @classmethod
    def take(cls, path: Path) -> Lock:
        """Take the lock; raise LockedError, naming the owner, if another writer holds it, StoreError for the disk."""
        try:
            made = _Made(path)
            try:
                return cls(path, made, _put(made, path))
            except BaseException:
                os.close(made.descriptor)
                raise
            finally:
                disk.discard(made.temp)
        except OSError as error:
            raise disk.failure(error, path, "made") from error

    def still_held(self) -> bool:
        """Say whether the lock is ours. One that vanished is put back, also when somebody else has let go of it."""
        with self._guard:
            if self._released.is_set():
                return False
            try:
                content = disk.read_ours(self.path, _LARGEST)
            except FileNotFoundError:
                return self._put_back()
            except OSError as error:
                if error.errno not in (errno.ELOOP, errno.EISDIR, errno.EINVAL):
                    return self.lost_to is None  # the disk does not answer: nothing is known
                content = b""  # something else stands there
            if content == self._content:
                return True
            self._lose(_owner(content) or Owner())
            return False

    def release(self) -> None:
        """Let go; a lock that somebody else has taken over stays theirs."""
        with self._guard:
            if self._released.is_set():
                return
            self._released.set()
            with contextlib.suppress(OSError):
                if disk.read_ours(self.path, _LARGEST) == self._content:
                    self.path.unlink()
            os.close(self._descriptor)

    def _lose(self, owner: Owner) -> None:
        if self.lost_to is None:
            self.notices.append(
                f"{self._name()} was taken over by {owner}: nothing can be changed here "
                "until that program lets go of it and you save again"
            )
        self.lost_to = owner

    def _put_back(self) -> bool:
        try:
            made = _Made(self.path)
        except OSError:
            return self.lost_to is None
        with contextlib.suppress(OSError):
            if made.put(self.path):
                os.close(self._descriptor)
                self._descriptor, self._content = made.descriptor, made.content
                self.notices.append(self._found_free())
                self.lost_to = None
                disk.discard(made.temp)
                return True
        os.close(made.descriptor)
        disk.discard(made.temp)
        return False

    def _found_free(self) -> str:
        if self.lost_to is not None:
            return f"{self.lost_to} has let go of {self._name()}: it is yours again"
        return f"The lock of {self._name()} was removed by another program and has been put back"

    def _name(self) -> str:
        return plain(self.path.name.removesuffix(".lock"))

    def _beat(self) -> None:
        """Show others that this program lives; notice soon, and not only at the next change, that the lock is gone."""
        while not self._released.wait(BEAT):
            if self.lost_to is None and self.still_held():
                with self._guard, contextlib.suppress(OSError):
                    if not self._released.is_set():
                        os.utime(self._descriptor)


def _put(made: _Made, path: Path) -> Owner | None:
    """Give a lock file its real name; return the dead owner of the one that was there."""
    dead: Owner | None = None
    for _ in range(_TRIES):  # others may come and go in between
        try:
            if made.put(path):
                return dead
        except FileNotFoundError:
            raise _locked(path, None) from None  # swept away by who has the lock
        with contextlib.suppress(FileNotFoundError):
            dead = _clear(path, made.now)
    raise _locked(path, None)


def _clear(path: Path, now: float) -> Owner:
    """Take away a lock whose owner is dead and return the owner; raise LockedError for one that may live."""
    descriptor = _opened(path)
    try:
        content = os.pread(descriptor, _LARGEST, 0)
        owner = _owner(content)
        if owner is None or not _is_dead(descriptor, path, content, owner, now):
            raise _locked(path, owner)
        # of several that found it dead one goes on; where the system cannot say which, the renaming below does
        if filelock.hold(descriptor) is None:
            raise _locked(path, None)
        if disk.read_ours(path, _LARGEST) != content:
            raise FileNotFoundError
        aside = disk.temporary(path)
        os.rename(path, aside)
        try:
            if disk.read_ours(aside, _LARGEST) != content:
                os.link(aside, path, follow_symlinks=False)
                raise _locked(path, None)
        finally:
            disk.discard(aside)
        return owner
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        return disk.open_existing(path, os.O_RDWR)
    except PermissionError:
        pass
    try:
        return disk.open_existing(path)
    except PermissionError:
        raise _locked(path, None) from None


def _owner(content: bytes) -> Owner | None:
    try:
        return msgspec.json.decode(content, type=Owner)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_dead(descriptor: int, path: Path, content: bytes, owner: Owner, now: float) -> bool:
    found, free = os.fstat(descriptor), filelock.is_free(descriptor, owner.held)
    dead = is_dead(owner, free=free, device=found.st_dev, beat=found.st_mtime, now=now)
    return _is_silent(path, content, found.st_mtime_ns) if dead is None else dead


def _is_silent(path: Path, content: bytes, beat: int) -> bool:
    """Listen for two beats and a half: clocks of two machines may differ, so that age alone proves nothing."""
    until = time.monotonic() + 2.5 * BEAT
    while time.monotonic() < until:
        time.sleep(BEAT / 10)
        # opened each time: that is when a network file system asks its server
        descriptor = _opened(path)
        try:
            if os.fstat(descriptor).st_mtime_ns != beat or os.pread(descriptor, _LARGEST, 0) != content:
                return False
        finally:
            os.close(descriptor)
    return True


def _locked(path: Path, owner: Owner | None) -> LockedError:
    name = plain(path.name.removesuffix(".lock"))
    if owner is None:
        return LockedError(
            f"{name} is in use", f"nobody can tell by whom; if by nobody, remove {plain(str(path))}", owner="unknown"
        )
    since = f" since {plain(owner.time, 30)}" if owner.time else ""
    return LockedError(
        f"{name} is in use by {owner}",
        f"process {owner.pid}{since}; open it read-only, or, if that program is gone, remove {plain(str(path))}",
        owner=str(owner),
    )
