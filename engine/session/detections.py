"""What detectors have found in a session, kept within bounds of memory, and their runs that are under way; plain data.

Everything down to `FLOOR` is kept, whatever was taken: the slider and the hints ask for it without the model.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.detected.tracking import Tracking
from engine.runs.detect import Found
from engine.tools.base import Detection

FLOOR = 0.05
"""The lowest score that a detector is asked for."""
BYTES = 96 << 20
"""Memory for what was found; the oldest frames' go first."""
EACH = 600
"""Bytes of a detection without its mask."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a detector found on a frame, best first, and the slider's score by which it was taken, None for its own."""

    detections: tuple[Detection, ...]
    confidence: float | None = None

    @property
    def nbytes(self) -> int:
        """Memory that it takes, about."""
        masks = sum(one.mask.mask.nbytes for one in self.detections if one.mask is not None)
        return EACH * (1 + len(self.detections)) + masks


class Results:
    """The last result of each detector on each frame."""

    def __init__(self, most: int = BYTES) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[tuple[str, int], Result] = OrderedDict()
        self.rejected: set[tuple[str, int, int]] = set()
        """Detector, frame and number of a detection that a person wants to hear no more of."""
        self.confidence: dict[str, float] = {}
        """Detector -> where its slider is, where it was moved."""
        self.seen: dict[str, set[str]] = {}
        """Detector -> labels that it has found, also on frames whose results are no longer kept."""
        self.last = ""
        """The detector that was used last."""

    def put(self, detector: str, frame: int, result: Result) -> None:
        """Keep a result in place of the one before."""
        self._drop((detector, frame))
        self.seen.setdefault(detector, set()).update(one.label for one in result.detections)
        self._kept[detector, frame] = result
        self._held += result.nbytes
        while self._held > self._most and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, int]) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._held -= old.nbytes
            self.rejected = {one for one in self.rejected if one[:2] != key}

    def of(self, detector: str, frame: int) -> Result | None:
        """Return a detector's result on a frame."""
        return self._kept.get((detector, frame))

    def frames(self, detector: str) -> list[int]:
        """Return the frames on which a detector's results are kept."""
        return sorted(frame for name, frame in self._kept if name == detector)

    def on(self, frame: int) -> Iterator[tuple[str, Result]]:
        """Yield every detector's result on a frame."""
        yield from ((name, result) for (name, at), result in self._kept.items() if at == frame)

    def counts(self, detector: str, least: Callable[[str], float]) -> Counter[str]:
        """Return how many objects of each of its labels score at least what `least` says of the label."""
        some = (result for (name, _), result in self._kept.items() if name == detector)
        return Counter(one.label for result in some for one in result.detections if one.score >= least(one.label))


@dataclass
class Tally:
    """What a run has come to."""

    objects: int = 0
    frames: int = 0
    overlapped: int = 0
    unmatched: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another part of the run has come to as well."""
        self.objects, self.frames = self.objects + other.objects, self.frames + other.frames
        self.overlapped += other.overlapped
        self.unmatched.update(other.unmatched)
        self.unfit.update(other.unfit)


@dataclass
class Detecting:
    """A run of a detector that is under way."""

    detector: str
    kind: str
    """Of its job."""
    run: str
    """Names the step of undo that its commits are."""
    frames: Sequence[int]
    title: str
    commits: bool = True
    """Its results become shapes; else they are kept for the hints alone."""
    slides: bool = False
    """It takes results that are there by another score: what stood above both scores stays as a person left it."""
    confidence: float | None = None
    tracking: Tracking | None = None
    """What makes tracks of its results, while there is something left to make."""
    makes: str = "object"
    """What it makes, in a word."""
    then: Callable[[], None] | None = None
    """What is done when it has ended well."""
    began: float = 0.0
    """When its first answer came."""
    done: int = 0
    committed: float = 0.0
    """When the last commit was; 0 before the first."""
    pending: list[Found] = field(default_factory=list)
    """Answers that are not made into shapes yet."""
    making: bool = False
    """Shapes are being made of some."""
    ended: str = ""
    """Why no more answers come: "done", "stopped", or what went wrong in words."""
    begun: bool = False
    """Something of it can be taken back."""
    tally: Tally = field(default_factory=Tally)
