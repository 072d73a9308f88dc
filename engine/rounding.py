"""Coordinates as they are kept: 0.01 of a pixel.

Apart from the edits because the writer of files rounds in the same way what did not pass through an edit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from engine.document import Point, PromptRecord

PLACES = 2
"""Decimals of a coordinate."""


def rounded(region: Any) -> Any:
    """Return a shape or keyframe with plain numbers, coordinates rounded to 0.01 pixel and rotation to 0.01 degree."""
    fields: dict[str, Any] = {"points": tuple(_point(point) for point in region.points)}
    if region.rotation:
        fields["rotation"] = round(float(region.rotation), PLACES) % 360
    if region.score is not None:
        fields["score"] = float(region.score)
    prompt = getattr(region, "prompt", None)
    if prompt is not None:
        fields["prompt"] = _rounded_prompt(prompt)
    return replace(region, **fields)


def _point(point: Iterable[float]) -> Point:
    x, y = point
    # adding 0.0 turns -0.0 into 0.0, which is shorter and the same
    return round(float(x), PLACES) + 0.0, round(float(y), PLACES) + 0.0


def _rounded_prompt(prompt: PromptRecord) -> PromptRecord:
    box = None if prompt.box is None else (*_point(prompt.box[:2]), *_point(prompt.box[2:]))
    return replace(prompt, points=tuple((*_point((x, y)), bool(on)) for x, y, on in prompt.points), box=box)
