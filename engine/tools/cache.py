"""The model cache of both processes: loaded tools, and what they prepared for pictures, within bounds of memory.

A tool is loaded once, by one thread, and a picture prepared once, whoever asks. What is longest unused goes first, and
never what is in use. Nothing is known here of sockets or sessions.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from engine.errors import ToolError
from engine.specs import DetectorSpec, FitterSpec, InteractorSpec, ToolSpec, TrackerSpec
from engine.tools import registry
from engine.tools.base import Filter, Image, ToolModule
from engine.tools.packages import NAMES, absent, need
from engine.tools.progress import report

MODELS = 4 << 30
"""Bytes of weights files whose models are kept loaded; in memory a model is as large as its file, or twice that."""
FEATURES = 96 << 20
"""Bytes of features that light tools keep."""
PICTURES = 4
"""Features that light tools keep: of the shown frame, its neighbours, and one to come back to."""
UNKNOWN = 32 << 20
"""Bytes that features are taken for when they have no `nbytes`."""
Find = Callable[[str], ToolModule]
Kinds = tuple[type[ToolSpec], ...]
PROMPTED: Kinds = (InteractorSpec, FitterSpec)
TRACKERS: Kinds = (TrackerSpec,)
DETECTORS: Kinds = (DetectorSpec,)
WHAT: dict[Kinds, tuple[str, str]] = {
    PROMPTED: ("takes no prompts", "only interactors answer prompts"),
    TRACKERS: ("follows no objects", "only trackers follow objects"),
    DETECTORS: ("finds no objects", "only detectors find objects"),
}
"""What is said of a tool that is none of these kinds."""
Key = tuple[str, str, str]
"""A loaded tool: its id, its weights file and the file's sha256, so that a file taken in anew under the same name is
another model; "" twice for a tool without weights."""


@dataclass(eq=False)
class Model:
    """A loaded tool; `size` is in bytes, `users` are at work with it."""

    key: Key
    tool: Any
    size: int
    users: int = 0


@dataclass(eq=False)
class Cell:
    """One picture's features for one tool; `lock` is held while they are computed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    features: Any = None
    ready: bool = False
    users: int = 0

    @property
    def nbytes(self) -> int:
        """Size in memory, a guess where the features do not say."""
        return int(getattr(self.features, "nbytes", UNKNOWN)) if self.ready else 0


class ModelCache:
    """Loaded tools and prepared pictures; any thread may call any method."""

    def __init__(
        self, device: str = "auto", *, find: Find = registry.find, models: int = MODELS, features: int = FEATURES,
        pictures: int | None = PICTURES,
    ) -> None:  # fmt: skip
        """Keep at most `models` bytes of weights, and `features` bytes of features of at most so many `pictures`.

        One that is more alone stays as long as it is the one in use.
        """
        self._find, self._device = find, device
        self._most, self._limit, self._pictures = models, features, pictures
        self._models: OrderedDict[Key, Model] = OrderedDict()
        self._cells: OrderedDict[tuple[Key, Hashable], Cell] = OrderedDict()
        self._loading = threading.Lock()
        self._guard = threading.Lock()

    # while it is used, it stays

    @contextmanager
    def using(self, tool: str, weights: str = "", kinds: Kinds = ()) -> Iterator[Any]:
        """Give a loaded tool; `weights` names a file, "" the one in use: what was chosen since the last time counts.

        Raise ToolError where the tool is of none of these kinds, or cannot be loaded, WeightsError without weights.
        """
        model = self._model(tool, weights, kinds)
        try:
            yield model.tool
        finally:
            self._leave(model)

    @contextmanager
    def prepared(
        self, tool: str, picture: Hashable, image: Image, weights: str = "",
        urgent: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> Iterator[tuple[Any, Any]]:  # fmt: skip
        """Give a loaded tool and a picture's features, computing them (inside `urgent()`) if nobody has or does.

        `picture` names the pixels, which never change under one name. Raise as `using`.
        """
        model = self._model(tool, weights, PROMPTED)
        cell = self._cell((model.key, picture))
        try:
            with _patiently(cell.lock):
                if not cell.ready:
                    with urgent():
                        cell.features = model.tool.prepare(image)
                        cell.ready = True
            yield model.tool, cell.features
        finally:
            self._leave(cell)
            self._leave(model)

    # light tools, used where nothing takes long

    def interactor(self, tool: str) -> Any:
        """Return the interactor (an Interactor or a PathInteractor), loading it if needed."""
        with self.using(tool, kinds=PROMPTED) as found:
            return found

    def filter(self, tool: str) -> Filter:
        """Return the filter, loading it if needed; raise ToolError if there is none of that id."""
        with self.using(tool) as found:
            return cast(Filter, found)

    def features(self, tool: str, picture: Hashable, image: Image) -> Any:
        """Return what the tool prepared for a frame, preparing it if needed; `picture` names the pixels."""
        with self.prepared(tool, picture, image) as (_, features):
            return features

    # letting go

    def forget(self, picture: Hashable) -> None:
        """Drop what was computed for a picture: it is not asked about any more."""
        with self._guard:
            for key in [key for key in self._cells if key[1] == picture]:
                del self._cells[key]

    def clear(self) -> None:
        """Drop everything that is not in use, so that memory is free for another try."""
        with self._guard:
            for key in [key for key, cell in self._cells.items() if not cell.users]:
                del self._cells[key]
            for model in [model for model in self._models.values() if not model.users]:
                self._drop(model)

    # models

    def _model(self, tool: str, weights: str, kinds: Kinds) -> Model:
        """Return a loaded tool, in use from now on."""
        module = self._find(tool)
        if kinds and not isinstance(module.SPEC, kinds):
            does_not, who = WHAT[kinds]
            raise ToolError(f"{module.SPEC.name} {does_not}", who)
        path = checkpoint(module, weights)
        key = (tool, path.name, digest(path)) if path else (tool, "", "")
        found = self._loaded(key)
        if found is None:
            with _patiently(self._loading):
                found = self._loaded(key) or self._load(key, module, path)
        return found

    def _loaded(self, key: Key) -> Model | None:
        with self._guard:
            found = self._models.get(key)
            if found is not None:
                found.users += 1
                self._models.move_to_end(key)
            return found

    def _load(self, key: Key, module: ToolModule, path: Path | None) -> Model:
        size = size_of(path) if path else 0
        with self._guard:  # first: there may be no room for all at once
            for old in [old for old in self._models.values() if old.key[:2] == key[:2] and not old.users]:
                self._drop(old)
            if size:
                self._make_room(self._most - size)
        report("Loading " + module.SPEC.name.partition(" (")[0])
        model = Model(key, load(module, path, self._device), size, users=1)
        with self._guard:
            self._models[key] = model
        return model

    def _make_room(self, most: int) -> None:
        """Let go of what is longest unused, until at most so many bytes of weights are loaded."""
        for model in list(self._models.values()):
            if sum(each.size for each in self._models.values()) <= max(most, 0):
                return
            if model.size and not model.users:
                self._drop(model)

    def _drop(self, model: Model) -> None:
        del self._models[model.key]
        for key in [key for key in self._cells if key[0] == model.key]:
            del self._cells[key]

    # features

    def _cell(self, key: tuple[Key, Hashable]) -> Cell:
        with self._guard:
            cell = self._cells.setdefault(key, Cell())
            cell.users += 1
            self._cells.move_to_end(key)
            return cell

    def _leave(self, used: Model | Cell) -> None:
        """Note that somebody is done with it; at every use see what is too much, because features grow with clicks."""
        with self._guard:
            used.users -= 1
            sizes = {key: cell.nbytes for key, cell in self._cells.items()}
            for key in list(self._cells)[:-1]:
                if sum(sizes.values()) <= self._limit and (self._pictures is None or len(sizes) <= self._pictures):
                    break
                if not self._cells[key].users:
                    del self._cells[key], sizes[key]
            self._make_room(max([self._most, *(model.size for model in self._models.values())]))


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


def size_of(path: Path) -> int:
    """Return the bytes of the set of weights files whose first file this is."""
    from engine.weights import companions

    return sum(file.stat().st_size for file in (path, *companions(path)))


def load(module: ToolModule, path: Path | None, device: str) -> Any:
    """Load a tool with a weights file; raise ToolError where it imports what is not installed, declared or not."""
    need(module.SPEC)
    try:
        if path is not None:
            from engine.tools.devices import resolve

            device = resolve(device)
        return module.load(path, device)
    except ModuleNotFoundError as error:
        if (name := (error.name or "").partition(".")[0]) in NAMES:
            raise absent(module.SPEC, (name,)) from error
        raise
