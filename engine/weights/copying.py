"""Copying a checkpoint into the folder: whole and the same, or not at all.

Apart from the store because a copy takes long enough to be killed, and what it then leaves is cleared up here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

from engine import disk, leftovers
from engine.errors import WeightsError
from engine.weights.digests import BLOCK, Checked, check


def copy(file: Path, target: Path, sha256: str) -> Checked:
    """Copy a file, check that the copy is the same and return what it is; nothing half-written stays."""
    temporary = disk.temporary(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        leftovers.sweep(target.parent)
        with file.open("rb") as source, os.fdopen(disk.create(temporary), "wb") as copied:
            with contextlib.suppress(OSError):  # not every file system has locks
                fcntl.flock(copied, fcntl.LOCK_EX)  # what is not locked was left behind
            shutil.copyfileobj(source, copied, BLOCK)
            copied.flush()
            os.fsync(copied.fileno())
            found = check(temporary, f"sha256:{sha256}", name=file.name)
            temporary.replace(target)
        return found
    except OSError as error:
        raise WeightsError(f"{file.name} cannot be copied", f"{error.strerror or error} ({target.parent})") from error
    finally:
        disk.discard(temporary)
