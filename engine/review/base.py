"""What a finding is, and what a module must have to be a kind of trouble: SPEC, and `find`.

A kind is a module of this package, or a file in the folder that TERMWAND_EXTRA_FINDINGS names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from engine.discover import Listing, extra_modules, modules_of, need
from engine.document import Document
from engine.errors import ToolError


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
    """A module that finds something."""

    SPEC: FindingSpec

    def find(self, document: Document, threshold: float) -> Iterator[Finding]:
        """Yield what scores at least the threshold, in the order of frames."""


@Listing
def kinds() -> dict[str, Kind]:
    """Return every kind of trouble by id; raise ToolError if two have one id or a file has no `find`."""
    found: dict[str, Kind] = {}
    for module in (*modules_of(__package__), *extra_modules("finding")):
        spec = getattr(module, "SPEC", None)
        if not isinstance(spec, FindingSpec):
            continue
        if spec.id in found:
            raise ToolError(f'Two kinds of trouble are called "{spec.id}"', str(module.__file__))
        need(module, "finding", "find")
        found[spec.id] = cast(Kind, module)
    return found


def findings(document: Document) -> Iterator[Finding]:
    """Yield what all kinds find with their own thresholds."""
    for kind in kinds().values():
        yield from kind.find(document, kind.SPEC.threshold)
