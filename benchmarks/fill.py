"""Filling between keyframes, asking where to correct, and interpolation in the steadied scene, on clips with boxes.

The tracker is OpenCV's CSRT, driven bare. Keyframes are the truth, every 20 or 40 frames and on the last one; a frame
is bad whose box has less than 0.5 of IoU with the truth's; keyframes themselves are not counted.
bad_20, bad_40: share of bad frames; agree_bad: of those where both passes agree (the worse of the two spacings).
ask: it begins with the first and the last frame, and the truth is put wherever the program asks, until it asks no more:
[keyframes per 100 frames, share of bad frames left] for the program's stop rule and for rules stricter and looser.
steady_7, steady_8, plain_7, plain_8: the fewest keyframes per 100 frames from which interpolation gives every box again
at an IoU of 0.7 and 0.8, each gap by the better of two ways, or all by straight lines in the frame; thin_7, thin_8:
what the program's own thinning leaves, which chooses by what it shows.

The stop rules are those that did on half a, every other clip by name; half b is the honest one. What a frame that looks
unlike the object costs (`LOOKS`) was found with both halves in sight: a third or thrice of it changes little on either.
Passes are kept in the
user's cache, as they take minutes.

Run: python benchmarks/fill.py [--data FOLDER] [--half a|b] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import platformdirs
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from benchmarks.clips import boxes as true_boxes
from engine.document import Box, Keyframe, Track
from engine.geometry import box_iou
from engine.runs.ask import doubtful
from engine.runs.fill import Filled, Pass, fill
from engine.tools.base import Target
from engine.tracks.camera import measured
from engine.tracks.motion import Motion
from engine.tracks.thin import AGREED, fewest, thin

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
BAD = 0.5
RULES = ((0.5, 8), (0.5, 3), (0.6, 1))
"""Stop rules: below which agreement, stretches of how many frames are left alone. The second is the program's."""


class Clip:
    """A clip with the true box of every frame that counts."""

    def __init__(self, folder: Path, entry: dict[str, Any]) -> None:
        self.id, self.count = str(entry["id"]), int(entry["count"])
        self._files = [folder / entry["frames"] / (entry["pattern"] % number) for number in range(self.count)]
        self.truth = {frame: box for frame, box in true_boxes(folder, entry).items() if frame < self.count}
        self.stretches = [(frames[0], frames[-1]) for frames in _in_a_row(sorted(self.truth))]
        self._pictures: dict[int, np.ndarray] = {}
        state = hashlib.blake2b(
            self._files[0].read_bytes() + repr((sorted(self.truth.items()), cv2.__version__)).encode(), digest_size=8
        ).hexdigest()
        self._kept = Path(platformdirs.user_cache_path("termwand")) / "benchmark-passes" / f"{self.id}-{state}"

    def pixels(self, frame: int) -> np.ndarray:
        """Return a frame as RGB (H, W, 3)."""
        if frame not in self._pictures:
            self._pictures[frame] = cv2.cvtColor(cv2.imread(str(self._files[frame])), cv2.COLOR_BGR2RGB)
        return self._pictures[frame]

    @cached_property
    def motion(self) -> Motion:
        """Return the camera's motion."""
        unknown = Motion.unknown(self.count)
        return unknown.with_steps(dict(measured(unknown, self.pixels)))

    def follow(self, start: int, end: int) -> Pass:
        """Return what CSRT finds from a true box on, kept on disk."""
        step = 1 if end > start else -1
        path = self._kept / f"{start}{'+' if step > 0 else '-'}.npy"
        found = np.load(path) if path.is_file() else np.empty((0, 4))
        if len(found) < abs(end - start):
            found = self._csrt(start, step, abs(end - start))
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, found)
        boxes = {start + step * (number + 1): box for number, box in enumerate(found[: abs(end - start)].tolist())}
        return {frame: Target(tuple(box)) for frame, box in boxes.items() if np.isfinite(box).all()}

    def _csrt(self, start: int, step: int, count: int) -> np.ndarray:
        tracker = cv2.TrackerCSRT_create()
        x1, y1, x2, y2 = self.truth[start]
        whole = tuple(round(value) for value in (x1, y1, x2 - x1, y2 - y1))
        found = np.full((count, 4), np.nan)
        with suppress(cv2.error):  # it refuses the box, or what it follows has shrunk to nothing: lost from there on
            tracker.init(np.ascontiguousarray(self.pixels(start)[..., ::-1]), whole)
            for number in range(count):
                image = self.pixels(start + step * (number + 1))
                held, (x, y, w, h) = tracker.update(np.ascontiguousarray(image[..., ::-1]))
                if held:
                    found[number] = x, y, x + w, y + h
        return found

    def filled(self, first: int, last: int) -> list[Filled]:
        """Return the frames between two keyframes, filled from both sides."""
        ends = [(frame, Target(self.truth[frame])) for frame in (first, last)]
        ways = self.follow(first, last), self.follow(last, first)
        return fill(ends[0], ends[1], *ways, motion=self.motion, pixels=self.pixels)

    def bad(self, frame: int, box: Box | None) -> bool:
        """Say whether a box is bad."""
        return box is None or box_iou(box, self.truth[frame]) < BAD


def _in_a_row(frames: list[int]) -> list[list[int]]:
    """Return frames parted where one is missing: the object is out of sight there, and a person marks that."""
    rows: list[list[int]] = []
    for frame in frames:
        if rows and rows[-1][-1] == frame - 1:
            rows[-1].append(frame)
        else:
            rows.append([frame])
    return rows


def spaced(clip: Clip, every: int) -> list[tuple[int, int]]:
    """Return the gaps between keyframes at equal distances, and on the last frame before the object is away."""
    stretches = [[*range(first, last, every), last] for first, last in clip.stretches]
    return [gap for frames in stretches for gap in pairwise(frames)]


def spacing(clips: Iterable[Clip], every: int) -> dict[str, float]:
    """Return the shares of bad frames by three ways of filling, and of those where the passes agree."""
    count = agreed = 0
    bad = dict.fromkeys(("fill", "linear", "forward", "agree"), 0)
    for clip in clips:
        for first, last in spaced(clip, every):
            forward = clip.follow(first, last)
            for one in clip.filled(first, last):
                t = (one.frame - first) / (last - first)
                ends = zip(clip.truth[first], clip.truth[last], strict=True)
                straight = tuple(a + (b - a) * t for a, b in ends)
                alone = forward.get(one.frame)
                is_bad = clip.bad(one.frame, one.target.box)
                count += 1
                agreed += one.agreement > AGREED
                bad["fill"] += is_bad
                bad["agree"] += is_bad and one.agreement > AGREED
                bad["linear"] += clip.bad(one.frame, straight)
                bad["forward"] += clip.bad(one.frame, alone.box if alone else None)
    shares = {name: number / max(count, 1) for name, number in bad.items()}
    return shares | {"agree": bad["agree"] / max(agreed, 1), "agreed": agreed / max(count, 1)}


def asked(clip: Clip, below: float, longest: int) -> tuple[int, int]:
    """Return how many keyframes a clip has when nothing is asked any more, and how many frames are bad then."""
    keys = {frame for stretch in clip.stretches for frame in stretch}
    known: dict[tuple[int, int], list[Filled]] = {}
    while True:
        ordered = sorted(keys)
        gaps = [gap for begin, end in clip.stretches for gap in pairwise(key for key in ordered if begin <= key <= end)]
        for gap in gaps:
            if gap not in known:
                known[gap] = clip.filled(*gap)
        found = [one for gap in gaps for one in known[gap]]
        stretches = doubtful({one.frame: one.agreement for one in found}, below, longest)
        if not stretches:
            return len(keys), sum(clip.bad(one.frame, one.target.box) for one in found)
        keys.add(stretches[0].middle)


def asking(clips: list[Clip], below: float, longest: int) -> list[float]:
    """Return keyframes per 100 frames and the share of bad frames of all clips."""
    found = [asked(clip, below, longest) for clip in clips]
    frames = sum(len(clip.truth) for clip in clips)
    return [100 * sum(keys for keys, _ in found) / frames, sum(bad for _, bad in found) / frames]


def keyframes(clips: list[Clip], goal: float) -> dict[str, float]:
    """Return keyframes per 100 frames: fewest plain, fewest with a choice, what thinning leaves; and the worst clip."""
    total, worst = dict.fromkeys(("plain", "steady", "thin"), 0), 0
    for clip in clips:
        before = dict(total)
        for first, last in clip.stretches:
            boxes = np.round([clip.truth[frame] for frame in range(first, last + 1)], 2)
            keys = tuple(
                Keyframe(frame, ((x1, y1), (x2, y2)), by="csrt")
                for frame, (x1, y1, x2, y2) in enumerate(boxes.tolist(), first)
            )
            total["plain"] += fewest(boxes, goal, first=first)
            total["steady"] += fewest(boxes, goal, clip.motion, first=first)
            total["thin"] += len(thin(Track(1, "", "rectangle", keyframes=keys), goal, motion=clip.motion).keyframes)
        worse = [total[way] - before[way] - total["plain"] + before["plain"] for way in ("steady", "thin")]
        worst = max(worst, *worse)
    frames = sum(len(clip.truth) for clip in clips)
    return {name: 100 * number / frames for name, number in total.items()} | {"worst": worst}


def measure(clips: list[Clip], say: Callable[[str], None]) -> dict[str, Any]:
    """Return all numbers of some clips."""
    result: dict[str, Any] = {}
    for every in (20, 40):
        shares = spacing(clips, every)
        say(f"keyframes every {every}: " + ", ".join(f"{name} {share:.2%}" for name, share in shares.items()))
        result |= {f"bad_{every}": shares["fill"], f"linear_{every}": shares["linear"]}
        result |= {f"forward_{every}": shares["forward"], f"agreed_{every}": shares["agreed"]}
        result["agree_bad"] = max(shares["agree"], result.get("agree_bad", 0.0))
    result["ask"] = []
    for below, longest in RULES:
        keys, bad = asking(clips, below, longest)
        say(f"asking (below {below}, {longest} frames left alone): {keys:.1f} keyframes per 100, {bad:.2%} bad")
        result["ask"].append([keys, bad])
    for name, goal in (("7", 0.7), ("8", 0.8)):
        found = keyframes(clips, goal)
        say(f"keyframes per 100 at {goal}: " + ", ".join(f"{way} {number:.1f}" for way, number in found.items()))
        result |= {f"{way}_{name}": number for way, number in found.items()}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder with manifest.yaml")
    parser.add_argument("--half", choices=("a", "b"), help="only every other clip by name")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    given = parser.parse_args()
    entries = yaml.safe_load((given.data / "manifest.yaml").read_text())["tracking"]
    clips = sorted((Clip(given.data, entry) for entry in entries), key=lambda clip: clip.id)
    for clip in clips:
        if not clip.truth:
            print(f"{clip.id} is left out: it has no boxes and no masks")
    clips = [clip for clip in clips if clip.truth]
    chosen = {"a": clips[::2], "b": clips[1::2], None: clips}[given.half]
    took = 0.0
    for clip in chosen:
        for frame in range(clip.count):
            clip.pixels(frame)
        began = time.process_time()
        assert not clip.motion.missing
        took += 1000 * (time.process_time() - began) / sum(one.count for one in chosen)
    print(f"{len(chosen)} clips, the camera's motion costs {took:.1f} ms of CPU a frame")
    result = measure(chosen, print)
    if given.half is None:
        for name, half in (("a", clips[::2]), ("b", clips[1::2])):
            print(f"half {name}: {', '.join(clip.id for clip in half)}")
            result[f"half_{name}"] = measure(half, lambda line: print("  " + line))
    result["motion_ms"] = took
    if given.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
