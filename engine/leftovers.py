"""Clears up temporary files whose writers were killed before they could put them in their place.

Apart from `disk` because most writers hold a lock and clear up by name; here several processes may write in one folder,
also from other machines, so that what is still being written has to be told from what was left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from pathlib import Path

from engine import disk

TEMPORARY = re.compile(r"\..+\.(\d+)\.[0-9a-f]{8,16}\.tmp")
"""A name that `disk.temporary` made, with the process that did."""


def sweep(folder: Path) -> None:
    """Remove the user's own unfinished files from a folder, but for those that a process here, or a lock, holds."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            made = TEMPORARY.fullmatch(name)
            if made and not _runs(int(made[1])):
                with contextlib.suppress(OSError):
                    _remove_free(folder / name)


def _remove_free(path: Path) -> None:
    descriptor = disk.open_existing(path, os.O_RDWR)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    finally:
        os.close(descriptor)


def _runs(process: int) -> bool:
    """Say whether a process of this number is on this machine."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # another user's
    return True
