"""The camera's motion: measured on pictures, chained over frames, kept on disk."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.document import MediaInfo
from engine.tracks import camera, kept_motion
from engine.tracks.motion import Motion, carried_box

SIZE = (640, 360)


def warped(picture, turn, shift):
    """Return the picture as a camera's motion in frame pixels shows it."""
    # OpenCV's whole numbers are centres of pixels, ours their corners
    off = shift + (0.5 + 0.5j) * (turn - 1)
    matrix = np.array([[turn.real, -turn.imag, off.real], [turn.imag, turn.real, off.imag]])
    return cv2.warpAffine(picture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize(
    ("turn", "shift"), [(1 + 0j, 9 - 4j), (np.exp(0.03j), 2 + 3j), (1.02 + 0j, -5 + 1j), (0.99 * np.exp(-0.02j), 6j)]
)
def test_a_known_motion_of_a_real_picture_is_found(clip, turn, shift):
    before = clip("davis_blackswan")[0](0)
    motion = Motion.unknown(2)
    steps = dict(camera.measured(motion, [before, warped(before, turn, shift)].__getitem__))
    found = motion.with_steps(steps).between(0, 1)
    corners = np.array([0, SIZE[0], SIZE[1] * 1j, SIZE[0] + SIZE[1] * 1j])
    apart = np.abs((found[0] * corners + found[1]) - (turn * corners + shift))
    assert apart.max() < 1.0


def test_a_plain_wall_a_cut_and_another_size_count_as_still(clip):
    pixels, _ = clip("otb_David")
    wall = np.full((240, 320, 3), 90, np.uint8)
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    pictures = [pixels(0), wall, wall, noise, clip("davis_blackswan")[0](0)]
    steps = dict(camera.measured(Motion.unknown(5), pictures.__getitem__))
    assert steps == dict.fromkeys(range(4), (1 + 0j, 0j))


def test_each_frame_is_asked_for_once_and_only_what_is_missing():
    asked = []

    def pixels(frame):
        asked.append(frame)
        return np.zeros((20, 30, 3), np.uint8)

    motion = Motion.unknown(9).with_steps(dict.fromkeys((2, 3), (1 + 0j, 1j)))
    steps = dict(camera.measured(motion, pixels))
    assert asked == [0, 1, 2, 4, 5, 6, 7, 8] and sorted(steps) == [0, 1, 4, 5, 6, 7]
    assert [frame for frame, _ in camera.measured(motion, pixels, range(3, 6))] == [4, 5]
    assert not motion.with_steps(steps).missing


def test_steps_are_chained_both_ways_and_nothing_is_guessed():
    random = np.random.default_rng(2)
    turns = np.exp(1j * random.normal(0, 0.1, 6)) * random.uniform(0.9, 1.1, 6)
    shifts = random.normal(0, 9, 6) + 1j * random.normal(0, 9, 6)
    motion = Motion(turns, shifts)
    point = 12.0 + 7j
    there = point
    for step in range(1, 5):
        there = turns[step] * there + shifts[step]
    turn, shift = motion.between(1, 5)
    assert turn * point + shift == pytest.approx(there)
    back = motion.between(5, 1)
    assert back[0] * there + back[1] == pytest.approx(point)
    assert motion.matrix(1, 5) @ [12.0, 7.0, 1.0] == pytest.approx([there.real, there.imag])
    assert motion.between(3, 3) == pytest.approx((1, 0)) and motion.knows(0, 6)
    holed = Motion.unknown(7).with_steps({0: (1 + 0j, 1 + 0j), 2: (1 + 0j, 2 + 0j)})
    assert holed.between(0, 1) and holed.between(2, 3) and holed.missing == (1, 3, 4, 5)
    assert [holed.between(0, 2), holed.between(3, 1), holed.between(0, 7), holed.matrix(-1, 1)] == [None] * 4


def test_a_box_goes_along_upright_and_is_scaled():
    assert carried_box((0, 0, 10, 20), (2j, 5 + 0j)) == (-25, -10, -5, 30)  # its middle 5, 10 goes to -15, 10


def test_it_is_kept_on_disk_and_a_damaged_or_strange_file_counts_as_none(tmp_path):
    info = MediaInfo("c.mp4", "video", 4, 640, 360, times="abc")
    media = tmp_path / "c.mp4"
    media.write_bytes(b"x")
    path = kept_motion.place(media, info, tmp_path / "kept")
    motion = Motion.unknown(4).with_steps({1: (1.5 + 1j, 2 + 3j)})
    assert kept_motion.load(path, 4).missing == (0, 1, 2)
    kept_motion.save(path, motion)
    found = kept_motion.load(path, 4)
    assert found.missing == (0, 2) and found.between(1, 2) == pytest.approx((1.5 + 1j, 2 + 3j))
    assert kept_motion.load(path, 5).missing == (0, 1, 2, 3)
    kept_motion.save(path, Motion(np.zeros(3, complex), np.zeros(3, complex)))
    assert kept_motion.load(path, 4).missing == (0, 1, 2)
    path.write_bytes(path.read_bytes()[:100])
    assert kept_motion.load(path, 4).missing == (0, 1, 2)
    media.write_bytes(b"another")
    assert kept_motion.place(media, info, tmp_path / "kept") != path


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "kept").write_text("a file, no folder")
    kept_motion.save(tmp_path / "kept" / "a.motion.npz", Motion.unknown(3))
    assert (tmp_path / "kept").is_file()


def test_the_least_recently_used_go_first(tmp_path, monkeypatch):
    import os

    monkeypatch.setattr(kept_motion, "MOST", 2)
    for number in range(3):
        path = tmp_path / f"{number}{kept_motion.SUFFIX}"
        kept_motion.save(path, Motion.unknown(3))
        os.utime(path, (number, number))
    kept_motion.load(tmp_path / f"1{kept_motion.SUFFIX}", 3)
    (tmp_path / ".x.999999999.0123456789abcdef.tmp").write_bytes(b"left by a killed writer")
    kept_motion.save(tmp_path / f"3{kept_motion.SUFFIX}", Motion.unknown(3))
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["1", "3"]
