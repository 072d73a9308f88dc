"""The folder of checkpoints: every file has a record beside it of what was verified, and only such files are used.

A file without a record was put there by somebody; `adopt` (termwand models add) makes its record. The record holds
the sha256 at that time, so a file that is changed later is noticed even where its publisher gives no checksum.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path

from engine import disk
from engine.errors import WeightsError
from engine.reading import read_small
from engine.weights.copying import copy
from engine.weights.declared import Declared, Owner
from engine.weights.digests import MismatchError, OnProgress, check, digests, quiet, refuse_unreadable, state_of
from engine.weights.remembered import once

FOLDER = "TERMWAND_WEIGHTS"
SUFFIX = ".verified.json"


OWN = (SUFFIX, ".part", ".tmp")
"""Endings of the program's own files in the folder."""
LONGEST = 255 - 32
"""Bytes of a name: file systems allow 255, the program adds an ending and a process's number."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a file since it was verified."""

    file: str
    tool: str
    sha256: str
    size: int
    mtime_ns: int
    source: str
    """The URL or path it came from."""
    published: str = ""
    """The publisher's checksum that it was compared with; "" if there is none and the sha256 is only pinned."""
    variant: str = ""
    licence: str = ""


def folder() -> Path:
    """Return the folder of checkpoints: TERMWAND_WEIGHTS, or one in the user's cache."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "weights"


def reach() -> None:
    """Raise WeightsError if the folder cannot be read; that there is none yet is fine."""
    try:
        os.listdir(folder())
        os.stat(os.path.join(folder(), "."))  # fails where its names may be listed but not followed
    except FileNotFoundError:
        return
    except OSError as error:
        raise WeightsError("The folder of weights cannot be read", f"{error.strerror} ({folder()})") from error


def records() -> list[Record]:
    """Return the records of all files that are there; damaged records count as none, so does an unreadable folder."""
    place = folder()
    names: tuple[str, ...] = once(place, _names, ())
    found = [_read(place / name) for name in names]
    return [record for record in found if record is not None and os.path.isfile(place / record.file)]


def _names(place: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(place) if name.endswith(SUFFIX)))
    except OSError:
        return ()


def _read(path: Path) -> Record | None:
    return once(path, _record, None)


def _record(path: Path) -> Record | None:
    try:
        data = json.loads(read_small(path))
        # a record of an older version lacks fields that have a default, one of a newer has more: both count
        needed = {field.name for field in fields(Record) if field.default is MISSING}
        record = Record(**{field.name: data[field.name] for field in fields(Record) if field.name in needed | {*data}})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if any(type(value) is not type(getattr(_EXAMPLE, name)) for name, value in asdict(record).items()):
        return None
    return record if record.file == path.name.removesuffix(SUFFIX) else None


_EXAMPLE = Record("", "", "", 0, 0, "")


def write(record: Record) -> None:
    """Write a record beside its file, all or nothing."""
    path = folder() / (record.file + SUFFIX)
    try:
        disk.commit(disk.prepare(path, (json.dumps(asdict(record), indent=1) + "\n").encode()), path)
    except OSError as error:
        raise WeightsError("The folder of weights cannot be written", f"{error.strerror} ({path})") from error


def files(owner: Owner) -> list[Path]:
    """Return a tool's files that are there and have a record: the declared ones in their order, then adopted ones."""
    mine = {record.file for record in records() if record.tool == owner.id}
    declared = [weights.file for weights in owner.weights]
    order = [name for name in declared if name in mine] + sorted(mine - set(declared))
    return [folder() / name for name in order]


def how_to_get(owner: Owner, choice: str) -> str:
    """Say how a file ("": the first) comes here."""
    wanted = choice or (owner.weights[0].file if owner.weights else "")
    lying = [name for name in (wanted,) if name and os.path.isfile(folder() / name)]
    if lying:
        return f"{folder() / lying[0]} is there but not verified: termwand models add {owner.id} {folder() / lying[0]}"
    fetchable = [weights.file for weights in owner.weights if weights.url]
    which = f" --file {wanted}" if wanted in fetchable[1:] else ""
    get = f"termwand models get {owner.id}{which}, or " if fetchable else ""
    return f"{get}termwand models add {owner.id} FILE for a file you have ({wanted})"


def record_of(path: Path) -> Record | None:
    """Return the record of a file in the folder, or None."""
    return _read(path.with_name(path.name + SUFFIX))


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
    path = folder() / record.file
    try:
        if (size := state_of(path)[0]) != record.size:  # may be vast, and need not be read to know
            told = f"{record.size} bytes expected, {size} found: the file is damaged or another one"
            raise MismatchError(f"{record.file} has the wrong checksum", told)
        found = check(path, f"sha256:{record.sha256}", on_progress)
    except MismatchError as error:
        advice = f"it was changed after it was verified; delete it, or: termwand models add {record.tool} {path}"
        raise MismatchError(error.title, f"{error.detail}; {advice}") from error
    fresh = replace(record, size=found.size, mtime_ns=found.mtime_ns)
    if fresh != record:
        with contextlib.suppress(WeightsError):
            write(fresh)
    return fresh


def adopt(
    file: Path, owner: Owner, *, variant: str = "", source: str = "", name: str = "", on_progress: OnProgress = quiet
) -> Record:
    """Copy a local file into the folder as one of the tool's, verified; return its record.

    A declared file (by its name, or `name`) must have the publisher's checksum if there is one; the sha256 of any
    other is pinned.
    """
    refuse_unreadable(file)
    reach()
    name = name or file.name
    refuse_name(name)
    declared = next((weights for weights in owner.weights if weights.file == name), None)
    published = declared.digest if declared else ""
    found = check(file, published, on_progress)
    target = folder() / name
    _refuse_taken(target, owner, found.sha256, on_progress)
    if not (target.exists() and target.samefile(file)):
        found = copy(file, target, found.sha256)
    record = Record(
        file=name, tool=owner.id, sha256=found.sha256, size=found.size, mtime_ns=found.mtime_ns,
        source=source or str(file.resolve()), published=published, variant=variant,
        licence=declared.licence if declared else "",
    )  # fmt: skip
    write(record)
    return record


def installed(owner: Owner, weights: Declared, on_progress: OnProgress = quiet) -> Record | None:
    """Return the record of a declared file that is here as the publisher has it, or None; raise WeightsError.

    One that another tool has under that name is no place to fetch it to.
    """
    reach()
    record = record_of(folder() / weights.file)
    if record is None or not os.path.isfile(folder() / record.file) or not _intact(record, on_progress):
        return None
    if record.tool != owner.id:
        _refuse_taken(folder() / record.file, owner, record.sha256, on_progress)
    return record if record.published == weights.digest else None


def refuse_name(name: str) -> None:
    """Raise WeightsError if no file in the folder may be called so."""
    if name.endswith(OWN):
        raise WeightsError(f"{name} cannot be taken in", f"{', '.join(OWN)} end the program's own files: rename it")
    if len(os.fsencode(name)) > LONGEST:
        raise WeightsError("The file's name is too long", f"at most {LONGEST} bytes: rename it ({name})")


def _refuse_taken(target: Path, owner: Owner, sha256: str, on_progress: OnProgress) -> None:
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
        trusted(folder() / record.file, on_progress)
    except MismatchError:
        return False
    return True
