"""What a tool can do: the contracts that its `load` keeps, and the values that pass through them.

A tool is one file in `interactors/`, `detectors/`, `trackers/` or `filters/` with a constant `SPEC` and a function
`load(weights, device)`. Heavy imports stand inside `load`, so that listing tools is instant. Nothing else in the
program knows a tool by name: the registry finds it, the picker and the help show its spec (`engine.specs`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Point
from engine.prompt import Prompt
from engine.specs import ToolSpec

Image = NDArray[np.uint8]
"""A frame: (H, W, 3) RGB uint8, contiguous."""
BoolMask = NDArray[np.bool_]
"""(h, w) bool."""


@dataclass(frozen=True)
class Prediction:
    """A mask in a window of the frame: `mask[0, 0]` is frame pixel `origin` = (x, y); False outside the window."""

    mask: BoolMask
    origin: tuple[int, int] = (0, 0)
    score: float | None = None
    alternatives: Sequence[Prediction] = ()
    """Other answers to the same prompt, best first (SAM's three masks for one click)."""
    kept: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out of the mask (see `engine.shapes_from`): the screen asks for it at every redraw."""


class Later(Sequence[Prediction]):
    """Predictions that are made when they are first looked at: of three answers, mostly one is.

    There may be none at first: they can `come` after the answer that they are alternatives to.
    """

    def __init__(self, makers: Sequence[Callable[[], Prediction]] = ()) -> None:
        self._makers = makers
        self._made: dict[int, Prediction] = {}

    def come(self, makers: Sequence[Callable[[], Prediction]]) -> None:
        """Have these from now on."""
        self._makers = makers

    def __len__(self) -> int:
        return len(self._makers)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        if number not in self._made:
            self._made[number] = self._makers[number]()
        return self._made[number]


@dataclass(frozen=True)
class Detection:
    """One object that a detector found; `mask` is as in Prediction, `label` is the detector's own."""

    label: str
    score: float
    box: Box
    mask: Prediction | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What else it says of the object, by the detector's own names."""
    rotation: float = 0.0
    """Degrees by which the box is turned clockwise on its centre."""


class Interactor(Protocol):
    """Prepare once per frame, then predict for every prompt."""

    def prepare(self, image: Image) -> Any:
        """Compute what depends on the frame alone (kept per frame); raise ToolError if the frame is unusable."""

    def predict(self, features: Any, prompt: Prompt, previous: Prediction | None = None) -> Prediction:
        """Return the object's mask for the prompt; `previous` is the last answer for the same object, if any."""


class PathInteractor(Protocol):
    """An interactor whose prompt is a path along the outline."""

    def prepare(self, image: Image) -> Any:
        """Compute what depends on the frame alone."""

    def trace(self, features: Any, start: Point, end: Point, *, moving: bool = False) -> Sequence[Point]:
        """Return the outline from start to end, both included; `moving` asks for the quick answer."""


class Detector(Protocol):
    """Find objects in frames, each for itself (a network's in stages: `engine.tools.detecting.staged`)."""

    labels: tuple[str, ...]
    """All that it can find, by its own names: of the file that it was loaded with."""

    def detect(self, images: Sequence[Image], threshold: float) -> list[list[Detection]]:
        """Return for each picture what scores at least `threshold` (0..1), best first."""


class Watcher(Protocol):
    """A detector that has to see the frames before one: what moves, moves against those."""

    labels: tuple[str, ...]
    history: int
    """Frames that it has to see before the first one that it answers for."""

    def begin(self) -> Detector:
        """Return a detector that has seen nothing, for frames that follow each other."""


@dataclass(frozen=True)
class Target:
    """Where an object is on a frame: `box` is x1, y1, x2, y2, turned by `rotation` degrees clockwise on its centre."""

    box: Box
    rotation: float = 0.0
    mask: Prediction | None = None
    """Its pixels, where they are known: what a person drew, or what a tracker that segments has found."""


@dataclass(frozen=True)
class Tracked:
    """One object after a step: `target` is None where the tracker itself says that it has lost it."""

    state: Any
    target: Target | None
    score: float | None = None
    """0..1, None from a tracker that gives none."""


class Tracker(Protocol):
    """Follow objects from frame to frame, many at once."""

    def start(self, image: Image, target: Target) -> Any:
        """Begin with an object on this frame; return its state."""

    def step(self, image: Image, states: Sequence[Any]) -> list[Tracked]:
        """Follow each object on to this frame; one answer for each state, in order; the states stay as they were."""

    def pack(self, state: Any) -> dict[str, Any]:
        """Return a state as plain values (numbers, text, bytes, lists, dicts), to go on with after a restart."""

    def unpack(self, packed: dict[str, Any], image: Image) -> Any:
        """Return the state that was packed; `image` is the frame that it was on."""


class Filter(Protocol):
    """Change how a frame is shown."""

    def apply(self, image: Image) -> Image:
        """Return a new picture of the same size."""


class ToolModule(Protocol):
    """What a tool's file offers."""

    SPEC: ToolSpec

    def load(self, weights: Path | None, device: str) -> Any:
        """Return the interactor, detector, tracker or filter."""
