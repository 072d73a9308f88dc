"""What `follow` does on each frame: the bare tracker, or with a check of each object and a search for lost ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar, runtime_checkable

from engine.document import Box
from engine.errors import ToolError
from engine.runs.base import Followers, Step
from engine.runs.lost import Watch, carried, checked, sure, watch
from engine.runs.points import Motion, levels, motion
from engine.runs.search import Sought, found, sought
from engine.runs.steady import Window, window_for
from engine.runs.upright import found_at, upright
from engine.tools.base import Image, Target, Tracked, Tracker

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 16
"""Threads at most."""
KNOWN = 0.5
"""Likeness from which on what is followed is what will be looked for."""


@runtime_checkable
class Apart(Protocol):
    """A tracker that works on each object by itself, so that each may have a picture of its own."""

    apart: bool
    trust: float
    """Part of the way from where an object's points have carried it to where the tracker puts it, 0..1, that it goes
    where the points are sure: 1 believes the tracker alone, 0 the points alone."""


def begun(
    starts: Mapping[int, Target], begin: Callable[[Target], Result], *, alone: bool = True
) -> tuple[dict[int, Result], dict[int, str]]:
    """Begin with each object; return those, and why others cannot be; raise ToolError if none can.

    Not `alone`, others are followed already: then it is no failure of all if none can.
    """
    made, errors = dict[int, Result](), dict[int, ToolError]()
    for key, target in starts.items():
        try:
            made[key] = begin(target)
        except ToolError as error:
            errors[key] = error
    if alone and errors and not made:
        raise next(iter(errors.values()))
    return made, {key: f"{error.title}. {error.detail}" for key, error in errors.items()}


def between(one: Box, other: Box, part: float) -> Box:
    """Return the box that lies so far, 0..1, on the way from one to another."""
    x1, y1, x2, y2 = (a + part * (b - a) for a, b in zip(one, other, strict=True))
    return x1, y1, x2, y2


class Bare:
    """Follows with the tracker alone; what it has lost is gone. `refused` says why it cannot begin with some."""

    def __init__(self, tracker: Tracker, image: Image, starts: Mapping[int, Target]) -> None:
        self._tracker = tracker
        self._states, self.refused = begun(starts, lambda target: tracker.start(image, target))

    def begin(self, image: Image, starts: Mapping[int, Target]) -> None:
        """Begin with more objects on the last frame, which is `image`; ToolError if nothing is followed then."""
        made, self.refused = begun(starts, lambda target: self._tracker.start(image, target), alone=not self._states)
        self._states |= made

    def keep(self, keys: Collection[int]) -> None:
        """Follow these objects on, and let go of the others."""
        self._states, self.refused = {key: state for key, state in self._states.items() if key in keys}, {}

    def take(self, other: Followers) -> None:
        """Follow the objects of others on, too; raise TypeError if they are followed with a check."""
        if not isinstance(other, Bare):
            raise TypeError("they are followed with a check")
        self._states |= other._states

    def close(self) -> None:
        """Nothing is to be ended."""

    @property
    def busy(self) -> bool:
        """Whether any object is still followed or looked for."""
        return bool(self._states)

    @property
    def keys(self) -> frozenset[int]:
        """The objects that are followed."""
        return frozenset(self._states)

    @property
    def states(self) -> Mapping[int, Any]:
        """Return the tracker's state of each object, as of the last frame."""
        return self._states

    @classmethod
    def going_on(cls, tracker: Tracker, image: Image, states: Mapping[int, Any]) -> Bare:
        """Return followers that go on from states, which are of this frame."""
        made = cls(tracker, image, {})
        made._states = dict(states)
        return made

    def step(self, image: Image) -> Step:
        """Follow all objects on to this frame."""
        tracked = dict(zip(self._states, self._tracker.step(image, list(self._states.values())), strict=True))
        targets = {key: one.target for key, one in tracked.items() if one.target is not None}
        self._states = {key: tracked[key].state for key in targets}
        lost = {key: "the tracker has lost it" for key in tracked if key not in targets}
        return targets, {key: tracked[key].score for key in targets}, lost


@dataclass(frozen=True, slots=True)
class One:
    """An object that is followed; `window` where its tracker works in one."""

    state: Any
    before: Target
    """Where it was last."""
    watch: Watch
    sought: Sought | None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """An object that was lost, and for how many frames."""

    one: One
    frames: int = 0


class Checked:
    """Follows with a check of each object; those lost are looked for, and begun anew where they are found.

    `refused` says why the tracker cannot begin with some; those are not looked for.
    """

    def __init__(self, tracker: Tracker, image: Image, starts: Mapping[int, Target]) -> None:
        self._tracker = tracker
        self._apart = isinstance(tracker, Apart) and tracker.apart
        self._trust = tracker.trust if isinstance(tracker, Apart) else 1.0
        self._levels = levels(image)
        self._followed, self.refused = begun(starts, lambda target: self._first(image, target))
        self._missing: dict[int, Missing] = {}
        self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, MOST), "objects")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def begin(self, image: Image, starts: Mapping[int, Target]) -> None:
        """Begin with more objects on the last frame, which is `image`; ToolError if nothing is followed then."""
        made, self.refused = begun(starts, lambda target: self._first(image, target), alone=not self._followed)
        self._followed |= made

    def keep(self, keys: Collection[int]) -> None:
        """Follow these objects on, and let go of the others, and of those that are looked for."""
        self._followed = {key: one for key, one in self._followed.items() if key in keys}
        self._missing, self.refused = {}, {}

    def take(self, other: Followers) -> None:
        """Follow the objects of others on, too; raise TypeError if they are followed without a check."""
        if not isinstance(other, Checked):
            raise TypeError("they are followed without a check")
        self._followed |= other._followed

    @property
    def busy(self) -> bool:
        """Whether any object is still followed or looked for."""
        return bool(self._followed or self._missing)

    @property
    def keys(self) -> frozenset[int]:
        """The objects that are followed, those looked for left out."""
        return frozenset(self._followed)

    @property
    def held(self) -> tuple[Mapping[int, One], Mapping[int, Missing]]:
        """Return what is followed and what is looked for, as of the last frame."""
        return self._followed, self._missing

    @classmethod
    def going_on(
        cls, tracker: Tracker, image: Image, followed: Mapping[int, One], missing: Mapping[int, Missing]
    ) -> Checked:
        """Return followers that go on with objects, which are of this frame."""
        made = cls(tracker, image, {})
        made._followed, made._missing = dict(followed), dict(missing)
        return made

    def step(self, image: Image) -> Step:
        """Follow all objects on to this frame, and look for those that are missing."""
        before, self._levels = self._levels, levels(image)
        keys, ones = list(self._followed), list(self._followed.values())
        motions = self._each(lambda one: motion(before, self._levels, upright(one.before)), ones)
        lost: dict[int, str] = {}
        targets: dict[int, Target] = {}
        scores: dict[int, float | None] = {}
        for key, (one, tracked), moved in zip(keys, self._tracked(image, ones, motions), motions, strict=True):
            known, reason = checked(one.watch, image, tracked, moved)
            going = replace(one, watch=known)
            if tracked.target is not None and not reason:
                self._followed[key] = self._gone_on(image, going, tracked.target)
                targets[key], scores[key] = tracked.target, tracked.score
            elif (begun := self._carried(image, going, moved)) is not None:
                self._followed[key] = begun
                targets[key], scores[key] = begun.before, None
            else:
                del self._followed[key]
                self._missing[key] = Missing(going)
                lost[key] = reason
        for key, target in self._searched(image).items():
            targets[key], scores[key] = target, None
            lost.pop(key, None)
        return targets, scores, lost

    def _carried(self, image: Image, one: One, moved: Motion) -> One | None:
        """Return an object that its tracker has lost, begun anew where its points went; None if they are lost too."""
        there = replace(one.before, box=moved.moved(one.before.box), mask=None)
        return self._anew(image, one, there) if carried(one.watch, image, upright(there), moved) else None

    def _first(self, image: Image, target: Target) -> One:
        box = upright(target)
        return self._begun(image, target, watch(image, box), sought(self._levels[0], box))

    def _begun(self, image: Image, target: Target, known: Watch, what: Sought | None) -> One:
        """Return an object that is followed from this frame on; raise ToolError if the tracker cannot begin there."""
        if not self._apart:
            return One(self._tracker.start(image, target), target, known, what)
        window = window_for(upright(target))
        state = self._tracker.start(window.cut(image), window.inward(target))
        return One(state, target, known, what, window)

    def _anew(self, image: Image, one: One, target: Target) -> One | None:
        """Return an object begun anew at another place; None if too little of it is in the picture there."""
        try:
            return self._begun(image, target, one.watch, one.sought)
        except ToolError:
            return None

    def _tracked(self, image: Image, ones: Sequence[One], motions: Sequence[Motion]) -> list[tuple[One, Tracked]]:
        """Return each object with its tracker's new state, still at its old place, and what the tracker says."""
        if self._apart:
            return self._each(lambda pair: self._in_window(image, *pair), list(zip(ones, motions, strict=True)))
        steps = self._tracker.step(image, [one.state for one in ones])
        return [(replace(one, state=step.state), step) for one, step in zip(ones, steps, strict=True)]

    def _in_window(self, image: Image, one: One, moved: Motion) -> tuple[One, Tracked]:
        window = (one.window or window_for(upright(one.before))).along(one.before.box, moved)
        step = self._tracker.step(window.cut(image), [one.state])[0]
        target = window.outward(step.target) if step.target else None
        if target and self._trust < 1 and sure(moved):
            target = replace(target, box=between(moved.moved(one.before.box), target.box, self._trust))
        return replace(one, state=step.state, window=window), replace(step, target=target)

    def _each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Return what comes of each, of several by as many threads as there are cores: OpenCV lets others run."""
        return [work(item) for item in items] if len(items) < 2 else list(self._pool.map(work, items))

    def _gone_on(self, image: Image, one: One, target: Target) -> One:
        """Return the object as it is followed from here on."""
        what = (sought(self._levels[0], upright(target)) if one.watch.own >= KNOWN else None) or one.sought
        on = replace(one, before=target, sought=what)
        if one.window is None or not one.window.strays(upright(target)):
            return on
        return self._anew(image, on, target) or on  # at the border it goes on in the old window as long as it may

    def _searched(self, image: Image) -> dict[int, Target]:
        """Look for the missing; those found are followed again."""
        targets: dict[int, Target] = {}
        for key, missing in list(self._missing.items()):
            one, self._missing[key] = missing.one, replace(missing, frames=missing.frames + 1)
            box = found(one.sought, one.watch.look, image, self._levels[0], missing.frames) if one.sought else None
            begun = self._anew(image, one, found_at(one.before, box)) if box else None
            if begun is not None:
                self._followed[key] = replace(begun, watch=replace(one.watch, doubts=0))
                targets[key] = begun.before
                del self._missing[key]
        return targets
