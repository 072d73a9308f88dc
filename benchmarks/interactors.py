"""Clicks that a robot user needs with each interactor that needs no weights, and the overlap from the box alone.

The robot clicks first at the object pixel that is farthest from the mask's border; then, until the overlap (IoU) is
reached or 20 clicks are spent, at the middle of the larger of the largest missing and the largest superfluous region.
Value 128 of a truth mask is ignored. NoC@85: mean number of clicks to an overlap of 0.85, 20 where it is never reached.

The weights of "graphcut" were fitted on the even pictures and on frames of the DAVIS sequences among the tracks; the
odd ones are the honest half.

Run: python benchmarks/interactors.py [--half even|odd|all] [--only NAME] [--data FOLDER] [--scale 4]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.prompt import Prompt
from engine.tools.registry import find

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
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
    """One object: overlap and seconds after each click; broken promises; overlap from the box."""

    overlaps: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    disobeyed: int = 0
    box: float = 0.0

    def clicks(self, target: float) -> int:
        """Return how many clicks it took to reach the target."""
        return next((i + 1 for i, value in enumerate(self.overlaps) if value >= target), 20)

    def after(self, clicks: int) -> float:
        """Return the overlap after so many clicks, or at the end."""
        return self.overlaps[min(clicks, len(self.overlaps)) - 1]


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


def play(make: Callable[[np.ndarray], Ask], item: dict[str, Any], folder: Path, scale: float) -> Run:
    """Let the robot cut one object out."""
    image = cv2.cvtColor(cv2.imread(str(folder / item["image"])), cv2.COLOR_BGR2RGB)
    truth = cv2.imread(str(folder / item["mask"]), cv2.IMREAD_GRAYSCALE)
    if scale != 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        truth = cv2.resize(truth, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    x, y, width, height = (value * scale for value in item["box"])
    run, ask, prompt, mask = Run(), make(image), Prompt(), np.zeros(truth.shape, bool)
    run.box = overlap(make(image)(Prompt(box=(x, y, x + width, y + height))), truth)
    for _ in range(20):
        cx, cy, positive = next_click(mask, truth)
        prompt = prompt.add((cx + 0.5, cy + 0.5), positive=positive)
        start = time.perf_counter()
        mask = ask(prompt)
        run.seconds.append(time.perf_counter() - start)
        run.disobeyed += sum(mask[int(c.point[1]), int(c.point[0])] != c.positive for c in prompt.clicks)
        run.overlaps.append(overlap(mask, truth))
        if run.overlaps[-1] >= 0.9:
            break
    return run


def line(name: str, runs: list[Run]) -> str:
    """Return a row of the table."""
    def mean(values: Any) -> float:
        return float(np.mean(list(values)))

    seconds = [value for run in runs for value in run.seconds]
    worse = [b < a - 0.01 for run in runs for a, b in pairwise(run.overlaps)]
    cells = [
        f"{mean(run.clicks(0.85) for run in runs):7.2f}{mean(run.clicks(0.9) for run in runs):7.2f}",
        f"{mean(max(run.overlaps) < 0.85 for run in runs):8.0%}",
        *(f"{mean(run.after(n) for run in runs):7.3f}" for n in (1, 3, 5)),
        f"{mean(worse) if worse else 0:8.1%}{sum(run.disobeyed for run in runs):8d}",
        f"{mean(seconds):8.3f}{np.percentile(seconds, 95):7.3f}{mean(run.box for run in runs):8.3f}",
    ]
    return f"{name:<14}" + "".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="odd")
    parser.add_argument("--only", choices=tuple(CANDIDATES))
    parser.add_argument("--scale", type=float, default=1.0, help="enlarge the pictures, 6 for about 4K")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    items = yaml.safe_load((options.data / "manifest.yaml").read_text())["segmentation"]
    items = items[options.half == "odd" :: 1 if options.half == "all" else 2]
    print(f"{len(items)} pictures ({options.half}), scale {options.scale:g}")
    print(f"{'':<14} NoC@85 NoC@90 never85  IoU@1  IoU@3  IoU@5   worse  disob.  s/click   p95     box")
    for name, make in CANDIDATES.items():
        if options.only in (None, name):
            runs = [play(make, item, options.data, options.scale) for item in items]
            print(line(name, runs), flush=True)


if __name__ == "__main__":
    main()
