"""True tracks of clips: of the manifest's clips with their pictures, of MOT tables without.

Truth is a machine's keyframe on every frame, a person's on the first and last one of each stretch in sight, and a
person's *outside* where the object leaves.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from immutables import Map

from benchmarks.clips import boxes as true_boxes
from benchmarks.clips import picture
from engine.document import Box, Camera, Document, Keyframe, Label, MediaInfo, Track
from engine.runs.seen import Seen
from engine.tracks.camera import measured
from engine.tracks.motion import Motion

MACHINE = "csrt"
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
