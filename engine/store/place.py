"""The name of an annotation file as somebody typed it: refused in a sentence where no file can have it.

Apart from reading and writing, which are about files that could be there, and happen when half of the rest is open.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.errors import StoreError
from engine.text import plain

LONGEST = 255
"""Bytes of a file's name on every usual disk."""
ENDING = ".journal"
"""The longest ending that is put to the name for files beside it."""
EXAMPLE = "annotations.termwand.yaml"


def checked_place(path: Path) -> Path:
    """Return the path of an annotation file; raise StoreError where it is a folder, a device or can be no file."""
    name = plain(str(path))
    if "\0" in str(path):
        raise StoreError(f"{name} can be no file's name", "it holds a NUL character")
    if len(os.fsencode(path.name + ENDING)) > LONGEST:
        raise StoreError("The annotation file's name is too long", f"{len(path.name)} characters: {name[:60]}…")
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        _check_folder(path.parent)
        return path
    except OSError as error:
        raise StoreError(f"{name} cannot be used for annotations", (error.strerror or str(error)).lower()) from error
    if stat.S_ISDIR(mode):
        example = plain(str(path / EXAMPLE))
        raise StoreError(f"{name} is a folder", f"--annotations takes the name of a file, such as {example}")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{name} is not a file", "--annotations takes the name of a file: no device, no pipe")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{name} may not be read", "ask its owner, or name another file with --annotations")
    return path


def _check_folder(folder: Path) -> None:
    if not os.path.isdir(folder):
        what = "is no folder" if os.path.lexists(folder) else "is not there"
        raise StoreError(f"{plain(str(folder))} {what}", "--annotations takes a file in a folder that there is")
