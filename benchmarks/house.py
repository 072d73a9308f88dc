"""What the house itself costs, without a screen: tracks on a frame, edits of many things, and how they enter.

`python -m benchmarks.house [--json]`: milliseconds, the best of several. Nothing here needs data.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from immutables import Map

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Track  # noqa: E402
from engine.edits import Edit, PutKeyframes, PutShapes, PutTrack, apply, indexed  # noqa: E402
from engine.ready import ready  # noqa: E402
from engine.session import Session  # noqa: E402
from engine.tracks import tracked_on  # noqa: E402

EMPTY = Document(MediaInfo("clip.mp4", "video", frames=10_000, width=1920, height=1080), (Label("car"),))


def outline(points: int) -> tuple[tuple[float, float], ...]:
    """Return points anywhere on the frame."""
    return tuple((round(random.uniform(0, 1920), 2), round(random.uniform(0, 1080), 2)) for _ in range(points))


def best(run: Callable[[int], object], times: int = 7) -> float:
    """Return milliseconds of the fastest of several runs, each of which is given its number."""
    taken = []
    for number in range(times):
        start = time.perf_counter()
        run(number)
        taken.append(time.perf_counter() - start)
    return round(min(taken) * 1000, 3)


def of_tracks(count: int, points: int) -> dict[str, float]:
    """Return what the shapes of tracks cost on a frame that is new, and on the same again."""
    kind = "rectangle" if points == 2 else "polygon"
    tracks = {
        number: Track(number, "car", kind, keyframes=tuple(Keyframe(at, outline(points)) for at in range(0, 200, 20)))
        for number in range(1, count + 1)
    }  # fmt: skip
    all_of_them = Map(tracks)
    new = best(lambda number: tracked_on(all_of_them, 41 + number))
    return {f"{count} tracks of {points} points, new frame": new,
            f"{count} tracks of {points} points, again": best(lambda _: tracked_on(all_of_them, 47))}  # fmt: skip


def of_edits() -> dict[str, float]:
    """Return what edits of many things cost where they are made; that is in a job, not on the loop."""
    shapes = tuple(Shape(number, number % 10_000, "car", "rectangle", outline(2)) for number in range(1, 100_001))
    keyframes = tuple(Keyframe(at, outline(2), by="csrt") for at in range(1, 10_000))
    empty = indexed(EMPTY)
    with_track, _ = apply(empty, PutTrack(Track(1, "car", "rectangle", keyframes=(Keyframe(0, outline(2)),))))
    full, _ = apply(empty, PutShapes(shapes))
    return {
        "100,000 shapes": best(lambda _: apply(empty, PutShapes(shapes)), 3),
        "10,000 keyframes": best(lambda _: apply(with_track, PutKeyframes(1, keyframes)), 3),
        "1 shape among 100,000": best(lambda _: apply(full, PutShapes((shapes[7],)))),
    }


class Frames:
    """The frames of a clip of which nothing is asked."""

    def __len__(self) -> int:
        return 10_000

    def picture(self, index: int, *, look: bool = False) -> None:
        return None


def taken_over(make: Callable[[Document], tuple[Edit, ...]], start: Document) -> float:
    """Return what the event loop pays for a commit that a job has applied."""
    times = []
    for _ in range(5):
        session = Session(start, cast(Any, Frames()))
        made = ready("Run", start, make, Frames().picture)
        began = time.perf_counter()
        session.take_over(made)
        times.append(time.perf_counter() - began)
    return round(min(times) * 1000, 3)


def of_the_loop() -> dict[str, float]:
    """Return what entering many things costs the event loop."""
    shapes = tuple(Shape(number, number % 10_000, "car", "rectangle", outline(2)) for number in range(1, 100_001))
    keyframes = tuple(Keyframe(at, outline(2), by="csrt") for at in range(1, 10_000))
    empty = indexed(EMPTY)
    tracked, _ = apply(empty, PutTrack(Track(1, "car", "rectangle", keyframes=(Keyframe(0, outline(2)),))))
    return {
        "100,000 shapes, on the loop": taken_over(lambda document: (PutShapes(shapes),), empty),
        "10,000 keyframes, on the loop": taken_over(lambda document: (PutKeyframes(1, keyframes),), tracked),
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    random.seed(1)
    figures = {**of_tracks(1000, 2), **of_tracks(1000, 60), **of_edits(), **of_the_loop()}
    print(
        json.dumps(figures)
        if options.json
        else "\n".join(f"{name:44}{value:10.3f} ms" for name, value in figures.items())
    )


if __name__ == "__main__":
    main()
