"""How soon the next entry of a review is there on a clip of 1080p H.264: `python benchmarks/next_entry.py [--json]`.

The real program without a terminal. A clip is made here with a key frame every 250 frames, and tracks that jump away
now and then. Space is typed when the frame of the next entry is read ahead, as it is while a person looks at the one
before; milliseconds from the key to its frame in the picture that is drawn, p50, p95 and the most; goal: 100. Beside it
how long a reader of its own, with nothing to keep, takes to the same frames: what the next entry would take without
reading ahead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.media import bare_seeker, make_clip, timed  # noqa: E402
from engine.document import Keyframe, Track  # noqa: E402
from engine.edits import PutTrack  # noqa: E402
from tests.tui.in_process import running, until, write  # noqa: E402
from tui.app import TermwandApp  # noqa: E402

FRAMES, GROUP, TRACKS, SIZE = 600, 250, 24, (160, 45)
PATIENCE = 60.0


def jumping(number: int, chance: random.Random) -> Track:
    """Return a track of a box that goes straight on and is elsewhere on two frames."""
    away = chance.randrange(20, FRAMES - 20)
    keys = list[Keyframe]()
    for frame in range(0, FRAMES, 2):
        x, y = 100 + 2.0 * frame + 9 * number, 40.0 * number + (220 if abs(frame - away) < 2 else 0)
        by = "human" if frame in (0, FRAMES - 2) else "csrt"
        keys.append(Keyframe(frame, ((x, y), (x + 90, y + 70)), by=by))
    return Track(number, "car", "rectangle", tracker="csrt", keyframes=tuple(keys))


async def measured(path: Path, seed: int) -> tuple[list[float], list[int]]:
    """Return milliseconds from each Space to its picture, and the frames that were gone to."""
    chance, times, frames = random.Random(seed), list[float](), list[int]()
    async with running(path, size=SIZE) as app:
        app.session.commit("Tracks", *(PutTrack(jumping(1 + n, chance)) for n in range(TRACKS)))
        app.do("review.open")
        await until(lambda: app.session.review.at is not None and len(app.session.review.listed) >= TRACKS, PATIENCE)
        for _ in range(TRACKS - 2):
            following = app.session.review.following()
            if not following:
                break
            await until(lambda frame=following[0].worst: app.session.media.frames.peek(frame) is not None, PATIENCE)
            times.append(await one(app))
            frames.append(app.session.media.shown)
    return times, frames


async def one(app: TermwandApp) -> float:
    """Go to the next entry; return the milliseconds until its frame is in the picture that is drawn."""
    before, start = app.session.review.at, time.perf_counter()
    write(app, " ")
    await until(lambda: app.session.review.at is not before and not app.session.media.loading, PATIENCE)
    await until(lambda: app.session.media.picture is not None and app.session.media.shown == app.session.media.target)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        make_clip(path, frames=FRAMES, group=GROUP, width=1920, height=1080)
        times, frames = asyncio.run(measured(path, options.seed))
        seek = bare_seeker(path)
        bare = [timed(lambda frame=frame: seek(frame))[0] for frame in frames]
    times.sort()
    found = {
        "p50_ms": round(statistics.median(times), 1), "p95_ms": round(times[round(0.95 * (len(times) - 1))], 1),
        "most_ms": round(times[-1], 1), "bare_seek_p50_ms": round(statistics.median(bare), 1), "entries": len(times),
    }  # fmt: skip
    print(json.dumps(found) if options.json else "\n".join(f"{name:18} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
