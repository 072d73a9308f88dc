"""Undo and redo: two stacks of named groups of edits.

Apart from the session because the rule is small and exact: a new group forgets what could be redone, taking back a
group makes one that can be redone, and a group that fails to apply stays where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from engine.edits import Edit

LIMIT = 10_000
"""Groups kept; older ones can no longer be taken back."""
Perform = Callable[[tuple[Edit, ...]], tuple[Edit, ...]]
"""Applies edits and returns their inverses, in the order to apply them."""


class Group(NamedTuple):
    """What one step of the annotator did, or the edits that take it back."""

    title: str
    edits: tuple[Edit, ...]


class History:
    """What can be taken back and what can be done again."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._undo: deque[Group] = deque(maxlen=limit)
        self._redo: deque[Group] = deque(maxlen=limit)

    def push(self, title: str, inverses: tuple[Edit, ...]) -> None:
        """Note a step that was done, by the edits that take it back; nothing can be redone after it."""
        self._undo.append(Group(title, inverses))
        self._redo.clear()

    def undo(self, perform: Perform) -> str | None:
        """Take back the last step through `perform`; return its title, or None if there is none."""
        return _move(self._undo, self._redo, perform)

    def redo(self, perform: Perform) -> str | None:
        """Do again, through `perform`, what was taken back last; return its title, or None if there is none."""
        return _move(self._redo, self._undo, perform)

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


def _move(source: deque[Group], target: deque[Group], perform: Perform) -> str | None:
    if not source:
        return None
    title, edits = source[-1]
    target.append(Group(title, perform(edits)))
    source.pop()
    return title
