"""Networks on OpenVINO: its own IR, TensorFlow's frozen graphs and SavedModels, ONNX; nothing in a file is executed.

`Core.read_model` alone is used: the converter of `openvino.tools` reports home. Values are computed in 32 bits, because
OpenVINO's own choice on many processors is bfloat16, which moves scores by 0.04 (`INFERENCE_PRECISION_HINT`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ToolError, WeightsError
from engine.tools.detecting.ports import ANY, Port
from engine.tools.detecting.runtimes.ir import refuse_broken
from engine.tools.progress import report

KEPT = 4 << 30
"""Bytes of compiled networks that are kept on disk, so that the next start does not wait again."""
FRONTS = {".xml": "an OpenVINO network", ".pb": "a TensorFlow graph", ".onnx": "an ONNX network"}
SAVED_MODEL = b"\x08\x01"
"""How a SavedModel begins: its version, 1; a frozen graph begins with its first node."""
_log = logging.getLogger("termwand.openvino")


def folder() -> Path:
    """Return where OpenVINO keeps what it has compiled."""
    import platformdirs

    return Path(platformdirs.user_cache_path("termwand")) / "openvino"


@dataclass(frozen=True, slots=True)
class Named:
    """An input or output with all its names, without TensorFlow's ":0"; `port` has the first of them."""

    port: Port
    names: frozenset[str]


class Network:
    """A compiled network; any thread may run it, one after the other."""

    def __init__(self, compiled: Any, inputs: Sequence[Named], outputs: Sequence[Named], name: str) -> None:
        self.name = name
        self.inputs = tuple(one.port for one in inputs)
        self.outputs = tuple(one.port for one in outputs)
        self._names = [one.names for one in inputs], [one.names for one in outputs]
        self._request = compiled.create_infer_request()
        self._lock = threading.Lock()

    def run(self, feeds: Mapping[int, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs, in their order, for values of the inputs by their numbers; raise ToolError."""
        given = {number: np.ascontiguousarray(value, self.inputs[number].dtype) for number, value in feeds.items()}
        with self._lock:
            try:
                answer = self._request.infer(given, share_inputs=True)
            except RuntimeError as error:
                raise ToolError(f"{self.name} cannot be computed", _said(error)) from error
            return [np.array(answer[number]) for number in range(len(self.outputs))]

    def input(self, *names: str) -> int:
        """Return the number of the input that has one of these names, -1 if none has."""
        return _numbered(self._names[0], names)

    def output(self, *names: str) -> int:
        """Return the number of the output that has one of these names, -1 if none has."""
        return _numbered(self._names[1], names)


def _numbered(known: Sequence[frozenset[str]], names: Sequence[str]) -> int:
    return next((number for name in names for number, own in enumerate(known) if name in own), -1)


def opened(path: Path, device: str = "cpu") -> Network:
    """Return a network of a file, compiled for a device; raise WeightsError if the file is damaged or another kind.

    `device` is as tools get it: "cpu", or a GPU, which is OpenVINO's own (Intel's) if it has one.
    """
    if path.suffix == ".xml":
        refuse_broken(path)
    import openvino

    core = openvino.Core()
    place = _device(core.available_devices, device)
    with _readable(path) as file:
        try:
            model = core.read_model(file)
            inputs = [_described(port, port.node) for port in model.inputs]
            outputs = [_described(port, port.node.input_value(0).node) for port in model.outputs]
            compiled = core.compile_model(model, place, {"INFERENCE_PRECISION_HINT": "f32", **_cache()})
        except RuntimeError as error:
            what = FRONTS.get(path.suffix, "a network")
            raise WeightsError(f"{path.name} cannot be read as {what}", f"{_said(error)} ({path})") from error
    return Network(compiled, inputs, outputs, path.name)


def _described(port: Any, node: Any) -> Named:
    """Return what is known of an input or output of a model; `node` is what makes its values."""
    shape = tuple(side.get_length() if side.is_static else ANY for side in port.partial_shape)
    names = sorted(
        {name.split(":")[0] for name in (*port.names, node.friendly_name)}, key=lambda name: (len(name), name)
    )
    return Named(Port(names[0], shape, np.dtype(port.element_type.to_dtype()).name), frozenset(names))


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
def _readable(path: Path) -> Iterator[str]:
    """Give the path that OpenVINO takes the file by: it tells a SavedModel by the name in its folder alone."""
    if path.suffix != ".pb" or _beginning(path) != SAVED_MODEL:
        yield str(path)
        return
    with TemporaryDirectory() as place:
        (Path(place) / "saved_model.pb").symlink_to(path.resolve())
        yield place


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(SAVED_MODEL))
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read", f"{error.strerror or error} ({path})") from error


def _said(error: Exception) -> str:
    """Return the last sentences of what OpenVINO says of a failure, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("Exception from")]
    return " ".join(lines[-2:])[:300] or type(error).__name__
