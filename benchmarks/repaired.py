"""What real trackers make of clips, gone through by the review's queue as an annotator would: what is bad afterwards.

Each stretch in which the object is in sight has a person's keyframe, the truth, on its first and on its last frame; a
tracker of the application has followed it from the first on, with the check for lost objects, or has filled it from
both sides. Then the queue's first entry is taken. Its worst frame is looked at, then one of each `STRIP` of its frames,
as the strip of its crops shows them, until one is bad (IoU with the truth below 0.5). There the truth is put, and the
gaps on both sides are filled anew; where all are good the entry is accepted. So on, until nothing is in the queue.
Frames that were looked at count once. Keys: one to go to an entry and one to accept it or to begin a repair, which
takes `REPAIR` more.

Two others look as well: one who steps through all frames and repairs each bad one, and one who looks at as many frames
as the queue took, at random, and repairs in the same way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from dataclasses import astuple, dataclass
from functools import lru_cache, partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from immutables import Map
from msgspec.structs import replace

from benchmarks.following import loaded, quiet
from benchmarks.planted import BAD
from benchmarks.truths import Truth
from engine.document import Box, Document, Keyframe, Label, MediaInfo, Track
from engine.edits import PutKeyframe, PutReview, apply
from engine.errors import ToolError
from engine.geometry import box_iou
from engine.review.queue import Entry, Reviewer
from engine.review.states import judged
from engine.runs.fill import fill, keyframes
from engine.runs.follow import follow
from engine.runs.placed import keyframe_of, target_of
from engine.runs.resume import repeatable
from engine.tools.base import Target
from engine.tracks import keyframe_at, shape_at
from engine.tracks.edit import human_around, machine

STRIP = 4
"""Frames of an entry of which one is looked at."""
REPAIR = 3
"""Keys of a repair: the box is put in its place, and both sides are filled anew."""
Way = Literal["followed", "filled"]
WAYS: tuple[Way, ...] = ("followed", "filled")
MOST = 16
"""Processes at most."""
NUMBER = 1
Steps = list[tuple[int, Target | None, float | None]]


@dataclass(frozen=True)
class Gone:
    """What came of a review of a clip, or of several."""

    frames: int = 0
    before: int = 0
    """Bad frames of what the tracker made."""
    after: int = 0
    looked: int = 0
    """Frames that were looked at."""
    keys: int = 0

    def __add__(self, other: Gone) -> Gone:
        return Gone(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Job:
    """What one process does at a time: the work of a tracker on a clip, reviewed in each way."""

    truth: Truth
    tracker: str


class Clip:
    """A clip's one object and what a tracker finds of it from any frame on, both ways; kept."""

    def __init__(self, truth: Truth, tracker: str) -> None:
        self.truth, self.tracker, self.boxes = truth, tracker, truth.objects[NUMBER]
        self._model = loaded(tracker, Path())
        self._passes: dict[tuple[int, Box, int], tuple[int, Steps]] = {}
        self.image = lru_cache(1000)(truth.image)

    @property
    def stretches(self) -> list[tuple[int, int]]:
        """Return the first and last frame of each stretch in sight, of more than two frames."""
        frames = sorted(self.boxes)
        cuts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(frames)) if b > a + 1), len(frames)]
        return [(frames[a], frames[b - 1]) for a, b in pairwise(cuts) if b - a > 2]

    def steps(self, start: int, target: Target, end: int) -> Steps:
        """Return what is found from a frame to another one, but for the first."""
        way = 1 if end > start else -1
        key = start, target.box, way
        known = self._passes.get(key)
        if known is None or (known[0] - end) * way < 0:
            known = self._passes[key] = end, self._followed(start, target, range(start, end + way, way))
        return [step for step in known[1] if (step[0] - end) * way <= 0]

    def _followed(self, start: int, target: Target, frames: range) -> Steps:
        repeatable(start)
        found: Steps = []
        run = follow(self._model, self.image, frames, {NUMBER: target})
        with closing(run), suppress(ToolError):
            for step in run:
                if step.refused:
                    break
                found.append((step.frame, step.targets.get(NUMBER), step.scores.get(NUMBER)))
        return found

    def followed(self, first: Keyframe, end: int) -> list[Keyframe]:
        """Return keyframes as a run of the tracker makes them; outside where it has lost the object."""
        target, found, before = target_of("rectangle", first), list[Keyframe](), first
        for frame, there, score in self.steps(first.frame, target, end):
            if there is not None:
                before = keyframe_of("rectangle", there, frame, first, self.tracker, score=score)
            elif not before.outside:
                before = replace(before, frame=frame, outside=True, by=self.tracker, score=None, agreement=None)
            else:
                continue
            found.append(before)
        return found

    def filled(self, first: Keyframe, last: Keyframe) -> tuple[Keyframe, ...]:
        """Return keyframes as filling makes them of two passes."""
        ends = [(key.frame, target_of("rectangle", key)) for key in (first, last)]
        passes = [
            {frame: there for frame, there, _ in self.steps(*one, other[0]) if there is not None}
            for one, other in (ends, ends[::-1])
        ]
        filled = fill(*ends, *passes, motion=self.truth.camera.motion, pixels=self.image)
        return keyframes("rectangle", first, last, filled)

    def key(self, frame: int) -> Keyframe:
        """Return the truth as a person's keyframe."""
        x1, y1, x2, y2 = (round(value, 2) for value in self.boxes[frame])
        return Keyframe(frame, ((x1, y1), (x2, y2)))

    def made(self, way: Way) -> Document:
        """Return the document that the tracker makes."""
        keys = list[Keyframe]()
        for start, end in self.stretches:
            first, last = self.key(start), self.key(end)
            between = self.filled(first, last) if way == "filled" else self.followed(first, end - 1)
            keys += [first, *between, last]
            if end + 1 < self.truth.count:
                keys.append(Keyframe(end + 1, last.points, outside=True))
        track = Track(NUMBER, "object", "rectangle", tracker=self.tracker, keyframes=tuple(keys))
        info = MediaInfo("clip", "video", self.truth.count, *self.truth.size)
        return Document(info, (Label("object"),), tracks=Map({NUMBER: track}), next_id=2, camera=self.truth.camera)

    def bad(self, document: Document, frame: int) -> bool:
        """Say whether a frame's box is bad."""
        shape = shape_at(document.tracks[NUMBER], frame, document.motion)
        if shape is None or frame not in self.boxes:
            return shape is not None or frame in self.boxes
        (x1, y1), (x2, y2) = shape.points
        return box_iou((x1, y1, x2, y2), self.boxes[frame]) < BAD

    @property
    def frames(self) -> list[int]:
        """Return the frames that count."""
        return [frame for first, last in self.stretches for frame in range(first, last + 1)]

    def all_bad(self, document: Document) -> int:
        """Return how many frames are bad."""
        return sum(self.bad(document, frame) for frame in self.frames)

    def repaired(self, document: Document, frame: int) -> Document:
        """Return the document with the truth on a frame, and the gaps on both sides of it filled anew."""
        here = self.key(frame)
        document, _ = apply(document, PutKeyframe(NUMBER, here))
        for other in human_around(document.tracks[NUMBER], frame):
            far = None if other is None else keyframe_at(document.tracks[NUMBER], other)
            if far is None or far.outside or abs(far.frame - frame) < 2:
                continue
            first, last = sorted((here, far), key=lambda key: key.frame)
            for edit in machine(document, NUMBER, self.filled(first, last), first.frame, last.frame - 1):
                document, _ = apply(document, edit)
        return document


def shown(entry: Entry) -> list[int]:
    """Return the frames that are looked at until one is bad: the worst, then one of each `STRIP` of the entry."""
    parts = -(-(entry.last - entry.first + 1) // STRIP)
    ends = np.linspace(entry.first, entry.last, parts + 1).round().astype(int).tolist() if parts > 1 else []
    return [entry.worst, *(frame for frame in ends if abs(frame - entry.worst) > STRIP // 2)]


def reviewed(clip: Clip, document: Document) -> tuple[Document, set[int], int]:
    """Go through the queue; return what is left, which frames were looked at, and how many keys it took."""
    reviewer = Reviewer(seen=clip.truth.seen)
    looked, keys = set[int](), 0
    while True:
        for _ in reviewer.look(document):
            pass
        queue = reviewer.entries(document)
        if not queue:
            return document, looked, keys
        keys += 2
        wrong = None
        for frame in shown(queue[0]):
            looked.add(frame)
            if clip.bad(document, frame):
                wrong = frame
                break
        if wrong is not None and wrong in clip.boxes:
            keys += REPAIR
            document = clip.repaired(document, wrong)
        else:
            review = judged(document.tracks[NUMBER], queue[0].first, queue[0].last, "accepted")
            document, _ = apply(document, PutReview(NUMBER, review))


def stepped(clip: Clip, document: Document, frames: Sequence[int]) -> tuple[Document, set[int], int]:
    """Look at these frames, in their order, and repair what is bad."""
    keys = 0
    for frame in frames:
        keys += 1
        if frame in clip.boxes and clip.bad(document, frame):
            keys += REPAIR
            document = clip.repaired(document, frame)
    return document, {*frames}, keys


def done(job: Job, seed: int) -> dict[str, Gone]:
    """Do a job: the queue on what was followed and on what was filled, and the other two who look."""
    quiet()
    clip = Clip(job.truth, job.tracker)
    count, found = len(clip.frames), dict[str, Gone]()
    random = np.random.default_rng([seed, *job.truth.name.encode()])
    for way in WAYS:
        made = clip.made(way)
        before = clip.all_bad(made)

        def gone(left: Document, looked: set[int], keys: int, before: int = before) -> Gone:
            return Gone(count, before, clip.all_bad(left), len(looked), keys)

        found[f"{job.tracker}, {way}"] = queue = gone(*reviewed(clip, made))
        some = sorted(random.choice(clip.frames, min(queue.looked, count), replace=False).tolist())
        found[f"{job.tracker}, {way}, as many at random"] = gone(*stepped(clip, made, some))
        found[f"{job.tracker}, {way}, all frames"] = gone(*stepped(clip, made, clip.frames))
    return found


def gone_through(jobs: Sequence[Job], seed: int) -> dict[str, Gone]:
    """Do jobs, as many at a time as there are cores; return what came of them for each tracker and way."""
    total = dict[str, Gone]()
    with ProcessPoolExecutor(min(os.cpu_count() or 1, MOST), mp_context=get_context("spawn")) as pool:
        for found in pool.map(partial(done, seed=seed), jobs):
            total |= {name: total.get(name, Gone()) + one for name, one in found.items()}
    return total


def told(total: Mapping[str, Gone], say: Callable[[str], None]) -> dict[str, float | None]:
    """Say what came of reviews; return the shares of bad and of looked at frames of all by the queue."""
    for name, one in sorted(total.items()):
        share = [value / max(one.frames, 1) for value in (one.before, one.after, one.looked, one.keys)]
        say("  {}: {:.1%} bad, then {:.1%}; looked at {:.1%}, {:.0f} keys per 100 frames".format(
            name, *share[:3], 100 * share[3]))  # fmt: skip
    queue = sum((one for name, one in total.items() if name.count(",") == 1), Gone())
    if not queue.frames:
        return {"bad_after": None, "looked_at": None}
    return {"bad_after": queue.after / queue.frames, "looked_at": queue.looked / queue.frames}
