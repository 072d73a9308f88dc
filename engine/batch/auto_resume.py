"""How far a run of a detector over a media has come, kept so that a killed run goes on where it was.

Frames are committed in order, then it is written down that they are done. Killed between the two, the run finds the
same objects on these frames once more, and objects that are found again exactly as they stand keep their shapes
(`engine.detected.placing`): nothing is lost, and nothing is there twice.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from engine import disk
from engine.batch.auto_request import Request

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
    """How far it has come."""

    request: Request
    media: str
    """The digest of the media's reference."""
    weights: str
    plan: str
    create: bool
    """Whether labels of the detector that the document does not have are added to it."""
    done: int = 0
    """All frames before this place in the plan's list are done."""
    tally: Tally = Tally()


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
