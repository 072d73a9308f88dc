"""The edit that gives everything in a document the numbers of the present listing."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec.structs import replace

from engine.document import Document, MediaInfo, Picture
from engine.edit_types import Arrange
from engine.pictures.finding import Files, Found, find
from engine.pictures.numbering import runs_of, used_frames
from engine.pictures.words import sentences


def arrange(document: Document, media: MediaInfo, files: Files, home: Path) -> tuple[Arrange | None, list[str]]:
    """Return the edit that fits a document to a listing, None if it fits, and sentences on what happened.

    `home` is the annotation file's folder, to which `document.media.path` and `media.path` are relative.
    """
    used = used_frames(document)
    lines = {frame: line for frame, line in _lines(document).items() if frame in used}
    lines = _as_seen_from(files.root, home / document.media.path, lines)
    found = find(lines, files, document.last_frame)
    places = _with_parked(found.places, lines, used, media.frames)
    put = _new_lines(document, lines, places, found, files)
    forgotten = tuple(sorted(frame for frame in document.pictures if frame not in used))
    edit = Arrange(
        media, runs_of(places), tuple(put[frame] for frame in sorted(put, key=places.__getitem__)), forgotten
    )
    now = {frame: put[frame].name for frame in found.renamed}
    return (None if edit == Arrange(document.media) else edit), sentences(document, media, lines, found, now, files)


def _lines(document: Document) -> dict[int, Picture]:
    """Return the lines of a document; one that was made on a single picture knows that picture by name."""
    if document.media.kind == "image" and not document.pictures:
        return {0: Picture(0, os.path.basename(document.media.path))} if document.media.path else {}
    return dict(document.pictures)


def _as_seen_from(root: Path, before: Path, lines: dict[int, Picture]) -> dict[int, Picture]:
    """Return lines with names relative to the folder of the present listing.

    They were relative to another one if a part of the pictures was opened then or is now. Where that folder's pictures
    are there no more, the folder itself has moved, and the names are those in the new one.
    """
    old, root = Path(os.path.realpath(before)), Path(os.path.realpath(root))
    if old == root or not lines:
        return lines
    some = [line.name for line in lines.values()][:3]
    if not any(os.path.lexists(old / name) for name in some):
        return lines
    return {frame: replace(line, name=os.path.relpath(old / line.name, root)) for frame, line in lines.items()}


def _with_parked(places: dict[int, int], named: Collection[int], used: set[int], count: int) -> dict[int, int]:
    """Return (frame before -> frame now) of everything in use.

    What has no name keeps its number unless another picture has that now. What is not there, or has to give way, goes
    beyond the last frame, where it stays if it was there already.
    """
    taken = set(places.values())
    unnamed = sorted(used - set(named))
    result = places | {frame: frame for frame in unnamed if frame not in taken}
    result |= {frame: frame for frame in named if frame >= count and frame not in result}
    taken, free = set(result.values()), count
    for frame in sorted({*named, *unnamed} - set(result)):
        while free in taken:
            free += 1
        result[frame] = free
        taken.add(free)
    return dict(sorted(result.items()))


def _new_lines(
    document: Document, lines: Mapping[int, Picture], places: Mapping[int, int], found: Found, files: Files
) -> dict[int, Picture]:
    """Return (frame before -> line under its present number and name) of those that are new or different."""
    before, renamed, changed = document.pictures, {*found.renamed}, {*found.changed}
    put: dict[int, Picture] = {}
    for frame, place in places.items():
        line = lines.get(frame)
        if line is None:
            if place < len(files):
                put[frame] = files.picture(place)
        elif frame in changed:
            put[frame] = files.picture(place, look=True)  # another picture under its name: what was said is of that one
        elif frame in renamed:
            put[frame] = replace(line, frame=place, name=files.picture(place).name)
        elif line is not before.get(frame):
            put[frame] = replace(line, frame=place)
    return put
