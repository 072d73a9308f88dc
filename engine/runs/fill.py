"""Filling between two keyframes of a person from two passes of a tracker, one from each side.

Where the passes agree (their boxes' IoU is over 0.5) the truth is blended from both by distance. Elsewhere one of them
has lost the object, or both: of the two passes and the interpolation between the keyframes the sequence is taken that
looks most like the object in the keyframes and jumps least in the scene (dynamic programming over the frames, Viterbi).
Without pixels to look at, the nearer pass counts while it stays about the interpolation. The agreement is kept with
each frame: it tells far better than a tracker's score where a person should look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from msgspec.structs import replace as replaced
from numpy.typing import NDArray

from engine.document import Box, Keyframe, ShapeType
from engine.runs.likeness import likeness, patch
from engine.runs.placed import keyframe_of
from engine.runs.upright import upright
from engine.tools.base import Image, Target
from engine.tracks.between import angle_between
from engine.tracks.motion import STILL, Motion, Similarity, carried_box
from engine.tracks.thin import AGREED

NEAR = 0.3
"""IoU of the nearer pass and the interpolation over which it is believed where nothing can be looked at."""
LOOKS = 3.0
"""What a frame that looks nothing like the object costs, beside a jump of its own size; 1 to 8 do about as well."""
FARTHEST = 1.0
"""A jump of so many sizes costs as much as one from anywhere."""
Way = Literal["both", "forward", "backward", "between"]
WAYS: tuple[Way, ...] = ("forward", "backward", "between")
Floats = NDArray[np.float64]
Pass = Mapping[int, Target]
"""What a tracker found, by frame; frames on which it had lost the object are missing."""


class Step(Protocol):
    """What a run over frames says of one of them, for objects by key; `engine.runs.follow.Followed` is one."""

    @property
    def frame(self) -> int:
        """Return the frame's number."""

    @property
    def targets(self) -> Mapping[int, Target]:
        """Return where each object is."""


Follow = Callable[[Sequence[int], Mapping[int, Target]], Iterator[Step]]
"""Frames, and where objects are on the first of them by key -> what is found on each of the others."""


@dataclass(frozen=True)
class Filled:
    """Where the object is on one frame, how much the passes agree there (IoU, 0..1), and which one it comes from."""

    frame: int
    target: Target
    agreement: float
    way: Way


def passes(follow: Follow, first: tuple[int, Target], last: tuple[int, Target]) -> tuple[Pass, Pass]:
    """Return what a tracker finds from the first keyframe to the last one, and from the last to the first."""
    return _one_pass(follow, range(first[0], last[0]), first[1]), _one_pass(
        follow, range(last[0], first[0], -1), last[1]
    )


def _one_pass(follow: Follow, frames: Sequence[int], start: Target) -> Pass:
    return {step.frame: step.targets[0] for step in follow(frames, {0: start}) if 0 in step.targets}


def fill(
    first: tuple[int, Target], last: tuple[int, Target], forward: Pass, backward: Pass, *,
    motion: Motion | None = None, pixels: Callable[[int], Image] | None = None,
) -> list[Filled]:  # fmt: skip
    """Return the frames between two keyframes, each given as its number and where the object is.

    `motion` is the camera's, `pixels` gives a frame as RGB (H, W, 3); with both it is much surer.
    """
    frames = range(first[0] + 1, last[0])
    if not frames:
        return []
    between = [_guess(first, last, frame, motion) for frame in frames]
    boxes = np.array([
        [_box(forward.get(frame)), _box(backward.get(frame)), upright(guess)]
        for frame, guess in zip(frames, between, strict=True)
    ], np.float64)  # fmt: skip
    agreements = _ious(boxes[:, 0], boxes[:, 1])
    part = (np.arange(len(frames)) + 1) / (len(frames) + 1)
    if pixels is None:
        choice = _nearer(boxes, part).tolist()
    else:
        choice = _likeliest(first, last, boxes, agreements, motion, pixels).tolist()
    found = list[Filled]()
    for frame, number, guess, agreement, t in zip(frames, choice, between, agreements.tolist(), part, strict=True):
        one, other = forward.get(frame), backward.get(frame)
        if one is not None and other is not None and agreement > AGREED:
            found.append(Filled(frame, _blended(one, other, float(t)), round(agreement, 3), "both"))
        else:
            target = (one, other, guess)[number] or guess
            found.append(Filled(frame, target, round(agreement, 3), WAYS[number]))
    return found


def keyframes(kind: ShapeType, first: Keyframe, last: Keyframe, filled: Sequence[Filled]) -> tuple[Keyframe, ...]:
    """Return filled frames as keyframes by "fill" with their agreement, each like the nearer of the two at the ends.

    What is not interpolated, such as occluded and attributes, is the first one's, as between any keyframes.
    """
    found = list[Keyframe]()
    for one in filled:
        nearer = first if 2 * one.frame < first.frame + last.frame else last
        new = keyframe_of(kind, one.target, one.frame, nearer, "fill", agreement=one.agreement)
        found.append(replaced(new, occluded=first.occluded, z=first.z, attributes=first.attributes))
    return tuple(found)


def _box(target: Target | None) -> Box:
    """Return the upright box round an object: how much two that are turned agree is taken from those."""
    return (np.nan,) * 4 if target is None else upright(target)


def _guess(first: tuple[int, Target], last: tuple[int, Target], frame: int, motion: Motion | None) -> Target:
    """Return the interpolation between two keyframes, in the scene if the camera's motion is known."""
    t = (frame - first[0]) / (last[0] - first[0])
    ends = [carried_box(target.box, _way(motion, at, frame)) for at, target in (first, last)]
    x1, y1, x2, y2 = (float(a + (b - a) * t) for a, b in zip(*ends, strict=True))
    return Target((x1, y1, x2, y2), angle_between(first[1].rotation, last[1].rotation, t))


def _way(motion: Motion | None, start: int, end: int) -> Similarity:
    return (motion.between(start, end) if motion is not None else None) or STILL


def _ious(one: Floats, other: Floats) -> Floats:
    """Return the IoU of boxes (n, 4), 0 where one is missing."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    common = np.clip(high - low, 0, None).prod(1)
    either = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1) - common
    return np.asarray(np.nan_to_num(common / np.maximum(either, 1e-9)), np.float64)


def _blended(forward: Target, backward: Target, t: float) -> Target:
    x1, y1, x2, y2 = (float(a + (b - a) * t) for a, b in zip(forward.box, backward.box, strict=True))
    nearer = forward if t < 0.5 else backward
    return replace(nearer, box=(x1, y1, x2, y2), rotation=angle_between(forward.rotation, backward.rotation, t))


def _nearer(boxes: Floats, part: Floats) -> NDArray[np.int64]:
    """Return for each frame the nearer pass where it stays about the interpolation, else this."""
    side = (part >= 0.5).astype(np.int64)
    near = boxes[np.arange(len(boxes)), side]
    return np.where(_ious(near, boxes[:, 2]) > NEAR, side, 2)


def _likeliest(
    first: tuple[int, Target], last: tuple[int, Target], boxes: Floats, agreements: Floats, motion: Motion | None,
    pixels: Callable[[int], Image],
) -> NDArray[np.int64]:  # fmt: skip
    """Return for each frame which of its boxes (n, 3, 4) is on the sequence that costs least."""
    looks = patch(pixels(first[0]), upright(first[1])), patch(pixels(last[0]), upright(last[1]))
    count = len(boxes)
    part = ((np.arange(count) + 1) / (count + 1))[:, None]
    agree = agreements > AGREED
    sure = boxes[:, 0] * (1 - part) + boxes[:, 1] * part
    boxes = np.where(agree[:, None, None] & (np.arange(3) < 2)[:, None], sure[:, None], boxes)
    unlike = np.full((count, 3), np.inf)
    for place in range(count):
        image = pixels(first[0] + 1 + place)
        for number in range(3):
            if np.isfinite(boxes[place, number]).all():
                seen = patch(image, tuple(boxes[place, number].tolist()))
                t = float(part[place, 0])
                unlike[place, number] = LOOKS * (1 - (1 - t) * likeness(seen, looks[0]) - t * likeness(seen, looks[1]))
    ends = [np.tile(np.array(upright(end[1]), np.float64), (1, 3, 1)) for end in (first, last)]
    whole = np.nan_to_num(np.concatenate((ends[0], boxes, ends[1])))
    costs = np.concatenate((np.zeros((1, 3)), unlike, np.zeros((1, 3))))
    return _cheapest(whole, costs, [_way(motion, first[0], first[0] + at) for at in range(count + 2)])[1:-1]


def _cheapest(boxes: Floats, costs: Floats, ways: Sequence[Similarity]) -> NDArray[np.int64]:
    """Return which box of each frame (n, 3, 4) is on the sequence of least cost: of each, and of jumps in the scene."""
    turns, shifts = (np.array([way[part] for way in ways])[:, None] for part in (0, 1))
    middles = (boxes[..., 0] + boxes[..., 2] + 1j * (boxes[..., 1] + boxes[..., 3])) / 2
    middles = (middles - shifts) / turns
    sizes = np.sqrt(np.maximum((boxes[..., 2:] - boxes[..., :2]).prod(-1), 1)) / np.abs(turns)
    total, before = costs[0], np.zeros(boxes.shape[:2], np.int64)
    for place in range(1, len(boxes)):
        size = (sizes[place - 1][:, None] + sizes[place][None]) / 2
        jump = np.abs(middles[place][None] - middles[place - 1][:, None]) / size
        jump += np.abs(np.log(sizes[place][None] / sizes[place - 1][:, None]))
        reached = total[:, None] + np.minimum(jump, FARTHEST)
        before[place] = reached.argmin(0)
        total = reached.min(0) + costs[place]
    path = [int(total.argmin())]
    for place in range(len(boxes) - 1, 0, -1):
        path.append(int(before[place][path[-1]]))
    return np.array(path[::-1], np.int64)
