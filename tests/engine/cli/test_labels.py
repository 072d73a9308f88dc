"""`termwand labels`: what stands in a document's label tables, and the same as an option that `auto` reads."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from engine.cli.labels import main
from engine.document import Document, Label, MediaInfo, TableRow
from engine.label_match import pairs, table
from engine.store import save

ROWS = (
    TableRow("car", "vehicle", 0.35), TableRow("bus", "vehicle"), TableRow("bus", "big thing"), TableRow("person"),
    TableRow("face", "head", phrase="a face", attributes={"age": "years", "gender": ""}), TableRow("kite"),
)  # fmt: skip
LABELS = ("vehicle", "big thing", "person", "head")


def written(path: Path, **tables: tuple[TableRow, ...]) -> str:
    labels = tuple(Label(name) for name in LABELS)
    save(path, Document(MediaInfo("a.mp4", "video", 3, 64, 48), labels=labels, tables=tables))
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return written(tmp_path / "a.termwand.yaml", yolox=ROWS, hog=(TableRow("person", "person"),))


def test_each_detectors_table_with_what_it_drops(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([file]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "hog: 1 of 1 labels are taken",
        "  ITS LABEL  OURS    FROM",
        "  person     person  its own",
        "  termwand auto PATH --detector hog --map person=person",
        "",
        "yolox: 3 of 5 labels are taken",
        "  ITS LABEL  OURS       FROM",
        "  car        vehicle    0.35",
        "  bus        vehicle    its own",
        "  bus        big thing  its own",
        "  face       head       its own  asked for: a face; age=years; gender=(left out)",
        "  dropped: person, kite",
        "  termwand auto PATH --detector yolox --map 'car=vehicle,bus=vehicle,bus=big thing,face=head,person='",
    ]


def test_the_option_makes_the_same_table(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([file, "--detector", "yolox"]) == 0
    told = shlex.split(capsys.readouterr().out.splitlines()[-1])[-1]
    made = table(["car", "bus", "person", "face", "kite"], LABELS, pairs([told]))
    assert [(row.theirs, row.ours) for row in made] == [(row.theirs, row.ours) for row in ROWS]


def test_for_other_programs(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([file, "--json", "--detector", "hog"]) == 0
    assert json.loads(capsys.readouterr().out) == {"hog": [{"theirs": "person", "ours": "person"}]}


def test_what_is_not_there_is_said(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([file, "--detector", "yolo"]) == 1 and 'did you mean "yolox"' in capsys.readouterr().err
    assert main([str(tmp_path / "b.termwand.yaml")]) == 1 and "no annotations yet" in capsys.readouterr().err
    assert main([written(tmp_path / "c.termwand.yaml")]) == 0
    assert "no detector's labels were matched" in capsys.readouterr().out
    assert main([str(tmp_path / "c.termwand.yaml"), "--json"]) == 0 and capsys.readouterr().out == "{}\n"


def test_names_do_not_command_the_terminal_and_odd_ones_make_no_option(tmp_path: Path, capsys) -> None:
    odd = written(tmp_path / "a.termwand.yaml", toy=(TableRow("\x1b[31mred,blue", "head"),))
    assert main([odd]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said and "red,blue" in said and "--map" not in said
