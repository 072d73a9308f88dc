"""Saving. Every commit is in the journal already; this rewrites the YAML file, in the background."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.actions import action
from engine.allocator import give_back
from engine.jobs import Saved, Step
from engine.pictures import completed
from engine.session import Session


@action("file.save", "Save")
def save(session: Session, overwrite: bool = False) -> None:
    """Rewrite the YAML file with the document as it is now; `overwrite` also if another program has changed it."""
    if session.disk is None:
        session.tell("Opened read-only: nothing is saved", "warning")
        return
    disk, revision, sequence = session.disk, session.revision, session.disk.sequence
    frames = session.media.frames
    document = msgspec.structs.replace(session.document, last_frame=session.frame)

    def run(ticket: int) -> Iterator[Step]:
        disk.save(completed(document, frames.picture), through=sequence, overwrite=overwrite)
        yield Saved(ticket, document, revision)
        give_back()

    session.start("save", run)
    session.changed()


def receive(session: Session, step: Saved) -> None:
    """Note what is in the file."""
    session.saved_revision = max(session.saved_revision, step.revision)
    session.changed()


def is_dirty(session: Session) -> bool:
    """Say whether there are commits that only the journal has."""
    return session.revision != session.saved_revision
