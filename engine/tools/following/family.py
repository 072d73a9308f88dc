"""What OpenCV's trackers have in common: boxes in and out, states that can be kept, several objects on one frame.

OpenCV's trackers take a box of whole pixels inside the picture. What a person draws may be turned, has fractions and
may stand over the border, so a `Fit` keeps how it lies to the box that the tracker was given, and goes along with it.

A tracker of OpenCV cannot be copied or saved, and each step changes it. A state therefore says which step of its
tracker it is. The newest one goes on from what the tracker has learned; an older one, which the contract keeps usable,
begins anew on its own picture: it knows where the object was then, and has forgotten how it looked before. The same
holds for a state that was packed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from engine.errors import ToolError
from engine.geometry import box_of, centre, corners
from engine.tools.base import Image, Target, Tracked

LEAST = 4
"""Pixels that a side of the box given to OpenCV has at least: some of the trackers fail on less."""
_ALONE = threading.Lock()
"""Held by trackers of which only one may be at work at a time."""
Rect = tuple[int, int, int, int]
"""x, y, width, height in whole pixels."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How an object's box lies to the rectangle that its tracker was started with, in parts of that rectangle."""

    middle: tuple[float, float]
    size: tuple[float, float]
    rotation: float = 0.0

    def target(self, rect: Sequence[float]) -> Target:
        """Return the object's box where its tracker's rectangle (x, y, width, height) is now."""
        x, y, width, height = rect
        across, down = width * self.size[0], height * self.size[1]
        if self.rotation:  # the sides of a turned box are not those of its hull, so it grows as a whole
            grown = (width * height) ** 0.5
            across, down = grown * self.size[0], grown * self.size[1]
        cx, cy = x + width * self.middle[0], y + height * self.middle[1]
        return Target((cx - across / 2, cy - down / 2, cx + across / 2, cy + down / 2), self.rotation)


def fitted(target: Target, width: int, height: int) -> tuple[Rect, Fit]:
    """Return the whole-pixel rectangle to follow for an object in a picture of that size, and how they lie together.

    Raise ToolError if too little of the object is in the picture.
    """
    x1, y1, x2, y2 = box_of(corners(target.box, target.rotation)) or target.box
    left, top = max(round(x1), 0), max(round(y1), 0)
    across, down = min(round(x2), width) - left, min(round(y2), height) - top
    if across < LEAST or down < LEAST:
        advice = f"{LEAST} pixels each way are the least; choose a frame on which more of it is seen"
        raise ToolError("The object is too small in the picture to be followed", advice)
    (cx, cy), whole = centre(target.box), (across * down) ** 0.5
    sides = (whole, whole) if target.rotation else (across, down)
    size = (target.box[2] - target.box[0]) / sides[0], (target.box[3] - target.box[1]) / sides[1]
    return (left, top, across, down), Fit(((cx - left) / across, (cy - top) / down), size, target.rotation)


@dataclass(slots=True)
class _Live:
    """A tracker of OpenCV at work, and how many steps it has made."""

    tracker: Any
    steps: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """An object on a frame; see the head of this file for what an older one still knows."""

    live: _Live
    step: int
    fit: Fit
    target: Target
    image: Image
    """The frame, RGB, shared by all objects on it."""


class OpenCvTracker:
    """A Tracker on top of one of OpenCV's, which `make` makes; each object has one of its own."""

    apart = True
    """Each object may have a picture of its own: a window of the frame, say."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Any],
        *,
        grey: bool = False,
        scores: bool = False,
        trust: float = 1.0,
        alone: bool = False,
    ) -> None:
        """Take the name to show; `grey`: it looks at brightness alone, so that once a frame is enough for all.

        `trust`: how far it is believed where an object's points say otherwise, 0..1. `alone`: two of its kind that
        work at once in two threads disturb each other.
        """
        self._name, self._make, self._scores, self.trust = name, make, scores, trust
        self._turn: AbstractContextManager[Any] = _ALONE if alone else nullcontext()
        self._code = cv2.COLOR_RGB2GRAY if grey else cv2.COLOR_RGB2BGR

    def start(self, image: Image, target: Target) -> State:
        """Begin with an object on this frame; raise ToolError if too little of it is in the picture."""
        return self._begin(self._prepared(image), image, target)

    def step(self, image: Image, states: Sequence[State]) -> list[Tracked]:
        """Follow each object on to this frame; an older state begins anew where it was."""
        prepared = self._prepared(image)
        return [self._followed(prepared, image, state) for state in states]

    def pack(self, state: State) -> dict[str, Any]:
        """Return where the object is: what OpenCV has learned of it cannot be kept."""
        return {"box": [float(value) for value in state.target.box], "rotation": float(state.target.rotation)}

    def unpack(self, packed: dict[str, Any], image: Image) -> State:
        """Begin anew where the packed object was; `image` is the frame that it was on."""
        x1, y1, x2, y2 = (float(value) for value in packed["box"])
        return self.start(image, Target((x1, y1, x2, y2), float(packed["rotation"])))

    def _prepared(self, image: Image) -> Image:
        return np.asarray(cv2.cvtColor(image, self._code), np.uint8)

    def _begin(self, prepared: Image, image: Image, target: Target) -> State:
        height, width = image.shape[:2]
        rect, fit = fitted(target, width, height)
        tracker = self._make()
        try:
            begun = tracker.init(prepared, rect)
        except cv2.error as error:
            raise self._refused(error) from error
        if begun is False:
            raise self._refused("it takes no such box")
        return State(_Live(tracker), 0, fit, Target(target.box, target.rotation), image)

    def _refused(self, reason: object) -> ToolError:
        return ToolError(f"{self._name} cannot begin with this object", f"{reason}; try another frame or tracker")

    def _followed(self, prepared: Image, image: Image, state: State) -> Tracked:
        if state.live.steps != state.step:
            state = self._begin(self._prepared(state.image), state.image, state.target)
        live = state.live
        live.steps += 1
        try:
            with self._turn:
                held, rect = live.tracker.update(prepared)
        except cv2.error:  # what it follows has left the picture or shrunk to nothing
            held, rect = False, None
        score = float(live.tracker.getTrackingScore()) if self._scores else None
        target = state.fit.target(rect) if held and _inside(rect, image) else None
        return Tracked(State(live, live.steps, state.fit, target or state.target, image), target, score)


def _inside(rect: Sequence[float], image: Image) -> bool:
    """Say whether a rectangle's middle is in the picture, and the rectangle is one."""
    x, y, width, height = rect
    return width >= 1 and height >= 1 and 0 <= x + width / 2 <= image.shape[1] and 0 <= y + height / 2 <= image.shape[0]
