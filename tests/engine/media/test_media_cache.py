"""The cache: never above its budget, the same frames as the media, and read-ahead that gives way at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.document import MediaInfo
from engine.errors import MediaError
from engine.media import Cancelled, FrameCache, open_media
from engine.media.base import Media, Pixels, never, shared

Clips = dict[str, tuple[Path, list[int]]]
Reader = Callable[[NDArray[np.uint8]], int]
FRAME_BYTES = 384 * 96 * 3


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the other thread does not get there"
        time.sleep(0.005)


@pytest.mark.parametrize("frames", [3, 12, 60])
def test_bytes_never_exceed_the_budget(clips: Clips, read_number: Reader, frames: int) -> None:
    path, numbers = clips["bframes"]
    budget = frames * FRAME_BYTES
    media = open_media([path])
    cache = FrameCache(media, budget)
    highest = 0
    for index in [*range(40), *range(200, 150, -1), 5, 290, 100]:
        assert read_number(cache.get(index)) == numbers[index]
        highest = max(highest, cache.bytes)
    assert 0 < highest <= budget
    cache.close()
    assert cache.bytes <= budget // 4


def test_a_frame_above_the_budget_is_returned_but_not_kept(clips: Clips) -> None:
    cache = FrameCache(open_media([clips["cfr"][0]]), 1000)
    assert cache.get(3).shape == (96, 384, 3)
    assert cache.bytes == 0 and cache.peek(3) is None
    cache.close()


@pytest.mark.parametrize("stride", [1, -1, 10])
def test_it_reads_ahead_in_the_direction_of_travel(clips: Clips, read_number: Reader, stride: int) -> None:
    cache = FrameCache(open_media([clips["bframes"][0]]), ahead=6)
    cache.get(100)
    cache.get(100 + stride)
    wanted = [100 + stride * step for step in range(2, 8)]
    until(lambda: all(cache.peek(index) is not None for index in wanted))
    assert [read_number(cache.get(index)) for index in wanted] == wanted
    cache.close()


def test_frames_that_are_wished_for_come_after_those_that_are_read_ahead(clips: Clips, read_number: Reader) -> None:
    cache = FrameCache(open_media([clips["bframes"][0]]), ahead=2)
    cache.wish([200, 40, 10**9])
    cache.get(100)
    until(lambda: all(cache.peek(index) is not None for index in (101, 102, 200, 40)))
    assert read_number(cache.get(200)) == 200 and cache.peek(199) is None
    cache.wish([60])
    until(lambda: cache.peek(60) is not None)
    cache.close()


def test_many_threads_get_the_frames_they_ask_for(clips: Clips, read_number: Reader) -> None:
    cache = FrameCache(open_media([clips["vfr"][0]]), 20 * FRAME_BYTES)
    wrong: list[int] = []

    def ask(seed: int) -> None:
        for index in np.random.default_rng(seed).integers(0, 150, 30).tolist():
            if read_number(cache.get(index)) != index:
                wrong.append(index)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)
    cache.close()


class Slow(Media):
    """Frames that take as long as they are allowed to: proves that obsolete work is given up."""

    def __init__(self) -> None:
        self.info = MediaInfo("slow", "video", 200, 4, 4)
        self.begun: list[int] = []
        self.cancelled: list[int] = []

    def frame(self, index: int, cancelled: Callable[[], bool] = never) -> Pixels:
        self.begun.append(index)
        while index in (51, 1) and not cancelled():
            time.sleep(0.002)
        if cancelled():
            self.cancelled.append(index)
            raise Cancelled
        return shared(np.full((4, 4, 3), index, np.uint8))


def test_obsolete_read_ahead_stops_and_the_thread_ends() -> None:
    media = Slow()
    cache = FrameCache(media)
    cache.get(50)
    until(lambda: 51 in media.begun)
    assert int(cache.get(90)[0, 0, 0]) == 90
    until(lambda: media.cancelled == [51])
    until(lambda: cache.peek(91) is not None)
    cache.prefetch(0, 1)
    until(lambda: 1 in media.begun)
    thread = next(item for item in threading.enumerate() if item.name == "read-ahead")
    cache.close()
    assert not thread.is_alive()


def test_an_error_ahead_shows_only_when_asked_for(tmp_path: Path) -> None:
    from PIL import Image

    for index in range(4):
        Image.new("RGB", (6, 6), (index, 0, 0)).save(tmp_path / f"{index}.png")
    (tmp_path / "2.png").write_bytes(b"no picture")
    cache = FrameCache(open_media([tmp_path]))
    cache.get(0)
    until(lambda: cache.peek(3) is not None)
    with pytest.raises(MediaError, match=r"2\.png"):
        cache.get(2)
    cache.close()


def test_the_interpreter_ends_while_reading_ahead(clips: Clips) -> None:
    code = (
        "import sys; from pathlib import Path; from engine.media import *\n"
        "cache = FrameCache(open_media([Path(sys.argv[1])])); cache.get(120); print('got')"
    )
    command = [sys.executable, "-c", code, str(clips["bframes"][0])]
    child = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (child.returncode, child.stdout.strip(), child.stderr) == (0, "got", "")
