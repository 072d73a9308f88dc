"""Planted shares of wrong boxes, and how often they lie inside the bound that a random sample states.

    python benchmarks/certifying.py [--data FOLDER] [--seeds 200] [--json]

Of the boxes of true tracks (`tracking` in the manifest, the crowds of MOT tables in `annot`) a share is made wrong, at
random by a seed; a sample is drawn as `review --certify 1%` does, its wrong ones are counted as a person would mark
them, and the share is inside if it is at most what the sample's statement says. The shares are planted below, at and
above the one that is asked for, where a bound is easiest missed. Peer: mean + 1.645 standard errors, as is usual.

certify_inside   share of seeds that are inside, of the worst planted share
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.truths import Truth, clips, crowds  # noqa: E402
from engine.document import Document  # noqa: E402
from engine.review.certify import at_most, drawn, stated, strips  # noqa: E402

RATES = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
ASKED = 0.01


class Inside(NamedTuple):
    """Of some seeds, the share whose planted share lies inside the stated bound, and inside the usual one."""

    stated: float
    usual: float
    drawn: int


def planted_inside(document: Document, rate: float, seeds: int = 200, share: float = ASKED) -> Inside:
    """Make a share of a document's boxes wrong with each of some seeds, certify, and say how often that is inside."""
    boxes = [(number, frame) for number, first, last in strips(document) for frame in range(first, last + 1)]
    inside, usual, count = 0, 0, 0
    for seed in range(seeds):
        bad = set(random.Random(f"wrong {seed}").sample(boxes, round(rate * len(boxes))))
        sample = drawn(document, share, seed=seed).crops
        wrong, count, true = sum(crop in bad for crop in sample), len(sample), len(bad) / len(boxes)
        inside += true <= stated(at_most(wrong, count, len(boxes)))
        mean = wrong / count
        usual += true <= mean + 1.645 * math.sqrt(mean * (1 - mean) / count)
    return Inside(inside / seeds, usual / seeds, count)


def measured(truths: Sequence[Truth], seeds: int) -> dict[float, list[Inside]]:
    """Return for each planted share what comes of it in each clip."""
    # without pictures: the camera's motion moves no keyframe, and takes minutes to measure
    documents = [replace(truth, files=()).document() for truth in truths]
    return {rate: [planted_inside(document, rate, seeds) for document in documents] for rate in RATES}


def certify_inside(found: Mapping[float, Sequence[Inside]]) -> float:
    """Return the share of seeds that are inside, of the worst planted share."""
    return min(sum(one.stated for one in some) / len(some) for some in found.values())


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    entries = yaml.safe_load((options.data / "manifest.yaml").read_text(encoding="utf-8"))["tracking"]
    truths = clips(options.data, entries)
    for folder, size in (("mot15_tud_campus", (640, 480)), ("mot17_02", (1920, 1080))):
        if (table := options.data / "annot" / folder / "gt" / "gt.txt").is_file():
            truths += crowds(table, folder, size)
    found = measured(truths, options.seeds)
    if options.json:
        print(json.dumps({"certify_inside": certify_inside(found)}))
        return 0
    print(f"{len(truths)} clips, {options.seeds} seeds each, share asked for {ASKED:.0%}")
    print("planted   inside   worst clip   usual bound")
    for rate, some in found.items():
        inside, usual = (sum(one[at] for one in some) / len(some) for at in (0, 1))
        print(f"{rate:7.1%}  {inside:7.1%}  {min(one.stated for one in some):10.1%}  {usual:11.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
