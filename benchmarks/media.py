"""Frames of H.264 beside a bare PyAV loop and cv2.VideoCapture, measured in the same run: `python benchmarks/media.py`.

The clip is made here. Goals: next frame at most 1.25 times the bare loop; a random seek at most 1.15 times key frame
seek and forward decode; steps back at most 0.5 times cv2; bytes held never above the budget; no wrong frame.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.media import FrameCache, Media, open_media

BITS = 12


def burnt(number: int, *, width: int, height: int) -> np.ndarray:
    """Draw a frame: a moving texture, some noise, and its number as cells of black and white."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(number % 7).integers(0, 24, (height, width))
    picture = ((x + 2 * y + 5 * number) % 200 + noise).astype(np.uint8)
    cell = width // BITS
    for bit in range(BITS):
        picture[:32, bit * cell : (bit + 1) * cell] = 235 if number >> bit & 1 else 16
    return np.repeat(picture[..., None], 3, axis=2)


def number_in(pixels: np.ndarray) -> int:
    """Read the number of a frame."""
    cell = pixels.shape[1] // BITS
    return sum(1 << bit for bit in range(BITS) if pixels[16, bit * cell + cell // 2].mean() > 128)


def make_clip(path: Path, *, frames: int, group: int, width: int, height: int) -> None:
    """Encode H.264 with three B-frames and key frames at a fixed distance."""
    import av

    options = {"g": str(group), "bf": "3", "preset": "veryfast", "sc_threshold": "0", "crf": "28"}
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            picture = burnt(number, width=width, height=height)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the milliseconds of a call and what it returned."""
    start = time.perf_counter()
    result = call()
    return (time.perf_counter() - start) * 1000, result


def bare_next(path: Path, count: int) -> float:
    """Return the milliseconds a frame of decoding and conversion alone."""
    import av

    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        frames = container.decode(video=0)
        next(frames).to_ndarray(format="rgb24")
        spent, _ = timed(lambda: [next(frames).to_ndarray(format="rgb24") for _ in range(count)])
    return spent / count


def bare_seeker(path: Path) -> Callable[[int], np.ndarray]:
    """Return a reader by key frame seek and forward decode, with nothing around it."""
    import av

    container = av.open(str(path))
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    step = int(1 / (stream.average_rate * stream.time_base))

    def seek(index: int) -> np.ndarray:
        container.seek(index * step, stream=stream)
        frame = next(item for item in container.decode(stream) if item.pts >= index * step)
        return frame.to_ndarray(format="rgb24")

    return seek


def cv2_seeker(path: Path) -> Callable[[int], Any]:
    """Return cv2's reader by frame number."""
    import cv2

    capture = cv2.VideoCapture(str(path))

    def seek(index: int) -> Any:
        capture.set(cv2.CAP_PROP_POS_FRAMES, index)
        return capture.read()[1]

    return seek


def race(order: list[int], readers: dict[str, Callable[[int], Any]]) -> dict[str, list[float]]:
    """Return the milliseconds of each frame by each reader, in turns, so that all meet the same load."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for index in order:
        for name, read in readers.items():
            times[name].append(timed(lambda read=read, index=index: read(index))[0])
    return times


def checked(read: Callable[[int], np.ndarray], wrong: list[int]) -> Callable[[int], np.ndarray]:
    """Return the reader, noting frames that show another number."""

    def reading(index: int) -> np.ndarray:
        pixels = read(index)
        if number_in(pixels) != index:
            wrong.append(index)
        return pixels

    return reading


def report(name: str, times: dict[str, list[float]], goal: str) -> None:
    """Print a row: our mean and 95th percentile, and the ratio of the mean to each peer's."""
    means = {reader: statistics.mean(spent) for reader, spent in times.items()}
    p95 = float(np.percentile(times["ours"], 95))
    peers = (f"{means['ours'] / mean:.2f} x {peer} ({mean:.1f})" for peer, mean in means.items() if peer != "ours")
    print(f"  {name:12} mean {means['ours']:6.1f} ms, p95 {p95:6.1f}: {', '.join(peers)}; goal {goal}")


def measure(path: Path, *, frames: int, seeks: int) -> None:
    """Print the table of one clip."""
    spent, media = timed(lambda: open_media([path]))
    print(f"  opening with table and check: {spent:.0f} ms, {len(media)} frames")
    wrong: list[int] = []
    chosen = random.Random(1)
    order = [chosen.randrange(frames) for _ in range(seeks)]
    readers = {"ours": checked(media.frame, wrong), "bare": bare_seeker(path), "cv2": cv2_seeker(path)}
    report("random seek", race(order, readers), "1.15 bare")
    run_next(path, media, count=min(frames - 10, 250), wrong=wrong)
    cache = FrameCache(media)
    back = list(range(frames - 20, max(frames - 140, 0), -1))
    # Turns give the read-ahead time that a person gives it, too; the column of a person in a hurry is "next".
    readers = {"ours": checked(cache.get, wrong), "cv2": cv2_seeker(path)}
    report("previous", race(back, readers), "0.5 cv2 (4K, 250: 0.15)")
    hurried = [timed(lambda index=index: cache.get(index))[0] for index in range(frames - 260, frames - 380, -1)]
    print(f"  {'':12} in a hurry   {statistics.mean(hurried):6.1f} ms, longest {max(hurried):.0f}")
    print(f"  wrong frames: {len(wrong)}; bytes held: {cache.bytes >> 20} of 512 MB")
    cache.close()
    media.close()


def run_next(path: Path, media: Media, *, count: int, wrong: list[int]) -> None:
    """Print playing on, direct and through the cache, beside the bare loop: the best of three runs of each."""
    bare, direct, cached = [], [], []
    for _ in range(3):
        bare.append(bare_next(path, count))
        media.frame(0)
        read = checked(media.frame, wrong)
        direct.append(timed(lambda read=read: [read(index) for index in range(1, count + 1)])[0] / count)
        cache = FrameCache(media)
        cache.get(0)
        read = checked(cache.get, wrong)
        cached.append(timed(lambda read=read: [read(index) for index in range(1, count + 1)])[0] / count)
        cache.close()
    for name, best in (("next, direct", min(direct)), ("next, cache", min(cached))):
        print(f"  {name:12} best {best:6.2f} ms: {best / min(bare):.2f} x bare ({min(bare):.2f}); goal 1.25 bare")


def main() -> None:
    """Measure 720p with short and long groups of pictures, and 4K if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=750)
    parser.add_argument("--seeks", type=int, default=30)
    parser.add_argument("--uhd", action="store_true", help="3840x2160, too (minutes)")
    options = parser.parse_args()
    cases = [(1280, 720, 12, options.frames), (1280, 720, 250, options.frames)]
    cases += [(3840, 2160, 250, 300)] if options.uhd else []
    with tempfile.TemporaryDirectory() as folder:
        for width, height, group, frames in cases:
            path = Path(folder) / f"{height}p{group}.mp4"
            make_clip(path, frames=frames, group=group, width=width, height=height)
            print(f"{width}x{height}, key frame every {group}, {path.stat().st_size >> 10} KB")
            measure(path, frames=frames, seeks=options.seeks)


if __name__ == "__main__":
    main()
