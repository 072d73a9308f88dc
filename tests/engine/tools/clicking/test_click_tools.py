"""DEXTR, IOG, f-BRS and HRNet by their contract: from checkpoint files with stand-in weights to masks in the frame."""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from engine.errors import ToolError, WeightsError
from engine.prompt import Prompt
from engine.tools import registry
from engine.tools.base import Prediction
from engine.tools.progress import Stopped, heard

CPU = "cpu"
DEVICE = os.environ.get("TERMWAND_DEVICE", CPU)
SHAPE = (240, 320)
SMALLER = {"fbrs": "fbrs-hrnet18", "hrnet": "hrnet-small"}
"""Files of a tool that take a quarter of the time; the goldens of the networks have the large ones."""
SIDE = 256
"""Pixels a side that DEXTR and IOG look at here, a quarter of the published area; their goldens have that."""


@pytest.fixture(scope="module", autouse=True)
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", autouse=True)
def smaller_crops() -> Iterator[None]:
    from engine.tools.interactors.dextr import pipeline as dextr
    from engine.tools.interactors.iog import net as iog_net
    from engine.tools.interactors.iog import pipeline as iog

    with pytest.MonkeyPatch.context() as patch:
        for module in (dextr, iog_net, iog) if DEVICE == CPU else ():
            patch.setattr(module, "SIDE", SIDE)
        patch.setattr(iog_net, "QUARTER", (SIDE // 4, SIDE // 4) if DEVICE == CPU else iog_net.QUARTER)
        yield


@pytest.fixture(scope="module")
def publisher() -> ModuleType:
    """The script that writes stand-in checkpoints, loaded by its path."""
    path = Path(__file__).parents[3] / "stand_in_publisher.py"
    spec = importlib.util.spec_from_file_location("stand_in_publisher", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tool(publisher: ModuleType, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """Load a tool from a checkpoint file, once."""
    folder, loaded = tmp_path_factory.mktemp("published"), {}

    def get(name: str) -> Any:
        if name not in loaded:
            path = publisher.publish(SMALLER.get(name, name), folder, shared)
            loaded[name] = registry.find(name).load(path, CPU)
            path.unlink()
        return loaded[name]

    return get


@pytest.fixture(scope="module")
def image(shared: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(shared / "parity" / "ritm" / "image_a.png")), cv2.COLOR_BGR2RGB)


def full(prediction: Prediction, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    out = np.zeros(shape, bool)
    (x, y), (height, width) = prediction.origin, prediction.mask.shape
    assert 0 <= x <= x + width <= shape[1]
    assert 0 <= y <= y + height <= shape[0]
    assert prediction.mask.dtype == bool
    out[y : y + height, x : x + width] = prediction.mask
    return out


EXTREMES = Prompt().add((113.5, 92.5)).add((180.5, 68.5)).add((235.5, 149.5)).add((206.5, 157.5))
BOXED = Prompt(box=(113.0, 67.0, 237.0, 159.0)).add((165.5, 108.5))
ONE = Prompt().add((165.5, 108.5))
PROMPTS = {"dextr": EXTREMES, "iog": BOXED, "fbrs": ONE, "hrnet": ONE}


@pytest.mark.parametrize("name", PROMPTS)
def test_the_registry_finds_it_and_says_when_it_is_ready(name: str) -> None:
    spec = registry.interactors()[name]
    assert spec.ready(PROMPTS[name])
    assert not spec.ready(PROMPTS[name].without(len(PROMPTS[name].clicks) - 1))
    assert spec.negatives == (name != "dextr")
    assert all(weights.licence and weights.fetchable for weights in spec.weights)
    with pytest.raises(WeightsError, match="not installed"):
        registry.find(name).load(None, CPU)


def test_dextr_gives_a_mask_within_the_points(tool: Callable[[str], Any], image: np.ndarray) -> None:
    dextr = tool("dextr")
    features = dextr.prepare(image)
    mask = full(dextr.predict(features, EXTREMES))
    rows, columns = np.nonzero(mask)
    assert mask.sum() > 100
    assert (rows.min(), rows.max(), columns.min(), columns.max()) >= (68, 0, 113, 0)
    assert rows.max() <= 157
    assert columns.max() <= 235
    with pytest.raises(ToolError, match="4 of them, 3 given"):
        dextr.predict(features, EXTREMES.without(0))


def test_dextr_takes_points_on_and_beyond_the_border(tool: Callable[[str], Any], image: np.ndarray) -> None:
    dextr = tool("dextr")
    corners = Prompt().add((-3.0, 120.0)).add((160.0, 0.0)).add((320.0, 100.0)).add((150.0, 240.0))
    full(dextr.predict(dextr.prepare(image), corners))
    narrow = np.ascontiguousarray(image[:3, :2])
    full(dextr.predict(dextr.prepare(narrow), corners), (3, 2))


def counted(module: torch.nn.Module) -> list[int]:
    calls: list[int] = []
    module.register_forward_hook(lambda *_: calls.append(1))
    return calls


def test_iog_answers_to_box_and_points(tool: Callable[[str], Any], image: np.ndarray) -> None:
    iog = tool("iog")
    features = iog.prepare(image)
    first = full(iog.predict(features, BOXED))
    crop = features.crop
    corrected = full(iog.predict(features, BOXED.add((226.5, 96.5), positive=False)))
    assert first.any()
    assert not np.array_equal(first, corrected)
    assert features.crop is crop
    for faulty in (Prompt(box=BOXED.box), ONE):
        with pytest.raises(ToolError, match="box and a point"):
            iog.predict(features, faulty)


def test_iog_takes_a_box_over_the_border(tool: Callable[[str], Any], image: np.ndarray) -> None:
    iog = tool("iog")
    features = iog.prepare(image)
    for box in ((-20.0, -20.0, 60.0, 50.0), (330.0, 250.0, 300.0, 200.0), (10.0, 10.0, 10.0, 10.0)):
        full(iog.predict(features, Prompt(box=box).add((20.0, 20.0))))


def test_iog_s_refinement_runs_the_backbone_once_for_an_object(shared: Path, image: np.ndarray) -> None:
    from engine.tools.interactors.iog.net import build
    from engine.tools.interactors.iog.tool import IogInteractor

    net = build(True).eval()
    calls, iog = counted(net.backbone), IogInteractor(net)
    features = iog.prepare(image)
    prompt = Prompt(box=BOXED.box).add((226.5, 96.5), positive=False).add((165.5, 108.5))
    iog.predict(features, prompt)
    iog.predict(features, prompt.add((180.5, 120.5)))
    assert len(calls) == 1
    iog.predict(features, Prompt(box=BOXED.box).add((170.5, 108.5)))
    assert len(calls) == 2


def test_fbrs_makes_the_mask_agree_with_the_clicks(tool: Callable[[str], Any], image: np.ndarray) -> None:
    fbrs = tool("fbrs")
    features = fbrs.prepare(image)
    prompt, answer = Prompt(), None
    for x, y, positive in ((165, 108, True), (205, 146, True), (260, 60, False)):
        prompt = prompt.add((x + 0.5, y + 0.5), positive=positive)
        answer = fbrs.predict(features, prompt, answer)
    mask = full(answer)
    assert mask[108, 165]
    assert mask[146, 205]
    assert not mask[60, 260]
    latest = features.turns.turns[-1].memory
    assert latest.refined is not None
    assert len(latest.refined.asked) >= 1


def test_fbrs_keeps_the_features_beyond_eight_clicks(tool: Callable[[str], Any], image: np.ndarray) -> None:
    fbrs = tool("fbrs")
    small = np.ascontiguousarray(image[::4, ::4])
    features = fbrs.prepare(small)
    calls = counted(fbrs.net.rgb_conv)
    prompt, answer, counts = Prompt(), None, []
    for step in range(10):
        prompt = prompt.add((20.5 + 2 * step, 27.5))
        if step >= 6:
            answer = fbrs.predict(features, prompt, answer)
            counts.append((len(calls), features.turns.turns[-1].memory.crop))
    changes = [new[0] - old[0] for old, new in itertools.pairwise(counts)]
    crops_changed = [new[1] != old[1] for old, new in itertools.pairwise(counts)]
    assert changes[0] == 1
    assert changes[1:] == [int(changed) for changed in crops_changed[1:]]


def test_hrnet_takes_up_a_mask_and_finds_its_own_again(tool: Callable[[str], Any], image: np.ndarray) -> None:
    hrnet = tool("hrnet")
    image.flags.writeable = False  # as pictures in shared memory are
    features = hrnet.prepare(image)
    first = hrnet.predict(features, ONE)
    sent = Prediction(first.mask.copy(), first.origin)
    second = hrnet.predict(features, ONE.add((205.5, 146.5)), sent)
    alone = hrnet.predict(hrnet.prepare(image), ONE.add((205.5, 146.5)))
    assert not np.array_equal(full(second), full(alone))
    again = hrnet.predict(features, ONE.add((205.5, 146.5)), second)
    assert np.array_equal(full(again), full(second))


@pytest.mark.parametrize("name", PROMPTS)
def test_work_stops_between_blocks_and_can_be_asked_again(
    tool: Callable[[str], Any], image: np.ndarray, name: str
) -> None:
    reports: list[str] = []

    def listener(text: str, done: int, total: int) -> None:
        reports.append(text)
        if len(reports) == 5:
            raise Stopped

    loaded = tool(name)
    features = loaded.prepare(np.ascontiguousarray(image[:, ::-1]))
    with heard(listener), pytest.raises(Stopped):
        loaded.predict(features, PROMPTS[name])
    assert len(reports) == 5
    full(loaded.predict(features, PROMPTS[name]))


@pytest.mark.skipif(DEVICE == CPU, reason="no other device to compare with (set TERMWAND_DEVICE)")
@pytest.mark.parametrize("name", ["dextr", "iog", "hrnet", "sam", "sam-mobile"])
def test_another_device_cuts_out_the_same(
    name: str, image: np.ndarray, publisher: ModuleType, shared: Path, tmp_path: Path
) -> None:
    """As the product computes: TF32, SAM's encoder in half precision. f-BRS is left out: its optimiser forks."""
    path, what = publisher.publish(name, tmp_path, shared), publisher.STAND_INS[name].tool or name
    masks = []
    for device in (CPU, DEVICE):
        loaded = registry.find(what).load(path, device)
        features = loaded.prepare(image)
        for _ in range(3):  # the later ones are recorded
            answer = loaded.predict(features, PROMPTS.get(what, PROMPTS["hrnet"]))
        masks.append(full(answer))
    assert (masks[0] & masks[1]).sum() >= 0.97 * (masks[0] | masks[1]).sum()
