"""The runs that are under way in a session, as data, and the jobs that trackers' are.

What becomes of their answers is in `engine.session.following`, `engine.session.fills` and `engine.session.detecting`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.document import Keyframe, Track
from engine.errors import AppError
from engine.jobs import OnFrame, Progress, RunEnded, RunProgress, Step
from engine.requests import Follow
from engine.runs.onward import Onward
from engine.runs.plan import Plan
from engine.session.detections import Detecting, Results
from engine.tools.cache import TRACKERS
from engine.tools.registry import trackers

if TYPE_CHECKING:
    from engine.session.session import Session

Show = Callable[[int], None]


@dataclass
class OnScreen:
    """What the screen has been told of a run, and when."""

    seen: float = 0.0
    """When a frame was last shown because the run is watched; 0 before the first."""
    told: float = 0.0
    """When it was last said how far it is; 0 before the first time."""
    words: RunProgress | None = None
    """What was said then."""
    commits: deque[tuple[int, int]] = field(default_factory=deque)
    """Numbers of its commits that were not seen to be on a disk yet, and the frames they came up to."""
    safe_at: int = -1
    """The last frame of which that was seen; -1 before."""

    def safe(self, number: int) -> int:
        """Return the frame up to which the run is on a disk, given the number of the last commit that is."""
        while self.commits and self.commits[0][0] <= number:
            self.safe_at = self.commits.popleft()[1]
        return self.safe_at


@dataclass
class Following:
    """A run that is under way."""

    plan: Plan
    kind: str
    """Of its job."""
    run: str
    """Names the step of undo that its commits are."""
    began: float
    """When its first answer came; when it was asked for, before that."""
    show: Show | None = None
    """Shows a frame, where the run is watched."""
    stepping: bool = False
    """It was begun by a step to the next frame: further steps let it go on."""
    further: int = -1
    """The frame up to which further steps want it."""
    ticket: int = 0
    at: int = 0
    """The last frame that was answered for."""
    done: int = 0
    screen: OnScreen = field(default_factory=OnScreen)
    begun: bool = False
    """Something of it can be taken back."""
    watched: int = -1
    """The frame that was shown last because the run is watched."""
    reached: dict[int, int] = field(default_factory=dict)
    """Track -> the last frame that is committed, the start before the first."""
    found: dict[int, list[Keyframe]] = field(default_factory=dict)
    """Track -> keyframes that are not committed yet."""
    latest: dict[int, Keyframe] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)
    """Tracks whose way has ended."""
    lost: dict[int, str] = field(default_factory=dict)
    """Track -> where and why it was lost, in words; without a latest keyframe, why the tracker could not begin."""
    left: dict[int, Track | None] = field(default_factory=dict)
    """Track -> as it was after the last commit."""
    last: dict[int, int] = field(default_factory=dict)
    """Track -> the last frame that may be changed now."""


@dataclass(frozen=True)
class Passes:
    """Jobs that fill gaps together: when one is given up, what the others find is of no use."""

    run: str
    kinds: frozenset[str]
    tracks: frozenset[int]


@dataclass(frozen=True)
class End:
    """Where a track has come to by a run: as long as it stands there so, the tracker may go on."""

    ticket: int
    tracker: str
    step: int
    left: Keyframe
    """What the run put on its last frame."""
    like: Keyframe
    """What its outlines are made from."""

    def is_there(self, plan: Plan, anchor: Keyframe | None) -> bool:
        """Say whether a plan goes on from here for a track that has a keyframe on its first frame."""
        return (self.tracker, self.step, self.left) == (plan.tracker, plan.step, anchor)


@dataclass
class Runs:
    """The runs of a session."""

    live: dict[str, Following] = field(default_factory=dict)
    """By the kind of their jobs."""
    passes: dict[str, Passes] = field(default_factory=dict)
    """Kind of a job that fills gaps -> what it belongs to."""
    ends: dict[int, End] = field(default_factory=dict)
    """Track -> where its latest run has ended."""
    onward: Onward = field(default_factory=Onward)
    """What the trackers have learned, where no engine process is connected."""
    detecting: dict[str, Detecting] = field(default_factory=dict)
    """Detectors at work, by the kind of their jobs."""
    results: Results = field(default_factory=Results)
    """What detectors have found."""
    unsteady: bool = False
    """The camera's motion could not be measured."""
    told: frozenset[int] = frozenset()
    """Locked tracks of which was said that they are not followed."""
    serial: int = 0

    def fresh(self, what: str) -> str:
        """Return a name that no run had yet."""
        self.serial += 1
        return f"{what} {self.serial}"

    @property
    def busy(self) -> bool:
        """Whether any run is under way."""
        return bool(self.live or self.passes or self.detecting)

    @property
    def kinds(self) -> set[str]:
        """The kinds of the jobs that run over frames."""
        return {*self.live, *self.passes, *self.detecting}

    @property
    def names(self) -> set[str]:
        """The names of the runs of trackers."""
        return {one.run for one in self.live.values()} | {one.run for one in self.passes.values()}

    def tracks(self) -> set[int]:
        """Return the tracks that are being followed or filled."""
        return self.followed().union(*(one.tracks for one in self.passes.values()))

    def followed(self) -> set[int]:
        """Return the tracks that are being followed."""
        return {way.track for one in self.live.values() for way in one.plan.ways if way.track not in one.over}


def name_of(tracker: str) -> str:
    """Return a tracker's name as people read it."""
    spec = trackers().get(tracker)
    return spec.name if spec else tracker


def follow_job(
    session: Session, kind: str, tracker: str, frames: Sequence[int], starts: dict[int, Keyframe],
    receive: Callable[[Step], None], failed: Callable[[AppError], None], after: Mapping[int, int] | None = None,
) -> int:  # fmt: skip
    """Start a job that follows tracks, given as keyframes on frames[0], in the engine process; return its ticket.

    `after` has the tracks that an earlier job, by its ticket, left as they stand there.
    """
    from engine.runs.placed import target_of

    kinds = {number: session.document.tracks[number].type for number in starts}
    found = {number: target_of(kinds[number], key) for number, key in starts.items()}
    targets = {number: target for number, target in found.items() if target is not None}
    media, tools, onward, going = session.media.frames, session.tools, session.runs.onward, after or {}

    def run(ticket: int) -> Iterator[Step]:
        """Follow here: where no engine process is connected."""
        count = 0
        with tools.using(tracker, kinds=TRACKERS) as model:
            for one in onward.follow(ticket, media.reference, model, media.get, frames, targets, going):
                count += 1
                yield OnFrame(ticket, one)
        yield RunEnded(ticket, count, 0.0)

    request = Follow(tracker, media.reference, frames, targets, after=going)
    return session.jobs.start(kind, run, receive=receive, failed=failed, request=request)


def tell(session: Session, kind: str, progress: Progress) -> None:
    """Let the line of state and the timeline show how far a run is."""
    if kind in session.jobs.running:
        session.jobs.progress[kind] = progress
        session.changed()
