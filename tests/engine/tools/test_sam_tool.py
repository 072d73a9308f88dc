"""SAM's rules, on a small net with random weights: what is fed back, what is kept, what comes from disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.prompt import Prompt
from engine.tools.base import Prediction
from engine.tools.interactors.sam import SPEC, load
from engine.tools.interactors.sam import net as sam
from engine.tools.interactors.sam import tool as tool_file
from engine.tools.interactors.sam.embeddings import EmbeddingStore, key_of
from engine.tools.interactors.sam.tool import SHAPE, Features, SamInteractor, one_more, start
from engine.weights import adopt

IMAGE = np.random.default_rng(1).integers(0, 255, (60, 90, 3), np.uint8)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(4)
    net = sam.SamNet(sam.Plan(32, 2, 14, (False, True)))
    path = tmp_path_factory.mktemp("sam") / "tiny.pth"
    torch.save(net.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def features(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[SamInteractor, Features]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERMWAND_EMBEDDINGS", str(tmp_path_factory.mktemp("embeddings")))
        tool = load(checkpoint, "cpu")
    assert isinstance(tool, SamInteractor)
    return tool, tool.prepare(IMAGE)


@pytest.fixture
def fresh(features: tuple[SamInteractor, Features]) -> tuple[SamInteractor, Features]:
    tool, old = features
    return tool, Features(old.embedding, old.size)


def fed(tool: SamInteractor, features: Features, prompt: Prompt, previous: Prediction | None) -> torch.Tensor | None:
    return tool._fed(features, prompt, previous)


def test_one_click_gives_three_masks_and_more_give_one(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    one = Prompt().add((30.0, 20.0))
    answer = tool.predict(features, one)
    scores = [answer.score, *(other.score for other in answer.alternatives)]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert tool.predict(features, one.add((50.0, 30.0), positive=False)).alternatives == ()
    assert tool.predict(features, one.with_box((10, 10, 40, 40))).alternatives == ()
    assert tool.predict(features, Prompt().with_box((10, 10, 40, 40))).alternatives == ()


def test_an_answer_is_fed_back_only_one_click_later(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    one = Prompt().add((30.0, 20.0))
    two = one.add((50.0, 30.0), positive=False)
    three = two.add((60.0, 30.0))
    first = tool.predict(features, one)
    assert fed(tool, features, two, first) is not None
    assert fed(tool, features, three, first) is None  # two clicks more
    assert fed(tool, features, one, first) is None  # the same prompt
    assert fed(tool, features, Prompt().add((1.0, 1.0)), first) is None  # another object
    assert fed(tool, features, two.with_box((1, 1, 50, 50)), first) is None
    second = tool.predict(features, two, first)
    assert fed(tool, features, one, second) is None  # a click was taken back


def test_the_chosen_alternative_is_what_is_fed_back(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    one = Prompt().add((30.0, 20.0))
    answer = tool.predict(features, one)
    two = one.add((50.0, 30.0))
    for given in (answer, *answer.alternatives):
        low = fed(tool, features, two, given)
        assert low is not None
        full = np.zeros(features.size, bool)
        (x, y), (rows, columns) = given.origin, given.mask.shape
        full[y : y + rows, x : x + columns] = given.mask
        again = (sam.enlarged(low[0], features.size)[0] > 0).numpy()
        assert np.array_equal(again, full)


def test_feeding_back_changes_the_answer(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    one = Prompt().add((30.0, 20.0))
    two = one.add((50.0, 30.0))
    first = tool.predict(features, one)
    with_it, without = tool.predict(features, two, first), tool.predict(features, two)
    assert with_it.score != without.score


def test_a_mask_drawn_by_hand_is_a_start(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    drawn = Prediction(np.ones((20, 30), bool), (40, 10))
    logits = start(drawn, features.size)
    scale = 256 / 90
    assert logits[round(20 * scale), round(55 * scale)] > 6
    assert logits[round(20 * scale), round(30 * scale)] < -6
    assert (logits[round(60 * scale) :] < 0).all()  # the padding
    assert (logits > 0).sum() == pytest.approx(600 * scale**2, rel=0.05)
    answer = tool.predict(features, Prompt().add((50.0, 20.0)), drawn)
    assert answer.alternatives == ()


def test_a_mask_that_leaves_the_frame_is_cut(fresh: tuple[SamInteractor, Features]) -> None:
    _tool, features = fresh
    logits = start(Prediction(np.ones((200, 200), bool), (-100, -100)), features.size)
    assert (logits > 0).any()
    assert not (start(Prediction(np.ones((5, 5), bool), (500, 500)), features.size) > 0).any()


def test_what_is_remembered_is_bounded(fresh: tuple[SamInteractor, Features]) -> None:
    tool, features = fresh
    for x in range(30):
        tool.predict(features, Prompt().add((float(x), 5.0)).add((3.0, 3.0)))
    assert len(features.turns) == tool_file.KEPT


def test_one_more() -> None:
    one = Prompt().add((1, 1))
    assert one_more(Prompt(), one)
    assert not one_more(one, Prompt().add((2, 2)).add((1, 1)))
    assert not one_more(one, Prompt().add((1, 1), positive=False).add((2, 2)))


def test_the_embedding_comes_from_disk_the_second_time(
    features: tuple[SamInteractor, Features], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool, _ = features
    store = EmbeddingStore(SHAPE, tmp_path)
    first = SamInteractor(tool.sam, tool.device, store, "m").prepare(IMAGE)
    again = SamInteractor(tool.sam, tool.device, store, "m")
    monkeypatch.setattr(sam, "encode", lambda *_: pytest.fail("encoded twice"))
    second = again.prepare(IMAGE.copy())
    error = (first.embedding - second.embedding).abs().max()
    assert error <= 1e-3 * first.embedding.abs().max() and second.size == (60, 90)


def test_the_store_is_bounded_and_forgets_the_longest_unused(tmp_path: Path) -> None:
    store = EmbeddingStore((4, 8), tmp_path, limit=3 * 80)
    for i in range(3):
        store.put(f"{i}", np.full((4, 8), i, np.float32))
        (tmp_path / f"{i}.f16").touch()
        import os

        os.utime(tmp_path / f"{i}.f16", (i, i))
    assert store.get("0") is not None  # used again
    store.put("3", np.zeros((4, 8), np.float32))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.f16", "2.f16", "3.f16"]


def test_a_damaged_entry_counts_as_none(tmp_path: Path) -> None:
    store = EmbeddingStore((4, 8), tmp_path)
    store.put("a", np.ones((4, 8), np.float32))
    path = tmp_path / "a.f16"
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(bytes(data))
    assert store.get("a") is None and not path.exists()
    store.put("b", np.ones((4, 8), np.float32))
    (tmp_path / "b.f16").write_bytes(b"short")
    assert store.get("b") is None


def test_a_folder_that_cannot_be_written_only_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = EmbeddingStore((4, 8), tmp_path / "file" / "folder")
    store.put("a", np.ones((4, 8), np.float32))
    assert store.get("a") is None


def test_keys_tell_pictures_and_models_apart() -> None:
    turned = np.ascontiguousarray(IMAGE.transpose(1, 0, 2))
    keys = {key_of(IMAGE, "m"), key_of(IMAGE, "n"), key_of(IMAGE[:, ::-1], "m"), key_of(turned, "m")}
    assert len(keys) == 4
    assert key_of(IMAGE, "m") == key_of(IMAGE.copy(), "m")


def test_embeddings_outlive_the_checkpoints_name_and_time(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    names = []
    for name in ("one.pth", "two.pth"):
        (tmp_path / name).write_bytes(checkpoint.read_bytes())
        (record,) = adopt(tmp_path / name, SPEC).records
        names.append(tool_file.identity(tmp_path / "weights" / name))
        assert names[-1] == record.sha256
    assert names[0] == names[1]
    with (tmp_path / "one.pth").open("wb") as file:  # another content in the same place
        torch.save({"a": torch.zeros(1)}, file)
    (tmp_path / "weights" / "one.pth").unlink()
    adopt(tmp_path / "one.pth", SPEC)
    assert tool_file.identity(tmp_path / "weights" / "one.pth") != names[0]


def test_what_it_declares() -> None:
    assert SPEC.ready(Prompt().add((1, 1))) and SPEC.ready(Prompt().with_box((1, 1, 2, 2)))
    assert not SPEC.ready(Prompt()) and not SPEC.ready(Prompt().add((1, 1), positive=False))
    *metas, mobile = SPEC.weights  # quicker and coarser: it comes last, so it is used where it is alone or chosen
    assert all(weights.files[0].digest.startswith("md5:" + weights.name[10:16]) for weights in metas)
    assert mobile.name == "mobile_sam.pt" and mobile.files[0].digest.startswith("sha256:")
