"""What makes a shape, keyframe, tag or label valid: the one set of rules for edits and for files.

Apart from both so that a file cannot hold what no edit may make. Each `*_problem` returns a sentence, or "" if all is
well; whoever calls it adds where (an edit, or a line and column).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from operator import lt
from typing import get_args

from engine.document import (
    SHAPE_TYPES,
    AttributeValue,
    Certificate,
    Judgement,
    Keyframe,
    Label,
    Picture,
    PromptRecord,
    Review,
    ReviewState,
    Rle,
    Shape,
    ShapeType,
    Tag,
    Track,
    by_name,
)
from engine.errors import nearest

LIMIT = 10_000_000.0
"""The largest coordinate, in frame pixels; beyond it two decimals are no longer safe in single precision anywhere."""
LARGEST_ID = 2**53 - 1
LARGEST_FRAME = 2**31 - 1
LONGEST_NAME = 128
"""Characters; a YAML key is at most 1024 long, and an escaped character takes six."""
LONGEST_TEXT = 100_000
FEWEST_POINTS: dict[ShapeType, int] = {
    "rectangle": 2,
    "polygon": 3,
    "polyline": 2,
    "points": 1,
    "ellipse": 2,
    "mask": 0,
}
REVIEW_STATES: tuple[ReviewState, ...] = get_args(ReviewState)
_SURROGATE = re.compile("[\ud800-\udfff]")


def number_problem(value: object, what: str, *, lowest: int, highest: int) -> str:
    """Say what is wrong with a whole number."""
    if type(value) is not int:
        return f"{what} must be a whole number"
    return "" if lowest <= value <= highest else f"{what} must be from {lowest} to {highest}"


def text_problem(text: object, what: str, longest: int = LONGEST_TEXT) -> str:
    """Say what keeps a text from being saved."""
    if not isinstance(text, str):
        return f"{what} must be a text"
    if len(text) > longest:
        return f"{what} is longer than {longest} characters"
    return f"{what} holds half of a surrogate pair" if not text.isascii() and _SURROGATE.search(text) else ""


def name_problem(name: object, what: str) -> str:
    """Say what is wrong with a name that is to be a key."""
    return f"{what} is empty" if name == "" else text_problem(name, what, LONGEST_NAME)


def region_problem(region: Shape | Keyframe, kind: ShapeType) -> str:
    """Say what is wrong with the geometry of a shape, or of a keyframe of a track of that type."""
    count, fewest = len(region.points), FEWEST_POINTS[kind]
    exact = kind in ("rectangle", "ellipse", "mask")
    if count < fewest or (exact and count != fewest):
        return f"a {kind} has {'' if exact else 'at least '}{fewest} points, not {count}"
    if (region.mask is None) == (kind == "mask"):
        return "a mask has its run lengths" if kind == "mask" else f"a {kind} has no run lengths"
    if not all(-LIMIT <= value <= LIMIT for point in region.points for value in point):
        return f"a coordinate is not a number from -{LIMIT:.0f} to {LIMIT:.0f}"
    if not 0 <= region.rotation < 360:
        return "rotation must be from 0 to below 360 degrees"
    if region.rotation and kind not in ("rectangle", "ellipse"):
        return f"a {kind} has no rotation"
    return extras_problem(region)


def extras_problem(region: Shape | Keyframe) -> str:
    """Say what is wrong with the numbers beside the geometry."""
    for name in ("score", "agreement"):
        value = getattr(region, name, None)
        if value is not None and not math.isfinite(value):
            return f"{name} must be a finite number"
    return number_problem(region.z, "z", lowest=-LARGEST_FRAME, highest=LARGEST_FRAME) or attributes_problem(
        region.attributes
    )


def mask_problem(mask: Rle | None) -> str:
    """Say what is wrong with run lengths; whether they fit their picture is seen where the two meet."""
    if mask is None:
        return ""
    height, width = mask.size
    if not (0 < height <= 1_000_000 and 0 < width <= 1_000_000):
        return f"a mask of {width} x {height} pixels is impossible"
    length = rle_length(mask.counts)
    if length != height * width:
        return f"the run lengths cover {length} pixels, not {height * width}" if length >= 0 else "run lengths broken"
    return ""


def rle_length(counts: str) -> int:
    """Return how many pixels COCO compressed run lengths cover, or -1 where they are broken."""
    from engine import run_lengths  # numpy, which a command that only lists things does without

    runs = run_lengths.read(counts)
    return -1 if runs is None or not len(runs) or runs.min() < 0 else int(runs.sum())


def attributes_problem(attributes: Mapping[str, AttributeValue]) -> str:
    """Say what keeps attribute values from being saved."""
    for name, value in attributes.items():
        problem = name_problem(name, "an attribute's name")
        if isinstance(value, str):
            problem = problem or text_problem(value, f'attribute "{name}"')
        elif isinstance(value, (int, float)):
            problem = problem or (
                "" if math.isfinite(value) and abs(value) < 1e300 else f'attribute "{name}" must be a finite number'
            )
        else:
            problem = problem or f'attribute "{name}" must be a text, a number, true or false'
        if problem:
            return problem
    return ""


def label_use_problem(labels: tuple[Label, ...], name: str, kind: ShapeType | None = None) -> str:
    """Say whether there is no label of that name, or it does not allow that type of shape."""
    found = by_name(labels).get(name)
    if found is None:
        return f'there is no label "{name}": {nearest(name, (label.name for label in labels))}'
    if kind is not None and kind not in SHAPE_TYPES:
        return f'there is no shape type "{kind}": {nearest(kind, SHAPE_TYPES)}'
    if kind is not None and found.types and kind not in found.types:
        return f'label "{name}" does not allow a {kind}: {nearest(kind, found.types)}'
    return ""


def prompt_problem(prompt: PromptRecord | None) -> str:
    """Say what keeps a shape's prompt from being saved."""
    if prompt is None:
        return ""
    values = [value for x, y, _ in prompt.points for value in (x, y)] + list(prompt.box or ())
    if not all(-LIMIT <= value <= LIMIT for value in values):
        return "the prompt holds a coordinate that is out of range"
    return attributes_problem(prompt.options) or text_problem(prompt.tool, "the prompt's tool", LONGEST_NAME)


def shape_problem(shape: Shape, labels: tuple[Label, ...]) -> str:
    """Say what is wrong with a shape on its own (ids are the document's business)."""
    return (
        number_problem(shape.id, "id", lowest=1, highest=LARGEST_ID)
        or number_problem(shape.frame, "frame", lowest=0, highest=LARGEST_FRAME)
        or number_problem(shape.group, "group", lowest=0, highest=LARGEST_ID)
        or label_use_problem(labels, shape.label, shape.type)
        or region_problem(shape, shape.type)
        or mask_problem(shape.mask)
        or prompt_problem(shape.prompt)
        or text_problem(shape.model, "model")
        or judgement_problem(shape.review)
    )


def keyframe_problem(keyframe: Keyframe, kind: ShapeType) -> str:
    """Say what is wrong with a keyframe of a track of that type; an outside one may have no points."""
    problem = number_problem(keyframe.frame, "frame", lowest=0, highest=LARGEST_FRAME) or text_problem(
        keyframe.by, "by", LONGEST_NAME
    )
    if problem:
        return problem
    if keyframe.outside and not keyframe.points and keyframe.mask is None:
        return extras_problem(keyframe)
    return region_problem(keyframe, kind) or mask_problem(keyframe.mask)


def track_problem(track: Track, labels: tuple[Label, ...], *, regions: bool = True) -> str:
    """Say what is wrong with a track and its keyframes; without `regions`, of these with their order alone."""
    problem = (
        number_problem(track.id, "id", lowest=1, highest=LARGEST_ID)
        or number_problem(track.group, "group", lowest=0, highest=LARGEST_ID)
        or label_use_problem(labels, track.label, track.type)
        or attributes_problem(track.attributes)
        or prompt_problem(track.prompt)
        or text_problem(track.tracker, "a tracker's name", LONGEST_NAME)
    )
    if regions and not problem:
        problem = next(filter(None, (keyframe_problem(keyframe, track.type) for keyframe in track.keyframes)), "")
    return problem or order_problem(track) or review_problem(track)


def order_problem(track: Track) -> str:
    """Say where a track's keyframes are not in the order of their frames."""
    frames = [keyframe.frame for keyframe in track.keyframes]
    if all(map(lt, frames, frames[1:])):
        return ""
    return f"keyframes are not in order at frame {next(two for one, two in pairwise(frames) if two <= one)}"


def review_problem(track: Track) -> str:
    """Say what is wrong with a track's review ranges."""
    for review in track.review:
        if not 0 <= review.first <= review.last <= LARGEST_FRAME:
            return f"review range {review.first} to {review.last} is impossible"
        if problem := judgement_problem(review):
            return problem
    return ""


def judgement_problem(review: Review | Judgement | None) -> str:
    """Say what is wrong with what a person said."""
    if review is None:
        return ""
    if review.state not in REVIEW_STATES:
        return f'"{review.state}" is no state of review: {nearest(review.state, REVIEW_STATES)}'
    texts = (review.reason, review.comment, review.by, review.at, review.evidence)
    return next(filter(None, (text_problem(text, "review") for text in texts)), "")


def picture_problem(picture: Picture) -> str:
    """Say what is wrong with a picture's line."""
    numbers = (
        ("frame", picture.frame, LARGEST_FRAME),
        ("width", picture.width, LARGEST_FRAME),
        ("height", picture.height, LARGEST_FRAME),
        ("bytes", picture.bytes, LARGEST_ID),
    )
    problems = (number_problem(value, what, lowest=0, highest=highest) for what, value, highest in numbers)
    return (
        next(filter(None, problems), "")
        or ("" if picture.name else "a picture's name is empty")
        or text_problem(picture.name, "a picture's name")
        or text_problem(picture.digest, "a picture's digest", LONGEST_NAME)
        or judgement_problem(picture.review)
    )


def tag_problem(tag: Tag, labels: tuple[Label, ...]) -> str:
    """Say what is wrong with a tag."""
    return (
        number_problem(tag.frame, "frame", lowest=0, highest=LARGEST_FRAME)
        or label_use_problem(labels, tag.label)
        or attributes_problem(tag.attributes)
    )


def certificate_problem(one: Certificate) -> str:
    """Say what is wrong with a certificate."""
    shares, places = (("share", one.share), ("sure", one.sure)), (-1, *one.wrong, len(one.crops))
    problems = [
        number_problem(one.id, "its id", lowest=1, highest=LARGEST_ID),
        number_problem(one.population, "population", lowest=len(one.crops), highest=LARGEST_ID),
        number_problem(one.answered, "answered", lowest=0, highest=len(one.crops)),
        *(f"{what} must be between 0 and 1" for what, value in shares if not 0 < value < 1),
        "" if all(map(lt, places, places[1:])) else f"wrong must be rising places among {len(one.crops)} crops",
        *(text_problem(text, "a text") for text in (one.label, one.source, one.statement, one.by, one.at, one.digest)),
    ]
    for number, frame in one.crops:
        if not (1 <= number <= LARGEST_ID and 0 <= frame <= LARGEST_FRAME):
            problems.append(f"the crop {number} on frame {frame} is impossible")
    return next(filter(None, problems), "")
