"""What has happened to a document's media since it was saved, in sentences."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from engine.document import Document, MediaInfo, Picture
from engine.pictures.numbering import used_frames
from engine.text import plain

if TYPE_CHECKING:
    from engine.pictures.finding import Files, Found

NAMED = 3
"""Pictures that a sentence names; more are counted."""
MEASURED = 100
"""Changed pictures of which it is said whether their width or height is another one."""


def sentences(
    document: Document, media: MediaInfo, lines: Mapping[int, Picture], found: Found, now: Mapping[int, str],
    files: Files,
) -> list[str]:  # fmt: skip
    """Say what has happened to the pictures of a folder; `now` has their present names."""
    parts = [
        _part(len(found.renamed), "was renamed", "were renamed",
              [f"{lines[frame].name} is {now[frame]} now" for frame in found.renamed]),
        _gone(document, found, lines),
        _unopened(document, found),
        *_changed(found, lines, files),
    ]  # fmt: skip
    parts = [part for part in parts if part]
    told = []
    if parts:
        parts[0] = parts[0].replace(" ", _noun(parts[0]), 1)
        told.append(plain(", ".join(parts), 600))
    if lines and media.frames != document.media.frames and document.media.kind == "folder":
        rest = "" if parts else ": every shape stays on its picture"
        told.append(f"There {_are(media.frames)} now, there {_were(document.media.frames)}{rest}")
    return [*_unnamed(document, media, lines), *told]


def _are(count: int) -> str:
    return "is 1 picture" if count == 1 else f"are {count} pictures"


def _were(count: int) -> str:
    return "was 1" if count == 1 else f"were {count}"


def _noun(part: str) -> str:
    return " picture " if part.startswith("1 ") else " pictures "


def _part(count: int, one: str, many: str, names: list[str]) -> str:
    if not count:
        return ""
    more = ["…"] if count > NAMED else []
    return f"{count} {one if count == 1 else many} ({', '.join(names[:NAMED] + more)})"


def _gone(document: Document, found: Found, lines: Mapping[int, Picture]) -> str:
    names = [lines[frame].name for frame in found.gone]
    stay = _things(document, found.gone)
    return _part(len(names), "is gone", "are gone", names)[:-1] + f": {stay} in the file)" if names else ""


def _unopened(document: Document, found: Found) -> str:
    count, stay = len(found.unopened), _things(document, found.unopened)
    return f"{count} {'is' if count == 1 else 'are'} not among those opened ({stay} in the file)" if count else ""


def _things(document: Document, frames: Collection[int]) -> str:
    """Say how many shapes stay."""
    count = shapes_on(document, frames)
    return "what is on it stays" if not count else "1 shape stays" if count == 1 else f"{count} shapes stay"


def shapes_on(document: Document, frames: Collection[int]) -> int:
    """Return how many shapes and keyframes are on some frames."""
    wanted = set(frames)
    keyframes = (keyframe for track in document.tracks.values() for keyframe in track.keyframes)
    shapes = sum(len(document.shapes(frame)) for frame in wanted)
    return shapes + (sum(keyframe.frame in wanted for keyframe in keyframes) if wanted else 0)


def _changed(found: Found, lines: Mapping[int, Picture], files: Files) -> list[str]:
    """Tell pictures of another size from those that only have other content."""
    sized, others = list[str](), list[str]()
    for number, frame in enumerate(found.changed):
        line, place = lines[frame], found.places[frame]
        new = files.picture(place, look=True) if number < MEASURED else line
        same = not new.width or not line.width or (new.width, new.height) == (line.width, line.height)
        (others if same else sized).append(line.name)
    return [
        _part(len(sized), "has another size now", "have another size now", sized),
        _part(len(others), "has other content now", "have other content now", others),
    ]


def _unnamed(document: Document, media: MediaInfo, lines: Mapping[int, Picture]) -> list[str]:
    """Say where pictures are known by number alone and the numbers are not sure."""
    frames = used_frames(document) - set(lines)
    told = []
    if frames and document.media.frames != media.frames:
        told.append(
            f"This file knows its pictures by number only, and there {_were(document.media.frames)} when it was "
            f"written; there {_are(media.frames)} now: check that the shapes are on their pictures"
        )
    return told + _beyond(document, media, frames)


def differences(document: Document, media: MediaInfo) -> list[str]:
    """Say where a picture or video is not what the document was made on."""
    old, told = document.media, list[str]()
    names = [os.path.basename(info.path) for info in (old, media)]
    if old.kind != media.kind:
        told.append(f"The file was made on {_kinds(old)}; this is {_kinds(media)}")
    elif old.path and names[0] != names[1]:
        told.append(plain(f"The file was made on {names[0]}; this is {names[1]}"))
    if old.kind == media.kind and old.frames != media.frames:
        told.append(f"The media has {media.frames} frames now; it had {old.frames} when this file was written")
    sizes = [(info.width, info.height) for info in (old, media)]
    if all(sizes[0]) and sizes[0] != sizes[1] and media.kind != "folder":
        told.append(
            "The media is {} x {} pixels now; it was {} x {} when this file was written".format(*sizes[1], *sizes[0])
        )
    if old.times and media.times and old.times != media.times:
        told.append("The video's frame times differ from those the labels were made on: check a few frames first")
    return told + _beyond(document, media, used_frames(document))


def _kinds(media: MediaInfo) -> str:
    return {"image": "a picture", "folder": "pictures", "video": "a video"}[media.kind]


def _beyond(document: Document, media: MediaInfo, frames: Collection[int]) -> list[str]:
    count = shapes_on(document, [frame for frame in frames if frame >= media.frames])
    if not count:
        return []
    return [f"{count} shape{'' if count == 1 else 's'} on frames after the last one: kept in the file, not shown"]
