"""Which files are meant: natural order, folders, patterns, and where the annotations of a media go.

Nothing is opened here and nothing but names and kinds is looked at, so that a folder of 100,000 files lists in well
under a second.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path

from engine.errors import MediaError, nearest

_WEB = ("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "gif", "webp", "avif", "avifs")
_OTHERS = ("tif", "tiff", "bmp", "dib", "ppm", "pgm", "pbm", "pnm", "jp2", "j2k", "jpx", "tga", "ico", "pcx")
PICTURES = frozenset((*_WEB, *_OTHERS, "heic", "heif", "hif"))
"""Extensions listed as pictures; HEIF is among them so that it is refused by name instead of being passed over."""
VIDEOS = frozenset((
    "mp4", "m4v", "mov", "qt", "mkv", "webm", "avi", "mpg", "mpeg", "m2v", "ts", "mts", "m2ts", "vob", "wmv", "asf",
    "flv", "f4v", "ogv", "ogg", "3gp", "3g2", "mxf", "y4m", "mj2", "dv", "rm", "rmvb", "h264", "h265", "hevc", "264",
    "265", "ivf",
))  # fmt: skip
"""Extensions taken for videos beside a medium of the same name; any file that can be decoded is opened all the same."""
SUFFIX = ".termwand.yaml"
_NUMBERS = re.compile(r"\d+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def natural_key(name: str) -> tuple[str, str]:
    """Return a sorting key that puts img2 before img10, whatever the case.

    A number is its length and its digits: as text these sort as numbers do, and many times as fast as parts apart.
    """
    return _NUMBERS.sub(_number, name.casefold()), name  # img1 and img01 are equal up to here


def _number(found: re.Match[str]) -> str:
    digits = found[0]
    if not digits.isascii():
        digits = str(int(digits))  # other scripts have digits too
    digits = digits.lstrip("0")
    return f"\0{chr(len(digits))}{digits}"  # before every letter


def storable(name: str) -> str:
    """Return a file name as a document can hold it: a byte that is no UTF-8 becomes U+FFFD and its two digits."""
    return name if name.isascii() else _SURROGATE.sub(lambda half: f"\ufffd{ord(half[0]) & 0xFF:02x}", name)


def extension(name: str) -> str:
    """Return what follows the last point, in lower case."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def list_folder(folder: Path) -> list[str]:
    """Return the names of the pictures in a folder in natural order; hidden files and others are passed over."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _is_listed(entry)]
    except OSError as error:
        raise MediaError(f"Cannot list the folder {folder.name}", f"{folder}: {error.strerror}") from error
    return sorted(names, key=natural_key)


def _is_listed(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and extension(entry.name) in PICTURES and _is_file(entry)


def _is_file(entry: os.DirEntry[str] | Path) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself, or out of a file system that answers no more
        return False


def expand(paths: Sequence[Path]) -> list[Path]:
    """Return the files and folders meant, patterns such as `cam*.jpg` resolved; MediaError where there is none."""
    found: list[Path] = []
    for path in paths:
        found.extend([path] if os.path.lexists(path) else _matches(path))
    unique = {os.path.abspath(path) for path in found}
    if not unique:
        raise MediaError("Nothing to open", "name a picture, a folder of pictures or a video")
    several = [Path(path) for path in sorted(unique, key=natural_key)]
    return [path for path in several if _is_meant(path)] or several


def _is_meant(path: Path) -> bool:
    """Say whether one of several paths is a picture: a shell's * also finds links to nowhere, pipes and folders."""
    return extension(path.name) not in PICTURES or _is_file(path)


def _matches(path: Path) -> list[Path]:
    matches = [Path(match) for match in glob.glob(str(path), recursive=True)] if glob.has_magic(str(path)) else []
    if matches:
        return [match for match in matches if not os.path.isdir(match)] or matches
    try:
        os.lstat(path)
    except PermissionError as error:
        raise MediaError(f"{path.name} cannot be reached", f"{path}: you may not enter a folder above it") from error
    except (OSError, ValueError):
        pass
    raise MediaError(f"There is no {path.name or path}", f"{path}: {_neighbours(path)}")


def _neighbours(path: Path) -> str:
    try:
        names = sorted(os.listdir(path.parent))[:2000]
    except OSError:
        return f"the folder {path.parent} cannot be read"
    return nearest(path.name, names)


def saved_at(files: Sequence[Path]) -> Path:
    """Return the usual place of the annotations of expanded paths; see `engine.project.naming`."""
    if len(files) > 1:
        return _in_folder(common_folder(files))
    return _in_folder(files[0]) if files[0].is_dir() else files[0].with_name(files[0].stem + SUFFIX)


def common_folder(files: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all the files."""
    return Path(os.path.commonpath({os.path.dirname(path) for path in files}))


def _in_folder(folder: Path) -> Path:
    inside = folder / f"annotations{SUFFIX}"
    if os.path.lexists(inside) or os.access(folder, os.W_OK) or not os.access(folder.parent, os.W_OK):
        return inside
    return folder.with_name(folder.name + SUFFIX)
