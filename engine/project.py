"""What a session needs of the disk: a locked YAML file, its journal, and the order in which they are written.

Apart from store, journal and lock, which do not know each other. Two threads may use it: the session commits while a
save runs in the background. Every commit has a number; a save says up to which number its document goes, and commits
with higher numbers stay in the journal.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from pathlib import Path

from engine import disk
from engine.document import Document
from engine.edits import Edit
from engine.errors import ChangedError, LockedError, StoreError
from engine.journal import Head, Journal, Record
from engine.journal import path_of as journal_path
from engine.lock import Lock, here
from engine.lock import path_of as lock_path
from engine.recovery import Recovered, recover, set_aside
from engine.store import files
from engine.store.read import decode
from engine.store.write import encode
from engine.text import plain


class Project:
    """An annotation file that is open, for one session."""

    def __init__(self, path: Path, saved: files.Saved | None, lock: Lock | None) -> None:
        self.path = path
        self.read_only = lock is None
        self._saved = saved
        self._lock = lock
        self._journal: Journal | None = None
        self._initial = ""
        self._kept: list[Record] = []
        """Commits that the YAML does not hold."""
        self._unwritten = 0
        """How many of them, the last ones, the journal does not hold either: a full disk, for example."""
        self._number = 0
        self._saved_number = 0
        self._was_lost = False
        self._guard = threading.Lock()
        self._saving = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> tuple[Project, Document | None, list[str]]:
        """Lock and load a document and replay its journal; return also what the annotator should be told.

        The document is None where there is no file yet: make one and call `start` with it. Raise LockedError,
        FormatError or StoreError, with nothing changed and no lock kept.
        """
        path = Path(os.path.realpath(path))
        lock = None if read_only else Lock.take(lock_path(path))
        try:
            data, saved = files.read(path) if os.path.lexists(path) else (None, None)
            document = None if data is None else decode(data, path.name)
            project = cls(path, saved, lock)
            if lock is not None:
                disk.sweep(path)
            found = recover(path, "" if saved is None else saved.digest, document, read_only=read_only)
            project._go_on(found)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return project, found.document, [*_told(lock), *found.notes]

    def start(self, document: Document) -> None:
        """Say what a document that was never saved begins as; nothing is written before the first commit."""
        self._initial = encode(document).decode()

    @property
    def sequence(self) -> int:
        """The number of the last commit: take it together with the document that a background save shall write."""
        return self._number

    @property
    def unsaved(self) -> int:
        """How many commits the YAML file does not hold."""
        return self._number - self._saved_number

    @property
    def is_lost(self) -> bool:
        """Whether somebody else writes the file now."""
        return self._lock is not None and self._lock.lost_to is not None

    def notices(self) -> list[str]:
        """Return what has happened to the lock since the last call, in sentences."""
        waiting = deque[str]() if self._lock is None else self._lock.notices
        return [waiting.popleft() for _ in range(len(waiting))]

    def commit(self, title: str, edits: tuple[Edit, ...]) -> None:
        """Keep edits on the disk before returning.

        Where that fails, raise StoreError; the edits are kept in memory and written with the next commit or save.
        """
        if self.read_only:
            raise StoreError(f"{plain(self.path.name)} was opened read-only", "changes are not kept")
        with self._guard:
            self._number += 1
            self._kept.append(Record(self._number, plain(title), edits))
            self._unwritten += 1
            self._write_kept()

    def arrange(self, edits: tuple[Edit, ...]) -> None:
        """Note what opening did to the document: written with the first commit, so that looking changes no file."""
        if self.read_only or not edits:
            return
        with self._guard:
            self._number += 1
            self._saved_number += 1
            self._kept.append(Record(self._number, edits=edits))
            self._unwritten += 1

    def save(self, document: Document, *, through: int | None = None, overwrite: bool = False) -> None:
        """Rewrite the YAML file, whole or not at all.

        `through` is the number of the last commit that the document holds (`sequence` when it was taken), by default
        the last one of all. Raise ChangedError if another program changed the file, unless `overwrite`.
        """
        if self.read_only:
            raise StoreError(f"{plain(self.path.name)} was opened read-only", "save under another name")
        with self._saving:
            number = self._number if through is None else through
            with self._guard:
                self._must_hold()
            known: files.Known = "anything" if overwrite else self._saved
            temp, saved = files.prepare(self.path, encode(document))
            with self._guard:
                try:
                    self._note_saving(number, saved)
                    self._saved = files.replace(temp, self.path, saved, known)
                finally:
                    disk.discard(temp)
                self._saved_number = number
                self._renew_journal(number)

    def changed_on_disk(self) -> bool:
        """Say whether another program changed the file since it was read or written here."""
        with self._guard:
            return files.has_changed(self.path, self._saved)

    def close(self, document: Document | None = None) -> None:
        """Save what is not saved, if a document is given, and let go of the lock; a journal that says nothing goes."""
        try:
            if document is not None and self.unsaved and not self.read_only:
                self.save(document)
        finally:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
                if not self._kept and (self._lock is None or self._lock.still_held()):
                    disk.discard(journal_path(self.path))
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    # writing; the caller holds the guard

    def _must_hold(self) -> None:
        """Raise LockedError if somebody else writes the file now: two programs' lines must not mix in one journal."""
        lock = self._lock
        if lock is not None and not lock.still_held():
            self._was_lost = True
            raise LockedError(
                f"{plain(self.path.name)} is in use by {lock.lost_to or 'somebody else'} now",
                "nothing more is written there; save again when that program has let go of it",
                owner=str(lock.lost_to or "unknown"),
            )
        if self._was_lost:
            self._was_lost = False
            self._begin_again()

    def _begin_again(self) -> None:
        """Write the journal whole, in a file of its own, whatever the other program has left there."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        self._unwritten = len(self._kept)
        if journal_path(self.path).exists():
            set_aside(journal_path(self.path), "left")

    def _write_kept(self) -> None:
        """Bring the journal up to date."""
        self._must_hold()
        if self._journal is None:
            if self._saved is None and not self._initial:
                raise StoreError(f"{plain(self.path.name)} was never begun", "what the edits change is not known")
            self._journal = Journal.create(journal_path(self.path), self._head(), self._kept)
        elif self._unwritten:
            self._journal.append(*self._kept[-self._unwritten :])
        self._unwritten = 0

    def _before(self) -> int:
        """Return the number of the last commit that the journal need not hold."""
        return self._kept[0].number - 1 if self._kept else self._saved_number

    def _head(self) -> Head:
        if self._saved is None:
            return Head(initial=self._initial, after=self._before())
        return Head(base=self._saved.digest, after=self._before())

    def _note_saving(self, number: int, saved: files.Saved) -> None:
        """Tell the journal which YAML will hold what; where the disk is too full for that, saving matters more."""
        if self._journal is None:
            return
        with contextlib.suppress(StoreError):
            self._write_kept()
            self._journal.append(Record(number, saving=saved.digest))

    def _renew_journal(self, number: int) -> None:
        """Begin the journal again with what the new YAML does not hold."""
        self._kept = [record for record in self._kept if record.number > number]
        self._unwritten = min(self._unwritten, len(self._kept))
        if self._journal is None:
            return
        # if it fails, the old journal goes on: its line `saving` says what the YAML holds
        with contextlib.suppress(StoreError):
            renewed = Journal.create(journal_path(self.path), self._head(), self._kept)
            self._journal.close()
            self._journal, self._unwritten = renewed, 0

    # reading

    def _go_on(self, found: Recovered) -> None:
        """Open the journal to append to it, or begin it again with what of it fits."""
        self._initial, self._kept, self._number = found.initial, list(found.kept), found.number
        self._saved_number = found.number - len(found.kept)
        if self.read_only:
            return
        path = journal_path(self.path)
        taken_over = self._lock is not None and self._lock.taken_from is not None
        if found.good and not taken_over:
            self._journal = Journal.reopen(path, found.good)
        elif found.kept:
            # also after one that died: should it live after all, it writes into a file that nobody reads
            self._unwritten = len(self._kept)
            with contextlib.suppress(StoreError):  # the next commit tries it again
                self._write_kept()
        else:
            disk.discard(path)


def _told(lock: Lock | None) -> list[str]:
    """Say that another machine's lock was taken over; one of this machine is as sure as it is common."""
    if lock is None or lock.taken_from is None or lock.taken_from.host == here().host:
        return []
    return [f"The lock of {lock.taken_from} was taken over: that program has ended, or is silent for a minute"]


__all__ = ["ChangedError", "Project"]
