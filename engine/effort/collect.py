"""Collects what objects cost: told of each action before it is done, and of each commit, it tells of deeds.

Keys and seconds go to what the next commit does. Those before a person turns to another picture, with nothing in hand,
go to nothing: every tool needs them. What was begun with a tool and given up is that tool's as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec.structs import replace

from engine.document import Document
from engine.edit_types import Edit
from engine.effort.deeds import Deed, by_person, by_run

How = Literal["done", "run", "undone", "redone"]
UNASKED = frozenset(
    {
        "view.resize",
        "frames.turn",
        "job.stop",
        "mouse.move",
        "mouse.release",
        "mouse.ctrl",
        "file.autosave",
        "review.at",
    }
)
"""Actions that are no key and no click."""
LOOKING = ("frames.", "view.", "file.", "filter.", "app.", "review.")
"""How the names of actions begin by which a person turns to something else."""
BEGINS_RUNS = ("track.", "detect.")
COPIES = frozenset({"shape.paste", "shape.propagate"})
RESHAPES = frozenset({"shape.join", "track.convert", "track.split", "track.merge", "track.swap", "track.relabel"})
"""Actions that make objects of others: those are changed."""
PAUSE = 60.0
"""Seconds: longer between two keys, and nobody was there."""


class Effort:
    """What the keys since the last commit cost."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Deed], object]] = []
        self._keys, self._seconds = 0, 0.0
        self._last: float | None = None
        self._action = self._held = ""

    def took(self, name: str, held: str, now: float) -> None:
        """Note an action that is about to be done, with this tool in hand, "" for none, at this second."""
        if name in UNASKED or not self.listeners:
            return
        if self._held and held != self._held:  # it was let go of with nothing made
            self._tell(Deed(self._held))
        self._spend(now)
        self._keys += 1
        self._action, self._held = name, held
        if not held and name.startswith(LOOKING):
            self._keys, self._seconds = 0, 0.0

    def committed(self, before: Document, edits: Iterable[Edit], how: How, now: float) -> None:
        """Note a commit that changed a document: a person's, a run's, or undo and redo."""
        if not self.listeners:
            return
        if how == "run":
            self._run(before, edits, now)
            return
        found = by_person(before, edits)
        if not found:
            return
        self._spend(now)
        self._held = ""
        for tool, counts in sorted(found.items(), key=lambda one: (-one[1]["made"], -one[1].total(), one[0])):
            self._tell(self._deed(tool, counts["made"], counts["changed"], counts["removed"], how))

    def _deed(self, tool: str, made: int, changed: int, removed: int, how: How) -> Deed:
        if how == "undone":
            return Deed(tool, undone=removed, removed=-made)
        if how == "redone":
            return Deed(tool, undone=-made, removed=removed)
        if self._action in RESHAPES:
            return Deed(tool, changed=made + changed + removed)
        return Deed("" if made and self._action in COPIES else tool, made, changed, removed)

    def _run(self, before: Document, edits: Iterable[Edit], now: float) -> None:
        """Tell of what a run did; the keys that began it are its own, those since are the person's next object's."""
        began = self._action.startswith(BEGINS_RUNS)
        if began:
            self._spend(now)
            self._action = ""
        for tool, (made, frames) in by_run(before, edits).items():
            self._tell(Deed(tool, made, frames=frames), free=not began)
            began = False

    def _spend(self, now: float) -> None:
        if self._last is not None:
            self._seconds += min(max(now - self._last, 0.0), PAUSE)
        self._last = now

    def _tell(self, deed: Deed, *, free: bool = False) -> None:
        if not free:
            deed = replace(deed, keys=self._keys, seconds=round(self._seconds, 2))
            self._keys, self._seconds = 0, 0.0
        for hear in self.listeners:
            hear(deed)
