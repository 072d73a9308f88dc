"""Parts in a folder of the user's own: found like those that ship, refused with their file where they are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.discover import VARIABLES, extra_modules
from engine.errors import FormatError, ToolError
from engine.formats.base import formats
from engine.review.base import kinds
from engine.tools.registry import tools

REGISTRIES: dict[str, Callable[[], dict]] = {"tool": tools, "format": formats, "finding": kinds}
SPECS = {
    "tool": "from engine.specs import FilterSpec\nSPEC = FilterSpec(id='{0}', name='Mine', help='h')\n",
    "format": "from engine.formats.base import FormatSpec\nSPEC = FormatSpec('{0}', 'Mine', ('.x',), frozenset())\n"
    "def sniff(path): raise SystemExit('no')\ndef read(path): return {{}}['none']\ndef write(path, document): 1 / 0\n",
    "finding": "from engine.review.base import FindingSpec\nSPEC = FindingSpec('{0}', 'mine', 1.0, 'pixels')\n"
    "def find(document, threshold):\n    yield 1\n    raise KeyError('none')\n",
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


@pytest.mark.parametrize("text", ["import sys\nsys.exit(3)\n", "raise SystemExit\n"])
def test_a_file_that_ends_the_program_is_named(kind: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(ToolError, match=r"cannot be loaded: .*bad\.py: SystemExit"):
        REGISTRIES[kind]()


def test_files_are_run_once_though_one_is_broken(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a_good.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'a').write('x')\n")
    (tmp_path / "bad.py").write_text("1 / 0\n")
    for _ in range(3):
        with pytest.raises(ToolError, match=r"bad\.py: ZeroDivisionError"):
            REGISTRIES[kind]()
    assert (tmp_path / "mark").read_text() == "x"
    (tmp_path / "bad.py").unlink()
    REGISTRIES[kind].cache_clear()  # type: ignore[attr-defined]
    assert THERE[kind] in REGISTRIES[kind]()


@pytest.mark.parametrize("name", ["none", "file", "~/none"])
def test_a_folder_that_cannot_be_read_is_named(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLES[kind], name if name[0] == "~" else str(tmp_path / name))
    place = tmp_path / name.replace("~", "home")
    with pytest.raises(ToolError, match=f"more {kind} files cannot be read: .*{place}; .*{VARIABLES[kind]}"):
        REGISTRIES[kind]()


def test_a_folder_may_be_in_ones_home(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.py").write_text(SPECS[kind].format("mine"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(VARIABLES[kind], "~/own")
    assert "mine" in REGISTRIES[kind]()


@pytest.mark.parametrize(("kind", "name"), [("format", "sniff"), ("format", "write"), ("finding", "find")])
@pytest.mark.parametrize("instead", ["", "{0} = 3\n"])
def test_a_file_that_lacks_a_function_is_named_with_it(
    kind: str, name: str, instead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLES[kind], str(tmp_path))
    REGISTRIES[kind].cache_clear()  # type: ignore[attr-defined]
    text = SPECS[kind].format("mine").replace(f"def {name}", "def other")
    (tmp_path / "mine.py").write_text(text + instead.format(name))
    with pytest.raises(ToolError, match=rf"A {kind} file is not whole: .*mine\.py has no function {name}$"):
        REGISTRIES[kind]()


@pytest.mark.parametrize(("kind", "name", "said"), [
    ("format", "sniff", "line 3: SystemExit: no"), ("format", "read", "line 4: KeyError: 'none'"),
    ("format", "write", "line 5: ZeroDivisionError"), ("finding", "find", "line 5: KeyError: 'none'"),
])  # fmt: skip
def test_a_file_of_ones_own_that_fails_is_named(
    kind: str, name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLES[kind], str(tmp_path))
    REGISTRIES[kind].cache_clear()  # type: ignore[attr-defined]
    (tmp_path / "mine.py").write_text(SPECS[kind].format("mine"))
    function = getattr(REGISTRIES[kind]()["mine"], name)
    arguments = [tmp_path, None][: 1 if name in ("sniff", "read") else 2]
    with pytest.raises(ToolError, match=rf"A {kind} file has failed: .*mine\.py, {said}"):
        list(function(*arguments))


def test_what_a_format_of_ones_own_says_of_a_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLES["format"], str(tmp_path))
    formats.cache_clear()
    text = SPECS["format"].format("mine").replace("return {}['none']", "raise FormatError('odd', line=3, column=1)")
    (tmp_path / "mine.py").write_text("from engine.errors import FormatError\n" + text)
    with pytest.raises(FormatError, match="odd: line 3"):
        formats()["mine"].read(tmp_path)


def test_without_a_folder_there_is_nothing_more(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLES[kind])
    assert extra_modules(kind) == [] and THERE[kind] in REGISTRIES[kind]()
