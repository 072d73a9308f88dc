"""What is known of a media is what the media says, whatever the file says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from immutables import Map
from msgspec.structs import replace
from PIL import Image

from engine.document import Document, Label, Shape
from engine.edits import PutShape
from engine.media import Media, open_media
from engine.opening import open_session
from engine.options import Options
from engine.project.meeting import meet


@pytest.fixture
def pages(tmp_path: Path) -> Media:
    """Return an animation of three frames of 20 x 10."""
    frames = [Image.new("RGB", (20, 10), (value, value, value)) for value in (0, 90, 180)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:], duration=100)
    return open_media([tmp_path / "x.gif"])


@pytest.mark.parametrize(("believed", "says"), [
    ({}, ""),
    ({"frames": 5, "width": 20}, "The media has 3 frames now; it had 5 when this file was written"),
    ({"frames": 2**31 - 1, "width": 0}, "The media has 3 frames now"),
    ({"width": 8, "height": 6}, "The media is 20 x 10 pixels now; it was 8 x 6 when this file was written"),
    ({"path": "y.gif"}, "The file was made on y.gif; this is x.gif"),
    ({"kind": "folder"}, "The file was made on pictures; this is a video"),
    ({"times": "0123"}, "The video's frame times differ"),
])  # fmt: skip
def test_what_is_told_and_what_is_taken(pages: Media, tmp_path: Path, believed: dict[str, object], says: str) -> None:
    document = Document(replace(pages.info, **believed), (Label("car"),))
    after, edits, told = meet(document, pages, tmp_path)
    assert says in " / ".join(told) and bool(told) == bool(says) == bool(believed)
    times = str(believed.get("times", pages.info.times))
    assert after.media == replace(pages.info, times=times), "labels made on other times stay doubtful"
    assert bool(edits) == (document.media != after.media)


def test_what_is_beyond_the_last_frame_is_told(pages: Media, tmp_path: Path) -> None:
    shapes = {at: (Shape(at + 1, at, "car", "points", ((1.0, 2.0),)),) for at in (1, 3, 900)}
    document = Document(pages.info, (Label("car"),), Map(shapes))
    after, _, told = meet(document, pages, tmp_path)
    assert told == ["2 shapes on frames after the last one: kept in the file, not shown"]
    assert after.frames == document.frames


def test_a_frame_count_that_is_too_low_keeps_nobody_from_the_rest(pages: Media, tmp_path: Path) -> None:
    head = 'media: {path: "x.gif", kind: video, frames: 1}\nlabels:\n- {"name":"car"}\n'
    (tmp_path / "x.termwand.yaml").write_text("termwand: 1\n" + head)
    opened = open_session(Options(paths=(tmp_path / "x.gif",)))
    opened.session.commit("draw", PutShape(Shape(1, 2, "car", "points", ((1.0, 2.0),))))
    opened.close()
    again = open_session(Options(paths=(tmp_path / "x.gif",)))
    assert [shape.frame for shape in again.session.document.all_shapes()] == [2] and not again.notes
    again.close()


def test_a_frame_that_there_is_not_is_said(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 6)).save(tmp_path / name)
    for asked, found in ((99, 1), (-3, 0), (1, 1)):
        opened = open_session(Options(paths=(tmp_path,), frame=asked))
        assert opened.session.media.target == found
        said = f"no frame {asked + 1}: this is frame {found + 1},"
        assert [note for note in opened.notes if said in note] == opened.notes[: asked != found]
        opened.close()
