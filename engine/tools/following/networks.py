"""What OpenCV's trackers with networks have in common: their files, found and tried once when they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.weights import companions


def companion(weights: Path | None, spec: ToolSpec) -> Path:
    """Return a backbone's head: the second file of its set, installed or beside it; WeightsError if it is missing."""
    second = spec.weights[0].files[1].file
    if weights is None:
        raise WeightsError(f"{spec.name} has no weights", f"termwand models get {spec.id} fetches them")
    beside = (weights.with_name(second), weights.with_name(weights.name.replace("backbone", "head")))
    path = next((path for path in (*companions(weights), *beside) if path.is_file() and path != weights), None)
    if path is None:
        raise WeightsError(f"{spec.name} needs {second} too", f"put it beside the other file, in {weights.parent}")
    return path


def made(create: Callable[[Any], Any], params: Any, spec: ToolSpec, weights: Path | None) -> Callable[[], Any]:
    """Return what makes such a tracker, tried once; raise WeightsError if OpenCV cannot read the files."""
    if weights is None:
        raise WeightsError(f"{spec.name} has no weights", f"termwand models get {spec.id} fetches them")
    quiet()
    try:
        create(params)
    except cv2.error as error:
        reason = str(error.err).strip() or "it is no network that OpenCV reads"
        raise WeightsError(f"{spec.name} cannot read {weights.name}", reason) from error
    return lambda: create(params)


def quiet() -> None:
    """Let OpenCV print errors alone: its reader of networks warns of each layer's device, to standard error."""
    levels: Any = cv2.utils.logging
    levels.setLogLevel(levels.LOG_LEVEL_ERROR)
