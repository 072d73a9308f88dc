"""Requests and answers as they travel, and back: both sides' values on one hand, messages of the protocol on the other.

Each raises what is wrong with the value; nothing is sent then.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.document import Box
from engine.media.reference import Reference
from engine.process import protocol as wire
from engine.prompt import Click, Prompt
from engine.requests import Detect, Follow, Predict, Prepare, Request
from engine.tools.base import Detection, Prediction, Target
from engine.tools.packing import packed, unpacked

if TYPE_CHECKING:
    from engine.runs.detect import Found
    from engine.runs.follow import Followed


def message_of(request: Request, ticket: int, queue: str, picture: int) -> wire.Request:
    """Return a request as it travels; `picture` is the number under which its picture was shared, if it has one."""
    common: dict[str, Any] = {"ticket": ticket, "queue": queue, "tool": request.tool, "weights": request.weights}
    match request:
        case Prepare():
            return wire.Prepare(**common, picture=picture)
        case Predict():
            previous = None if request.previous is None else wire_mask(request.previous)
            return wire.Predict(**common, picture=picture, prompt=wire_prompt(request.prompt), previous=previous)
        case Follow():
            starts = [wire_target(key, target) for key, target in request.starts.items()]
            media, frames = wire_media(request.media), list(request.frames)
            common |= {"media": media, "frames": frames, "check": request.check}
            return wire.Follow(**common, starts=starts, after=dict(request.after))
        case Detect():
            frames, threshold = list(request.frames), float(request.threshold)
            media, tiles = wire_media(request.media), request.tiles
            return wire.Detect(**common, media=media, frames=frames, threshold=threshold, tiles=tiles)


# what is asked


def wire_prompt(prompt: Prompt) -> wire.WirePrompt:
    """Return a prompt as it travels."""
    return wire.WirePrompt([(*click.point, click.positive) for click in prompt.clicks], prompt.box)


def unwire_prompt(message: wire.WirePrompt) -> Prompt:
    """Return the prompt that travelled."""
    return Prompt(tuple(Click((x, y), positive) for x, y, positive in message.clicks), message.box)


def wire_media(media: Reference) -> wire.WireMedia:
    """Return a reference as it travels."""
    return wire.WireMedia([os.fsencode(path) for path in media.paths], media.frames, media.digest)


def unwire_media(message: wire.WireMedia) -> Reference:
    """Return the reference that travelled."""
    return Reference(tuple(os.fsdecode(path) for path in message.paths), message.frames, message.digest)


# masks, targets, detections


def wire_mask(prediction: Prediction) -> wire.WireMask:
    """Return a prediction, without its alternatives, as it travels."""
    rows, columns = prediction.mask.shape
    x, y = prediction.origin
    return wire.WireMask(rows, columns, (int(x), int(y)), packed(prediction), _score(prediction.score))


def unwire_mask(message: wire.WireMask, alternatives: Sequence[Prediction] = ()) -> Prediction:
    """Return the prediction that travelled."""
    return unpacked(message.bits, (message.rows, message.columns), message.origin, message.score, alternatives)


def makers(message: wire.Others) -> list[Callable[[], Prediction]]:
    """Return what unpacks alternatives."""
    return [partial(unwire_mask, mask) for mask in message.masks]


def wire_target(key: int, target: Target, score: float | None = None) -> wire.WireTarget:
    """Return a target as it travels."""
    mask = None if target.mask is None else wire_mask(target.mask)
    return wire.WireTarget(key, _box(target.box), float(target.rotation), mask, _score(score))


def unwire_target(message: wire.WireTarget) -> Target:
    """Return the target that travelled."""
    return Target(message.box, message.rotation, None if message.mask is None else unwire_mask(message.mask))


def _box(box: Box) -> Box:
    x1, y1, x2, y2 = map(float, box)  # a tool may give NumPy's numbers
    return x1, y1, x2, y2


def _score(score: float | None) -> float | None:
    return None if score is None else float(score)


# what runs answer


def followed(ticket: int, found: Followed) -> wire.Followed:
    """Return what came of a frame as it travels."""
    targets = [wire_target(key, target, found.scores.get(key)) for key, target in found.targets.items()]
    lost = [(key, wire.said(why)) for key, why in found.lost.items()]
    return wire.Followed(ticket, found.frame, targets, lost, sorted(found.refused))


def found_on(ticket: int, found: Found) -> wire.Found:
    """Return what was found on a frame as it travels."""
    detections = [
        wire.WireDetection(
            wire.said(one.label),
            float(one.score),
            _box(one.box),
            None if one.mask is None else wire_mask(one.mask),
            {wire.said(name): wire.said(value) for name, value in one.attributes.items()},
            float(one.rotation),
        )
        for one in found.detections
    ]
    return wire.Found(ticket, found.frame, detections)


def unwire_found(message: wire.OnFrame) -> Followed | Found:
    """Return what a run has found on a frame."""
    if isinstance(message, wire.Found):
        from engine.runs.detect import Found

        return Found(message.frame, tuple(map(_detection, message.detections)))
    from engine.runs.follow import Followed

    targets = {one.key: unwire_target(one) for one in message.found}
    scores = {one.key: one.score for one in message.found}
    return Followed(message.frame, targets, scores, dict(message.lost), frozenset(message.refused))


def _detection(message: wire.WireDetection) -> Detection:
    mask = None if message.mask is None else unwire_mask(message.mask)
    return Detection(message.label, message.score, message.box, mask, message.attributes, message.rotation)
