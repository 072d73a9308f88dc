"""Inputs that a robot user needs with each interactor that needs no weights, from points alone and from a box.

The robot begins with the object pixel that is farthest from the mask's border, or with the object's box; then it clicks
at the middle of the larger of the largest missing and the largest superfluous region, until the overlap (IoU) is 0.9 or
20 inputs are spent (after a box 5 clicks at least). Value 128 of a truth mask is ignored.
NoC@85: mean number of inputs to an overlap of 0.85, 20 where it is never reached; the box counts as one.
IoU@n: mean overlap after n inputs, so from the box IoU@1 is the box alone and IoU@2 the first correction.
worse01, worse05: share of clicks that lose more than 0.01 and 0.05; first05: of first corrections.

Last, boxes whose sides are off by up to 8 % are fitted to their objects: overlaps of the boxes before and after, and
the share that comes to 0.85 or does not get worse.

The weights of "graphcut" for a first click and a box were fitted on the even pictures and on frames of the DAVIS
sequences among the tracks; those for further clicks, and those that choose among bold and cautious answers, on the even
pictures and on others of the same public sets, none of which is here. The odd ones are the honest half, but for the
number of clicks that are judged so (`EARLY`), which was chosen with both halves in sight.

Run: python benchmarks/interactors.py [--half even|odd|all] [--only NAME] [--data FOLDER] [--scale 4] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.geometry import box_iou
from engine.prompt import Prompt
from engine.tools.registry import find
from engine.tools.segment.fitting import fit_box

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
MOST = 20
"""Inputs after which the robot gives up; a box counts as one."""
LEAST = {"points": 1, "box": 6}
"""Inputs each robot gives at least: a correction of a good mask must not spoil it either."""
Ask = Callable[[Prompt], np.ndarray]
"""A prompt to an (H, W) bool mask."""


def graphcut(image: np.ndarray) -> Ask:
    """The product's interactor."""
    tool = find("graphcut").load(None, "cpu")
    features, last = tool.prepare(image), None

    def ask(prompt: Prompt) -> np.ndarray:
        nonlocal last
        last = tool.predict(features, prompt, last)
        (x, y), (height, width) = last.origin, last.mask.shape
        mask = np.zeros(image.shape[:2], bool)
        mask[y : y + height, x : x + width] = last.mask
        return mask

    return ask


def grabcut(image: np.ndarray, work: int = 0) -> Ask:
    """OpenCV's GrabCut with discs at the clicks; `work` bounds the longer side."""
    height, width = image.shape[:2]
    scale = min(1.0, work / max(height, width)) if work else 1.0
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image

    def ask(prompt: Prompt) -> np.ndarray:
        mask = np.full(small.shape[:2], cv2.GC_BGD if prompt.box else cv2.GC_PR_BGD, np.uint8)
        if prompt.box:
            x1, y1, x2, y2 = (int(value * scale) for value in prompt.box)
            mask[y1:y2, x1:x2] = cv2.GC_PR_FGD
        else:
            mask[[0, -1]], mask[:, [0, -1]] = cv2.GC_BGD, cv2.GC_BGD
            x, y = (int(value * scale) for value in prompt.positive[0])
            cv2.circle(mask, (x, y), max(small.shape[:2]) // 10, cv2.GC_PR_FGD, -1)
        for click in prompt.clicks:
            centre = int(click.point[0] * scale), int(click.point[1] * scale)
            cv2.circle(mask, centre, max(3, max(small.shape[:2]) // 100), int(click.positive), -1)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(small, mask, None, *models, 5 if prompt.box else 2, cv2.GC_INIT_WITH_MASK)
        found = np.asarray(mask & 1, np.uint8)
        return cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST) > 0

    return ask


CANDIDATES: dict[str, Callable[[np.ndarray], Ask]] = {
    "graphcut": graphcut,
    "GrabCut": grabcut,
    "GrabCut 320": lambda image: grabcut(image, 320),
}


@dataclass
class Run:
    """One object: overlap and seconds after each input (the box is one); promises broken."""

    picture: str
    overlaps: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    disobeyed: int = 0

    def inputs(self, target: float) -> int:
        """Return how many inputs it took to reach the target."""
        return next((i + 1 for i, value in enumerate(self.overlaps) if value >= target), MOST)

    def after(self, inputs: int) -> float:
        """Return the overlap after so many inputs, or at the end."""
        return self.overlaps[min(inputs, len(self.overlaps)) - 1]


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    """Return the IoU where the truth says anything."""
    known, inside = truth != 128, truth == 255
    return float((mask & inside).sum() / max(1, ((mask | inside) & known).sum()))


def largest(mask: np.ndarray) -> np.ndarray:
    """Return the largest connected part, as uint8."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return (labels == 1 + stats[1:, 4].argmax()).astype(np.uint8) if count > 1 else np.zeros(mask.shape, np.uint8)


def next_click(mask: np.ndarray, truth: np.ndarray) -> tuple[int, int, bool]:
    """Return x, y and kind of the robot's next click."""
    missing, spare = largest((truth == 255) & ~mask), largest(mask & (truth == 0))
    positive = bool(missing.sum() >= spare.sum())
    wrong = (truth == 255).astype(np.uint8) if not mask.any() else missing if positive else spare
    deep = cv2.distanceTransform(np.pad(wrong, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(deep.argmax()), deep.shape)
    return int(x), int(y), positive


def play(make: Callable[[np.ndarray], Ask], item: dict[str, Any], folder: Path, scale: float, robot: str) -> Run:
    """Let the robot cut one object out."""
    image = cv2.cvtColor(cv2.imread(str(folder / item["image"])), cv2.COLOR_BGR2RGB)
    truth = cv2.imread(str(folder / item["mask"]), cv2.IMREAD_GRAYSCALE)
    if scale != 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        truth = cv2.resize(truth, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    x, y, width, height = (value * scale for value in item["box"])
    run, ask, prompt, mask = Run(item["id"]), make(image), Prompt(), np.zeros(truth.shape, bool)
    least = LEAST[robot]
    while len(run.overlaps) < MOST and (len(run.overlaps) < least or run.overlaps[-1] < 0.9):
        if robot == "box" and not run.overlaps:
            prompt = Prompt(box=(x, y, x + width, y + height))
        elif ((mask != (truth == 255)) & (truth != 128)).any():
            cx, cy, positive = next_click(mask, truth)
            prompt = prompt.add((cx + 0.5, cy + 0.5), positive=positive)
        else:
            break
        start = time.perf_counter()
        mask = ask(prompt)
        run.seconds.append(time.perf_counter() - start)
        run.disobeyed += sum(bool(mask[int(c.point[1]), int(c.point[0])]) != c.positive for c in prompt.clicks)
        run.overlaps.append(overlap(mask, truth))
    return run


def haste(items: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    """Return how boxes with sides off by up to 8 % fare when they are fitted, three for each picture."""
    random, before, after = np.random.default_rng(1), [], []
    for item in items:
        image = cv2.cvtColor(cv2.imread(str(folder / item["image"])), cv2.COLOR_BGR2RGB)
        x, y, width, height = item["box"]
        truth = (x, y, x + width, y + height)
        for off in random.uniform(-0.08, 0.08, (3, 4)):
            hasty = (x + off[0] * width, y + off[1] * height, truth[2] + off[2] * width, truth[3] + off[3] * height)
            before.append(box_iou(hasty, truth))
            after.append(box_iou(fit_box(image, hasty), truth))
    old, new = np.array(before), np.array(after)
    return {
        "before": float(old.mean()),
        "after": float(new.mean()),
        "before85": float((old >= 0.85).mean()),
        "after85": float((new >= 0.85).mean()),
        "85|kept": float(((new >= 0.85) | (new >= old)).mean()),
        "worse05": float((new < old - 0.05).mean()),
    }


def figures(runs: list[Run]) -> dict[str, float]:
    """Return what the table shows of a robot's runs."""
    steps = np.array([b - a for run in runs for a, b in pairwise(run.overlaps)] or [0.0])
    first = np.array([run.after(2) - run.after(1) for run in runs])
    seconds = [value for run in runs for value in run.seconds]
    return {
        "NoC@85": float(np.mean([run.inputs(0.85) for run in runs])),
        "NoC@90": float(np.mean([run.inputs(0.9) for run in runs])),
        "never85": float(np.mean([max(run.overlaps) < 0.85 for run in runs])),
        **{f"IoU@{n}": float(np.mean([run.after(n) for run in runs])) for n in range(1, 7)},
        "worse01": float((steps < -0.01).mean()),
        "worse05": float((steps < -0.05).mean()),
        "first05": float((first < -0.05).mean()),
        "disob.": float(sum(run.disobeyed for run in runs)),
        "s/input": float(np.mean(seconds)),
        "s.p95": float(np.percentile(seconds, 95)),
    }


def report(robot: str, found: dict[str, list[Run]]) -> None:
    """Print a robot's table, a row for each candidate."""
    print(f"\n{'from the ' + robot:<14}" + "".join(f"{name:>8}" for name in figures(next(iter(found.values())))))
    for name, runs in found.items():
        print(f"{name:<14}" + "".join(f"{value:8.3f}" for value in figures(runs).values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="odd")
    parser.add_argument("--only", choices=tuple(CANDIDATES))
    parser.add_argument("--scale", type=float, default=1.0, help="enlarge the pictures, 6 for about 4K")
    parser.add_argument("--json", action="store_true", help="print every figure and every overlap as JSON")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    items = yaml.safe_load((options.data / "manifest.yaml").read_text())["segmentation"]
    items = items[options.half == "odd" :: 1 if options.half == "all" else 2]
    chosen = {name: make for name, make in CANDIDATES.items() if options.only in (None, name)}
    found: dict[str, dict[str, list[Run]]] = {}
    if not options.json:
        print(f"{len(items)} pictures ({options.half}), scale {options.scale:g}")
    for robot in LEAST:
        found[robot] = {
            name: [play(make, item, options.data, options.scale, robot) for item in items]
            for name, make in chosen.items()
        }
        if not options.json:
            report(robot, found[robot])
    fitted = haste(items, options.data)
    if not options.json:
        print("\nhasty boxes, fitted: " + ", ".join(f"{name} {value:.3f}" for name, value in fitted.items()))
    else:
        table = {
            robot: {name: {**figures(runs), "runs": [asdict(run) for run in runs]} for name, runs in rows.items()}
            for robot, rows in found.items()
        }
        print(json.dumps({"half": options.half, "scale": options.scale, **table, "fitted": fitted}))


if __name__ == "__main__":
    main()
