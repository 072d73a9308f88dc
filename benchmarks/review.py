"""A review's queue: planted faults that it shows, and what is left bad of real trackers' work once it is gone through.

    python benchmarks/review.py [--data FOLDER] [--rounds 20] [--seed 1] [--half a|b] [--kinds IDS] [--scores] [--json]
                                [--trackers csrt,mil] [--seeds 200]

Into the true tracks of `tracking` in the manifest, and the crowds of MOT tables in `annot`, faults are planted: swap,
drift, jump, freeze, truncation (a box cut to a part of it, or a track that ends early), duplicate, jitter; about one
for each 60 frames of an object, apart from one another, others with each seed. A fault is found if an entry of one of
its tracks has its worst frame in it (of a swap: at one of its ends), or beside it.

recall           share of swaps, jumps, truncations, and drifts with 5 bad frames (IoU < 0.5) or more, in the queue
in_10_percent    share of all faults found by the first entries, those of all clips ranked together, that cover 10 % of
                 the frames; of an entry the first, the worst and the last frame are looked at
false_per_300    entries on the clean truth for each 300 frames of the clips
f1_geometry      F1 of the kinds that read no pixels, on swaps, jumps, truncations, duplicates and jitters
bad_after        share of bad frames of what trackers have made of the clips, followed and filled, after the queue was
                 gone through as `benchmarks/repaired.py` says; looked_at: share of the frames looked at for that
certify_inside   share of seeds in which a planted share of wrong boxes lies inside what a sample states, as
                 `benchmarks/certifying.py` says, of the worst share

Thresholds were chosen on half a (every other clip by name, odd ids of crowds); without --half the JSON is of half b.
What kinds go by was found with both halves in sight: that a jump with the same look after it is none, that usual drops
of overlap and changes of size are told by their upper tenth, that a slip is measured by the track's lower quartile,
that trembling is told by the calmer of two sides and straight stretches are left out of what is usual. That trembling
is measured by the track's median and without the four steps of a jump, and its numbers, was chosen on half a, after
half b had shown that calm faults spoil a lower quartile; of two scales that half a leaves open, half b took the higher.
The baseline is a check of three frames: a box that is there, missing, and there again, or whose two neighbours have
more in common (IoU) than it has with either.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.certifying import certify_inside, measured  # noqa: E402
from benchmarks.queue_scores import scores  # noqa: E402
from benchmarks.queue_shares import clean, f1, measure, three_frames  # noqa: E402
from benchmarks.repaired import Job, gone_through, told  # noqa: E402
from benchmarks.truths import Truth, clips, crowds, with_background  # noqa: E402
from engine.document import Document  # noqa: E402
from engine.review.base import FindingSpec, kinds  # noqa: E402
from engine.review.queue import Entry, Reviewer, ranked  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
TABLES = (("mot15_tud_campus", "tud", (640, 480)), ("mot17_02", "mot17", (1920, 1080)))
"""Folders of MOT tables in `annot`, what they are called here, and the size of their frames."""


def queue(truth: Truth, document: Document, asked: dict[str, Any], *, pixels: bool) -> tuple[Entry, ...]:
    """Return the queue of a document."""
    reviewer = Reviewer(asked, seen=truth.seen if pixels else None)
    for _ in reviewer.look(document):
        pass
    return reviewer.entries(document)


def halves(data: Path) -> dict[str, list[Truth]]:
    """Return the true tracks of a folder, as two halves."""
    entries = yaml.safe_load((data / "manifest.yaml").read_text())["tracking"]
    singles = [with_background(truth) for truth in sorted(clips(data, entries), key=lambda one: one.name)]
    found = {"a": singles[::2], "b": singles[1::2]}
    for folder, name, size in TABLES:
        if (table := data / "annot" / folder / "gt" / "gt.txt").is_file():
            for half, truth in zip("ab", crowds(table, name, size), strict=False):
                found[half].append(truth)
    return found


def planted_in(truths: Sequence[Truth], asked: dict[str, Any], rounds: int, seed: int) -> dict[str, Any]:
    """Measure what the queue shows of planted faults, and print it."""
    geometry = {name: kind for name, kind in asked.items() if kind.SPEC.cost == "geometry"}
    false = clean(truths, lambda t, d: queue(t, d, asked, pixels=True), print)
    all_kinds = measure(truths, rounds, seed, lambda t, d: queue(t, d, asked, pixels=True))
    alone = measure(truths, rounds, seed, lambda t, d: queue(t, d, geometry, pixels=False))
    three = {"three": FindingSpec("three", "", 0.1, "")}
    base = measure(truths, rounds, seed, lambda t, d: ranked(d, three_frames(d), three))
    for name, one in (("all kinds", all_kinds), ("geometry", alone), ("three frames", base)):
        print(f"  {name}: recall {one['recall']:.3f}, in 10 % {one['in_10_percent']:.3f}, precision "
              f"{one['precision']:.3f} of {one['entries']}; recall {one['recall_by']}")  # fmt: skip
    print(f"  precision by kind {all_kinds['precision_by']}")
    for what, result in (("missed", all_kinds), ("missed by geometry", alone)):
        for name, number, fault in result["missed"]:
            where = f"{fault.tracks} {fault.first}-{fault.last}"
            print(f"    {what}: {name} seed {number} {fault.kind} {where} bad {fault.bad}")
    return {"recall": all_kinds["recall"], "in_10_percent": all_kinds["in_10_percent"], "false_per_300": false,
            "f1_geometry": f1(alone)}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder with manifest.yaml")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=200, help="of samples that are certified")
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--kinds", default="", help="only these kinds of trouble")
    parser.add_argument("--scores", action="store_true", help="how scores lie, to calibrate by")
    parser.add_argument("--trackers", default="csrt,mil", help="whose work is reviewed; none where it is empty")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    given = parser.parse_args()
    found = halves(given.data)
    asked = {name: kind for name, kind in kinds().items() if not given.kinds or name in given.kinds.split(",")}
    if given.scores:
        scores(found[given.half or "a"], given.rounds, given.seed, asked)
        return
    trackers, result = [name for name in given.trackers.split(",") if name], dict[str, Any]()
    for half in given.half or "ab":
        truths = found[half]
        print(f"half {half}: {', '.join(truth.name for truth in truths)}; on the clean truth:")
        result = planted_in(truths, asked, given.rounds, given.seed)
        jobs = [Job(truth, name) for truth in truths if truth.files for name in trackers]
        result |= told(gone_through(jobs, given.seed), print)
        result |= {"certify_inside": certify_inside(measured(truths, given.seeds))}
        print("  " + ", ".join(f"{k} {v:.3f}" for k, v in result.items() if v is not None))
    if given.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
