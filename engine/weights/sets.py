"""Which sets of weights are here, whole or in part, and how what is missing comes here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import WeightsError
from engine.specs import ToolSpec, Weights
from engine.weights.records import Record, home, record_of, records


@dataclass(frozen=True, slots=True)
class Here:
    """What is here of a set: the records of its files in their order, and the names of those that are missing."""

    name: str
    tool: str
    records: tuple[Record, ...]
    missing: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file that a tool is given; the others lie beside it."""
        return self.records[0].path

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(record.size for record in self.records)

    @property
    def published(self) -> str:
        """The publisher's checksums that the files were compared with, "" if one of them has none."""
        sums = [record.published for record in self.records]
        return ", ".join(sums) if all(sums) else ""

    @property
    def variant(self) -> str:
        """What its first file was recognised as, or ""."""
        return self.records[0].variant

    @property
    def licence(self) -> str:
        """The terms under which it was declared when it came, or ""."""
        return self.records[0].licence


def found(owner: ToolSpec) -> list[Here]:
    """Return what is here of a tool's sets, whole or not: the declared ones in their order, then what was added."""
    declared = {item.name: item for item in owner.weights}
    mine = _grouped([record for record in records() if record.tool == owner.id], declared)
    order = [name for name in declared if name in mine] + sorted(mine.keys() - declared.keys())
    return [mine[name] for name in order]


def listed(owner: ToolSpec) -> list[tuple[Weights | None, Here | None]]:
    """Return every set that a tool declares or has, with its declaration and what is here of it; never both None."""
    here = {one.name: one for one in found(owner)}
    declared = {item.name: item for item in owner.weights}
    return [(declared.get(name), here.get(name)) for name in declared | here]


def sets(owner: ToolSpec) -> list[Here]:
    """Return the tool's sets that are here whole, in the order of `found`."""
    return [here for here in found(owner) if not here.missing]


def everything() -> list[Here]:
    """Return what is here of any tool's sets, of those that nobody declares any more too."""
    tools: dict[str, list[Record]] = {}
    for record in records():
        tools.setdefault(record.tool, []).append(record)
    return [here for tool in sorted(tools) for _, here in sorted(_grouped(tools[tool], {}).items())]


def set_of(owner: ToolSpec, name: str) -> Here | None:
    """Return what is here of one of the tool's sets, or None."""
    return next((here for here in found(owner) if here.name == name), None)


def _grouped(mine: Sequence[Record], declared: Mapping[str, Weights]) -> dict[str, Here]:
    """Return one tool's records by set."""
    groups: dict[str, list[Record]] = {}
    for record in mine:
        groups.setdefault(record.name, []).append(record)
    return {name: _together(name, group, declared.get(name)) for name, group in groups.items()}


def _together(name: str, group: Sequence[Record], declared: Weights | None) -> Here:
    """Return a set; its files are those that its declaration asks for, and those that came with them."""
    by_file = {record.file: record for record in group}
    needed = [item.file for item in declared.files if not item.optional] if declared else []
    came = [file for record in group for file in record.files or (record.file,)]
    order = dict.fromkeys([item.file for item in declared.files] if declared else ()) | dict.fromkeys(came)
    there = tuple(by_file[file] for file in order if file in by_file)
    missing = tuple(file for file in order if file not in by_file and (file in needed or file in came))
    return Here(name, group[0].tool, there, missing)


def companions(path: Path) -> tuple[Path, ...]:
    """Return the other verified files of the set whose first file this is, in their order."""
    return tuple(record.path for record in _set_at(path) if record.file != path.name)


def digest_of(path: Path) -> str:
    """Return what changes with the content of any file of the set whose first file this is, "" without a record."""
    found = _set_at(path)
    if len(found) < 2:
        return found[0].sha256 if found else ""
    text = "\n".join(f"{record.sha256} {record.file}" for record in found)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def _set_at(path: Path) -> list[Record]:
    record = record_of(path)
    if record is None:
        return []
    others = [record_of(path.with_name(file)) for file in record.files if file != path.name]
    return [record, *(other for other in others if other is not None and other.path.is_file())]


def how_to_get(owner: ToolSpec, choice: str) -> str:
    """Say how a set ("": the first) comes here."""
    declared = {item.name: item for item in owner.weights}
    wanted = declared.get(choice) if choice else next(iter(owner.weights), None)
    name = choice or (wanted.name if wanted else "")
    first = home(owner.id, "" if wanted is None or wanted.alone else name) / (wanted.files[0].file if wanted else name)
    record = record_of(first) if name and os.path.isfile(first) else None
    if name and os.path.isfile(first) and (record is None or record.tool != owner.id):
        return f"{first} is there but not verified: termwand models add {owner.id} {first}"
    fetchable = [item.name for item in owner.weights if item.fetchable]
    which = f" --file {name}" if name in fetchable[1:] else ""
    get = f"termwand models get {owner.id}{which}, or " if fetchable else ""
    files = " with ".join(item.file for item in wanted.files if not item.optional) if wanted else name
    return f"{get}termwand models add {owner.id} FILE for a file you have ({files})"


def in_part(owner: ToolSpec, here: Here) -> WeightsError:
    """Return the error that says which files of a set are missing."""
    declared = here.name in {item.name for item in owner.weights}
    first = (here.records[0].files or here.missing)[0]
    again = f"termwand models add {owner.id} {first} takes it in again, all its files in one folder"
    place = home(here.tool, here.name)
    return WeightsError(
        f"{here.name} of {owner.name} is not whole: {', '.join(here.missing)} is missing",
        f"{how_to_get(owner, here.name) if declared else again} ({place})",
    )
