"""DEXTR: the network and both pipelines against their goldens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from engine.nets.heat import around, cut
from engine.tools.interactors.dextr import pipeline
from engine.tools.interactors.dextr.net import Dextr, build, recognise
from tests.engine.nets import deployed
from tests.engine.nets.conftest import Once, Taps, cases, given, manifest, near, pixels, read_rgb, tap_names, unpacked

PIXELS = 20


@pytest.fixture(scope="module")
def folder(parity: Path) -> Path:
    return parity / "dextr"


@pytest.fixture(scope="module")
def net(folder: Path, filled: Callable[..., Any]) -> Iterator[Dextr]:
    yield filled(build(None), folder / "overrides.npz")


def test_parameters_are_named_as_in_the_checkpoint(folder: Path) -> None:
    wanted = manifest(folder / "manifest.txt.gz")
    with torch.device("meta"):
        state = build(None).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == wanted
    assert recognise(wanted) is not None


def check_forward(net: Dextr, golden: Any, prefix: str) -> None:
    shape = (2, 4, 200, 264) if prefix.endswith("200") else (1, 4, 512, 512)
    x = np.random.RandomState(0).standard_normal(shape).astype(np.float32)
    x = x if prefix.startswith("raw") else (120 + 60 * x).astype(np.float32)
    taps = Taps(net, tap_names(golden, prefix))
    with torch.inference_mode():
        logits = net(given(x))
    assert taps.check(golden, prefix, relative=1e-4) == 12
    near(logits, golden[f"{prefix}/logits"], relative=1e-4)


def test_network_gives_the_golden_logits(folder: Path, net: Dextr) -> None:
    for _, golden in cases(folder, "forward_{}.npz"):
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("cal")}):
            check_forward(net, golden, prefix)


def test_network_with_other_weights_gives_the_golden_logits(folder: Path, filled: Callable[..., Any]) -> None:
    raw = filled(build(None))
    for _, golden in cases(folder, "forward_{}.npz"):
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("raw")}):
            check_forward(raw, golden, prefix)


def points_of(golden: Any, prefix: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in golden[f"{prefix}/points"]]


def same_mask(found: np.ndarray, golden: Any, name: str) -> None:
    assert int((found != unpacked(golden[name], found.shape)).sum()) <= pixels(PIXELS)


def check_input(found: np.ndarray, golden: Any, exact: Any, prefix: str, net: Any) -> None:
    """The picture may differ by a level (cubic resize between OpenCV versions), the maps and the network may not."""
    pixels = exact[f"{prefix}/input_rgb_chw_u8"]
    assert np.abs(found[:3] - pixels).max() <= 1
    assert (found[:3] != pixels).mean() < 1e-4
    near(found[3, ::4, ::4], golden[f"{prefix}/heat_s4"], absolute=1e-3)
    with torch.inference_mode():
        logits = net(given(np.concatenate([pixels.astype(np.float32), found[3:]])[None]))
    near(logits[0, 0], golden[f"{prefix}/logits64"], relative=1e-4)


def test_the_deployed_handler_is_matched(folder: Path, net: Dextr) -> None:
    net = Once(net)
    for letter, golden in cases(folder, "pipeline_{}.npz"):
        image = read_rgb(folder / f"image_{letter}.png")
        exact = np.load(folder / f"inputs_cvat_{letter}.npz")
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("cvat")}):
            points = points_of(golden, prefix)
            box = deployed.dextr_crop(image, points)
            assert [*box[:2], box[2] + 1, box[3] + 1] == golden[f"{prefix}/crop_box"].tolist()
            whole = [(x - box[0], y - box[1]) for x, y in pipeline.whole_pixels(points)]
            inputs = pipeline.network_input(cut(image, box), whole)
            check_input(inputs, golden, exact, prefix, net)
            peaks = np.argwhere(inputs[3] == inputs[3].max())[:, ::-1]
            assert peaks.tolist() == golden[f"{prefix}/heat_peaks_xy"].tolist()
            near(pipeline.probability(net, inputs)[::4, ::4], golden[f"{prefix}/prob512_s4"], absolute=5e-3)
            mask = deployed.dextr_mask(net, image, points)
            same_mask(mask, golden, f"{prefix}/mask")
            found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            outline = max(found, key=len).reshape(-1, 2)
            assert abs(len(outline) - len(golden[f"{prefix}/polygon"])) <= 4


def test_the_published_steps_are_matched(folder: Path, net: Dextr) -> None:
    net = Once(net)
    for letter, golden in cases(folder, "pipeline_{}.npz"):
        image = read_rgb(folder / f"image_{letter}.png")
        exact = np.load(folder / f"inputs_demo_{letter}.npz")
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("demo")}):
            points = points_of(golden, prefix.replace("demo", "cvat"))
            whole = pipeline.whole_pixels(points)
            box = around(whole, pipeline.MARGIN)
            assert list(box) == golden[f"{prefix}/crop_box"].tolist()
            inputs = pipeline.network_input(cut(image, box), [(x - box[0], y - box[1]) for x, y in whole])
            check_input(inputs, golden, exact, prefix, net)
            values, found = pipeline.published(net, image, points)
            full = deployed.paste(values, found, image.shape[:2], within=around(whole, 0))
            near(full[::2, ::2], golden[f"{prefix}/full_prob_s2"], absolute=5e-3)
            same_mask(full > pipeline.THRESHOLD, golden, f"{prefix}/mask")


def test_fixed_pools_differ_as_the_deployed_graph_does(
    folder: Path, net: Dextr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVAT's exported graph has fixed pools, of which the finest misses the edge; we follow the checkpoint."""
    for stage, (size, stride) in zip(net.layer5.stages, [(64, 64), (32, 32), (22, 21), (11, 9)], strict=True):
        monkeypatch.setitem(stage._modules, "0", nn.AvgPool2d(size, stride))
    for letter, golden in cases(folder, "pipeline_{}.npz"):
        image = read_rgb(folder / f"image_{letter}.png")
        prefix = "cvat_p4"
        mask = deployed.dextr_mask(net, image, points_of(golden, prefix))
        same_mask(mask, golden, f"{prefix}/openvino_pool_mask")
