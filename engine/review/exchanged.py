"""Two tracks of one label that cross and leave exchanged: each goes on where the other was going."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, called, of_pairs
from engine.tracks.course import Bools, Course, Floats, Places
from engine.tracks.meeting import together, touching
from engine.tracks.series import stretches

SPEC = FindingSpec(
    "exchanged", "two tracks that leave a crossing exchanged", 0.5, "sizes of the objects by which it fits better",
    "tracks",
    parameters=(
        Parameter("before", "frames that say where each is going", "frames", 5),
        Parameter("apart", "frames about a crossing that are not looked at", "frames", 1),
    ),
    middle=0.6, width=0.25,
)  # fmt: skip


def of_two(one: Course, other: Course, given: Given) -> Iterator[Finding]:
    """Yield the frames after which the two fit better exchanged, by place, size and aspect, where they have met."""
    frames, here, there = together(one, other)
    before, apart = int(given["before"]), max(1, int(given["apart"]))
    meet = touching(one.boxes[here], other.boxes[there])
    for first, last in _joined(stretches(meet, frames), before + apart):
        part = slice(max(first - before - apart, 0), last + apart + 2)
        yield from _exchanged(one, other, (frames[part], here[part], there[part]), given)


def _joined(parts: Iterable[tuple[int, int]], near: int) -> list[tuple[int, int]]:
    """Return stretches, those that are so near each other as one."""
    found = list[tuple[int, int]]()
    for first, last in parts:
        if found and first - found[-1][1] <= 2 * near:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def _exchanged(one: Course, other: Course, common: tuple[Places, Places, Places], given: Given) -> Iterator[Finding]:
    frames, here, there = common
    before, apart = int(given["before"]), max(1, int(given["apart"]))
    if len(frames) < before + apart:
        return
    states = [_states(course, places) for course, places in ((one, here), (other, there))]
    size = np.minimum(one.extent[here], other.extent[there])
    gain = gains(states[0], states[1], frames, size, before, apart)
    gain[one.human[here] & other.human[there]] = 0.0
    for a, b in stretches(gain >= given["threshold"], frames):
        worst = a + int(np.argmax(gain[a : b + 1]))
        text = f"{called(one)} goes on exchanged with {called(other)} (by {gain[worst]:.1f} of their size)"
        first, ids = int(frames[max(a - apart, 0)]), (one.track.id, other.track.id)
        yield Finding(SPEC.id, first, int(frames[b]), int(frames[worst]), ids, float(gain[worst]), text)


RESTLESS = 0.5
"""Part of what the two must be off their ways together that one of them must be, in its own size."""


def restless(course: Course, given: Given) -> Bools:
    """Say on which frames (n,) a track is not where it was going: it may go on as another one there."""
    before, apart = int(given["before"]), max(1, int(given["apart"]))
    first, found = before - 1 + apart, np.zeros(len(course), bool)
    if len(course) > first:
        states = _states(course, slice(None))
        off = _apart(_expected(states, before, apart), states[first:], course.extent[first:])
        found[first:] = off >= RESTLESS / 2 * given["threshold"]
    return found


def gains(one: Floats, other: Floats, frames: np.ndarray, size: Floats, before: int, apart: int) -> Floats:
    """Return by how much it fits better exchanged from each frame on (n,), in sizes of the objects.

    Each is expected where a straight line through `before` frames takes it, `apart` frames on.
    """
    found = np.zeros(len(frames))
    first = before - 1 + apart
    ahead = [_expected(states, before, apart) for states in (one, other)]
    as_is = _apart(ahead[0], one[first:], size[first:]) + _apart(ahead[1], other[first:], size[first:])
    crossed = _apart(ahead[0], other[first:], size[first:]) + _apart(ahead[1], one[first:], size[first:])
    in_a_row = frames[first:] - frames[: len(frames) - first] == first
    found[first:] = np.where(in_a_row, as_is - crossed, 0.0)
    return found


def _states(course: Course, places: Places | slice) -> Floats:
    """Return x, y, width and height in the scene at some places (n, 4)."""
    middles = course.centres[places]
    return np.column_stack((middles.real, middles.imag, course.sides[places]))


def _expected(states: Floats, before: int, apart: int) -> Floats:
    """Return where each `before` frames lead to, `apart` frames after the last; sizes stay as they are on average."""
    count = len(states) - before + 1 - apart
    times = np.arange(before) - (before - 1) / 2
    ahead = times / (times @ times) * ((before - 1) / 2 + apart)
    found = np.zeros((count, 4))
    for at, further in enumerate(ahead.tolist()):
        found += states[at : at + count] * (1 / before + np.array([further, further, 0.0, 0.0]))
    return found


def _apart(expected: Floats, states: Floats, size: Floats) -> Floats:
    off = np.abs(expected - states)
    return np.asarray((np.hypot(off[:, 0], off[:, 1]) + (off[:, 2] + off[:, 3]) / 2) / size)


find = of_pairs(SPEC, of_two)
