"""The same job on Ray: the same document as without it, though a worker dies on the way."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.batch.auto import annotate
from engine.batch.auto_request import Job, Request
from engine.batch.progress import Step
from engine.errors import ToolError

ROOT = Path(__file__).resolve().parents[3]
YAML = "annotations.termwand.yaml"
TOOL = """
import os
from pathlib import Path
from engine.specs import DetectorSpec
from engine.tools.base import Detection

SPEC = DetectorSpec(id="mortal", name="Mortal", help="For tests.", labels=("row",), threshold=0.05)

class Mortal:
    labels = SPEC.labels

    def detect(self, images, threshold):
        return [self.one(image) for image in images]

    def one(self, image):
        fatal = Path(__file__).with_name("fatal")
        if image[0, 0, 0] == 77 and fatal.exists():
            fatal.unlink()
            os._exit(1)
        return [Detection("row", float(image.mean()) / 255, (0.0, 0.0, 5.0, 6.0))]

def load(weights, device):
    return Mortal()
"""


def pictures(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number in range(90):
        Image.fromarray(np.full((8, 8, 3), 20 + number, np.uint8)).save(folder / f"p{number:02}.png")
    return folder


def content(folder: Path) -> str:
    return "".join(row for row in (folder / YAML).read_text().splitlines(True) if not row.startswith("created:"))


def test_a_cluster_with_a_worker_that_dies_makes_the_same_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="Ray is an extra: pip install 'termwand[ray]'")
    from engine.batch import ray, spread

    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "mortal.py").write_text(TOOL)
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(tmp_path / "tools"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    monkeypatch.setattr(spread, "STRETCH", 8)
    one, other = pictures(tmp_path / "one" / "pics"), tmp_path / "other" / "pics"
    shutil.copytree(one, other)
    assert not annotate(Job((one,), Request("mortal")), "cpu", lambda step: None, lambda: False).failure
    (tmp_path / "tools" / "fatal").touch()
    steps = list[Step]()
    (outcome,) = ray.annotate_all(
        [Job((other,), Request("mortal"))], "local", "cpu", lambda at, step: steps.append(step),
        lambda at, outcome: None, threading.Event(),
    )  # fmt: skip
    assert not outcome.failure and outcome.frames == 90 and steps[-1].done == 90
    assert not (tmp_path / "tools" / "fatal").exists(), "a worker has died"
    assert content(other) == content(one)


def test_without_ray_it_is_said_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.batch.ray import cluster

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ToolError, match=r"termwand\[ray\]"), cluster("local"):
        pass
