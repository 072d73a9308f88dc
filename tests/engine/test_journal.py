"""The journal's bytes: whatever is cut or damaged, only whole lines up to there are believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import DropShape
from engine.errors import StoreError
from engine.journal import Head, Journal, Record, parse, read

RECORDS = [Record(number, "drop", (DropShape(number, 1),)) for number in range(1, 6)]


def whole(folder: Path) -> bytes:
    path = folder / "j"
    Journal.create(path, Head(base="abc"), RECORDS[:2]).append(*RECORDS[2:])
    return path.read_bytes()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return whole(tmp_path_factory.mktemp("journal"))


def test_what_is_appended_is_read(data: bytes) -> None:
    content = parse(data, "j")
    assert content.records == RECORDS and content.good == len(data) and not content.torn and not content.lost
    assert content.after("abc") == RECORDS and content.after("other") is None and content.after("") is None


def test_a_note_of_saving_says_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = Journal.create(path, Head(base="old"), RECORDS[:3])
    journal.append(Record(2, saving="new"))
    journal.append(RECORDS[3])
    content = read(path)
    assert content is not None
    assert content.after("new") == [RECORDS[2], RECORDS[3]]
    assert content.after("old") == RECORDS[:4]


def test_every_cut_gives_the_whole_lines_before_it(data: bytes) -> None:
    for cut in range(len(data)):
        content = parse(data[:cut], "j")
        count = data[:cut].count(b"\n")
        assert content.records == RECORDS[: max(count - 1, 0)]
        assert content.torn == (not data[:cut].endswith(b"\n") and bool(cut)) or cut == 0
        assert content.lost == 0


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_never_believed(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != data[at]))
    damaged = data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        records = parse(damaged, "j").records
    except StoreError:
        return
    assert records == RECORDS[: len(records)]


def test_copied_lines_are_not_replayed_twice(data: bytes) -> None:
    lines = data.splitlines(keepends=True)
    content = parse(b"".join(lines + lines[-1:]), "j")
    assert content.records == RECORDS and content.lost == 1


def test_reopened_after_the_last_good_line(tmp_path: Path) -> None:
    data = whole(tmp_path)
    (tmp_path / "j").write_bytes(data + b"torn")
    content = read(tmp_path / "j")
    assert content is not None and content.torn
    Journal.reopen(tmp_path / "j", content.good).append(Record(9))
    assert [record.number for record in parse((tmp_path / "j").read_bytes(), "j").records] == [1, 2, 3, 4, 5, 9]
