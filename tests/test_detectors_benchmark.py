"""The detectors' benchmark says on its last line what is asked of it, with labels matched by meaning."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_two_pictures_whose_labels_are_spelt_otherwise(shared: Path, tmp_path: Path) -> None:
    listed = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())["detection"]
    pictures = [one for one in listed if one["subset"] == "voc"][:2]
    for one in pictures:
        one["image"] = str(shared / "data" / one["image"])
        for box in one["boxes"]:
            box["label"] = {"person": "People"}.get(box["label"], box["label"].upper().replace(" ", "_"))
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump({"detection": pictures}))
    command = ["benchmarks/detectors.py", "--data", str(tmp_path), "--weights", str(shared / "weights")]
    run = [sys.executable, *command, "--detectors", "yolox", "--json"]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    assert said.keys() == {"yolox"} and said["yolox"].keys() == {"ap50", "recall50", "overhead"}
    assert said["yolox"]["recall50"] > 0.5 and isinstance(said["yolox"]["overhead"], float)
