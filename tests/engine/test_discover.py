"""Parts in a folder of the user's own: found like those that ship, refused with their file where they are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.discover import VARIABLES, extra_modules
from engine.errors import ToolError
from engine.formats.base import formats
from engine.review.base import kinds
from engine.tools.registry import tools

REGISTRIES: dict[str, Callable[[], dict]] = {"tool": tools, "format": formats, "finding": kinds}
SPECS = {
    "tool": "from engine.specs import FilterSpec\nSPEC = FilterSpec(id='{0}', name='Mine', help='h')\n",
    "format": "from engine.formats.base import FormatSpec\nSPEC = FormatSpec('{0}', 'Mine', ('.x',), frozenset())\n",
    "finding": "from engine.review.base import FindingSpec\nSPEC = FindingSpec('{0}', 'mine', 1.0, 'pixels')\n",
}
THERE = {"tool": "clahe", "format": "termwand", "finding": "duplicates"}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    for registry in REGISTRIES.values():
        registry.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture(params=VARIABLES)
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLES[request.param], str(tmp_path))
    REGISTRIES[request.param].cache_clear()  # type: ignore[attr-defined]
    return request.param


def test_a_file_is_found(kind: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SPECS[kind].format("mine"))
    (tmp_path / "helper.py").write_text("VALUE = 1\n")
    assert REGISTRIES[kind]()["mine"].SPEC.id == "mine" and THERE[kind] in REGISTRIES[kind]()
    assert [module.__name__.rpartition("_")[2] for module in extra_modules(kind)] == ["helper", "mine"]


def test_two_of_one_id_are_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SPECS[kind].format(THERE[kind]))
    with pytest.raises(ToolError, match=f'called "{THERE[kind]}".*mine.py'):
        REGISTRIES[kind]()


def test_a_file_that_is_broken_is_named(kind: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import nothing_of_that_name\n")
    with pytest.raises(ToolError, match=rf"A {kind} file cannot be loaded: .*bad\.py: ModuleNotFoundError"):
        REGISTRIES[kind]()


def test_without_a_folder_there_is_nothing_more(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLES[kind])
    assert extra_modules(kind) == [] and THERE[kind] in REGISTRIES[kind]()
