"""Locks that the system itself holds on an open file, and drops by itself when the program ends, however it ends.

Apart from the lock beside a document because only this part knows what the system offers. The locked byte lies beyond
the file's end: some shares forbid others to read what is locked, and the owner's name must stay readable. Record locks
come first: they reach the server of a network file system and the server's own programs alike.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
from typing import Literal

Kind = Literal["ofd", "flock", ""]
"""Lock of the open file description (Linux), lock of the whole file (BSD), none."""
_BYTE = 2**30
_FLOCK = "hhqqi4x"
"""C's struct flock: type, whence, start, length, process (0 for locks of a description)."""
_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)


def hold(descriptor: int) -> Kind | None:
    """Lock an open file; return how, "" where the file system has no locks, None if somebody else holds it."""
    if hasattr(fcntl, "F_OFD_SETLK"):
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _record(fcntl.F_WRLCK))
            return "ofd"
        except OSError as error:
            if error.errno in _TAKEN:
                return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return "flock"
    except OSError as error:
        return None if error.errno in _TAKEN else ""


def is_free(descriptor: int, kind: Kind) -> bool | None:
    """Say whether nobody holds a lock of that kind on an open file; None where that cannot be told."""
    with contextlib.suppress(OSError):
        if kind == "ofd" and hasattr(fcntl, "F_OFD_GETLK"):
            # asking, not taking: a lock for writing needs a file opened for writing, and it may be a colleague's
            answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _record(fcntl.F_WRLCK))
            return bool(struct.unpack(_FLOCK, answer)[0] == fcntl.F_UNLCK)
        if kind == "flock":
            return _try_flock(descriptor)
    return None


def _record(kind: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, _BYTE, 1, 0)


def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True
