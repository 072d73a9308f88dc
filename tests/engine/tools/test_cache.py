"""Tools are loaded once, pictures prepared once, and no more of either is kept than promised, in either process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine import weights
from engine.errors import ToolError
from engine.prompt import Prompt
from engine.specs import InteractorSpec, WeightFile, Weights
from engine.tools.cache import PICTURES, ModelCache
from engine.tools.progress import Stopped, heard

FRAME = np.zeros((8, 8, 3), np.uint8)
SIZE = 1000
"""Bytes of each of the models below."""


class Net:
    """A model that says how large its features are, and counts what it is asked to prepare."""

    def __init__(self, path: Path | None) -> None:
        self.text = path.read_text().strip() if path else ""
        self.prepared = 0

    def prepare(self, image: np.ndarray) -> SimpleNamespace:
        self.prepared += 1
        return SimpleNamespace(nbytes=int(image.sum()))


Make = Callable[..., ModelCache]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return what makes a cache over models a, b, c of SIZE bytes each, and "light" without weights."""
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    found = {"light": InteractorSpec(id="light", name="Light", help="")}
    for name in "abc":
        found[name] = InteractorSpec(id=name, name=name.upper(), help="", weights=(Weights(f"{name}.bin"),))
        install(tmp_path, found[name], name)
    modules = {name: SimpleNamespace(SPEC=spec, load=lambda path, device: Net(path)) for name, spec in found.items()}
    monkeypatch.setattr("engine.tools.devices.resolve", lambda device: device)  # which would import torch

    def made(**bounds: int) -> ModelCache:
        return ModelCache("cpu", find=modules.__getitem__, **{"pictures": None, **bounds})  # type: ignore[arg-type]

    return made


def install(folder: Path, spec: InteractorSpec, text: str) -> None:
    file = folder / spec.weights[0].files[0].file
    (folder / "weights" / file.name).unlink(missing_ok=True)
    file.write_text(text.ljust(SIZE))
    weights.adopt(file, spec)


def used(cache: ModelCache, tool: str) -> Net:
    with cache.using(tool) as found:
        return found


# models


def test_several_models_stay_loaded_within_the_bound_and_the_longest_unused_goes_beyond_it(make: Make) -> None:
    cache = make(models=2 * SIZE)
    a, b = used(cache, "a"), used(cache, "b")
    assert used(cache, "b") is b and used(cache, "a") is a
    c = used(cache, "c")
    assert used(cache, "a") is a and used(cache, "c") is c
    assert used(cache, "b") is not b


def test_what_is_in_use_stays_and_goes_when_it_is_too_much_afterwards(make: Make) -> None:
    cache = make(models=2 * SIZE)
    with cache.using("a") as a:
        b, c = used(cache, "b"), used(cache, "c")
        assert used(cache, "a") is a and used(cache, "c") is c and used(cache, "b") is not b
        with cache.using("b") as b, cache.using("c") as c:
            assert (used(cache, "a"), used(cache, "b"), used(cache, "c")) == (a, b, c)
    assert used(cache, "b") is b and used(cache, "a") is a and used(cache, "c") is not c  # it went as it was left


def test_one_model_beyond_the_bound_stays_loaded_while_it_is_the_one_in_use(make: Make) -> None:
    cache = make(models=SIZE // 2)
    a = used(cache, "a")
    assert used(cache, "a") is a
    light = used(cache, "light")
    assert used(cache, "a") is a and used(cache, "light") is light
    used(cache, "b")
    assert used(cache, "a") is not a and used(cache, "light") is light  # what needs no weights makes no room


def test_room_is_made_before_a_model_is_loaded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, loaded = make(models=SIZE), list[int]()
    used(cache, "a")
    monkeypatch.setattr("engine.tools.cache.load", lambda *_: loaded.append(len(cache._models)))
    used(cache, "b")
    assert loaded == [0]


def test_all_files_of_a_set_count(make: Make, tmp_path: Path) -> None:
    cache = make(models=3 * SIZE)
    (tmp_path / "weights" / "b.bin").unlink()
    (tmp_path / "b.dat").write_text("x" * SIZE)
    parts = (WeightFile("b.bin"), WeightFile("b.dat"))
    install(tmp_path, InteractorSpec(id="b", name="B", help="", weights=(Weights("b.bin", files=parts),)), "b")
    a = used(cache, "a")
    b = used(cache, "b")
    c = used(cache, "c")
    assert used(cache, "b") is b and used(cache, "c") is c and used(cache, "a") is not a


def test_a_file_that_was_taken_in_anew_is_another_model_and_what_the_old_one_prepared_goes(
    make: Make, tmp_path: Path
) -> None:  # fmt: skip
    cache = make()
    with cache.prepared("a", 1, FRAME) as (old, features):
        install(tmp_path, InteractorSpec(id="a", name="A", help="", weights=(Weights("a.bin"),)), "anew")
        assert used(cache, "a").text == "anew" and old.text == "a"
    with cache.prepared("a", 1, FRAME) as (new, again):
        assert new.text == "anew" and again is not features


def test_a_tool_is_loaded_once_even_from_many_threads() -> None:
    cache, found = ModelCache(), []
    threads = [threading.Thread(target=lambda: found.append(cache.interactor("scissors"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_a_loaded_tool_does_not_wait_for_another_that_is_being_loaded(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    cache, begun, go_on = make(), threading.Event(), threading.Event()
    a = used(cache, "a")
    monkeypatch.setattr("engine.tools.cache.load", lambda *_: (begun.set(), go_on.wait(60)))
    thread = threading.Thread(target=used, args=(cache, "b"))
    thread.start()
    assert begun.wait(60)
    assert used(cache, "a") is a
    go_on.set()
    thread.join()


@pytest.mark.parametrize("waits", ["for a model", "for a picture"])
def test_whoever_waits_in_vain_can_be_stopped(make: Make, monkeypatch: pytest.MonkeyPatch, waits: str) -> None:
    cache, begun, go_on = make(), threading.Event(), threading.Event()

    def slow(*_: object) -> Net:
        begun.set()
        go_on.wait(60)
        return Net(None)

    if waits == "for a model":
        monkeypatch.setattr("engine.tools.cache.load", slow)
    else:
        monkeypatch.setattr(Net, "prepare", slow)
    thread = threading.Thread(target=cache.features, args=("light", 1, FRAME))
    thread.start()
    assert begun.wait(60)

    def nobody_waits(text: str, done: int, total: int) -> None:
        raise Stopped

    with heard(nobody_waits), pytest.raises(Stopped):
        cache.features("light", 1, FRAME)
    go_on.set()
    thread.join()
    assert cache._models and not any(model.users for model in cache._models.values())


# pictures


def of_size(nbytes: int) -> np.ndarray:
    frame = FRAME.copy()
    frame[0, 0, 0] = nbytes
    return frame


def test_features_are_kept_within_their_bytes_and_the_longest_unused_goes(make: Make) -> None:
    cache = make(features=100)
    first = cache.features("light", 1, of_size(60))
    cache.features("light", 2, of_size(40))
    assert cache.features("light", 1, of_size(60)) is first
    cache.features("light", 3, of_size(30))  # 2 goes
    assert cache.features("light", 1, of_size(60)) is first and used(cache, "light").prepared == 3
    cache.features("light", 2, of_size(40))
    assert used(cache, "light").prepared == 4


def test_features_in_use_stay(make: Make) -> None:
    cache = make(features=100)
    with cache.prepared("light", 1, of_size(90)) as (_, features):
        for number in range(2, 6):
            cache.features("light", number, of_size(50))
        assert cache.features("light", 1, of_size(90)) is features
    assert len(cache._cells) == 1


def test_somebody_who_waits_is_told_of_what_is_computed_for_him(make: Make) -> None:
    cache, told = make(), list[str]()

    @contextmanager
    def urgent() -> Iterator[None]:
        told.append("begins")
        yield
        told.append("ends")

    for _ in range(2):
        with cache.prepared("light", 1, FRAME, urgent=urgent):
            assert told == ["begins", "ends"]


def test_a_picture_that_could_not_be_prepared_is_tried_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = make()
    with monkeypatch.context() as patch:
        patch.setattr(Net, "prepare", lambda self, image: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cache.features("light", 1, FRAME)
    assert cache.features("light", 1, FRAME).nbytes == 0


def test_a_picture_is_forgotten_for_all_tools(make: Make) -> None:
    cache = make()
    cache.features("light", 1, FRAME)
    cache.features("a", 1, FRAME)
    kept = cache.features("a", 2, FRAME)
    cache.forget(1)
    assert [key[1] for key in cache._cells] == [2] and cache.features("a", 2, FRAME) is kept


def test_everything_goes_when_memory_is_short_but_what_is_in_use(make: Make) -> None:
    cache = make()
    a = used(cache, "a")
    cache.features("light", 2, FRAME)
    with cache.prepared("b", 1, FRAME) as (b, features):
        cache.clear()
        assert cache.features("b", 1, FRAME) is features and used(cache, "b") is b
        assert [model.key[0] for model in cache._models.values()] == ["b"] and len(cache._cells) == 1
    assert used(cache, "a") is not a
    cache.clear()
    assert not cache._models and not cache._cells


def test_features_are_kept_for_the_last_frames_only() -> None:
    cache = ModelCache()
    frames = [np.zeros((8, 8, 3), np.uint8) for _ in range(PICTURES + 1)]
    first = [cache.features("scissors", number, frame) for number, frame in enumerate(frames)]
    assert cache.features("scissors", PICTURES, frames[-1]) is first[-1]
    assert cache.features("scissors", 0, frames[0]) is not first[0]


@pytest.mark.parametrize("tool", ["graphcut", "scissors"])
def test_features_are_bounded_in_bytes_though_they_grow_with_every_click(tool: str) -> None:
    limit = 24 << 20
    cache, frame = ModelCache(features=limit), np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
    for number in range(4):
        features = cache.features(tool, number, frame)
        assert features.nbytes == frame.nbytes
        for step in range(2):
            place = (100.0 + 300 * step, 80.0 + 150 * step)
            if tool == "graphcut":
                cache.interactor(tool).predict(features, Prompt().add(place))
            else:
                cache.interactor(tool).trace(features, place, (place[0] + 40, place[1] + 30))
        assert features.nbytes > 3 * frame.nbytes
        assert cache.features(tool, number, frame) is features
        sizes = [cell.nbytes for cell in cache._cells.values()]
        assert len(sizes) == 1 or sum(sizes) <= limit


def test_filters_and_unknown_tools() -> None:
    assert ModelCache().filter("equalize").apply(np.zeros((4, 4, 3), np.uint8)).shape == (4, 4, 3)
    with pytest.raises(ToolError):
        ModelCache().interactor("nothing of the kind")


def test_a_filter_takes_no_prompts() -> None:
    with pytest.raises(ToolError, match="takes no prompts"):
        ModelCache().interactor("equalize")
