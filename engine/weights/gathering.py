"""Which set a file on this machine belongs to: its companions are found beside it, by name or by ending.

Nothing is copied here, and of contents only checksums are read, where two declared sets have a file of this name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import WeightsError
from engine.specs import ToolSpec, WeightFile, Weights
from engine.weights.digests import OnProgress, digests, quiet
from engine.weights.records import home, record_of


@dataclass(frozen=True, slots=True)
class Part:
    """A file to be taken in: where it is, and how it is declared (by its own name alone if it is somebody's own)."""

    path: Path
    item: WeightFile


@dataclass(frozen=True, slots=True)
class Gathered:
    """A set that is complete on this machine; `like` is the declared set that it is, or is made like, if any."""

    name: str
    parts: tuple[Part, ...]
    like: Weights | None
    alone: bool
    """It is one file that needs no others."""
    licence: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(part.item.file for part in self.parts)


def gather(owner: ToolSpec, file: Path, on_progress: OnProgress = quiet) -> Gathered:
    """Return the set that a file belongs to; raise WeightsError that names a companion that is missing."""
    named = [weights for weights in owner.weights if file.name in {item.file for item in weights.files}]
    if named:
        return _declared(owner, _published(named, file, on_progress), file)
    if (renamed := _renamed(owner, file, on_progress)) is not None:
        return renamed
    like, tail = _alike(owner.weights, file)
    if like is None or like.alone:
        return Gathered(file.name, (Part(file, WeightFile(file.name)),), like, True)
    stem = file.name.removesuffix(tail)
    first, *others = like.files
    main = stem + Path(first.file).suffix
    wanted: list[tuple[tuple[str, ...], WeightFile]] = [((main,), first)]
    for item in others:
        taken = {names[0] for names, _ in wanted}  # a second .bin is not the first one's
        wanted.append((tuple(name for name in _names(stem, item, _tail(first, item)) if name not in taken), item))
    parts = [_beside(owner, stem, file, names, item) for names, item in wanted]
    own = tuple(Part(part.path, WeightFile(part.path.name)) for part in parts if part is not None)
    return Gathered(stem, own, like, False)


def _declared(owner: ToolSpec, weights: Weights, file: Path) -> Gathered:
    """Return a declared set; a companion that has been verified before need not be beside the file again."""
    if weights.alone:
        return Gathered(weights.name, (Part(file, weights.files[0]),), weights, True, weights.licence)
    parts = [_beside(owner, weights.name, file, (item.file,), item) for item in weights.files]
    there = tuple(part for part in parts if part is not None)
    return Gathered(weights.name, there, weights, False, weights.licence)


def _published(named: Sequence[Weights], file: Path, on_progress: OnProgress) -> Weights:
    """Return, of the sets that have a file of this name, the one whose publisher's checksums these files have."""
    if len(named) == 1:
        return named[0]
    return next((weights for weights in named if _fits(weights, file, on_progress)), named[0])


def _fits(weights: Weights, file: Path, on_progress: OnProgress) -> bool:
    """Say whether the files of a set that are here have their checksums."""
    for item in weights.files:
        kind, _, wanted = item.digest.lower().partition(":")
        path = file.with_name(item.file)
        if wanted and path.is_file() and digests(path, {kind}, on_progress)[kind] != wanted:
            return False
    return True


def _renamed(owner: ToolSpec, file: Path, on_progress: OnProgress) -> Gathered | None:
    """Return the declared set whose files are here by other names, told by size and checksum; None if there is none."""
    for weights in owner.weights:
        if not any(_is(file, item, on_progress) for item in weights.files):
            continue
        near = _beside_it(file, {file.suffix, *(Path(item.file).suffix for item in weights.files)})
        found = {item: next((path for path in near if _is(path, item, on_progress)), None) for item in weights.files}
        parts = tuple(Part(path, item) for item, path in found.items() if path is not None)
        if all(item.optional for item, path in found.items() if path is None):
            return Gathered(weights.name, parts, weights, weights.alone, weights.licence)
    return None


def _beside_it(file: Path, endings: set[str]) -> list[Path]:
    """Return the files of these endings in a file's folder, by name; raise WeightsError if it cannot be read."""
    try:
        return [path for path in sorted(file.parent.iterdir()) if path.suffix in endings and path.is_file()]
    except OSError as error:
        what = f"{file.parent} cannot be searched for the other files of {file.name}"
        raise WeightsError(what, f"{error.strerror}: make it readable, and add {file.name} again") from error


def _is(path: Path, item: WeightFile, on_progress: OnProgress) -> bool:
    """Say whether a file has the size and the checksum that a declared one was published with."""
    kind, _, wanted = item.digest.lower().partition(":")
    return bool(wanted and item.size == path.stat().st_size) and digests(path, {kind}, on_progress)[kind] == wanted


def _alike(declared: Sequence[Weights], file: Path) -> tuple[Weights | None, str]:
    """Return the declared set that has files of this ending, its first file's before any other's; and the ending."""
    for weights in declared:
        if file.suffix and Path(weights.files[0].file).suffix == file.suffix:
            return weights, file.suffix
    for weights in declared:
        for item in weights.files[1:]:
            tail = _tail(weights.files[0], item)
            if tail and file.name.endswith(tail) and file.name != tail:
                return weights, tail
    return None, file.suffix


def _tail(first: WeightFile, item: WeightFile) -> str:
    """Return what a file's name has after the stem that it shares with the first file's, "" if they share none."""
    stem = Path(first.file).stem
    return item.file.removeprefix(stem) if item.file.startswith(stem) else ""


def _names(stem: str, item: WeightFile, tail: str) -> tuple[str, ...]:
    """Return how a companion may be called: by the same stem, or as it is declared."""
    return (stem + tail,) if tail else (stem + Path(item.file).suffix, item.file)


def _beside(owner: ToolSpec, name: str, file: Path, names: Sequence[str], item: WeightFile) -> Part | None:
    """Return a file of the set, None if it is missing and need not be there; raise WeightsError if it need be."""
    if file.name in names:
        return Part(file, item)
    others = [other for other in names if other != file.name]
    for path in (file.with_name(other) for other in others):
        if path.is_file():
            return Part(path, item)
    for path in (home(owner.id, name) / other for other in others):
        if record_of(path) is not None and path.is_file():
            return Part(path, item)
    if item.optional:
        return None
    raise WeightsError(
        f"{' or '.join(others)} is missing beside {file.name}",
        f"{owner.name} needs them together: put it into {file.parent} and add {file.name} again",
    )
