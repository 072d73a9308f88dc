"""Adopting a checkpoint file that is there already: tell what it is, then take it in under the tool that can use it.

Apart from `engine.weights` because telling what a file is needs the networks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import weights
from engine.errors import WeightsError
from engine.tools.base import ToolSpec
from engine.weights.digests import OnProgress, quiet, refuse_unreadable

TORCH = (".pth", ".pt", ".pkl", ".tar", ".bin", ".ckpt")
"""Endings of files that PyTorch saved."""


def adopt(spec: ToolSpec, file: Path, on_progress: OnProgress = quiet) -> weights.Record:
    """Verify a file, make sure that it belongs to the tool, copy it into the folder; raise WeightsError if not."""
    if not spec.weights:
        raise WeightsError(f"{spec.name} needs no weights", str(file))
    refuse_unreadable(file)
    weights.reach()
    weights.refuse_name(file.name)
    variant = ""
    if spec.weights[0].file.endswith(TORCH):
        from engine.nets.checkpoint import identify

        on_progress(f"Reading {file.name}", 0, 0)
        found = identify(file, more=recognisers())
        if found.tool != spec.id:
            advice = f"it holds {found.tool} ({found.variant}): termwand models add {found.tool} {file}"
            raise WeightsError(f"{file.name} is no checkpoint of {spec.name}", advice)
        variant = found.variant
    elif file.suffix != Path(spec.weights[0].file).suffix:
        raise WeightsError(f"{file.name} is no file of {spec.name}", f"it takes {spec.weights[0].file}")
    return weights.adopt(file, spec, variant=variant, on_progress=on_progress)


def recognisers() -> list[Callable[[Any], Any]]:
    """Return what tells the checkpoints of tools that bring their network along in their own file.

    Such a file may have a function `recognise(shapes) -> bool`; `shapes` are the tensors' shapes by name.
    """
    from engine.nets.checkpoint import Identity
    from engine.tools.registry import tools

    def recogniser(tool_id: str, recognise: Callable[[Any], bool]) -> Callable[[Any], Identity | None]:
        return lambda shapes: Identity(tool_id, "") if recognise(shapes) else None

    own = ((name, getattr(module, "recognise", None)) for name, module in tools().items())
    return [recogniser(name, recognise) for name, recognise in own if recognise is not None]
