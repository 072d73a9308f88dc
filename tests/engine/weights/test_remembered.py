"""What is here and chosen is read once, and what changes counts from the next click."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import weights
from engine.actions import load_actions
from engine.tools.registry import tools
from tests.engine.actions.conftest import Bench

MODELS = {name: module.SPEC for name, module in tools().items() if module.SPEC.weights}
_watching: list[list[str]] = []


def _hook(event: str, words: tuple[object, ...]) -> None:
    if _watching and event in ("open", "os.listdir", "os.scandir"):
        _watching[-1].append(f"{event} {words[0]!s}")


sys.addaudithook(_hook)


def opened(do: Callable[[], Any]) -> list[str]:
    """Return what is opened meanwhile."""
    seen: list[str] = []
    _watching.append(seen)
    try:
        do()
    finally:
        _watching.clear()
    return seen


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every file that any model declares, with its record, none of them touched just now."""
    folder, config = tmp_path / "weights", tmp_path / "config"
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    folder.mkdir()
    for name, spec in MODELS.items():
        for item in spec.weights:
            (folder / item.name).write_bytes(b"")
            record = {"file": item.name, "tool": name, "sha256": "", "size": 0, "mtime_ns": 1, "source": "",
                      "published": "", "variant": "", "licence": ""}  # fmt: skip
            (folder / f"{item.name}.verified.json").write_text(json.dumps(record))
    (config / "termwand").mkdir(parents=True)
    (config / "termwand" / "models.yaml").write_text("".join(f"{n}: {s.weights[-1].name}\n" for n, s in MODELS.items()))
    settle(tmp_path)
    return folder


def settle(place: Path) -> None:
    """Make everything under a folder look as if it had not been changed lately."""
    for path in [place, *place.rglob("*")]:
        os.utime(path, (1, 1))


def test_no_click_opens_a_file() -> None:
    load_actions()
    for model in ("sam", "hrnet", "fbrs"):
        bench = Bench()
        bench.held = []
        bench.do(f"tool.interact {model}")
        bench.at(100, 90).do("point.positive")
        seen = opened(lambda bench=bench: bench.at(120, 100).do("point.positive", "point.negative"))
        assert seen == []
        assert bench.held[-1].request is not None and bench.held[-1].request.weights == MODELS[model].weights[-1].name


def test_what_changes_counts_at_once(installed: Path, tmp_path: Path) -> None:
    spec = MODELS["sam"]
    first, last = spec.weights[0].name, spec.weights[-1].name
    assert weights.named(spec)[0] == last and not opened(lambda: weights.named(spec))
    weights.choose(spec, first)
    assert weights.named(spec)[0] == first
    settle(tmp_path)
    assert weights.named(spec)[0] == first and not opened(lambda: weights.named(spec))
    (installed / first).unlink()
    assert weights.named(spec)[0] == ""
    (tmp_path / "own.pth").write_bytes(b"own")
    weights.adopt(tmp_path / "own.pth", spec)
    assert [here.name for here in weights.sets(spec)][-1] == "own.pth"
    record = installed / f"{last}.verified.json"
    record.write_text(record.read_text().replace('"sam"', '"dextr"'))
    assert last not in [here.name for here in weights.sets(spec)]


def test_two_changes_in_one_moment_are_two(tmp_path: Path) -> None:
    """The clock of a file system is coarse: what was changed just now is not relied on."""
    choices, spec = tmp_path / "config" / "termwand" / "models.yaml", MODELS["sam"]
    for name in ("one.pth", "two.pth", "six.pth") * 20:
        with choices.open("r+") as file:
            file.write(f"sam: {name}\n")
            file.truncate()
        assert weights.chosen(spec) == name
