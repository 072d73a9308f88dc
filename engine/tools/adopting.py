"""Adopting a checkpoint file that is there already: tell what it is, then take it in under the tool that can use it.

Apart from `engine.weights` because telling what a file is needs the tools.
"""

from __future__ import annotations

from pathlib import Path

from engine import weights
from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.packages import need
from engine.tools.sandbox import identify
from engine.weights.digests import OnProgress, quiet, refuse_unreadable

TORCH = (".pth", ".pt", ".pkl", ".tar", ".bin", ".ckpt")
"""Endings of files that PyTorch saved."""


def adopt(spec: ToolSpec, file: Path, on_progress: OnProgress = quiet) -> weights.Record:
    """Verify a file, make sure that it belongs to the tool, copy it into the folder; raise ToolError if not."""
    if not spec.weights:
        raise WeightsError(f"{spec.name} needs no weights", str(file))
    need(spec)  # they tell what a file is, too
    refuse_unreadable(file)
    weights.reach()
    weights.refuse_name(file.name)
    variant = ""
    if spec.weights[0].file.endswith(TORCH):
        tool, variant = identify(file, on_progress)
        if tool != spec.id:
            advice = f"it holds {tool} ({variant}): termwand models add {tool} {file}"
            raise WeightsError(f"{file.name} is no checkpoint of {spec.name}", advice)
    elif file.suffix != Path(spec.weights[0].file).suffix:
        raise WeightsError(f"{file.name} is no file of {spec.name}", f"it takes {spec.weights[0].file}")
    return weights.adopt(file, spec, variant=variant, on_progress=on_progress)
