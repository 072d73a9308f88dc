"""From deeds to a table, and the file that keeps them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.effort import log
from engine.effort.deeds import Deed
from engine.effort.log import EffortLog, everything, path_of, read
from engine.effort.tally import compared, tally


def test_a_table_of_deeds() -> None:
    deeds = [
        Deed("sam", 1, keys=4, seconds=6.0),
        Deed("sam", 1, keys=6, seconds=8.0),
        Deed("sam", 2, keys=20, seconds=40.0),
        Deed("sam", changed=3, keys=5, seconds=4.0),
        Deed("sam", undone=1, keys=1, seconds=2.0),
        Deed("sam", keys=3, seconds=3.0),
        Deed("hog", 100, keys=2, seconds=10.0),
        Deed("hog", 100),
        Deed("hog", removed=40, keys=40, seconds=80.0),
        Deed("csrt", frames=300),
    ]
    hog, sam, csrt = tally(deeds)
    assert (hog.made, hog.keys, hog.undone) == (200, 0.01, 0.2) and hog.whole == pytest.approx(90 / 160)
    assert (sam.keys, sam.seconds, sam.changes, sam.undone) == (8.0, 14.0, 0.75, 0.25)
    assert sam.whole == pytest.approx(63 / 3)
    assert (csrt.made, csrt.frames, csrt.keys, csrt.whole) == (0, 300, None, None)
    assert [row.tool for row in compared([hog, sam, csrt])] == ["hog", "sam"]


def test_what_was_taken_back_and_done_again_was_not_taken_back() -> None:
    (row,) = tally([Deed("sam", 1, seconds=6.0), Deed("sam", undone=1), Deed("sam", undone=-1)])
    assert (row.undone, row.whole) == (0.0, 6.0)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EffortLog:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return EffortLog(tmp_path / "c.termwand.yaml")


def test_deeds_are_kept_for_their_owner_alone(kept: EffortLog, tmp_path: Path) -> None:
    deeds = [Deed("sam", 1, keys=4, seconds=6.0), Deed("csrt", frames=3)]
    for deed in deeds:
        kept.add(deed)
    kept.add(Deed("csrt", frames=4))
    assert kept.is_behind and read(kept.path) == []
    kept.flush()
    kept.add(deeds[0])
    kept.flush()
    assert not kept.is_behind and kept.path == path_of(tmp_path / "c.termwand.yaml") and everything() == [kept.path]
    assert read(kept.path) == [deeds[0], Deed("csrt", frames=7), deeds[0]]
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600 and stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    with kept.path.open("ab") as file:
        file.write(b'{"tool": 3}\nno\n{"tool":"x","made":1}')
    assert read(kept.path)[3:] == [Deed("x", 1)]


def test_the_file_does_not_grow_for_ever(kept: EffortLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST", 2_000)
    for number in range(1, 400):
        kept.add(Deed("sam", 1, keys=number, seconds=1.0))
        kept.flush()
    sizes = [path.stat().st_size for path in kept.path.parent.iterdir()]
    found = read(kept.path)
    assert sum(sizes) < 4_500 and len(found) > 40 and found[-1].keys == 399


def test_a_folder_that_cannot_be_written_disturbs_nobody(kept: EffortLog) -> None:
    kept.path.parent.parent.mkdir(parents=True)
    kept.path.parent.write_text("a file stands where the folder should be")
    kept.add(Deed("sam", 1, keys=1))
    kept.flush()
    assert read(kept.path) == []
