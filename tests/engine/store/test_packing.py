"""Packed frames are saved as if they had never been packed: the same bytes, whatever is packed when."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from immutables import Map

from engine.document import Document, Keyframe, Label, MediaInfo, Picture, Shape, Tag, Track
from engine.edits import PutShape, apply
from engine.errors import EditError
from engine.store import files
from engine.store.packing import packed
from engine.store.write import encode, encoded


def made(chance: random.Random) -> Document:
    """Make a document of a folder; some pictures are not known to the end, and some have nothing on them."""
    frames, pictures, number = dict[int, tuple[Shape, ...]](), dict[int, Picture](), 1
    for frame in range(30):
        if chance.random() < 0.7:
            count = chance.randrange(1, 4)
            frames[frame] = tuple(
                Shape(number + at, frame, "müll, “x”", "points", ((1e-7, 1.125),), score=0.1234) for at in range(count)
            )
            number += count
        if chance.random() < 0.8:
            digest = "ab" if chance.random() < 0.8 else ""
            pictures[frame] = Picture(frame, f"bild\x85{frame}.png", 4, 3, 9, digest)
    track = Track(number, "müll, “x”", "points", keyframes=(Keyframe(2, ((1.0, 1.0),)), Keyframe(9, ((2.0, 2.0),))))
    return Document(
        MediaInfo("pics", "folder", 30), (Label("müll, “x”"),), Map(frames), Map({number: track}),
        Map({3: (Tag(3, "müll, “x”"),)}), next_id=number + 1, pictures=Map(pictures),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_what_is_packed_step_by_step_is_written_as_before(seed: int) -> None:
    chance = random.Random(seed)
    document = made(chance)
    expected, now, at = encode(document), document, 0
    while at < 30:
        at += chance.randrange(1, 12)
        now = packed(now, at)
        assert encode(now) == expected and b"".join(encoded(now)) == expected
        assert all(frame >= at or not now.pictures[frame].digest for frame in now.frames if frame in now.pictures)
    assert any(frame not in now.frames for frame in document.frames)


def test_an_id_that_is_packed_is_still_taken() -> None:
    document = packed(made(random.Random(3)), 30)
    again = Shape(1, 29, "müll, “x”", "points", ((1.0, 1.0),))
    with pytest.raises(EditError, match="id 1 is used"):
        apply(document, PutShape(again))


def test_a_file_that_comes_in_parts_is_one_and_nothing_is_left_where_a_part_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    temp, saved = files.prepare(path, iter([b"one ", b"", b"two"]))
    assert temp.read_bytes() == b"one two" and files.prepare(path, b"one two")[1] == saved
    for one in tmp_path.iterdir():
        one.unlink()

    def failing() -> object:
        yield b"one"
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        files.prepare(path, failing())  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
