"""Two programs on one file, because the lock of the first was removed or it had fallen silent: nothing is mixed.

What the first does meanwhile is kept in its second journal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.edits import apply_all
from engine.errors import ChangedError, LockedError
from engine.journal import journal
from engine.journal.safekeeping import second_path
from engine.lock import lock
from engine.project.project import Project
from engine.store import load
from tests.engine.projects import EMPTY, ids, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.termwand.yaml"


@pytest.fixture
def first(path: Path) -> Project:
    """Return a session that has committed shape 1, and whose lock somebody has removed."""
    project, _, _ = Project.open(path)
    project.start(EMPTY)
    project.commit("put", (put(1),))
    lock.path_of(path).unlink()
    return project


def test_who_lost_the_lock_writes_nothing_more_into_the_others_journal(path: Path, first: Project) -> None:
    second, document, _ = Project.open(path)
    second.commit("theirs", (put(2),))
    before = journal.path_of(path).read_bytes()
    first.commit("mine", (put(3),))
    kept = journal.read(second_path(path))
    assert kept is not None and [record.title for record in kept.records] == ["put", "mine"]
    with pytest.raises(LockedError, match="is in use by"):
        first.save(EMPTY)
    assert journal.path_of(path).read_bytes() == before and first.is_lost and not path.exists()
    assert len(first.notices()) == 1 and not first.notices()
    first.close()
    assert journal.path_of(path).read_bytes() == before
    second.close(apply_all(document or EMPTY, [put(2)])[0])
    assert ids(load(path)) == [1, 2]


def test_when_the_other_has_ended_it_goes_on_and_overwrites_nothing(path: Path, first: Project) -> None:
    second, document, _ = Project.open(path)
    first.commit("mine", (put(3),))
    second.commit("theirs", (put(2),))
    second.close(apply_all(document or EMPTY, [put(2)])[0])
    mine, _ = apply_all(EMPTY, [put(1), put(3)])
    with pytest.raises(ChangedError):
        first.save(mine)
    assert not first.is_lost and ids(load(path)) == [1, 2]
    first.commit("more", (put(4),))
    content = journal.read(journal.path_of(path))
    assert content is not None and [record.number for record in content.records if not record.saving] == [1, 2, 3]
    first.save(apply_all(mine, [put(4)])[0], overwrite=True)
    first.close()
    assert ids(load(path)) == [1, 3, 4] and not lock.path_of(path).exists()


def test_a_journal_that_the_other_left_is_kept(path: Path, first: Project) -> None:
    second, _, _ = Project.open(path)
    second.commit("theirs", (put(2),))
    first.commit("mine", (put(3),))
    second._lock.release()  # type: ignore[union-attr]
    first.commit("mine", (put(4),))
    (left,) = path.parent.glob("*.replaced-*")
    content = journal.read(left)
    assert content is not None and [record.title for record in content.records] == ["put", "theirs"]
    first.close()


def test_a_lock_that_was_removed_is_put_back_before_the_next_commit(path: Path, first: Project) -> None:
    first.commit("put", (put(2),))
    assert lock.path_of(path).exists() and "put back" in first.notices()[0]
    with pytest.raises(LockedError):
        Project.open(path)
    first.close()
