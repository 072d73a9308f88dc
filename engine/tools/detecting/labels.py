"""Names of what a detector finds, with the set of weights that it uses; no runtime is loaded for them.

They come from the set's file of labels (one name a line), else from what is written in the network's file, else from
the detector's own list.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from engine import weights
from engine.errors import FormatError, WeightsError
from engine.specs import DetectorSpec
from engine.text import one_line
from engine.textfile import text_in
from engine.tools.detecting.signatures import signature_of

SUFFIXES = (".names", ".txt", ".labels")
"""Endings of files of labels in a set."""
LARGEST = 1 << 20
"""Bytes of a file of labels."""
MOST = 100_000
"""Classes of one network."""


def labels_of(spec: DetectorSpec, name: str = "") -> tuple[str, ...]:
    """Return what a detector finds with a set of weights ("": the one in use), each name once.

    Where the set is not here, or does not say, its spec's labels. Raise WeightsError for a damaged file of labels.
    """
    known = weights.sets(spec) if spec.weights else []
    here = next((one for one in known if one.name == name), None) if name else weights.used(spec)
    found = _of_set(here) if here is not None else ()
    return tuple(dict.fromkeys(label for label in found if label)) or spec.labels


def _of_set(here: weights.Here) -> tuple[str, ...]:
    listed = next((record.path for record in here.records if record.path.suffix in SUFFIXES), None)
    if listed is not None:
        return in_file(listed)
    path, record = here.path, here.records[0]
    return _written_in(path, record.sha256) if path.suffix == ".onnx" else ()


@lru_cache(64)
def _written_in(path: Path, _sha256: str) -> tuple[str, ...]:
    """Return the names in a network's file, () if it has none or cannot be read."""
    try:
        return named_in(signature_of(path).metadata)
    except WeightsError:
        return ()


def named_in(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in a file's metadata, by number: ultralytics writes {0: 'person', ...} there; () if none."""
    text = metadata.get("names", "")
    if not text or len(text) > LARGEST:
        return ()
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return ()
    if isinstance(found, list | tuple):
        found = dict(enumerate(found))
    if not isinstance(found, dict) or not all(isinstance(key, int) and 0 <= key < MOST for key in found):
        return ()
    names = {number: _name(value) for number, value in found.items()}
    return tuple(one_line(names.get(number, "")) for number in range(max(names, default=-1) + 1))


def _name(value: object) -> str:
    """Return a name, which may be written as a number; "" for what is neither, or has more digits than any name."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and abs(value) < 1 << 63 else ""


def in_file(path: Path) -> tuple[str, ...]:
    """Return the names in a file, one a line, empty lines at the end left out; raise WeightsError."""
    try:
        lines = text_in(path, LARGEST).rstrip("\n").split("\n")
    except (FormatError, OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise WeightsError(f"{path.name} cannot be read as a file of labels", f"{told} ({path})") from error
    names = tuple(one_line(line) for line in lines)
    while names and not names[-1]:
        names = names[:-1]
    if not names:
        raise WeightsError(f"{path.name} holds no labels", f"expected one name a line ({path})")
    return names


def names_for(
    path: Path, metadata: Mapping[str, str], classes: int, published: Sequence[str] = (), *, shifted: bool = False
) -> tuple[str, ...]:  # fmt: skip
    """Return the names of the classes that the network in a verified file scores, by number.

    `classes` is how many it scores, 0 if that cannot be told. The first that there is: the file of labels in its set,
    its own metadata, `published`. `shifted`: a list that is one shorter begins with class 1. Raise WeightsError where
    the numbers differ.
    """
    listed = next((one for one in weights.companions(path) if one.suffix in SUFFIXES), None)
    names = in_file(listed) if listed else named_in(metadata) or tuple(published)
    return matched(names, classes, path, listed.name if listed else "", shifted=shifted)


def matched(
    names: tuple[str, ...], classes: int, path: Path, source: str, *, shifted: bool = False
) -> tuple[str, ...]:  # fmt: skip
    """Return the names if they are as many as the classes of a file; raise WeightsError if not."""
    if shifted and len(names) == classes - 1:
        return ("", *names)
    if classes and len(names) != classes:
        wanted = f"give the names of all {classes}, one a line: termwand models add {path.name} --labels FILE"
        if source:
            raise WeightsError(f"{source} has {len(names)} names, but {path.name} knows {classes} classes", wanted)
        known = f"{len(names)} are expected of it" if names else "it does not name them"
        raise WeightsError(f"{path.name} knows {classes} classes", f"{known}; {wanted}")
    return names
