"""check: problems as sentences with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from immutables import Map

from engine.check import check
from engine.document import Attribute, Document, Keyframe, Label, MediaInfo, Picture, Rle, Shape, TableRow, Tag, Track
from engine.formats.base import OWN, Read, find
from engine.store import save

ATTRIBUTES = (
    Attribute("color", "select", ("red", "blue")),
    Attribute("seen", "checkbox"),
    Attribute("speed", "number", minimum=0.0, maximum=9.0),
    Attribute("note"),
)


def document(shape: Shape, **more: object) -> Document:
    return Document(
        MediaInfo("c.mp4", "video", 5, 8, 6),
        (Label("car", attributes=ATTRIBUTES),),
        Map({shape.frame: (shape,)}),
        **more,
    )  # type: ignore[arg-type]


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    values = {"color": "red", "seen": True, "speed": 2.0, "note": ""}
    shape = Shape(1, 0, "car", "points", ((1.0, 1.0),), attributes=values)
    save(tmp_path / "a.yaml", document(shape))
    assert check(tmp_path / "a.yaml").problems == []


def test_what_looks_wrong_is_said_with_its_line(tmp_path: Path) -> None:
    shape = Shape(
        4,
        7,
        "car",
        "points",
        ((1.0, 1.0),),
        attributes={"colour": "red", "color": "rde", "seen": "no", "speed": 11.0, "note": 1.0},
    )
    path = tmp_path / "a.yaml"
    save(
        path,
        document(
            shape,
            tracks=Map(
                {2: Track(2, "car", "points"), 3: Track(3, "car", "points", keyframes=(Keyframe(9, outside=True),))}
            ),
            tags=Map({6: (Tag(6, "car"),)}),
            tables=Map({"yolo": (TableRow("bus", "cra"),)}),
        ),
    )
    found = check(path).problems
    lines = path.read_text().splitlines()
    assert lines[int(found[0].split(":")[1]) - 1].startswith('- {"id":4,')
    text = "\n".join(found)
    for part in (
        "frame 7",
        'did you mean "color"',
        'did you mean "red"',
        "true or false",
        "not from 0.0 to 9.0",
        "a text is expected",
        "track 2 has no keyframe",
        "track 3 goes on to frame 9",
        "frame 6",
        'did you mean "car"',
    ):
        assert part in text, part
    assert len(found) == 10


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("termwand: 1\nmedia: &x {path: a}\n")
    assert check(path).problems == [f"{path}:2:8: a.yaml cannot be read: line 2, column 8; anchors are not allowed"]
    assert "no such" in check(tmp_path / "none.yaml").problems[0]


def test_pictures_that_are_not_there_and_masks_of_another_size(tmp_path: Path) -> None:
    mask, point = Rle((6, 8), "`1"), ((1.0, 1.0),)
    shapes = {0: (Shape(1, 0, "car", "mask", mask=mask),), 5: (Shape(2, 5, "car", "points", point),)}
    lines = {0: Picture(0, "a.png", 9, 6), 5: Picture(5, "gone.png")}
    save(tmp_path / "a.yaml", Document(MediaInfo(".", "folder", 5), (Label("car"),), Map(shapes), pictures=Map(lines)))
    found = check(tmp_path / "a.yaml").problems
    assert "the mask is 8 x 6 pixels, its picture 9 x 6" in found[0]
    assert 'shape 2 is on "gone.png", which was not among the pictures' in found[1] and len(found) == 2


def test_the_last_frame_is_still_of_the_media_and_the_next_is_not(tmp_path: Path) -> None:
    point = ((1.0, 1.0),)
    tracks = {n: Track(n, "car", "points", keyframes=(Keyframe(n, point),)) for n in (4, 5)}
    save(tmp_path / "a.yaml", document(Shape(1, 4, "car", "points", point), tracks=Map(tracks)))
    (problem,) = check(tmp_path / "a.yaml").problems
    assert "track 5 goes on to frame 5" in problem


def test_a_number_without_a_range_may_be_any(tmp_path: Path) -> None:
    label = Label("car", attributes=(Attribute("speed", "number"),))
    shape = Shape(1, 0, "car", "points", ((1.0, 1.0),), attributes={"speed": -1e6})
    save(tmp_path / "a.yaml", Document(MediaInfo("c.mp4", "video", 5), (label,), Map({0: (shape,)})))
    assert check(tmp_path / "a.yaml").problems == []


def test_what_has_no_line_of_its_own_is_at_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    broken = document(Shape(1, 7, "car", "points", ((1.0, 1.0),)), tags=Map({6: (Tag(6, "car"),)}))
    save(path, broken)
    assert check(path).problems[1].startswith(f"{path}:1:1: a tag is on frame 6")
    found = check(path)
    assert found.document is not None and found.format == OWN
    assert list(found.document.all_shapes()) == list(broken.all_shapes())
    path.write_text(path.read_text().replace('- {"id":1,', '- { "id": 1,'))
    assert check(path).problems[0].startswith(f"{path}:1:3: shape 1 is on frame 7")
    monkeypatch.setattr(find(OWN), "read", lambda path: Read(broken, ("something was left out",)))
    note, problem, _ = check(path).problems
    assert note == f"{path}: something was left out" and problem.startswith(f"{path}: shape 1 is on frame 7")


def test_a_file_of_no_format_is_explained_by_our_own_reader(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("labels: []\n")
    found = check(tmp_path / "a.txt")
    assert found.document is None and "termwand: 1" in found.problems[0]


def test_a_file_that_is_not_there_is_said_to_be_missing_and_not_its_folder(tmp_path):
    (problem,) = check(tmp_path / "nothing.yaml").problems
    assert "there is no such file" in problem and "folder" not in problem
