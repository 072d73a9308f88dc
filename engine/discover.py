"""The parts that are found by looking: actions, tools, networks, findings, formats are the modules of a package.

Tools, findings and formats may also lie in a folder of the user's own, which a variable of the environment names; its
files are run when parts of that kind are listed, so it should be a folder that only its user can write to.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from engine.errors import ToolError

VARIABLES = {"tool": "TERMWAND_EXTRA_TOOLS", "format": "TERMWAND_EXTRA_FORMATS", "finding": "TERMWAND_EXTRA_FINDINGS"}
"""Kind of part -> the variable that names a folder with more of them."""


def modules_of(package: str) -> Iterator[ModuleType]:
    """Import and yield the modules right in a package, by name."""
    path = importlib.import_module(package).__path__
    for name in sorted(info.name for info in pkgutil.iter_modules(path)):
        yield importlib.import_module(f"{package}.{name}")


def extra_modules(kind: str) -> list[ModuleType]:
    """Run the files of the user's own folder for a kind of part and return them, by name.

    Raise ToolError, which names the file, if one cannot be loaded.
    """
    folder = os.environ.get(VARIABLES[kind])
    return [_loaded(path, kind) for path in sorted(Path(folder).glob("*.py"))] if folder else []


def _loaded(path: Path, kind: str) -> ModuleType:
    name = f"termwand_extra_{kind}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up by name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ToolError(f"A {kind} file cannot be loaded", f"{path}: {type(error).__name__}: {error}") from error
    return module
