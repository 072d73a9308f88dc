"""Detections joined into tracks, and detection on tiles: how often people are confused, and how many more are found.

switches   times that a person of the truth becomes another track, `missed` and `false` boxes, and MOTA of all three
           (Bernardin and Stiefelhagen, CLEAR MOT, 2008), on TUD-Campus (71 frames, 8 people): the truth as detections,
           shaken by 3 pixels, so many of them dropped, every frame or every third one
found      of the people of MOT17-02's four frames (`multitrack`), by YOLOX on whole frames and on tiles, with the boxes
           that it takes (not all people there are labelled)
ms         of joining a frame's detections, the median

Run: python benchmarks/joining.py [--data FOLDER] [--weights FOLDER] [--json]
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.runs.by_detection import METHODS, Followed, Method, Nominal, joiner
from engine.tools.detecting.boxes import overlaps
from engine.tools.detecting.tiles import Tiled

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
RIGHT, RATE, HIGH = 0.5, 25.0, 0.3
People = dict[int, list[tuple[int, list[float]]]]
"""Frame -> id and box of each person."""


def campus(data: Path) -> People:
    """Return the truth of TUD-Campus."""
    found: People = defaultdict(list)
    for line in (data / "annot/mot15_tud_campus/gt/gt.txt").read_text().splitlines():
        frame, number, x, y, width, height = map(float, line.split(",")[:6])
        found[int(frame) - 1].append((int(number), [x, y, x + width, y + height]))
    return found


def pairs(ones: Any, others: Any) -> list[tuple[int, int]]:
    """Return which boxes are the same."""
    overlap = overlaps(np.reshape(ones, (-1, 4)), np.reshape(others, (-1, 4)))
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if overlap[r, c] >= RIGHT]


def joined(truth: People, dropped: float, every: int, method: Method) -> dict[str, Any]:
    """Return what joining makes of shaken detections, as tracks have it: objects from their first frame on."""
    random, one = np.random.default_rng(0), joiner(method, HIGH, Nominal(RATE / every))
    rows, took = list[tuple[int, list[tuple[Followed, Any]]]](), list[float]()
    for frame in sorted(truth)[::every]:
        kept = [box for _, box in truth[frame] if random.random() >= dropped]
        boxes = np.reshape([np.array(box) + random.normal(0, 3, 4) for box in kept], (-1, 4))
        began = time.perf_counter()
        given = one.join(boxes, random.uniform(0.2, 0.95, len(boxes)), frame / RATE)
        took.append(time.perf_counter() - began)
        rows.append((frame, [(who, box) for (who, _), box in zip(given, boxes, strict=True) if who is not None]))
    proved = [(frame, [(who.serial, box) for who, box in some if who.id >= 0]) for frame, some in rows]
    return scored(truth, proved) | {"ms": round(1000 * statistics.median(took), 2)}


def scored(truth: People, rows: list[tuple[int, list[tuple[int, Any]]]]) -> dict[str, Any]:
    """Return what is wrong with tracks, given as number and box on each frame."""
    last = dict[int, int]()
    switches = missed = false = count = 0
    for frame, tracks in rows:
        right = pairs([box for _, box in truth[frame]], [box for _, box in tracks])
        for person, track in right:
            number = truth[frame][person][0]
            switches += last.get(number, tracks[track][0]) != tracks[track][0]
            last[number] = tracks[track][0]
        count += len(truth[frame])
        missed, false = missed + len(truth[frame]) - len(right), false + len(tracks) - len(right)
    mota = round(1 - (switches + missed + false) / count, 3)
    return {"switches": switches, "missed": missed, "false": false, "mota": mota}


def on_tiles(data: Path, weights: Path) -> list[dict[str, Any]]:
    """Return how many people YOLOX finds on whole frames and on tiles."""
    from PIL import Image

    from engine.tools.registry import find

    truth: People = defaultdict(list)
    for row in csv.DictReader((data / "multitrack/mot17_02/gt.csv").open()):
        if row["class"] == "1" and row["considered"] == "1":
            x, y, width, height = (float(row[name]) for name in ("x", "y", "w", "h"))
            truth[int(row["frame"])].append((int(row["id"]), [x, y, x + width, y + height]))
    detector = find("yolox").load(weights / "yolox_nano.onnx", "cpu")
    results = []
    for size in (0, 416, 240):
        found = boxes = 0
        for frame, people in truth.items():
            image = np.asarray(Image.open(data / f"multitrack/mot17_02/frames/{frame:04}.jpg").convert("RGB"))
            (some,) = (Tiled(detector, size, HIGH) if size else detector).detect([image], HIGH)
            seen = [one.box for one in some if one.label == "person"]
            boxes, found = boxes + len(seen), found + len(pairs([box for _, box in people], seen))
        results.append({"tiles": size, "found": found, "of": sum(map(len, truth.values())), "boxes": boxes})
    return results


def main() -> None:
    """Measure, and print a table or JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=SHARED / "data")
    options.add_argument("--weights", type=Path, default=SHARED / "weights")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    truth = campus(chosen.data)
    rows: list[dict[str, Any]] = [
        {"method": method, "dropped": dropped, "every": every} | joined(truth, dropped, every, method)
        for dropped in (0.0, 0.1, 0.3) for every in (1, 3) for method in METHODS
    ]  # fmt: skip
    rows += on_tiles(chosen.data, chosen.weights) if (chosen.weights / "yolox_nano.onnx").is_file() else []
    if chosen.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
