"""From the command line's options to the running app: settings, keymap, terminal probe, then Textual."""

from __future__ import annotations

import argparse
import glob
import sys
from dataclasses import replace
from pathlib import Path

from engine.errors import AppError, MediaError
from engine.settings import Settings, load_settings


def start(options: argparse.Namespace) -> int:
    """Run the app until it is left; return the exit status."""
    import platformdirs

    settings = with_options(load_settings(Path(platformdirs.user_config_dir("termwand")) / "settings.yaml"), options)
    paths = tuple(path for given in options.paths for path in expanded(given))
    from tui.surfaces.probe import probe

    capabilities = probe(None if settings.graphics == "auto" else settings.graphics)
    if not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()):
        raise AppError("This is not a terminal", "termwand needs one for its keys and its screen")
    # Textual reads its environment when it is imported, which the probe has set up just now.
    from engine.actions import load_actions
    from engine.keymap import load_keymap
    from engine.opening import Options
    from tui import dialogs
    from tui.app import TermwandApp
    from tui.driver import make_driver_class
    from tui.life import Life

    actions = load_actions()
    keymap = load_keymap(settings.keymap, [*actions, *dialogs.OWN])
    marker = Path(platformdirs.user_state_dir("termwand")) / "welcomed"
    life = Life(
        Options(paths, options.annotations, options.labels, options.read_only, options.frame, settings), marker
    )
    app = TermwandApp(life, capabilities, keymap, actions, driver_class=make_driver_class(capabilities))
    status = app.run()
    if life.failure is not None:
        raise life.failure
    return int(status if status is not None else app.return_code or 0)


def with_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return settings with what the command line says."""
    given = {name: getattr(options, name) for name in ("keymap", "graphics", "device")}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def expanded(path: Path) -> list[Path]:
    """Return a path itself, or what a glob that the shell has not expanded stands for."""
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    found = [Path(name) for name in sorted(glob.glob(str(path.expanduser()), recursive=True))]
    if not found:
        raise MediaError("Nothing fits the pattern", str(path))
    return found
