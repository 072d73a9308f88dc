"""Coordinates as they are kept: 0.01 of a pixel.

Apart from the edits because the writer of files rounds in the same way what did not pass through an edit.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.document import PromptRecord
from engine.geometry import PLACES, rounded_point


def rounded(region: Any) -> Any:
    """Return a shape or keyframe with plain numbers, coordinates rounded to 0.01 pixel and rotation to 0.01 degree.

    One that is so already is returned itself: the journal and the document hold it once.
    """
    fields: dict[str, Any] = {"points": tuple(rounded_point(point) for point in region.points)}
    if region.rotation:
        fields["rotation"] = round(float(region.rotation), PLACES) % 360
    if region.score is not None:
        fields["score"] = float(region.score)
    prompt = getattr(region, "prompt", None)
    if prompt is not None:
        fields["prompt"] = _rounded_prompt(prompt)
    return (
        region
        if all(_same(getattr(region, name), value) for name, value in fields.items())
        else replace(region, **fields)
    )


def _same(before: Any, after: Any) -> bool:
    """Say whether a value is the plain one that it was rounded to, not only equal to it as a numpy number may be."""
    if type(before) is not type(after):
        return False
    if type(after) is tuple:
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after)


def _rounded_prompt(prompt: PromptRecord) -> PromptRecord:
    box = None if prompt.box is None else (*rounded_point(prompt.box[:2]), *rounded_point(prompt.box[2:]))
    return replace(prompt, points=tuple((*rounded_point((x, y)), bool(on)) for x, y, on in prompt.points), box=box)
