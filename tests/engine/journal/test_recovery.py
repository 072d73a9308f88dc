"""Opening what is damaged or was changed by others: the document opens, what fits is replayed, every loss is said."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import DropShape, Edit, PutLabels, PutShape, apply_all
from engine.journal import journal
from engine.project.project import Project
from engine.store import encode, load, save

EMPTY = Document(MediaInfo("c.mp4", "video", 1000, 8, 6), (Label("car"), Label("bus", hotkey="7")))
DAMAGED_JOURNALS = 128


def put(number: int, label: str = "car") -> Edit:
    return PutShape(Shape(number, number % 1000, label, "points", ((1.0, 2.0),)))


def ids(document: Document | None) -> list[int]:
    assert document is not None
    return sorted(shape.id for shape in document.all_shapes())


def killed(folder: Path, *, saved: bool, commits: int = 8) -> Path:
    """Leave what a killed session leaves: a journal, and beside it a YAML file of before, if it had been saved."""
    path = folder / "c.termwand.yaml"
    project, document, _ = Project.open(path)
    project.start(EMPTY)
    document, first = EMPTY, 1
    if saved:
        project.commit("put", (put(1), put(2)))
        document, _ = apply_all(EMPTY, [put(1), put(2)])
        project.save(document)
        first = 3
    for number in range(first, first + commits):
        project.commit("put", (put(number),))
    assert project._lock is not None
    project._lock.release()
    return path


def reopened(path: Path) -> tuple[list[int], list[str]]:
    project, document, notes = Project.open(path)
    project.close(document)
    return ids(document), notes


Damage = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def flip_head(data: bytes, chance: random.Random) -> bytes:
    end = data.index(b"\n") + 1
    return flip(data[:end], chance) + data[end:]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def hole(data: bytes, chance: random.Random) -> bytes:
    first = chance.randrange(len(data))
    last = min(first + chance.randrange(1, 400), len(data))
    return data[:first] + chance.choice([b"", bytes(last - first)]) + data[last:]


def shuffled(data: bytes, chance: random.Random) -> bytes:
    head, *lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return head + b"".join(lines)


def doubled(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(line * chance.choice([1, 1, 2, 3]) for line in lines)


def joined(data: bytes, chance: random.Random) -> bytes:
    other = journal.head_line(journal.Head(base="f" * 32))
    return data + other + journal.line_of(journal.Record(chance.randrange(1, 20), "theirs", (put(900),)))


def several(data: bytes, chance: random.Random) -> bytes:
    for _ in range(3):
        data = chance.choice([flip, hole, doubled, shuffled])(data, chance) or b"\n"
    return data


KINDS: list[Damage] = [flip, flip_head, cut, hole, shuffled, doubled, joined, several]
SAID = re.compile(r"damaged|lost|incomplete|not replayed|do not fit|missing")


def at_a_line_end(whole: bytes, damaged: bytes) -> bool:
    """Say whether the end is missing from a line's end on: nothing in the file can tell that more was there."""
    return damaged.endswith(b"\n") and whole.startswith(damaged)


def damage_journals(folder: Path, count: int) -> None:
    """Open so many damaged journals."""
    whole = {saved: killed_files(folder / str(saved), saved=saved) for saved in (True, False)}
    chance = random.Random(11)
    for number in range(count):
        saved, damage = number % 2 == 0, KINDS[number // 2 % len(KINDS)]
        place = folder / f"run{number}"
        place.mkdir()
        yaml = place / "c.termwand.yaml"
        for name, data in whole[saved].items():
            (place / name).write_bytes(data)
        before = (place / f"{yaml.name}.journal").read_bytes()
        after = damage(before, chance)
        (place / f"{yaml.name}.journal").write_bytes(after)
        project, document, notes = Project.open(yaml)
        found = [] if document is None else ids(document)
        expected = list(range(1, 11 if saved else 9))
        assert set(found) <= set(expected), (number, damage)
        assert not saved or found[:2] == [1, 2], (number, damage)
        said = any(SAID.search(note) for note in notes) and not any("no change is missing" in note for note in notes)
        assert found == expected or said or at_a_line_end(before, after), (number, damage, found, notes)
        if document is not None:
            project.commit("on", (put(50),))
        project.close()
        if document is not None:
            assert reopened(yaml)[0] == [*found, 50], (number, damage)


def killed_files(folder: Path, *, saved: bool) -> dict[str, bytes]:
    folder.mkdir()
    killed(folder, saved=saved)
    return {name: (folder / name).read_bytes() for name in os.listdir(folder)}


def test_every_damaged_journal_opens_and_every_loss_is_said(tmp_path: Path) -> None:
    damage_journals(tmp_path, DAMAGED_JOURNALS)


def test_every_bit_of_the_first_line(tmp_path: Path) -> None:
    """A header that is damaged costs no change: the YAML opens, or the document begins as far as it can be read."""
    for saved in (True, False):
        folder = tmp_path / str(saved)
        files = killed_files(folder, saved=saved)
        path = folder / "c.termwand.yaml"
        data = files[f"{path.name}.journal"]
        for place in range(0, data.index(b"\n"), 7):
            for name in os.listdir(folder):
                (folder / name).unlink()
            for name, content in files.items():
                (folder / name).write_bytes(content)
            journal.path_of(path).write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
            found, notes = reopened(path)
            assert found == list(range(1, 11 if saved else 9)), place
            assert any("first line is damaged" in note and "Kept as" in note for note in notes), place
            assert any(".damaged-" in name for name in os.listdir(folder))


@pytest.mark.parametrize(("was", "became"), [
    ("frames: 1000", "frames: 10k0"), ('kind: "video"', 'kind: "videm"'), ("labels:", "lacels:"),
    ("termwand", "uermwand"), ('{"name":"car"}', '{"name";"car"}'), ("- {", "- ["), ('"c.mp4"', '"c.mp4'),
])  # fmt: skip
def test_a_damaged_first_text_without_a_checksum(tmp_path: Path, was: str, became: str) -> None:
    path = killed(tmp_path, saved=False)
    lines = journal.path_of(path).read_bytes().splitlines(keepends=True)
    initial = encode(EMPTY).decode().replace(was, became)
    head = b"termwand-journal " + json.dumps({"version": 1, "initial": initial}).encode() + b"\n"
    journal.path_of(path).write_bytes(head + b"".join(lines[1:]))
    found, notes = reopened(path)
    assert found == list(range(1, 9)) and any("damaged" in note for note in notes)


def test_what_a_hand_changed_before_the_kill_is_kept_and_what_fits_is_replayed(tmp_path: Path) -> None:
    path = killed(tmp_path, saved=True, commits=3)
    by_hand, _ = apply_all(load(path), [DropShape(1, 1), put(70)])
    save(path, by_hand)
    found, notes = reopened(path)
    assert found == [2, 3, 4, 5, 70]
    assert "3 unsaved changes" in notes[0] and "changed by another program" in notes[1] and len(notes) == 2
    assert os.listdir(tmp_path) == [path.name]


def test_what_does_not_fit_is_listed_and_the_journal_is_kept(tmp_path: Path) -> None:
    path = killed(tmp_path, saved=True, commits=3)
    project, document, _ = Project.open(path)
    assert document is not None
    project.commit("both", (put(8), put(9, "bus")))
    project.commit("gone", (DropShape(1, 1),))
    assert project._lock is not None
    project._lock.release()
    by_hand, _ = apply_all(load(path), [DropShape(1, 1), PutLabels((Label("car"),))])
    save(path, by_hand)
    found, notes = reopened(path)
    assert found == [2, 3, 4, 5, 8]
    assert "2 changes do not fit: both (" in notes[-1] and "; gone (" in notes[-1] and "bus" in notes[-1]
    aside = next(name for name in os.listdir(tmp_path) if ".left-" in name)
    assert aside in notes[-1] and "termwand recover" in notes[-1]
    assert reopened(path) == ([2, 3, 4, 5, 8], [])


def test_a_journal_without_its_file_waits_under_another_name(tmp_path: Path) -> None:
    path = killed(tmp_path, saved=True, commits=3)
    path.unlink()
    project, document, notes = Project.open(path)
    assert document is None and "3 changes in it were not replayed" in notes[0] and ".left-" in notes[0]
    project.close()


def test_read_only_nothing_is_written(tmp_path: Path) -> None:
    path = killed(tmp_path, saved=True)
    data = journal.path_of(path).read_bytes()
    journal.path_of(path).write_bytes(b"x" + data)
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
    _, document, notes = Project.open(path, read_only=True)
    assert ids(document) == list(range(1, 11)) and "stays as it is" in notes[-1]
    assert before == {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
