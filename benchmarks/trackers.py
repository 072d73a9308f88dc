"""Trackers on real clips: how well they follow, how often a person has to step in, what following costs.

Each tracker is played bare and with the check for lost objects, both by `engine.runs.follow`.
auc          success: over thresholds 0..1 in steps of 0.05 the share of frames whose overlap (IoU) with the truth is
             more, followed from the first frame without help; mean over clips; the tracker alone. auc_checked: with
             the check
corrections  per 100 frames, as a person works: wherever the answer is missing or its IoU is below 0.5 the person puts
             the truth, and the tracker begins anew there; with the check. corrections_plain: without
absent       share of frames without a truth on which nothing is said to be there, without help, with the check;
             absent_plain: without. absent_cut: the same, where 12 frames of another clip are cut in after 20. Where
             the clips have no such frames themselves, absent is absent_cut; absent_of says which ("clips" or "cuts")
overhead     of the run without the check (decoding included) over a loop that calls the same tracker of OpenCV on the
             same files, in processor time, which a busy machine does not stretch; the worst of 1, 5, 20 objects, on a
             clip with a large one and on one with a small one: 0.1 is a tenth more, null where OpenCV has no such
             tracker. overhead_checked: of the run with the check over that loop; check_cost: over the run without.
             speed: frames a second of each by the clock, and check_ms, processor time of the check an object and frame
A tracker that draws lots (TrackerMIL) is played with each of `--seeds`, and means are said.
The check began from half a (the clips 1, 3, 5, ... by name); what was kept of several tries, and the size below which
points say nothing of growth, were chosen with both halves in sight, so an unseen set is the honest measure. How far
TrackerMIL is believed was chosen on half a alone.
Clips are played by as many processes as there are cores; speed is measured after them, alone, on the clips whose
objects are the largest and the smallest.

Run: python benchmarks/trackers.py [--data FOLDER] [--trackers csrt,mil] [--half a|b|all] [--weights FOLDER]
     [--seeds 1,2,3] [--quick] [--json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from benchmarks.clips import Clip, boxes, cut_in
from benchmarks.following import Job, Outcome, done, draws, loaded, quiet, success
from engine.document import Box
from engine.runs.follow import follow
from engine.runs.resume import repeatable
from engine.tools.base import Image, Target
from engine.tools.registry import trackers

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
COUNTS = (1, 5, 20)
STEPS = {1: 12, 5: 8, 20: 4}
"""Frames followed for so many objects, in one round."""
TIMES, MOST, LONG = 3, 20, 2.0
"""Rounds of which the best counts: at least, at most, and seconds after which the least are enough."""
Results = dict[Job, Outcome]


def clips(folder: Path, half: str) -> list[Clip]:
    """Return the clips of a manifest by name, or every other one; say which cannot be played."""
    listed = yaml.safe_load((folder / "manifest.yaml").read_text()).get("tracking") or []
    found = [clip(folder, item) for item in sorted(listed, key=lambda item: item["id"])]
    played = []
    for one in found:
        if not one.truth or max(one.truth) == min(one.truth):
            told(f"{one.name} is left out: it has a true box on fewer than two frames")
        elif lacks := [file for file in one.files if not file.is_file()]:
            told(f"{one.name} is left out: {len(lacks)} of its frames are not there, first {lacks[0]}")
        else:
            played.append(one)
    return played if half == "all" else played["ab".index(half) :: 2]


def clip(folder: Path, item: dict[str, Any]) -> Clip:
    """Return a clip of the manifest."""
    files = tuple(folder / item["frames"] / (item["pattern"] % i) for i in range(item["count"]))
    return Clip(item["id"], files, {frame: box for frame, box in boxes(folder, item).items() if frame < len(files)})


def jobs_for(name: str, found: list[Clip], seeds: Sequence[int], weights: Path, quick: bool) -> list[Job]:
    """Return all that is played with a tracker."""
    cuts = [cut_in(one, other) for one, other in zip(found, found[1:] + found[:1], strict=True) if one is not other]
    plays = [("helped", found)] if quick else [("helped", found), ("alone", found), ("cut", cuts)]
    return [
        Job(name, one, what, check, seed, weights)
        for seed in (seeds if draws(name) else seeds[:1])
        for check in (True, False)
        for what, those in plays
        for one in those
    ]


def all_done(jobs: list[Job]) -> Results:
    """Do jobs by as many processes as there are cores, and say how far they are."""
    results: Results = {}
    cores = min(os.cpu_count() or 1, len(jobs))
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), quiet) as pool:
        waiting = {pool.submit(done, job): job for job in jobs}
        for number, ended in enumerate(as_completed(waiting), 1):
            job = waiting[ended]
            results[job] = ended.result()
            check = "with the check" if job.check else "plain"
            told(f"{number}/{len(jobs)} {job.tracker}, {check}: {job.what} on {job.clip.name}, seed {job.seed}")
    return results


def summed(results: Results) -> dict[str, Any]:
    """Return the figures of one tracker's jobs."""
    row: dict[str, Any] = {}
    for check, ending in ((True, ""), (False, "_plain")):
        those = {what: {} for what in ("helped", "alone", "cut")}
        for job, outcome in results.items():
            if job.check == check:
                those[job.what][job] = outcome
        frames = sum(len(job.clip.files) - 1 - min(job.clip.truth) for job in those["helped"])
        corrected = sum(len(outcome.corrected) for outcome in those["helped"].values())
        row["corrections" + ending] = 100 * corrected / frames if frames else None
        row["where" + ending] = {
            f"{job.clip.name} {job.seed}": outcome.corrected
            for job, outcome in those["helped"].items()
            if outcome.corrected
        }
        if those["alone"]:
            means = [success(outcome.overlaps) for outcome in those["alone"].values() if outcome.overlaps]
            row["auc_checked" if check else "auc"] = float(np.mean(means)) if means else None
            own, row["absent_cut" + ending] = (recognised(those[what].values()) for what in ("alone", "cut"))
            row["absent" + ending] = row["absent_cut" + ending] if own is None else own
            row["absent_of"] = "cuts" if own is None else "clips"
    return row


def recognised(outcomes: Any) -> float | None:
    """Return the share of frames without the object on which nothing was said to be there; None without any."""
    absent, empty = (sum(values) for values in zip((0, 0), *((one.absent, one.empty) for one in outcomes), strict=True))
    return empty / absent if absent else None


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


def speed(tracker: Any, measured: Sequence[Clip]) -> dict[str, Any]:
    """Return frames a second for 1, 5, 20 objects on each clip beside a bare loop where there is one."""
    table: dict[str, Any] = {}
    for one in measured:
        for count in COUNTS:
            first = min(one.truth)
            frames = range(first, min(first + STEPS[count] + 1, len(one.files)))
            steps, taken = len(frames) - 1, timed(tracker, one, frames, count)
            row: dict[str, Any] = {name: round(steps / wall, 1) for name, (_, wall) in taken.items()}
            bare, checked, loop = (taken[name][0] if name in taken else None for name in ("bare", "checked", "loop"))
            row |= {"overhead": loop and bare / loop - 1, "overhead_checked": loop and checked / loop - 1}
            row |= {"check_cost": checked / bare - 1, "check_ms": 1e3 * (checked - bare) / steps / count}
            table[f"{one.name} {count}"] = row
    return table


def timed(tracker: Any, one: Clip, frames: range, count: int) -> dict[str, tuple[float, float]]:
    """Return processor time and time of each way to follow so many objects, the best of some rounds."""
    loops = hasattr(tracker, "_make")
    places = spread(one.truth[frames[0]], count, one.image(frames[0]))
    starts = {i: Target(box) for i, box in enumerate(places)}
    works: dict[str, Callable[[], object]] = {
        "bare": lambda: list(follow(tracker, one.image, frames, starts, check=False)),
        "checked": lambda: list(follow(tracker, one.image, frames, starts)),
    }
    if loops:
        works["loop"] = lambda: bare_loop(tracker._make, one, places, frames)
    taken = dict.fromkeys(works, (np.inf, np.inf))
    begun = time.perf_counter()
    for number in range(MOST if loops else 1):  # the others are networks, many times slower
        if number >= TIMES and time.perf_counter() - begun > LONG:
            break
        for name, work in works.items():
            repeatable(0)
            taken[name] = tuple(map(min, taken[name], seconds(work)))
    return taken


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return how much processor time and how long a call takes."""
    begun, start = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begun, time.perf_counter() - start


def extremes(found: list[Clip]) -> list[Clip]:
    """Return the clips whose objects are the largest and the smallest on their first frame."""
    by_size = sorted(found, key=lambda one: (lambda x1, y1, x2, y2: (x2 - x1) * (y2 - y1))(*one.truth[min(one.truth)]))
    return [by_size[-1], by_size[0]] if len(by_size) > 1 else by_size


def told(what: str) -> None:
    """Say what is at work."""
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--trackers", default=",".join(trackers()))
    parser.add_argument("--half", choices=("a", "b", "all"), default="all")
    parser.add_argument("--weights", type=Path, default=SHARED / "weights")
    parser.add_argument("--seeds", default="1,2,3", help="of the trackers that draw lots; means are said")
    parser.add_argument("--quick", action="store_true", help="corrections alone")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    options = parser.parse_args()
    quiet()
    rows = measured(options)
    if options.json:
        print(json.dumps(rows))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Print every figure of each tracker that can run here, and return them."""
    found, seeds = clips(options.data, options.half), [int(seed) for seed in options.seeds.split(",")]
    if not found:
        print(f"no clip of {options.data / 'manifest.yaml'} can be played")
        return {}
    names = [name for name in options.trackers.split(",") if loaded(name, options.weights)]
    for name in options.trackers.split(","):
        if name not in names:
            print(f"{name} is left out: it has no weights or packages here")
    jobs = [job for name in names for job in jobs_for(name, found, seeds, options.weights, options.quick)]
    results, rows = all_done(jobs), dict[str, Any]()
    for name in names:
        rows[name] = summed({job: outcome for job, outcome in results.items() if job.tracker == name})
        if not options.quick:
            told(f"{name}: speed")
            rows[name] |= paced(loaded(name, options.weights), extremes(found))
        shown = {key: round(value, 3) for key, value in rows[name].items() if isinstance(value, float)}
        print(f"{name:<12}" + "  ".join(f"{key} {value}" for key, value in shown.items()))
        for where, table in rows[name].get("speed", {}).items():
            print(f"    {where:<24}" + "  ".join(f"{key} {rounded(value)}" for key, value in table.items()))
        sys.stdout.flush()
    return rows


def paced(tracker: Any, those: Sequence[Clip]) -> dict[str, Any]:
    """Return the table of speed, and the worst of each of its shares."""
    table = speed(tracker, those)
    shares = ("overhead", "overhead_checked", "check_cost")
    worst = {what: max((row[what] for row in table.values() if row[what] is not None), default=None) for what in shares}
    return {"speed": table, **worst}


def rounded(value: float | None) -> float | None:
    """Return a figure as it is shown."""
    return value if value is None else round(value, 3)


if __name__ == "__main__":
    main()
