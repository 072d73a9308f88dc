"""`termwand check` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.check import main
from engine.formats import base
from engine.store import save
from tests.engine.formats.documents import everything


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save(tmp_path / "a.termwand.yaml", everything())
    return tmp_path / "a.termwand.yaml"


def test_the_sample_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(__file__).parents[3] / "samples" / "street.termwand.yaml"
    assert main([str(sample)]) == 0
    assert capsys.readouterr().out == f"{sample}: no problems\n"


def test_each_problem_is_one_line_with_its_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text().replace('"colour":"red"', '"colour":"rde"'))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "rde" in text)
    assert main([str(file), str(file.parent / "none.yaml")]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{file}:{line}:3: shape 1: ") and 'did you mean "red"' in first
    assert second.startswith(f"{file.parent}/none.yaml: ") and "no such" in second


def test_what_another_format_cannot_carry_is_said(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([str(file), "--to", "termwand"]) == 0
    assert "termwand YAML carries all of it" in capsys.readouterr().out
    own = base.find("termwand").SPEC
    less = base.FormatSpec("less", "Less", (".less",), own.carries - {"mask", "order"})
    monkeypatch.setattr(base.find("termwand"), "SPEC", less)
    assert main([str(file), "--to", "termwand"]) == 0
    said = capsys.readouterr().out
    assert "Less cannot carry shapes of the type mask: 1 would be dropped" in said
    assert "order of what lies over what: 1 would be dropped" in said and "rotation" not in said


def test_a_format_that_there_is_not(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--to", "termwnad"]) == 1
    assert 'did you mean "termwand"' in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "text"), [
    ("format", "from engine.formats.base import FormatSpec\nSPEC = FormatSpec('x', 'X', ('.x',), frozenset())\n"
               "def sniff(path): return path.nothing\ndef read(path): pass\ndef write(path, document): pass\n"),
    ("finding", "from engine.review.base import FindingSpec\nSPEC = FindingSpec('x', 'x', 1.0, 'pixels')\n"
                "def find(document, threshold): yield document.nothing\n"),
])  # fmt: skip
def test_a_part_of_ones_own_that_fails_is_a_sentence(
    kind: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.discover import VARIABLES
    from engine.formats.base import formats
    from engine.review.base import kinds

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.py").write_text(text)
    (tmp_path / "a.x").write_text("termwand: 1\nmedia: {path: a.png, kind: image, frames: 1, width: 8, height: 8}\n")
    monkeypatch.setenv(VARIABLES[kind], str(tmp_path / "mine"))
    for registry in (formats, kinds):
        registry.cache_clear()
    try:
        assert main([str(tmp_path / "a.x")]) == 1
    finally:
        for registry in (formats, kinds):
            registry.cache_clear()
    said = capsys.readouterr().err
    assert f"A {kind} file has failed. {tmp_path / 'mine' / 'mine.py'}, line 3: AttributeError" in said
    assert said.count("\n") == 1
