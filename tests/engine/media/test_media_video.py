"""Frame i is the same frame by play, seek and step, proved by numbers burnt into the pictures."""

from __future__ import annotations

import random
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media import Cancelled, Media, open_media

Clips = dict[str, tuple[Path, list[int]]]
Reader = Callable[[NDArray[np.uint8]], int]
NAMES = ("cfr", "vfr", "bframes", "opengop", "mpegts", "raw", "edited")
ODD = (
    "bframes_opengop.mp4 block_ends_beyond_cluster.mkv corrupted.mp4 cut_tail.mp4 damaged_middle.mp4 h264_10bits.mp4 "
    "h265_video.mp4 mjpeg_badcount.avi no_timescale.mp4 noindex.mkv odd_321x181.mp4 one_frame.mp4 raw.h264 "
    "realshort.mp4 tiny_av1.mp4 transparent.webm unordered.mov vfr.mp4 video_90.mov"
)


def jumps(count: int) -> list[int]:
    """Return frame numbers in an order that seeks, steps back, repeats and runs a little."""
    order = random.Random(3).choices(range(count), k=20)
    middle = count // 2
    return [*order, count - 1, 0, *range(middle, max(middle - 8, -1), -1), *range(middle, min(middle + 5, count))]


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_shows_its_number(clips: Clips, read_number: Reader, name: str) -> None:
    path, numbers = clips[name]
    with_play = open_media([path])
    assert [read_number(with_play.frame(index)) for index in range(len(with_play))] == numbers
    with_play.close()


@pytest.mark.parametrize("name", NAMES)
def test_seeks_and_steps_show_the_same_frame(clips: Clips, read_number: Reader, name: str) -> None:
    path, numbers = clips[name]
    media = open_media([path])
    order = jumps(len(media))
    assert [read_number(media.frame(index)) for index in order] == [numbers[index] for index in order]
    media.close()


def test_backwards_through_a_long_group(clips: Clips, read_number: Reader) -> None:
    path, numbers = clips["bframes"]
    media = open_media([path])
    assert [read_number(media.frame(index)) for index in reversed(range(len(media)))] == numbers[::-1]
    media.close()


def test_times_are_those_of_the_clip(clips: Clips) -> None:
    media = open_media([clips["vfr"][0]])
    uneven = np.cumsum(np.random.default_rng(5).integers(5, 200, 150))
    times = [media.time(index) for index in range(len(media))]
    assert times == pytest.approx((uneven - uneven[0]) / 1000, abs=0.0011)
    media.close()


def test_the_hash_tells_tables_apart_and_survives_reopening(clips: Clips) -> None:
    hashes = {}
    for name in ("cfr", "vfr", "bframes", "edited"):
        first, second = open_media([clips[name][0]]), open_media([clips[name][0]])
        assert first.info == second.info
        hashes[name] = first.info.times
    assert len(set(hashes.values())) == len(hashes)


@pytest.mark.parametrize("name", ODD.split())
def test_odd_videos_give_the_same_pixels_by_every_way(shared: Path, name: str) -> None:
    path = shared / "data/odd/video" / name
    linear = open_media([path])
    sums = [zlib.crc32(linear.frame(index)) for index in range(len(linear))]
    linear.close()
    by_seek, backwards = open_media([path]), open_media([path])
    order = jumps(len(sums))
    assert [zlib.crc32(by_seek.frame(index)) for index in order] == [sums[index] for index in order]
    back = list(reversed(range(max(0, len(sums) - 20), len(sums))))
    assert [zlib.crc32(backwards.frame(index)) for index in back] == [sums[index] for index in back]


def test_rotation_is_honoured_as_opencv_does(shared: Path) -> None:
    import cv2

    path = shared / "data/odd/video/video_90.mov"
    media = open_media([path])
    bgr = cv2.VideoCapture(str(path)).read()[1]
    assert media.info.rotation == 90
    assert media.size(0) == (bgr.shape[1], bgr.shape[0])
    assert np.abs(media.frame(0).astype(int) - bgr[..., ::-1]).mean() < 3


def test_damage_is_said(shared: Path) -> None:
    media = open_media([shared / "data/odd/video/cut_tail.mp4"])
    assert "cut_tail.mp4" in media.warning(0)


def test_a_frame_that_is_not_there_is_named(clips: Clips) -> None:
    media = open_media([clips["cfr"][0]])
    with pytest.raises(MediaError, match=r"cfr\.mp4.*no frame 101"):
        media.frame(100)
    media.close()
    with pytest.raises(MediaError, match="closed"):
        media.frame(0)


def test_a_cancelled_seek_leaves_the_decoder_usable(clips: Clips, read_number: Reader) -> None:
    media: Media = open_media([clips["bframes"][0]])
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    with pytest.raises(Cancelled):
        media.frame(240, soon)
    assert asked == 31  # given up at once
    assert [read_number(media.frame(index)) for index in (240, 10, 200)] == [240, 10, 200]


def test_nothing_heavy_is_imported_with_the_package() -> None:
    code = "import sys, engine.media; print([m for m in ('cv2', 'av', 'PIL', 'torch') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == "[]"


def test_a_playlist_cannot_reach_the_network(tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/clip.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError, match=r"list\.mp4"):
        open_media([path])
