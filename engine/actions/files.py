"""Saving. Every commit is in the journal already; this rewrites the YAML file, in the background."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from engine.actions import action
from engine.actions.leaving import to_save
from engine.allocator import give_back
from engine.document import Document
from engine.jobs import Saved, Step
from engine.pictures import completed
from engine.session import Session
from engine.text import plain


@action("file.save", "Save")
def save(session: Session, overwrite: bool = False, *, asked: bool = True) -> None:
    """Rewrite the YAML file with the document as it is now; `overwrite` also if another program has changed it.

    Say so if somebody `asked` for it.
    """
    if session.disk is None:
        session.tell("Opened read-only: nothing is saved", "warning")
        return
    disk, revision, sequence = session.disk, session.revision, session.disk.sequence
    frames = session.media.frames
    document = to_save(session)

    def run(ticket: int) -> Iterator[Step]:
        disk.save(completed(document, frames.picture), through=sequence, overwrite=overwrite)
        yield Saved(ticket, document, revision, saved_text(document, disk.path) if asked else "")
        give_back()

    session.jobs.start("save", run, receive=partial(receive, session), lasting=True)
    session.changed()


@action("file.autosave", "Save what has been done since the last time")
def autosave(session: Session) -> None:
    """Rewrite the YAML file without a word, as the clock does."""
    save(session, asked=False)


@action("file.overwrite", "Save, also over what another program has written")
def overwrite(session: Session) -> None:
    """Rewrite the YAML file although another program has changed it: only after somebody was asked."""
    save(session, overwrite=True)


def receive(session: Session, step: Saved) -> None:
    """Note what is in the file."""
    session.saved_revision = max(session.saved_revision, step.revision)
    if step.said:
        session.tell(step.said)
    session.changed()


def saved_text(document: Document, path: Path) -> str:
    """Say how many objects are saved, and where."""
    count = sum(map(len, document.frames.values())) + len(document.tracks)
    return f"Saved {count} object{'' if count == 1 else 's'} to {shown_path(path)}"


def shown_path(path: Path) -> str:
    """Return a path as a person would write it: from the working folder or from the home folder if it lies there."""
    for find, start in ((Path.cwd, ""), (Path.home, f"~{os.sep}")):
        with contextlib.suppress(OSError, RuntimeError):  # the folder is gone, or nobody's
            if path.is_relative_to(folder := find()):
                return plain(f"{start}{path.relative_to(folder)}")
    return plain(str(path))


def is_dirty(session: Session) -> bool:
    """Say whether there are commits that only the journal has."""
    return session.revision != session.saved_revision
