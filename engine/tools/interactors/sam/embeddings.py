"""Embeddings on disk: what an encoder made of a picture, so that coming back to a frame costs no encoder pass.

Keyed by the picture's content and the model, not by file names, so it holds across videos, copies and renames. Stored
as float16 without compression (compression saves a tenth and costs more than reading). The least recently used go
first. The cache may be deleted at any time; a damaged entry counts as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import disk, leftovers
from engine.tools.base import Image

FOLDER = "TERMWAND_EMBEDDINGS"
LIMIT = 4 << 30
"""Bytes on disk: about two thousand frames."""
CHECK = 16
SUFFIX = ".f16"
Floats = NDArray[np.float32]


def default_folder() -> Path:
    """Return the folder of embeddings: TERMWAND_EMBEDDINGS, or one in the user's cache."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "embeddings"


def key_of(image: Image, model: str) -> str:
    """Return the name of a picture's embedding by a model."""
    state = hashlib.blake2b(repr((image.shape, model)).encode(), digest_size=20)
    state.update(np.ascontiguousarray(image).data)
    return state.hexdigest()


class EmbeddingStore:
    """A folder of embeddings of one shape, bounded in bytes."""

    def __init__(self, shape: tuple[int, ...], folder: Path | None = None, limit: int = LIMIT) -> None:
        self.shape = shape
        self.folder = folder or default_folder()
        self.limit = limit

    def get(self, key: str) -> Floats | None:
        """Return an embedding as float32, or None; what is read counts as used."""
        path = self.folder / (key + SUFFIX)
        try:
            data = disk.read_ours(path, LIMIT)
            os.utime(path, follow_symlinks=False)
        except OSError:
            return None
        body, check = data[:-CHECK], data[-CHECK:]
        if len(body) != 2 * int(np.prod(self.shape)) or _digest(body) != check:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return np.frombuffer(body, np.float16).reshape(self.shape).astype(np.float32)

    def put(self, key: str, values: Floats) -> None:
        """Keep an embedding; a full disk or a read-only folder only means that nothing is kept."""
        body = values.astype(np.float16).tobytes()
        path = self.folder / (key + SUFFIX)
        temporary = disk.temporary(path)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(disk.create(temporary), "wb") as file:  # not made durable: a damaged one counts as none
                file.write(body + _digest(body))
            temporary.replace(path)
            self._shrink()
        except OSError:
            disk.discard(temporary)

    def _shrink(self) -> None:
        leftovers.sweep(self.folder)
        with os.scandir(self.folder) as entries:
            files = [(entry.stat(), entry.path) for entry in entries if entry.name.endswith(SUFFIX)]
        total = sum(state.st_size for state, _path in files)
        for state, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if total <= self.limit:
                return
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= state.st_size


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=CHECK).digest()
