"""What a finding is, and what a module must have to be a kind of trouble: SPEC, and `find`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from engine.discover import modules_of
from engine.document import Document


@dataclass(frozen=True)
class FindingSpec:
    """A kind of trouble."""

    id: str
    name: str
    """What it is, as in "two objects that cover each other"."""
    threshold: float
    """From which score on it is worth a look."""
    unit: str
    """What the score is: IoU, pixels, seconds ..."""


@dataclass(frozen=True)
class Finding:
    """Something that looks wrong."""

    kind: str
    """Id of its spec."""
    first: int
    last: int
    """Frames, both included."""
    worst: int
    """The frame to look at."""
    ids: tuple[int, ...]
    """Shapes or tracks; the first is the one to be changed."""
    score: float
    text: str
    """A sentence without the frame."""


class Kind(Protocol):
    """A module of this package that finds something."""

    SPEC: FindingSpec

    def find(self, document: Document, threshold: float) -> Iterator[Finding]:
        """Yield what scores at least the threshold, in the order of frames."""


def kinds() -> dict[str, Kind]:
    """Return every kind of trouble by id."""
    modules = modules_of("engine.review")
    found = (cast(Kind, module) for module in modules if isinstance(getattr(module, "SPEC", None), FindingSpec))
    return {kind.SPEC.id: kind for kind in found}


def findings(document: Document) -> Iterator[Finding]:
    """Yield what all kinds find with their own thresholds."""
    for kind in kinds().values():
        yield from kind.find(document, kind.SPEC.threshold)
