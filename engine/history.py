"""Undo and redo: two stacks of named groups of edits.

Apart from the session because the rule is small and exact: a new group forgets what could be redone, taking back a
group makes one that can be redone, and a group that fails to apply stays where it was. What can be taken back is
bounded in steps and in bytes; the newest step always can. What a run does later joins the group of that run, also
below what a person has done meanwhile with other objects: their undo takes back their own step, not the run's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from engine.document import Keyframe, Shape
from engine.edits import (
    CutKeyframes,
    DropKeyframe,
    DropShape,
    DropTrack,
    Edit,
    PutCertificate,
    PutKeyframe,
    PutKeyframes,
    PutPicture,
    PutReview,
    PutShape,
    PutShapes,
    PutTags,
    PutTrack,
)

LIMIT = 10_000
"""Groups kept; older ones can no longer be taken back."""
BYTES = 128 << 20
"""Memory for the groups of edits, by `weight`."""
ITEM, POINT = 800, 112
"""Bytes of a shape or a keyframe without its outline, and of each point of it: two numbers and a pair."""
Perform = Callable[[tuple[Edit, ...]], tuple[Edit, ...]]
"""Applies edits and returns their inverses, in the order to apply them."""


@dataclass(slots=True)
class Group:
    """What one step of the annotator did, or the edits that take it back, and the bytes that they hold."""

    title: str
    first: tuple[Edit, ...]
    """The edits that take back what came first; those of a run's later parts are in `later`."""
    weight: int
    frame: int = 0
    """The frame that was shown when it was done."""
    run: str = ""
    """Steps of one run are one, as long as nothing was done between that touches the same tracks."""
    origin: str = ""
    """The run that this came from, also where it was taken back and done again since and is no part of it any more."""
    later: list[tuple[Edit, ...]] = field(default_factory=list)
    """What takes back each further part of a run: added to, never copied, however many there are."""
    tracks: set[int] | None = field(init=False)
    """What it touches, see `_tracks`."""

    def __post_init__(self) -> None:
        self.tracks = _tracks(self.first)
        self.origin = self.origin or self.run

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Return all edits in the order to apply them."""
        return joined([*reversed(self.later), self.first]) if self.later else self.first

    def add(self, other: Group) -> None:
        """Take a later part of the same run in."""
        self.later.append(other.first)
        self.weight += other.weight
        if self.tracks is None or other.tracks is None:
            self.tracks = None
        else:
            self.tracks.update(other.tracks)  # in place: a run over 100,000 frames has thousands of parts

    def meets(self, other: Group) -> bool:
        """Say whether both may touch the same track."""
        return self.tracks is None or other.tracks is None or not self.tracks.isdisjoint(other.tracks)


def weight(edits: Iterable[Edit]) -> int:
    """Return about how many bytes edits hold; what they share with the document or with each other counts as well."""
    total = 0
    for edit in edits:
        match edit:
            case PutShape(shape=item) | PutKeyframe(keyframe=item):
                total += _of(item)
            case PutShapes(shapes=items) | PutKeyframes(keyframes=items):
                total += ITEM + sum(map(_of, items))
            case PutTrack(track=track):
                total += ITEM + sum(map(_of, track.keyframes))
            case _:
                total += ITEM
    return total


def _of(item: Shape | Keyframe) -> int:
    return ITEM + POINT * len(item.points) + (len(item.mask.counts) if item.mask is not None else 0)


class History:
    """What can be taken back and what can be done again."""

    def __init__(self, limit: int = LIMIT, most_bytes: int = BYTES) -> None:
        self._limit, self._bytes = limit, most_bytes
        self._held = 0
        """The weight of what can be taken back."""
        self._undo: deque[Group] = deque()
        self._redo: deque[Group] = deque()
        self._away: set[str] = set()
        """Runs that were taken back and not done again."""
        self._let_go = set[str]()
        """Runs of which something can no longer be taken back because there was no room for it."""

    def push(self, title: str, inverses: tuple[Edit, ...], frame: int = 0) -> None:
        """Note a step that was done on a frame, by the edits that take it back; nothing can be redone after it."""
        self.add(Group(title, inverses, weight(inverses), frame))

    def add(self, group: Group) -> None:
        """Note a step that was done: as part of an earlier one of the same run if none after that touches its tracks.

        What could be done again stays so then, where that touches none of them either.
        """
        before = self._before(group) if group.run else None
        if before is None:
            self._put(group)
            self._redo.clear()
        else:
            before.add(group)
            self._held += group.weight
            self._shrink()

    def _before(self, group: Group) -> Group | None:
        """Return the group of the same run that a part may join."""
        if any(group.meets(other) for other in self._redo):
            return None
        for other in reversed(self._undo):
            if other.run == group.run:
                return other
            if group.meets(other):
                return None
        return None

    def holds(self, run: str) -> bool:
        """Say whether a run stands: something of it can be taken back, or was let go of for want of room."""
        return run in self._let_go or any(group.run == run for group in reversed(self._undo))

    def is_taken_back(self, run: str) -> bool:
        """Say whether a run was taken back and not done again; one too old to be taken back was not."""
        return bool(run) and run in self._away

    def disown(self, run: str) -> None:
        """Note that a run was given up before anything of it was done: it counts as taken back."""
        self._away.add(run)

    def done(self) -> Iterator[Group]:
        """Return the steps that can be taken back, the newest first."""
        return reversed(self._undo)

    def undone(self) -> Iterator[Group]:
        """Return the steps that can be done again, the next one first."""
        return reversed(self._redo)

    def undo(self, perform: Perform) -> str | None:
        """Take back the last step through `perform`; return its title, or None if there is none."""
        if not self._undo:
            return None
        done = self._undo[-1]
        self._redo.append(_performed(done, perform))
        self._held -= self._undo.pop().weight
        self._away.add(done.origin)
        self._let_go.discard(done.run)
        return done.title

    def redo(self, perform: Perform) -> str | None:
        """Do again, through `perform`, what was taken back last; return its title, or None if there is none."""
        if not self._redo:
            return None
        again = _performed(self._redo[-1], perform)
        self._redo.pop()
        self._away.discard(again.origin)
        self._put(again)
        return again.title

    def _put(self, group: Group) -> None:
        self._undo.append(group)
        self._held += group.weight
        self._shrink()

    def _shrink(self) -> None:
        while len(self._undo) > 1 and (len(self._undo) > self._limit or self._held > self._bytes):
            first = self._undo.popleft()
            self._held -= first.weight
            if first.run:
                self._let_go.add(first.run)

    @property
    def undo_title(self) -> str | None:
        """The title of the step that `undo` would take back."""
        return self._undo[-1].title if self._undo else None

    @property
    def redo_title(self) -> str | None:
        """The title of the step that `redo` would do again."""
        return self._redo[-1].title if self._redo else None

    def __len__(self) -> int:
        """Return how many steps can be taken back."""
        return len(self._undo)


def joined(parts: Iterable[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    """Return the edits of many parts, in order; changes of different keyframes of a track, part for part, as one."""
    edits = tuple(edit for part in parts for edit in part)
    puts: dict[int, list[Keyframe]] = {}
    drops: dict[int, list[int]] = {}
    seen: set[tuple[int, int]] = set()
    for edit in edits:
        if not isinstance(edit, PutKeyframes):
            return edits
        places = [(edit.track, frame) for frame in (*(key.frame for key in edit.keyframes), *edit.drop)]
        if not seen.isdisjoint(places):
            return edits
        seen.update(places)
        puts.setdefault(edit.track, []).extend(edit.keyframes)
        drops.setdefault(edit.track, []).extend(edit.drop)
    return tuple(PutKeyframes(track, tuple(puts[track]), tuple(drops[track])) for track in puts)


def _tracks(edits: Iterable[Edit]) -> set[int] | None:
    """Return the tracks that edits touch, and -1 - frame for shapes; None where they may touch anything."""
    found = set[int]()
    for edit in edits:
        match edit:
            case PutTrack(track=track):
                found.add(track.id)
            case DropTrack(id=number):
                found.add(number)
            case PutKeyframe() | PutKeyframes() | DropKeyframe() | CutKeyframes() | PutReview():
                found.add(edit.track)
            case PutShape(shape=shape):
                found.add(-1 - shape.frame)
            case DropShape(frame=frame):
                found.add(-1 - frame)
            case PutShapes(shapes=shapes, drop=drop):
                found.update(-1 - shape.frame for shape in shapes)
                found.update(-1 - frame for frame, _ in drop)
            case PutTags() | PutPicture() | PutCertificate():
                pass
            case _:
                return None
    return found


def _performed(group: Group, perform: Perform) -> Group:
    """Perform a group; return the one that takes it back."""
    edits = perform(group.edits)
    # no run: what comes later is a step of its own
    return Group(group.title, edits, weight(edits), group.frame, origin=group.origin)
