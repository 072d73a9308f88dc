"""Finds the tools: every file in `interactors/`, `detectors/`, `trackers/`, `filters/`, `fitters/` with a SPEC.

A folder of a user's own tool files can be named in TERMWAND_EXTRA_TOOLS; they are found the same way. Nothing heavy is
imported by looking: a tool's heavy imports stand in its `load`.
"""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar, cast

from engine.discover import VARIABLES, Listing, extra_modules, modules_of
from engine.errors import ToolError, nearest
from engine.specs import DetectorSpec, FilterSpec, FitterSpec, InteractorSpec, ToolSpec, TrackerSpec
from engine.tools.base import ToolModule

KINDS: tuple[str, ...] = ("interactors", "detectors", "trackers", "filters", "fitters")
EXTRA = VARIABLES["tool"]
Spec = TypeVar("Spec", bound=ToolSpec)


@Listing
def tools() -> dict[str, ToolModule]:
    """Return every tool's module by id; raise ToolError if two have one id or a user's own file is broken."""
    found: dict[str, ToolModule] = {}
    for module in (*_own(), *extra_modules("tool")):
        spec = getattr(module, "SPEC", None)
        if not isinstance(spec, ToolSpec):
            continue
        if spec.id in found:
            raise ToolError(f'Two tools are called "{spec.id}"', str(module.__file__))
        found[spec.id] = cast(ToolModule, module)
    return found


def _own() -> list[ModuleType]:
    return [module for kind in KINDS for module in modules_of(f"engine.tools.{kind}")]


def find(tool_id: str) -> ToolModule:
    """Return a tool's module; raise ToolError with the nearest id."""
    found = tools()
    if tool_id not in found:
        raise ToolError(f'No tool is called "{tool_id}"', nearest(tool_id, found))
    return found[tool_id]


def _of(kind: type[Spec]) -> dict[str, Spec]:
    return {name: module.SPEC for name, module in tools().items() if isinstance(module.SPEC, kind)}


def interactors() -> dict[str, InteractorSpec]:
    """Return the interactors' specs by id: those that need no weights first, then by name."""
    return dict(sorted(_of(InteractorSpec).items(), key=lambda item: (bool(item[1].weights), item[1].name.lower())))


def detectors() -> dict[str, DetectorSpec]:
    """Return the detectors' specs by id."""
    return _of(DetectorSpec)


def trackers() -> dict[str, TrackerSpec]:
    """Return the trackers' specs by id."""
    return _of(TrackerSpec)


def filters() -> dict[str, FilterSpec]:
    """Return the filters' specs by id."""
    return _of(FilterSpec)


def fitters() -> dict[str, FitterSpec]:
    """Return the fitters' specs by id."""
    return _of(FitterSpec)
