"""The engine process's models and what they computed for pictures: loaded when first asked for, bounded in memory.

Apart from the server so that it knows nothing of sockets. Two threads use it: one answers prompts, the other prepares
pictures; the same picture is never prepared twice at once, and a tool is loaded by one thread only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ToolError
from engine.tools.base import Image, Interactor, ToolModule
from engine.tools.packages import NAMES, absent, need
from engine.tools.running import report

MODELS = 3
"""Tools kept loaded at a time: each is up to 2.5 GB."""
FEATURES = 1 << 30
"""Bytes of features kept."""
UNKNOWN = 32 << 20
"""Bytes that features are taken for when they have no `nbytes`."""
Find = Callable[[str], ToolModule]
Key = tuple[str, str, str]
"""A loaded tool: its id, its weights file and the file's sha256, so that a file taken in anew under the same name is
another model; "" twice for a tool without weights."""


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


class ModelCache:
    """Loaded tools and prepared pictures."""

    def __init__(self, find: Find, device: str, *, limit: int = FEATURES) -> None:
        self._find = find
        self._device = device
        self._limit = limit
        self._tools: OrderedDict[Key, Interactor] = OrderedDict()
        self._cells: OrderedDict[tuple[Key, int], Cell] = OrderedDict()
        self._loading = threading.Lock()
        self._guard = threading.Lock()

    def prepared(
        self, tool: str, weights: str, number: int, image: Image, urgent: Callable[[], Any]
    ) -> tuple[Interactor, Any]:  # fmt: skip
        """Return a loaded tool and a picture's features, computing them (inside `urgent()`) if nobody has or does.

        `weights` names a file, "" the one in use. What was adopted, fetched or chosen since the last request counts.
        Raise ToolError or WeightsError.
        """
        module = self._find(tool)
        path = checkpoint(module, weights)
        key = (tool, path.name, digest(path)) if path else (tool, "", "")
        interactor = self._tool(key, module, path)
        cell = self._cell((key, number))
        with _patiently(cell.lock):
            if not cell.ready:
                with urgent():
                    cell.features = interactor.prepare(image)
                    cell.ready = True
        self._shrink()
        return interactor, cell.features

    def _tool(self, key: Key, module: ToolModule, path: Path | None) -> Interactor:
        with _patiently(self._loading):
            found = self._tools.get(key)
            if found is None:
                for old in [old for old in self._tools if old[:2] == key[:2]]:
                    self._drop_tool(old)  # first: there may be no room for both
                report("Loading " + module.SPEC.name.partition(" (")[0])
                found = load(module, path, self._device)
                self._tools[key] = found
            self._tools.move_to_end(key)
            while len(self._tools) > MODELS:
                self._drop_tool(next(iter(self._tools)))
        return found

    def forget(self, number: int) -> None:
        """Drop what was computed for a picture."""
        with self._guard:
            for key in [key for key in self._cells if key[1] == number]:
                del self._cells[key]

    def clear(self) -> None:
        """Drop everything, so that memory is free for another try."""
        with self._guard:
            self._cells.clear()
            self._tools.clear()

    def _cell(self, key: tuple[Key, int]) -> Cell:
        with self._guard:
            cell = self._cells.setdefault(key, Cell())
            self._cells.move_to_end(key)
            return cell

    def _shrink(self) -> None:
        with self._guard:
            while len(self._cells) > 1 and sum(cell.nbytes for cell in self._cells.values()) > self._limit:
                self._cells.popitem(last=False)

    def _drop_tool(self, tool: Key) -> None:
        with self._guard:
            self._tools.pop(tool, None)
            for key in [key for key in self._cells if key[0] == tool]:
                del self._cells[key]


@contextmanager
def _patiently(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock; while waiting for it, learn every 50 ms whether the request is still wanted.

    There is nothing to say meanwhile: whoever holds it says how far it is.
    """
    while not lock.acquire(timeout=0.05):
        report()
    try:
        yield
    finally:
        lock.release()


def checkpoint(module: ToolModule, weights: str) -> Path | None:
    """Return a tool's verified weights file: the one of that name, or the one in use; None if it needs none."""
    if not module.SPEC.weights:
        return None
    from engine.weights import weights_for

    return weights_for(module.SPEC, weights, report)


def digest(path: Path) -> str:
    """Return what changes with the content of the weights that a file names."""
    from engine.weights import digest_of

    return digest_of(path)


def load(module: ToolModule, path: Path | None, device: str) -> Interactor:
    """Load a tool with a weights file; raise ToolError where it imports what is not installed, declared or not."""
    need(module.SPEC)
    try:
        if path is not None:
            from engine.process.devices import resolve

            device = resolve(device)
        loaded = module.load(path, device)
    except ModuleNotFoundError as error:
        if (name := (error.name or "").partition(".")[0]) in NAMES:
            raise absent(module.SPEC, (name,)) from error
        raise
    if not hasattr(loaded, "prepare"):
        raise ToolError(f"{module.SPEC.name} takes no prompts", "only interactors answer prompts")
    return loaded  # type: ignore[no-any-return]
