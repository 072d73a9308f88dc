"""The frozen graph in an archive of TensorFlow's detection zoo (.tar.gz), which holds a checkpoint and texts too."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from engine.errors import WeightsError
from engine.tools.progress import report

GRAPH = "frozen_inference_graph.pb"
LARGEST = 2 << 30
"""Bytes of a graph at most: a protocol buffer cannot be longer."""
BLOCK = 1 << 20
GZIP = b"\x1f\x8b"


@contextmanager
def graph_in(path: Path) -> Iterator[Path]:
    """Give the graph as a file of its own, which goes afterwards; raise WeightsError where there is none.

    Whatever the archive calls its files, nothing is written but that one file.
    """
    with TemporaryDirectory() as folder:
        target = Path(folder) / GRAPH
        try:
            with tarfile.open(path, "r|gz") as archive, target.open("wb") as file:
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
