"""YOLO v3 from darknet's own files: heads and detections of the original program, and files that are refused."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.tools.detecting.decoding.yolov3 import kept  # noqa: E402
from engine.tools.detecting.names import COCO  # noqa: E402
from engine.tools.detecting.reading import darknet as cfg  # noqa: E402
from engine.tools.detecting.reading.darknet_published import known, tiny, yolov3  # noqa: E402
from engine.tools.detecting.runtimes import darknet  # noqa: E402
from engine.tools.detecting.yolov3.darknet import DarknetYolo  # noqa: E402

DEVICE = os.environ.get("TERMWAND_DEVICE", "cpu")
HEADER = struct.pack("<3iQ", 0, 2, 0, 32_013_312)


def stand_in(
    plan: cfg.Plan, seed: int, gain: float, objectness: list[float], classes: list[float]
) -> Iterator[np.ndarray]:
    """Yield the numbers of a .weights file as the golden's README says."""
    inputs, outputs, count = [3, *plan.channels()], 0, 0
    for number, layer in enumerate(plan.layers):
        if layer.kind != "convolutional":
            continue
        random, n = np.random.RandomState(seed + count), layer.filters
        count += 1
        bias = 0.05 * random.standard_normal(n)
        if layer.normalised:
            scale, mean = 1 + 0.1 * random.standard_normal(n), 0.1 * random.standard_normal(n)
            variance = 1 + 0.2 * np.abs(random.standard_normal(n))
            followed = number + 1 < len(plan.layers) and plan.layers[number + 1].kind == "shortcut"
            bias = np.concatenate((bias, scale * 0.3 if followed else scale, mean, variance))
        fan = inputs[number] * layer.size**2
        weights = random.standard_normal(n * fan) * np.sqrt(2 / fan)
        if not layer.normalised:
            by_anchor = (weights * gain).reshape(3, -1, fan)
            by_anchor[:, 2:4] *= 0.1
            bias = bias.reshape(3, -1)
            bias[:, 4] += objectness[outputs]
            bias[:, 5:] += classes[outputs]
            weights, outputs = by_anchor, outputs + 1
        yield bias.astype("<f4").ravel()
        yield weights.astype("<f4").ravel()


def written(path: Path, parts: Iterator[np.ndarray]) -> Path:
    with path.open("wb") as file:
        file.write(HEADER)
        for part in parts:
            part.tofile(file)
    return path


@pytest.fixture(scope="module", params=["yolov3", "yolov3-tiny"])
def golden(request, shared, tmp_path_factory):
    """The original's answers, our network of the same weights, and what it says of the same picture."""
    said = np.load(shared / "parity" / "yolov3" / f"{request.param}_a.npz")
    plan = yolov3() if request.param == "yolov3" else tiny()
    values = stand_in(plan, int(said["seed"]), float(said["gain"]), list(said["obj_bias"]), list(said["cls_bias"]))
    path = written(tmp_path_factory.mktemp("darknet") / f"{request.param}.weights", values)
    tool = DarknetYolo(darknet.load(path, known(path)), COCO, DEVICE)
    path.unlink()
    given = tool.prepare(said["image_rgb"])
    return said, tool, given, tool.infer([given])[0]


def test_the_original_programs_heads(golden):
    said, _, given, heads = golden
    assert np.abs(given.pixels.ravel()[said["letterbox_idx"]] - said["letterbox_val"]).max() < 1e-5
    for number, raw in enumerate(heads):
        assert raw.shape == tuple(said[f"head{number}_shape"])
        active = raw.reshape(3, 85, -1).copy()
        active[:, [0, 1, *range(4, 85)]] = 1 / (1 + np.exp(-active[:, [0, 1, *range(4, 85)]].astype(np.float64)))
        assert np.abs(active.ravel()[said[f"head{number}_idx"]] - said[f"head{number}_val"]).max() < 1e-4


@pytest.mark.parametrize(("name", "threshold"), [("det_thr25", 0.25), ("det_thr50", 0.5)])
def test_the_original_programs_detections(golden, name, threshold):
    said, tool, given, heads = golden
    for rows, wanted in ((tool.rows(heads, threshold), said[f"{name}_raw"]),
                         (kept(tool.rows(heads, threshold)), said[f"{name}_nms45"])):  # fmt: skip
        assert len(rows.scores) == len(wanted)
        width, height = given.frame
        boxes = (rows.boxes.reshape(-1, 2, 2) - given.offset) / given.scale / (width, height)
        found = np.concatenate(
            (boxes.mean(1), boxes[:, 1] - boxes[:, 0], rows.scores[:, None], rows.classes[:, None]), 1
        )
        for row in wanted[:, [0, 1, 2, 3, 5, 6]]:
            assert np.abs(found - row).max(1).min() < 1e-3
    boxes = kept(tool.rows(heads, threshold)).boxes
    x1, y1, x2, y2 = given.to_frame(boxes).T
    inside = np.count_nonzero((x2 > x1) & (y2 > y1))
    assert len(tool.decode(heads, given, threshold)) == inside >= len(boxes) - 1
