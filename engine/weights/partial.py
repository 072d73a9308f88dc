"""What has come of a file that is being fetched: found again by its user, and not to be foretold by anybody else.

In a folder of weights that others can write to, a file that lies there under the name that a download will use could be
a link to one of the user's own. So the name comes from a secret of the user's, and what lies there is looked at.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine import disk
from engine.errors import WeightsError

SECRET = 32
"""Bytes."""
TRIES = 8
NOT_OURS = (errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EISDIR, errno.EACCES)
"""What opening a link, a pipe, a folder or somebody else's file ends in."""
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def path_of(target: Path) -> Path:
    """Return where what has come of a file is kept: in the same folder, under the user's secret name for it."""
    full = os.fsencode(os.path.abspath(target))
    key = hashlib.blake2b(full, key=_secret(), digest_size=8).hexdigest()
    return target.with_name(f".{target.name[:100]}.{key}.part")


def _secret() -> bytes:
    """Return the user's secret, made when it is first asked for; one of this process alone if it cannot be kept."""
    import platformdirs

    path = Path(platformdirs.user_state_path("termwand", appauthor=False)) / "secret"
    with suppress(OSError):
        if len(found := disk.read_ours(path, SECRET)) == SECRET:
            return found
    made = os.urandom(SECRET)
    temporary = disk.temporary(path)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = disk.create(temporary, 0o600)
            try:
                disk.write_all(descriptor, made)
            finally:
                os.close(descriptor)
            disk.commit(temporary, path)
        finally:
            disk.discard(temporary)
    return made


@contextmanager
def alone(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Open what has come of a file, for appending; refuse if another process is fetching it. Raise OSError."""
    part = path_of(target)
    for _ in range(TRIES):
        with os.fdopen(_opened(part), "ab", buffering=0) as file:
            _lock(file, target)
            if _still_there(file, part):
                yield part, file
                return
    raise _taken(target)


def _opened(part: Path) -> int:
    """Open the file if it is the user's own and nowhere else too; put a new one in the place of any other."""
    for _ in range(TRIES):
        with suppress(FileNotFoundError):
            try:
                descriptor = disk.open_existing(part, os.O_RDWR | os.O_APPEND)
            except OSError as error:
                if error.errno not in NOT_OURS:
                    raise
                part.unlink()  # what a link leads to stays
            else:
                found = os.fstat(descriptor)
                if found.st_uid == os.geteuid() and found.st_nlink == 1:
                    return descriptor
                os.close(descriptor)
                part.unlink()
        with suppress(FileExistsError):
            return disk.create(part)
    raise OSError(errno.EEXIST, "somebody puts other files in its place")


def _lock(file: IO[bytes], target: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _taken(target) from error
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise


def _taken(target: Path) -> WeightsError:
    return WeightsError(f"{target.name} is being fetched already", f"by another process ({target.parent})")


def _still_there(file: IO[bytes], part: Path) -> bool:
    """Say whether the file still has its name: the process that had it before may have put it in its place."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(part))
    except FileNotFoundError:
        return False
