"""What a session needs of the disk: a locked YAML file, its journal, and the order in which they are written.

Apart from store, journal and lock, which do not know each other. Every commit has a number; a save says up to which
number its document goes, and commits with higher numbers stay in the journal. The session commits while a save runs in
the background, and neither waits for the other: first the journal says which YAML will hold what, then that YAML takes
its place, then the journal is begun again; at each moment the two together hold every commit.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine import disk
from engine.copies import set_aside
from engine.document import Document
from engine.edits import Edit, apply_all
from engine.errors import AppError, ChangedError, StoreError
from engine.journal import Content, Head, Journal, Record
from engine.journal import path_of as journal_path
from engine.journal import read as read_journal
from engine.journal_writer import Writer
from engine.lock import Lock
from engine.lock import path_of as lock_path
from engine.safekeeping import Outcome, Safekeeping, second_path
from engine.second import join, newest
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
        self._initial = ""
        self._keep = Safekeeping(path)
        self._saved_number = 0
        self._beside = 0
        """The last number in the journal beside the file, as it was found."""
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
                disk.sweep(journal_path(path))
                disk.sweep(second_path(path))
            document, notes = project._replay(document)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return project, document, notes

    def start(self, document: Document) -> None:
        """Say what a document that was never saved begins as; nothing is written before the first commit."""
        self._initial = encode(document).decode()
        self._keep.begin(self._head())

    @property
    def sequence(self) -> int:
        """The number of the last commit: take it together with the document that a background save shall write."""
        return self._keep.number

    @property
    def unsaved(self) -> int:
        """How many commits the YAML file does not hold."""
        return self._keep.number - self._saved_number

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

    def write(self) -> None:
        """Have what was added written, in the background if `write_in_background` was called; `on_kept` is told."""
        if self._writer is None:
            self.on_kept(self._keep.flush())
        else:
            self._writer.wake()

    def write_in_background(self, post: Callable[[Callable[[Outcome], None], Outcome], object]) -> None:
        """Write in a thread from now on; `post` has `on_kept` called where the session lives."""
        self._writer = Writer(self._keep.flush, lambda outcome: post(self.on_kept, outcome))

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
            self._replace(encode(document), number, overwrite)
            self._saved_number = number
            self._keep.renew(self._head(), number)
            self.write()

    def changed_on_disk(self) -> bool:
        """Say whether another program changed the file since it was read or written here."""
        return files.has_changed(self.path, self._saved)

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

    def _replace(self, data: bytes, number: int, overwrite: bool) -> None:
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

    def _head(self) -> Head:
        return Head(initial=self._initial) if self._saved is None else Head(base=self._saved.digest)

    # reading

    def _replay(self, document: Document | None) -> tuple[Document | None, list[str]]:
        """Apply what journals hold and the YAML does not; begin what commits are kept in."""
        document, notes = self._replay_journals(document)
        if not self._keep.number:
            self._keep.begin(self._head())
        return document, notes

    def _replay_journals(self, document: Document | None) -> tuple[Document | None, list[str]]:
        path = journal_path(self.path)
        digest = "" if self._saved is None else self._saved.digest
        content, notes = self._read_journals(digest)
        if content is None:
            return document, notes
        records = content.after(digest)
        if document is None and content.head.initial:
            self._initial = content.head.initial
            document = decode(self._initial.encode(), path.name)
        if records is None or (document is None and records):
            count = sum(not record.saving for record in content.records)
            return document, [*notes, f"{plain(self.path.name)} was changed by another program after a crash: {count} "
                              f"changes in its journal were not replayed. {self._set_aside('left')}"]
        if document is None:
            return None, notes
        document, more = self._apply(document, records, content)
        return document, [*more, *notes]

    def _read_journals(self, digest: str) -> tuple[Content | None, list[str]]:
        """Return what the journal beside the file and a second one say together."""
        notes: list[str] = []
        first = second = None
        try:
            first = read_journal(journal_path(self.path))
        except StoreError as error:
            notes.append(f"{error}. {self._set_aside('damaged')}")
        place = self._keep.second.path
        problem = ""
        try:
            second = read_journal(place)
            problem = "is damaged in part" if second is not None and second.lost else ""
        except StoreError:
            problem = "cannot be read"
        joined = join(first, second, digest)
        if joined.added:
            notes.append(f"{joined.added} of them were in the second journal, {plain(str(place))}")
        if problem or joined.is_apart:
            aside = None if self.read_only else set_aside(place, "damaged" if problem else "left")
            problem = problem or "is not about the file as it is"
            notes.append(f"The second journal {problem}: it stays in {plain(str(aside or place))}")
        self._keep.second.is_there = second is not None and not problem
        self._beside = 0 if first is None else newest(first)
        return joined.content, notes

    def _apply(self, document: Document, records: list[Record], content: Content) -> tuple[Document, list[str]]:
        """Apply what the YAML does not hold; stop at the first that does not fit."""
        notes: list[str] = []
        for place, record in enumerate(records):
            try:
                document, _ = apply_all(document, record.edits)
            except AppError as error:
                content = content._replace(lost=content.lost + len(records) - place)
                records = records[:place]
                notes.append(f"{plain(record.title, 60)}: {error}")
                break
        number = max((record.number for record in content.records), default=0)
        self._keep.begin(self._head(), tuple(records), number)
        self._saved_number = number - len(records)
        if records:
            notes.insert(0, f"{len(records)} unsaved changes were recovered from the journal")
        if content.lost:
            kept = self._set_aside("damaged", stays=True)
            notes.append(f"{content.lost} changes in the journal were damaged and are lost. {kept}")
        if not self.read_only:
            self._go_on(content)
        return document, notes

    def _go_on(self, content: Content) -> None:
        """Open the journal to append to it, or begin it again without its damaged part."""
        path = journal_path(self.path)
        if content.good and not content.lost:
            self._keep.first.adopt(Journal.reopen(path, content.good), self._head().base, self._beside)
        elif self._keep.is_empty:
            disk.discard(path)
        self._keep.flush()  # what only the second journal has; where that fails, the next commit says so

    def _set_aside(self, why: str, *, stays: bool = False) -> str:
        """Keep a journal that cannot be used under another name; return a sentence that names it."""
        path = journal_path(self.path)
        if self.read_only:
            return f"They stay in {plain(path.name)}."
        aside = path.with_name(f"{path.name}.{why}-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}")
        try:
            disk.commit(disk.prepare(aside, disk.read_ours(path)), aside)
            if not stays:
                path.unlink()
        except OSError as error:
            raise disk.failure(error, path, "set aside") from error
        return f"The journal was kept as {plain(aside.name)}."


__all__ = ["ChangedError", "Project"]
