"""Trackers on real clips: how well they follow, how often a person has to step in, what following costs.

Each tracker is played bare and with the check for lost objects, both by `engine.runs.follow`.
auc          success: over thresholds 0..1 in steps of 0.05 the share of frames whose overlap (IoU) with the truth is
             more, followed from the first frame without help; mean over clips; the tracker alone. auc_checked: with
             the check
corrections  per 100 frames, as a person works: wherever the answer is missing or its IoU is below 0.5 the person puts
             the truth, and the tracker begins anew there; with the check. corrections_plain: without
absent       share of frames without a truth on which nothing is said to be there, with the check;
             absent_plain: without. absent_cut: the same, without help, where 12 frames of another clip are cut in
             after 20. Where the clips have no such frames themselves, absent is absent_cut
overhead     of the run without the check (decoding included) over a loop that calls the same tracker of OpenCV on the
             same files, in processor time, which a busy machine does not stretch; the worst of 1, 5, 20 objects: 0.1 is
             a tenth more. check_cost: of the run with the check over that without. speed: frames a second of each by
             the clock, and check_ms, processor time of the check an object and frame
The check began from half a (the clips 1, 3, 5, ... by name); what was kept of several tries, and the size below which
points say nothing of growth, were chosen with both halves in sight, so an unseen set is the honest measure. TrackerMIL
draws lots: try some seeds.

Run: python benchmarks/trackers.py [--data FOLDER] [--trackers csrt,mil] [--half a|b|all] [--weights FOLDER]
     [--seed N] [--json]
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.document import Box
from engine.errors import AppError
from engine.geometry import box_iou
from engine.runs.follow import follow
from engine.tools.base import Image, Target, Tracker
from engine.tools.packages import lacking
from engine.tools.registry import find, trackers
from engine.weights.choices import weights_for

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
RIGHT = 0.5
"""Overlap below which a person puts the truth."""
BEFORE, CUT = 20, 12
"""Frames before what is cut in, and of it."""
COUNTS = (1, 5, 20)
TIMES = 4
"""Rounds of which the best counts."""


@dataclass(frozen=True)
class Clip:
    """Frames and where the object is on them; a frame without a box is one where it is out of sight."""

    name: str
    files: tuple[Path, ...]
    truth: dict[int, Box] = field(hash=False)

    def image(self, frame: int) -> Image:
        """Return a frame, RGB, at the size of the clip's first."""
        image = picture(self.files[frame])
        if self.files[frame].parent != self.files[0].parent:
            image = cv2.resize(image, picture(self.files[0]).shape[1::-1])
        return image


def picture(path: Path) -> Image:
    """Read a frame, RGB."""
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


def clips(folder: Path, half: str) -> list[Clip]:
    """Return the clips of a manifest by name, or every other one."""
    listed = yaml.safe_load((folder / "manifest.yaml").read_text())["tracking"]
    found = [clip(folder, item) for item in sorted(listed, key=lambda item: item["id"])]
    return found if half == "all" else found["ab".index(half) :: 2]


def clip(folder: Path, item: dict[str, Any]) -> Clip:
    """Return a clip of the manifest."""
    files = tuple(folder / item["frames"] / (item["pattern"] % i) for i in range(item["count"]))
    truth = {}
    for row in csv.DictReader((folder / item["gt"]).read_text().splitlines()):
        x, y, width, height = (float(row[name]) for name in "xywh")
        if width > 0 and height > 0:
            truth[int(row["frame"])] = (x, y, x + width, y + height)
    return Clip(item["id"], files, truth)


def loaded(name: str, folder: Path, seed: int = 1) -> Tracker | None:
    """Return a tracker, with installed weights or those in a folder; None if it cannot run here."""
    module = find(name)
    if lacking(module.SPEC):
        return None
    path = None
    if module.SPEC.weights:
        path = next((folder / file for file in STAND_BY.get(name, ()) if (folder / file).is_file()), None)
        with suppress(AppError):
            path = path or weights_for(module.SPEC)
        if path is None:
            return None
    if hasattr(module, "SEED"):
        module.SEED = seed
    return module.load(path, "cpu")


STAND_BY = {"nano": ("nanotrack_v2_backbone.onnx",), "vit": ("object_tracking_vittrack_2023sep.onnx",)}
"""What weights are called in the folder of weights."""


def overlaps(tracker: Tracker, one: Clip, check: bool) -> list[float]:
    """Return the IoU on each frame with a truth after the first, without help; 0 where nothing is said."""
    first, *rest = range(min(one.truth), len(one.files))
    said = dict.fromkeys(rest)
    with closing(follow(tracker, one.image, [first, *rest], {1: Target(one.truth[first])}, check=check)) as run:
        for step in run:
            said[step.frame] = step.targets.get(1)
    return [box_iou(said[i].box, one.truth[i]) if said[i] else 0.0 for i in rest if i in one.truth]


def success(values: list[float]) -> float:
    """Return the area under the curve of success."""
    return float(np.mean([(np.array(values) > limit).mean() for limit in np.linspace(0, 1, 21)]))


def helped(tracker: Tracker, one: Clip, check: bool) -> tuple[list[int], list[bool]]:
    """Return the frames that a person corrects, and for each frame without a truth whether that was recognised."""
    at, last, corrected, absent = min(one.truth), len(one.files) - 1, [], []
    while at < last:
        begun, at = at, last
        run = follow(tracker, one.image, range(begun, last + 1), {1: Target(one.truth[begun])}, check=check)
        with closing(run):
            said = {}
            for frame in range(begun + 1, last + 1):
                step = next(run, None)
                said = step.targets if step else {}
                if frame not in one.truth:
                    absent.append(1 not in said)
                    if 1 in said:  # the person ends the track, and begins another when it is back
                        corrected.append(frame)
                        back = next((i for i in range(frame + 1, last + 1) if i in one.truth), None)
                        absent += [True] * ((back or last + 1) - frame - 1)
                        at = back if back is not None else last
                        corrected += [at] if back is not None else []
                        break
                elif 1 not in said or box_iou(said[1].box, one.truth[frame]) < RIGHT:
                    corrected.append(frame)
                    at = frame
                    break
    return corrected, absent


def cut_in(one: Clip, other: Clip) -> Clip:
    """Return a clip into which frames of another are cut; its object is not on those."""
    files = (*one.files[:BEFORE], *other.files[:CUT], *one.files[BEFORE : 2 * BEFORE])
    truth = {i if i < BEFORE else i + CUT: box for i, box in one.truth.items() if i < 2 * BEFORE}
    return Clip(f"{one.name}+{other.name}", files, truth)


def recognised(tracker: Tracker, found: list[Clip], check: bool) -> float | None:
    """Return the share of absent frames, by a whole run without help, on which nothing was said to be there."""
    empty = total = 0
    for one in found:
        first, missing = min(one.truth), [i for i in range(min(one.truth), len(one.files)) if i not in one.truth]
        run = follow(tracker, one.image, range(first, len(one.files)), {1: Target(one.truth[first])}, check=check)
        with closing(run):
            said = {step.frame for step in run if 1 in step.targets}
        empty, total = empty + sum(i not in said for i in missing), total + len(missing)
    return empty / total if total else None


def bare_loop(make: Callable[[], Any], one: Clip, boxes: list[Box], frames: range) -> None:
    """Follow as a script would: one tracker of OpenCV an object, one frame after the other."""
    image = cv2.imread(str(one.files[frames[0]]))
    held = [make() for _ in boxes]
    for tracker, (x1, y1, x2, y2) in zip(held, boxes, strict=True):
        tracker.init(image, (round(x1), round(y1), round(x2 - x1), round(y2 - y1)))
    for frame in frames[1:]:
        image = cv2.imread(str(one.files[frame]))
        for tracker in held:
            tracker.update(image)


def spread(box: Box, count: int, image: Image) -> list[Box]:
    """Return so many boxes of about the same size, inside the picture."""
    height, width = image.shape[:2]
    random, (x1, y1, x2, y2) = np.random.default_rng(0), box
    made = [box]
    while len(made) < count:
        dx, dy = random.uniform(-x1, width - x2), random.uniform(-y1, height - y2)
        made.append((x1 + dx, y1 + dy, x2 + dx, y2 + dy))
    return made


def speed(tracker: Any, one: Clip) -> dict[str, Any]:
    """Return frames a second for 1, 5, 20 objects beside a bare loop, by turns, the best of each."""
    table: dict[str, Any] = {}
    first = min(one.truth)
    for count in COUNTS:
        frames = range(first, first + (12 if count < COUNTS[-1] else 6))
        boxes = spread(one.truth[first], count, one.image(first))
        starts = {i: Target(box) for i, box in enumerate(boxes)}
        works = {
            "loop": lambda frames=frames, boxes=boxes: bare_loop(tracker._make, one, boxes, frames),
            "bare": lambda frames=frames, starts=starts: list(follow(tracker, one.image, frames, starts, check=False)),
            "checked": lambda frames=frames, starts=starts: list(follow(tracker, one.image, frames, starts)),
        }
        taken = dict.fromkeys(works, (np.inf, np.inf))
        for _ in range(TIMES):
            for name, work in works.items():
                taken[name] = tuple(map(min, taken[name], seconds(work)))
        steps = len(frames) - 1
        table[str(count)] = {name: round(steps / wall, 1) for name, (_, wall) in taken.items()}
        loop, bare, checked = (taken[name][0] for name in ("loop", "bare", "checked"))
        table[str(count)] |= {"overhead": bare / loop - 1, "check_cost": checked / bare - 1}
        table[str(count)]["check_ms"] = 1e3 * (checked - bare) / steps / count
    return table


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return how much processor time and how long a call takes."""
    begun, start = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begun, time.perf_counter() - start


def measured(name: str, tracker: Tracker, found: list[Clip], quick: bool) -> dict[str, Any]:
    """Return every figure of a tracker; what is at work is said on stderr."""
    row: dict[str, Any] = {}
    frames = sum(len(one.files) - 1 - min(one.truth) for one in found)
    cuts = [cut_in(one, other) for one, other in zip(found, found[1:] + found[:1], strict=True)]
    for check, ending in ((True, ""), (False, "_plain")):
        works = {}
        for one in found:
            told(f"{name}{ending}: corrections on {one.name}")
            works[one.name] = helped(tracker, one, check)
        absent = [value for _, values in works.values() for value in values]
        row["corrections" + ending] = 100 * sum(len(where) for where, _ in works.values()) / frames
        row["where" + ending] = {clip: where for clip, (where, _) in works.items() if where}
        row["absent" + ending] = float(np.mean(absent)) if absent else None
        if not quick:
            told(f"{name}{ending}: without help, and with frames cut in")
            means = [success(overlaps(tracker, one, check)) for one in found]
            row["auc_checked" if check else "auc"] = float(np.mean(means))
            row["absent_cut" + ending] = recognised(tracker, cuts, check)
            row["absent" + ending] = row["absent" + ending] if absent else row["absent_cut" + ending]
    if not quick and hasattr(tracker, "_make"):
        told(f"{name}: speed")
        row["speed"] = speed(tracker, found[0])
        row |= {what: max(table[what] for table in row["speed"].values()) for what in ("overhead", "check_cost")}
    return row


def told(what: str) -> None:
    """Say what is at work."""
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--trackers", default=",".join(trackers()))
    parser.add_argument("--half", choices=("a", "b", "all"), default="all")
    parser.add_argument("--weights", type=Path, default=SHARED / "weights")
    parser.add_argument("--seed", type=int, default=1, help="of the trackers that draw lots")
    parser.add_argument("--quick", action="store_true", help="corrections alone")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    found, rows = clips(options.data, options.half), {}
    for name in options.trackers.split(","):
        tracker = loaded(name, options.weights, options.seed)
        if tracker is None:
            print(f"{name}: has no weights or packages here")
            continue
        rows[name] = measured(name, tracker, found, options.quick)
        shown = {key: round(value, 3) for key, value in rows[name].items() if isinstance(value, float)}
        print(f"{name:<12}" + "  ".join(f"{key} {value}" for key, value in shown.items()), flush=True)
    if options.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
