"""Commits are kept safe in the journal beside the file; where that cannot be written, in a second one.

The second is in the user's state folder, on another disk as a rule, and holds everything that the YAML does not hold,
so that it can be read without the first. It goes as soon as the first holds it all again.

Any thread may add a commit, flush, or renew; the order is that of the numbers. Nobody who adds waits for a disk, and a
flush waits only for another flush: what a save does slowly (renewing the journal, making names durable) holds no lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from engine import disk
from engine.edits import Edit
from engine.errors import StoreError
from engine.journal.copies import Copy, Wanted, Written
from engine.journal.journal import Head, Journal, Record
from engine.journal.journal import path_of as journal_path
from engine.text import plain

EVERY = 0.25
"""Seconds between two waits for the disk while commits come that may be written lazily."""
CATCHING_UP = 3
"""How often commits that came during a renewal are written before the rest of them is, with flushes held up."""


class Outcome(NamedTuple):
    """How commits were kept."""

    number: int = 0
    """The last commit that this is about, with all before it."""
    error: StoreError | None = None
    """Why the journal beside the file does not hold them."""
    second: Path | None = None
    """What holds them instead; with an error and without this, nothing does."""
    said: str = ""
    """What the annotator should be told besides."""

    @property
    def is_safe(self) -> bool:
        """Whether a kill would lose nothing."""
        return self.error is None or self.second is not None


class Sync:
    """A wait for the disk in a thread of its own."""

    def __init__(self, written: Written, ended: Callable[[], None]) -> None:
        self.written, self._ended = written, ended
        self.went_well: bool | None = None
        """None as long as it lasts."""
        threading.Thread(target=self._run, name="journal sync", daemon=True).start()

    def _run(self) -> None:
        self.went_well = self.written.journal.is_on_disk()
        self._ended()


def second_path(yaml: Path) -> Path:
    """Return where the second journal of a YAML file is."""
    place = disk.state_path("journals", yaml)
    return place.with_name(place.name + ".journal")


class Safekeeping:
    """What the YAML does not hold, in memory and in a journal or two."""

    def __init__(self, yaml: Path) -> None:
        self.first, self.second = Copy(journal_path(yaml)), Copy(second_path(yaml), own_folder=True)
        self.number = 0
        """That of the last commit."""
        self.may_write: Callable[[], bool] = lambda: True
        """Asked before the journal beside the file is written: somebody else's session may have taken the file."""
        self._said = ""
        """What the annotator is to be told after the next flush."""
        self._wanted = Wanted(Head())
        self._memory = threading.Lock()
        """Held for moments: what is wanted changes."""
        self._files = threading.Lock()
        """Held while lines are written."""
        self._settled = threading.Event()
        """Cleared while a renewed journal's name is not durable: nothing in it is safe before."""
        self._settled.set()
        self.on_synced: Callable[[], None] = lambda: None
        """Called in a thread when the disk has what was written lazily: `keep` tells of it then."""
        self._sync: Sync | None = None
        self._began = 0.0
        """When the disk was waited for last."""

    @property
    def is_empty(self) -> bool:
        """Whether the YAML holds every commit, those apart by which opening itself takes the media as it is."""
        return not any(record.title for record in self._wanted.kept)

    def begin(self, head: Head, kept: tuple[Record, ...] = (), number: int = 0) -> None:
        """Say what the YAML is, what it does not hold, and the number of the last commit."""
        with self._memory:
            self._wanted, self.number = Wanted(head, kept), number

    def add(self, title: str, edits: tuple[Edit, ...]) -> int:
        """Take a commit; return its number. It is safe after the next flush."""
        with self._memory:
            self.number += 1
            record = Record(self.number, plain(title), edits)
            self._wanted = self._wanted._replace(kept=(*self._wanted.kept, record))
            return self.number

    @property
    def is_behind(self) -> bool:
        """Whether something was written lazily of which the disk has not said yet that it has it for good."""
        return self._sync is not None or self.first.is_behind

    def keep(self, *, lazily: bool = False) -> Outcome | None:
        """Write what is not written yet, wait until it is on a disk, and return how that went.

        Lazily a kill loses none of it, and only every `EVERY` seconds the disk is waited for, in another thread, so
        that commits are written meanwhile: None where there is nothing to tell of that.
        """
        if not lazily:
            return self.flush()
        with self._files:
            outcome = self._write(wait=False)
            if outcome.error is not None:
                return outcome
            sync = self._sync
            if sync is None and time.monotonic() - self._began >= EVERY and (written := self.first.written()):
                self._began, self._sync = time.monotonic(), Sync(written, self.on_synced)
            if sync is None or sync.went_well is None or not self._settled.is_set():
                return None
            self._sync = None
            if sync.went_well and self.first.confirm(sync.written):
                return Outcome(sync.written.number)
            if not sync.went_well:
                self.first.give_up(sync.written)
        return self.flush()

    def flush(self) -> Outcome:
        """Write what is not written yet, all of it in one piece, and wait until it is on a disk."""
        self._sync, self._began = None, time.monotonic()
        with self._files:
            outcome = self._write()._replace(said=self._said)
            self._said = ""
        self._settled.wait()
        return outcome

    def note(self, number: int, digest: str) -> None:
        """Have the journals say, before a YAML takes its place, that it holds the commits up to a number.

        Raise StoreError where they cannot and hold later commits: beside that YAML nobody could tell what these are.
        """
        with self._memory:
            self._wanted = self._wanted._replace(note=Record(number, saving=digest))
        if self._wanted.kept or self.first.is_there or self.second.is_there:
            with self._files:
                outcome = self._write()
            if outcome.error is not None and not outcome.is_safe and self.number > number:
                self.drop_note()
                raise outcome.error

    def drop_note(self) -> None:
        """Say no more that a YAML is about to take its place."""
        with self._memory:
            self._wanted = self._wanted._replace(note=None)

    def renew(self, head: Head, number: int) -> None:
        """Begin the journal again with what the new YAML, which is in its place, does not hold."""
        with self._memory:
            kept = tuple(record for record in self._wanted.kept if record.number > number)
            self._wanted = self._wanted._replace(head=head, kept=kept)
        if self.first.is_there:
            try:
                self._exchange(Wanted(head, kept), number)
                self.drop_note()
            except StoreError:  # the old journal goes on: its line `saving` says what the YAML holds
                self._remove_if_empty()
        else:
            self.drop_note()
        with self._files:
            self._write()

    def close(self) -> None:
        """Close the files; those that say nothing go."""
        with self._files:
            for copy in (self.first, self.second):
                copy.remove() if self.is_empty and self.may_write() else copy.forget()

    # the holder of `_files` writes

    def _write(self, *, wait: bool = True) -> Outcome:
        with self._memory:
            wanted, number = self._wanted, self.number
        try:
            self._write_first(wanted, wait=wait)
        except Exception as error:  # also a bug: it must not end the thread that writes
            return self._write_second(wanted, number, _sentence(error))
        if wait and self._settled.is_set():
            self.second.remove()
        return Outcome(number)

    def _write_first(self, wanted: Wanted, *, wait: bool) -> None:
        if wanted.records:
            self._check_ours()
        self._said = self.first.write(wanted, wait=wait) or self._said

    def _check_ours(self) -> None:
        if not self.may_write():
            raise StoreError(f"{plain(self.first.path.name)} is somebody else's now", "the lock was lost")

    def _write_second(self, wanted: Wanted, number: int, error: StoreError) -> Outcome:
        try:
            self.second.write(wanted)
        except Exception as other:
            detail = f"{error.detail}; nor was the second journal ({_sentence(other)})"
            return Outcome(number, StoreError(error.title, detail))
        return Outcome(number, error, self.second.path)

    # a save renews the journal in its own thread

    def _exchange(self, wanted: Wanted, number: int) -> None:
        """Put a new journal in the old one's place, commits going on all the while."""
        fresh = Journal.stage(self.first.path, wanted.head, wanted.kept)
        try:
            through = wanted.kept[-1].number if wanted.kept else number
            for _ in range(CATCHING_UP):
                before, through = through, self._catch_up(fresh, through)
                if through == before:
                    break
            with self._files:
                self._check_ours()
                through = self._catch_up(fresh, through)
                self._settled.clear()
                self._said = self.first.exchange(fresh, wanted.head.base, through) or self._said
        except BaseException as error:
            self._settled.set()
            fresh.close()
            if isinstance(error, OSError):
                raise disk.failure(error, self.first.path) from error
            raise
        self._settle()

    def _catch_up(self, fresh: Journal, through: int) -> int:
        with self._memory:
            later = [record for record in self._wanted.kept if record.number > through]
        if later:
            fresh.append(*later)
        return later[-1].number if later else through

    def _settle(self) -> None:
        """Make the new journal's name durable; where that fails, it is not believed and written once more."""
        try:
            disk.sync_folder(self.first.path.parent)
        except OSError:
            with self._files:
                self.first.forget()
                self._write()
        finally:
            self._settled.set()

    def _remove_if_empty(self) -> None:
        """Take away journals that could not be renewed and say nothing any more: that needs no room."""
        with self._files:
            if self.is_empty and self.may_write():
                self.first.remove()
                self.second.remove()
                self.drop_note()


def _sentence(error: Exception) -> StoreError:
    """Return a failure to write as one that can be told."""
    if isinstance(error, StoreError):
        return error
    return StoreError("The journal was not written", f"{type(error).__name__}: {plain(str(error), 200)}")
