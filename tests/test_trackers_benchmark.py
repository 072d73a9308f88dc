"""The trackers' benchmark comes to its end on a small set, and says on its last line what is asked of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks.clips import Clip
from benchmarks.following import Job, Outcome, success
from benchmarks.trackers import summed

ROOT = Path(__file__).resolve().parent.parent
COUNT, HIDDEN = 16, (9, 10, 11)


def test_one_clip_part_of_it_out_of_sight_another_that_is_not_there_and_a_tracker_without_weights(
    shared: Path, tmp_path: Path
) -> None:
    source = shared / "data" / "tracks" / "otb_David"
    rows = (source / "gt.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if int(row.split(",")[0]) < COUNT and int(row.split(",")[0]) not in HIDDEN]
    (tmp_path / "gt.csv").write_text("\n".join([rows[0], *kept]))
    item = {"frames": str(source / "frames"), "pattern": "%04d.jpg", "count": COUNT, "gt": "gt.csv"}
    listed = [{"id": "one", **item}, {"id": "other", **item, "frames": "nowhere"}]
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump({"tracking": listed}))
    command = ["benchmarks/trackers.py", "--data", str(tmp_path), "--weights", str(tmp_path), "--trackers", "mosse,vit"]
    run = [sys.executable, *command, "--json"]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert said.keys() <= {"mosse", "vit"} and ("vit" in said or "vit is left out" in ended.stdout)
    row = said["mosse"]
    assert row["auc"] > 0.5 and row["auc_checked"] > 0.5 and isinstance(row["overhead"], float)
    assert row["absent"] == 0.0 and row["absent_of"] == "clips"  # the face is there all the time: it is only not told
    assert row["corrections"] == pytest.approx(100 * 2 / (COUNT - 1))
    assert "other is left out" in ended.stderr and "one is left out" not in ended.stderr


def test_figures_are_means_over_clips_seeds_and_the_frames_without_the_object() -> None:
    one = Clip("one", tuple(Path(f"{i}.jpg") for i in range(11)), {0: (0, 0, 1, 1), 10: (0, 0, 1, 1)})
    jobs = [Job("any", one, what, True, seed, Path()) for what in ("helped", "alone", "cut") for seed in (1, 2)]
    ends = [Outcome((3, 4)), Outcome((5,)), Outcome((), (1.0,), 9, 9), Outcome((), (0.5,), 9, 0), Outcome((), (), 2, 1)]
    row = summed(dict(zip(jobs, [*ends, Outcome((), (), 2, 2)], strict=True)))
    assert row["corrections"] == 15.0 and row["where"] == {"one 1": (3, 4), "one 2": (5,)}
    assert (row["absent"], row["absent_of"], row["absent_cut"]) == (0.5, "clips", 0.75)
    assert row["auc_checked"] == pytest.approx(np.mean([success((1.0,)), success((0.5,))]))
