"""Where the pictures of a document are in a listing: names decide, contents find what was renamed.

Only files are looked at that something is on, and, where one of these is missing or is not what it was, those of its
size in bytes among which it may be.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.document import Picture

CHECKED = 1000
"""Pictures whose content is compared before anything is shown; the others' is compared afterwards."""
LOOKED_AT, READ = 50_000, 4000
"""Files whose size is asked for, and of which a fingerprint is made, to find again what is missing; more if more is."""


class Files(Protocol):
    """The pictures of a folder, numbered as they are listed now."""

    root: Path

    def __len__(self) -> int: ...

    def names(self) -> list[str]:
        """Return their names as a document holds them."""

    def bytes_of(self, index: int) -> int:
        """Return a file's size, 0 if it is not known."""

    def print_of(self, index: int) -> tuple[int, str] | None:
        """Return a file's size and fingerprint, None if it cannot be read."""

    def picture(self, index: int, *, look: bool = False) -> Picture:
        """Return a file's line."""


@dataclass
class Found:
    """Where the pictures of a document are now."""

    places: dict[int, int] = field(default_factory=dict)
    """Frame before -> frame now, for those that are there."""
    renamed: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    """Frames before of pictures whose content is another one now."""
    gone: list[int] = field(default_factory=list)
    unopened: list[int] = field(default_factory=list)
    """Frames before of pictures that are on the disk, but not among those opened."""


def find(lines: dict[int, Picture], files: Files, near: int) -> Found:
    """Look for the pictures of a document in a listing."""
    found = Found()
    if not lines:
        return found
    index = {name: number for number, name in enumerate(files.names())}
    here = _by_name(lines, index)
    missing = [frame for frame in sorted(lines) if frame not in here]
    found.unopened = [frame for frame in missing if lines[frame].name not in index and _exists(files, lines[frame])]
    doubted = _doubted(lines, here, files, near)
    lost = sorted({*missing, *doubted} - {*found.unopened})
    kept = {frame: place for frame, place in here.items() if frame not in doubted}
    held, known = set(kept.values()), {lines[frame].digest for frame in kept}
    sought = [frame for frame in lost if lines[frame].digest and lines[frame].digest not in known]
    again = _by_content(sought, lines, [place for place in range(len(index)) if place not in held], files)
    found.places = kept | again
    taken = set(found.places.values())
    for frame in lost:
        if frame in again:
            found.renamed.append(frame)
        elif frame in here and here[frame] not in taken:
            found.places[frame] = here[frame]
            found.changed.append(frame)
        else:
            found.gone.append(frame)
    return found


def _by_name(lines: dict[int, Picture], index: dict[str, int]) -> dict[int, int]:
    """Return where the names are; of two lines with one name the later is of a picture that was not there any more."""
    owners: dict[int, int] = {}
    for frame in sorted(lines):
        place = index.get(lines[frame].name)
        if place is not None:
            owners.setdefault(place, frame)
    return {frame: place for place, frame in owners.items()}


def _exists(files: Files, line: Picture) -> bool:
    return os.path.lexists(os.path.join(files.root, line.name))


def _doubted(lines: dict[int, Picture], here: dict[int, int], files: Files, near: int) -> set[int]:
    """Return the frames whose file is under its name, but with other content, as far as that is looked at now."""
    known = [frame for frame in here if lines[frame].digest]
    first = sorted(known, key=lambda frame: abs(frame - near))[:CHECKED]
    return {frame for frame in first if differs(lines[frame], files.print_of(here[frame]))}


def differs(line: Picture, found: tuple[int, str] | None) -> bool:
    """Say whether a file's size and fingerprint are known to be other ones than its line says."""
    return bool(line.digest) and found is not None and found[1] != line.digest


def _by_content(lost: list[int], lines: dict[int, Picture], pool: Sequence[int], files: Files) -> dict[int, int]:
    """Return where the contents of lost pictures are, among files that no other line stands for.

    Where several files have one content, it is not guessed which is meant, unless as many pictures are looked for.
    """
    if not lost:
        return {}
    wanted: dict[str, list[int]] = defaultdict(list)
    for frame in lost:
        wanted[lines[frame].digest].append(frame)
    sizes = {lines[frame].bytes for frame in lost}
    fitting = [place for place in pool[: max(LOOKED_AT, 2 * len(lost))] if files.bytes_of(place) in sizes]
    contents: dict[str, list[int]] = defaultdict(list)
    for place in fitting[: max(READ, 2 * len(lost))]:
        content = files.print_of(place)
        if content is not None:
            contents[content[1]].append(place)
    return {
        frame: place
        for digest, frames in wanted.items() if len(contents.get(digest, ())) == len(frames)
        for frame, place in zip(frames, contents[digest], strict=True)
    }  # fmt: skip
