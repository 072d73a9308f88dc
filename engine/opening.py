"""From paths to a session: media, document, lock, journal. No screen here, so that batch commands open the same way."""

from __future__ import annotations

import datetime
import getpass
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.document import Document, Label
from engine.errors import AppError
from engine.media import FrameCache, Media, annotation_path, open_media
from engine.palette import label_color
from engine.project import Project
from engine.session import Session
from engine.settings import Settings


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    paths: tuple[Path, ...]
    annotations: Path | None = None
    labels: str = ""
    read_only: bool = False
    frame: int | None = None
    settings: Settings = field(default_factory=Settings)


class CachedFrames:
    """A session's `Frames`: the media, its pixels passing through a bounded cache that reads ahead."""

    def __init__(self, media: Media, budget_bytes: int) -> None:
        self._media = media
        self._cache = FrameCache(media, budget_bytes)
        self.get, self.peek, self.prefetch = self._cache.get, self._cache.peek, self._cache.prefetch
        self.name, self.time, self.warning = media.name, media.time, media.warning

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

    def close(self) -> None:
        """Save, release the lock, stop decoding."""
        self.frames.close()
        document = msgspec.structs.replace(self.session.document, last_frame=self.session.frame)
        self.project.close(document)


def open_session(options: Options) -> Opened:
    """Open media and document; raise MediaError, StoreError (LockedError if somebody else has it) or AppError."""
    media = open_media(options.paths)
    path = options.annotations or annotation_path(options.paths)
    try:
        project, document, notes = Project.open(path, read_only=options.read_only)
    except AppError:
        media.close()
        raise
    fresh = document is None
    if document is None:
        document = Document(
            media.info, author=options.settings.author or _user(), created=f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
        )
    else:
        notes = [*notes, *_differences(document, media.info)]
    document = with_labels(document, options.labels)
    if options.frame is not None:
        document = msgspec.structs.replace(document, last_frame=max(options.frame, 0))
    frames = CachedFrames(media, options.settings.cache_mb * 1_000_000)
    session = Session(
        document, frames, disk=None if options.read_only else project, settings=options.settings
    )
    if fresh and document.labels and not options.read_only:
        session.revision = 1  # the labels given on the command line are worth a file of their own
    return Opened(session, project, frames, path, notes)


def with_labels(document: Document, text: str) -> Document:
    """Return the document with further labels: names with commas between, or a file with one name a line."""
    if not text:
        return document
    file = Path(text).expanduser()
    names = file.read_text(encoding="utf-8").splitlines() if file.is_file() else text.split(",")
    labels = list(document.labels)
    for name in (name.strip() for name in names):
        if name and not name.startswith("#") and name not in [label.name for label in labels]:
            labels.append(Label(name, color=label_color(len(labels))))
    return msgspec.structs.replace(document, labels=tuple(labels))


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
