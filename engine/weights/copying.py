"""Copying a checkpoint into the folder: whole and the same, or not at all.

Apart from the store because a copy takes long enough to be killed, and what it then leaves is cleared up here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from pathlib import Path

from engine.errors import WeightsError
from engine.weights.digests import BLOCK, Checked, check

COPYING = re.compile(r".+\.(\d+)\.part")
"""The name of a copy that is being made, with the process that makes it."""


def copy(file: Path, target: Path, sha256: str) -> Checked:
    """Copy a file, check that the copy is the same and return what it is; nothing half-written stays."""
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with file.open("rb") as source, temporary.open("wb") as copied:
            with contextlib.suppress(OSError):  # not every file system has locks
                fcntl.flock(copied, fcntl.LOCK_EX)  # what is not locked was left behind
            shutil.copyfileobj(source, copied, BLOCK)
            copied.flush()
            found = check(temporary, f"sha256:{sha256}")
            temporary.replace(target)
        return found
    except OSError as error:
        raise WeightsError(f"{file.name} cannot be copied", f"{error.strerror or error} ({target.parent})") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sweep(place: Path) -> None:
    """Delete what processes that were killed have half copied; not those of another machine that shares the folder."""
    for path in place.iterdir():
        made = COPYING.fullmatch(path.name)
        if made is None or not path.is_file() or _runs(int(made[1])):
            continue
        with contextlib.suppress(OSError), path.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _runs(process: int) -> bool:
    """Say whether a process of this number is on this machine."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # another user's
    return True
