"""The journal's bytes: whatever is cut or damaged, only whole lines are believed, and all of them are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import DropShape
from engine.errors import StoreError
from engine.journal.journal import Content, Head, Journal, Record, head_line, line_of, parse, read
from engine.journal.replay import plan

RECORDS = [Record(number, "drop", (DropShape(number, 1),)) for number in range(1, 6)]


def whole(folder: Path) -> bytes:
    path = folder / "j"
    Journal.create(path, Head(base="abc", after=0), RECORDS[:2]).append(*RECORDS[2:])
    return path.read_bytes()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return whole(tmp_path_factory.mktemp("journal"))


def lacking(content: Content, digest: str) -> list[Record] | None:
    found = plan([content], digest)
    return list(found.records) if found.exact else None


def test_what_is_appended_is_read(data: bytes) -> None:
    content = parse(data, "j")
    assert content.records == RECORDS and content.good == len(data) and content.whole and not content.torn
    assert lacking(content, "abc") == RECORDS and lacking(content, "other") is None and lacking(content, "") is None


def test_a_note_of_saving_says_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = Journal.create(path, Head(base="old"), RECORDS[:3])
    journal.append(Record(2, saving="new"))
    journal.append(RECORDS[3])
    content = read(path)
    assert content is not None
    assert lacking(content, "new") == [RECORDS[2], RECORDS[3]]
    assert lacking(content, "old") == RECORDS[:4]


def test_every_cut_gives_the_whole_lines_before_it_and_is_noticed(data: bytes) -> None:
    ends = [place + 1 for place in range(len(data)) if data[place : place + 1] == b"\n"]
    for cut in range(len(data)):
        content = parse(data[:cut], "j")
        count = sum(cut >= end - 1 for end in ends[1:])  # a line is whole without its line break
        assert content.records == RECORDS[:count]
        assert content.torn or content.ragged or cut in ends
        assert plan([content], "abc").lost == 0


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_never_believed_and_what_is_whole_is_found(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != data[at]))
    content = parse(data[:at] + bytes([byte]) + data[at + 1 :], "j")
    assert all(record in RECORDS for record in content.records)
    found = plan([content], "abc")
    assert len(content.records) >= len(RECORDS) - 1
    broken = (1, 2) if byte == ord("\n") else (1,)  # a line break within a line makes two of it
    assert len(content.records) == len(RECORDS) or found.lost in broken or content.torn
    assert not content.whole or content.torn


MOVED = [
    ([0, 1, 2, 3, 4, 4], 0, 0), ([0, 0, 0, 1, 2, 3, 4], 0, 0), ([4, 3, 2, 1, 0], 0, 0), ([0, 2, 1, 3, 4], 0, 0),
    ([0, 1, 3, 4], 1, 0), ([1, 2, 3, 4], 1, 0), ([4], 4, 0),
]  # fmt: skip


@pytest.mark.parametrize(("order", "lost", "spare"), MOVED)
def test_lines_that_stand_twice_or_elsewhere_are_known_by_their_number(
    data: bytes, order: list[int], lost: int, spare: int
) -> None:
    head, *lines = data.splitlines(keepends=True)
    found = plan([parse(head + b"".join(lines[place] for place in order), "j")], "abc")
    assert list(found.records) == [RECORDS[place] for place in sorted(set(order))]
    assert (found.lost, len(found.spare)) == (lost, spare)


def test_two_writers_lines_are_not_mixed(data: bytes) -> None:
    theirs = [Record(number, "put", (DropShape(7, number),)) for number in (4, 5)]
    found = plan([parse(data + b"".join(map(line_of, theirs)), "j")], "abc")
    assert list(found.records) == RECORDS and list(found.spare) == theirs
    joined = data + head_line(Head(base="xyz")) + b"".join(map(line_of, theirs)) + line_of(Record(6))
    found = plan([parse(joined, "j")], "abc")
    assert list(found.records) == RECORDS and [record.number for record in found.spare] == [4, 5, 6]
    assert list(plan([parse(data + data, "j")], "abc").records) == RECORDS


def test_the_missing_end_shows_where_a_later_number_was_noted(data: bytes) -> None:
    found = plan([parse(data + line_of(Record(9, saving="later")), "j")], "abc")
    assert found.lost == 4 and found.newest == 9


def test_a_second_journal_goes_on_where_the_first_ends(data: bytes) -> None:
    first = parse(head_line(Head(base="abc", after=0)) + b"".join(map(line_of, RECORDS[:3])), "j")
    second = parse(head_line(Head(base="abc", after=0)) + b"".join(map(line_of, RECORDS[2:])), "j")
    both = plan([first, second], "abc")
    assert list(both.records) == RECORDS and not both.lost and not both.spare
    stranger = parse(head_line(Head(base="xyz")) + line_of(Record(1, "other")), "j")
    apart = plan([first, stranger], "abc")
    assert list(apart.records) == RECORDS[:3] and [record.title for record in apart.spare] == ["other"]


OLD = b'termwand-journal {"base":"abc"}\n'


def test_a_journal_whose_first_line_has_no_checksum_is_read(data: bytes) -> None:
    content = parse(OLD + b"".join(map(line_of, RECORDS)), "j")
    assert content.whole and lacking(content, "abc") == RECORDS


def test_a_newer_journal_is_refused() -> None:
    with pytest.raises(StoreError, match="newer termwand"):
        parse(head_line(Head(version=2)), "j")


def test_a_crafted_line_takes_no_time() -> None:
    """Each of a million beginnings within one line would be worth a checksum over all the rest."""
    pieces, rest = [], 0
    for _ in range(100_000):
        pieces.append(b"00000000 %d {" % rest)
        rest += len(pieces[-1])
    content = parse(OLD + b"x" + b"".join(reversed(pieces)) + b"\n" + line_of(RECORDS[0]), "j")
    assert content.records == RECORDS[:1] and content.damaged == [0]


def test_reopened_after_the_last_good_line(tmp_path: Path) -> None:
    data = whole(tmp_path)
    (tmp_path / "j").write_bytes(data + b"torn")
    content = read(tmp_path / "j")
    assert content is not None and content.torn
    Journal.reopen(tmp_path / "j", content.good).append(Record(9))
    assert [record.number for record in parse((tmp_path / "j").read_bytes(), "j").records] == [1, 2, 3, 4, 5, 9]
