"""Networks in ONNX files, run by ONNX Runtime.

A file is first read by `signatures`, so that one that is damaged is refused in words. ONNX Runtime runs only its own
operators: no library that a file names is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.errors import ToolError, WeightsError
from engine.text import plain
from engine.tools.detecting.ports import ANY, Port, Signature
from engine.tools.detecting.reading.onnx import DTYPES
from engine.tools.detecting.signatures import signature_of

TYPES = {"float": "float32", "double": "float64", "string": "str"} | {
    name: name for name in DTYPES.values() if name not in ("float32", "float64", "str")
}
"""ONNX Runtime's names of types, in numpy's."""
ERRORS_ONLY = 3


class Network:
    """A loaded file; `signature` has the shapes as ONNX Runtime worked them out."""

    def __init__(self, path: Path, device: str = "cpu") -> None:
        """Load a file for a device (`cpu`, `cuda:N`; others run on the CPU); raise WeightsError where it cannot."""
        signature = signature_of(path)
        if signature.kind != "onnx":
            raise WeightsError(f"{path.name} is no ONNX file", f"it is {signature.described()} ({path})")
        self._session, inputs, outputs = _loaded(path, device)
        _refuse_types(inputs, path)
        self.signature: Signature = replace(signature, inputs=inputs, outputs=outputs)
        self._name = path.name

    def run(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the network on arrays by input name, turned into the types it takes; return its outputs by name."""
        types = {port.name: port.dtype for port in self.signature.inputs}
        fed = {name: array.astype(types[name], copy=False) for name, array in given.items()}
        names = [port.name for port in self.signature.outputs]
        try:
            return dict(zip(names, self._session.run(names, fed), strict=True))
        except Exception as error:  # ONNX Runtime's errors have no common class
            told = plain(str(error).strip().splitlines()[0], 200)
            raise ToolError(f"{self._name} has failed on this picture", told) from error


def _refuse_types(inputs: tuple[Port, ...], path: Path) -> None:
    """Raise WeightsError where an input is of numbers that numpy does not have, or is no array."""
    strange = next((port.name for port in inputs if not port.dtype), None)
    if strange is not None:
        wanted = f"export it with 32 bits; its input {plain(strange, 40)} is of a type that pictures cannot be given as"
        raise WeightsError(f"{path.name} takes numbers of another kind", f"{wanted} ({path})")


def _loaded(path: Path, device: str) -> tuple[Any, tuple[Port, ...], tuple[Port, ...]]:
    """Return ONNX Runtime's session of a file, its inputs and its outputs; raise WeightsError."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = max(1, cores() - 1)  # one is left to the screen
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads take nobody's time
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=_providers(device))
        return session, _ports(session.get_inputs()), _ports(session.get_outputs())
    except Exception as error:
        told = plain(str(error).strip().splitlines()[0], 200)
        raise WeightsError(f"{path.name} cannot be loaded by ONNX Runtime", f"{told} ({path})") from error


def _providers(device: str) -> list[Any]:
    """Return what runs the network: the GPU where it is asked for and this ONNX Runtime has it, and the CPU."""
    import onnxruntime

    kind, _, number = device.partition(":")
    cuda = "CUDAExecutionProvider"
    if kind == "cuda" and cuda in onnxruntime.get_available_providers():
        return [(cuda, {"device_id": int(number or 0)}), "CPUExecutionProvider"]
    return ["CPUExecutionProvider"]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ports(declared: list[Any]) -> tuple[Port, ...]:
    return tuple(Port(one.name, _sides(one.shape), _dtype(one.type)) for one in declared)


def _sides(shape: list[Any] | None) -> tuple[int, ...]:
    """Return sides; ONNX Runtime gives a name or None for one that is not fixed."""
    return tuple(side if isinstance(side, int) and side >= 0 else ANY for side in shape or ())


def _dtype(kind: str) -> str:
    """Return a type such as "tensor(float)" in numpy's words."""
    return TYPES.get(kind.removeprefix("tensor(").removesuffix(")"), "")
