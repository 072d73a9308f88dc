"""From the command line's options to the running app: settings, keymap, terminal probe, then Textual.

What a session needs (the engine, numpy, the canvas) is imported by the opening thread once the first screen is there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.errors import AppError, MediaError, nearest
from engine.options import Options
from engine.settings import Settings, load_settings

MEMORY = 128 << 20
"""Bytes of freed memory kept for the next drawing."""


def start(options: argparse.Namespace, before: str = "") -> int:
    """Run the app until it is left, having written `before`; return the exit status."""
    import platformdirs

    from engine.keymap import load_keymap

    settings = with_options(load_settings(Path(platformdirs.user_config_dir("termwand")) / "settings.yaml"), options)
    paths, keymap = known(options.paths), load_keymap(settings.keymap)
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        raise AppError("This is not a terminal", "termwand needs one for its keys and its screen")
    from tui.surfaces.probe import probe

    capabilities = probe(None if settings.graphics == "auto" else settings.graphics)
    # Textual reads its environment when it is imported, which the probe has set up just now.
    from engine.allocator import keep_freed_memory
    from tui.app import TermwandApp
    from tui.driver import make_driver_class
    from tui.loading import Loading

    marker = Path(platformdirs.user_state_dir("termwand")) / "welcomed"
    asked = Options(paths, options.annotations, options.labels, options.read_only, options.frame, settings)
    loading = Loading(asked, marker)
    app = TermwandApp(loading, capabilities, keymap, driver_class=make_driver_class(capabilities))
    sys.__stderr__.write(before)
    keep_freed_memory(MEMORY, shared=True)  # before a second thread has a heap of its own
    status = app.run()
    if loading.failure is not None:
        raise loading.failure
    return int(status if status is not None else app.return_code or 0)


def with_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return settings with what the command line says."""
    given = {name: getattr(options, name) for name in ("keymap", "graphics", "device")}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def known(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the paths, with what patterns stand for; raise MediaError with the nearest name if one is not there."""
    given = tuple(paths)
    if all(map(os.path.lexists, given)):
        return given
    from engine.media.listing import expand

    try:
        return tuple(expand(given))
    except MediaError as error:
        from tui.__main__ import COMMANDS

        first = str(given[0])
        hint = nearest(first, COMMANDS)
        if "did you mean" not in hint or os.path.lexists(first):
            raise
        raise MediaError(error.title, f"{error.detail} As a command, {hint}") from error
