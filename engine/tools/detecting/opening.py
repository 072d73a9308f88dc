"""Opening a detector's file, and refusing one that is not its own, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.runtimes.onnx import Network


def opened(weights: Path | None, spec: ToolSpec, device: str) -> Network:
    """Return the network in a detector's ONNX file; raise WeightsError where there is none, or it is damaged."""
    return Network(refuse_none(weights, spec), device)


def refuse_none(weights: Path | None, spec: ToolSpec) -> Path:
    """Return a detector's file; raise WeightsError where there is none."""
    if weights is None:
        raise WeightsError(f"{spec.name} has no weights", f"termwand models add {spec.id} FILE")
    return weights


def refuse_nameless(kinds: NDArray[Any], names: Sequence[str], spec: ToolSpec, file: str) -> None:
    """Raise WeightsError where a class was found that has no name: the labels are another network's."""
    if len(kinds) and (most := int(kinds.max())) >= len(names):
        wanted = f"give the names of all its classes, one a line: termwand models add {spec.id} {file} --labels FILE"
        raise WeightsError(f"{file} has found class {most}, and {len(names)} have names", wanted)


def refusal(signature: Signature, spec: ToolSpec) -> WeightsError:
    """Return the error for a file that a detector does not know."""
    file = signature.file
    return WeightsError(f"{file.name} is no file of {spec.name}", f"it is {signature.described()} ({file})")
