"""What holds for every tool that is found: its spec, its file, and, if it needs no weights, odd pictures."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ToolError
from engine.prompt import Click, Prompt
from engine.specs import InteractorSpec
from engine.tools import registry

ALL = sorted(registry.tools())
LIGHT = [name for name, spec in registry.interactors().items() if not spec.weights and not spec.path]
PATHS = [name for name, spec in registry.interactors().items() if not spec.weights and spec.path]
FILTERS = sorted(registry.filters())
FOLDERS = {"hrnet": "ritm"}
"""Called otherwise than the tool, which is called as the manual calls it."""
SIZES = [(1, 1), (4000, 3), (3, 900), (40, 60)]


def picture(size, *, grey=False):
    values = np.random.default_rng(2).integers(0, 255, (*size, 1 if grey else 3), np.uint8)
    return np.ascontiguousarray(np.broadcast_to(values, (*size, 3)))


@pytest.mark.parametrize("name", ALL)
def test_a_spec_is_complete(name):
    module = registry.find(name)
    spec = module.SPEC
    assert spec.id == name and module.__name__.rsplit(".", 1)[-1] == FOLDERS.get(name, name)
    assert spec.name and spec.help.endswith(".") and spec.licence and spec.source
    assert callable(module.load) and module.__doc__
    assert len({weights.name for weights in spec.weights}) == len(spec.weights)
    for weights in spec.weights:
        assert weights.name and weights.licence and len({item.file for item in weights.files}) == len(weights.files)
        assert all(item.digest.split(":")[0] in ("", "sha256", "sha384", "md5") for item in weights.files)


@pytest.mark.parametrize("name", sorted(registry.interactors()))
def test_what_a_spec_asks_for_makes_it_ready(name):
    spec = registry.interactors()[name]
    points = tuple(Click((5.0 + 9 * i, 6.0)) for i in range(max(spec.min_points, spec.min_points_with_box)))
    box = (1.0, 1.0, 60.0, 50.0) if spec.needs_box else None
    assert not spec.ready(Prompt())
    assert spec.ready(Prompt(points, box))
    assert not spec.max_points or spec.max_points >= spec.min_points
    assert not spec.needs_box or spec.accepts_box
    if spec.min_points and not spec.needs_box:
        assert not spec.ready(Prompt(points[: spec.min_points - 1]))
    if not spec.negatives or spec.min_points:
        assert not spec.ready(Prompt((Click((3.0, 3.0), positive=False),)))


@pytest.mark.parametrize("name", LIGHT)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("grey", [False, True])
def test_a_light_interactor_stays_in_the_frame_and_obeys(name, size, grey):
    spec = registry.interactors()[name]
    tool = registry.find(name).load(None, "cpu")
    image = picture(size, grey=grey)
    before = image.copy()
    features = tool.prepare(image)
    prompt = Prompt().add((size[1] / 2, size[0] / 2)).add((0.2, 0.2), positive=False)
    prompts = [prompt] if size != (1, 1) else [Prompt().add((0.5, 0.5))]
    if spec.accepts_box and spec.min_points_with_box == 0:
        prompts.append(Prompt(box=(0.0, 0.0, float(size[1]), float(size[0]))))
    for asked in prompts:
        answer = tool.predict(features, asked)
        (x, y), (height, width) = answer.origin, answer.mask.shape
        assert answer.mask.dtype == bool and x >= 0 and y >= 0 and x + width <= size[1] and y + height <= size[0]
        whole = np.zeros(size, bool)
        whole[y : y + height, x : x + width] = answer.mask
        assert all(whole[int(c.point[1]), int(c.point[0])] == c.positive for c in asked.clicks)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("size", SIZES)
def test_a_light_path_begins_and_ends_at_its_points(name, size):
    tool = registry.find(name).load(None, "cpu")
    start, end = (0.3, 0.4), (size[1] - 0.25, size[0] - 0.5)
    line = tool.trace(tool.prepare(picture(size)), start, end)
    assert line[0] == start and line[-1] == end


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("size", SIZES)
def test_a_filter_keeps_the_shape_and_the_original(name, size):
    image = picture(size)
    before = image.copy()
    shown = registry.find(name).load(None, "cpu").apply(image)
    assert shown.shape == image.shape and shown.dtype == np.uint8 and not np.shares_memory(shown, image)
    assert np.array_equal(image, before)


def test_an_unknown_tool_is_answered_with_the_nearest():
    with pytest.raises(ToolError, match="scissors"):
        registry.find("scisors")


def test_every_kind_is_listed_once():
    kinds = [registry.interactors(), registry.detectors(), registry.trackers(), registry.filters(), registry.fitters()]
    assert sorted(name for kind in kinds for name in kind) == ALL
    assert isinstance(registry.interactors()["scissors"], InteractorSpec)


OWN = """
from engine.specs import FilterSpec
SPEC = FilterSpec(id="{id}", name="Mine", help="Does nothing.")
def load(weights, device):
    return None
"""


@pytest.fixture
def own_tools(tmp_path, monkeypatch):
    monkeypatch.setenv(registry.EXTRA, str(tmp_path))
    registry.tools.cache_clear()
    yield tmp_path
    registry.tools.cache_clear()


def test_a_users_own_tool_is_found(own_tools):
    (own_tools / "mine.py").write_text(OWN.format(id="mine"))
    assert registry.find("mine").SPEC.name == "Mine"


def test_two_tools_of_one_id_are_refused(own_tools):
    (own_tools / "mine.py").write_text(OWN.format(id="scissors"))
    with pytest.raises(ToolError, match="Two tools"):
        registry.tools()


def test_a_tool_file_may_hold_dataclasses(own_tools):
    (own_tools / "other.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from engine.specs import InteractorSpec\n"
        "@dataclass\nclass Features:\n    size: int\n"
        'SPEC = InteractorSpec(id="other", name="Other", help="Click.")\n'
    )
    assert registry.find("other").SPEC.name == "Other"
