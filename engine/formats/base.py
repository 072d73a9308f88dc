"""What a format declares and does, how formats are found, and which of them a file is of.

A format is a module of this package, or a file in the folder that TERMWAND_EXTRA_FORMATS names, with SPEC, `sniff`,
`read` and `write`. docs/adding-a-format.md adds one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from engine.discover import Listing, extra_modules, modules_of, need
from engine.document import Document
from engine.errors import ToolError, nearest
from engine.store import files
from engine.textfile import decoded

OWN = "termwand"
"""Id of the program's own format: what a file is taken for where nothing says what it is."""

FUNCTIONS = ("sniff", "read", "write")
"""What a format has beside its SPEC."""


@dataclass(frozen=True)
class FormatSpec:
    """A format."""

    id: str
    """What the command line calls it."""
    name: str
    suffixes: tuple[str, ...]
    """How names of its files end, the usual one first; "" for a format whose files are folders."""
    carries: frozenset[str]
    """What of a document it keeps: keys of `engine.formats.loss.PARTS`."""
    source: str = ""
    """Where the format is described."""


def no_line(number: int) -> int:
    """Return 0: a format whose files are no lines of text."""
    return 0


@dataclass(frozen=True)
class Read:
    """What was read from a file."""

    document: Document
    notes: tuple[str, ...] = ()
    """What to tell of it, as sentences: what was left out, and why."""
    line: Callable[[int], int] = no_line
    """Returns the line, from 1, of the shape or track of an id; 0 where that cannot be said."""


class Format(Protocol):
    """A module that is a format."""

    SPEC: FormatSpec

    def sniff(self, path: Path) -> bool:
        """Say by its content, quickly, whether a file or folder is of this format; never raise."""

    def read(self, path: Path) -> Read:
        """Read a file; raise FormatError with line and column for its content, StoreError for the disk."""

    def write(self, path: Path, document: Document) -> None:
        """Write a document, whole or not at all; raise StoreError. What is not in `carries` is left out."""


def text_of(path: Path) -> str:
    """Return a file's text, in whatever Unicode it is; raise StoreError for the disk, FormatError for what is no text.

    For `read` of formats that are text.
    """
    return decoded(files.read(path)[0], path.name)


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, durably; raise StoreError. For `write` of formats that are one file."""
    temp, saved = files.prepare(path, data)
    files.replace(temp, path, saved)


@Listing
def formats() -> dict[str, Format]:
    """Return every format by id; raise ToolError if two have one id or a file is no whole format."""
    found: dict[str, Format] = {}
    for module in (*modules_of(__package__), *extra_modules("format")):
        spec = getattr(module, "SPEC", None)
        if not isinstance(spec, FormatSpec):
            continue
        if spec.id in found:
            raise ToolError(f'Two formats are called "{spec.id}"', str(module.__file__))
        need(module, "format", *FUNCTIONS)
        found[spec.id] = cast(Format, module)
    return found


def find(format_id: str) -> Format:
    """Return a format; raise ToolError with the nearest id."""
    found = formats()
    if format_id not in found:
        raise ToolError(f'No format is called "{format_id}"', nearest(format_id, found))
    return found[format_id]


def format_of(path: Path) -> Format | None:
    """Return the format that a file or folder is of, None if it is of none that is known.

    Those whose endings its name has are asked first: their looking is the cheapest that can succeed.
    """

    def fits(found: Format) -> bool:
        return path.name.endswith(tuple(suffix for suffix in found.SPEC.suffixes if suffix))

    asked = sorted(formats().values(), key=lambda found: not fits(found))
    return next((found for found in asked if found.sniff(path)), None)
