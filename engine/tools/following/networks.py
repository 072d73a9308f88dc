"""What OpenCV's trackers with networks have in common: their files, found and tried once when they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from engine.errors import WeightsError


def beside(weights: Path | None, names: tuple[str, ...], tool: str) -> Path:
    """Return the file of one of these names that lies beside the weights; raise WeightsError that names it."""
    folder = weights.parent if weights is not None else Path()
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise WeightsError(f"{tool} needs {names[0]} too", f"put it beside the other file, in {folder}")
    return found


def made(create: Callable[[Any], Any], params: Any, tool: str, weights: Path | None) -> Callable[[], Any]:
    """Return what makes such a tracker, tried once; raise WeightsError if OpenCV cannot read the files."""
    if weights is None:
        raise WeightsError(f"{tool} has no weights", f"termwand models get {tool.lower()} fetches them")
    try:
        create(params)
    except cv2.error as error:
        reason = str(error.err).strip() or "it is no network that OpenCV reads"
        raise WeightsError(f"{tool} cannot read {weights.name}", reason) from error
    return lambda: create(params)
