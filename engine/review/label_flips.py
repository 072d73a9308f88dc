"""A label, or an attribute of a track, that turns to another and back within a few frames."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, groupby

from engine.document import Box, Document, Keyframe, Shape
from engine.geometry import box_iou
from engine.outlines import known_box
from engine.review.base import Finding, FindingSpec, Given, Parameter, Shapes, beside, called, in_order
from engine.text import plain
from engine.tracks.course import Course, course

SPEC = FindingSpec(
    "flips", "a label or attribute that turns to another and back", 0.5, "IoU of the boxes, 1 for tracks", "tracks",
    parameters=(Parameter("longest", "frames that an attribute of a track is turned for", "frames", 5),),
    middle=0.6, width=0.1,
)  # fmt: skip


def in_frame(shapes: Shapes, before: Shapes, after: Shapes, frame: int, given: Given) -> Iterator[Finding]:
    """Yield shapes that stand where shapes of one other label stand on the frames before and after."""
    if not (shapes and before and after):
        return
    beside = _boxed(before), _boxed(after)
    for shape in shapes:
        (shared, one), (also, other) = (_nearest(shape, some) for some in beside)
        if one is None or other is None or one.label != other.label or shape.label == one.label:
            continue
        if (score := min(shared, also)) >= given["threshold"]:
            text = f"{shape.type} {shape.id} ({plain(shape.label, 40)}) is {plain(one.label, 40)} before and after"
            yield Finding(SPEC.id, frame, frame, frame, (shape.id,), score, text)


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield attributes of a track that machines' keyframes turn to another value and back."""
    keys = course.track.keyframes
    for name in sorted({name for key in keys for name in key.attributes}):
        runs = [[*run] for _, run in groupby(keys, partial(_value, name))]
        for before, here, after in zip(runs, runs[1:], runs[2:], strict=False):
            count = after[0].frame - here[0].frame
            same = before[0].attributes.get(name) == after[0].attributes.get(name)
            if same and count <= given["longest"] and all(key.by != "human" for key in here):
                text = f'{called(course)} turns its "{plain(name, 40)}" to another value for {count} frames'
                first, ids = here[0].frame, (course.track.id,)
                yield Finding(SPEC.id, first, after[0].frame - 1, first, ids, 1.0, text)


def _value(name: str, key: Keyframe) -> object:
    return key.attributes.get(name)


def _boxed(shapes: Shapes) -> list[tuple[Box, Shape]]:
    return [(box, shape) for shape in shapes if (box := known_box(shape)) is not None]


def _nearest(shape: Shape, others: list[tuple[Box, Shape]]) -> tuple[float, Shape | None]:
    if (box := known_box(shape)) is None:
        return 0.0, None
    x1, y1, x2, y2 = box
    meet = [(a, one) for a, one in others if a[0] < x2 and x1 < a[2] and a[1] < y2 and y1 < a[3]]
    best = max(((box_iou(box, a), -one.id, one) for a, one in meet), default=None, key=lambda found: found[:2])
    return (0.0, None) if best is None else (best[0], best[2])


def find(document: Document, threshold: float) -> Iterator[Finding]:
    """Yield what turns in shapes and in tracks."""
    given = SPEC.given | {"threshold": threshold}
    frames = (f for frame in document.frames for f in in_frame(*beside(document, frame), frame, given))
    tracks = (f for track in document.tracks.values() for f in in_track(course(document, track), given))
    yield from in_order(chain(frames, tracks))
