"""Files that ask for too much, or are damaged where it is seldom looked: each a sentence, none a crash."""

from __future__ import annotations

import gzip
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.errors import AppError, WeightsError
from engine.tools import registry
from engine.tools.detecting.labels import in_file, named_in
from engine.tools.detecting.ports import Port, Signature
from engine.tools.detecting.reading import darknet, wire
from engine.tools.detecting.recognising import all_that_know
from engine.tools.detecting.runtimes.ir import opened
from engine.tools.detecting.signatures import signature_of
from tests.engine.tools.detecting import graphs, irs
from tests.engine.tools.detecting.small_networks import CENTRED, np, picture, save
from tests.engine.tools.detecting.test_families import NAMES, ended, raw
from tests.engine.tools.detecting.test_signatures import IR, field

TASK = {**NAMES, "task": "detect"}


# what is written in a file


@pytest.mark.parametrize("key", ["imgsz", "kpt_shape"])
def test_metadata_of_thousands_of_digits_are_no_sizes(tmp_path, key):
    output = raw(CENTRED)
    output.shape = (1, 7, "anchors")
    path = save(
        tmp_path / "a.onnx", {"output0": output}, CENTRED, 0, size=("h", "w"), metadata={**TASK, key: "9" * 5000}
    )
    registry.find("yolo").knows(signature_of(path))


def test_names_that_are_no_names():
    assert named_in({"names": "{0: 0x" + "f" * 10_000 + ", 1: 'b'}"}) == ("", "b")
    assert named_in({"names": "{0: 7, 1: None, 2: ['a']}"}) == ("7", "", "")
    assert named_in({"names": "{" + "[" * 3000}) == named_in({"names": "{0: " + "-" * 300_000 + "1}"}) == ()
    assert named_in({"names": r"{0: '\x1b[2Jred', 1: 'a\nb'}"}) == ("␛[2Jred", "a b")


def test_files_of_labels_as_other_systems_write_them(tmp_path):
    path = tmp_path / "Ünïcode names — of mine.names"
    path.write_bytes(b"\xef\xbb\xbfcat\r\n dog \r\n\r\n\x1b[31memu\r\n  \r\n\r\n")
    assert in_file(path) == ("cat", "dog", "", "␛[31memu")
    path.write_bytes(b"a\n" * (1 << 20))
    with pytest.raises(WeightsError, match="cannot be read as a file of labels"):
        in_file(path)


# sizes that are declared


@pytest.mark.parametrize(
    ("batch", "size"), [(1, (100_000, 100_000)), (1, (64, 1 << 40)), (1_000_000_000, (96, 128)), (4096, (640, 640))]
)
def test_pictures_larger_than_memory_are_refused_before_one_is_made(tmp_path, batch, size):
    metadata = {**TASK, "end2end": "True"}
    path = save(tmp_path / "a.onnx", {"output0": ended(CENTRED)}, CENTRED, 0, batch=batch, size=size, metadata=metadata)
    with pytest.raises(WeightsError, match=r"a\.onnx takes pictures that are too large"):
        registry.find("yolo").load(path, "cpu").detect([picture()], 0.5)


def test_a_size_that_is_written_beside_an_open_input_is_bounded_too(tmp_path):
    metadata = {**TASK, "end2end": "True", "imgsz": "[99999, 99999]"}
    path = save(tmp_path / "a.onnx", {"output0": ended(CENTRED)}, CENTRED, 0, size=("h", "w"), metadata=metadata)
    with pytest.raises(WeightsError, match="too large"):
        registry.find("yolo").load(path, "cpu")


def test_an_ir_for_many_pictures_at_once_says_so_when_it_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    from openvino import opset13 as op

    image = irs.taken((4, 3, 40, 60), "image")
    boxes = op.reshape(irs.share(image, 2), op.constant([1, 1]), False)
    rows = op.multiply(boxes, op.constant([[1.0, 1, 9, 9, 1]], np.float32))
    path = irs.save(tmp_path / "a.xml", [image], {"boxes": rows})
    with pytest.raises(WeightsError, match=r"a\.xml takes 4 pictures at once.*batch of 1"):
        registry.find("face").load(path, "cpu")


@pytest.mark.parametrize(("most", "says"), [(10_000, "more parts than any network"), (100_000, "no outputs")])
def test_a_file_of_nothing_but_small_parts_is_given_up(tmp_path, monkeypatch, most, says):
    monkeypatch.setattr(wire, "ALL", most)
    path = tmp_path / "a.onnx"
    path.write_bytes(b"\x08\x08" + field(7, field(1, b"\x20\x01" * 2000) * 20))
    with pytest.raises(WeightsError, match=says):
        signature_of(path)


def test_a_name_of_gigabytes_in_an_archive_is_not_read(tmp_path):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 6 << 30
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(4 << 20)))
    with pytest.raises(WeightsError, match="a name in it is too long"):
        signature_of(path)


# damage


@pytest.mark.parametrize("content", [b"\x80", b"\x08", b"\x0a", b"P", b"\x1f\x8b", b"\x80\x02", b"PK\x03\x04", b"\0"])
@pytest.mark.parametrize("name", ["a.onnx", "a.PB", "a.weights", "saved_model.pb"])
def test_a_file_of_its_first_bytes(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    try:
        all_that_know(signature_of(tmp_path / name))
    except WeightsError as error:
        assert name in error.title


@pytest.mark.parametrize("damage", ["encrypted", "flipped"])
def test_a_checkpoint_whose_pickle_cannot_be_unpacked(tmp_path, damage):
    path = tmp_path / "a.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"ultralytics.nn " * 900)
    whole = bytearray(path.read_bytes())
    if damage == "encrypted":
        whole[6] |= 1
        whole[whole.index(b"PK\1\2") + 8] |= 1
    else:
        whole[50:60] = b"\xff" * 10
    path.write_bytes(whole)
    with pytest.raises(WeightsError, match=r"a\.pt cannot be read as a PyTorch checkpoint: it is cut short or damaged"):
        signature_of(path)


@pytest.mark.parametrize(
    "text", [IR.replace('version="11"', 'version="²"'), IR.replace('version="11"', f'version="{"1" * 5000}"')]
)
def test_versions_of_an_ir_that_are_no_numbers(tmp_path, text):
    (tmp_path / "a.xml").write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match="OpenVINO IR of version"):
        opened(tmp_path / "a.xml")


def test_places_in_a_bin_that_are_no_numbers(tmp_path):
    for offset in ("²", "9" * 5000):
        (tmp_path / "a.xml").write_text(IR.replace("<data ", f'<data offset="{offset}" size="4" '), encoding="utf-8")
        assert opened(tmp_path / "a.xml").kind == "ir"


def test_numbers_in_another_file_are_named(tmp_path):
    given, out = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in "xy")
    weights = numpy_helper.from_array(np.zeros((1, 3, 8, 8), np.float32), "w")
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "split", [given], [out], [weights])
    model = helper.make_model(graph)
    path = tmp_path / "a.onnx"
    onnx.save(model, path, save_as_external_data=True, location="a.data", size_threshold=0)
    with pytest.raises(WeightsError, match=r"its numbers lie in another file: join them"):
        signature_of(path)


def test_an_input_of_numbers_that_pictures_cannot_be_given_as(tmp_path):
    path = save(tmp_path / "a.onnx", {"output0": raw(CENTRED)}, CENTRED, 0, metadata=TASK)
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.BFLOAT16
    model.graph.node.insert(0, helper.make_node("Cast", ["images"], ["wide"], to=TensorProto.FLOAT))
    model.graph.node[1].input[0] = "wide"
    onnx.save(model, path)
    with pytest.raises(WeightsError, match=r"a\.onnx (takes numbers of another kind|cannot be loaded)"):
        registry.find("yolo").load(path, "cpu")


SEEDS = 25


def test_flipped_and_cut_files_are_told_or_run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    irs.faces(tmp_path / "face.xml", [[1, 1, 20, 20, 0]])
    files = {
        "yolo.onnx": save(tmp_path / "yolo.onnx", {"output0": raw(CENTRED)}, CENTRED, 0, metadata=TASK).read_bytes(),
        "zoo.onnx": graphs.zoo(tmp_path / "zoo.onnx", masks=True).read_bytes(),
        "net.pb": graphs.graph(masks=True), "face.xml": (tmp_path / "face.xml").read_bytes(),
    }  # fmt: skip
    for name, whole in files.items():
        chance = random.Random(name)
        for _ in range(SEEDS):
            data = bytearray(whole[: chance.choice([len(whole), chance.randrange(1, len(whole))])])
            for _ in range(chance.choice([1, 4])):
                data[chance.randrange(min(len(data), 3000))] ^= 1 << chance.randrange(8)
            (tmp_path / name).write_bytes(data)
            try:
                for tool in all_that_know(signature_of(tmp_path / name)):
                    registry.find(tool).load(tmp_path / name, "cpu").detect([picture()], 0.3)
            except AppError as error:
                assert error.title.isprintable() and error.detail.isprintable()


# plans of darknet


HEAD = "[convolutional]\nfilters=7\nsize=1\npad=1\nactivation=linear\n[yolo]\nmask=0\nanchors=9,9\nclasses=2\n"


def plan(*sections: str) -> darknet.Plan:
    return darknet.plan("[net]\nwidth=64\nheight=32\n" + "".join(sections) + HEAD, "a.cfg")


def test_a_cfg_saved_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.cfg").write_bytes(b"\xef\xbb\xbf[net]\r\nwidth=64\r\nheight=32\r\n" + HEAD.encode())
    assert darknet.read(tmp_path / "a.cfg").classes == 2


def test_layers_that_grow_without_end_are_refused():
    with pytest.raises(WeightsError, match=r"line \d+: gives .* numbers: too many"):
        plan("[upsample]\nstride=8\n" * 400)
    with pytest.raises(WeightsError, match="too many"):
        plan("[upsample]\nstride=8\n", "[convolutional]\nfilters=16384\nsize=1\nactivation=linear\n")


def test_layers_of_different_sides_are_not_joined():
    shrunk, more = "[maxpool]\nsize=2\nstride=2\n", "[convolutional]\nfilters=3\nsize=3\npad=1\nactivation=linear\n"
    with pytest.raises(WeightsError, match="a route joins layers of different heights and widths"):
        plan(more, shrunk, "[route]\nlayers=-1,-2\n")
    with pytest.raises(WeightsError, match="a shortcut joins layers of different"):
        plan(more, shrunk, "[shortcut]\nfrom=-2\n")
    even = more.replace("size=3", "size=2")
    assert plan(more, even).extents()[:2] == [(32, 64), (33, 65)]


def test_the_sides_of_layers_are_those_that_torch_gives(tmp_path):
    torch = pytest.importorskip("torch")
    from engine.tools.detecting.runtimes import darknet as runtime

    sections = [f"[{kind}]\nsize={size}\nstride={stride}\npad=1\nfilters=3\nactivation=linear\n"
                for kind in ("convolutional", "maxpool") for size in (1, 2, 3) for stride in (1, 2, 3)][:6]  # fmt: skip
    made = plan(*sections, "[maxpool]\nsize=2\nstride=1\n[upsample]\nstride=2\n")
    path = tmp_path / "a.weights"
    path.write_bytes(struct.pack("<3iQ", 0, 2, 0, 1) + bytes(4 * made.numbers()))
    (head,) = runtime.load(path, made)(torch.zeros(1, 3, 32, 64))
    assert tuple(head.shape[2:]) == made.extents()[-1]


# whose a file is


BOXES = "roi_heads.box_predictor.cls_score.weight"


@pytest.mark.parametrize("kind", ["torch", "pickle"])
def test_tensors_of_no_axes_belong_to_nobody(kind):
    heads = "head.cls_score", "head.classification_head.cls_logits", "roi_heads.mask_predictor.mask_fcn_logits"
    names = (BOXES, *(f"{one}.weight" for one in (*heads, "backbone.fpn_lateral3", "backbone.body.conv1")))
    assert all_that_know(Signature(kind, Path("a"), tensors=dict.fromkeys(names, ()))) == {}


def test_networks_that_torchvision_builds_otherwise_are_not_taken_for_faster_rcnn():
    shapes = {BOXES: (2, 1024), "backbone.body.conv1.weight": (64, 3, 7, 7), "roi_heads.keypoint_head.0.weight": (9,)}
    assert all_that_know(Signature("torch", Path("a.pth"), tensors=shapes)) == {}
    del shapes["roi_heads.keypoint_head.0.weight"]
    assert list(all_that_know(Signature("torch", Path("a.pth"), tensors=shapes))) == ["faster_rcnn"]


def ir(outputs: dict[str, tuple[int, ...]], **inputs: tuple[int, ...]) -> Signature:
    given = tuple(Port(name, shape, "float32") for name, shape in inputs.items())
    return Signature("ir", Path("a.xml"), given, tuple(Port(name, shape, "float32") for name, shape in outputs.items()))


def test_a_grid_of_seven_columns_is_yolo_v3s_and_no_rcnns():
    heads = {"a": (1, 255, 7, 7), "b": (1, 255, 14, 14), "c": (1, 255, 28, 28)}
    assert list(all_that_know(ir(heads, image=(1, 3, 224, 224)))) == ["yolov3"]


def test_another_network_with_rows_of_seven_is_not_named_by_cocos_classes():
    rows = {"detection_out": (1, 1, 200, 7)}
    assert all_that_know(ir(rows, data=(1, 3, 384, 672))) == {}
    assert list(all_that_know(ir(rows, image_tensor=(1, 3, 600, 1024), image_info=(1, 3)))) == ["faster_rcnn"]
