"""IOG: the network, its refinement variant and both pipelines against their goldens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.tools.interactors.iog import pipeline
from engine.tools.interactors.iog.net import Iog, build, recognise
from engine.tools.interactors.iog.pipeline import Points
from tests.engine.nets import deployed
from tests.engine.nets.conftest import Taps, cases, given, manifest, near, pixels, read_rgb, tap_names, unpacked

PIXELS = 20


@pytest.fixture(scope="module")
def folder(parity: Path) -> Path:
    return parity / "iog"


@pytest.fixture(scope="module")
def net(folder: Path, filled: Callable[..., Any]) -> Iog:
    return filled(build(False), folder / "overrides.npz")


@pytest.mark.parametrize(("name", "refinement"), [("manifest", False), ("manifest_refinement", True)])
def test_parameters_are_named_as_in_the_checkpoint(folder: Path, name: str, refinement: bool) -> None:
    wanted = manifest(folder / f"{name}.txt.gz")
    found = recognise(wanted)
    assert found is not None
    assert found.options is refinement
    with torch.device("meta"):
        state = build(refinement).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == wanted


def check_forward(net: Iog, golden: Any, prefix: str) -> None:
    x = np.random.RandomState(0).standard_normal((1, 5, 512, 512)).astype(np.float32)
    x = x if prefix.startswith("raw") else (120 + 60 * x).astype(np.float32)
    taps = Taps(net, tap_names(golden, prefix))
    with torch.inference_mode():
        *coarse, fine = net(given(x))
    assert taps.check(golden, prefix, relative=1e-4) == 20
    near(fine[0, 0, ::4, ::4], golden[f"{prefix}/fine_s4"], relative=1e-4)
    for index, logits in enumerate(coarse, 1):
        near(logits[0, 0, ::16, ::16], golden[f"{prefix}/coarse{index}_s16"], relative=1e-4)


def test_network_gives_the_golden_logits(folder: Path, net: Iog, filled: Callable[..., Any]) -> None:
    for _, golden in cases(folder, "forward_{}.npz"):
        check_forward(net, golden, "cal512")
        check_forward(filled(build(False)), golden, "raw512")


def test_the_deployed_handler_is_matched(folder: Path, net: Iog) -> None:
    for letter, golden in cases(folder, "pipeline_{}.npz"):
        image = read_rgb(folder / f"image_{letter}.png")
        shape = image.shape[:2]
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("cvat")}):
            crop = deployed.iog_crop(golden[f"{prefix}/box"].reshape(-1).tolist(), shape)
            rgb, maps = deployed.iog_input(image, crop, golden[f"{prefix}/pos"], golden[f"{prefix}/neg"])
            near(rgb[:, ::8, ::8], golden[f"{prefix}/input_rgb_s8"])
            near(maps[:, ::4, ::4], golden[f"{prefix}/heat_s4"], absolute=1e-3)
            fine = pipeline.logits(net, pipeline.layers(net, rgb, maps), maps)
            near(fine[::4, ::4], golden[f"{prefix}/fine_logit_s4"], relative=1e-4)
            assert int(((fine > 0.8) != unpacked(golden[f"{prefix}/mask512"], (512, 512))).sum()) <= pixels(PIXELS)
            mask = deployed.iog_mask(fine, crop, shape)
            assert int((mask != unpacked(golden[f"{prefix}/mask"], shape)).sum()) <= pixels(PIXELS)


def paper(golden: Any) -> tuple[Points, tuple[int, ...]]:
    inside, *outside = (tuple(point) for point in golden["paper/points512"].tolist())
    return Points((inside,), tuple(outside)), tuple(golden["paper/object_bbox"].tolist())


def test_the_published_steps_are_matched(folder: Path, net: Iog) -> None:
    for letter, golden in cases(folder, "pipeline_{}.npz"):
        image = read_rgb(folder / f"image_{letter}.png")
        points, box = paper(golden)
        crop = pipeline.crop_of(box)  # type: ignore[arg-type]
        assert list(crop) == golden["paper/crop_box"].tolist()
        rgb, maps = pipeline.colours(image, crop), pipeline.maps(points)
        near(rgb[:, ::8, ::8], golden["paper/input_rgb_s8"], absolute=1e-3)
        near(maps[:, ::4, ::4], golden["paper/heat_s4"], absolute=1e-3)
        fine = pipeline.logits(net, pipeline.layers(net, rgb, maps), maps)
        near(fine[::4, ::4], golden["paper/fine_logit_s4"], relative=1e-4)
        full = deployed.paste(pipeline.probability(fine, crop), crop, image.shape[:2])
        near(full[::2, ::2], golden["paper/full_prob_s2"], absolute=1e-3)
        wanted = unpacked(golden["paper/mask_gt_0.5"], image.shape[:2])
        assert int(((full > 0.5) != wanted).sum()) <= pixels(PIXELS)


def test_the_box_s_corners_are_marked_where_the_object_s_are(folder: Path) -> None:
    """Marks from the box alone lie within two pixels of those from the object's resized mask."""
    for _, golden in cases(folder, "pipeline_{}.npz"):
        points, box = paper(golden)
        found = pipeline.corners(box, pipeline.crop_of(box))  # type: ignore[arg-type]
        near(np.array(found), np.array(points.outside), absolute=2)


@pytest.mark.parametrize("weights", ["raw", "cal"])
def test_refinement_goes_on_from_the_first_click_s_layers(
    folder: Path, filled: Callable[..., Any], weights: str
) -> None:
    net = filled(build(True), folder / "overrides_refinement.npz" if weights == "cal" else None)
    for letter, golden in cases(folder, "refinement_{}.npz"):
        first, box = paper(np.load(folder / f"pipeline_{letter}.npz"))
        rgb = pipeline.colours(read_rgb(folder / f"image_{letter}.png"), pipeline.crop_of(box))  # type: ignore[arg-type]
        found = pipeline.layers(net, rgb, pipeline.maps(first))
        channel, *xy = golden[f"{weights}/click_channel_xy"].tolist()
        later = Points((), (tuple(xy),)) if channel else Points((tuple(xy),))
        for index, maps in enumerate((pipeline.maps(first), pipeline.refined_maps(first, later))):
            prefix = f"{weights}/pass{index}"
            near(maps[:, ::4, ::4], golden[f"{prefix}/maps_s4"], absolute=1e-3)
            near(maps.astype(np.float64).sum((1, 2)), golden[f"{prefix}/maps_sum"], relative=1e-6)
            with torch.inference_mode():
                clicked = given(maps[None])
                *coarse, fine = net.heads(found, clicked)
                near(net.iog_points(clicked)[0, ::2, ::3, ::3], golden[f"{prefix}/iog_points_out"], relative=1e-4)
            near(fine[0, 0], golden[f"{prefix}/fine128"], relative=1e-4)
            for number, logits in enumerate(coarse, 1):
                near(logits[0, 0, ::8, ::8], golden[f"{prefix}/coarse{number}_128_s8"], relative=1e-4)
