"""What was read of a file or a folder, kept until that changes: every click asks which weights a model has.

The system is asked each time whether it has changed, which opens nothing, so that what another process fetches, adds or
chooses counts from the next click.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
State = tuple[int, ...]
YOUNG = 100_000_000
"""Nanoseconds within which a second change may have the same time as the first."""
MOST = 4096
_kept: dict[tuple[Path, Callable[..., Any]], tuple[State, Any]] = {}


def once(path: Path, read: Callable[[Path], T], absent: T) -> T:
    """Return what `read` makes of a file or folder, read anew where it has changed; `absent` where there is none.

    `read` raises nothing, and nobody changes what it returns.
    """
    key = (path, read)
    try:
        state = _state(path)
    except (FileNotFoundError, NotADirectoryError):
        _kept.pop(key, None)
        return absent
    except OSError:
        return read(path)
    known = _kept.get(key)
    if known is not None and known[0] == state:
        return known[1]  # type: ignore[no-any-return]
    found = read(path)
    if time.time_ns() - state[0] > YOUNG:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = (state, found)
    return found


def _state(path: Path) -> State:
    found = os.stat(path)
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev
