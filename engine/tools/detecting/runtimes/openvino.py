"""Networks on OpenVINO: its own IR, TensorFlow's frozen graphs and SavedModels, ONNX; nothing in a file is executed.

`Core.read_model` alone reads them (`quiet` says why). Values are computed in 32 bits, because OpenVINO's own choice on
many processors is bfloat16, which moves scores by 0.04 (`INFERENCE_PRECISION_HINT`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ToolError, WeightsError
from engine.text import plain
from engine.tools.detecting.ports import ANY, Port, Signature
from engine.tools.detecting.runtimes import ir
from engine.tools.detecting.runtimes.quiet import quiet_openvino
from engine.tools.detecting.signatures import signature_of
from engine.tools.progress import report

KEPT = 4 << 30
"""Bytes of compiled networks that are kept on disk, so that the next start does not wait again."""
_Described = tuple[Port, frozenset[str]]
"""An input or output, and all its names; that of the port is the shortest."""
_log = logging.getLogger("termwand.openvino")


def folder() -> Path:
    """Return where OpenVINO keeps what it has compiled."""
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "openvino"


class Network:
    """A compiled network; any thread may run it, one after the other."""

    def __init__(self, path: Path, device: str = "cpu") -> None:
        """Load a file for a device (`cpu`; others run on a GPU of OpenVINO's own, Intel's, or else on the CPU).

        Raise WeightsError if the file is damaged or of another kind.
        """
        self.path, self.name = path, path.name
        self.signature: Signature = ir.opened(path) if path.suffix == ".xml" else signature_of(path)
        compiled, inputs, outputs = _compiled(path, self.signature, device)
        self.signature = replace(self.signature, inputs=_ports(inputs), outputs=_ports(outputs))
        self._inputs, self._outputs = _names(inputs), _names(outputs)
        self._request = compiled.create_infer_request()
        self._lock = threading.Lock()

    def run(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the network on arrays by input name, turned into the types it takes; return its outputs by name.

        Raise ToolError where it fails.
        """
        fed = {
            number: np.ascontiguousarray(given[port.name], port.dtype)
            for number, port in enumerate(self.signature.inputs)
            if port.name in given
        }
        with self._lock:
            try:
                found = self._request.infer(fed, share_inputs=True)
            except Exception as error:  # as in `_compiled`
                raise ToolError(f"{self.name} has failed on this picture", _said(error)) from error
            return {port.name: np.array(found[number]) for number, port in enumerate(self.signature.outputs)}

    def input(self, *names: str) -> Port | None:
        """Return the input that is called so, by the first name that there is, or None."""
        return _called(self.signature.inputs, self._inputs, names)

    def output(self, *names: str) -> Port | None:
        """Return the output that is called so, by the first name that there is, or None."""
        return _called(self.signature.outputs, self._outputs, names)


def _called(ports: Sequence[Port], known: Sequence[frozenset[str]], names: Sequence[str]) -> Port | None:
    return next((port for name in names for port, own in zip(ports, known, strict=True) if name in own), None)


def _compiled(path: Path, signature: Signature, device: str) -> tuple[Any, list[_Described], list[_Described]]:
    """Return OpenVINO's network, and what its inputs and outputs are; raise WeightsError if it cannot read the file."""
    core = quiet_openvino().Core()
    place = _device(core.available_devices, device)
    with _readable(path, signature) as file:
        try:
            model = core.read_model(file)
            inputs = [_described(port, port.node) for port in model.inputs]
            outputs = [_described(port, port.node.input_value(0).node) for port in model.outputs]
            return core.compile_model(model, place, {"INFERENCE_PRECISION_HINT": "f32", **_cache()}), inputs, outputs
        except Exception as error:  # of a damaged IR OpenVINO raises IndexError too, or whatever C++ throws
            what = f"{path.name} cannot be loaded by OpenVINO"
            raise WeightsError(what, f"{_said(error)} ({path})") from error


def _described(port: Any, node: Any) -> _Described:
    """Return what is known of an input or output of a model; `node` is what makes its values.

    Names lose the number of the output that TensorFlow ends them with (`boxes:0`).
    """
    shape = tuple(side.get_length() if side.is_static else ANY for side in port.partial_shape)
    names = {name.split(":")[0] for name in (*port.names, node.friendly_name)}
    first = min(names, key=lambda name: (len(name), name))
    return Port(first, shape, np.dtype(port.element_type.to_dtype()).name), frozenset(names)


def _ports(described: Sequence[_Described]) -> tuple[Port, ...]:
    return tuple(port for port, _ in described)


def _names(described: Sequence[_Described]) -> tuple[frozenset[str], ...]:
    return tuple(names for _, names in described)


def _device(there: Sequence[str], wanted: str) -> str:
    """Return OpenVINO's device for a tool's."""
    if wanted == "cpu":
        return "CPU"
    own = next((name for name in there if name.startswith("GPU")), "")
    if not own:
        _log.info("OpenVINO has no GPU of its own here: it computes on the CPU (%s was asked for)", wanted)
        report("OpenVINO computes on the CPU")
    return own or "CPU"


def _cache() -> dict[str, str]:
    """Return the setting that keeps compiled networks; none where the folder cannot be written."""
    place = folder()
    with contextlib.suppress(OSError):
        place.mkdir(0o700, parents=True, exist_ok=True)
        _prune(place)
    return {"CACHE_DIR": str(place)} if os.access(place, os.W_OK) else {}


def _prune(place: Path) -> None:
    """Delete what was used longest ago, until what is kept is within its bound."""
    found = [(max(state.st_atime, state.st_mtime), state.st_size, path) for path, state in _blobs(place)]
    room = KEPT
    for _, size, path in sorted(found, reverse=True):
        room -= size
        if room < 0:
            path.unlink(missing_ok=True)


def _blobs(place: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in place.glob("*.blob"):
        with contextlib.suppress(OSError):
            yield path, path.stat()


@contextlib.contextmanager
def _readable(path: Path, signature: Signature) -> Iterator[str]:
    """Give the path that OpenVINO takes the file by: it tells a SavedModel by the name in its folder alone."""
    if signature.metadata.get("form") != "saved model":
        yield str(path)
        return
    with TemporaryDirectory() as place:
        (Path(place) / "saved_model.pb").symlink_to(path.resolve())
        yield place


def _said(error: Exception) -> str:
    """Return the last sentences of what OpenVINO says of a failure, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("Exception from")]
    return plain(" ".join(lines[-2:]), 300) or type(error).__name__
