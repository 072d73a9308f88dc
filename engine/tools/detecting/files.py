"""The other files of the set that a detector is loaded with."""

from __future__ import annotations

from pathlib import Path


def beside(weights: Path, name: str) -> Path | None:
    """Return another file of the set, None if it has none of this name.

    Of an installed set it is one that was verified with it; of a file elsewhere, whatever lies beside that.
    """
    from engine.weights import companions, record_of

    if record_of(weights) is not None:
        return next((path for path in companions(weights) if path.name == name), None)
    path = weights.with_name(name)
    return path if path.is_file() else None
