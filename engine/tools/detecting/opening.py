"""Opening a detector's file, and refusing one that is not its own, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.specs import ToolSpec
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.runtimes.onnx import Network

LARGEST, MOST = 8192, 1 << 28
"""Pixels of a side of a network's input, and of all its pictures together: 3 GiB in numbers of 32 bits."""


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
    known = kinds[np.isfinite(kinds)]
    if known.size and (most := int(known.max())) >= len(names):
        wanted = f"give the names of all its classes, one a line: termwand models add {spec.id} {file} --labels FILE"
        raise WeightsError(f"{file} has found class {most}, and {len(names)} have names", wanted)


def refuse_large(signature: Signature, size: tuple[int, int]) -> None:
    """Raise WeightsError where a network takes pictures of an absurd height and width, or absurdly many at once."""
    batch = max(signature.inputs[0].shape[0], 1) if signature.inputs[0].rank == 4 else 1
    refuse_sides(size, signature.file.name, batch)


def refuse_sides(size: tuple[int, int], file: str, batch: int = 1) -> None:
    """Raise WeightsError where so many pictures of a height and width are more than there can be memory for."""
    if max(size) > LARGEST or batch * size[0] * size[1] > MOST:
        told = f"{batch} at once of {size[1]} x {size[0]} pixels; one of {LARGEST} x {LARGEST} is the largest"
        raise WeightsError(f"{file} takes pictures that are too large", told)


def refuse_batch(shape: Sequence[int], file: str) -> None:
    """Raise WeightsError where an input takes more than one picture at once, which this network's reader gives it."""
    if len(shape) == 4 and shape[0] > 1:
        raise WeightsError(f"{file} takes {shape[0]} pictures at once", "convert or export it for one (a batch of 1)")


def refusal(signature: Signature, spec: ToolSpec) -> WeightsError:
    """Return the error for a file that a detector does not know."""
    file = signature.file
    return WeightsError(f"{file.name} is no file of {spec.name}", f"it is {signature.described()} ({file})")
