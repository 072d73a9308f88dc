"""How far long runs over an annotation file have come, kept so that one that was killed goes on where it was."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from engine import disk

Checkpoint = TypeVar("Checkpoint", bound=msgspec.Struct)


@dataclass(frozen=True)
class Checkpoints(Generic[Checkpoint]):
    """Those of one kind of run, in a folder of their own in the user's state folder."""

    folder: str
    type: type[Checkpoint]
    largest: int
    """Bytes; more is not read."""

    def place(self, yaml: Path) -> Path:
        """Return where the checkpoint of a run over an annotation file is kept."""
        kept = disk.state_path(self.folder, Path(os.path.realpath(yaml)))
        return kept.with_name(kept.name + ".run")

    def load(self, path: Path) -> Checkpoint | None:
        """Return the checkpoint that is kept; None where there is none, or one that cannot be read."""
        try:
            return msgspec.msgpack.decode(disk.read_ours(path, self.largest), type=self.type)
        except (OSError, msgspec.MsgspecError):
            return None

    def save(self, path: Path, checkpoint: Checkpoint) -> None:
        """Keep it in place of the one before, whole or not at all; raise StoreError where the disk refuses."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.commit(disk.prepare(path, msgspec.msgpack.encode(checkpoint)), path)
        except OSError as error:
            raise disk.failure(error, path) from error

    def forget(self, path: Path) -> None:
        """Remove a checkpoint: its run has ended."""
        disk.discard(path)
