"""Where annotations are kept: beside the media, or in a place of the user's own where nothing can be written there.

Apart from opening because a folder that can only be read needs more than another path: the file that is there goes on
to be read, and what others change in it is taken over, while one's own changes are kept elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import disk
from engine.document import Document, MediaInfo
from engine.edits import Edit
from engine.errors import FormatError, StoreError
from engine.journal.journal import path_of as journal_path
from engine.journal.lines import Record
from engine.journal.recovery import refusals
from engine.journal.replay import Plan, replay
from engine.media.listing import SUFFIX
from engine.project.naming import annotation_path
from engine.project.news import news
from engine.project.project import Project
from engine.store import files
from engine.store.place import checked_place
from engine.store.read import decode
from engine.store.write import encode
from engine.text import plain


@dataclass(frozen=True)
class Place:
    """Where a document is."""

    path: Path
    """The file that is opened, locked and written."""
    source: Path | None = None
    """The file beside the media, if that is another one: it is read only."""
    notes: tuple[str, ...] = ()
    away: str = ""
    """The word that this is not beside the media, where somebody wanted it so."""


def place_of(paths: Sequence[Path], annotations: Path | None = None, *, read_only: bool = False) -> Place:
    """Return where the annotations are or shall be; raise StoreError where nothing can be."""
    asked = annotation_path(paths) if annotations is None else checked_place(annotations)
    real = Path(os.path.realpath(asked))
    _must_be_a_place(real, asked)
    own = _own_place(real)
    if os.access(real.parent, os.W_OK | os.X_OK):
        elsewhere = f"What you did while {real.parent} could not be written is in {own}"
        beside = asked if annotations is None else annotation_path(paths)
        away = "" if read_only else _far_away(beside, real)
        return Place(asked, notes=(plain(elsewhere),) if os.path.lexists(own) else (), away=away)
    if read_only and not (os.path.lexists(own) or os.path.lexists(journal_path(own))):
        return Place(asked)
    if not read_only:
        _make_folder(own.parent, real.parent)
    source = real if os.path.lexists(real) or os.path.lexists(journal_path(real)) else None
    where = "the annotations are kept in" if source is None else f"{real.name} there is read, your changes are kept in"
    return Place(own, source, (plain(f"{real.parent} cannot be written: {where} {own}"),))


def _far_away(beside: Path, real: Path) -> str:
    """Say where the annotations are kept if that is not beside the media: one was named, or a link leads away."""
    return "" if os.path.realpath(beside.parent) == str(real.parent) else plain(f"The annotations are kept in {real}")


def _must_be_a_place(real: Path, asked: Path) -> None:
    try:
        if real.is_dir():
            raise StoreError(f"{plain(str(asked))} is a folder", "give the name of a file for the annotations")
        os.stat(f"{real.parent}/")
    except PermissionError as error:
        raise disk.failure(error, real, "read") from error
    except OSError as error:
        raise disk.failure(error, real, "opened") from error


def _own_place(real: Path) -> Path:
    """Return where changes go: beside the folder, if that was done before the folder got its file, or to the user."""
    if real.name == f"annotations{SUFFIX}" and not os.access(real.parent, os.W_OK):
        beside = real.parent.with_name(real.parent.name + SUFFIX)
        if os.path.lexists(beside) and os.access(beside.parent, os.W_OK):
            return beside
    return disk.fallback_path(real)


def _make_folder(folder: Path, instead_of: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoreError(
            plain(f"{instead_of} cannot be written"),
            plain(f"nor can {folder} be made ({why}): name another file with --annotations, or look only: --read-only"),
        ) from error


def with_source(
    project: Project, found: Document | None, source: Path, *, read_only: bool = False
) -> tuple[Document | None, list[str]]:
    """Return what is kept in a place of one's own together with the file beside the media as it is now."""
    theirs, notes = _theirs(source)
    if theirs is None:
        return found, notes
    data = encode(theirs)
    seen = project.path.with_name(project.path.name + ".seen")
    before = _read(seen)
    if found is None:
        if not read_only:
            project.start(theirs)
        found = theirs
    elif before != data and _numbers_differ(theirs, found):
        note = f"{source.name} numbers its pictures otherwise now: what others changed there was not taken over"
        return found, [*notes, plain(note)]
    elif before != data:
        base = Document(MediaInfo("")) if before is None else decode(before, seen.name)
        found, more = _merged(project, found, news(base, theirs, found), source, read_only=read_only)
        notes += more
    if not read_only and before != data:
        _write(seen, data)
    return found, notes


def _numbers_differ(theirs: Document, mine: Document) -> bool:
    """Say whether a frame is another picture in the one than in the other: shapes would come to stand on that."""
    both = {*theirs.pictures} & {*mine.pictures}
    return any(theirs.pictures[frame].name != mine.pictures[frame].name for frame in both)


def _theirs(source: Path) -> tuple[Document | None, list[str]]:
    """Read the file beside the media, with what a killed program has left in its journal if that may be read."""
    try:
        _, theirs, notes = Project.open(source, read_only=True)
        return theirs, notes
    except FormatError:
        raise
    except StoreError:
        return files.load(source), []


def _merged(
    project: Project, found: Document, changes: tuple[tuple[Edit, ...], int], source: Path, *, read_only: bool
) -> tuple[Document, list[str]]:
    edits, conflicts = changes
    title = f"Changes of {plain(source.name)}"
    done = replay(found, Plan((Record(1, title, edits),), True, 1, 0)) if edits else None
    notes = []
    if done is not None and done.kept:
        if not read_only:
            project.commit(title, done.kept[0].edits)
        notes.append(f"{plain(source.name)} was changed by others: {len(done.kept[0].edits)} changes were taken over")
    if conflicts:
        notes.append(f"{conflicts} changes in {plain(str(source))} are of what you have changed as well: yours stay")
    if done is not None and done.refused:
        notes.append(refusals(done.refused))
    return found if done is None else done.document, notes


def _read(path: Path) -> bytes | None:
    try:
        return disk.read_ours(path)
    except OSError:
        return None


def _write(path: Path, data: bytes) -> None:
    try:
        disk.commit(disk.prepare(path, data), path)
    except OSError as error:
        raise disk.failure(error, path) from error
