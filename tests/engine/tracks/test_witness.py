"""Parting a track leaves the frames beside the seam as they were, also where a gap would choose the other way."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.document import Camera, Document, Keyframe, Label, MediaInfo, Track
from engine.edits import PutTrack, apply_all
from engine.tracks import edit, shape_at
from engine.tracks.cut import cut
from engine.tracks.motion import Motion

FRAMES = 61


def swinging() -> Motion:
    """Return the motion of a camera that swings from side to side."""
    along = 40 * np.sin(np.arange(FRAMES) / 4)
    return Motion(np.ones(FRAMES - 1, np.complex128), np.diff(along).astype(np.complex128))


def document(*tracks: Track) -> Document:
    empty = Document(MediaInfo("x", "video", FRAMES, 640, 400), labels=(Label("car"),), camera=Camera(swinging()))
    return apply_all(empty, map(PutTrack, tracks))[0]


def track(number: int, y: float, keys: dict[int, float]) -> Track:
    keyframes = tuple(Keyframe(frame, ((x, y), (x + 50, y + 40))) for frame, x in keys.items())
    return Track(number, "car", "rectangle", keyframes=keyframes)


def place(document: Document, number: int, frame: int) -> tuple[float, ...] | None:
    shape = shape_at(document.tracks[number], frame, motion=document.motion)
    return None if shape is None else tuple(value for point in shape.points for value in point)


def places(document: Document, number: int, frames: range) -> list[tuple[float, ...] | None]:
    return [place(document, number, frame) for frame in frames]


STILL = dict.fromkeys((0, 20, 30, 60), 100.0)


def near(found, expected) -> bool:
    return all(
        (one is None) == (other is None) and (one is None or np.allclose(one, other, atol=0.1))
        for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("seam", range(1, 60, 2))
def test_frames_on_both_sides_of_a_seam_stay(seam: int) -> None:
    whole = document(track(1, 10.0, STILL), track(2, 90.0, STILL))
    motion, before, after = whole.motion, range(seam), range(seam, FRAMES)
    parted, _ = apply_all(whole, edit.split(whole, 1, seam, motion=motion))
    assert near(places(parted, 1, before), places(whole, 1, before))
    assert near(places(parted, 3, after), places(whole, 1, after))
    again, _ = apply_all(parted, edit.merge(parted, (1, 3), motion))
    assert near(places(again, 1, range(FRAMES)), places(whole, 1, range(FRAMES)))
    gone, _ = apply_all(whole, cut(whole, whole.tracks[1], seam, None, motion))
    assert near(places(gone, 1, before), places(whole, 1, before))
    gap, _ = apply_all(whole, cut(whole, whole.tracks[1], seam, seam, motion))
    assert near(places(gap, 1, range(seam)), places(whole, 1, range(seam)))
    assert near(places(gap, 1, range(seam + 1, FRAMES)), places(whole, 1, range(seam + 1, FRAMES)))
    swapped, _ = apply_all(whole, edit.swap(whole, 1, 2, seam, motion))
    assert near(places(swapped, 1, before), places(whole, 1, before))
    assert near(places(swapped, 1, after), places(whole, 2, after))


def test_a_split_and_a_merge_are_together_nothing_also_where_a_gap_needed_a_witness() -> None:
    whole = document(track(1, 10.0, STILL))
    parted, _ = apply_all(whole, edit.split(whole, 1, 15, motion=whole.motion))
    assert [key.frame for key in parted.tracks[1].keyframes if not key.outside] != [0]
    again, _ = apply_all(parted, edit.merge(parted, (1, 2), whole.motion))
    assert again.tracks[1].keyframes == whole.tracks[1].keyframes
    plain = replace(whole, camera=None)
    assert len(apply_all(plain, edit.split(plain, 1, 15))[0].tracks[1].keyframes) == 2
