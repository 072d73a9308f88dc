"""From paths to a session: media, document, lock, journal. No screen here, so that batch commands open the same way."""

from __future__ import annotations

import datetime
import getpass
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.document import Document, Label
from engine.edits import PutLabels
from engine.errors import AppError
from engine.history import History
from engine.media import FrameCache, Media, open_media
from engine.meeting import facts, meet
from engine.options import Options
from engine.palette import label_color
from engine.pictures import completed
from engine.places import place_of, with_source
from engine.project import Project
from engine.reading import read_small
from engine.session import Session

LABELS = 16 << 20
"""Bytes of a file of labels."""


class CachedFrames:
    """A session's `Frames`: the media, its pixels passing through a bounded cache that reads ahead."""

    def __init__(self, media: Media, budget_bytes: int) -> None:
        self._media = media
        self._cache = FrameCache(media, budget_bytes)
        self.get, self.peek, self.prefetch = self._cache.get, self._cache.peek, self._cache.prefetch
        self.name, self.time, self.warning, self.picture = media.name, media.time, media.warning, media.picture

    def __len__(self) -> int:
        return len(self._media)

    def close(self) -> None:
        """Stop reading ahead and close the media."""
        self._cache.close()
        self._media.close()


@dataclass
class Opened:
    """An open session, what to tell about it, and what has to be closed."""

    session: Session
    project: Project
    frames: CachedFrames
    path: Path
    notes: list[str]

    def close(self, *, overwrite: bool = False) -> None:
        """Save, release the lock, stop decoding; where saving fails, everything stays open. `overwrite` as in save."""
        if self.session.disk is None:
            self.project.close()
        else:
            moved_on = self.session.frame != self.session.document.last_frame and self.project.path.exists()
            document = msgspec.structs.replace(self.session.document, last_frame=self.session.frame)
            if self.project.unsaved or moved_on:
                document = completed(document, self.frames.picture)
                self.project.save(document, overwrite=overwrite)
            self.project.close(document)
        self.frames.close()


def open_session(options: Options) -> Opened:
    """Open media and document; raise MediaError, StoreError (LockedError if somebody else has it) or AppError."""
    media = open_media(options.paths)
    try:
        place = place_of(options.paths, options.annotations, read_only=options.read_only)
        project, found, notes = Project.open(place.path, read_only=options.read_only)
    except BaseException:
        media.close()
        raise
    try:
        if place.source is not None:
            found, more = with_source(project, found, place.source, read_only=options.read_only)
            notes += more
        return _session(options, media, project, found, [*place.notes, *notes])
    except BaseException:
        project.close()
        media.close()
        raise


def _session(
    options: Options, media: Media, project: Project, found: Document | None, notes: list[str]
) -> Opened:
    labels = labels_from(options.labels, found.labels if found else ())
    if found is None:
        made = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
        info = facts(media, project.path.parent)
        document = Document(info, labels, author=options.settings.author or _user(), created=made)
        project.start(document)
    else:
        document, edits, told = meet(found, media, project.path.parent)
        project.arrange(edits)
        notes = [*notes, *told]
    frames = CachedFrames(media, options.settings.cache_mb * 1_000_000)
    disk = None if options.read_only else project
    session = Session(document, frames, disk=disk, settings=options.settings)
    if options.frame is not None:
        session.media.target = min(max(options.frame, 0), len(frames) - 1)
    if labels != document.labels:
        session.commit("Labels of the command line", PutLabels(labels))
        session.history = History()  # nobody did this by a key: nothing to undo
    session.read_only = options.read_only
    return Opened(session, project, frames, project.path, notes)


def labels_from(text: str, known: tuple[Label, ...]) -> tuple[Label, ...]:
    """Return the known labels and further ones: names with commas between, or a file with one name a line."""
    file = Path(text).expanduser() if text else None
    if file is not None and os.path.isfile(file):
        try:
            names = read_small(file, LABELS).decode().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise AppError("The labels cannot be read", f"{file}: {why}") from error
    else:
        names = text.split(",")
    labels, there = list(known), {label.name for label in known}
    for name in (name.strip() for name in names):
        if name and not name.startswith("#") and name not in there:
            there.add(name)
            labels.append(Label(name, color=label_color(len(labels))))
    return tuple(labels)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
