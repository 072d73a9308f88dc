"""A shape stays on its picture, whatever happens to the folder; what happened is said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.document import Document, Keyframe, Review, Shape, Tag, Track
from engine.edits import PutShape, PutTags, PutTrack
from engine.opening import Opened, open_session
from engine.options import Options
from engine.pictures import finding
from engine.store import load

YAML = "annotations.termwand.yaml"


def picture(path: Path, seed: int, size: tuple[int, int] = (12, 9)) -> Path:
    """Write a picture of noise: as large in bytes as any other of its size."""
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path, compress_level=0)
    return path


def opened(*paths: Path, **options: Any) -> Opened:
    return open_session(Options(paths=paths, labels="car", **options))


def draw(open_one: Opened, *names: str) -> None:
    """Put a shape that bears the picture's name on each of these, looked at as a person must."""
    session, frames = open_one.session, open_one.frames
    index = {frames.name(number): number for number in range(len(frames))}
    for name in names:
        frames.get(index[name])
        shape = Shape(session.document.next_id, index[name], "car", "points", ((1.0, 2.0),), model=name)
        session.commit(f"draw {name}", PutShape(shape))


def kill(open_one: Opened) -> None:
    """End without saving, the lock let go as that of a process that has died."""
    assert open_one.project._lock is not None
    open_one.project._lock.release()
    open_one.frames.close()


def where(document: Document, names: Callable[[int], str], count: int) -> dict[str, str]:
    """Return what is on each picture; on one that is not there in brackets."""
    found = {}
    for frame in sorted(document.frames):
        name = names(frame) if frame < count else f"({document.pictures[frame].name})"
        found[name] = " ".join(shape.model for shape in document.shapes(frame))
    return found


def on(open_one: Opened) -> dict[str, str]:
    return where(open_one.session.document, open_one.frames.name, len(open_one.frames))


def listing(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder)) if (folder / name).is_file()}


def swap(folder: Path, one: str, other: str) -> None:
    os.rename(folder / one, folder / "x")
    os.rename(folder / other, folder / one)
    os.rename(folder / "x", folder / other)


def shifted(folder: Path) -> None:
    """A tool has numbered anew: every picture has the next one's name, and a new one the first's."""
    os.rename(folder / "f.png", folder / "g.png")
    os.rename(folder / "b.png", folder / "f.png")
    picture(folder / "b.png", 9)


def doubled(folder: Path, *copies: str) -> None:
    for name in copies:
        shutil.copy(folder / "b.png", folder / name)
    os.remove(folder / "b.png")


SAME = {"b.png": "b.png", "f.png": "f.png"}
CASES: dict[str, tuple[Callable[[Path], object], dict[str, str], str]] = {
    "nothing": (lambda d: None, SAME, ""),
    "added before": (lambda d: picture(d / "a.png", 9), SAME, "4 pictures now, there were 3: every shape stays"),
    "added between": (lambda d: [picture(d / "c.png", 8), picture(d / "e.png", 9)], SAME, "5 pictures now"),
    "added after": (lambda d: picture(d / "g.png", 9), SAME, "4 pictures now, there were 3: every shape stays"),
    "one without shapes removed": (lambda d: os.remove(d / "d.png"), SAME, "There are 2 pictures now"),
    "removed": (lambda d: os.remove(d / "b.png"), {"(b.png)": "b.png", "f.png": "f.png"},
                "1 picture is gone (b.png: 1 shape stays in the file)"),
    "all removed but one": (lambda d: [os.remove(d / "b.png"), os.remove(d / "f.png")],
                            {"(b.png)": "b.png", "(f.png)": "f.png"}, "2 pictures are gone (b.png, f.png: 2 shapes"),
    "renamed": (lambda d: os.rename(d / "b.png", d / "z.png"), {"z.png": "b.png", "f.png": "f.png"},
                "1 picture was renamed (b.png is z.png now)"),
    "renamed, and others added": (
        lambda d: [os.rename(d / "b.png", d / "z.png"), picture(d / "a.png", 8), picture(d / "y.png", 9)],
        {"z.png": "b.png", "f.png": "f.png"}, "1 picture was renamed (b.png is z.png now)"),
    "renamed to one that was there": (lambda d: os.replace(d / "b.png", d / "d.png"),
                                      {"d.png": "b.png", "f.png": "f.png"}, "(b.png is d.png now)"),
    "two swapped": (lambda d: swap(d, "b.png", "f.png"), {"b.png": "f.png", "f.png": "b.png"},
                    "2 pictures were renamed (b.png is f.png now, f.png is b.png now)"),
    "swapped with one without shapes": (lambda d: swap(d, "b.png", "d.png"), {"d.png": "b.png", "f.png": "f.png"},
                                        "1 picture was renamed (b.png is d.png now)"),
    "numbered anew": (shifted, {"f.png": "b.png", "g.png": "f.png"}, "2 pictures were renamed"),
    "another size": (lambda d: picture(d / "b.png", 9, (20, 10)), SAME, "1 picture has another size now (b.png)"),
    "other content": (lambda d: picture(d / "b.png", 9), SAME, "1 picture has other content now (b.png)"),
    "copied": (lambda d: shutil.copy(d / "b.png", d / "a.png"), SAME, "There are 4 pictures now"),
    "one of two copies": (lambda d: doubled(d, "x.png", "y.png"), {"(b.png)": "b.png", "f.png": "f.png"}, "is gone"),
    "one overwritten by the other": (lambda d: os.replace(d / "b.png", d / "f.png"),
                                     {"(f.png)": "f.png", "f.png": "b.png"},
                                     "1 picture was renamed (b.png is f.png now), 1 is gone (f.png: 1 shape stays"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three pictures."""
    found = tmp_path / "pictures"
    found.mkdir()
    for seed, name in enumerate(("b.png", "d.png", "f.png")):
        picture(found / name, seed)
    return found


@pytest.mark.parametrize("ended", ["saved", "killed"])
@pytest.mark.parametrize("case", CASES)
def test_shapes_stay_on_their_pictures(folder: Path, case: str, ended: str) -> None:
    change, expected, says = CASES[case]
    first = opened(folder)
    draw(first, "b.png", "f.png")
    if ended == "saved":
        first.close()
    else:
        kill(first)  # there is a journal alone, and it knows the pictures by name too
    change(folder)
    before = listing(folder)
    looked_at = opened(folder, read_only=True)
    assert on(looked_at) == expected
    looked_at.close()
    again = opened(folder)
    assert on(again) == expected
    told = [note for note in again.notes if "recovered" not in note]
    assert says in " / ".join(told) and bool(told) == bool(says)
    assert {name: data for name, data in listing(folder).items() if not name.endswith(".lock")} == before
    # what is done now is on the right pictures too, whatever takes it back and however it ends
    frames, session = again.frames, again.session
    last_name = frames.name(len(frames) - 1)
    draw(again, last_name)
    more = {**expected, last_name: " ".join(filter(None, (expected.get(last_name, ""), last_name)))}
    assert on(again) == more
    session.undo()
    session.redo()
    kill(again)
    third = opened(folder)
    assert on(third) == more and where(third.session.document, frames.name, len(frames)) == more
    third.session.commit("last", PutTags(0, (Tag(0, "car"),)))
    third.close()
    last = opened(folder)
    assert on(last) == more
    assert not last.notes or "gone" in says, "what was told and saved is not told again"
    last.close()


def test_a_picture_that_comes_back_finds_its_shapes(folder: Path, tmp_path: Path) -> None:
    first = opened(folder)
    draw(first, "b.png", "d.png")
    first.close()
    kept = load(folder / YAML).shapes(0)
    os.rename(folder / "b.png", tmp_path / "b.png")
    second = opened(folder)
    draw(second, "f.png")
    second.close()
    saved = load(folder / YAML)
    assert [line.name for line in saved.pictures.values()] == ["d.png", "f.png", "b.png"]
    picture(folder / "a.png", 9)
    third = opened(folder)
    draw(third, "a.png")
    third.close()
    os.rename(tmp_path / "b.png", folder / "b.png")
    fourth = opened(folder)
    assert on(fourth) == {name: name for name in ("a.png", "b.png", "d.png", "f.png")}
    back = fourth.session.document.shapes(1)[0]
    assert (back.id, back.points) == (1, kept[0].points)
    fourth.close()


def test_what_is_on_absent_pictures_changes_with_its_labels(folder: Path) -> None:
    """A label that is renamed everywhere must not leave a shape behind with a label that does not exist."""
    first = opened(folder)
    draw(first, "b.png")
    first.close()
    os.remove(folder / "b.png")
    second = opened(folder)
    session = second.session
    gone = next(iter(session.document.all_shapes()))
    assert gone.frame >= len(second.frames)
    session.commit("move", PutShape(Shape(gone.id, gone.frame, "car", "points", ((3.0, 3.0),), model="b.png")))
    session.undo()
    session.redo()
    second.close()
    assert [shape.points for shape in load(folder / YAML).all_shapes()] == [((3.0, 3.0),)]


def test_by_a_pattern_first_and_as_a_folder_later(folder: Path) -> None:
    first = opened(folder / "[df].png")
    draw(first, "d.png", "f.png")
    first.close()
    second = opened(folder)
    assert on(second) == {"d.png": "d.png", "f.png": "f.png"}
    draw(second, "b.png")
    second.close()
    third = opened(folder / "[bd].png")
    assert on(third) == {"b.png": "b.png", "d.png": "d.png", "(f.png)": "f.png"}
    assert "1 picture is not among those opened (1 shape stays in the file)" in third.notes
    draw(third, "b.png")
    third.close()
    fourth = opened(folder)
    assert on(fourth) == {"b.png": "b.png b.png", "d.png": "d.png", "f.png": "f.png"}
    fourth.close()


def test_parts_of_a_tree_that_share_a_file(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "more"
    shutil.copytree(folder, other)
    picture(other / "b.png", 9)
    shared = tmp_path / "all.yaml"
    first = opened(folder, annotations=shared)
    draw(first, "b.png")
    first.close()
    second = opened(other, annotations=shared)
    assert on(second) == {"(../pictures/b.png)": "b.png"}
    draw(second, "d.png")
    second.close()
    third = opened(*(path / "[bd].png" for path in (folder, other)), annotations=shared)
    assert on(third) == {"pictures/b.png": "b.png", "more/d.png": "d.png"}
    third.close()
    one = opened(other / "f.png", annotations=shared)
    assert on(one) == {"(d.png)": "d.png", "(../pictures/b.png)": "b.png"}
    draw(one, "f.png")
    one.close()
    last = opened(other, annotations=shared)
    assert on(last) == {"d.png": "d.png", "f.png": "f.png", "(../pictures/b.png)": "b.png"}
    last.close()


@pytest.mark.parametrize("apart", [False, True])
def test_moved_to_a_new_folder(folder: Path, tmp_path: Path, apart: bool) -> None:
    more = {"annotations": tmp_path / "a.yaml"} if apart else {}
    first = opened(folder, **more)
    draw(first, "b.png", "f.png")
    first.close()
    new = tmp_path / "moved" / "deeper"
    shutil.move(folder, new)
    picture(new / "a.png", 9)
    second = opened(new, **more)
    assert on(second) == SAME and "stays on its picture" in second.notes[0]
    second.close()


def test_what_was_overwritten_and_restored(folder: Path) -> None:
    """The line of a picture that is gone, and that of the one that has its name now, end where they began."""
    first = opened(folder)
    draw(first, "b.png", "f.png")
    first.close()
    shutil.copy(folder / "f.png", folder / "keep")
    os.replace(folder / "b.png", folder / "f.png")
    second = opened(folder)
    draw(second, "d.png")
    second.close()
    assert [line.name for line in load(folder / YAML).pictures.values()].count("f.png") == 2
    os.rename(folder / "f.png", folder / "b.png")
    os.rename(folder / "keep", folder / "f.png")
    third = opened(folder)
    assert on(third) == {name: name for name in ("b.png", "d.png", "f.png")}
    third.close()


ONE = """\
termwand: 1
media: {path: ".", kind: folder, frames: 3}
next_id: 4
labels:
- {"name":"car"}
shapes:
- {"id":1,"frame":0,"label":"car","type":"points","points":[[1.0,2.0]],"model":"b.png"}
- {"id":2,"frame":2,"label":"car","type":"points","points":[[1.0,2.0]],"model":"f.png"}
"""


def test_a_file_of_version_1_learns_the_names(folder: Path) -> None:
    (folder / YAML).write_text(ONE)
    first = opened(folder)
    assert on(first) == SAME and not first.notes and (folder / YAML).read_text() == ONE
    draw(first, "d.png")
    first.close()
    saved = load(folder / YAML)
    assert (folder / YAML).read_text().splitlines()[1] == "termwand: 2"
    assert {frame: (line.name, bool(line.digest), line.width) for frame, line in saved.pictures.items()} == {
        number: (name, True, 12) for number, name in enumerate(("b.png", "d.png", "f.png"))
    }
    os.rename(folder / "b.png", folder / "z.png")
    second = opened(folder)
    assert on(second) == {"z.png": "b.png", "d.png": "d.png", "f.png": "f.png"}
    second.close()


@pytest.mark.parametrize(("change", "says"), [
    (lambda d: picture(d / "a.png", 9), "check that the shapes are on their pictures"),
    (lambda d: os.remove(d / "d.png"), "1 shape on frames after the last one: kept in the file, not shown"),
])  # fmt: skip
def test_a_file_of_version_1_of_another_folder(folder: Path, change: Callable[[Path], object], says: str) -> None:
    (folder / YAML).write_text(ONE)
    change(folder)
    first = opened(folder)
    assert says in " / ".join(first.notes)
    assert [shape.frame for shape in first.session.document.all_shapes()] == [0, 2]
    draw(first, first.frames.name(0))
    first.close()
    assert [shape.frame for shape in load(folder / YAML).all_shapes()] == [0, 0, 2]


def test_keyframes_go_with_their_pictures(folder: Path) -> None:
    first = opened(folder)
    keyframes = tuple(Keyframe(at, ((at, 0.0), (at + 1, 1.0))) for at in range(3))
    track = Track(1, "car", "rectangle", keyframes=keyframes, review=(Review(0, 2, "fixed"),))
    first.session.commit("track", PutTrack(track))
    first.session.commit("tag", PutTags(1, (Tag(1, "car"),)))
    first.close()
    picture(folder / "a.png", 8)
    picture(folder / "e.png", 9)
    os.remove(folder / "d.png")
    second = opened(folder)
    document = second.session.document
    assert [(key.frame, key.points[0][0]) for key in document.tracks[1].keyframes] == [(1, 0), (3, 2), (4, 1)]
    assert document.tracks[1].review == (Review(1, 3, "fixed"),) and list(document.tags) == [4]
    assert "1 picture is gone (d.png: 1 shape stays in the file)" in second.notes
    second.close()


def test_many_pictures_are_not_looked_at(folder: Path) -> None:
    """Opening reads nothing of pictures that nothing is on, nor of too many that something is on."""
    for number in range(2000):
        shutil.copy(folder / "b.png", folder / f"n{number}.png")
    first = opened(folder)
    draw(first, "b.png", "n7.png")
    first.close()
    picture(folder / "a.png", 9)
    second = opened(folder)
    assert on(second) == {"b.png": "b.png", "n7.png": "n7.png"}
    looked_at = [line for line in map(second.frames.picture, range(len(second.frames))) if line and line.digest]
    assert [line.name for line in looked_at] == ["b.png", "n7.png"]
    second.close()


def test_names_that_are_no_unicode(folder: Path) -> None:
    names = [os.fsdecode(name) for name in (b"g\xff.png", b"g\xfe.png")]
    for seed, name in enumerate(names):
        picture(folder / name, 20 + seed)
    first = opened(folder)
    draw(first, "b.png")
    index = {first.frames.name(number): number for number in range(len(first.frames))}
    for number, name in enumerate(names):
        shape = Shape(8 + number, index[name], "car", "points", ((1.0, 2.0),), model=str(number))
        first.session.commit("draw", PutShape(shape))
    first.close()
    picture(folder / "a.png", 9)
    second = opened(folder)
    assert on(second) == {"b.png": "b.png", names[0]: "0", names[1]: "1"}
    second.close()


def test_a_folder_whose_name_is_no_unicode(folder: Path) -> None:
    """What opening did is in the journal, which can hold no half of a surrogate pair."""
    new = folder.with_name(os.fsdecode(b"p\xff"))
    os.rename(folder, new)
    kept = {"annotations": folder.with_name("a.yaml")}
    first = opened(new, **kept)
    draw(first, "b.png")
    first.close()
    picture(new / "a.png", 9)
    for count in (1, 2):
        again = opened(new, **kept)
        assert on(again) == {"b.png": " ".join(["b.png"] * count)}
        draw(again, "b.png")
        kill(again)


def test_content_is_compared_behind_the_first_frame_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    from engine.actions import frames as showing
    from engine.jobs import steps

    first = opened(folder)
    draw(first, "b.png", "d.png", "f.png")
    first.close()
    picture(folder / "b.png", 8)
    picture(folder / "f.png", 9)
    monkeypatch.setattr(finding, "CHECKED", 1)
    second = opened(folder, frame=1)
    session, said = second.session, list[str]()
    session.on_message = lambda text, severity: said.append(text)
    session.jobs.connect(lambda job: [session.jobs.accept(job, step) for step in steps(job)] and None)
    assert "1 picture has other content now (b.png)" in second.notes
    showing.show(session, 1)
    assert said == ["1 picture has other content than when annotated (f.png): check the shapes there"]
    showing.show(session, 2)
    assert said[1:] == ["f.png has other content than when it was annotated"]
    second.close()
