"""The camera's motion on disk, so that a clip is measured once: a small .npz in the user's cache.

Named by what the media is, not by its name alone: a file that changed has another name there, and a folder of pictures
one of which changed. The folder may be deleted
at any time; a damaged file counts as none. The least recently used go first.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine import disk, leftovers
from engine.document import MediaInfo
from engine.tracks.motion import Motion

SUFFIX = ".motion.npz"
MOST = 500
"""Files that are kept, some tens of kilobytes each."""
LARGEST = 1 << 28


def default_folder() -> Path:
    """Return the folder of motions in the user's cache."""
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "motion"


def place(root: Path, info: MediaInfo, folder: Path | None = None, *, files: Sequence[Path] = ()) -> Path:
    """Return where the motion of a media is kept; `root` is its file or folder, `files` are those of its frames."""
    now = [(file.name, *_state(file)) for file in files or (root,)]
    facts = os.fsencode(root.absolute()), info.kind, info.frames, info.width, info.height, info.rotation, info.times
    return (folder or default_folder()) / (
        hashlib.blake2b(repr((facts, now)).encode(), digest_size=16).hexdigest() + SUFFIX
    )


def _state(file: Path) -> tuple[int, int]:
    """Return a file's size and when it was changed, 0, 0 for one that is not there."""
    try:
        state = file.stat()
    except OSError:
        return 0, 0
    return state.st_size, state.st_mtime_ns


def load(path: Path, frames: int) -> Motion:
    """Return the motion that is kept for a clip of so many frames; of what is not there, nothing is known."""
    unknown = Motion.unknown(frames)
    try:
        with np.load(io.BytesIO(disk.read_ours(path, LARGEST)), allow_pickle=False) as kept:
            motion = Motion(kept["turns"].astype(np.complex128), kept["shifts"].astype(np.complex128))
        os.utime(path, follow_symlinks=False)
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile):
        return unknown
    right = motion.turns.shape == motion.shifts.shape == unknown.turns.shape
    sound = right and bool(
        np.isfinite(motion.shifts).all() and (np.abs(motion.turns[~np.isnan(motion.turns)]) > 0).all()
    )
    return motion if sound else unknown


def save(path: Path, motion: Motion) -> None:
    """Keep a motion; a full disk or a read-only folder only means that it is measured again."""
    body = io.BytesIO()
    np.savez(body, turns=motion.turns, shifts=motion.shifts)
    temporary = disk.temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(disk.create(temporary), "wb") as file:  # not made durable: a damaged one counts as none
            file.write(body.getvalue())
        temporary.replace(path)
        _shrink(path.parent)
    except OSError:
        disk.discard(temporary)


def _shrink(folder: Path) -> None:
    leftovers.sweep(folder)
    with os.scandir(folder) as entries:
        files = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(SUFFIX)]
    for _, path in sorted(files)[: max(0, len(files) - MOST)]:
        with contextlib.suppress(OSError):
            os.unlink(path)
