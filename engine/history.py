"""Undo and redo: two stacks of named groups of edits.

Apart from the session because the rule is small and exact: a new group forgets what could be redone, taking back a
group makes one that can be redone, and a group that fails to apply stays where it was. What can be taken back is
bounded in steps and in bytes; the newest step always can.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from engine.document import Keyframe, Shape
from engine.edits import Edit, PutKeyframe, PutKeyframes, PutShape, PutShapes, PutTrack

LIMIT = 10_000
"""Groups kept; older ones can no longer be taken back."""
BYTES = 128 << 20
"""Memory for the groups of edits, by `weight`."""
ITEM, POINT = 800, 112
"""Bytes of a shape or a keyframe without its outline, and of each point of it: two numbers and a pair."""
Perform = Callable[[tuple[Edit, ...]], tuple[Edit, ...]]
"""Applies edits and returns their inverses, in the order to apply them."""


class Group(NamedTuple):
    """What one step of the annotator did, or the edits that take it back, and the bytes that they hold."""

    title: str
    edits: tuple[Edit, ...]
    weight: int
    frame: int = 0
    """The frame that was shown when it was done."""
    run: str = ""
    """Steps of one run are one, as long as nothing else was done between."""


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

    def push(self, title: str, inverses: tuple[Edit, ...], frame: int = 0) -> None:
        """Note a step that was done on a frame, by the edits that take it back; nothing can be redone after it."""
        self.add(Group(title, inverses, weight(inverses), frame))

    def add(self, group: Group) -> None:
        """Note a step that was done, as part of the last one if both are of one run."""
        last = self._undo[-1] if self._undo else None
        if last is not None and group.run and last.run == group.run and not self._redo:
            self._held -= self._undo.pop().weight
            edits, held = (*group.edits, *last.edits), group.weight + last.weight
            group = group._replace(edits=edits, weight=held, frame=last.frame)
        self._put(group)
        self._redo.clear()

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
        return done.title

    def redo(self, perform: Perform) -> str | None:
        """Do again, through `perform`, what was taken back last; return its title, or None if there is none."""
        if not self._redo:
            return None
        again = _performed(self._redo[-1], perform)
        self._redo.pop()
        self._put(again)
        return again.title

    def _put(self, group: Group) -> None:
        self._undo.append(group)
        self._held += group.weight
        while len(self._undo) > 1 and (len(self._undo) > self._limit or self._held > self._bytes):
            self._held -= self._undo.popleft().weight

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


def _performed(group: Group, perform: Perform) -> Group:
    """Perform a group; return the one that takes it back."""
    edits = perform(group.edits)
    return Group(group.title, edits, weight(edits), group.frame)  # no run: what comes later is a step of its own
