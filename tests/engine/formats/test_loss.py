"""What a format cannot carry is said, with numbers; and no field of what is saved is forgotten."""

from __future__ import annotations

import msgspec
import pytest

from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Tag, Track
from engine.formats.base import FormatSpec
from engine.formats.loss import ALWAYS, FIELDS, PARTS, losses
from tests.engine.formats.documents import everything

COUNTS = {
    "rectangle": 2, "polygon": 1, "polyline": 1, "points": 1, "ellipse": 1, "mask": 1, "tracks": 1, "tags": 1,
    "label tables": 1, "rotation": 1, "occluded": 2, "outside": 1, "order": 1, "groups": 1, "attributes": 2,
    "source": 4, "model": 2, "score": 2, "review": 2, "prompt": 1, "label colors": 1, "label keys": 1, "label types": 1,
}  # fmt: skip


def target(*carries: str) -> FormatSpec:
    return FormatSpec("mine", "Mine", (".mine",), frozenset(carries))


def test_each_part_is_counted() -> None:
    assert {loss.part: loss.count for loss in losses(everything(), target())} == COUNTS


@pytest.mark.parametrize("part", PARTS)
def test_what_is_carried_is_not_lost(part: str) -> None:
    assert {loss.part for loss in losses(everything(), target(part))} == set(PARTS) - {part}


def test_nothing_is_lost_of_nothing_and_of_all_that_is_carried() -> None:
    assert losses(Document(MediaInfo("a.jpg")), target()) == []
    assert losses(everything(), target(*PARTS)) == []


def test_a_loss_is_a_sentence() -> None:
    (loss,) = losses(everything(), target(*PARTS.keys() - {"ellipse"}))
    assert loss.text("Mine") == "Mine cannot carry shapes of the type ellipse: 1 would be dropped"


@pytest.mark.parametrize("kind", [Shape, Track, Keyframe, Tag, Label], ids=lambda kind: kind.__name__)
def test_every_field_belongs_to_a_part_or_is_what_every_format_has(kind: type) -> None:
    named = {name for _, names in FIELDS.values() for name in names}
    assert {field.name for field in msgspec.structs.fields(kind)} <= named | ALWAYS
