"""The edit that gives everything in a document the numbers of the present listing."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from engine.document import Document, MediaInfo, Picture
from engine.edit_types import Arrange
from engine.numbering import moved, runs_of, used_frames
from engine.pictures.finding import Files, Found, find
from engine.pictures.words import sentences


def arrange(document: Document, media: MediaInfo, files: Files, home: Path) -> tuple[Arrange | None, list[str]]:
    """Return the edit that fits a document to a listing, None if it fits, and sentences on what happened.

    `home` is the annotation file's folder, to which `document.media.path` and `media.path` are relative.
    """
    used = used_frames(document)
    lines = {frame: line for frame, line in _lines(document).items() if frame in used}
    lines = _as_seen_from(files.root, home / document.media.path, lines)
    found = find(lines, files, document.last_frame)
    places = _with_parked(found.places, sorted(lines), used, media.frames)
    new = {
        place: _new_line(frame, place, lines, found, files)
        for frame, place in places.items()
        if frame in lines or place < media.frames
    }
    moves = runs_of(places)
    kept = {
        line.frame: line
        for line in (moved(document.pictures[frame], moves) for frame in document.pictures if frame in used)
    }
    put = tuple(line for place, line in sorted(new.items()) if kept.get(place) != line)
    forgotten = tuple(sorted(frame for frame in document.pictures if frame not in used))
    edit = Arrange(media, moves, put, forgotten)
    now = {frame: new[place].name for frame, place in places.items() if place in new}
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


def _with_parked(places: dict[int, int], named: list[int], used: set[int], count: int) -> dict[int, int]:
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


def _new_line(frame: int, place: int, lines: dict[int, Picture], found: Found, files: Files) -> Picture:
    """Return the line of a picture under its present number and name."""
    if frame in found.changed:
        return files.picture(place, look=True)
    if frame in found.places:
        return replace(lines[frame], frame=place, name=files.picture(place).name)
    if frame in lines:
        return replace(lines[frame], frame=place)
    return files.picture(place)
