"""Put on PYTHONPATH, this makes a Python, and each that it starts, one in which the extra `ai` is not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import Distribution, DistributionFinder
from types import ModuleType

ABSENT = {"torch", "torchvision", "segment_anything", "onnxruntime", "openvino"}


class Light(PathFinder):
    """Finds all but those, as a module and as a distribution."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if fullname.partition(".")[0] in ABSENT else super().find_spec(fullname, path, target)

    @classmethod
    def find_distributions(cls, context: DistributionFinder.Context) -> Iterable[Distribution]:  # type: ignore[override]
        return [] if (context.name or "").replace("-", "_") in ABSENT else super().find_distributions(context)


sys.meta_path[sys.meta_path.index(PathFinder)] = Light
