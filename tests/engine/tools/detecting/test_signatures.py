"""What a network's file is, told from its bytes alone."""

from __future__ import annotations

import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tools.detecting.signatures import ANY, Port, signature_of
from tests.engine.tools.detecting.small_networks import CENTRED, Output, save

IR = """<?xml version="1.0"?>
<net name="m" version="11"><layers>
<layer id="0" name="p" type="Parameter"><data shape="?,3,8,9" element_type="f32"/>
<output><port id="0" precision="FP32" names="image:0,image"><dim>-1</dim><dim>3</dim><dim>8</dim><dim>9</dim></port>
</output></layer>
<layer id="1" name="r" type="ReLU"><input><port id="0"/></input>
<output><port id="1" precision="FP32" names="boxes"><dim>200</dim><dim>5</dim></port></output></layer>
<layer id="2" name="end" type="Result"><input><port id="0"/></input></layer>
</layers><edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
<edge from-layer="1" from-port="1" to-layer="2" to-port="0"/></edges></net>
"""


def field(number: int, value: bytes | int) -> bytes:
    """Return a field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])


def node(name: str, kind: str, *sources: str, attributes: bytes = b"") -> bytes:
    """Return a node of a TensorFlow graph."""
    inputs = b"".join(field(3, source.encode()) for source in sources)
    return field(1, field(1, name.encode()) + field(2, kind.encode()) + inputs + attributes)


def test_onnx(tmp_path):
    output = Output(np.zeros((1, 7, 5)), shape=("batch", 7, 5))
    path = save(tmp_path / "a.onnx", {"out": output}, CENTRED, 0, batch="batch", metadata={"task": "detect"}, exp=True)
    found = signature_of(path)
    assert (found.kind, found.inputs) == ("onnx", (Port("images", (ANY, 3, 96, 128), "float32"),))
    assert found.outputs == (Port("out", (ANY, 7, 5), "float32"),)
    assert found.metadata["task"] == "detect" and {"Slice", "Exp"} <= found.operators


def test_weights_that_old_files_list_as_inputs_are_none(shared):
    assert [port.name for port in signature_of(shared / "weights" / "yolox_nano.onnx").inputs] == ["images"]


def test_openvino(tmp_path):
    (tmp_path / "a.xml").write_text(IR)
    found = signature_of(tmp_path / "a.xml")
    assert (found.kind, found.metadata["version"]) == ("ir", "11")
    assert found.inputs == (Port("image", (ANY, 3, 8, 9), "float32"),)
    assert found.outputs == (Port("boxes", (200, 5), "float32"),)


def test_tensorflow(tmp_path):
    shape = field(2, b"") + field(2, field(1, 3))
    entries = field(5, field(1, b"dtype") + field(2, field(6, 4))) + field(
        5, field(1, b"shape") + field(2, field(7, shape))
    )
    graph = node("image_tensor", "Placeholder", attributes=entries) + node("c", "Const")
    graph += node("sum", "Add", "image_tensor:0", "^c") + node("detection_boxes", "Identity", "sum")
    (tmp_path / "a.pb").write_bytes(graph)
    found = signature_of(tmp_path / "a.pb")
    assert (found.kind, found.inputs) == ("tf", (Port("image_tensor", (ANY, 3), "uint8"),))
    assert found.outputs == (Port("detection_boxes"),)
    info = field(1, b"x:0") + field(2, 4) + field(3, shape)
    signature = field(1, field(1, b"inputs") + field(2, info)) + field(2, field(1, b"boxes") + field(2, info))
    meta = field(2, graph) + field(5, field(1, b"serving_default") + field(2, signature))
    (tmp_path / "saved_model.pb").write_bytes(field(1, 1) + field(2, meta))
    found = signature_of(tmp_path / "saved_model.pb")
    assert found.inputs == (Port("inputs", (ANY, 3), "uint8"),) and found.outputs == (Port("boxes", (ANY, 3), "uint8"),)


def test_darknet(tmp_path):
    (tmp_path / "a.weights").write_bytes(struct.pack("<3iQ", 0, 2, 0, 64) + bytes(400))
    found = signature_of(tmp_path / "a.weights")
    assert (found.kind, found.metadata["version"]) == ("darknet", "0.2.0")


def test_arrays_in_a_pickle(tmp_path):
    arrays = {"backbone.w": np.zeros((4, 5), np.float32), "b": np.zeros(3)}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"model": arrays, "__author__": "x"}, protocol=2))
    found = signature_of(tmp_path / "a.pkl")
    assert (found.kind, found.tensors) == ("pickle", {"backbone.w": (4, 5), "b": (3,)})


def test_tensors_in_a_checkpoint(tmp_path):
    import torch

    torch.save({"a.w": torch.zeros(2, 3)}, tmp_path / "a.pth")
    found = signature_of(tmp_path / "a.pth")
    assert (found.kind, found.tensors) == ("torch", {"a.w": (2, 3)})


class Harm:
    """What runs a command when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return os.system, (f"touch {self.place}",)


def test_a_pickle_with_a_program_in_it_is_refused_and_not_run(tmp_path):
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"model": {"w": Harm(tmp_path / "ran")}}))
    with pytest.raises(WeightsError, match=r"more than numbers.*system"):
        signature_of(tmp_path / "a.pkl")
    assert not (tmp_path / "ran").exists()


def test_objects_of_ultralytics_are_to_be_exported(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "best.pt", "w") as archive:
        archive.writestr("best/data.pkl", b"\x80\x02cultralytics.nn.tasks\nDetectionModel\n.")
    with pytest.raises(WeightsError, match=r"export it: yolo export model=best\.pt format=onnx"):
        signature_of(tmp_path / "best.pt")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.onnx", b"", "is empty"),
        ("a.onnx", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("a.onnx", b"just a text", "no kind of file that is known"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "Keras"),
        ("a.onnx", b"\x08\x08\x3a\xff\x01abc", "cut short"),
        ("a.onnx", b"\x08\x08", "no outputs"),
        ("a.onnx", b"\x08" + b"\xff" * 40, "no protocol buffer"),
        ("a.pb", b"\x0a\xff\x7fabc", "cut short"),
        ("a.xml", b"<?xml version='1.0'?><net><layers>", "cut short or damaged"),
        ("a.xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><net/>", "entities"),
        ("a.xml", b"<?xml version='1.0'?><html/>", "first element"),
    ],
)
def test_what_is_none_is_refused_in_words(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=says):
        signature_of(tmp_path / name)


def test_every_length_of_a_cut_file_is_refused(tmp_path):
    path = save(tmp_path / "a.onnx", {"out": Output(np.zeros((1, 7, 5)))}, CENTRED, 0)
    whole = path.read_bytes()
    for length in range(1, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        try:
            found = signature_of(path)
        except WeightsError:
            continue
        assert found.outputs and length > len(whole) - 40  # only what comes after the graph is missing
