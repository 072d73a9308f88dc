"""The scissors' time for a move and a click, beside OpenCV's on the whole frame in the same run. Prints ratios.

Run: python benchmarks/scissors.py [PICTURE]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.tools.tracing import CANNY, GRADIENT_LIMIT, Scissors

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}


def median(work: Callable[[int], object], times: int) -> float:
    """Return the median milliseconds of a call, which is told its number."""
    taken = []
    for number in range(times):
        start = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - start) * 1000)
    return float(np.median(taken))


def picture(size: tuple[int, int], path: str | None) -> np.ndarray:
    """Return a picture of that size: the given one enlarged, or blobs and noise."""
    if path:
        return cv2.resize(cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB), size, interpolation=cv2.INTER_CUBIC)
    random = np.random.default_rng(1)
    frame = np.full((size[1], size[0], 3), 90, np.uint8)
    for _ in range(60):
        centre = tuple(int(value) for value in random.integers(0, size))
        color = tuple(int(value) for value in random.integers(0, 255, 3))
        cv2.circle(frame, centre, int(random.integers(20, size[1] // 5)), color, -1)
    return cv2.add(frame, random.integers(0, 12, frame.shape, np.uint8))


def whole_frame(frame: np.ndarray, point: tuple[int, int]) -> None:
    """What OpenCV's own use does on a click."""
    tool = cv2.segmentation.IntelligentScissorsMB()
    tool.setEdgeFeatureCannyParameters(*CANNY)
    tool.setGradientMagnitudeMaxLimit(GRADIENT_LIMIT)
    tool.applyImage(frame)
    tool.buildMap(point)


def times(size: tuple[int, int], path: str | None) -> tuple[float, float, float, float]:
    """Return milliseconds of the first move, a further one, a click, and OpenCV's click on the whole frame."""
    frame, tool = picture(size, path), Scissors()
    features = tool.prepare(frame)
    x, y = size[0] // 2, size[1] // 2

    def moved(number: int) -> object:
        return tool.trace(features, (x + 0.5, y + 0.5), (x + 40.5 + number % 50, y + 30.5), moving=True)

    def clicked(number: int) -> object:
        start = (100.5 + 90 * number % (size[0] - 200), y + 0.5)
        return tool.trace(features, start, (start[0] + 120, y + 60.5))

    return median(moved, 1), median(moved, 200), median(clicked, 9), median(lambda _: whole_frame(frame, (x, y)), 1)


def main() -> None:
    clicks = {}
    print(f"{'':6}{'first move':>12}{'move':>9}{'click':>9}{'whole frame':>13}{'click / whole':>15}")
    for name, size in SIZES.items():
        first, move, click, whole = times(size, sys.argv[1] if len(sys.argv) > 1 else None)
        clicks[name] = click
        print(f"{name:6}{first:9.1f} ms{move:6.2f} ms{click:6.0f} ms{whole:10.0f} ms{click / whole:15.3f}")
    print(f"a click at 4K costs {clicks['4K'] / clicks['720p']:.2f} of one at 720p")


if __name__ == "__main__":
    main()
