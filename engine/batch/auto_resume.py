"""How far a run of a detector over a media has come, kept so that a killed run goes on where it was.

Frames are committed in order, then it is written down that they are done. Killed between the two, the run finds the
same objects on these frames once more, and objects that are found again exactly as they stand keep their shapes
(`engine.detected.placing`): nothing is lost, and nothing is there twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from engine.batch.auto_request import Request
from engine.checkpoints import Checkpoints

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


CHECKPOINTS = Checkpoints("detecting", Checkpoint, 64 << 20)
