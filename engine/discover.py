"""The parts that are found by looking: actions, tools, networks, findings, formats are the modules of a package.

Tools, findings and formats may also lie in a folder of the user's own, which a variable of the environment names; its
files are run when parts of that kind are listed, so it should be a folder that only its user can write to.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from engine.errors import AppError, ToolError

VARIABLES = {"tool": "TERMWAND_EXTRA_TOOLS", "format": "TERMWAND_EXTRA_FORMATS", "finding": "TERMWAND_EXTRA_FINDINGS"}
"""Kind of part -> the variable that names a folder with more of them."""
EXTRA = "termwand_extra_"
"""How the names of modules from such a folder begin."""
Parts = TypeVar("Parts")


class Listing(Generic[Parts]):
    """A function without arguments that lists parts, once: a ToolError is kept too, or all files would run again."""

    def __init__(self, look: Callable[[], Parts]) -> None:
        functools.update_wrapper(self, look)
        self._look = look
        self._found: list[Parts | ToolError] = []

    def __call__(self) -> Parts:
        """Return the parts; raise ToolError as it was raised at first."""
        if not self._found:
            try:
                self._found = [self._look()]
            except ToolError as error:
                self._found = [error]
        found = self._found[0]
        if isinstance(found, ToolError):
            raise found.with_traceback(None)
        return found

    def cache_clear(self) -> None:
        """Look again at the next call."""
        self._found = []


def modules_of(package: str) -> Iterator[ModuleType]:
    """Import and yield the modules right in a package, by name."""
    path = importlib.import_module(package).__path__
    for name in sorted(info.name for info in pkgutil.iter_modules(path)):
        yield importlib.import_module(f"{package}.{name}")


def extra_modules(kind: str) -> list[ModuleType]:
    """Run the files of the user's own folder for a kind of part and return them, by name.

    Raise ToolError, which names the file, if one cannot be loaded, or the folder, if that cannot be read.
    """
    named = os.environ.get(VARIABLES[kind])
    if not named:
        return []
    folder = Path(os.path.expanduser(named))
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        advice = f"{error.strerror}: {folder}; make it, or name another in {VARIABLES[kind]}"
        raise ToolError(f"The folder with more {kind} files cannot be read", advice) from error
    return [_loaded(folder / name, kind) for name in names if name.endswith(".py")]


def need(module: ModuleType, kind: str, *names: str) -> None:
    """Raise ToolError, which names the file, if a part lacks one of these functions.

    In a file of the user's own they are replaced by ones whose failures name it: they are no fault of the program.
    """
    if lacking := [name for name in names if not callable(getattr(module, name, None))]:
        raise ToolError(f"A {kind} file is not whole", f"{module.__file__} has no function {' and no '.join(lacking)}")
    if module.__name__.startswith(EXTRA):
        for name in names:
            setattr(module, name, _blamed(getattr(module, name), module, kind))


def _blamed(function: Callable[..., Any], module: ModuleType, kind: str) -> Callable[..., Any]:
    def each(found: Iterator[Any]) -> Iterator[Any]:
        with _blaming(module, kind):
            yield from found

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        with _blaming(module, kind):
            found = function(*arguments, **named)
        return each(found) if isinstance(found, Iterator) else found

    return call


@contextmanager
def _blaming(module: ModuleType, kind: str) -> Iterator[None]:
    """Have what a file of the user's own raises told as a ToolError that names it, and where in it that was."""
    try:
        yield
    except AppError:
        raise
    except (Exception, SystemExit) as error:
        lines = [at.lineno for at in traceback.extract_tb(error.__traceback__) if at.filename == module.__file__]
        where = f"{module.__file__}, line {lines[-1]}" if lines else str(module.__file__)
        raise ToolError(f"A {kind} file has failed", f"{where}: {type(error).__name__}: {error}") from error


def _loaded(path: Path, kind: str) -> ModuleType:
    name = f"{EXTRA}{kind}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up by name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ToolError(f"A {kind} file cannot be loaded", f"{path}: {type(error).__name__}: {error}") from error
    return module
