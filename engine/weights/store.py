"""Taking weights into the folder, and trusting what is there: every file has a record of what was verified.

A file without a record was put there by somebody; `adopt` (termwand models add) makes its record. The record holds
the sha256 at that time, so a file that is changed later is noticed even where its publisher gives no checksum.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from engine.errors import WeightsError
from engine.specs import ToolSpec, WeightFile, Weights
from engine.weights.copying import copy
from engine.weights.digests import (
    Checked,
    MismatchError,
    OnProgress,
    check,
    digests,
    quiet,
    refuse_unreadable,
    state_of,
    summed,
)
from engine.weights.gathering import Gathered, Part, gather
from engine.weights.records import Record, home, need_folder, record_of, records, refuse_name, write
from engine.weights.sets import Here, set_of


def trusted(path: Path, on_progress: OnProgress) -> Path:
    """Return the path if the file is the one that was verified; it is read whole only if its time has changed."""
    record = record_of(path)
    if record is None:
        raise WeightsError(f"{path.name} has just been removed", f"it was in {path.parent}")
    if state_of(path)[:2] != (record.size, record.mtime_ns):
        verify(record, on_progress)
    return path


def verify(record: Record, on_progress: OnProgress = quiet) -> Record:
    """Read a file whole and compare it with its record; return the record with the file's present time.

    Raise MismatchError where the bytes are others, WeightsError where they cannot be read. That the present time
    cannot be noted is no fault of the file's, which is only read again the next time.
    """
    path = record.path
    try:
        if (size := state_of(path)[0]) != record.size:  # may be vast, and need not be read to know
            told = f"{record.size} bytes expected, {size} found: the file is damaged or another one"
            raise MismatchError(f"{record.label} has the wrong checksum", told)
        found = check(path, f"sha256:{record.sha256}", on_progress, name=record.label)
    except MismatchError as error:
        advice = f"it was changed after it was verified; delete it, or: termwand models add {record.tool} {path}"
        raise MismatchError(error.title, f"{error.detail}; {advice}") from error
    fresh = replace(record, size=found.size, mtime_ns=found.mtime_ns)
    if fresh != record:
        with contextlib.suppress(WeightsError):
            write(fresh)
    return fresh


def verify_set(here: Here, on_progress: OnProgress = quiet) -> None:
    """Read all files of a set whole; raise as `verify` does for the first that is wrong, or for one that is missing."""
    if here.missing:
        files = ", ".join(here.missing)
        raise WeightsError(f"{files} of {here.name} is missing", f"it belongs into {here.path.parent}")
    before = 0
    for record in here.records:
        verify(record, summed(on_progress, before, here.size))
        before += record.size


def adopt(
    file: Path, owner: ToolSpec, *, variant: str = "", gathered: Gathered | None = None, on_progress: OnProgress = quiet
) -> Here:
    """Copy a local file and its companions into the folder as one of the tool's sets, verified; return the set.

    A declared file (by its name) must have the publisher's checksum if there is one; the sha256 of any other is
    pinned. `gathered` is what `gather` has found of this file, if somebody has looked already.
    """
    refuse_unreadable(file)
    need_folder()
    refuse_name(file.name)
    gathered = gathered or gather(owner, file, on_progress)
    _refuse_other(owner, gathered)
    place = home(owner.id, "" if gathered.alone else gathered.name)
    whole, before = sum(_size(part.path) for part in gathered.parts), 0
    checked: list[tuple[Part, Checked]] = []
    for part in gathered.parts:  # before anything is copied
        refuse_name(part.item.file)
        refuse_unreadable(part.path)
        told = summed(on_progress, before, 0 if gathered.alone else whole)
        checked.append((part, check(part.path, part.item.digest, told)))
        before += checked[-1][1].size
        _refuse_taken(place / part.item.file, owner, checked[-1][1].sha256, told)
    for part, found in checked:
        _take_in(part, found, _record(owner, gathered, part.item, found, part.path, variant))
    here = set_of(owner, gathered.name)
    if here is None:
        raise WeightsError(f"{gathered.name} has just been removed", f"it was in {place}")
    return here


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _record(
    owner: ToolSpec, gathered: Gathered, item: WeightFile, found: Checked, source: Path, variant: str
) -> Record:  # fmt: skip
    target = home(owner.id, "" if gathered.alone else gathered.name) / item.file
    old = record_of(target) if source == target else None  # verified before: where it came from is known
    return Record(
        file=item.file, tool=owner.id, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns,
        source=old.source if old else str(source.resolve()), published=item.digest, variant=variant,
        licence=gathered.licence, set="" if gathered.alone else gathered.name,
        files=() if gathered.alone else gathered.files,
    )  # fmt: skip


def _take_in(part: Part, found: Checked, record: Record) -> None:
    """Copy a file that has been checked into its place, and write its record."""
    target = record.path
    if not (target.exists() and target.samefile(part.path)):
        found = copy(part.path, target, found.sha256)
    write(replace(record, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns))


def installed(owner: ToolSpec, weights: Weights, on_progress: OnProgress = quiet) -> Here | None:
    """Return a declared set that is here as the publisher has it, or None; raise WeightsError.

    One that another tool has under that name is no place to fetch it to.
    """
    need_folder()
    whole = [standing(owner, weights, item, on_progress) for item in weights.files]
    lacking = [item for item, record in zip(weights.files, whole, strict=True) if record is None and not item.optional]
    return None if lacking else set_of(owner, weights.name)


def standing(owner: ToolSpec, weights: Weights, item: WeightFile, on_progress: OnProgress = quiet) -> Record | None:
    """Return the record of a declared file that is here as the publisher has it, or None; raise WeightsError."""
    target = home(owner.id, "" if weights.alone else weights.name) / item.file
    record = record_of(target)
    if record is None or not os.path.isfile(target) or not _intact(record, on_progress):
        return None
    if record.tool != owner.id:
        _refuse_taken(target, owner, record.sha256, on_progress)
    return record if record.published == item.digest else None


def _refuse_other(owner: ToolSpec, gathered: Gathered) -> None:
    """Raise WeightsError if the tool has a set of that name that consists of other files."""
    for record in records():
        same = (record.files or (record.file,))[0] == gathered.files[0]
        if record.tool == owner.id and record.name == gathered.name and not same:
            way = f"rename the files, or delete {record.path} first"
            raise WeightsError(f"{owner.name} has weights called {gathered.name} already, of other files", way)


def _refuse_taken(target: Path, owner: ToolSpec, sha256: str, on_progress: OnProgress) -> None:
    """Raise WeightsError if a file of that name is here that would be lost: another tool's, or another content."""
    record = record_of(target)
    if not target.is_file() or (record is not None and not _intact(record, on_progress)):
        return
    way = f"give this one another name, or delete {target} first"
    if record is None:
        if digests(target, {"sha256"}, on_progress)["sha256"] != sha256:
            raise WeightsError(f"Another file called {target.name} lies in the folder of weights, not verified", way)
    elif record.tool != owner.id:
        raise WeightsError(f"A file called {target.name} is here already, and is {record.tool}'s", way)
    elif record.sha256 != sha256:
        raise WeightsError(f"{owner.name} has a file called {target.name} already, with another content", way)


def _intact(record: Record, on_progress: OnProgress) -> bool:
    """Say whether the file is still the one of its record."""
    try:
        trusted(record.path, on_progress)
    except MismatchError:
        return False
    return True
