"""The parts that are found by looking: actions, tools, networks, findings, formats are the modules of a package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def modules_of(package: str) -> Iterator[ModuleType]:
    """Import and yield the modules right in a package, by name."""
    path = importlib.import_module(package).__path__
    for name in sorted(info.name for info in pkgutil.iter_modules(path)):
        yield importlib.import_module(f"{package}.{name}")
