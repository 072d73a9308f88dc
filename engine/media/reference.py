"""Names media so that another process opens the same frames under the same numbers, or is told that it cannot."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import MediaError
from engine.media import open_media
from engine.media.base import Media
from engine.media.listing import common_folder, expand


@dataclass(frozen=True, slots=True)
class Reference:
    """Media as they were opened: `paths` absolute, as they were given; how many frames; what tells which they are."""

    paths: tuple[str, ...]
    frames: int
    digest: str
    """Of a folder's names in their order, of a video's presentation times."""


def refer(media: Media, paths: Sequence[Path]) -> Reference:
    """Return the reference of media that were opened by these paths."""
    return Reference(tuple(str(absolute(path)) for path in paths), len(media), digest(media))


def absolute(path: Path) -> Path:
    """Return a path, or a pattern, as it is reached from anywhere; the folder in front of a pattern means itself."""
    if path.is_absolute() or os.path.lexists(path):
        return Path(os.path.abspath(path))
    return Path(os.path.normpath(os.path.join(glob.escape(os.getcwd()), path)))


def digest(media: Media) -> str:
    """Return a checksum of what decides which picture a frame's number means."""
    found = hashlib.blake2b(media.info.times.encode(), digest_size=16)
    if media.info.kind != "video":
        for index in range(len(media)):
            found.update(os.fsencode(media.name(index)) + b"\0")
    return found.hexdigest()


def files(reference: Reference, names: Sequence[str]) -> tuple[Path, ...]:
    """Return the files of frames that are pictures in a folder or a list, given by the names of those frames."""
    paths = expand([Path(path) for path in reference.paths])
    folder = common_folder(paths) if len(paths) > 1 else paths[0]
    return tuple(folder / name for name in names)


def reopen(reference: Reference) -> Media:
    """Open the same media; MediaError where they cannot be read, or a number would mean another frame now."""
    media = open_media([Path(path) for path in reference.paths])
    if (len(media), digest(media)) != (reference.frames, reference.digest):
        media.close()
        name = Path(reference.paths[0]).name
        raise MediaError(f"{name} has changed since it was opened", "open it again: frames have other numbers now")
    return media
