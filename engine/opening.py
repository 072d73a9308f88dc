"""From paths to a session: media, document, lock, journal. No screen here, so that batch commands open the same way."""

from __future__ import annotations

import datetime
import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.actions.files import saved_text
from engine.actions.leaving import to_save
from engine.counting import counted
from engine.document import Document
from engine.edits import PutLabels
from engine.effort.log import EffortLog
from engine.history import History
from engine.labels import labels_from
from engine.media import FrameCache, Media, open_media
from engine.media.reference import Reference, absolute, refer
from engine.options import Options
from engine.pictures import completed
from engine.project.meeting import facts, meet
from engine.project.places import place_of, with_source
from engine.project.project import Project
from engine.session import Session


class CachedFrames:
    """A session's `Frames`: the media, its pixels passing through a bounded cache that reads ahead."""

    def __init__(self, media: Media, budget_bytes: int, paths: Sequence[Path]) -> None:
        self._media = media
        self._paths = [absolute(path) for path in paths]  # the folder that we are in may change
        self._cache = FrameCache(media, budget_bytes)
        self.decode = media.frame
        """Reads a frame past the cache, in any thread: for runs that see each frame once."""
        self.get, self.peek, self.prefetch = self._cache.get, self._cache.peek, self._cache.prefetch
        self.wish = self._cache.wish
        self.name, self.time, self.warning = media.name, media.time, media.warning
        self.size, self.picture, self.forget = media.size, media.picture, media.forget

    def __len__(self) -> int:
        return len(self._media)

    @cached_property
    def reference(self) -> Reference:
        """What names these frames to another process, which opens the media itself."""
        return refer(self._media, self._paths)

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
    said: str = ""
    """What to say when it has been closed."""
    effort: EffortLog | None = None
    """Where it is noted what objects cost; None where that is not wanted."""

    def close(self, *, overwrite: bool = False) -> None:
        """Save, release the lock, stop decoding; where saving fails, everything stays open. `overwrite` as in save."""
        self.closing(overwrite=overwrite)()

    def closing(self, *, overwrite: bool = False) -> Callable[[], None]:
        """Return what does `close` for the document as it is now, in another thread if need be.

        What a run commits meanwhile is not in the file then, and stays in the journal.
        """
        session, project = self.session, self.project
        before, document, through = session.document, to_save(session), project.sequence
        moved_on = (before.last_frame, before.left) != (document.last_frame, document.left)

        def close() -> None:
            if session.disk is None:
                project.close()
            else:
                if project.unsaved or (moved_on and project.path.exists()):
                    project.save(completed(document, self.frames.picture), through=through, overwrite=overwrite)
                project.close()
                self.said = saved_text(document, project.path) if session.revision else ""
            self.frames.close()
            if self.effort is not None:
                self.effort.flush()

        return close


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
        opened = _session(options, media, project, found, [*place.notes, *notes])
        opened.notes += [place.away] * bool(place.away)
        return opened
    except BaseException:
        project.close()
        media.close()
        raise


def _session(options: Options, media: Media, project: Project, found: Document | None, notes: list[str]) -> Opened:
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
    frames = CachedFrames(media, options.settings.cache_mb * 1_000_000, options.paths)
    disk = None if options.read_only else project
    session = Session(document, frames, disk=disk, settings=options.settings)
    if options.frame is not None:
        session.media.target = min(max(options.frame, 0), len(frames) - 1)
        if session.media.target != options.frame:
            there = f"this is frame {counted(session.media.target)}, the nearest"
            notes = [*notes, f"There is no frame {counted(options.frame)}: {there}"]
    if labels != document.labels:
        session.commit("Labels of the command line", PutLabels(labels))
        session.history = History()  # nobody did this by a key: nothing to undo
    session.read_only = options.read_only
    effort = EffortLog(project.path) if options.settings.effort and not options.read_only else None
    return Opened(session, project, frames, project.path, notes, effort=effort)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
