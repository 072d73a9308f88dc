"""What is seen in boxes, and the kinds of trouble that go by it: on a textured square before a textured ground."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.document import Box, Document, Keyframe, Label, MediaInfo, Track
from engine.errors import MediaError
from engine.review.base import kinds
from engine.review.queue import Entry, Reviewer
from engine.runs.seen import Seen, steps
from engine.tracks.course import course_of

COUNT, WIDTH, HEIGHT, SIDE = 40, 320, 200, 48
PIXELS = ("appearance", "frozen", "slip")


def noise(seed: int, height: int, width: int) -> np.ndarray:
    """Return a texture with something to follow at every scale."""
    random, found = np.random.default_rng(seed), np.zeros((height, width, 3))
    for cell in (4, 8, 16):
        coarse = random.uniform(0, 85, (height // cell + 1, width // cell + 1, 3))
        found += coarse.repeat(cell, 0).repeat(cell, 1)[:height, :width]
    return found.astype(np.uint8)


GROUND, SQUARE = noise(1, HEIGHT, WIDTH), noise(2, SIDE, SIDE)


def place(frame: int) -> tuple[int, int]:
    return 40 + 4 * frame, 70 + (frame % 2)


def picture(frame: int) -> np.ndarray:
    image = GROUND.copy()
    x, y = place(frame)
    image[y : y + SIDE, x : x + SIDE] = SQUARE
    return image


def box(frame: int) -> Box:
    x, y = place(frame)
    return float(x), float(y), float(x + SIDE), float(y + SIDE)


def track(way: Callable[[int], Box] = box) -> Track:
    keys = (((x1, y1), (x2, y2)) for x1, y1, x2, y2 in map(way, range(COUNT)))
    ends = (0, COUNT - 1)
    return Track(1, "a", "rectangle", keyframes=tuple(
        Keyframe(frame, points, by="human" if frame in ends else "csrt") for frame, points in enumerate(keys)
    ))  # fmt: skip


def entries(
    way: Callable[[int], Box] = box, *, names: tuple[str, ...] = PIXELS, **given: dict[str, float]
) -> tuple[Entry, ...]:
    document = Document(MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT), (Label("a"),))
    document = type(document)(document.media, document.labels, tracks=document.tracks.set(1, track(way)))
    reviewer = Reviewer({name: kinds()[name] for name in names}, given, Seen(picture))
    assert [*reviewer.look(document)] and reviewer.unseen_frames(document) == 0
    return reviewer.entries(document)


def drifted(frame: int) -> Box:
    """Leave the square downwards, and come back as slowly."""
    off = 4.0 * max(0, min(frame - 10, 30 - frame))
    x1, y1, x2, y2 = box(frame)
    return x1, y1 + off, x2, y2 + off


def frozen(frame: int) -> Box:
    return box(14 if 14 <= frame < 26 else frame)


def stuck(frame: int) -> Box:
    """Stand still up to the last frame."""
    return box(min(frame, COUNT - 14))


def elsewhere(frame: int) -> Box:
    x1, y1, x2, y2 = box(frame)
    return (x1, y1 + 60, x2, y2 + 60) if 20 <= frame < 23 else (x1, y1, x2, y2)


def test_content_and_looks_are_measured() -> None:
    course, seen = course_of(track(), COUNT), Seen(picture)
    assert len([*seen.look([course])]) == COUNT
    sights = seen.of(course)
    for moves in (sights.shifts, sights.backs):
        assert np.abs(np.abs(moves) - (4, 1)).max() < 0.3 and (moves[:, 0] > 0).all()
    assert sights.alike.min() > 0.98


def test_nothing_is_said_of_a_track_that_is_right() -> None:
    assert entries() == ()


@pytest.mark.parametrize(
    ("kind", "way", "frames"),
    [
        ("slip", drifted, range(11, 31)), ("frozen", frozen, range(15, 27)), ("frozen", stuck, range(27, 40)),
        ("appearance", elsewhere, range(20, 23)),
    ],
)  # fmt: skip
def test_a_kind_finds_its_fault(kind: str, way: Callable[[int], Box], frames: range) -> None:
    found = entries(way, names=(kind,))
    assert found and all(entry.worst in frames for entry in found), found


def test_a_standstill_counts_from_its_least_length_on() -> None:
    for least, found in ((11, 1), (12, 0)):
        assert len(entries(frozen, names=("frozen",), frozen={"least": least})) == found


@pytest.mark.parametrize(
    ("far", "alike", "names"),
    [(45, 0.7, ("jump", "overlap")), (20, 2.0, ("jump",))],
    ids=["by its look", "by its points"],
)
def test_a_jump_that_the_content_goes_along_with_is_none(far: int, alike: float, names: tuple[str, ...]) -> None:
    """A jolt moves everything at once: the box stays on its square."""

    def jolted(frame: int) -> np.ndarray:
        return np.roll(picture(frame), far if frame >= 20 else 0, axis=0)

    def along(frame: int) -> Box:
        x1, y1, x2, y2 = box(frame)
        return (x1, y1 + far, x2, y2 + far) if frame >= 20 else (x1, y1, x2, y2)

    document = Document(MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT), (Label("a"),))
    document = type(document)(document.media, document.labels, tracks=document.tracks.set(1, track(along)))
    asked = {name: kinds()[name] for name in names}
    given = {name: {"alike": alike, "threshold": 0.8} for name in names}
    assert Reviewer(asked, given).entries(document)
    reviewer = Reviewer(asked, given, Seen(jolted))
    assert [*reviewer.look(document)] and reviewer.entries(document) == ()
    assert entries(elsewhere, names=names)


def test_a_box_that_slides_all_the_time_is_measured_by_itself() -> None:
    def sliding(frame: int) -> Box:
        off = 4.0 * abs(8 - frame % 16)
        x1, y1, x2, y2 = box(frame)
        return x1, y1 + off, x2, y2 + off

    document = Document(MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT), (Label("a"),))
    document = type(document)(document.media, document.labels, tracks=document.tracks.set(1, track(sliding)))
    seen, asked = Seen(picture), {"slip": kinds()["slip"]}
    reviewer = Reviewer(asked, seen=seen)
    assert [*reviewer.look(document)] and reviewer.entries(document) == ()
    assert Reviewer(asked, {"slip": {"times": 0.0}}, seen).entries(document)


def test_entries_come_while_frames_are_looked_at_and_are_whole_at_the_end() -> None:
    document = Document(MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT), (Label("a"),))
    document = type(document)(document.media, document.labels, tracks=document.tracks.set(1, track(drifted)))
    reviewer = Reviewer(seen=Seen(picture))
    told = [reviewer.entries(document) for _ in reviewer.look(document)]
    assert told[0] != reviewer.entries(document) == entries(drifted, names=tuple(kinds()))


def test_an_edit_has_only_the_boxes_it_changed_looked_at_again() -> None:
    seen = Seen(picture)
    [*seen.look([course_of(track(), COUNT)])]
    changed = course_of(track(lambda frame: elsewhere(frame) if frame == 20 else box(frame)), COUNT)
    assert [step[0] for step in seen.missing([changed])] == [19, 20]
    assert [*seen.look([changed])] == [19, 20] and not seen.missing([changed])


def test_looking_may_be_left_and_gone_on_with() -> None:
    course, seen = course_of(track(), COUNT), Seen(picture)
    looking = seen.look([course])
    assert [next(looking) for _ in range(5)] == [0, 1, 2, 3, 4]
    looking.close()
    assert np.isfinite(seen.of(course).shifts[:5]).all() and np.isnan(seen.of(course).shifts[5:]).all()
    assert [*seen.look([course], 30)] == [*range(30, COUNT), *range(5, 30)] and len(seen) == len(steps(course))


def test_a_frame_that_cannot_be_read_is_noted_and_the_others_are_looked_at() -> None:
    def torn(frame: int) -> np.ndarray:
        if frame == 20:
            raise MediaError("Frame 20 cannot be read", "it is torn")
        return picture(frame)

    course, seen = course_of(track(), COUNT), Seen(torn)
    assert len([*seen.look([course])]) == COUNT and seen.unread == {20: "Frame 20 cannot be read. it is torn"}
    sights = seen.of(course)
    assert np.flatnonzero(np.isnan(sights.looks).any(1)).tolist() == [20]
    assert np.flatnonzero(np.isnan(sights.shifts).any(1)).tolist() == [19, 20]
    document = Document(MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT), (Label("a"),))
    document = type(document)(document.media, document.labels, tracks=document.tracks.set(1, track()))
    assert Reviewer(seen=seen).entries(document) == ()
