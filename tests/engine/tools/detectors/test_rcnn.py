"""R-CNNs in the forms that they are published in, on networks made for it whose answers can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine import weights
from engine.errors import WeightsError
from engine.tools import registry
from engine.tools.adopting import adopt
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting import graphs, irs

pytest.importorskip("openvino")
TOOLS = ("mask_rcnn", "faster_rcnn", "mask_rcnn_tf", "faster_rcnn_tf")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def found_by(tool, path, threshold, image=None):
    detector = registry.find(tool).load(path, "cpu")
    assert len(detector.labels) == 80 and detector.labels[0] == "person"
    return detector.detect([irs.picture() if image is None else image], threshold)[0]


def mine(path):
    """Return the tools that say that a file is theirs."""
    signature = signature_of(path)
    return [name for name in TOOLS if registry.find(name).knows(signature)]


@pytest.mark.parametrize(("first", "half"), [(True, False), (False, False), (False, True)])
def test_a_mask_rcnn_of_the_open_model_zoo(tmp_path, first, half):
    path = irs.rcnn(tmp_path / "net.xml", first=first, half=half)
    brush, person = found_by("mask_rcnn", path, 0.35, irs.picture(64, 128))
    assert (brush.label, person.label) == ("toothbrush", "person")
    assert (brush.score, person.score) == pytest.approx((0.8, 0.4), abs=1e-3)
    assert brush.box == pytest.approx((16, 16, 64, 48)) and person.box == pytest.approx((64, 0, 128, 64))
    assert brush.mask.origin == (16, 16) and brush.mask.mask.shape == (33, 49)
    assert brush.mask.mask[:, :23].all() and not brush.mask.mask[:, 26:].any()
    assert person.mask.origin == (64, 0) and person.mask.mask.shape == (64, 64) and person.mask.mask.all()
    assert mine(path) == ["mask_rcnn"] and registry.find("mask_rcnn").classes(signature_of(path)) == 91
    assert registry.find("mask_rcnn").knows(signature_of(path)).endswith("90 classes, 40 x 60")


def test_a_faster_rcnn_of_the_open_model_zoo(tmp_path):
    path = irs.rcnn(tmp_path / "net.xml", masks=False)
    found = found_by("faster_rcnn", path, 0.1)
    assert [one.label for one in found] == ["toothbrush", "person"] and not any(one.mask for one in found)
    assert [one.score for one in found] == pytest.approx([0.8, 0.4])
    assert found_by("faster_rcnn_tf", path, 0.1) == found
    assert mine(path) == ["faster_rcnn"]
    assert not found_by("faster_rcnn", path, 0.9)


@pytest.mark.parametrize("form", ["frozen graph", "SavedModel", "archive"])
@pytest.mark.parametrize("masks", [True, False])
def test_a_network_of_tensorflow(tmp_path, form, masks):
    if form == "archive":
        path = graphs.archive(tmp_path / "m.tar.gz", "model/frozen_inference_graph.pb", graphs.graph(masks=masks))
    else:
        path = tmp_path / "net.pb"
        path.write_bytes(graphs.saved_model(masks=masks) if form == "SavedModel" else graphs.graph(masks=masks))
    tool = "mask_rcnn_tf" if masks else "faster_rcnn_tf"
    brush, person = found_by(tool, path, 0.25)
    assert (brush.label, person.label) == ("toothbrush", "person")
    assert (brush.score, person.score) == pytest.approx((0.8, 0.3))
    assert brush.box == pytest.approx((12, 10, 60, 40)) and person.box == pytest.approx((60, 0, 120, 50))
    assert mine(path) == [tool]
    if masks:
        assert brush.mask.origin == (12, 10) and brush.mask.mask.shape == (30, 48)
        assert brush.mask.mask[:, :24].all() and not brush.mask.mask[:, 24:].any()
        assert person.mask.mask.shape == (50, 60) and person.mask.mask.all()
    else:
        assert brush.mask is None


@pytest.mark.parametrize("masks", [True, False])
def test_a_network_of_the_onnx_zoo(tmp_path, masks):
    tool = "mask_rcnn" if masks else "faster_rcnn"
    path = graphs.zoo(tmp_path / "net.onnx", masks=masks)
    image = irs.picture(50, 100)  # resized to 1333 x 666, and padded to 1344 x 672
    brush, person = found_by(tool, path, 0.25, image)
    assert (brush.label, person.label) == ("toothbrush", "person")
    assert (brush.score, person.score) == pytest.approx(((204 - 122.7717) / 100, 0.3), abs=1e-5)
    assert brush.box == pytest.approx((10, 5, 50, 25), abs=0.02) and person.box == (0, 0, 100, 50)
    assert mine(path) == [tool]
    if masks:
        assert brush.mask.origin == (10, 5) and brush.mask.mask.shape == (21, 41)
        assert brush.mask.mask[:, :19].all() and not brush.mask.mask[:, 22:].any()
        assert person.mask is None  # nothing of it is over a half


def test_checkpoints_of_torchvision_are_loaded_by_the_model_of_their_kind_alone(tmp_path):
    torch = pytest.importorskip("torch")
    detection = pytest.importorskip("torchvision.models.detection")
    torch.manual_seed(1)
    path = tmp_path / "fasterrcnn_mobilenet_v3_large_320_fpn-mine.pth"
    net = detection.fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None, num_classes=91)
    torch.save(net.state_dict(), path)
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert [name for name in TOOLS[:2] if registry.find(name).recognise(shapes)] == ["faster_rcnn"]
    detector = registry.find("faster_rcnn").load(path, "cpu")
    (found,) = detector.detect([irs.picture(60, 90)], 0.0)
    assert all(one.label in registry.find("faster_rcnn").SPEC.labels and one.mask is None for one in found)
    with pytest.raises(WeightsError, match="gives no masks, unlike Mask R-CNN"):
        registry.find("mask_rcnn").load(path, "cpu")
    renamed = path.rename(tmp_path / "my net.ckpt")
    assert registry.find("faster_rcnn").load(renamed, "cpu").labels == detector.labels


def test_an_archive_by_another_name_is_one_all_the_same(tmp_path):
    path = graphs.archive(tmp_path / "net.tar.gz", "model/frozen_inference_graph.pb", graphs.graph(masks=True))
    renamed = path.rename(tmp_path / "my net — ü.tgz")
    (found,) = registry.find("mask_rcnn_tf").load(renamed, "cpu").detect([irs.picture()], 0.5)
    assert found and found[0].mask is not None


def test_frames_of_many_sizes_go_through_one_network(tmp_path):
    path = tmp_path / "net.pb"
    path.write_bytes(graphs.graph(masks=True))
    detector = registry.find("mask_rcnn_tf").load(path, "cpu")
    small, large = detector.detect([irs.picture(20, 30), irs.picture(300, 500)], 0.5)
    assert small[0].box == pytest.approx((3, 4, 15, 16)) and large[0].box == pytest.approx((50, 60, 250, 240))


def test_a_network_of_the_other_kind_is_told(tmp_path):
    with_masks, without = irs.rcnn(tmp_path / "m.xml"), irs.rcnn(tmp_path / "f.xml", masks=False)
    with pytest.raises(WeightsError, match=r"f\.xml gives no masks, unlike Mask R-CNN.*Faster R-CNN"):
        registry.find("mask_rcnn").load(without, "cpu")
    with pytest.raises(WeightsError, match=r"m\.xml gives masks, unlike Faster R-CNN.*Mask R-CNN"):
        registry.find("faster_rcnn").load(with_masks, "cpu")
    with pytest.raises(WeightsError, match=r"face\.xml is no R-CNN of the Open Model Zoo.*boxes"):
        registry.find("faster_rcnn").load(irs.faces(tmp_path / "face.xml", [[0, 0, 1, 1, 0]]), "cpu")
    with pytest.raises(WeightsError, match=r"c\.xml knows 12 classes.*91 are expected.*--labels"):
        registry.find("mask_rcnn").load(irs.rcnn(tmp_path / "c.xml", planes=11, last=11), "cpu")


def test_damaged_graphs_and_archives_are_told(tmp_path):
    tool = registry.find("faster_rcnn_tf")
    content = graphs.graph(masks=False)
    path = tmp_path / "net.pb"
    path.write_bytes(content[:-100])
    with pytest.raises(WeightsError, match=r"net\.pb cannot be read as a TensorFlow graph.*cut short"):
        tool.load(path, "cpu")
    path.write_bytes(graphs.graph(masks=False, taken="pixels"))
    with pytest.raises(WeightsError, match=r"net\.pb is no network of TensorFlow's.*`image_tensor`"):
        tool.load(path, "cpu")
    packed = graphs.archive(tmp_path / "m.tar.gz", "model/frozen_inference_graph.pb", content)
    packed.write_bytes(packed.read_bytes()[:300])
    with pytest.raises(WeightsError, match=r"m\.tar\.gz cannot be unpacked.*cut off or damaged"):
        tool.load(packed, "cpu")
    with pytest.raises(WeightsError, match=r"n\.tar\.gz holds no network.*frozen_inference_graph\.pb"):
        tool.load(graphs.archive(tmp_path / "n.tar.gz", "model/other.pb", content), "cpu")


def test_classes_beyond_those_that_are_named_are_told_not_dropped(tmp_path):
    path = tmp_path / "net.pb"
    path.write_bytes(graphs.graph(masks=False, first=120.0))
    with pytest.raises(WeightsError, match=r"net\.pb has found class 120.*--labels"):
        found_by("faster_rcnn_tf", path, 0.5)


@pytest.mark.parametrize("names", ["cat\ndog\n", "background\ncat\ndog\n"])
def test_a_network_of_ones_own_has_the_names_of_its_file_of_labels(tmp_path, monkeypatch, names):
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    spec = registry.find("mask_rcnn").SPEC
    path = irs.rcnn(tmp_path / "mine.xml", planes=2, last=2)
    (tmp_path / "mine.names").write_text(names)
    here = adopt(spec, path)
    detector = registry.find("mask_rcnn").load(here.path, "cpu")
    assert detector.labels == ("cat", "dog")
    (found,) = detector.detect([irs.picture()], 0.5)
    assert [one.label for one in found] == ["dog"]
    path = irs.rcnn(tmp_path / "other.xml", planes=5, last=2)
    (tmp_path / "other.names").write_text(names)
    with pytest.raises(WeightsError, match=r"other\.names has . names, but other\.xml knows 6 classes"):
        adopt(spec, path)
    with pytest.raises(WeightsError, match=r"other\.names has . names, but other\.xml knows 6 classes"):
        registry.find("mask_rcnn").load(weights.adopt(path, spec).path, "cpu")


def test_what_is_published_is_declared_with_its_checksum():
    for name in TOOLS:
        spec = registry.find(name).SPEC
        assert spec.gives_masks == name.startswith("mask") and len(spec.labels) == 80
        for item in (item for one in spec.weights for item in one.files if item.digest):
            kind, _, value = item.digest.partition(":")
            assert len(value) == {"sha256": 64, "sha384": 96}[kind] and np.log10(item.size) > 7 and item.url


def test_every_network_of_openvino_is_known_by_one_detector_alone(tmp_path):
    files = {
        "face": irs.faces(tmp_path / "a.xml", [[0, 0, 1, 1, 0]]), "adas": irs.classes(tmp_path / "b.xml"),
        "mask_rcnn": irs.rcnn(tmp_path / "c.xml"),
        "faster_rcnn": irs.rcnn(tmp_path / "d.xml", masks=False, first=False),
        "": irs.ages(tmp_path / "e.xml"),
    }  # fmt: skip
    for expected, file in files.items():
        signature = signature_of(file)
        knowing = [name for name, tool in registry.tools().items() if getattr(tool, "knows", lambda _: "")(signature)]
        assert knowing == ([expected] if expected else [])
