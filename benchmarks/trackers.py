"""Trackers on real clips: how well they follow, how often a person has to step in, what following costs.

Each tracker is played bare and with the check for lost objects, both by `engine.runs.follow`.
auc          success: over thresholds 0..1 in steps of 0.05 the share of frames whose overlap (IoU) with the truth is
             more, followed from the first frame without help; mean over clips; the tracker alone. auc_checked: with
             the check
corrections  per 100 frames, as a person works: wherever the answer is missing or its IoU is below 0.5 the person puts
             the truth, and the tracker begins anew there; with the check. corrections_plain: without
absent       share of frames without a truth on which nothing is said to be there, without help, with the check;
             absent_plain: without. absent_cut: the same, where 12 frames of another clip are cut in after 20. Where
             the clips have no such frames themselves, absent is absent_cut
overhead     of the run without the check (decoding included) over a loop that calls the same tracker of OpenCV on the
             same files, in processor time, which a busy machine does not stretch; the worst of 1, 5, 20 objects: 0.1 is
             a tenth more, null where OpenCV has no such tracker. overhead_checked: of the run with the check over that
             loop; check_cost: over the run without. speed: frames a second of each by
             the clock, and check_ms, processor time of the check an object and frame
The check began from half a (the clips 1, 3, 5, ... by name); what was kept of several tries, and the size below which
points say nothing of growth, were chosen with both halves in sight, so an unseen set is the honest measure. TrackerMIL
draws lots: try some seeds.

Run: python benchmarks/trackers.py [--data FOLDER] [--trackers csrt,mil] [--half a|b|all] [--weights FOLDER]
     [--seed N] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from benchmarks.clips import Clip, boxes, cut_in
from engine.document import Box
from engine.errors import AppError, ToolError
from engine.geometry import box_iou
from engine.runs.follow import Followed, follow
from engine.runs.resume import repeatable
from engine.tools.base import Image, Target, Tracker
from engine.tools.packages import lacking
from engine.tools.registry import find, trackers
from engine.weights.choices import weights_for

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
RIGHT = 0.5
"""Overlap below which a person puts the truth."""
COUNTS = (1, 5, 20)
TIMES = 4
"""Rounds of which the best counts."""


def clips(folder: Path, half: str) -> list[Clip]:
    """Return the clips of a manifest by name, or every other one."""
    listed = yaml.safe_load((folder / "manifest.yaml").read_text())["tracking"]
    found = [clip(folder, item) for item in sorted(listed, key=lambda item: item["id"])]
    for one in found:
        if not one.truth:
            told(f"{one.name} is left out: it has no boxes and no masks")
    found = [one for one in found if one.truth]
    return found if half == "all" else found["ab".index(half) :: 2]


def clip(folder: Path, item: dict[str, Any]) -> Clip:
    """Return a clip of the manifest."""
    files = tuple(folder / item["frames"] / (item["pattern"] % i) for i in range(item["count"]))
    return Clip(item["id"], files, {frame: box for frame, box in boxes(folder, item).items() if frame < len(files)})


def played(tracker: Tracker, one: Clip, first: int, check: bool) -> Iterator[Followed]:
    """Follow from a true box to the clip's end, the same each time; nothing comes where the tracker cannot begin."""
    repeatable(0)
    starts = {1: Target(one.truth[first])}
    run = follow(tracker, one.image, range(first, len(one.files)), starts, check=check)
    with closing(run), suppress(ToolError):
        yield from run


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
    for step in played(tracker, one, first, check):
        said[step.frame] = step.targets.get(1)
    return [box_iou(said[i].box, one.truth[i]) if said[i] else 0.0 for i in rest if i in one.truth]


def success(values: list[float]) -> float:
    """Return the area under the curve of success."""
    return float(np.mean([(np.array(values) > limit).mean() for limit in np.linspace(0, 1, 21)]))


def helped(tracker: Tracker, one: Clip, check: bool) -> list[int]:
    """Return the frames that a person corrects; one where the tracker cannot begin has the next one corrected, too."""
    at, last, corrected = min(one.truth), len(one.files) - 1, []
    while at < last:
        begun, at = at, last
        with closing(played(tracker, one, begun, check)) as run:
            for frame in range(begun + 1, last + 1):
                step = next(run, None)
                said = step.targets if step else {}
                if frame not in one.truth:
                    if 1 in said:  # the person ends the track, and begins another when it is back
                        back = next((i for i in range(frame + 1, last + 1) if i in one.truth), None)
                        at = back if back is not None else last
                        corrected += [frame] if back is None else [frame, back]
                        break
                elif 1 not in said or box_iou(said[1].box, one.truth[frame]) < RIGHT:
                    corrected.append(frame)
                    at = frame
                    break
    return corrected


def recognised(tracker: Tracker, found: list[Clip], check: bool) -> float | None:
    """Return the share of absent frames, by a whole run without help, on which nothing was said to be there."""
    empty = total = 0
    for one in found:
        first, missing = min(one.truth), [i for i in range(min(one.truth), len(one.files)) if i not in one.truth]
        if missing:
            said = {step.frame for step in played(tracker, one, first, check) if 1 in step.targets}
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
    """Return frames a second for 1, 5, 20 objects beside a bare loop where there is one, by turns, the best of each."""
    table: dict[str, Any] = {}
    first, loops = min(one.truth), hasattr(tracker, "_make")
    for count in COUNTS:
        frames = range(first, min(first + (12 if count < COUNTS[-1] else 6), len(one.files)))
        places = spread(one.truth[first], count, one.image(first))
        starts = {i: Target(box) for i, box in enumerate(places)}
        works = {
            "loop": lambda frames=frames, places=places: bare_loop(tracker._make, one, places, frames),
            "bare": lambda frames=frames, starts=starts: list(follow(tracker, one.image, frames, starts, check=False)),
            "checked": lambda frames=frames, starts=starts: list(follow(tracker, one.image, frames, starts)),
        }
        if not loops:
            del works["loop"]
        taken = dict.fromkeys(works, (np.inf, np.inf))
        for _ in range(TIMES if loops else 1):  # the others are networks, many times slower
            for name, work in works.items():
                repeatable(0)
                taken[name] = tuple(map(min, taken[name], seconds(work)))
        steps = max(len(frames) - 1, 1)
        row = {name: round(steps / wall, 1) for name, (_, wall) in taken.items()}
        bare, checked, loop = (taken[name][0] if name in taken else None for name in ("bare", "checked", "loop"))
        row |= {"overhead": loop and bare / loop - 1, "overhead_checked": loop and checked / loop - 1}
        row |= {"check_cost": checked / bare - 1, "check_ms": 1e3 * (checked - bare) / steps / count}
        table[str(count)] = row
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
    cuts = [cut_in(one, other) for one, other in zip(found, found[1:] + found[:1], strict=True) if one is not other]
    for check, ending in ((True, ""), (False, "_plain")):
        works = {}
        for one in found:
            told(f"{name}{ending}: corrections on {one.name}")
            works[one.name] = helped(tracker, one, check)
        row["corrections" + ending] = 100 * sum(map(len, works.values())) / frames
        row["where" + ending] = {clip: where for clip, where in works.items() if where}
        if not quick:
            told(f"{name}{ending}: without help, and with frames cut in")
            means = [success(overlaps(tracker, one, check)) for one in found]
            row["auc_checked" if check else "auc"] = float(np.mean(means))
            row["absent_cut" + ending] = recognised(tracker, cuts, check)
            absent = recognised(tracker, found, check)
            row["absent" + ending] = row["absent_cut" + ending] if absent is None else absent
    if not quick:
        told(f"{name}: speed")
        row["speed"] = speed(tracker, found[0])
        for what in ("overhead", "overhead_checked", "check_cost"):
            row[what] = max((table[what] for table in row["speed"].values() if table[what] is not None), default=None)
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
