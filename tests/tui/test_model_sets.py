"""The list of models with sets of several files: a row a set, its files and what is missing in its details."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.tools import registry
from engine.tools.adopting import adopt
from tests.engine.actions.conftest import Bench
from tui.dialogs import models
from tui.screens.models import Row

TOOL = """
from engine.specs import InteractorSpec, WeightFile, Weights
SPEC = InteractorSpec(id="two", name="Two", help="Two files.", weights=(Weights("pair", licence="MIT", files=(
    WeightFile("pair.xml", "https://x/pair.xml", size=1_000_000),
    WeightFile("pair.bin", "https://x/pair.bin", size=2_000_000))), Weights("one.onnx")))
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "two.py").write_text(TOOL)
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(registry.EXTRA, str(tmp_path / "tools"))
    registry.tools.cache_clear()
    yield
    registry.tools.cache_clear()


def rows() -> dict[str, Row]:
    return {row.file: row for row in models.rows(Bench().session) if row.tool == "two"}


def test_a_set_is_one_row_with_all_its_files_in_the_details(tmp_path: Path) -> None:
    found = rows()
    assert list(found) == ["pair", "one.onnx"]
    assert (found["pair"].size, found["pair"].state, found["one.onnx"].state) == ("3.0 MB", "no", "no, add it")
    assert "From:      https://x/pair.bin" in found["pair"].details()
    for name in ("pair.xml", "pair.bin", "own.xml", "own.bin"):
        (tmp_path / name).write_text(name)
    spec = registry.find("two").SPEC
    adopt(spec, tmp_path / "own.xml")
    place = adopt(spec, tmp_path / "pair.xml").path.parent
    found = rows()
    assert [(row.file, row.state, row.here, row.used) for row in found.values()] == [
        ("pair", "yes, in use", True, True),
        ("one.onnx", "no, add it", False, False),
        ("own", "yes, added", True, False),
    ]
    assert f"Here:      {place / 'pair.bin'}" in found["pair"].details()
    assert "Weights: pair (in use); also here: own" in models.choice(Bench().session, spec).more
    (place / "pair.bin").unlink()
    row = rows()["pair"]
    assert (row.state, row.here, row.size) == ("in part", False, "3.0 MB") and "Missing:   pair.bin" in row.details()
