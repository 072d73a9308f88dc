"""What the command line asks for. Apart from `opening.py`, which brings the engine along: this brings nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.settings import Settings


@dataclass(frozen=True)
class Options:
    """What to open, where its annotations are, and how."""

    paths: tuple[Path, ...]
    annotations: Path | None = None
    labels: str = ""
    read_only: bool = False
    frame: int | None = None
    settings: Settings = field(default_factory=Settings)
    review: bool = False
    """It is opened in a review."""
    action: tuple[str, ...] = ()
    """An action, with arguments, to be done when the first frame is there."""
