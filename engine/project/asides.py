"""Journals that were kept aside: where they are, what they hold, which of it fits, and applying that.

Apart from the recovery at opening, which does what is certain by itself. Here a person looks first: a change that fits
may be an old one that was made over since.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from engine import disk
from engine.counting import counted
from engine.document import Document, MediaInfo
from engine.edit_types import (
    Arrange,
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutCertificate,
    PutKeyframe,
    PutKeyframes,
    PutLabels,
    PutPicture,
    PutReview,
    PutShape,
    PutShapes,
    PutTable,
    PutTags,
    PutTrack,
)
from engine.errors import StoreError
from engine.journal.journal import path_of, read
from engine.journal.lines import Content, Record
from engine.journal.recovery import set_aside
from engine.journal.replay import Refused, fitting, with_labels
from engine.project.places import place_of
from engine.project.project import Project
from engine.text import plain

APPLIED = ".applied"
_DAMAGED = ".damaged-"
State = Literal["fits", "fits in part", "is there already", "does not fit"]
_FITTING = ("fits", "fits in part")
_SHOWN = 3


@dataclass(frozen=True)
class Change:
    """A commit of a journal, against the document as it is."""

    record: Record
    state: State
    edits: tuple[Edit, ...] = ()
    """Those that fit."""
    why: str = ""
    """Why others do not."""


@dataclass(frozen=True)
class Aside:
    """A journal that belongs to a file and is not replayed by itself."""

    path: Path
    changes: tuple[Change, ...] = ()
    unreadable: int = 0
    problem: str = ""

    @property
    def is_copy(self) -> bool:
        """Whether it is a damaged journal as it was, of which was replayed what could be: it holds old changes too."""
        return _DAMAGED in self.path.name


@dataclass(frozen=True)
class Outcome:
    """What was applied."""

    changes: int
    backup: Path | None
    """The file as it was before."""


def yaml_of(file: Path) -> Path:
    """Return the annotation file that a person means by it, or by the media that it belongs to."""
    if file.suffix in (".yaml", ".yml"):
        return Path(os.path.realpath(file))
    return Path(os.path.realpath(place_of([file], read_only=True).path))


def asides_of(yaml: Path) -> list[Aside]:
    """Return the journals of a file that were kept aside, the oldest first, with what they would change now."""
    _, document, _ = Project.open(yaml, read_only=True)
    paths = _paths(yaml)
    return [_aside(path, _new(yaml, paths) if document is None else document) for path in paths]


def _paths(yaml: Path) -> list[Path]:
    start, found = f"{path_of(yaml).name}.", []
    for folder in (yaml.parent, disk.fallback_path(yaml).parent, disk.state_path("journals", yaml).parent):
        names = os.listdir(folder) if folder.is_dir() else []
        ours = (folder / name for name in names if name.startswith(start) and not name.endswith(APPLIED))
        found += [path for path in ours if path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _aside(path: Path, document: Document) -> Aside:
    try:
        content = read(path)
    except StoreError as error:
        return Aside(path, problem=str(error))
    if content is None:
        return Aside(path, problem=f"{plain(path.name)} is gone")
    unreadable = len(content.damaged) + content.torn + (not content.sure)
    return Aside(path, tuple(_changes(document, _commits(content))), unreadable)


def _new(yaml: Path, paths: Sequence[Path]) -> Document:
    """Return an empty document; the media says how many frames it has when it is opened with it."""
    document = Document(MediaInfo(yaml.name.partition(".")[0], frames=0))
    for path in paths:
        with contextlib.suppress(StoreError):
            document = with_labels(document, _commits(read(path)))
    return document


def _commits(content: Content | None) -> list[Record]:
    """Return the commits without what opening once did to the numbers of frames: the file is numbered anew since."""
    if content is None:
        return []
    commits = (record for record in (*content.records, *content.foreign) if not record.saving)
    own = (msgspec.structs.replace(record, edits=tuple(_without_numbers(record.edits))) for record in commits)
    return [record for record in own if record.edits]


def _without_numbers(edits: Sequence[Edit]) -> Iterator[Edit]:
    return (edit for edit in edits if not isinstance(edit, Arrange))


def _changes(document: Document, records: Sequence[Record]) -> Iterator[Change]:
    for record in records:
        refused: list[Refused] = []
        after, edits = fitting(document, record, refused)
        state: State = "does not fit"
        if edits:
            state = "fits in part" if refused else "is there already" if after == document else "fits"
        yield Change(record, state, edits, refused[0].why if refused else "")
        document = after


def apply(yaml: Path, name: str = "") -> Outcome:
    """Apply what fits of the journals of changes that were not replayed, or of the one of that name, and save.

    The file as it was is kept, and the journals under a name that says that they were applied.
    """
    project, document, _ = Project.open(yaml)
    try:
        paths = [path for path in _paths(yaml) if name == path.name or not (name or _DAMAGED in path.name)]
        if document is None:
            document = _new(yaml, paths)
            project.start(document)
        applied, done = 0, list[Path]()
        for path in paths:
            if not name and _aside(path, document).problem:
                continue  # what cannot be read stays as it is, and keeps nothing else from being applied
            document, changes = _apply(project, document, path)
            applied += sum(change.state in _FITTING for change in changes)
            done += [path] if all(change.state in ("fits", "is there already") for change in changes) else []
        backup = set_aside(yaml, "before-recovery") if applied and yaml.exists() else None
        if applied:
            project.save(document)
    finally:
        project.close()
    for path in done:
        os.replace(path, path.with_name(path.name + APPLIED))
    return Outcome(applied, backup)


def _apply(project: Project, document: Document, path: Path) -> tuple[Document, list[Change]]:
    """Apply one journal as one commit."""
    changes = list(_changes(document, _commits(read(path))))
    wanted = tuple(edit for change in changes if change.state in _FITTING for edit in change.edits)
    document, edits = fitting(document, Record(0, "", wanted), [])
    if edits:
        project.commit(f"Recovered from {path.name}", edits)
    return document, changes


def describe(record: Record) -> str:
    """Return in words what a commit changes."""
    texts = [_described(edit) for edit in record.edits[:_SHOWN]]
    more = f", and {len(record.edits) - _SHOWN} more" if len(record.edits) > _SHOWN else ""
    return plain(", ".join(texts) + more)


def _described(edit: Edit) -> str:
    match edit:
        case PutShape():
            shape = edit.shape
            return f"{shape.type} {shape.id} ({plain(shape.label, 40)}) on frame {counted(shape.frame)}"
        case DropShape():
            return f"no shape {edit.id} on frame {counted(edit.frame)}"
        case PutShapes():
            fewer = f", {len(edit.drop)} fewer" if edit.drop else ""
            return f"{len(edit.shapes)} shapes{fewer}"
        case PutTrack():
            track = edit.track
            return f"track {track.id} ({plain(track.label, 40)}) with {len(track.keyframes)} keyframes"
        case DropTrack():
            return f"no track {edit.id}"
        case PutKeyframe():
            return f"keyframe {counted(edit.keyframe.frame)} of track {edit.track}"
        case DropKeyframe():
            return f"no keyframe {counted(edit.frame)} of track {edit.track}"
        case PutKeyframes():
            return f"{len(edit.keyframes)} keyframes of track {edit.track}"
        case CutKeyframes():
            return f"no keyframes {counted(edit.first)} to {counted(edit.last)} of track {edit.track}"
        case PutReview():
            return f"review of track {edit.track}"
        case PutLabels():
            return f"{len(edit.labels)} labels"
        case PutTags():
            return f"{len(edit.tags)} tags on frame {counted(edit.frame)}"
        case PutTable():
            return f"label table of {plain(edit.detector, 40)}"
        case PutCertificate():
            return f"certificate {edit.id}"
        case PutPicture():
            name = "unknown again" if edit.picture is None else plain(edit.picture.name, 60)
            return f"the picture of frame {counted(edit.frame)} is {name}"
        case Arrange():
            return "pictures numbered as they are in the folder"


def stamp(path: Path) -> str:
    """Return when a file was last written, in words."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))
