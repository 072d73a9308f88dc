"""What store, journal and lock have in common about a disk: files made safely, and failures said in sentences.

Apart because these three are siblings that do not know each other. A file that termwand makes beside the annotations
is never opened through a symbolic link, which a stranger could have planted in a shared folder.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from engine.errors import StoreError
from engine.text import plain

_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
}
_DENIED = {
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "you may not write in this folder",
    errno.EPERM: "you may not write in this folder",
}
_UNREADABLE = {
    errno.EACCES: "you may not read it, or not enter a folder above it",
    errno.EPERM: "you may not read it",
    errno.ENOENT: "there is no such file",
}
_OTHER = {
    errno.ELOOP: "a symbolic link stands where the file should be",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "its folder is not a folder",
    errno.EISDIR: "it is a folder",
    errno.EIO: "the disk failed",
    errno.ENAMETOOLONG: "its name is too long",
}


def failure(error: OSError, path: Path, doing: str = "written") -> StoreError:
    """Return a failure of the system as a sentence that says what was not done, why, and what to do."""
    number = error.errno or 0
    denied, advice = _DENIED, ""
    if doing == "read":
        denied = _UNREADABLE
    elif number in _FULL:
        advice = "; make room, then save again: nothing that you did is lost meanwhile"
    elif number in _DENIED:
        advice = f"; {plain(str(fallback_path(path)))} can be used instead"
    reason = {**_OTHER, **_FULL, **denied}.get(number) or (error.strerror or str(error)).lower()
    return StoreError(f"{plain(path.name)} was not {doing}", plain(f"{reason}{advice} ({path.parent})"))


def fingerprint(data: bytes = b"") -> hashlib.blake2b:
    """Return what takes a file's content, part by part, and gives its fingerprint."""
    return hashlib.blake2b(data, digest_size=16)


def digest(data: bytes) -> str:
    """Return a short fingerprint of a file's content."""
    return fingerprint(data).hexdigest()


def file_digest(path: Path) -> str:
    """Return the fingerprint of a file, read in parts: it may be larger than the memory that is left."""
    found = fingerprint()
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        while part := file.read(2**20):
            found.update(part)
    return found.hexdigest()


def create(path: Path, mode: int = 0o666) -> int:
    """Open a new file for appending and return its descriptor; raise FileExistsError if anything is there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, mode)


def open_existing(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a file that is ours and return its descriptor; raise OSError for a link, a folder or a device."""
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        raise OSError(errno.EINVAL, "a pipe or a device stands where the file should be")
    return descriptor


def read_ours(path: Path, most: int = 2**34) -> bytes:
    """Return the content of a file that is ours (see `open_existing`), at most so many bytes."""
    with os.fdopen(open_existing(path), "rb") as file:
        return file.read(most)


def read_start(path: Path, most: int) -> bytes:
    """Return the first bytes of a regular file, which may be reached by a link."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; a disk that fills up half-way raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable; some file systems cannot, and need not."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def temporary(path: Path) -> Path:
    """Return a name, in the same folder, that nobody else uses and nobody can guess."""
    return path.with_name(f"{_stem(path.name)}.{os.getpid()}.{os.urandom(8).hex()}.tmp")


def aside(path: Path, why: str) -> Path:
    """Return a name, in the same folder, under which what stands there is kept: it says why and since when."""
    return path.with_name(f"{path.name}.{why}-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}")


def _stem(name: str) -> str:
    """Return how the names of a file's temporary files begin."""
    # 255 bytes are the longest name there is: of a longer one the digest tells it from others that begin alike
    raw = os.fsencode(name)
    return f".{name}" if len(raw) <= 150 else f".{raw[:100].decode(errors='ignore')}.{digest(raw)[:16]}"


def sweep(path: Path) -> None:
    """Remove what a killed writer of `path`, its journal or its lock left unfinished; only for who holds the lock."""
    names = [path.name, *(f"{path.name}.{part}" for part in ("journal", "lock", "lock.new"))]
    stems = "|".join(re.escape(_stem(name)) for name in names)
    ours = re.compile(rf"(?:{stems})\.\d+\.[0-9a-f]{{8,16}}\.tmp")
    with contextlib.suppress(OSError):
        for name in os.listdir(path.parent):
            if ours.fullmatch(name):
                discard(path.with_name(name))


def prepare(path: Path, data: bytes | Iterable[bytes], like: Path | None = None) -> Path:
    """Write data, whole or in parts, durably, to a temporary file beside `path`; return the temporary file.

    It gets the permissions of the file that it shall replace, or those of `like`, and then its owner may write it
    whatever `like` says: a journal beside a write-protected file is still written to.
    """
    temp = temporary(path)
    descriptor = create(temp)
    try:
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(like or path)
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode) | (0o600 if like else 0))
            with contextlib.suppress(OSError):
                os.fchown(descriptor, -1, found.st_gid)
        for part in (data,) if isinstance(data, bytes) else data:
            write_all(descriptor, part)
        os.fsync(descriptor)
    except BaseException:
        discard(temp)
        raise
    finally:
        os.close(descriptor)
    return temp


def commit(temp: Path, path: Path) -> None:
    """Put a prepared file in the place of `path`, durably; the old file stays if that fails."""
    try:
        os.replace(temp, path)
    except BaseException:
        discard(temp)
        raise
    sync_folder(path.parent)


def discard(path: Path) -> None:
    """Remove a file of ours if it is there."""
    with contextlib.suppress(OSError):
        path.unlink()


def fallback_path(path: Path) -> Path:
    """Return where the annotations of a read-only folder are kept: in the user's state folder, one place per path."""
    return state_path("documents", path)


def state_path(kind: str, path: Path) -> Path:
    """Return the place in the user's state folder that belongs to a file, under that file's name."""
    full = Path(os.path.abspath(path))
    key = hashlib.blake2b(os.fsencode(full), digest_size=8).hexdigest()
    return platformdirs.user_state_path("termwand", appauthor=False) / kind / key / full.name
