"""RITM: the network, the predictor and the deployed handler against their goldens; the tool's own behaviour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.nets.clicks import NetClick
from engine.tools.interactors.ritm import pipeline
from engine.tools.interactors.ritm.net import Ritm, build, recognise
from engine.tools.interactors.ritm.pipeline import INTERACTIVE, Memory, RitmRules, step
from tests.engine.nets.conftest import DEVICE, Taps, cases, given, manifest, near, pixels, read_rgb, tap_names, unpacked

H18 = "coco_lvis_h18_itermask"
OTHERS = ("coco_lvis_h18_baseline", "coco_lvis_h18s_itermask", "coco_lvis_h32_itermask")
PIXELS = 5
DEPLOYED = RitmRules(pipeline.zoom.ZoomRules(skip_clicks=1, target=400))
"""CVAT's settings, which are also the defaults of the published predictor."""


@pytest.fixture(scope="module")
def folder(parity: Path) -> Path:
    return parity / "ritm"


@pytest.fixture(scope="module")
def net(folder: Path, filled: Callable[..., Any]) -> Ritm:
    return filled(made(folder, H18), folder / "overrides.npz")


def made(folder: Path, name: str) -> Ritm:
    found = recognise(manifest(folder / f"manifest_{name}.txt.gz"))
    assert found is not None
    assert (found.tool, f"coco_lvis_{found.variant}") == ("hrnet", name)
    return build(found.options)


@pytest.mark.parametrize("name", [H18, *OTHERS])
def test_parameters_are_named_as_in_the_checkpoint(folder: Path, name: str) -> None:
    wanted = manifest(folder / f"manifest_{name}.txt.gz")
    with torch.device("meta"):
        state = made(folder, name).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == wanted


def check_forward(net: Ritm, golden: Any, prefix: str) -> None:
    points = given(golden[f"{prefix}/points_yxi"][..., :2].astype(np.float32))
    height, width = {"240": (240, 320), "101": (101, 131), "w96": (96, 128)}[prefix[-3:]]
    random = np.random.RandomState(10 if prefix.endswith("101") else 0)
    rgb = random.standard_normal((len(points), 3, height, width)).astype(np.float32) * np.float32(0.2) + np.float32(0.5)
    last = random.uniform(0, 1, (len(points), 1, height, width)).astype(np.float32)
    both = np.concatenate([rgb, last], 1) if net.variant.feedback else rgb
    assert float(both.astype(np.float64).sum()) == pytest.approx(golden[f"{prefix}/input_check"][0], rel=1e-9)
    taps = Taps(net, tap_names(golden, prefix))
    with torch.inference_mode():
        logits, auxiliary = net.both_logits(net.stem(given(rgb)), points, given(last))
    assert taps.check(golden, prefix, relative=1e-4) == (0 if prefix.endswith("96") else 19)
    near(logits[:, 0, ::2, ::2], golden[f"{prefix}/logits_s2"], relative=1e-4)
    near(auxiliary[:, 0, ::4, ::4], golden[f"{prefix}/aux_logits_s4"], relative=1e-4)


def test_network_gives_the_golden_logits(folder: Path, net: Ritm) -> None:
    for _, golden in cases(folder, "forward_{}.npz"):
        for prefix in sorted({"/".join(key.split("/")[:2]) for key in golden if key.startswith(f"{H18}/cal")}):
            check_forward(net, golden, prefix)


@pytest.mark.parametrize("name", [H18, *OTHERS])
def test_variants_give_the_golden_logits(folder: Path, filled: Callable[..., Any], name: str) -> None:
    raw = filled(made(folder, name))
    for _, golden in cases(folder, "forward_{}.npz"):
        for prefix in sorted({"/".join(key.split("/")[:2]) for key in golden if key.startswith(f"{name}/raw")}):
            check_forward(raw, golden, prefix)


def click(xyp: np.ndarray) -> NetClick:
    return NetClick(float(xyp[1]), float(xyp[0]), bool(xyp[2]))


def shown(folder: Path, letter: str) -> pipeline.Picture:
    return pipeline.picture(read_rgb(folder / f"image_{letter}.png"), DEVICE)


def test_the_deployed_handler_is_matched(folder: Path, net: Ritm) -> None:
    for letter, golden in cases(folder, "cvat_{}.npz"):
        for name in sorted({key.split("/")[0] for key in golden}):
            clicks = [click(np.array([*xy, 1])) for xy in golden[f"{name}/pos_xy"]]
            clicks += [click(np.array([*xy, 0])) for xy in golden[f"{name}/neg_xy"]]
            found, _ = step(net, shown(folder, letter), clicks, Memory(), DEPLOYED)
            near(found[::2, ::2], golden[f"{name}/prob_s2"], absolute=2e-4)
            mask = unpacked(golden[f"{name}/mask"], golden[f"{name}/mask_shape"])
            assert int(((found.cpu().numpy() > 0.5) != mask).sum()) <= pixels(PIXELS)


def check_step(found: torch.Tensor, memory: Memory, golden: Any, prefix: str) -> None:
    near(found[::2, ::2], golden[f"{prefix}/prob_s2"], absolute=2e-4)
    wrong = (found.cpu().numpy() > 0.5) != unpacked(golden[f"{prefix}/mask_gt_0.5"], found.shape)
    assert int(wrong.sum()) <= pixels(PIXELS)
    wanted = [int(value) for value in golden[f"{prefix}/roi_rmin_rmax_cmin_cmax"]]
    assert list(memory.crop or (-1, -1, -1, -1)) == wanted


@pytest.mark.parametrize(("name", "rules"), [("default", DEPLOYED), ("gui", INTERACTIVE)])
def test_a_predictor_kept_over_clicks_is_matched(folder: Path, net: Ritm, name: str, rules: pipeline.RitmRules) -> None:
    for letter, golden in cases(folder, f"sequential_{name}_{{}}.npz"):
        picture, memory, clicks = shown(folder, letter), Memory(), []
        for prefix in sorted({key.split("/")[0] for key in golden}):
            fed = 0.0 if memory.fed is None else float(memory.fed.double().sum())
            assert fed == pytest.approx(float(golden[f"{prefix}/prev_mask_sum"]), abs=5, rel=1e-4)
            clicks.append(click(golden[f"{prefix}/click_xyp"]))
            found, memory = step(net, picture, clicks, memory, rules)
            check_step(found, memory, golden, prefix)


def test_zoom_after_a_given_state_is_matched(folder: Path, net: Ritm) -> None:
    for letter, golden in cases(folder, "injected_{}.npz"):
        state = given(golden["state_prob_times_256"].astype(np.float32) / 256)
        picture, memory = shown(folder, letter), Memory(fed=state, seen=state)
        clicks = [click(golden["step0/click_xyp"])]
        for prefix in sorted({key.split("/")[0] for key in golden if key.startswith("step")} - {"step0"}):
            clicks.append(click(golden[f"{prefix}/click_xyp"]))
            before = memory
            found, memory = step(net, picture, clicks, memory, DEPLOYED)
            check_step(found, memory, golden, prefix)
            view = pipeline.zoom.view(picture.size, clicks, memory.crop, DEPLOYED.zoom, longest=0)
            inner = np.array([(c.row, c.column) for c in view.clicks])
            near(inner, golden[f"{prefix}/roi_clicks_yx"], absolute=1e-6)
            assert before.fed is not None
            seen = torch.cat([view.of(picture.rgb), view.of(before.fed[None, None])], 1)
            near(seen[0, :, ::16, ::16], golden[f"{prefix}/roi_image_s16"], absolute=2e-4)


def test_a_start_mask_is_fed_back(folder: Path, net: Ritm) -> None:
    for letter, golden in cases(folder, "startmask_{}.npz"):
        picture = shown(folder, letter)
        start = given(unpacked(golden["start_mask"], picture.size).astype(np.float32))
        clicks = [click(golden["click_xyp"])]
        first, memory = step(net, picture, clicks, Memory(fed=start), INTERACTIVE)
        near(first[::2, ::2], golden["prob_run1_s2"], absolute=2e-4)
        again = Memory(fed=start, seen=first, crop=memory.crop)
        second, _ = step(net, picture, clicks, again, INTERACTIVE)
        near(second[::2, ::2], golden["prob_run2_s2"], absolute=2e-4)
