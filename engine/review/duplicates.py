"""Two objects of one label that cover each other: drawn twice, or found by two models."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from engine.document import Box, Shape
from engine.geometry import box_iou
from engine.outlines import known_box
from engine.review.base import Finding, FindingSpec, Given, Shapes, of_frames
from engine.text import plain

SPEC = FindingSpec("duplicates", "two objects of one label that cover each other", 0.8, "IoU of their boxes")


def in_frame(shapes: Shapes, before: Shapes, after: Shapes, frame: int, given: Given) -> Iterator[Finding]:
    """Yield pairs of shapes on one frame; whether one lies on the other is told by the boxes around them."""
    for one, other, iou in _pairs(shapes, given["threshold"]) if len(shapes) > 1 else ():
        text = f"{one.type} {other.id} and {one.id} ({plain(one.label, 40)}) cover each other (IoU {iou:.2f})"
        yield Finding(SPEC.id, frame, frame, frame, (other.id, one.id), iou, text)


def _pairs(shapes: tuple[Shape, ...], threshold: float) -> Iterator[tuple[Shape, Shape, float]]:
    """Yield what overlaps so far; sorted by their left borders, so that few pairs are compared."""
    boxed: list[tuple[Box, Shape]] = sorted(
        ((box, shape) for shape in shapes if (box := known_box(shape)) is not None), key=lambda item: item[0][0]
    )
    groups: dict[tuple[str, str], list[tuple[Box, Shape]]] = {}
    for box, shape in boxed:
        groups.setdefault((shape.label, shape.type), []).append((box, shape))
    for group in groups.values():
        for place, (a, one) in enumerate(group):
            for b, other in islice(group, place + 1, None):
                if b[0] > a[2]:
                    break
                if (iou := box_iou(a, b)) >= threshold:
                    first, second = sorted((one, other), key=lambda shape: shape.id)
                    yield first, second, iou


find = of_frames(SPEC, in_frame)
