"""TransT: the network and the whole loop against their goldens; its file with strangers' objects; states."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import ToolError, WeightsError
from engine.nets import checkpoint
from engine.nets.checkpoint import COUNTER
from engine.nets.squares import floats, stacked
from engine.tools import registry
from engine.tools.base import Target, Tracked
from engine.tools.progress import Stopped, heard
from engine.tools.sandbox import identify
from engine.tools.trackers.transt import SPEC, load, pipeline
from engine.tools.trackers.transt import net as transt
from engine.tools.trackers.transt.net import TransT
from engine.tools.trackers.transt.tool import KEPT, State, TransTTracker
from tests.engine.nets import conftest as goldens
from tests.engine.nets.conftest import DEVICE, Recordable, given, manifest, near, rescaled, tapes, video

few_threads, parity, filler, filled = goldens.few_threads, goldens.parity, goldens.filler, goldens.filled
BOXES = ((60.5, 46.75, 125.0, 114.0), (200.0, 100.0, 280.0, 190.0), (-20.0, -10.0, 40.0, 60.0))
"""The goldens' object, another, and one that is partly outside the frame."""


@pytest.fixture(scope="module")
def folder(parity: Path) -> Path:
    return parity / "transt"


@pytest.fixture(scope="module")
def frames(parity: Path) -> list[np.ndarray]:
    return video(parity)


@pytest.fixture(scope="module")
def plain(filled: Callable[..., Any]) -> TransT:
    return filled(transt.build(None))


@pytest.fixture(scope="module")
def net(plain: TransT, folder: Path) -> TransT:
    return rescaled(copy.deepcopy(plain), folder / "scale.json")


@pytest.fixture(scope="module")
def tracker(net: TransT) -> TransTTracker:
    return TransTTracker(net)


def test_parameters_are_named_as_in_the_checkpoint(folder: Path) -> None:
    wanted = manifest(folder / "manifest.txt.gz")
    with torch.device("meta"):
        state = transt.build(None).state_dict()
    assert len(wanted) == 430
    assert {key: tuple(value.shape) for key, value in state.items()} == wanted
    assert transt.recognise(wanted) is not None


def as_map(tokens: torch.Tensor, side: int) -> torch.Tensor:
    return tokens[0].T.reshape(-1, side, side)


@pytest.mark.parametrize("weights", ["plain", "scaled"])
@torch.inference_mode()
def test_network_gives_the_golden_outputs(folder: Path, plain: TransT, net: TransT, weights: str) -> None:
    golden, own = np.load(folder / "net.npz"), plain if weights == "plain" else net
    random = np.random.RandomState(0)
    template, search = (
        given(random.standard_normal((1, 3, side, side)).astype(np.float32)) for side in (128, 256)
    )  # fmt: skip
    seen: list[Any] = []
    hooks = [layer.register_forward_hook(lambda _, __, out: seen.append(out))
             for layer in own.featurefusion_network.encoder.layers]  # fmt: skip
    tokens = own.tokens(template)
    fused = own.fuse(own.template(template), search)
    for hook in hooks:
        hook.remove()
    found = {
        "zf_s16": own.backbone(template)[0, ::16], "pos_template": as_map(transt.positions(tokens), 16)[::4],
        "proj_template_s8": as_map(tokens, 16)[::8], "proj_search_s8": as_map(own.tokens(search), 32)[::8],
        "enc_template_s4": seen[3][0][0, ::4, ::4], "enc_search_s8": seen[3][1][0, ::8, ::4],
        "dec_s8": fused[0, ::8, ::4], "pred_logits": own.classes(fused)[0], "pred_boxes": own.boxes(fused)[0],
    }  # fmt: skip
    for name, value in found.items():
        near(value, golden[f"{weights}_{name}"], relative=1e-4)
    saturated = 2e-3 if weights == "plain" else 1e-4
    near(seen[0][0][0, ::4, ::4], golden[f"{weights}_layer0_template_s4"], relative=saturated)
    near(seen[0][1][0, ::8, ::4], golden[f"{weights}_layer0_search_s8"], relative=saturated)


def begun(golden: Any) -> Target:
    x, y, width, height = (float(value) for value in golden["init_box_xywh"])
    return Target((x, y, x + width, y + height))


def test_the_whole_loop_is_the_golden_one(folder: Path, frames: list[np.ndarray], tracker: TransTTracker) -> None:
    golden = np.load(folder / "track.npz")
    state = tracker.start(frames[0], begun(golden))
    for at, frame in enumerate(frames[1:]):
        near(state.position, golden["center_pos"][at], absolute=0.02)
        near(state.size, golden["size"][at], absolute=0.02)
        assert pipeline.search_side(state.size) == golden["s_x"][at]
        (tracked,) = tracker.step(frame, [state])
        state = tracked.state
        x, y, width, height = golden["box_xywh"][at]
        near(tracked.target.box, np.array([x, y, x + width, y + height]), absolute=0.02)
        assert tracked.score == pytest.approx(golden["score"][at], abs=1e-4)
        assert tracked.target.mask is None and tracked.target.rotation == 0


@torch.inference_mode()
def test_every_step_of_the_first_frames_is_the_golden_one(
    folder: Path, frames: list[np.ndarray], tracker: TransTTracker
) -> None:
    golden = np.load(folder / "track.npz")
    state = tracker.start(frames[0], begun(golden))
    near(state.colour, golden["avg_chans"], absolute=1e-9)
    near(pipeline._WINDOW, golden["window"], absolute=1e-12)
    side = pipeline.template_side(state.size)
    assert side == golden["s_z"]
    crop = pipeline.crop(frames[0], state.position, side, pipeline.TEMPLATE, state.colour)
    assert np.array_equal(crop.transpose(2, 0, 1), golden["z_crop"])
    for at, frame in enumerate(frames[1:4]):
        side = pipeline.search_side(state.size)
        crop = pipeline.crop(frame, state.position, side, pipeline.SEARCH, state.colour)
        assert np.array_equal(crop.transpose(2, 0, 1), golden["x_crop"][at])
        squares = pipeline.normalised(stacked([crop], DEVICE))
        near(squares[0, :, ::4, ::4], golden["x_norm_s4"][at], absolute=1e-5)
        tokens = tracker.net.fuse(state.template[None], squares)
        logits = floats(tracker.net.classes(tokens))[0]
        near(logits, golden["m_logits"][at], relative=1e-4)
        near(floats(tracker.net.boxes(tokens))[0].T, golden["m_pred_bbox"][at], absolute=1e-4)
        near(pipeline.scores(logits), golden["m_score"][at], absolute=1e-4)
        after = pipeline.weighed(pipeline.scores(logits))
        near(after, golden["m_pscore"][at], absolute=1e-4)
        found = pipeline.choose(logits)
        assert found.index == golden["best_id"][at]
        assert np.sort(after)[-1] == pytest.approx(golden["pscore_best"][at], abs=1e-4)
        assert np.sort(after)[-1] - np.sort(after)[-2] == pytest.approx(golden["margin"][at], abs=1e-4)
        state = tracker.step(frame, [state])[0].state


@pytest.mark.parametrize(
    ("parts", "size", "single"),
    [((0.5, 0.5, 0.2, 0.3), (40, 60), True), ((0.5, 0.5, 0.01, 0.3), (10, 60), False),
     ((0.5, 0.5, 0.2, 2.0), (40, 240), False)],
)  # fmt: skip
def test_sizes_are_single_precision_until_one_is_clamped(
    parts: tuple[float, ...], size: tuple[int, int], single: bool
) -> None:
    _, found = pipeline.moved((100.0, 100.0), 200, np.array(parts, np.float32), (320, 240))
    assert found == pytest.approx(size)
    assert [isinstance(side, np.float32) for side in found] == [single, single]


def test_positions_stay_in_the_frame() -> None:
    box = np.array([-3.0, 3.0, 0.2, 0.2], np.float32)
    assert pipeline.moved((100.0, 100.0), 200, box, (320, 240))[0] == (0.0, 240)


def started(tracker: TransTTracker, frame: np.ndarray) -> list[State]:
    return [tracker.start(frame, Target(box)) for box in BOXES]


def same(found: list[Tracked], wanted: list[Tracked], most: float = 0.02) -> None:
    for one, other in zip(found, wanted, strict=True):
        near(one.target.box, np.array(other.target.box), absolute=most)
        near(one.state.size, np.array(other.state.size), absolute=most)
        assert one.score == pytest.approx(other.score, abs=1e-4 if most else 0)


def test_many_objects_at_once_are_followed_as_one_by_one(
    tracker: TransTTracker, frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = started(tracker, frames[0])
    alone = [tracked for state in states for tracked in tracker.step(frames[1], [state])]
    same(tracker.step(frames[1], states), alone)
    monkeypatch.setattr("engine.tools.trackers.transt.tool.AT_ONCE", 2)
    same(tracker.step(frames[1], states), alone)
    assert tracker.step(frames[1], []) == []


@torch.inference_mode()
def test_what_a_step_has_recorded_looks_at_no_values_and_sends_none() -> None:
    with torch.device("meta"):
        net = transt.build(None).eval()
        templates, squares = torch.empty(2, *KEPT), torch.empty(2, 3, 256, 256)
        net.fused(templates, squares)  # the first time positions are sent
        with Recordable():
            tokens, logits = net.fused(templates, squares)
            boxes = net.boxes(tokens[:, 0])
    assert tokens.shape == (2, 1024, 256) and logits.shape == (2, 1024, 2) and boxes.shape == (2, 4)


def test_a_batch_of_a_size_is_recorded_at_its_second_time(
    tracker: TransTTracker, frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [tracker.start(frames[0], Target(BOXES[0]))]
    played = tapes(tracker, monkeypatch)
    found = [tracker.step(frames[1], states)[0].target for _ in range(3)]
    assert played == ["_fuse", "_boxes"] and found[0] == found[1] == found[2]


def test_a_state_that_was_kept_goes_on_as_if_nothing_had_been(tracker: TransTTracker, frames: list[np.ndarray]) -> None:
    state = started(tracker, frames[0])[0]
    for at in (1, 2):  # of double precision, then of single
        packed = tracker.pack(state)
        template = packed.pop("template")
        assert type(template) is bytes and len(template) == 4 * np.prod(KEPT)
        again = tracker.unpack({**json.loads(json.dumps(packed)), "template": template}, frames[at - 1])
        assert [type(side) for side in again.size] == [type(side) for side in state.size]
        (went_on,), (resumed,) = tracker.step(frames[at], [state]), tracker.step(frames[at], [again])
        same([resumed], [went_on], most=0.0)
        state = went_on.state
    assert isinstance(state.size[0], np.float32)


def test_what_is_no_state_is_refused(tracker: TransTTracker, frames: list[np.ndarray]) -> None:
    packed = tracker.pack(tracker.start(frames[0], Target(BOXES[0])))
    for key, value in (("template", b""), ("box", [1, 2, 3]), ("colour", None), ("single", "yes")):
        with pytest.raises(ToolError, match=f'its "{key}"'):
            tracker.unpack({**packed, key: value}, frames[0])


def test_a_step_leaves_the_states_as_they_were(tracker: TransTTracker, frames: list[np.ndarray]) -> None:
    states, image = started(tracker, frames[0])[:2], frames[1].copy()
    before = [tracker.pack(state) for state in states]
    image.flags.writeable = False
    tracker.step(image, states)
    assert [tracker.pack(state) for state in states] == before


@pytest.mark.parametrize(("size", "grey"), [((1, 1), True), ((400, 3), False), ((3, 900), True), ((40, 60), False)])
def test_odd_frames_are_followed_too(tracker: TransTTracker, size: tuple[int, int], grey: bool) -> None:
    values = np.random.default_rng(2).integers(0, 255, (*size, 1 if grey else 3), np.uint8)
    image = np.broadcast_to(values, (*size, 3))
    height, width = size
    boxes = ((0.0, 0.0, float(width), float(height)), (-width, -height, width / 2, height / 2), (0.5, 0.5, 0.5, 0.5))
    states = [tracker.start(image, Target(box)) for box in boxes]
    for tracked in tracker.step(image, states):
        x1, y1, x2, y2 = tracked.target.box
        assert np.isfinite([x1, y1, x2, y2, tracked.score]).all() and x1 < x2 and y1 < y2
        assert 0 <= tracked.state.position[0] <= width and 0 <= tracked.state.position[1] <= height


def test_an_object_that_is_turned_begins_with_the_box_round_it(
    tracker: TransTTracker, frames: list[np.ndarray]
) -> None:
    turned = tracker.start(frames[0], Target((60.0, 60.0, 120.0, 80.0), 90.0))
    upright = tracker.start(frames[0], Target((80.0, 40.0, 100.0, 100.0)))
    near(turned.size, np.array(upright.size), absolute=1e-6)
    near(turned.template, upright.template.cpu().numpy(), relative=1e-6)


@pytest.mark.skipif(DEVICE.type != "cpu", reason="recorded kernels run through; there a step takes milliseconds")
def test_following_can_be_stopped_between_blocks(tracker: TransTTracker, frames: list[np.ndarray]) -> None:
    states, told = started(tracker, frames[0])[:1], list[str]()

    def listener(text: str, done: int, total: int) -> None:
        told.append(text)
        if len(told) == 3:
            raise Stopped

    with heard(listener), pytest.raises(Stopped):
        tracker.step(frames[1], states)
    assert told == ["TransT follows"] * 3


Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def tensors(folder: Path, filler: ModuleType) -> Tensors:
    shapes = manifest(folder / "manifest.txt.gz")
    return {name: torch.from_numpy(np.asarray(filler.fill(name, shape))) for name, shape in shapes.items()}


@pytest.fixture
def stranger() -> Iterator[Callable[..., Any]]:
    """Make objects of classes that there are only while a file is written."""
    with pytest.MonkeyPatch.context() as patch:

        def make(module: str, name: str, **fields: Any) -> Any:
            for end in range(1, module.count(".") + 2):
                part = ".".join(module.split(".")[:end])
                patch.setitem(sys.modules, part, sys.modules.get(part, ModuleType(part)))
            kind = getattr(sys.modules[module], name, None) or type(name, (), {"__module__": module})
            setattr(sys.modules[module], name, kind)
            made = kind()
            made.__dict__.update(fields)
            return made

        make.forget = patch.undo  # type: ignore[attr-defined]
        yield make


def published(tensors: Tensors, stranger: Callable[..., Any]) -> dict[str, Any]:
    """Return what the trainer saved: the network, how it is made, and how it was trained."""
    here = stranger("ltr.admin.local", "EnvironmentSettings", workspace_dir="/x", lasot_dir="")
    settings = stranger("ltr.admin.settings", "Settings", env=here, batch_size=38, device=torch.device("cuda:0"))
    maker = stranger("ltr.admin.model_constructor", "NetConstructor", fun_name="transt_resnet50", args=(),
                     fun_module="ltr.models.tracking.transt", kwargs={"settings": settings})  # fmt: skip
    loss = stranger("ltr.admin.stats", "AverageMeter", val=0.5, avg=0.6, sum=9.0, count=15)
    return {
        "epoch": 1000, "actor_type": "TranstActor", "net_type": "TransT", "net": tensors, "net_info": {},
        "constructor": maker, "stats": {"train": {"Loss/total": loss}}, "settings": settings,
    }  # fmt: skip


@pytest.mark.parametrize("zipped", [True, False])
def test_the_published_file_loads_and_its_objects_stay_out(
    tensors: Tensors, stranger: Callable[..., Any], tmp_path: Path, zipped: bool
) -> None:
    path = tmp_path / "transt.pth"
    torch.save(published(tensors, stranger), path, _use_new_zipfile_serialization=zipped)
    stranger.forget()  # type: ignore[attr-defined]
    assert "ltr" not in sys.modules
    tracker = load(path, "cpu")
    state = tracker.net.state_dict()
    assert all(torch.equal(state[key], value) for key, value in tensors.items() if not key.endswith(COUNTER))
    assert "ltr" not in sys.modules
    assert not [kind for kind in torch.serialization.get_safe_globals() if "ltr" in str(kind)]
    assert identify(path) == (SPEC.id, "n4")
    held = checkpoint._unpickled(path, checkpoint.look_through(path))
    assert isinstance(held, dict) and not hasattr(held["constructor"], "kwargs")


WRAPPINGS: dict[str, Callable[[Tensors], Any]] = {
    "flat": dict,
    "nested": lambda tensors: {"state_dict": tensors},
    "prefixed": lambda tensors: {"net": {f"module.{name}": value for name, value in tensors.items()}},
    "without counters": lambda tensors: {"net": {n: v for n, v in tensors.items() if not n.endswith(COUNTER)}},
    "with a name beside": lambda tensors: {**tensors, "net": "TransT"},
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_other_wrapping_loads(tensors: Tensors, tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.pth"
    torch.save(WRAPPINGS[name](tensors), path)
    state = load(path, "cpu").net.state_dict()
    assert all(torch.equal(state[key], value) for key, value in tensors.items() if not key.endswith(COUNTER))


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load(path, "cpu")
    return f"{caught.value.title} | {caught.value.detail}"


def test_anything_else_is_refused_by_name(tensors: Tensors, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save({"net": {name: value for name, value in tensors.items() if "fusion" not in name}}, path)
    assert "expected a TransT model of four fusion layers" in refused(path)
    torch.save({"net": {name: value for name, value in tensors.items() if ".layers.3." not in name}}, path)
    assert "missing (featurefusion_network.encoder.layers.3" in refused(path)
    torch.save({"net": {**tensors, "input_proj.bias": torch.zeros(255)}}, path)
    assert "input_proj.bias (256,) expected, (255,) found" in refused(path)
    with pytest.raises(WeightsError, match="not installed"):
        load(None, "cpu")


class Reducing:
    """Asks for a call when it is read."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.asked = function, arguments

    def __reduce__(self) -> Any:
        return self.asked


@pytest.mark.parametrize(
    ("module", "name", "says"),
    [("pytracking.admin", "Settings", "Unsupported global: pytracking.admin.Settings"),
     ("ltr", "Settings", "Unsupported global: ltr.Settings"), ("ltrx.admin", "Settings", "Unsupported global"),
     ("ltr.admin1", "Settings", "Unsupported global"), ("ltr.admin.settings", "S" * 200, "Unsupported global")],
)  # fmt: skip
def test_objects_of_any_other_class_are_refused(
    tensors: Tensors, stranger: Callable[..., Any], tmp_path: Path, module: str, name: str, says: str
) -> None:
    path = tmp_path / "model.pth"
    torch.save({"net": tensors, "constructor": stranger(module, name)}, path)
    assert "holds more than numbers" in (told := refused(path)) and says in told


def test_a_stranger_s_class_is_never_called(tensors: Tensors, stranger: Callable[..., Any], tmp_path: Path) -> None:
    path, kind = tmp_path / "model.pth", type(stranger("ltr.admin.settings", "Settings"))
    torch.save({"net": tensors, "settings": Reducing(kind)}, path)
    assert "holds more than numbers" in refused(path)


def test_a_stranger_s_state_is_a_dict_and_its_making_takes_nothing(
    tensors: Tensors, stranger: Callable[..., Any], tmp_path: Path
) -> None:
    path, kind = tmp_path / "model.pth", type(stranger("ltr.admin.settings", "Settings"))
    kind.__getstate__ = lambda self: [1, 2]
    torch.save({"net": tensors, "settings": kind()}, path)
    assert "the state of an object is set" in refused(path)
    kind.__getnewargs__ = lambda self: (1,)
    torch.save({"net": tensors, "settings": kind()}, path)
    assert "an object is made of a class" in refused(path)


def test_there_are_few_strangers(tensors: Tensors, stranger: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    many = [stranger("ltr.admin", "S" * (index + 1)) for index in range(17)]
    torch.save({"net": {}, "settings": many}, path)
    assert "more than 16 classes" in refused(path)
    torch.save({"net": {}, "settings": [stranger("ltr.admin", "S") for _ in range(30_000)]}, path)
    assert "declares too much" in refused(path)


def test_the_registry_finds_it() -> None:
    assert registry.trackers()["transt"] is SPEC
    assert not SPEC.gives_masks
