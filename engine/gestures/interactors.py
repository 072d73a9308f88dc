"""Interactors as gestures ask for them: by id, with a word on what is missing."""

from __future__ import annotations

from engine.errors import ToolError, nearest
from engine.specs import InteractorSpec
from engine.tools.packages import need
from engine.tools.registry import interactors


def spec_of(tool: str) -> InteractorSpec:
    """Return an interactor's spec; raise ToolError with the nearest name."""
    found = interactors()
    if tool not in found:
        raise ToolError(f'No interactor is called "{tool}"', nearest(tool, found))
    return found[tool]


def usable(tool: str) -> InteractorSpec:
    """Return an interactor's spec; raise ToolError with the command to give where packages are missing for it."""
    spec = spec_of(tool)
    need(spec)
    return spec
