"""Faces and their attributes, on networks made for it: places, order of channels, and which files are needed."""

from __future__ import annotations

import shutil

import pytest

from engine import weights
from engine.errors import WeightsError
from engine.tools import registry
from engine.tools.adopting import adopt
from tests.engine.tools.detecting import irs

pytest.importorskip("openvino")
ROWS = [[6, 8, 30, 20, 0], [0, 0, 60, 40, 0.3], [10, 10, 10, 30, 0.9], [0, 0, 0, 0, 0]]
"""In an input of 60 x 40: one whose score is the red's share, one of 0.3, one without width, one of zeros."""
NAME = "face-detection-0205.xml"


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))


def load(path):
    return registry.find("face").load(path, "cpu")


@pytest.mark.parametrize("half", [False, True], ids=["FP32", "FP16"])
def test_a_face_is_where_it_is_with_the_score_of_the_channel_that_the_network_takes_for_red(tmp_path, half):
    faces = load(irs.faces(tmp_path / "face.xml", ROWS, half=half))
    (found,) = faces.detect([irs.picture()], 0.25)
    assert [one.label for one in found] == ["face", "face"]
    assert [one.score for one in found] == pytest.approx([0.8, 0.3], abs=1e-3)
    assert found[0].box == pytest.approx((12, 10, 60, 25)) and found[1].box == pytest.approx((0, 0, 120, 50))
    assert not found[0].attributes
    assert len(faces.detect([irs.picture()], 0.5)[0]) == 1


def test_attributes_come_from_the_pixels_of_the_face(tmp_path):
    path = irs.faces(tmp_path / NAME, ROWS)
    irs.ages(tmp_path / "age-gender-recognition-retail-0013.xml")
    irs.emotions(tmp_path / "emotions-recognition-retail-0003.xml")
    image = irs.picture()
    image[10:25, 12:60] = (250, 10, 25)
    (found,) = load(path).detect([image], 0.5)
    assert found[0].attributes == {"age": "10", "gender": "male", "emotion": "surprise"}
    image[10:25, 12:60] = (5, 10, 102)
    (found,) = load(path).detect([image], 0.5)
    assert found[0].attributes == {"age": "40", "gender": "female", "emotion": "neutral"}
    spec = registry.find("face").SPEC
    assert {one.name for one in spec.attributes} == set(found[0].attributes)


def test_a_set_brings_those_of_its_networks_along_that_are_there(tmp_path):
    spec = registry.find("face").SPEC
    mine = irs.faces(tmp_path / "mine.xml", ROWS)
    here = adopt(spec, mine)
    assert [record.file for record in here.records] == ["mine.xml", "mine.bin"]
    irs.ages(tmp_path / "age-gender-recognition-retail-0013.xml")
    shutil.copy(mine, tmp_path / "yours.xml")
    shutil.copy(mine.with_suffix(".bin"), tmp_path / "yours.bin")
    here = adopt(spec, tmp_path / "yours.xml")
    assert len(here.records) == 4
    (found,) = load(weights.weights_for(spec, "yours")).detect([irs.picture()], 0.5)
    assert found[0].attributes == {"age": "20", "gender": "male"}
    planted = here.path.with_name("emotions-recognition-retail-0003.xml")
    irs.emotions(planted)  # not verified: never used
    (found,) = load(weights.weights_for(spec, "yours")).detect([irs.picture()], 0.5)
    assert "emotion" not in found[0].attributes


def test_a_wrong_file_is_told_in_a_sentence(tmp_path):
    path = irs.faces(tmp_path / "face.xml", ROWS)
    other = irs.classes(tmp_path / "streets.xml")
    with pytest.raises(WeightsError, match=r"streets\.xml does not find faces.*`boxes`.*segmentation"):
        load(other)
    data = path.with_suffix(".bin").read_bytes()
    path.with_suffix(".bin").write_bytes(data[:-1])
    for taken in (load, lambda file: adopt(registry.find("face").SPEC, file)):
        with pytest.raises(WeightsError, match=r"face\.bin does not fit face\.xml.*bytes"):
            taken(path)
    path.with_suffix(".bin").unlink()
    with pytest.raises(WeightsError, match=r"face\.bin is missing beside face\.xml"):
        load(path)
    text = path.read_text()
    path.write_text(text.replace('version="11"', 'version="7"', 1))
    with pytest.raises(WeightsError, match=r"face\.xml is an OpenVINO IR of version 7.*10 and 11"):
        load(path)
    path.write_text(text[: len(text) // 2])
    with pytest.raises(WeightsError, match=r"face\.xml cannot be read"):
        load(path)
    with pytest.raises(WeightsError, match="has no weights"):
        load(None)
