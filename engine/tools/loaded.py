"""Tools that are loaded, and what they prepared for frames, kept in memory within bounds. Safe to use from threads.

For light tools, which run in the screen's own process; models live in the engine process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, cast

from engine.tools.base import Filter, Image
from engine.tools.registry import find

KEPT_FEATURES = 4
"""Frames' features kept for each tool's sake: the shown frame, its neighbours, and one to come back to."""
KEPT_BYTES = 96 << 20
"""Bytes of features kept, as far as they say how large they are; those of the shown frame stay."""


class Loaded:
    """Loads each tool once and prepares each frame once."""

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._tools: dict[str, Any] = {}
        self._features: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()
        self._lock = threading.RLock()

    def interactor(self, tool_id: str) -> Any:
        """Return the interactor (an Interactor or a PathInteractor), loading it if needed."""
        return self._load(tool_id)

    def filter(self, tool_id: str) -> Filter:
        """Return the filter, loading it if needed; raise ToolError if there is none of that id."""
        return cast(Filter, self._load(tool_id))

    def features(self, tool_id: str, picture_key: Hashable, image: Image) -> Any:
        """Return what the tool prepared for a frame, preparing it if needed; `picture_key` names the pixels."""
        key = (tool_id, picture_key)
        with self._lock:
            found = self._features.get(key)
        prepared = self._load(tool_id).prepare(image) if found is None else found
        with self._lock:
            self._features[key] = prepared
            self._features.move_to_end(key)
            self._shrink()
        return prepared

    def _shrink(self) -> None:
        """Let go of the longest unused; at every use, because features grow with each click."""
        sizes = {key: int(getattr(kept, "nbytes", 0)) for key, kept in self._features.items()}
        while len(sizes) > 1 and (len(sizes) > KEPT_FEATURES or sum(sizes.values()) > KEPT_BYTES):
            oldest, _ = self._features.popitem(last=False)
            del sizes[oldest]

    def _load(self, tool_id: str) -> Any:
        with self._lock:
            if tool_id not in self._tools:
                self._tools[tool_id] = find(tool_id).load(None, self._device)
            return self._tools[tool_id]
