"""How far a run of a detector over a media has come, kept so that a killed run goes on and nothing is done twice.

Before each commit it is written down which ids the commit gives to shapes on which frames; the commit itself is one
line of the journal, there whole or not at all. A run that goes on looks whether shapes of these ids are there: then
the frames are done, else they come again and get the very same ids.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from engine import disk
from engine.batch.auto_request import Request
from engine.document import Document

LARGEST = 64 << 20
NAMED = 1000
"""Frames that could not be read, of which the names are kept."""


class Tally(msgspec.Struct, frozen=True):
    """What the document does not tell of frames that are done."""

    unmatched: dict[str, int] = {}
    """Labels of the detector that are matched with nothing -> objects."""
    unfit: dict[str, int] = {}
    """Labels -> objects of a kind that they do not take."""
    failures: int = 0
    failed: tuple[tuple[int, str], ...] = ()
    """The first of them: frame, reason."""

    def plus(self, unmatched: Mapping[str, int], unfit: Mapping[str, int], failed: Sequence[tuple[int, str]]) -> Tally:
        """Return it with what some frames more have brought."""
        return Tally(
            _sum(self.unmatched, unmatched), _sum(self.unfit, unfit),
            self.failures + len(failed), (*self.failed, *failed)[:NAMED],
        )  # fmt: skip


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}


class Checkpoint(msgspec.Struct, frozen=True):
    """How far it has come; places are those in the plan's list of frames."""

    request: Request
    media: str
    """The digest of the media's reference."""
    weights: str
    plan: str
    create: bool
    """Whether labels of the detector that the document does not have are added to it."""
    done: int = 0
    """All frames before this place are done."""
    until: int = 0
    """All before this one are done if the commit that was about to be made is there."""
    first_id: int = 1
    next_id: int = 1
    """The shapes of that commit have ids from `first_id` to before this one."""
    tally: Tally = Tally()
    after: Tally = Tally()
    """The same with that commit."""


def settled(found: Checkpoint, document: Document, frames: Sequence[int]) -> Checkpoint:
    """Return a checkpoint without a commit in doubt: the document says whether it was made."""
    if found.done == found.until:
        return found
    mine = range(found.first_id, found.next_id)
    made = any(
        shape.id in mine and shape.model == found.request.detector
        for place in range(found.done, found.until)
        for shape in document.shapes(frames[place])
    )
    done, tally = (found.until, found.after) if made else (found.done, found.tally)
    return msgspec.structs.replace(found, done=done, until=done, tally=tally, after=tally)


def place(yaml: Path) -> Path:
    """Return where the checkpoint of a run over an annotation file is kept, in the user's state folder."""
    kept = disk.state_path("detecting", Path(os.path.realpath(yaml)))
    return kept.with_name(kept.name + ".run")


def load(path: Path) -> Checkpoint | None:
    """Return the checkpoint that is kept; None where there is none, or one that cannot be read."""
    try:
        return msgspec.msgpack.decode(disk.read_ours(path, LARGEST), type=Checkpoint)
    except (OSError, msgspec.MsgspecError):
        return None


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint in place of the one before, whole or not at all; raise StoreError where the disk refuses."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk.commit(disk.prepare(path, msgspec.msgpack.encode(checkpoint)), path)
    except OSError as error:
        raise disk.failure(error, path) from error


def forget(path: Path) -> None:
    """Remove a checkpoint: its run has ended."""
    disk.discard(path)
