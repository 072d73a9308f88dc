"""`termwand models add FILE`: whose file it is, what was understood, its labels; and what wrong files are told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine import weights
from engine.cli.models import main
from engine.errors import WeightsError
from engine.tools import cache, registry
from engine.tools.detecting.labels import in_file, labels_of, named_in
from tests.engine.tools.detecting.small_networks import CENTRED, CORNERED, STRETCHED, Output, picture, save
from tests.engine.tools.detecting.test_families import ANCHORS, NAMES, raw


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "weights"


def yolo(path: Path, classes: int = 3, **metadata: str) -> Path:
    return save(path, {"output0": raw(CENTRED, classes=classes)}, CENTRED, 0, metadata=metadata)


def yolox(path: Path, classes: int = 3) -> Path:
    return save(path, {"output": Output(np.zeros((1, ANCHORS, 5 + classes)))}, CORNERED, 2)


def rfdetr(path: Path, classes: int = 91) -> Path:
    outputs = {"dets": Output(np.zeros((1, 5, 4))), "labels": Output(np.zeros((1, 5, classes)))}
    return save(path, outputs, STRETCHED, 0, name="input")


def spec(name: str):
    return registry.detectors()[name]


def test_a_file_tells_whose_it_is_and_what_it_finds(tmp_path, capsys):
    path = yolo(tmp_path / "mine.onnx", **NAMES, task="detect")
    assert main(["add", str(path)]) == 0
    told = capsys.readouterr().out
    assert "mine.onnx is a file of YOLO (your own ONNX file) (yolo)" in told
    assert "YOLO, boxes, 3 classes, 128 x 96" in told and "cat, dog, emu" in told
    assert labels_of(spec("yolo")) == ("cat", "dog", "emu")
    with cache.ModelCache("cpu").using("yolo") as detector:
        assert detector.labels == ("cat", "dog", "emu")
        assert [one.label for one in detector.detect([picture()], 0.3)[0]] == ["dog", "cat"]


def test_labels_lie_beside_a_file_or_are_given(tmp_path, capsys):
    path = yolox(tmp_path / "mine.onnx")
    assert main(["add", str(path)]) == 1
    assert "knows 3 classes: 80 are expected of it; give the names of all 3" in capsys.readouterr().err
    (tmp_path / "words.txt").write_text("cat\ndog\n")
    assert main(["add", str(path), "--labels", str(tmp_path / "words.txt")]) == 1
    assert "words.txt has 2 names, but mine.onnx knows 3 classes" in capsys.readouterr().err
    assert weights.found(spec("yolox")) == []
    (tmp_path / "words.txt").write_text("cat\r\ndog\r\nemu\r\n\r\n")
    assert main(["add", str(path), "--labels", str(tmp_path / "words.txt")]) == 0
    assert labels_of(spec("yolox")) == ("cat", "dog", "emu")
    other = yolox(tmp_path / "other.onnx", 2)
    (tmp_path / "other.names").write_text("pen\nbook\n")
    assert main(["add", "yolox", str(other)]) == 0
    assert labels_of(spec("yolox"), "other") == ("pen", "book")
    with cache.ModelCache("cpu").using("yolox", "other") as detector:
        assert detector.labels == ("pen", "book")


def test_classes_are_numbered_from_1_where_the_family_does_so(tmp_path, capsys):
    (tmp_path / "words.txt").write_text("cat\ndog\n")
    assert main(["add", str(rfdetr(tmp_path / "mine.onnx", 3)), "--labels", str(tmp_path / "words.txt")]) == 0
    assert labels_of(spec("rfdetr")) == ("cat", "dog")
    assert main(["add", str(rfdetr(tmp_path / "coco.onnx"))]) == 0
    assert len(labels_of(spec("rfdetr"), "coco")) == 80


def test_another_familys_file_is_told_whose_it_is(tmp_path, capsys):
    path = yolo(tmp_path / "mine.onnx", **NAMES, task="detect")
    assert main(["add", "yolox", str(path)]) == 1
    told = capsys.readouterr().err
    assert "mine.onnx is no file of YOLOX" in told and f"termwand models add yolo {path}" in told
    none = save(tmp_path / "none.onnx", {"depth": Output(np.zeros((1, 96, 128)))}, CENTRED, 0, name="x")
    for words in (["add", str(none)], ["add", "yolo", str(none)]):
        assert main(words) == 1
        assert "takes x (1 x 3 x 96 x 128) and gives depth (1 x 96 x 128)" in capsys.readouterr().err
    assert not weights.everything()


def test_a_network_that_finds_no_objects_is_refused(tmp_path, capsys):
    path = save(tmp_path / "a.onnx", {"output0": Output(np.zeros((1, 3)))}, CENTRED, 0,
                metadata={**NAMES, "task": "classify"})  # fmt: skip
    assert main(["add", str(path)]) == 1
    assert "finds no objects: it names whole pictures" in capsys.readouterr().err


def test_a_cut_file_is_refused_when_it_is_added_and_when_it_is_loaded(tmp_path, capsys):
    path = yolo(tmp_path / "mine.onnx", **NAMES, task="detect")
    path.write_bytes(path.read_bytes()[:2000])
    assert main(["add", str(path)]) == 1
    assert "mine.onnx cannot be read as an ONNX file: it is cut short" in capsys.readouterr().err
    for name in ("yolo", "yolox", "yolov7", "rtdetr", "rfdetr", "yunet"):
        with pytest.raises(WeightsError, match="cut short"):
            registry.find(name).load(path, "cpu")


def test_a_file_of_another_family_is_refused_when_it_is_loaded(tmp_path):
    path = save(tmp_path / "none.onnx", {"depth": Output(np.zeros((1, 96, 128)))}, CENTRED, 0, name="x")
    for name in ("yolo", "yolox", "yolov7", "rtdetr", "rfdetr", "yunet"):
        with pytest.raises(WeightsError, match=r"none\.onnx is no file of .*depth"):
            registry.find(name).load(path, "cpu")


def test_a_class_without_a_name_is_no_silent_loss(tmp_path):
    outputs = {
        "labels": Output(np.full((1, 4), 93.0), dtype=7), "boxes": Output(np.ones((1, 4, 4)), by_sizes=True),
        "scores": Output(np.full((1, 4), 0.9)),
    }  # fmt: skip
    detector = registry.find("rtdetr").load(save(tmp_path / "a.onnx", outputs, STRETCHED, 0, sizes=True), "cpu")
    with pytest.raises(WeightsError, match="has found class 93, and 80 have names"):
        detector.detect([picture()], 0.5)


def test_names_in_a_file_are_read_and_never_run(tmp_path):
    assert named_in({"names": "{0: 'a', 2: 'c\\x1b[31m'}"}) == ("a", "", "c␛[31m")
    assert named_in({"names": "['a', 'b']"}) == ("a", "b")
    for text in (
        "",
        "{",
        f"__import__('os').mkdir({str(tmp_path / 'ran')!r})",
        "{-1: 'a'}",
        "{10**9: 'a'}",
        "(" * 9999,
    ):
        assert named_in({"names": text}) == ()
    assert not (tmp_path / "ran").exists()
    (tmp_path / "a.names").write_bytes(b"\xff\xfe")
    with pytest.raises(WeightsError, match=r"a\.names holds no labels"):
        in_file(tmp_path / "a.names")


def test_labels_are_the_specs_where_no_set_is_here():
    assert labels_of(spec("hog")) == ("person",)
    assert labels_of(spec("yolox")) == spec("yolox").labels and labels_of(spec("yolox"), "gone") == spec("yolox").labels
    bare = dataclasses.replace(spec("yolo"), labels=())
    assert labels_of(bare) == ()
