"""The review's benchmark comes to its end on a small set; what it plants is wrong, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from benchmarks.planted import BAD, KINDS, Planter, planted
from benchmarks.queue_shares import f1, hits
from benchmarks.repaired import Clip, reviewed
from benchmarks.truths import Truth, clips
from engine.document import Box, Document
from engine.geometry import box_iou
from engine.review.queue import Entry
from engine.tracks import shape_at

ROOT = Path(__file__).resolve().parent.parent
COUNT = 120


def going(number: int) -> Truth:
    """Return two objects without pictures that go past each other."""
    one: dict[int, Box] = {f: (10.0 + 5 * f, 100.0, 60.0 + 5 * f, 180.0) for f in range(COUNT)}
    other: dict[int, Box] = {f: (610.0 - 5 * f, 120.0, 660.0 - 5 * f, 200.0) for f in range(COUNT)}
    return Truth(f"going{number}", COUNT, (720, 480), {1: one, 2: other})


def wrong(truth: Truth, document: Document, number: int, frame: int) -> bool:
    shape = shape_at(document.tracks[number], frame)
    if shape is None:
        return True
    (x1, y1), (x2, y2) = shape.points
    return box_iou((x1, y1, x2, y2), truth.objects[number][frame]) < 0.999


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_fault_is_on_its_frames_and_nowhere_else(kind: str) -> None:
    for seed in range(4):
        planter = Planter(truth := going(1), seed)
        planter.plant([kind])
        (fault,) = planter.faults
        document = truth.document(planter.keys)
        assert fault.kind == kind and {*fault.tracks} & {*document.tracks}
        changed = {frame for number in (1, 2) for frame in range(COUNT) if wrong(truth, document, number, frame)}
        assert changed <= {*range(fault.first, fault.last + 1)} and (changed or kind == "duplicate")
        if kind in ("drift", "swap"):
            assert fault.bad >= 5
        again = Planter(going(1), seed)
        again.plant([kind])
        assert again.faults == planter.faults and truth.document(again.keys) == document


def test_faults_lie_apart() -> None:
    _, faults = planted(going(2), 5)
    spans = sorted((fault.first, fault.last) for fault in faults)
    assert BAD == 0.5 and len(spans) >= 3 and all(a[1] < b[0] for a, b in pairwise(spans))


def test_an_entry_must_lie_on_the_fault_and_of_a_swap_at_an_end() -> None:
    planter = Planter(going(3), 1)
    planter.plant(["swap"])
    (swap,) = planter.faults

    def entry(worst: int, number: int = 1) -> Entry:
        return Entry((number,), "", worst, worst, worst, 1.0, ())

    middle = (swap.first + swap.last) // 2
    found = [hits(entry(frame), swap) for frame in (swap.first, swap.last + 1, middle, swap.first - 9)]
    assert found == [True, True, False, False] and not hits(entry(swap.first, 7), swap)
    every = dict.fromkeys(KINDS, 10)
    assert f1({"faults": every, "recall_by": dict.fromkeys(KINDS, 0.5), "precision": 1.0}) == pytest.approx(2 / 3)


def test_it_prints_what_is_asked_of_it(shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / "tracks" / "davis_blackswan"
    item = {"frames": str(source / "frames"), "pattern": "%04d.jpg", "count": 30, "gt": str(source / "gt.csv")}
    listed = [{"id": "a", **item}, {"id": "b", **item}, {"id": "c", **item, "frames": "nowhere"}]
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump({"tracking": listed}))
    call = ["benchmarks/review.py", "--data", str(tmp_path), "--rounds", "6", "--half", "b", "--json"]
    call += ["--trackers", "csrt", "--seeds", "10"]
    command = [sys.executable, *call]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert list(said) == [
        "recall", "in_10_percent", "false_per_300", "f1_geometry", "bad_after", "looked_at", "certify_inside"
    ]  # fmt: skip
    assert 0 < said["recall"] <= 1 and said["false_per_300"] < 20
    assert said["bad_after"] <= 0.02 and 0 <= said["looked_at"] <= 0.5 and 0 < said["certify_inside"] <= 1
    assert "csrt, filled, all frames: " in ended.stdout and "csrt, followed: " in ended.stdout


def test_what_a_tracker_has_lost_is_put_right_by_the_queue(shared: Path) -> None:
    folder = shared / "data" / "tracks" / "davis_scooter-black"
    item = {"id": "scooter", "frames": str(folder / "frames"), "pattern": "%04d.jpg", "count": 43}
    (truth,) = clips(folder, [item | {"gt": str(folder / "gt.csv")}])
    clip = Clip(truth, "csrt")
    made = clip.made("followed")
    left, looked, keys = reviewed(clip, made)
    assert clip.all_bad(left) < clip.all_bad(made) and 0 < len(looked) < len(clip.frames) and keys >= 5
    assert all(key.by == "human" for key in left.tracks[1].keyframes if key.frame in (0, 42))
