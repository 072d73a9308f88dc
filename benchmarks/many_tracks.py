"""A document of many tracks with many keyframes: opened, shown, stepped through, beside a bare msgspec decode.

    python benchmarks/many_tracks.py [--tracks 1000] [--keyframes 1000] [--repeats 3] [--json]

The peer decodes the lines of the same keyframes into the same structures and nothing else: no header, no checks, no
tracks, the garbage collector off. Seconds of processor time, taken in turns. Opened: read and made a document, goal 3
times the peer. First show and step: the shapes on a frame and the timeline's rows (all tracks, and one) at a new
document, and at the next frames; goal 20 ms a step. All keyframes are kept in memory three times while this runs:
1,000 x 1,000 takes about 4 GB.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402
from immutables import Map  # noqa: E402

from engine import items  # noqa: E402
from engine.document import Document, Keyframe, Label, MediaInfo, Track  # noqa: E402
from engine.store import decode, encode  # noqa: E402
from tui.widgets.timeline import _row_of, _row_of_all, cells_with_tracks  # noqa: E402

WIDTH = 136


def text_of(tracks: int, keyframes: int) -> bytes:
    """Return the file of tracks that move a little on every frame."""
    media = MediaInfo("clip.mp4", "video", keyframes, 1920, 1080)
    found = {
        number: Track(
            number, "car", "rectangle", tracker="csrt",
            keyframes=tuple(
                Keyframe(
                    frame,
                    ((number % 1700 + frame % 97 / 4, 10.25 + frame % 89), (number % 1700 + 60.5, 90.75 + frame % 83)),
                    by="csrt" if frame else "human",
                    score=0.875 if frame else None,
                )
                for frame in range(keyframes)
            ),
        )
        for number in range(1, tracks + 1)
    }  # fmt: skip
    return encode(Document(media, (Label("car", "#ff8800"),), tracks=Map(found), next_id=tracks + 1))


class Line(Keyframe, frozen=True, kw_only=True):
    """A keyframe's line, which names its track."""

    track: int


def bare(data: bytes) -> Callable[[], object]:
    """Return a bare decode of the keyframes' lines."""
    start = data.index(b"\nkeyframes:\n") + len(b"\nkeyframes:\n")
    lines = data[start : data.index(b"\ntags:", start)].replace(b"- {", b"{")
    decoder = msgspec.json.Decoder(Line)

    def work() -> object:
        gc.disable()
        try:
            return decoder.decode_lines(lines)
        finally:
            gc.enable()

    return work


def cpu(work: Callable[[], Any]) -> float:
    """Return the seconds of processor time that work takes; what it returns is freed afterwards."""
    gc.collect()
    start = time.process_time()
    result = work()
    taken = time.process_time() - start
    del result
    return taken


def of_screen(document: Document) -> dict[str, float]:
    """Return milliseconds of what the screen asks of tracks: at a new document, and on the frames after, the worst."""

    def show(frame: int) -> object:
        shapes, tracks, count = items.on_frame(document, frame), document.tracks, document.media.frames
        row = _row_of(tracks[1 + frame % len(tracks)], WIDTH, count)
        return shapes, _row_of_all(tracks, WIDTH, count), cells_with_tracks(tracks, WIDTH, count), row

    first, *others = (cpu(lambda frame=frame: show(frame)) for frame in (0, *range(10, 60)))  # type: ignore[misc]
    return {"first": round(1000 * first, 1), "step": round(1000 * statistics.median(others), 1),
            "step, worst": round(1000 * max(others), 1)}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--keyframes", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    data = text_of(options.tracks, options.keyframes)
    peer = bare(data)
    times: dict[str, list[float]] = {"bare": [], "open": []}
    for _ in range(options.repeats):
        times["bare"].append(cpu(peer))
        times["open"].append(cpu(lambda: decode(data)))
    taken = {name: round(statistics.median(values), 3) for name, values in times.items()}
    figures = {"MB": round(len(data) / 1e6), **taken, "ratio": round(taken["open"] / taken["bare"], 2)}
    figures |= of_screen(decode(data))
    if options.json:
        print(json.dumps(figures))
        return
    print(f"{options.tracks} tracks x {options.keyframes} keyframes, {figures['MB']} MB")
    print(f"  opened {taken['open']} s, bare msgspec {taken['bare']} s: ratio {figures['ratio']} (goal 3)")
    print(f"  first show {figures['first']} ms; step {figures['step']} ms, worst {figures['step, worst']} (goal 20)")


if __name__ == "__main__":
    main()
