"""segment-anything's networks, imported without the rest of the package.

The package's own beginning imports its predictor, and that torchvision: two seconds before the first answer, for
nothing that is used here.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import types
from typing import Any

PACKAGE = "segment_anything"


@functools.cache
def modeling() -> Any:
    """Return the module `segment_anything.modeling`; whoever imports the package itself later gets it whole."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or PACKAGE in sys.modules:
        return importlib.import_module(f"{PACKAGE}.modeling")
    bare = types.ModuleType(PACKAGE)
    bare.__path__ = list(found.submodule_search_locations or ())
    sys.modules[PACKAGE] = bare
    try:
        return importlib.import_module(f"{PACKAGE}.modeling")
    finally:
        del sys.modules[PACKAGE]
