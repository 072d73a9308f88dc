"""Checkpoint files in every published wrapping load; anything else is refused in words, and nothing in it runs."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from engine.errors import WeightsError
from engine.nets import checkpoint
from engine.nets.checkpoint import COUNTER
from engine.tools.interactors.dextr import net as dextr
from engine.tools.interactors.fbrs import net as fbrs
from engine.tools.interactors.iog import net as iog
from engine.tools.interactors.ritm import net as ritm
from tests.engine.nets.conftest import manifest

Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def h18s(parity: Path, filler: ModuleType) -> Tensors:
    """The smallest published network, with its counters."""
    shapes = manifest(parity / "ritm" / "manifest_coco_lvis_h18s_itermask.txt.gz")
    return {name: torch.from_numpy(filler.fill(name, shape)) for name, shape in shapes.items()}


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(content: Any, **options: Any) -> Path:
        path = tmp_path / "model.pth"
        torch.save(content, path, **options)
        return path

    return save


CONFIG = {
    "class": "isegm.model.is_hrnet_model.HRNetModel",
    "params": {"norm_layer": {"type": "class", "value": "torch.nn.modules.batchnorm.BatchNorm2d", "specified": False}},
}
WRAPPINGS: dict[str, Callable[[Tensors], Any]] = {
    "bare": OrderedDict,
    "with a configuration": lambda tensors: {"state_dict": OrderedDict(tensors), "config": CONFIG},
    "a list": lambda tensors: [{"state_dict": tensors, "config": CONFIG}],
    "prefixed": lambda tensors: {f"module.{name}": value for name, value in tensors.items()},
    "without counters": lambda tensors: {n: v for n, v in tensors.items() if not n.endswith(COUNTER)},
    "with a converter's leftover": lambda tensors: {**tensors, "aspp_dropout": torch.tensor(0.5)},
    "with a number beside": lambda tensors: {**tensors, "epoch": 12, "comment": "best"},
}


@pytest.mark.parametrize("name", WRAPPINGS)
@pytest.mark.parametrize("zipped", [True, False])
def test_every_published_wrapping_loads(h18s: Tensors, saved: Callable[..., Path], name: str, zipped: bool) -> None:
    path = saved(WRAPPINGS[name](h18s), _use_new_zipfile_serialization=zipped)
    nets, identity = checkpoint.load(path, ritm)
    assert (identity.tool, identity.variant) == ("hrnet", "h18s_itermask")
    state = nets[0].state_dict()
    assert all(torch.equal(state[key], value) for key, value in h18s.items() if not key.endswith(COUNTER))
    assert not nets[0].training
    assert not any(parameter.requires_grad for parameter in nets[0].parameters())
    assert checkpoint.identify(path) == identity


def test_a_list_of_stages_gives_one_network_for_each(h18s: Tensors, saved: Callable[..., Path]) -> None:
    nets, _ = checkpoint.load(saved([{"state_dict": h18s, "config": CONFIG}] * 2), ritm)
    assert len(nets) == 2


def test_half_precision_files_are_widened(h18s: Tensors, saved: Callable[..., Path]) -> None:
    half = {name: value.half() if value.is_floating_point() else value for name, value in h18s.items()}
    nets, _ = checkpoint.load(saved(half), ritm)
    assert next(nets[0].parameters()).dtype == torch.float32


@pytest.mark.parametrize(
    ("folder", "name", "family", "wanted"),
    [
        ("dextr", "manifest", dextr, ("dextr", "resnet101")),
        ("iog", "manifest", iog, ("iog", "plain")),
        ("iog", "manifest_refinement", iog, ("iog", "refinement")),
        ("fbrs", "manifest_resnet101_dh256_sbd", fbrs, ("fbrs", "resnet101_dh256")),
        ("fbrs", "manifest_resnet50_dh128_sbd", fbrs, ("fbrs", "resnet50_dh128")),
        ("fbrs", "manifest_resnet34_dh128_sbd", fbrs, ("fbrs", "resnet34_dh128")),
        ("fbrs", "manifest_hrnet18_ocr64_sbd", fbrs, ("fbrs", "hrnet18_ocr64")),
        ("fbrs", "manifest_hrnet32_ocr128_sbd", fbrs, ("fbrs", "hrnet32_ocr128")),
        ("ritm", "manifest_coco_lvis_h18_baseline", ritm, ("hrnet", "h18_baseline")),
    ],
)
def test_each_file_is_one_family_s_alone(
    parity: Path, folder: str, name: str, family: ModuleType, wanted: tuple[str, str]
) -> None:
    shapes = manifest(parity / folder / f"{name}.txt.gz")
    found = [(module, identity) for module in (dextr, iog, fbrs, ritm) if (identity := module.recognise(shapes))]
    assert [(module, (identity.tool, identity.variant)) for module, identity in found] == [(family, wanted)]


def refused(path: Path, family: Any = ritm) -> str:
    with pytest.raises(WeightsError) as caught:
        checkpoint.load(path, family)
    return f"{caught.value.title} | {caught.value.detail}"


def test_missing_foreign_and_misshapen_tensors_are_named(h18s: Tensors, saved: Callable[..., Path]) -> None:
    wrong = dict(h18s)
    del wrong["maps_transform.0.bias"]
    wrong["extra.weight"] = torch.zeros(3)
    wrong["feature_extractor.bn1.bias"] = torch.zeros(65)
    wrong["feature_extractor.bn1.weight"] = torch.ones(64, dtype=torch.int64)
    text = refused(saved(wrong))
    assert "1 missing (maps_transform.0.bias)" in text
    assert "1 not expected (extra.weight)" in text
    assert "feature_extractor.bn1.bias (64,) expected, (65,) found" in text
    assert "1 not floating point (feature_extractor.bn1.weight)" in text
    with pytest.raises(WeightsError, match="does not fit"):
        checkpoint.identify(saved(wrong))


def test_another_model_s_file_is_refused_with_what_it_holds(h18s: Tensors, saved: Callable[..., Path]) -> None:
    path = saved(h18s)
    text = refused(path, dextr)
    assert "expected a DEXTR model" in text
    assert f"found {len(h18s)} tensors, the first named 'maps_transform.0.weight'" in text
    with pytest.raises(WeightsError, match="unknown kind"):
        checkpoint.identify(saved({"some.weight": torch.zeros(2)}))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "empty list"),
        ({}, "found nothing"),
        (torch.zeros(3), "found Tensor"),
        ({"state_dict": [1, 2]}, "found list"),
        ({"epoch": 3, "loss": 0.5}, "found 'epoch', 'loss'"),
        ("hello", "found str"),
    ],
)
def test_what_holds_no_network_is_refused(saved: Callable[..., Path], content: Any, says: str) -> None:
    assert says in refused(saved(content))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n<!DOCTYPE html><html><title>Google Drive - Virus scan warning</title>", "web page"),
        (b"<html><body>404</body></html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa", "a text, not a checkpoint"),
        (b"PK\x03\x04" + b"\x00" * 600, "cut short"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "cannot be read"),
        (bytes(range(256)) * 8, "was not opened"),
    ],
)
def test_files_of_another_kind_get_their_own_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    assert says in refused(path)


def test_files_that_are_cut_short_are_refused(h18s: Tensors, saved: Callable[..., Path]) -> None:
    for zipped in (True, False):
        path = saved(h18s, _use_new_zipfile_serialization=zipped)
        whole = path.read_bytes()
        for length in (100, len(whole) // 2, len(whole) - 5):
            path.write_bytes(whole[:length])
            assert "model.pth" in refused(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "nothing.pth")
    assert "cannot be opened" in refused(tmp_path)


class Trap:
    """Touches a file when it is unpickled by a careless reader."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (str(self.target), "w")


@pytest.mark.parametrize("wrapped", ["zip", "legacy", "plain pickle"])
def test_code_in_a_file_is_not_run(tmp_path: Path, wrapped: str) -> None:
    target, path = tmp_path / "ran", tmp_path / "model.pth"
    content = {"state_dict": {"a": torch.zeros(2)}, "config": Trap(target)}
    if wrapped == "plain pickle":
        path.write_bytes(pickle.dumps(content, protocol=2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=wrapped == "zip")
    text = refused(path)
    assert not target.exists()
    assert "nothing is run" in text or "cannot be read" in text


def test_a_tool_without_weights_says_what_it_needs() -> None:
    with pytest.raises(WeightsError, match="not installed"):
        checkpoint.ready(None, ritm, "cpu")
