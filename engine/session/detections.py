"""What detectors have found in a session, kept within bounds of memory, and their runs that are under way; plain data.

Everything down to `FLOOR` is kept, whatever was taken: the slider and the hints ask for it without the model.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from engine.detected import Object
from engine.detected.tracking import Tracking
from engine.runs.detect import Found
from engine.tools.base import Detection

FLOOR = 0.05
"""The lowest score that a detector is asked for."""
BYTES = 96 << 20
"""Memory for what was found; the oldest frames' go first."""
STEPS = 100
"""Moves of the slider, and runs over a frame, that are known of a detector."""
EACH = 600
"""Bytes of a detection without its mask."""


IsAway = Callable[[str], bool]
"""Says of a run whether it was taken back: `History.is_taken_back`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run has put on a frame of a detector's result there."""

    run: str
    ids: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Number of a detection -> ids of its shapes."""
    gone: frozenset[int] = frozenset()
    """Numbers of detections that had been put there before and that a person has deleted."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a detector found on a frame, best first, and what runs have taken of it, the latest last."""

    detections: tuple[Detection, ...]
    taken: tuple[Taken, ...] = ()

    def standing(self, is_away: IsAway) -> tuple[Taken, ...]:
        """Return what was taken before anything of it was taken back."""
        return tuple(takewhile(lambda one: not is_away(one.run), self.taken))

    @property
    def nbytes(self) -> int:
        """Memory that it takes, about."""
        masks = sum(one.mask.mask.nbytes for one in self.detections if one.mask is not None)
        return EACH * (1 + len(self.detections)) + masks

    def is_like(self, other: Result) -> bool:
        """Say whether the same was found, as far as labels, scores and boxes say."""
        return len(self.detections) == len(other.detections) and all(
            one.label == new.label and one.score == new.score and one.box == new.box
            for one, new in zip(self.detections, other.detections, strict=True)
        )


@dataclass
class Shown:
    """What a score takes on a frame, and what that was worked out of; the objects of an earlier score until then."""

    parts: tuple[object, ...]
    objects: tuple[Object, ...] | None


class Results:
    """The last result of each detector on each frame."""

    def __init__(self, most: int = BYTES) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[tuple[str, int], Result] = OrderedDict()
        self.rejected: set[tuple[str, int, int]] = set()
        """Detector, frame and number of a detection that a person wants to hear no more of."""
        self._slid: dict[str, list[tuple[str, float]]] = {}
        """Detector -> the scores that its slider was moved to, and the runs that took results by them."""
        self.seen: dict[str, set[str]] = {}
        """Detector -> labels that it has found, also on frames whose results are no longer kept."""
        self.shown: Shown | None = None
        """What the slider shows, where that takes long."""
        self.last = ""
        """The detector that was used last."""

    def put(self, detector: str, frame: int, result: Result) -> None:
        """Keep a result in place of the one before; what was taken of that holds where the same was found again."""
        before = self.of(detector, frame)
        if before is not None and before.is_like(result):
            result = replace(result, taken=before.taken)
        self._drop((detector, frame))
        self.seen.setdefault(detector, set()).update(one.label for one in result.detections)
        self._kept[detector, frame] = result
        self._held += result.nbytes
        while self._held > self._most and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def took(self, detector: str, frame: int, taken: Taken, is_away: IsAway, *, is_step: bool = True) -> None:
        """Note what a run has put on a frame, if its result is still kept.

        One that has changed nothing is no step: what can be done again comes after what was known before it.
        """
        result = self.of(detector, frame)
        if result is not None and (is_step or not result.standing(is_away)):
            self._kept[detector, frame] = replace(result, taken=(*result.standing(is_away), taken)[-STEPS:])

    def unwanted(self, detector: str) -> dict[int, set[int]]:
        """Return the numbers of the detections that a person has rejected, by frame."""
        found = dict[int, set[int]]()
        for name, frame, number in self.rejected:
            if name == detector:
                found.setdefault(frame, set()).add(number)
        return found

    def slid(self, detector: str, run: str, confidence: float, is_away: IsAway) -> None:
        """Note that the slider was moved, and by which run results are taken so."""
        self._slid[detector] = [*self._moves(detector, is_away), (run, confidence)][-STEPS:]

    def confidence(self, detector: str, is_away: IsAway) -> float | None:
        """Return where a detector's slider is, None where it was not moved, or that was taken back."""
        moves = self._moves(detector, is_away)
        return moves[-1][1] if moves else None

    def _moves(self, detector: str, is_away: IsAway) -> list[tuple[str, float]]:
        return [*takewhile(lambda move: not is_away(move[0]), self._slid.get(detector, ()))]

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

    what: str = "object"
    """Of which `objects` are so many."""
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
    """It takes results that are there by another score: what a person has deleted stays away."""
    confidence: float | None = None
    tracking: Tracking | None = None
    """What makes tracks of its results, while there is something left to make."""
    then: Callable[[], None] | None = None
    """What is done when it has ended well."""
    after: list[Callable[[], None]] = field(default_factory=list)
    """What was asked for meanwhile of the same detector: done after it, unless it is stopped."""
    revision: int = 0
    """Of the session when it was started."""
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
