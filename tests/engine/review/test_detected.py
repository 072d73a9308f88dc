"""The queue of what a real detector finds on real pictures: most of what it gets wrong comes before what is right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from engine.cli.auto import main as auto
from engine.cli.review import main as review
from engine.document import Box, Document, Shape
from engine.geometry import box_iou
from engine.outlines import shape_box
from engine.review.base import kinds
from engine.review.queue import Reviewer
from engine.store import load
from engine.tools.adopting import adopt
from engine.tools.registry import find

OURS = {"person": "person", "chair": "chair", "couch": "sofa", "airplane": "aeroplane", "motorcycle": "motorbike",
        "cat": "cat", "dog": "dog", "horse": "horse", "train": "train", "car": "car", "bus": "bus"}  # fmt: skip

COUNT = 12
"""Pictures, so that it takes seconds."""


@pytest.fixture
def found(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what YOLOX-nano finds on pictures of VOC."""
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    adopt(find("yolox").SPEC, shared / "weights" / "yolox_nano.onnx")
    folder = tmp_path / "voc"
    folder.mkdir()
    for picture in sorted((shared / "data" / "detect" / "voc").iterdir())[:COUNT]:
        shutil.copy(picture, folder)
    pairs = ",".join(f"{theirs}={ours}" for theirs, ours in OURS.items())
    assert auto([str(folder), "--detector", "yolox", "--labels", ",".join(OURS.values()), "--map", f"{pairs},*="]) == 0
    return folder / "annotations.termwand.yaml"


def wrong(document: Document, shared: Path) -> set[int]:
    """Return the ids of shapes that cover no object of their label."""
    listed = yaml.safe_load((shared / "data" / "manifest.yaml").read_text())
    truth: dict[str, list[tuple[str, Box]]] = {}
    for one in (one for part in listed.values() if isinstance(part, list) for one in part if "boxes" in one):
        boxes = [(box["label"], box["box"]) for box in one["boxes"]]
        truth[Path(one["image"]).name] = [(label, (x, y, x + w, y + h)) for label, (x, y, w, h) in boxes]

    def is_right(shape: Shape) -> bool:
        box, there = shape_box(shape), truth[document.pictures[shape.frame].name]
        return box is not None and any(shape.label == label and box_iou(box, one) > 0.5 for label, one in there)

    return {shape.id for shape in document.all_shapes() if not is_right(shape)}


def test_what_a_detector_got_wrong_comes_first(found: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = load(found)
    assert document is not None
    bad, count = wrong(document, shared), sum(map(len, document.frames.values()))
    entries = Reviewer({"margin": kinds()["margin"]}).entries(document)
    first = [entry.ids[0] in bad for entry in entries]
    rest = len(bad) - sum(first)
    assert len(entries) < count / 2 and sum(first) > 0.7 * len(first)
    assert sum(first) > 0.6 * len(bad) and rest < 0.3 * (count - len(first))
    capsys.readouterr()
    assert review(["--report", str(found), "--fail-on", "1"]) == 1
    assert "has a score of 0.3" in capsys.readouterr().out
