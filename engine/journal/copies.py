"""One journal file and how much it holds of what is to be kept: written on where it is whole, or anew where it is not.

Apart from the journal, which knows only its own bytes, and from `engine.journal.safekeeping`, which has two of these.
"""

from __future__ import annotations

import contextlib
import os
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from engine import disk
from engine.errors import StoreError
from engine.journal.journal import Head, Journal, Mark, Record
from engine.text import plain


class Wanted(NamedTuple):
    """What a journal shall hold at one moment."""

    head: Head
    kept: tuple[Record, ...] = ()
    """The commits that the YAML does not hold, their numbers rising."""
    note: Record | None = None
    """The line `saving` of a YAML that may be in its place already."""

    @property
    def records(self) -> tuple[Record, ...]:
        """Everything that is to stand after the head."""
        return self.kept if self.note is None else (*self.kept, self.note)


class Written(NamedTuple):
    """What of a journal is written at a moment, up to a commit of this number."""

    journal: Journal
    mark: Mark
    number: int


class Copy:
    """A journal under one name. It is not safe for threads: one at a time writes."""

    def __init__(self, path: Path, *, own_folder: bool = False) -> None:
        self.path = path
        self._own_folder = own_folder
        self._journal: Journal | None = None
        self.is_there = False
        """Whether there is a file of ours under that name."""
        self._through = self._written = 0
        """The numbers of the last commit that is in it for good, and of the last one that was written."""
        self._about = frozenset[str]()
        """The digests of the YAML files of which it can tell what they do not hold: one it continues, some it notes."""

    def write(self, wanted: Wanted, *, wait: bool = True) -> str:
        """Bring the file up to date, durably; return a sentence about what was found in its place, or "".

        Without `wait`, commits outlive this process and not yet a power failure. Raise StoreError, with what it held
        durably still in it, if the disk does not take it.
        """
        missing = self._missing(wanted)
        wait = wait or any(record.saving for record in missing)
        if not wanted.records:
            return ""
        is_ours = self._journal is None or self._journal.is_whole()
        if self._journal is not None and is_ours and wanted.head.base in self._about:
            if missing or (wait and self._written > self._through):
                self._append(self._journal, missing, wait=wait)
                self._holds(wanted, wait=wait)
            return ""
        return self._write_anew(wanted, is_ours)

    @property
    def is_behind(self) -> bool:
        """Whether commits are written of which the disk has not said yet that it has them for good."""
        return self._written > self._through

    def written(self) -> Written | None:
        """Return what is written now; None where there is nothing."""
        return None if self._journal is None else Written(self._journal, self._journal.mark, self._written)

    def confirm(self, written: Written) -> bool:
        """Take what was written at a moment as being on the disk; say False if that is not known of this file."""
        if self._journal is not written.journal or not written.journal.confirm(written.mark):
            return False
        self._through = max(self._through, written.number)
        return True

    def give_up(self, written: Written) -> None:
        """Cut off what may not be on the disk of a file that is still open: the next `write` brings it again."""
        if self._journal is written.journal:
            self._journal.give_up()
            self._written = self._through

    def adopt(self, journal: Journal, base: str, through: int) -> None:
        """Go on with a journal that holds everything up to a number that a YAML of this digest does not."""
        if self._journal is not None:
            self._journal.close()
        self._journal, self._about = journal, frozenset({base})
        self._through = self._written = through
        self.is_there = True

    def exchange(self, fresh: Journal, base: str, through: int) -> str:
        """Put a staged journal, which holds everything up to a number, in place; return a sentence as `write` does."""
        is_ours = self._journal is None or self._journal.is_whole()
        said = "" if is_ours else _make_way(self.path)
        fresh.put()
        self.adopt(fresh, base, through)
        return said

    def forget(self) -> None:
        """Close the file and believe no more that it holds anything."""
        if self._journal is not None:
            self._journal.close()
        self._journal, self._about = None, frozenset()
        self._through = self._written = 0

    def remove(self) -> None:
        """Take the file away: what it held is safe elsewhere."""
        is_ours = self.is_there
        if self._journal is not None:
            with contextlib.suppress(StoreError):
                is_ours = self._journal.is_whole()  # what another program put there stays
        self.forget()
        if is_ours:
            disk.discard(self.path)
            self._drop_folder()
        self.is_there = False

    def _missing(self, wanted: Wanted) -> list[Record]:
        """Return what is not in the file yet, oldest first."""
        missing = list(takewhile(lambda record: record.number > self._written, reversed(wanted.kept)))[::-1]
        if wanted.note is not None and wanted.note.saving not in self._about:
            missing.append(wanted.note)
        return missing

    def _append(self, journal: Journal, missing: list[Record], *, wait: bool) -> None:
        try:
            journal.append(*missing, wait=wait)
        except StoreError:
            self._written = self._through  # whatever the disk did not have for good was cut off
            raise

    def _holds(self, wanted: Wanted, *, wait: bool = True) -> None:
        if wanted.kept:
            self._written = wanted.kept[-1].number
        if wait:
            self._through = self._written
        self._about |= {wanted.note.saving} if wanted.note is not None else frozenset()

    def _write_anew(self, wanted: Wanted, is_ours: bool) -> str:
        try:
            if self._own_folder:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = Journal.stage(self.path, wanted.head, wanted.records)
            try:
                # somebody has taken the place of the file that was open: theirs stays, under another name
                said = "" if is_ours else _make_way(self.path)
                fresh.put()
                disk.sync_folder(self.path.parent)
            except OSError:
                fresh.close()
                raise
        except StoreError:
            self._drop_folder()
            raise
        except OSError as error:
            self._drop_folder()
            raise disk.failure(error, self.path) from error
        self.adopt(fresh, wanted.head.base, 0)
        self._holds(wanted)
        return said

    def _drop_folder(self) -> None:
        if self._own_folder:
            with contextlib.suppress(OSError):  # there is something in it
                self.path.parent.rmdir()


def set_aside(path: Path, why: str) -> Path | None:
    """Give what stands under a name another one, which says why; return it, or None if nothing was there."""
    aside = disk.aside(path, why)
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return None
    return aside


def _make_way(path: Path) -> str:
    """Keep what stands in a journal's place under another name; return a sentence for the annotator."""
    aside = set_aside(path, "replaced")
    kept = "" if aside is None else f"; what stood there was kept as {plain(aside.name)}"
    return f"{plain(path.name)} was taken away or changed by another program: it was written again, whole{kept}"
