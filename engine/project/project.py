"""What a session needs of the disk: a locked YAML file, its journal, and the order in which they are written.

Apart from store, journal and lock, which do not know each other. Every commit has a number; a save says up to which
number its document goes, and commits with higher numbers stay in the journal. The session commits while a save runs in
the background, and neither waits for the other: first the journal says which YAML will hold what, then that YAML takes
its place, then the journal is begun again; at each moment the two together hold every commit.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from engine import disk
from engine.document import Document
from engine.edits import Edit
from engine.errors import ChangedError, LockedError, StoreError
from engine.journal.journal import Head, Journal
from engine.journal.journal import path_of as journal_path
from engine.journal.recovery import Recovered, recover
from engine.journal.safekeeping import Outcome, Safekeeping, second_path
from engine.journal.writer import Writer
from engine.lock.lock import Lock, here
from engine.lock.lock import path_of as lock_path
from engine.store import files
from engine.store.read import decode
from engine.store.write import encode, encoded
from engine.text import plain


class Project:
    """An annotation file that is open, for one session."""

    def __init__(self, path: Path, saved: files.Saved | None, lock: Lock | None) -> None:
        self.path = path
        self.read_only = lock is None
        self._saved = saved
        self._lock = lock
        self._initial = ""
        self._keep = Safekeeping(path)
        self._keep.may_write = self._holds
        self._saved_number = 0
        self._saving = threading.Lock()
        self._closed = False
        self._writer: Writer | None = None
        self.on_kept: Callable[[Outcome], None] = lambda outcome: None
        """Told how commits were kept, those of `add` that is."""

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
                disk.sweep(second_path(path))
            digest, also = "" if saved is None else saved.digest, [second_path(path)]
            found = recover(path, digest, document, read_only=read_only, also=also)
            project._go_on(found)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return project, found.document, [*_told(lock), *found.notes]

    def start(self, document: Document) -> None:
        """Say what a document that was never saved begins as; nothing is written before the first commit."""
        self._initial = encode(document).decode()
        self._keep.begin(self._head(0))

    @property
    def sequence(self) -> int:
        """The number of the last commit: take it together with the document that a background save shall write."""
        return self._keep.number

    @property
    def unsaved(self) -> int:
        """How many commits the YAML file does not hold."""
        return self._keep.number - self._saved_number

    @property
    def is_lost(self) -> bool:
        """Whether somebody else writes the file now."""
        return self._lock is not None and self._lock.lost_to is not None

    def notices(self) -> list[str]:
        """Return what has happened to the lock since the last call, in sentences."""
        waiting = deque[str]() if self._lock is None else self._lock.notices
        return [waiting.popleft() for _ in range(len(waiting))]

    def commit(self, title: str, edits: tuple[Edit, ...]) -> None:
        """Keep edits on a disk before returning.

        Where that fails, raise StoreError; the edits are kept in memory and written with the next commit or save.
        """
        self.add(title, edits)
        outcome = self._keep.flush()
        if outcome.error is not None and not outcome.is_safe:
            raise outcome.error

    def add(self, title: str, edits: tuple[Edit, ...]) -> int:
        """Take a commit and return its number; `write` makes it safe."""
        if self.read_only:
            raise StoreError(f"{plain(self.path.name)} was opened read-only", "changes are not kept")
        if self._saved is None and not self._initial:
            raise StoreError(f"{plain(self.path.name)} was never begun", "what the edits change is not known")
        return self._keep.add(title, edits)

    def write(self, *, lazily: bool = False) -> None:
        """Have what was added written, in the background if `write_in_background` was called; `on_kept` is told.

        Lazily it outlives this process at once, and the disk is waited for, and `on_kept` told, a few times a second.
        Once it is closed nothing is written: somebody else may have the file.
        """
        if self._closed and self._writer is None:
            return
        if self._writer is not None:
            self._writer.wake(lazily=lazily)
        elif (outcome := self._keep.keep(lazily=lazily)) is not None:
            self.on_kept(outcome)

    def write_in_background(self, post: Callable[[Callable[[Outcome], None], Outcome], object]) -> None:
        """Write in a thread from now on; `post` has `on_kept` called where the session lives."""
        self._writer = Writer(self._keep, lambda outcome: post(self.on_kept, outcome))
        self._keep.on_synced = partial(self._writer.wake, lazily=True)

    def arrange(self, edits: tuple[Edit, ...]) -> None:
        """Note what opening did to the document: written with the first commit, so that looking changes no file."""
        if self.read_only or not edits:
            return
        self._keep.add("", edits)
        self._saved_number += 1

    def save(self, document: Document, *, through: int | None = None, overwrite: bool = False) -> None:
        """Rewrite the YAML file, whole or not at all.

        `through` is the number of the last commit that the document holds (`sequence` when it was taken), by default
        the last one of all. Raise ChangedError if another program changed the file, unless `overwrite`.
        """
        if self.read_only:
            raise StoreError(f"{plain(self.path.name)} was opened read-only", "save under another name")
        with self._saving:
            number = self._keep.number if through is None else through
            if self._closed or number < self._saved_number:
                return  # it waited for a save of something newer
            self._must_hold()
            self._replace(encoded(document), number, overwrite)
            self._saved_number = number
            self._keep.renew(self._head(number), number)
            self.write()

    def close(self, document: Document | None = None) -> None:
        """Save what is not saved, if a document is given, and let go of the lock; a journal that says nothing goes."""
        try:
            if document is not None and self.unsaved and not self.read_only:
                self.save(document)
        finally:
            with self._saving:
                self._closed = True
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._keep.close()
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    # saving; the caller holds `_saving`

    def _holds(self) -> bool:
        return self._lock is None or self._lock.still_held()

    def _must_hold(self) -> None:
        """Raise LockedError if somebody else writes the file now: what is done is kept in the second journal."""
        if not self._holds():
            owner = self._lock.lost_to if self._lock is not None else None
            raise LockedError(
                f"{plain(self.path.name)} is in use by {owner or 'somebody else'} now",
                "nothing more is written there; save again when that program has let go of it",
                owner=str(owner or "unknown"),
            )

    def _replace(self, data: Iterable[bytes], number: int, overwrite: bool) -> None:
        """Put new content in place of the YAML, the journal having said before what it holds."""
        known: files.Known = "anything" if overwrite else self._saved
        temp, saved = files.prepare(self.path, data)
        try:
            self._keep.note(number, saved.digest)
            self._saved = files.replace(temp, self.path, saved, known)
        except ChangedError:
            self._keep.drop_note()
            raise
        except StoreError:
            if files.has_changed(self.path, saved):
                self._keep.drop_note()
            else:
                self._saved = saved  # it is there, though the disk does not say that it stays
            raise
        finally:
            disk.discard(temp)

    def _head(self, after: int) -> Head:
        """Return the first line of a journal whose commits come after the one of this number."""
        if self._saved is None:
            return Head(initial=self._initial, after=after)
        return Head(base=self._saved.digest, after=after)

    # reading

    def _go_on(self, found: Recovered) -> None:
        """Go on with the journal where it ends, or begin it again with what of it fits."""
        self._initial = found.initial
        self._saved_number = found.number - len(found.kept)
        head = self._head(self._saved_number)
        self._keep.begin(head, found.kept, found.number)
        if self.read_only:
            return
        self._keep.second.is_there = os.path.lexists(second_path(self.path))
        # not after one that died: should it live after all, it writes into a file that nobody reads
        if found.good and (self._lock is None or self._lock.taken_from is None):
            self._keep.first.adopt(Journal.reopen(journal_path(self.path), found.good), head.base, found.number)
        elif not found.kept:
            disk.discard(journal_path(self.path))
        self._keep.flush()  # what only the second journal has; where that fails, the next commit says so


def _told(lock: Lock | None) -> list[str]:
    """Say that another machine's lock was taken over; one of this machine is as sure as it is common."""
    if lock is None or lock.taken_from is None or lock.taken_from.host == here().host:
        return []
    return [f"The lock of {lock.taken_from} was taken over: that program has ended, or is silent for a minute"]


__all__ = ["ChangedError", "Project"]
