"""From the command line's options to the running app: settings, keymap, terminal probe, then Textual.

What a session needs (the engine, numpy, the canvas) is imported by the opening thread once the first screen is there.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import printing, terminal
from engine.counting import counted
from engine.errors import AppError, MediaError, nearest
from engine.options import Options
from engine.settings import Settings, load_settings, with_values
from tui.input import signals

if TYPE_CHECKING:
    from tui.app import TermwandApp
    from tui.log import Log
    from tui.recordings import Recordings

MEMORY = 128 << 20
"""Bytes of freed memory kept for the next drawing."""
YOUNG = 10_000
"""New objects after which the garbage collector looks at them. A look at a track's new list of 20,000 keyframes costs
milliseconds, and a run makes such lists all the time: Python's own 700 would have a look at most frames."""


def start(options: argparse.Namespace, *, tour: bool = False, commands: Iterable[str] = ()) -> int:
    """Run the app until it is left; return the exit status. What is open may be the `tour`'s copy of the sample.

    `commands` are the names that a mistyped path may have meant.
    """
    import platformdirs

    from engine.keymap import load_keymap

    settings = with_options(load_settings(Path(platformdirs.user_config_dir("termwand")) / "settings.yaml"), options)
    paths, keymap = known(options.paths, commands), load_keymap(settings.keymap)
    need_terminal()
    settings, frame, recordings = recorded(options, settings, paths)
    from tui import log
    from tui.surfaces.choose import wish
    from tui.surfaces.probe import probe

    state = Path(platformdirs.user_state_dir("termwand"))
    kept = log.begin(options.log, state)
    graphics = wish(settings.graphics if settings.graphics != "auto" else None, os.environ)
    capabilities = probe(graphics)
    # Textual reads its environment when it is imported, which the probe has set up just now.
    from tui.app import TermwandApp
    from tui.input.driver import make_driver_class
    from tui.loader import Loader
    from tui.tour import and_back

    review, action = options.review, options.action
    asked = Options(paths, options.annotations, options.labels, options.read_only, frame, settings, review, action)
    loading = Loader(asked, None if tour else state / "welcomed", is_tour=tour)
    driver = make_driver_class(capabilities, graphics)
    app = TermwandApp(loading, capabilities, keymap, recordings, driver_class=driver)
    printing.take_line_away()
    keep_memory()
    with kept.diverted(), closing(recordings):
        app.run()
    status = ended(app, kept)
    if app.wants_tour and status == 0:
        and_back(options)
    return status


def keep_memory() -> None:
    """Have freed memory kept for what comes next, and looked for less often."""
    from engine.allocator import keep_freed_memory

    keep_freed_memory(MEMORY, shared=True)  # before a second thread has a heap of its own
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def ended(app: TermwandApp, kept: Log) -> int:
    """Say on the terminal, which is the shell's again, why the app has ended; return the exit status."""
    if app.fault is not None:
        logging.getLogger("termwand").error("A fault ended the program", exc_info=app.fault)
        printing.fault(app.fault, str(kept.path or ""))
    if app.loading.failure is not None:
        printing.failed(app.loading.failure)
    if app.loading.life is not None and not app.loading.is_tour and (said := app.loading.life.said):
        printing.say_on_terminal(said)
    if app.signal:
        return signals.status(app.signal)
    return 1 if app.fault is not None or app.loading.failure is not None else app.return_code or 0


def need_terminal() -> None:
    """Raise AppError if there is no terminal for keys and screen; only its output may be a file (`2>log`)."""
    if terminal.source() < 0:
        detail = "keys come from standard input, which is none here: start it without < or a pipe (xargs: xargs -o)"
        raise AppError("This is not a terminal", detail)
    if terminal.target() < 0:
        raise AppError("This is not a terminal", "termwand needs one for its screen")


def with_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return settings with what the command line says."""
    given = {name: getattr(options, name) for name in ("keymap", "graphics", "device")}
    values = {name: value for name, value in given.items() if value is not None}
    return with_values(settings, values, "the command line")


def recorded(
    options: argparse.Namespace, settings: Settings, paths: tuple[Path, ...]
) -> tuple[Settings, int | None, Recordings]:
    """Return settings and first frame, of what is to be played where that says so, and what is recorded and played."""
    from tui.recordings import Recordings

    frame, played = None if options.frame is None else options.frame - counted(0), None
    if options.play is not None:
        from engine.recording import read, with_recorded

        played = read(options.play)
        settings = with_recorded(settings, played.head)
        frame = played.head.frame if frame is None and played.head is not None else frame
    media, is_real = paths[0].absolute().name, options.play_speed == "real"
    return settings, frame, Recordings(options.record, played, media=media, real=is_real)


def known(paths: Iterable[Path], commands: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the paths, with what patterns stand for; raise MediaError with the nearest name if one is not there."""
    given = tuple(paths)
    if all(map(os.path.lexists, given)):
        return given
    from engine.media.listing import expand

    try:
        return tuple(expand(given))
    except MediaError as error:
        first = str(given[0])
        hint = nearest(first, commands)
        if "did you mean" not in hint or os.path.lexists(first):
            raise
        raise MediaError(error.title, f"{error.detail} As a command, {hint}") from error
