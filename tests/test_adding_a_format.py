"""Follows docs/adding-a-format.md to the letter: its two files, its table, its commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli.check import main
from engine.discover import VARIABLES
from engine.errors import StoreError
from engine.formats.base import OWN, find, format_of, formats
from engine.formats.loss import PARTS, losses
from engine.review.base import findings, kinds
from tests.engine.formats.documents import everything

PAGE = Path(__file__).parents[1] / "docs" / "adding-a-format.md"
TABLE = "street.boxes.csv"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Do what the page says up to its commands."""
    boxes, specks = blocks("python")
    folders = dict(re.findall(r"export (\w+)=~/(\S+)", blocks("bash")[0]))
    assert set(folders) == {VARIABLES["format"], VARIABLES["finding"]}
    for (variable, folder), name, text in zip(folders.items(), ("boxes.py", "specks.py"), (boxes, specks), strict=True):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(variable, str(tmp_path / folder))
    (tmp_path / TABLE).write_text(blocks("text")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    formats.cache_clear()
    kinds.cache_clear()
    yield tmp_path
    formats.cache_clear()
    kinds.cache_clear()


def test_the_commands_say_what_the_page_says(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for command in "".join(blocks("bash")[1:]).splitlines():
        words = shlex.split(command)
        assert words[:2] == ["termwand", "check"]
        assert main(words[2:]) == 1
        said.append(capsys.readouterr().out)
    assert f"{TABLE}: boxes without an area, left out: 1" in said[0]
    assert f"{TABLE}:3:3: rectangle 2 and 1 (car) cover each other" in said[0]
    assert f"{TABLE}:4:3: rectangle 3 (person) is 1.5 pixels wide or high on frame 3" in said[0]
    assert "Boxes cannot carry marks of who made a shape, a person or a model: 3 would be dropped" in said[1]
    assert said[0] == said[2]


def test_a_table_without_trouble_is_said_to_be_one(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (followed / TABLE).write_text("".join(blocks("text")[0].splitlines(keepends=True)[:2]))
    assert main([TABLE]) == 0
    assert capsys.readouterr().out == f"{TABLE}: no problems (read as boxes)\n"
    (followed / TABLE).write_text("frame,label,x1,y1,x2,y2\n0,car,1,2,3\n")
    assert main([TABLE]) == 1
    assert f"{TABLE}:2:1: {TABLE} is no table of boxes" in capsys.readouterr().out


def test_the_format_keeps_what_it_says_and_refuses_to_write_nothing(followed: Path) -> None:
    boxes, document = find("boxes"), everything()
    boxes.write(followed / "it.boxes.csv", document)
    assert format_of(followed / "it.boxes.csv") is boxes and format_of(followed / TABLE) is boxes
    read = boxes.read(followed / "it.boxes.csv").document
    assert [shape.points for shape in read.all_shapes()] == [document.frames[0][0].points]
    assert {loss.part for loss in losses(document, boxes.SPEC)} == PARTS.keys() - boxes.SPEC.carries
    with pytest.raises(StoreError, match="no box"):
        boxes.write(followed / "none.csv", type(document)(document.media))
    assert not (followed / "none.csv").exists()


def test_both_stand_beside_what_ships(followed: Path) -> None:
    assert {OWN, "boxes"} <= set(formats()) and {"duplicates", "specks"} <= set(kinds())
    assert [finding.kind for finding in findings(find("boxes").read(Path(TABLE)).document)] == ["duplicates", "specks"]
