"""The frozen graph in an archive of TensorFlow's detection zoo (.tar.gz), which holds a checkpoint and texts too."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Self

from engine.errors import WeightsError
from engine.tools.progress import report

GRAPH = "frozen_inference_graph.pb"
LARGEST = 2 << 30
"""Bytes of a graph at most: a protocol buffer cannot be longer."""
BLOCK = 1 << 20
NAMES = 1 << 20
"""Bytes of a name."""
NAMING = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
"""Kinds of headers that names follow, which tarfile reads into memory."""
GZIP = b"\x1f\x8b"


class Member(tarfile.TarInfo):
    """What an archive says of one of its files; a name that is said to have gigabytes is not read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read a header; raise tarfile.ReadError if what follows it is a name that is longer than any."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in NAMING and found.size > NAMES:
            raise tarfile.ReadError("a name in it is too long")
        return found


def is_archive(path: Path) -> bool:
    """Say whether a file begins as such an archive; raise WeightsError if it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(len(GZIP)) == GZIP
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error


@contextmanager
def graph_in(path: Path) -> Iterator[Path]:
    """Give the graph as a file of its own, which goes afterwards; raise WeightsError where there is none.

    Whatever the archive calls its files, nothing is written but that one file.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / GRAPH
        try:
            with tarfile.open(path, "r|gz", tarinfo=Member) as archive, target.open("wb") as file:
                _copy(_graph(archive, path), file, path)
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            told = f"it is cut off or damaged: {' '.join(str(error).split())[:200]} ({path})"
            raise WeightsError(f"{path.name} cannot be unpacked", told) from error
        yield target


def _graph(archive: tarfile.TarFile, path: Path) -> IO[bytes]:
    """Return the graph in the archive."""
    for member in archive:
        report(f"Unpacking {path.name}")
        if member.isfile() and member.name.rpartition("/")[2] == GRAPH:
            found = archive.extractfile(member)
            if found is not None:
                return found
    raise WeightsError(f"{path.name} holds no network", f"{GRAPH} is expected in it ({path})")


def _copy(found: IO[bytes], file: IO[bytes], path: Path) -> None:
    done = 0
    while block := found.read(BLOCK):
        report(f"Unpacking {path.name}")
        done += len(block)
        if done > LARGEST:
            raise WeightsError(f"{path.name} is too large", f"its graph has over {LARGEST >> 30} GiB ({path})")
        file.write(block)
