"""True tracks of clips, and known faults planted into them: random, by a seed.

Truth is a machine's keyframe on every frame, a person's on the first and last one of each stretch in sight, and a
person's *outside* where the object leaves. Faults lie between, apart from one another.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from immutables import Map
from msgspec.structs import replace

from benchmarks.clips import boxes as true_boxes
from benchmarks.clips import picture
from engine.document import Box, Camera, Document, Keyframe, Label, MediaInfo, Track
from engine.geometry import box_iou
from engine.runs.seen import Seen
from engine.tracks.camera import measured
from engine.tracks.motion import Motion

MACHINE = "csrt"
APART = 12
"""Frames between two faults, at least, so that each can be found by itself."""
EVERY = 60
"""Frames of a clip for each fault that is planted."""
BAD = 0.5
"""IoU with the truth below which a frame is bad."""
SHOWN = 0.7
"""IoU below which a frozen box is a fault at all: an object that stands still hides it."""
Boxes = dict[int, Box]


@dataclass(eq=False)
class Truth:
    """A clip, or one without pictures, with the true boxes of its objects."""

    name: str
    count: int
    size: tuple[int, int]
    objects: dict[int, Boxes]
    files: tuple[Path, ...] = ()
    fixed: int = 0
    """Id of an object that is a piece of the background: it is there to be exchanged with."""
    seen: Seen | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.files:
            self.seen = Seen(self.image)

    def image(self, frame: int) -> Any:
        """Return a frame, RGB."""
        return picture(self.files[frame])

    @cached_property
    def camera(self) -> Camera | None:
        """Return how the camera moved, None without pictures."""
        if not self.files:
            return None
        unknown = Motion.unknown(self.count)
        return Camera(unknown.with_steps(dict(measured(unknown, self.image))))

    def document(self, objects: dict[int, dict[int, Keyframe]] | None = None) -> Document:
        """Return the document of these keyframes by object and frame, or of the truth."""
        tracks = {
            n: track(n, keys)
            for n, keys in (objects or {n: keyed(b, self.count) for n, b in self.objects.items()}).items()
        }
        shown = {n: one for n, one in tracks.items() if n != self.fixed or objects}
        info = MediaInfo(f"{self.name}.mp4", "video", self.count, *self.size)
        return Document(info, (Label("object"),), tracks=Map(shown), next_id=1000, camera=self.camera)


@dataclass(frozen=True)
class Fault:
    """What was planted: frames, both included, on which the tracks are wrong, and where that shows."""

    kind: str
    tracks: tuple[int, ...]
    first: int
    last: int
    shows: tuple[int, ...] = ()
    """Frames near which an entry must lie; any of its frames where there are none."""
    bad: int = 0
    """Frames with an IoU below `BAD`."""


def track(number: int, keys: dict[int, Keyframe]) -> Track:
    """Return a track of keyframes by frame."""
    return Track(number, "object", "rectangle", tracker=MACHINE, keyframes=tuple(keys[frame] for frame in sorted(keys)))


def keyed(boxes: Boxes, count: int) -> dict[int, Keyframe]:
    """Return keyframes for true boxes."""
    found = dict[int, Keyframe]()
    for frame, box in boxes.items():
        inner = frame - 1 in boxes and frame + 1 in boxes
        found[frame] = key_of(frame, box, MACHINE if inner else "human")
        if frame + 1 not in boxes and frame + 1 < count:
            found[frame + 1] = Keyframe(frame + 1, (box[:2], box[2:]), outside=True)
    return found


def key_of(frame: int, box: Any, by: str = MACHINE) -> Keyframe:
    """Return a keyframe of a box."""
    x1, y1, x2, y2 = (round(float(value), 2) for value in box)
    return Keyframe(frame, ((x1, y1), (x2, y2)), by=by)


def clips(data: Path, entries: list[dict[str, Any]]) -> list[Truth]:
    """Return the clips of a manifest that have boxes, each with a piece of background as its second object."""
    found = []
    for entry in entries:
        truth = {frame: box for frame, box in true_boxes(data, entry).items() if frame < entry["count"]}
        files = tuple(data / entry["frames"] / (entry["pattern"] % number) for number in range(entry["count"]))
        if not truth or not files[0].is_file():
            print(f"{entry['id']} is left out: it has no boxes, or no pictures")
            continue
        height, width = picture(files[0]).shape[:2]
        found.append(Truth(str(entry["id"]), entry["count"], (width, height), {1: truth}, files))
    return found


def crowds(path: Path, name: str, size: tuple[int, int]) -> list[Truth]:
    """Return the objects of a MOT table (frame, id, x, y, w, h, considered, class ...), odd and even ids apart."""
    objects = dict[int, Boxes]()
    with path.open(newline="") as file:
        for row in csv.reader(file):
            frame, number, x, y, w, h = int(row[0]) - 1, int(row[1]), *map(float, row[2:6])
            if w > 0 and h > 0:
                objects.setdefault(number, {})[frame] = (x, y, x + w, y + h)
    count = 1 + max(frame for boxes in objects.values() for frame in boxes)
    halves = [{n: boxes for n, boxes in objects.items() if n % 2 == odd} for odd in (1, 0)]
    return [Truth(f"{name}_{odd}", count, size, half) for odd, half in zip("ab", halves, strict=True) if half]


class Planter:
    """Plants faults into one clip's truth."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth, self.random = truth, np.random.default_rng([seed, *truth.name.encode()])
        self.keys = {number: keyed(boxes, truth.count) for number, boxes in truth.objects.items()}
        self.faults: list[Fault] = []
        self._taken: list[tuple[int, int]] = []

    def plant(self, kinds: list[str]) -> None:
        """Plant faults of these kinds, one after the other; one for which there is no place is left out."""
        for kind in kinds:
            for _ in range(30):
                if getattr(self, f"_{kind}")():
                    break

    def _place(self, least: int, most: int, number: int | None = None) -> tuple[int, int, int] | None:
        """Return an object and the first and last frame of a free stretch of machines' keyframes of such a length."""
        number = number or int(self.random.choice([n for n in self.truth.objects if n != self.truth.fixed]))
        boxes = self.truth.objects[number]
        length = int(self.random.integers(least, most + 1))
        starts = [
            f for f in boxes if all(self.keys[number].get(f + i, HUMAN).by != "human" for i in range(-2, length + 2))
        ]
        starts = [f for f in starts if all(f + length + APART < a or b + APART < f for a, b in self._taken)]
        if not starts:
            return None
        first = int(self.random.choice(starts))
        return number, first, first + length - 1

    def _put(self, kind: str, number: int, boxes: dict[int, Any], shows: tuple[int, ...] = ()) -> bool:
        """Put boxes in place of true ones, if enough of them are wrong enough to be a fault."""
        truth = self.truth.objects[number]
        shared = [box_iou(tuple(box), truth[frame]) for frame, box in boxes.items()]
        bad = sum(value < BAD for value in shared)
        if min(shared) > (SHOWN if kind in ("freeze", "jitter") else BAD):
            return False
        if kind == "drift" and bad < 5:
            return False
        self.keys[number].update({frame: key_of(frame, box) for frame, box in boxes.items()})
        self._add(Fault(kind, (number,), min(boxes), max(boxes), shows, bad))
        return True

    def _add(self, fault: Fault) -> None:
        self.faults.append(fault)
        self._taken.append((fault.first, fault.last))

    def _moved(self, number: int, frames: range, way: Callable[[int], Any]) -> dict[int, Any]:
        """Return true boxes moved by parts of their size (x, y)."""
        found = {}
        for frame in frames:
            x1, y1, x2, y2 = self.truth.objects[number][frame]
            dx, dy = np.asarray(way(frame - frames[0])) * (x2 - x1, y2 - y1)
            found[frame] = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
        return found

    def _direction(self) -> Any:
        turn = self.random.uniform(0, 2 * np.pi)
        return np.array([np.cos(turn), np.sin(turn)])

    def _jump(self) -> bool:
        place = self._place(1, 8)
        if place is None:
            return False
        off = self._direction() * self.random.uniform(0.8, 2.0)
        number, first, last = place
        return self._put("jump", number, self._moved(number, range(first, last + 1), lambda i: off))

    def _drift(self) -> bool:
        place = self._place(15, 30)
        if place is None:
            return False
        number, first, last = place
        off, count, back = (
            self._direction() * self.random.uniform(0.8, 1.5),
            last - first + 1,
            self.random.random() < 0.5,
        )
        ramp = count // 3 if back else count * 2 // 3  # it comes back at once, or as slowly as it went

        def way(i: int) -> Any:
            return off * min(1, (i + 1) / ramp, (count - i) / ramp if back else 1)

        return self._put("drift", number, self._moved(number, range(first, last + 1), way))

    def _freeze(self) -> bool:
        place = self._place(8, 25)
        if place is None:
            return False
        number, first, last = place
        still = self.truth.objects[number][first - 1]
        return self._put("freeze", number, dict.fromkeys(range(first, last + 1), still))

    def _jitter(self) -> bool:
        place = self._place(8, 20)
        if place is None:
            return False
        number, first, last = place
        off = self.random.normal(0, 0.12, (last - first + 1, 2))
        return self._put("jitter", number, self._moved(number, range(first, last + 1), lambda i: off[i]))

    def _truncation(self) -> bool:
        """Cut the box to a part of it for some frames, or end the track early: one or the other."""
        if self.random.random() < 0.5:
            return self._cut_short()
        place = self._place(5, 20)
        if place is None:
            return False
        number, first, last = place
        side, part = int(self.random.integers(4)), self.random.uniform(0.3, 0.45)
        boxes = {}
        for frame in range(first, last + 1):
            box = np.array(self.truth.objects[number][frame])
            axis = side % 2
            length = box[axis + 2] - box[axis]
            if side < 2:
                box[axis] = box[axis + 2] - part * length
            else:
                box[axis + 2] = box[axis] + part * length
            boxes[frame] = box
        return self._put("truncation", number, boxes)

    def _cut_short(self) -> bool:
        place = self._place(5, 20)
        if place is None:
            return False
        number, first, _ = place
        last = max(
            f for f in self.truth.objects[number] if all(g in self.truth.objects[number] for g in range(first, f + 1))
        )
        if any(first <= b + APART and a <= last + APART for a, b in self._taken):
            return False
        keys = {frame: key for frame, key in self.keys[number].items() if frame < first or frame > last + 1}
        self.keys[number] = keys | {first: replace(self.keys[number][first], outside=True)}
        self._add(Fault("truncation", (number,), first, last, (first,), last - first + 1))
        return True

    def _duplicate(self) -> bool:
        place = self._place(10, 40)
        if place is None:
            return False
        number, first, last = place
        noise = self.random.normal(0, 0.02, (last - first + 1, 2))
        boxes = self._moved(number, range(first, last + 1), lambda i: noise[i])
        new = max(self.keys) + 100
        self.keys[new] = {frame: key_of(frame, box) for frame, box in boxes.items()}
        self.keys[new][last + 1] = Keyframe(last + 1, self.keys[new][last].points, outside=True)
        self._add(Fault("duplicate", (new, number), first, last))
        return True

    def _swap(self) -> bool:
        """Exchange two tracks for some frames: half of the time where they are near each other, if they ever are."""
        place = self._place(10, 40)
        if place is None:
            return False
        number, first, last = place
        others = [
            n
            for n in self.truth.objects
            if n != number and all(f in self.truth.objects[n] for f in range(first - 2, last + 3))
        ]
        others = [n for n in others if all(self.keys[n][f].by != "human" for f in range(first - 1, last + 2))]
        if not others:
            return False
        other = int(self.random.choice(others))
        one, two = self.truth.objects[number], self.truth.objects[other]
        bad = sum(box_iou(one[f], two[f]) < BAD for f in range(first, last + 1))
        if bad < 5:
            return False
        for frame in range(first, last + 1):
            self.keys[number][frame] = key_of(frame, two[frame])
            self.keys[other][frame] = key_of(frame, one[frame])
        self._add(Fault("swap", (number, other), first, last, (first, last), bad))
        return True


HUMAN = Keyframe(0)
KINDS = ("swap", "drift", "jump", "freeze", "truncation", "duplicate", "jitter")


def planted(truth: Truth, seed: int) -> tuple[Document, list[Fault]]:
    """Return a clip's document with faults of random kinds in it, one for each `EVERY` frames of its objects."""
    planter = Planter(truth, seed)
    frames = sum(len(boxes) for n, boxes in truth.objects.items() if n != truth.fixed)
    count = max(1, round(frames / EVERY))
    planter.plant(
        list(
            planter.random.permutation(
                [KINDS[i % len(KINDS)] for i in planter.random.permutation(max(count, 7))[:count]]
            )
        )
    )
    return truth.document(planter.keys), planter.faults


def with_background(truth: Truth) -> Truth:
    """Return a clip with a second object: a piece of the scene beside the first, carried along by the camera."""
    one = truth.objects[1]
    start = min(one)
    x1, y1, x2, y2 = one[start]
    w, h = x2 - x1, y2 - y1
    width, height = truth.size
    places = [(x1 + dx * w, y1 + dy * h) for dx, dy in ((1.5, 0), (-1.5, 0), (0, 1.3), (0, -1.3), (1.2, 1.2))]
    inside = [(x, y) for x, y in places if x >= 0 and y >= 0 and x + w <= width and y + h <= height]
    if not inside or truth.camera is None:
        return truth
    x, y = inside[0]
    boxes = dict[int, Box]()
    for frame in range(start, truth.count):
        way = truth.camera.motion.between(start, frame)
        there = (complex(x + w / 2, y + h / 2) * way[0] + way[1]) if way else 0j
        scale = abs(way[0]) if way else 1.0
        box = (
            there.real - w * scale / 2,
            there.imag - h * scale / 2,
            there.real + w * scale / 2,
            there.imag + h * scale / 2,
        )
        if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height:
            break
        boxes[frame] = box
    if len(boxes) < 20:
        return truth
    made = Truth(truth.name, truth.count, truth.size, {1: one, 2: boxes}, truth.files, fixed=2)
    made.__dict__["camera"], made.seen = truth.camera, truth.seen
    return made
