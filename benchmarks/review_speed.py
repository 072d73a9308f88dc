"""How long a review takes to look at many tracks without reading a frame, at first and after an edit.

    python benchmarks/review_speed.py [--tracks 1000] [--frames 10000] [--every 10] [--far 60] [--json]

Tracks with a machine's keyframe on each `--every`th frame swing about places in a frame of 1920 x 1080, each on all
frames; with `--far 900` all cross all others. Seconds of processor time: `first` of the whole queue, `edit` of the
queue after one keyframe of one track was changed. The edit is put seven times; the median is told.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from immutables import Map  # noqa: E402

from engine.document import Document, Keyframe, Label, MediaInfo, Track  # noqa: E402
from engine.edits import PutKeyframe, apply  # noqa: E402
from engine.review.queue import Reviewer  # noqa: E402

EDITS = 7


def swinging(number: int, frames: int, every: int, far: float) -> Track:
    """Return a track of a box that swings about a place of its own."""
    random = np.random.default_rng(number)
    at = np.unique(np.append(np.arange(0, frames, every), frames - 1))
    size, place = random.uniform((20, 30), (60, 90)), random.uniform((0, 0), (1800, 1000))
    middle = place if far < 500 else np.array([960.0, 540.0])
    waves = np.sin(at[:, None] / random.uniform(200, 900, 2) + random.uniform(0, 6, 2)) * (far, min(far, 480))
    middles = middle + waves + random.normal(0, 0.5, (len(at), 2))
    boxes = np.hstack((middles - size / 2, middles + size / 2)).round(2).tolist()
    keys = tuple(
        Keyframe(frame, ((x1, y1), (x2, y2)), by="csrt", score=0.9)
        for frame, (x1, y1, x2, y2) in zip(at.tolist(), boxes, strict=True)
    )
    return Track(number, "car", "rectangle", tracker="csrt", keyframes=keys)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=10, help="frames from one keyframe to the next")
    parser.add_argument("--far", type=float, default=60, help="frame pixels that they swing")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    tracks = {n: swinging(n, given.frames, given.every, given.far) for n in range(1, given.tracks + 1)}
    media = MediaInfo("clip.mp4", "video", given.frames, 1920, 1080)
    document = Document(media, (Label("car"),), tracks=Map(tracks), next_id=given.tracks + 1)
    reviewer, times = Reviewer(), list[float]()
    for number in range(EDITS + 1):
        start = time.process_time()
        entries = reviewer.entries(document)
        times.append(time.process_time() - start)
        key = document.tracks[1 + number % given.tracks].keyframes[len(tracks[1].keyframes) // 2]
        put = Keyframe(key.frame, tuple((x + 1, y) for x, y in key.points))
        document, _ = apply(document, PutKeyframe(1 + number % given.tracks, put))
    found = {"first": round(times[0], 2), "edit": round(statistics.median(times[1:]), 3), "entries": len(entries)}
    print(json.dumps(found) if given.json else ", ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
