"""From paths to a session: media, document, lock, journal. No screen here, so that batch commands open the same way."""

from __future__ import annotations

import datetime
import getpass
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.document import Document
from engine.edits import PutLabels
from engine.history import History
from engine.labels import labels_from
from engine.media import FrameCache, Media, annotation_path, open_media
from engine.options import Options
from engine.project import Project
from engine.session import Session
from engine.store import fallback_path
from engine.store.place import checked_place


class CachedFrames:
    """A session's `Frames`: the media, its pixels passing through a bounded cache that reads ahead."""

    def __init__(self, media: Media, budget_bytes: int) -> None:
        self._media = media
        self._cache = FrameCache(media, budget_bytes)
        self.get, self.peek, self.prefetch = self._cache.get, self._cache.peek, self._cache.prefetch
        self.name, self.time, self.warning, self.size = media.name, media.time, media.warning, media.size

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
                self.project.save(document, overwrite=overwrite)
            self.project.close(document)
        self.frames.close()


def open_session(options: Options) -> Opened:
    """Open media and document; raise MediaError, StoreError (LockedError if somebody else has it) or AppError."""
    media = open_media(options.paths)
    try:
        path, notes = place_of(options)
        project, found, more = Project.open(path, read_only=options.read_only)
    except BaseException:
        media.close()
        raise
    try:
        return _session(options, media, project, found, [*notes, *more])
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
        document = Document(media.info, labels, author=options.settings.author or _user(), created=made)
        project.start(document)
    else:
        document = found
        notes = [*notes, *_differences(document, media.info)]
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


def place_of(options: Options) -> tuple[Path, list[str]]:
    """Return where the annotations are or shall be; where that folder cannot be written, a place of the user's own."""
    named = options.annotations
    path = annotation_path(options.paths) if named is None else checked_place(named)
    if options.read_only or os.access(path.parent, os.W_OK):
        return path, []
    other = fallback_path(path)
    return other, [f"{path.parent} cannot be written: the annotations are kept in {other}"]


def _differences(document: Document, info: object) -> list[str]:
    """Say where the media is not what the document was made on."""
    from engine.document import MediaInfo

    assert isinstance(info, MediaInfo)
    old = document.media
    notes = []
    if old.frames != info.frames:
        notes.append(f"The media has {info.frames} frames now; it had {old.frames} when this file was written")
    if old.times and info.times and old.times != info.times:
        notes.append("The video's frame times differ from those the labels were made on: check a few frames first")
    return notes


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
