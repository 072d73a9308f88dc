"""What a tool can be asked for: prepare a picture, answer a prompt, follow objects over frames, find objects on them.

Plain data as the caller makes it, whatever process serves it: `session.jobs.start(kind, request=...)` sends it, and its
job's ticket is its ticket everywhere. A new kind of request is a class here, a message in `engine.process.protocol`
with its two conversions, and what answers it in `engine.process.desk`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.media.reference import Reference
from engine.prompt import Prompt
from engine.tools.base import Prediction, Target

Pixels = NDArray[np.uint8]
Lane = Literal["prompts", "runs", "ahead"]
"""`prompts`: a person waits. `runs`: over many frames; a prompt goes first. `ahead`: nobody waits; both go first."""


@dataclass(frozen=True, eq=False)
class Prepare:
    """Compute what a tool needs of a picture, so that the first prompt is answered sooner."""

    tool: str
    key: Hashable
    """Names the picture; the pixels under one key never change."""
    image: Pixels | Callable[[], Pixels]
    """The RGB pixels, or what is called in a thread to get them: it may have to decode a frame."""
    weights: str = ""
    """The model's weights file; "" the one in use, whichever that is when its turn comes."""
    lane: ClassVar[Lane] = "ahead"


@dataclass(frozen=True, eq=False)
class Predict:
    """Answer a prompt about a picture; the fields that it shares with Prepare are the same."""

    tool: str
    key: Hashable
    image: Pixels | Callable[[], Pixels]
    prompt: Prompt
    previous: Prediction | None = None
    """What the tool is to start from: its last answer for the same object, or a mask that is there."""
    weights: str = ""
    lane: ClassVar[Lane] = "prompts"


@dataclass(frozen=True, eq=False)
class Follow:
    """Follow objects, given by key as they stand on frames[0], over the other frames, which may run backwards."""

    tool: str
    media: Reference
    """The media are opened where the tool runs: no pixels travel."""
    frames: Sequence[int]
    starts: Mapping[int, Target]
    weights: str = ""
    check: bool = True
    """Say when an object is lost, and look for it again; False asks the bare tracker."""
    after: Mapping[int, int] = field(default_factory=dict)
    """Object -> ticket of an earlier Follow that left it as it stands in `starts`: its tracker goes on from there."""
    lane: ClassVar[Lane] = "runs"


@dataclass(frozen=True, eq=False)
class Detect:
    """Find objects on each of the frames; what scores less than `threshold` (0..1) is left out."""

    tool: str
    media: Reference
    frames: Sequence[int]
    threshold: float
    weights: str = ""
    tiles: int = 0
    """Frame pixels of the side of overlapping tiles that are looked at beside the whole frame; 0 for none."""
    lane: ClassVar[Lane] = "runs"


OfPicture = Prepare | Predict
Run = Follow | Detect
Request = OfPicture | Run


def answers(request: Request) -> int:
    """Return how many frames a run answers for at most; 0 for what is about one picture."""
    if isinstance(request, OfPicture):
        return 0
    return len(request.frames) - isinstance(request, Follow)
