"""The folder of weights and the records in it: what is known of every file since it was verified.

A set of one file lies in the folder itself, called as the set. The files of a larger one lie together under their own
names in `sets/TOOL/SET`, so that two sets can have files of one name, as a publisher's editions have. Beside every
file lies its record, and a file without one is not used. Nothing is noted twice: a set is here if its files are.
"""

from __future__ import annotations

import json
import os
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path

from engine import disk
from engine.errors import WeightsError
from engine.small_files import read_small
from engine.weights.remembered import once

FOLDER = "TERMWAND_WEIGHTS"
SETS = "sets"
"""The folder, in the folder of weights, of what consists of several files."""
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
    set: str = ""
    """The set that it belongs to; "": it is one by itself."""
    files: tuple[str, ...] = ()
    """All files of that set, this one too, the one that names the others first; () for one by itself."""

    @property
    def name(self) -> str:
        """The set's name."""
        return self.set or self.file

    @property
    def path(self) -> Path:
        """Where the file is."""
        return home(self.tool, self.set) / self.file

    @property
    def label(self) -> str:
        """The file as messages call it."""
        return f"{self.file} of {self.set}" if self.set else self.file


def folder() -> Path:
    """Return the folder of checkpoints: TERMWAND_WEIGHTS, or one in the user's cache."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "weights"


def home(tool: str, name: str) -> Path:
    """Return where the files of a set of several are; "": of one that is a single file."""
    return folder() / SETS / tool / name if name else folder()


def need_folder() -> None:
    """Raise WeightsError if the folder cannot be read; that there is none yet is fine."""
    try:
        os.listdir(folder())
        os.stat(os.path.join(folder(), "."))  # fails where its names may be listed but not followed
    except FileNotFoundError:
        return
    except OSError as error:
        raise WeightsError("The folder of weights cannot be read", f"{error.strerror} ({folder()})") from error


def refuse_name(name: str) -> None:
    """Raise WeightsError if no file in the folder may be called so."""
    if name.endswith(OWN):
        raise WeightsError(f"{name} cannot be taken in", f"{', '.join(OWN)} end the program's own files: rename it")
    if name == SETS:
        raise WeightsError(f"{name} cannot be taken in", "a folder of the program's own is called so: rename it")
    if len(os.fsencode(name)) > LONGEST:
        raise WeightsError("The file's name is too long", f"at most {LONGEST} bytes: rename it ({name})")


def records() -> list[Record]:
    """Return the records of all files that are there; damaged records count as none, so does an unreadable folder."""
    place, found = folder(), []
    for tool, name in (("", ""), *_sets(place / SETS)):
        where = place / SETS / tool / name if name else place
        files: tuple[str, ...] = once(where, _names, ())
        for file in files:
            record = _read(where / file)
            if record is None or record.set != name or (name and record.tool != tool):
                continue  # it belongs elsewhere
            if os.path.isfile(where / record.file):
                found.append(record)
    return found


def record_of(path: Path) -> Record | None:
    """Return the record of a file in the folder, or None."""
    return _read(path.with_name(path.name + SUFFIX))


def write(record: Record) -> None:
    """Write a record beside its file, all or nothing."""
    path = record.path.with_name(record.file + SUFFIX)
    try:
        disk.commit(disk.prepare(path, (json.dumps(asdict(record), indent=1) + "\n").encode()), path)
    except OSError as error:
        raise WeightsError("The folder of weights cannot be written", f"{error.strerror} ({path})") from error


def _sets(place: Path) -> list[tuple[str, str]]:
    """Return the tool and the name of every set that has a folder of its own."""
    return [(tool, name) for tool in _folders_in(place) for name in _folders_in(place / tool)]


def _folders_in(place: Path) -> tuple[str, ...]:
    return once(place, _folders, ())


def _folders(place: Path) -> tuple[str, ...]:
    try:
        with os.scandir(place) as entries:
            return tuple(sorted(entry.name for entry in entries if entry.is_dir()))
    except OSError:
        return ()


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
        known = {field.name: data[field.name] for field in fields(Record) if field.name in needed | {*data}}
        record = Record(**{**known, "files": tuple(known.get("files", ()))})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if any(type(value) is not type(getattr(_EXAMPLE, name)) for name, value in asdict(record).items()):
        return None
    if not all(isinstance(name, str) and os.path.basename(name) == name for name in (record.set, *record.files)):
        return None  # it would lead elsewhere
    if record.set and record.file not in record.files:
        return None
    return record if record.file == path.name.removesuffix(SUFFIX) else None


_EXAMPLE = Record("", "", "", 0, 0, "")
