"""How the classes of a file are called: by the names that came with it, or as those it was published with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.errors import WeightsError
from engine.weights import companions

ENDINGS = (".names", ".txt", ".labels")
LARGEST = 1 << 20
"""Bytes of a file of names."""


def labels_for(path: Path, classes: int, published: Sequence[str], *, background: bool = False) -> tuple[str, ...]:
    """Return a label for each of a file's classes, "" for one that is never meant.

    `background`: class 0 is the background's, and files of names leave it out. Raise WeightsError if names and classes
    differ in number, or nothing says how the classes are called.
    """
    names = next((one for one in companions(path) if one.suffix in ENDINGS), None)
    if names is None:
        if classes == len(published):
            return tuple(published)
        told = f"put them into {path.with_suffix('.names').name} beside it, one a line, and add it again ({path})"
        raise WeightsError(f"{path.name} tells {classes - background} classes apart and does not name them", told)
    lines = tuple(line.strip() for line in names.read_bytes()[:LARGEST].decode("utf-8", "replace").splitlines())
    found = tuple(line for line in lines if line)
    if background and len(found) == classes - 1:
        return ("", *found)
    if len(found) != classes:
        told = f"it tells {classes - background} classes apart ({path})"
        raise WeightsError(f"{names.name} names {len(found)} classes, {path.name} has others", told)
    return found
