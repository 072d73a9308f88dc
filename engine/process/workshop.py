"""The engine process's models and what they computed for pictures: loaded when first asked for, bounded in memory.

Apart from the server so that it knows nothing of sockets. Two threads use it: one answers prompts, the other prepares
pictures; the same picture is never prepared twice at once, and a tool is loaded by one thread only.
"""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ToolError
from engine.tools.base import Image, Interactor, Prediction, ToolModule
from engine.tools.running import report

MODELS = 3
"""Tools kept loaded at a time: each is up to 2.5 GB."""
FEATURES = 1 << 30
"""Bytes of features kept."""
UNKNOWN = 32 << 20
"""Bytes that features are taken for when they have no `nbytes`."""
Find = Callable[[str], ToolModule]


@dataclass
class Cell:
    """One picture's features for one tool; `lock` is held while they are computed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    features: Any = None
    ready: bool = False

    @property
    def nbytes(self) -> int:
        """Size in memory, a guess where the features do not say."""
        return int(getattr(self.features, "nbytes", UNKNOWN)) if self.ready else 0


class Workshop:
    """Loaded tools and prepared pictures."""

    def __init__(self, find: Find, device: str, *, limit: int = FEATURES) -> None:
        self._find = find
        self._device = device
        self._limit = limit
        self._tools: OrderedDict[tuple[str, str], Interactor] = OrderedDict()
        self._cells: OrderedDict[tuple[str, str, int], Cell] = OrderedDict()
        self._loading = threading.Lock()
        self._guard = threading.Lock()

    def features(self, tool: str, weights: str, number: int, image: Image, urgent: Callable[[], Any]) -> Any:
        """Return a picture's features, computing them (inside the context `urgent()`) if nobody has or does."""
        interactor = self.tool(tool, weights)
        cell = self._cell((tool, weights, number))
        with _patiently(cell.lock):
            if not cell.ready:
                with urgent():
                    cell.features = interactor.prepare(image)
                    cell.ready = True
        self._shrink()
        return cell.features

    def tool(self, tool: str, weights: str) -> Interactor:
        """Return a loaded tool; raise ToolError or WeightsError if it cannot be."""
        with _patiently(self._loading):
            found = self._tools.get((tool, weights))
            if found is None:
                report(f"Loading {tool}")
                found = load(self._find(tool), weights, self._device)
                self._tools[tool, weights] = found
            self._tools.move_to_end((tool, weights))
            while len(self._tools) > MODELS:
                self._drop_tool(*self._tools.popitem(last=False)[0])
        return found

    def forget(self, number: int) -> None:
        """Drop what was computed for a picture."""
        with self._guard:
            for key in [key for key in self._cells if key[2] == number]:
                del self._cells[key]

    def clear(self) -> None:
        """Drop everything, so that memory is free for another try."""
        with self._guard:
            self._cells.clear()
            self._tools.clear()

    def _cell(self, key: tuple[str, str, int]) -> Cell:
        with self._guard:
            cell = self._cells.setdefault(key, Cell())
            self._cells.move_to_end(key)
            return cell

    def _shrink(self) -> None:
        with self._guard:
            while len(self._cells) > 1 and sum(cell.nbytes for cell in self._cells.values()) > self._limit:
                self._cells.popitem(last=False)

    def _drop_tool(self, tool: str, weights: str) -> None:
        with self._guard:
            for key in [key for key in self._cells if key[:2] == (tool, weights)]:
                del self._cells[key]


@contextmanager
def _patiently(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock; while waiting for it, learn every 50 ms whether the request is still wanted."""
    while not lock.acquire(timeout=0.05):
        report("Waiting for the picture")
    try:
        yield
    finally:
        lock.release()


def load(module: ToolModule, weights: str, device: str) -> Interactor:
    """Load a tool with the weights file of that name, or the first that is installed."""
    path = None
    if module.SPEC.weights:
        from engine.process.devices import resolve
        from engine.weights import weights_for

        path = weights_for(module.SPEC, weights, report)
        device = resolve(device)
    options: dict[str, Any] = {}
    if device.startswith("cuda") and "half" in inspect.signature(module.load).parameters:
        options["half"] = True
    loaded = module.load(path, device, **options)
    if not hasattr(loaded, "prepare"):
        raise ToolError(f"{module.SPEC.name} takes no prompts", "only interactors answer prompts")
    return loaded  # type: ignore[no-any-return]


def answers(prediction: Prediction) -> list[Prediction]:
    """Return a prediction and its alternatives as one list, best first."""
    return [prediction, *prediction.alternatives]
