"""Which annotation file belongs to a media.

Apart from the listing of media because the files themselves are asked: `x.termwand.yaml` is that of the medium which it
names. Another medium whose name differs only in its ending gets a file of its own, `x.jpg.termwand.yaml`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from engine import disk
from engine.errors import AppError
from engine.journal import journal
from engine.journal import lines as journal_lines
from engine.media.listing import PICTURES, SUFFIX, VIDEOS, expand, extension, saved_at, storable
from engine.store.yamlsafe import parse

_START = 1 << 20
"""Bytes from a file's beginning in which its media is named."""
_MEDIA = re.compile(rb"^media:.*(?:\n[ \t}].*)*", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def annotation_path(paths: Sequence[Path]) -> Path:
    """Return the YAML file in which the shapes on these paths are saved.

    clip.mp4 -> clip.termwand.yaml, or clip.mp4.termwand.yaml where another medium is called clip; a folder ->
    annotations.termwand.yaml in it, or folder.termwand.yaml beside it if it is read-only; several pictures ->
    annotations.termwand.yaml in the folder that they have in common.
    """
    files = expand(paths)
    path = saved_at(files)
    return path if len(files) > 1 or files[0].is_dir() else _of_file(files[0], path)


def _of_file(medium: Path, usual: Path) -> Path:
    """Return the file of one picture, animation or video: the one that is about it, or else a name that is free."""
    own = medium.with_name(medium.name + SUFFIX)
    for path in (own, usual):
        if _is_there(path) and _is_about(path, medium):
            return path
    first = [own, usual] if usual.name == f"annotations{SUFFIX}" or _has_namesake(medium) else [usual, own]
    return next((path for path in first if not _is_there(path)), own)


def _places(path: Path) -> list[Path]:
    """Return where an annotation file, or its journal alone, can be."""
    both = (path, disk.fallback_path(path))
    return [place for place in both if os.path.lexists(place) or os.path.lexists(journal.path_of(place))]


def _is_there(path: Path) -> bool:
    return bool(_places(path))


def _is_about(path: Path, medium: Path) -> bool:
    """Say whether an annotation file is about a medium, or about one that is not there any more."""
    place = _places(path)[0]
    named = medium_of(place)
    if named is None:
        return True
    if os.path.basename(named) in (storable(medium.name), _SURROGATE.sub("\ufffd", medium.name)):
        return True
    return not os.path.lexists(place.parent / named)


def medium_of(path: Path) -> str | None:
    """Return the path of the media in an annotation file, or in its journal; None where it cannot be read."""
    try:
        if os.path.lexists(path):
            data = disk.read_start(path, _START)
        else:
            first = disk.read_start(journal.path_of(path), _START).partition(b"\n")[0] + b"\n"
            data = journal_lines.parse(first, path.name).head.initial.encode()
        found = _MEDIA.search(data)
        value = parse(found[0], path.name).plain()["media"]["path"] if found else None
    except (OSError, AppError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) and value else None


def _has_namesake(medium: Path) -> bool:
    """Say whether another medium beside this one has the same name but for its ending."""
    start = medium.stem + "."
    try:
        with os.scandir(medium.parent) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(start) and entry.name != medium.name]
    except OSError:
        return False
    return any(Path(name).stem == medium.stem and extension(name) in PICTURES | VIDEOS for name in names)
