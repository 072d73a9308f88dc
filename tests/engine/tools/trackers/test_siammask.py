"""SiamMask: the network and the whole loop against their goldens; many at once; states that are kept; odd frames."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from engine.errors import ToolError, WeightsError
from engine.geometry import corners
from engine.nets import checkpoint
from engine.nets.checkpoint import COUNTER
from engine.nets.squares import stacked
from engine.tools import registry
from engine.tools.base import Target, Tracked
from engine.tools.progress import Stopped, heard
from engine.tools.trackers.siammask import SPEC, load, pipeline
from engine.tools.trackers.siammask import net as siammask
from engine.tools.trackers.siammask.net import SiamMask
from engine.tools.trackers.siammask.tool import KEPT, MIDDLE, SiamMaskTracker, State, rectangle
from engine.tools.trackers.transt import net as transt
from tests.engine.nets import conftest as goldens
from tests.engine.nets.conftest import DEVICE, Recordable, given, manifest, near, rescaled, tapes, video

few_threads, parity, filler, filled = goldens.few_threads, goldens.parity, goldens.filler, goldens.filled
BOXES = ((60.5, 46.75, 125.0, 114.0), (200.0, 100.0, 280.0, 190.0), (-20.0, -10.0, 40.0, 60.0))
"""The goldens' object, another, and one that is partly outside the frame."""


@pytest.fixture(scope="module")
def folder(parity: Path) -> Path:
    return parity / "siammask"


@pytest.fixture(scope="module")
def frames(parity: Path) -> list[np.ndarray]:
    return video(parity)


@pytest.fixture(scope="module")
def plain(filled: Callable[..., Any]) -> SiamMask:
    return filled(siammask.build(None))


@pytest.fixture(scope="module")
def net(plain: SiamMask, folder: Path) -> SiamMask:
    return rescaled(copy.deepcopy(plain), folder / "scale.json")


@pytest.fixture(scope="module")
def tracker(net: SiamMask) -> SiamMaskTracker:
    return SiamMaskTracker(net)


def test_parameters_are_named_as_in_the_checkpoint(folder: Path) -> None:
    wanted = manifest(folder / "manifest.txt.gz")
    with torch.device("meta"):
        state = siammask.build(None).state_dict()
    assert len(wanted) == 356
    assert {key: tuple(value.shape) for key, value in state.items()} == wanted
    assert siammask.recognise(wanted) is not None


@pytest.mark.parametrize("weights", ["plain", "scaled"])
@torch.inference_mode()
def test_network_gives_the_golden_outputs(folder: Path, plain: SiamMask, net: SiamMask, weights: str) -> None:
    golden, own = np.load(folder / "net.npz"), plain if weights == "plain" else net
    random = np.random.RandomState(0)
    template, search = ((random.rand(1, 3, side, side) * 255).astype(np.float32) for side in (127, 255))
    kept = own.template(given(template))
    stages, feature = own.search(given(search))
    classes, offsets = own.proposals(kept, feature)
    across = own.mask_model.mask.correlate(kept, feature)
    unused = own.mask_model.mask.head(across)[0]
    places = given(golden[f"{weights}_refine_pos"].astype(np.int64))
    every = [stage.expand(4, -1, -1, -1) for stage in stages[:3]]
    refined = own.masks(kept.expand(4, -1, -1, -1), tuple(every), feature.expand(4, -1, -1, -1), places)
    found = {
        "zf": kept[0], "xf_s8": feature[0, ::8], "corr_s8": across[0, ::8], "cls": classes[0], "loc": offsets[0],
        "mask_s63": unused[::63], "mask_c": unused[:, 12, 12], "refine": refined,
    }  # fmt: skip
    for name, value in found.items():
        near(value, golden[f"{weights}_{name}"], relative=1e-4)
    for stage, wanted in zip(stages, golden[f"{weights}_p0_stat"], strict=True):
        told = torch.stack([stage.min(), stage.max(), stage.double().mean(), stage.double().std()])
        near(told, wanted, relative=1e-4)


def full(tracked: Tracked, shape: tuple[int, int]) -> np.ndarray:
    out = np.zeros(shape, bool)
    assert tracked.target is not None
    if (mask := tracked.target.mask) is not None:
        (x, y), (height, width) = mask.origin, mask.mask.shape
        out[y : y + height, x : x + width] = mask.mask
    return out


def ring_of(target: Target) -> np.ndarray:
    """Return the corners as the goldens have them, by numbers of pixels where they come from a mask."""
    return np.array(corners(target.box, target.rotation)) - (MIDDLE if target.mask else 0)


def same_corners(found: np.ndarray, wanted: np.ndarray, most: float) -> None:
    """Assert that two rectangles are one, from whichever corner they are told."""
    apart = np.linalg.norm(found[:, None] - wanted[None], axis=2)
    assert apart.min(axis=0).max() <= most and apart.min(axis=1).max() <= most


@pytest.mark.parametrize(("file", "scales"), [("track.npz", "scale.json"), ("track2.npz", "scale2.json")])
def test_the_whole_loop_is_the_golden_one(
    folder: Path, frames: list[np.ndarray], plain: SiamMask, file: str, scales: str
) -> None:
    golden = np.load(folder / file)
    tracker = SiamMaskTracker(rescaled(copy.deepcopy(plain), folder / scales))
    state = tracker.start(frames[0], Target(tuple(golden["init_box"])))
    assert set(golden["from_mask"]) == ({True} if file == "track.npz" else {True, False})
    for at, frame in enumerate(frames[1:]):
        search = pipeline.search_of(state.position, state.size)
        near([search.square.x, search.square.y, search.square.side], golden["crop_box"][at][:3], absolute=0.01)
        near(search.side, golden["s_x"][at], absolute=0.01)
        (tracked,) = tracker.step(frame, [state])
        state = tracked.state
        near(state.position, golden["target_pos"][at], absolute=0.01)
        near(state.size, golden["target_sz"][at], absolute=0.01)
        same_corners(ring_of(tracked.target), golden["polygon"][at], 0.05)
        assert (tracked.target.mask is not None) == golden["from_mask"][at]
        if golden["from_mask"][at]:
            wanted = np.unpackbits(golden["mask_bits"][at], axis=-1).astype(bool)
            assert (full(tracked, wanted.shape) != wanted).mean() <= 0.001
            assert (full(tracked, wanted.shape) & wanted).sum() >= 0.999 * wanted.sum()
    assert tracked.score == pytest.approx(golden["score"][-1], abs=1e-4)  # the last frame's stands there for each


def test_the_beginning_of_the_loop_is_the_golden_one(folder: Path, frames: list[np.ndarray]) -> None:
    golden = np.load(folder / "track.npz")
    x1, y1, x2, y2 = golden["init_box"]
    position, size = ((x1 + x2) / 2, (y1 + y2) / 2), (x2 - x1, y2 - y1)
    colour = tuple(golden["avg_chans"][::-1])
    side = pipeline.template_side(size)
    assert side == golden["s_z"]
    crop = pipeline.crop(frames[0], position, side, pipeline.TEMPLATE, colour)
    assert np.array_equal(crop.transpose(2, 0, 1), golden["z_crop"])
    near(pipeline.anchors(), golden["anchor"], absolute=0)
    near(pipeline._WINDOW, golden["window"], absolute=1e-12)


@torch.inference_mode()
def test_every_step_of_the_first_frames_is_the_golden_one(
    folder: Path, frames: list[np.ndarray], tracker: SiamMaskTracker
) -> None:
    golden = np.load(folder / "track.npz")
    state = tracker.start(frames[0], Target(tuple(golden["init_box"])))
    near(state.colour[::-1], golden["avg_chans"], absolute=1e-9)
    for at, frame in enumerate(frames[1:4]):
        search = pipeline.search_of(state.position, state.size)
        near(search.scale, golden["scale_x"][at], relative=1e-6)
        crop = pipeline.crop(frame, state.position, search.square.side, pipeline.SEARCH, state.colour)
        assert np.array_equal(crop.transpose(2, 0, 1), golden["x_crop"][at])
        stages, feature = tracker.net.search(stacked([crop], DEVICE))
        classes, offsets = (out[0].cpu().numpy() for out in tracker.net.proposals(state.template[None], feature))
        score, found = pipeline.scores(classes), pipeline.boxes(offsets)
        size = (state.size[0] * search.scale, state.size[1] * search.scale)
        penalty = pipeline.penalties(found, size)
        near(score, golden["m_score"][at], absolute=1e-4)
        near(found, golden["m_delta"][at], absolute=0.01)
        near(penalty, golden["m_penalty"][at], absolute=1e-4)
        near(pipeline.weighed(score, penalty), golden["m_pscore"][at], absolute=1e-4)
        chosen = pipeline.choose(classes, offsets, size)
        assert chosen.index == golden["best_id"][at]
        assert chosen.score == pytest.approx(golden["m_score"][at][chosen.index], abs=1e-4)
        assert chosen.rate == pytest.approx(golden["lr"][at], abs=1e-4)
        values = torch.sigmoid(
            tracker.net.masks(state.template[None], stages[:3], feature, given(np.array([chosen.place])))
        )[0]
        near(values, golden["m_mask127"][at], absolute=1e-4)
        check_placing(golden, at, search, chosen, values.cpu().numpy())
        (tracked,) = tracker.step(frame, [state])
        state = tracked.state


def check_placing(golden: Any, at: int, search: Any, chosen: Any, values: np.ndarray) -> None:
    """The mask where it lies in the frame, and its largest part."""
    x, y, side = pipeline.mask_square(search.square, chosen.place)
    near([x, y, side, side], golden["sub_box"][at], absolute=0.01)
    lies = pipeline.placed(values, (x, y, side), (320, 240))
    whole = np.full((240, 320), pipeline.OUTSIDE, np.float32)
    (left, top), (height, width) = lies.origin, lies.values.shape
    assert height < 240 and width < 320
    whole[top : top + height, left : left + width] = lies.values
    near(whole, golden["m_mask_img_f16"][at].astype(np.float32), absolute=2e-3)
    ring, area = pipeline.outlined(lies)
    assert area == pytest.approx(golden["best_area"][at], rel=1e-3)
    same_corners(ring, golden["polygon"][at], 0.05)


@pytest.mark.parametrize("side", [9.0, 60.0, 500.0])
@pytest.mark.parametrize("corner", [(-40, -30), (50, 40), (150, 100), (300, 10), (-500, 90), (3000, 2000), (319, 239)])
def test_a_mask_is_placed_as_over_the_whole_frame(corner: tuple[float, float], side: float) -> None:
    values = np.random.default_rng(4).random((127, 127)).astype(np.float32)
    (x, y), unit, frame = corner, 127 / side, (320, 240)
    scales = [(most - 1) / (most * unit) for most in frame]
    turned = np.array([[scales[0], 0, scales[0] * x * unit], [0, scales[1], scales[1] * y * unit]])
    wanted = cv2.warpAffine(values, turned, frame, flags=cv2.INTER_LINEAR, borderValue=pipeline.OUTSIDE)
    lies = pipeline.placed(values, (x, y, side), frame)
    whole = np.full(wanted.shape, pipeline.OUTSIDE, np.float32)
    (left, top), (height, width) = lies.origin, lies.values.shape
    assert 0 <= left < left + width <= 320 and 0 <= top < top + height <= 240
    whole[top : top + height, left : left + width] = lies.values
    assert np.abs(whole - wanted).max() < 0.03


def started(tracker: SiamMaskTracker, frame: np.ndarray) -> list[State]:
    return [tracker.start(frame, Target(box)) for box in BOXES]


def same(found: list[Tracked], wanted: list[Tracked], shape: tuple[int, int], most: float = 0.01) -> None:
    for one, other in zip(found, wanted, strict=True):
        near(one.target.box, np.array(other.target.box), absolute=most)
        near(one.target.rotation, np.array(other.target.rotation), absolute=most)
        near(one.state.size, np.array(other.state.size), absolute=most)
        assert one.score == pytest.approx(other.score, abs=1e-4)
        assert (full(one, shape) != full(other, shape)).mean() <= (0.001 if most else 0)


def test_many_objects_at_once_are_followed_as_one_by_one(
    tracker: SiamMaskTracker, frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = started(tracker, frames[0])
    alone = [tracked for state in states for tracked in tracker.step(frames[1], [state])]
    same(tracker.step(frames[1], states), alone, (240, 320))
    monkeypatch.setattr("engine.tools.trackers.siammask.tool.AT_ONCE", 2)
    same(tracker.step(frames[1], states), alone, (240, 320))
    assert tracker.step(frames[1], []) == []


@torch.inference_mode()
def test_what_a_step_has_recorded_looks_at_no_values(net: SiamMask) -> None:
    templates, squares = (given(np.zeros(shape, np.float32)) for shape in ((1, *KEPT), (1, 3, 255, 255)))
    places = given(np.zeros((1, 2), np.int64))
    with Recordable():
        _, _, p0, p1, p2, feature = net.searched(templates, squares)
        masks = net.masks(templates, (p0, p1, p2), feature, places)
    assert masks.shape == (1, 127, 127)


def test_a_batch_of_a_size_is_recorded_at_its_second_time(
    tracker: SiamMaskTracker, frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = started(tracker, frames[0])[:1]
    wanted = tracker.step(frames[1], states)
    played = tapes(tracker, monkeypatch)
    for _ in range(3):
        same(tracker.step(frames[1], states), wanted, (240, 320), most=0.0)
    assert played == ["_search", "_masks"]


def test_a_state_that_was_kept_goes_on_as_if_nothing_had_been(
    tracker: SiamMaskTracker, frames: list[np.ndarray]
) -> None:
    (before,) = tracker.step(frames[1], started(tracker, frames[0])[:1])
    packed = tracker.pack(before.state)
    template = packed.pop("template")
    assert type(template) is bytes and len(template) == 4 * np.prod(KEPT)
    again = tracker.unpack({**json.loads(json.dumps(packed)), "template": template}, frames[1])
    (went_on,) = tracker.step(frames[2], [before.state])
    (resumed,) = tracker.step(frames[2], [again])
    same([resumed], [went_on], (240, 320), most=0.0)


def test_what_is_no_state_is_refused(tracker: SiamMaskTracker, frames: list[np.ndarray]) -> None:
    packed = tracker.pack(tracker.start(frames[0], Target(BOXES[0])))
    wrong: list[tuple[str, Any]] = [
        ("template", packed["template"][:-4]), ("template", "text"), ("box", [1.0, 2.0, 3.0]), ("box", [1, 2, 3, "4"]),
        ("box", [1.0, 2.0, 3.0, float("nan")]), ("frame", 320), ("rotation", None), ("colour", [[1], 2, 3]),
    ]  # fmt: skip
    for key, value in wrong:
        with pytest.raises(ToolError, match=f'its "{key}"'):
            tracker.unpack({**packed, key: value}, frames[0])
        with pytest.raises(ToolError, match=f'its "{key}"'):
            tracker.unpack({name: kept for name, kept in packed.items() if name != key}, frames[0])


def test_a_step_leaves_the_states_as_they_were(tracker: SiamMaskTracker, frames: list[np.ndarray]) -> None:
    states, image = started(tracker, frames[0]), frames[1].copy()
    before = [tracker.pack(state) for state in states]
    image.flags.writeable = False
    tracker.step(image, states)
    assert [tracker.pack(state) for state in states] == before


@pytest.mark.parametrize("size", [(1, 1), (400, 3), (3, 900), (40, 60)])
@pytest.mark.parametrize("grey", [False, True])
def test_odd_frames_are_followed_too(tracker: SiamMaskTracker, size: tuple[int, int], grey: bool) -> None:
    values = np.random.default_rng(2).integers(0, 255, (*size, 1 if grey else 3), np.uint8)
    image = np.broadcast_to(values, (*size, 3))
    height, width = size
    boxes = ((0.0, 0.0, float(width), float(height)), (-width, -height, width / 2, height / 2), (0.5, 0.5, 0.5, 0.5))
    states = [tracker.start(image, Target(box)) for box in boxes]
    for tracked in tracker.step(image, states):
        x1, y1, x2, y2 = tracked.target.box
        assert np.isfinite([x1, y1, x2, y2, tracked.score]).all() and x1 <= x2 and y1 <= y2
        assert 0 <= tracked.state.position[0] <= width and 0 <= tracked.state.position[1] <= height
        full(tracked, size)


def test_an_object_that_is_turned_begins_with_the_box_round_it(
    tracker: SiamMaskTracker, frames: list[np.ndarray]
) -> None:
    turned = tracker.start(frames[0], Target((60.0, 60.0, 120.0, 80.0), 90.0))
    upright = tracker.start(frames[0], Target((80.0, 40.0, 100.0, 100.0)))
    near(turned.size, np.array(upright.size), absolute=1e-6)
    near(turned.template, upright.template.cpu().numpy(), relative=1e-6)


def test_a_frame_of_another_size_is_refused(tracker: SiamMaskTracker, frames: list[np.ndarray]) -> None:
    states = started(tracker, frames[0])[:1]
    with pytest.raises(ToolError, match="started on 320 x 240 pixels, this frame has 320 x 200"):
        tracker.step(np.ascontiguousarray(frames[1][:200]), states)


@pytest.mark.skipif(DEVICE.type != "cpu", reason="recorded kernels run through; there a step takes milliseconds")
def test_following_can_be_stopped_between_blocks(tracker: SiamMaskTracker, frames: list[np.ndarray]) -> None:
    states, told = started(tracker, frames[0]), list[str]()

    def listener(text: str, done: int, total: int) -> None:
        told.append(text)
        if len(told) == 3:
            raise Stopped

    with heard(listener), pytest.raises(Stopped):
        tracker.step(frames[1], states)
    assert told == ["SiamMask follows"] * 3


@pytest.mark.parametrize("turn", [0.0, 10.0, 44.0, 46.0, 90.0, 135.0, 200.0, 359.0])
@pytest.mark.parametrize("near_turn", [0.0, 30.0, 180.0, 350.0])
@pytest.mark.parametrize("order", [1, -1])
def test_a_rectangle_keeps_its_corners_and_turns_as_little_as_it_can(turn: float, near_turn: float, order: int) -> None:
    ring = np.array(corners((20.0, 30.0, 80.0, 50.0), turn))
    for first in range(4):
        box, found = rectangle(np.roll(ring, first, axis=0)[::order], near_turn)
        same_corners(np.array(corners(box, found)), ring, 1e-6)
        assert 0 <= found < 360
        assert abs((found - near_turn + 180) % 360 - 180) <= 45 + 1e-6


Tensors = dict[str, torch.Tensor]
WRAPPINGS: dict[str, Callable[[Tensors], Any]] = {
    "flat": dict,
    "the trainer's": lambda tensors: {
        "epoch": 20, "arch": "Custom", "state_dict": tensors, "best_acc": 0.5,
        "optimizer": {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": [{"lr": 0.01, "params": [0]}]},
        "anchor_cfg": {"stride": 8, "ratios": [0.33, 0.5, 1, 2, 3], "scales": [8], "round_dight": 0},
    },
    "prefixed": lambda tensors: {"state_dict": {f"module.{name}": value for name, value in tensors.items()}},
    "without counters": lambda tensors: {n: value for n, value in tensors.items() if not n.endswith(COUNTER)},
}  # fmt: skip


@pytest.fixture(scope="module")
def tensors(folder: Path, filler: ModuleType) -> Tensors:
    shapes = manifest(folder / "manifest.txt.gz")
    return {name: torch.from_numpy(np.asarray(filler.fill(name, shape))) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_published_wrapping_loads(tensors: Tensors, tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.pth"
    torch.save(WRAPPINGS[name](tensors), path, _use_new_zipfile_serialization=False)
    tracker = load(path, "cpu")
    state = tracker.net.state_dict()
    assert all(torch.equal(state[key], value) for key, value in tensors.items() if not key.endswith(COUNTER))
    assert (checkpoint.identify(path).tool, checkpoint.identify(path).variant) == (SPEC.id, "sharp")


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load(path, "cpu")
    return f"{caught.value.title} | {caught.value.detail}"


def test_anything_else_is_refused_by_name(tensors: Tensors, tmp_path: Path, parity: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save({name: value for name, value in tensors.items() if not name.startswith("refine_model")}, path)
    assert "expected a SiamMask model with refinement" in refused(path)
    torch.save({name: value for name, value in tensors.items() if name != "rpn_model.cls.head.3.bias"}, path)
    assert "1 missing (rpn_model.cls.head.3.bias)" in refused(path)
    path.write_text("<!DOCTYPE html><html>403</html>")
    assert "web page" in refused(path)
    with pytest.raises(WeightsError, match="not installed"):
        load(None, "cpu")
    assert siammask.recognise(manifest(parity / "transt" / "manifest.txt.gz")) is None
    assert transt.recognise(manifest(parity / "siammask" / "manifest.txt.gz")) is None


def test_the_registry_finds_it() -> None:
    assert registry.trackers()["siammask"] is SPEC
    assert SPEC.gives_masks
