"""Which annotation file belongs to which medium, where several have one name but for its ending."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from engine.disk import fallback_path
from engine.document import Shape
from engine.edits import PutShape
from engine.opening import Opened, open_session
from engine.options import Options
from engine.project.naming import annotation_path, medium_of


def picture(path: Path) -> Path:
    Image.new("RGB", (20, 10), (90, 90, 90)).save(path)
    return path


def draw(path: Path, end: str = "saved") -> Path:
    """Put a shape on a picture; return where it is kept."""
    opened = open_session(Options(paths=(path,), labels="car"))
    number = opened.session.document.next_id
    opened.session.commit("draw", PutShape(Shape(number, 0, "car", "points", ((1.0, 2.0),), model=path.name)))
    kept = opened.path
    if end == "killed":
        assert opened.project._lock is not None
        opened.project._lock.release()
        opened.frames.close()
    else:
        opened.close()
    return kept


def shapes(path: Path) -> list[str]:
    opened: Opened = open_session(Options(paths=(path,), read_only=True))
    found = [shape.model for shape in opened.session.document.all_shapes()]
    opened.close()
    return found


@pytest.mark.parametrize("end", ["saved", "killed"])
@pytest.mark.parametrize("later", [False, True])
def test_each_of_a_name_has_its_own_file(tmp_path: Path, later: bool, end: str) -> None:
    one, other = tmp_path / "x.png", tmp_path / "x.jpg"
    picture(one)
    if later:
        assert draw(one, end).name == "x.termwand.yaml"
    picture(other)
    if not later:
        assert draw(one, end).name == "x.png.termwand.yaml"
    assert shapes(other) == []
    assert draw(other, end).name == "x.jpg.termwand.yaml"
    assert (shapes(one), shapes(other)) == (["x.png"], ["x.jpg"])
    os.remove(other)
    assert shapes(one) == ["x.png"]


def test_what_stands_beside_is_no_medium(tmp_path: Path) -> None:
    for name in ("x.txt", "x.json", "x.y.png", "x.termwand.yaml.bak", "xx.png"):
        (tmp_path / name).write_text("x")
    assert draw(picture(tmp_path / "x.png")).name == "x.termwand.yaml"


def test_a_medium_in_another_format_keeps_its_shapes(tmp_path: Path) -> None:
    """The file is about x.png, which is there no more: it was converted."""
    draw(picture(tmp_path / "x.png"))
    os.rename(tmp_path / "x.png", tmp_path / "x.gif")
    Image.open(tmp_path / "x.gif").save(picture(tmp_path / "x.jpg"))
    os.remove(tmp_path / "x.gif")
    assert shapes(tmp_path / "x.jpg") == ["x.png"]
    opened = open_session(Options(paths=(tmp_path / "x.jpg",), read_only=True))
    assert opened.notes == ["The file was made on x.png; this is x.jpg"]
    opened.close()


def test_a_picture_called_as_the_file_of_its_folder(tmp_path: Path) -> None:
    alone = picture(tmp_path / "annotations.png")
    assert draw(alone).name == "annotations.png.termwand.yaml"
    assert annotation_path([tmp_path]).name == "annotations.termwand.yaml"


def test_names_that_end_in_two_ways(tmp_path: Path) -> None:
    """x.png.termwand.yaml could be that of x.png and of x.png.jpg: it is whose it says."""
    double = picture(tmp_path / "x.png.jpg")
    assert draw(double).name == "x.png.termwand.yaml"
    picture(tmp_path / "x.gif")
    assert draw(picture(tmp_path / "x.png")).name == "x.termwand.yaml"
    assert draw(tmp_path / "x.gif").name == "x.gif.termwand.yaml"
    assert all(shapes(tmp_path / name) == [name] for name in ("x.png", "x.gif", "x.png.jpg"))


@pytest.mark.parametrize(("text", "named"), [
    ('termwand: 1\nmedia: {path: "a b.png", kind: image}\nlabels: []\n', "a b.png"),
    ('termwand: 1\nmedia:\n  path: a.png  # mine\n  kind: image\n', "a.png"),
    ('termwand: 1\nauthor: x\nmedia: {\n  path: a.png\n}\n', "a.png"),
    ("termwand: 1\nmedia: [\n", None), ("", None), ("media: &x {path: a}\n", None), ("media: {path: 3}\n", None),
])  # fmt: skip
def test_the_medium_that_a_file_names(tmp_path: Path, text: str, named: str | None) -> None:
    (tmp_path / "x.yaml").write_text(text)
    assert medium_of(tmp_path / "x.yaml") == named


def test_annotations_of_a_folder_that_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """They are in the user's own folder, and stay those of x.png when x.jpg comes."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    one = picture(tmp_path / "x.png")
    kept = fallback_path(annotation_path([one]))
    kept.parent.mkdir(parents=True)
    os.rename(draw(one), kept)
    kept.write_text(kept.read_text().replace('"x.png"', f'"{one}"'))
    other = picture(tmp_path / "x.jpg")
    assert annotation_path([one]).name == "x.termwand.yaml"
    assert annotation_path([other]).name == "x.jpg.termwand.yaml"
