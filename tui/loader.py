"""What a session needs (half the engine, numpy, the canvas, dialogs) is imported in a thread, behind the first screen.

Apart so that the app and its first screen import none of it: words on the screen come in half the time, and most of
the rest passes while they are read.
"""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import AppError
from engine.options import Options

if TYPE_CHECKING:
    from engine.actions import Action
    from engine.session import Session
    from tui.life import Life
    from tui.window import Host


PATIENCE = 5.0
"""Seconds to wait, on leaving, for what is being imported."""


def _warm(session: Session) -> None:
    from engine.tools import registry

    for tool, spec in registry.interactors().items():
        if not spec.weights:
            session.tools.interactor(tool)
    # by now nearly all is there that stays to the end, a hundred thousand objects: to look through them takes the
    # collector 50 to 70 ms, in which no key is heard, each time that a detector has made thousands of new ones
    gc.freeze()


class Loader:
    """Brings a session's life about. `begin` is called on the event loop once the first screen has been painted."""

    def __init__(self, options: Options, first_run_marker: Path | None = None, *, is_tour: bool = False) -> None:
        self._options, self._marker, self.is_tour = options, first_run_marker, is_tour
        self.life: Life | None = None
        self.actions: dict[str, Action] = {}
        self._failure: AppError | None = None
        self._thread: threading.Thread | None = None
        self._leaving = False

    @property
    def failure(self) -> AppError | None:
        """Why nothing could be opened, to be told after the screen has gone."""
        return self._failure or (self.life.failure if self.life is not None else None)

    def begin(self, app: Host) -> None:
        """Import in a thread, then let the life begin."""

        def work() -> None:
            try:
                loaded: tuple[Life, dict[str, Action]] | Exception = self._load(app)
            except Exception as error:  # raised again on the event loop, where a bug ends the app
                loaded = error
            app.call_later(self._loaded, app, loaded)

        self._thread = threading.Thread(target=work, name="load", daemon=True)
        self._thread.start()

    async def end(self, app: Host, *, ask: bool, overwrite: bool) -> None:
        """Leave: save and free what there is by now, and what is about to come."""
        self._leaving = True
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, PATIENCE)
        if self.life is None:
            app.exit(0)
        else:
            await self.life.end(app, ask=ask, overwrite=overwrite)

    def _load(self, app: Host) -> tuple[Life, dict[str, Action]]:
        from engine.actions import load_actions
        from engine.keymap import check
        from tui.dialogs import own as dialogs
        from tui.life import Life

        actions = load_actions()
        check(app.keymap, [*actions, *dialogs.OWN])
        app.recordings.check([*actions, *dialogs.OWN])
        app.main.prepare()
        return Life(self._options, self._marker), actions

    def warm_up(self) -> None:
        """Load in a thread what needs no weights, so that the first stroke does not wait for OpenCV and SciPy."""
        assert self.life is not None
        # not a daemon: a library that is being imported while the process ends aborts it
        threading.Thread(target=_warm, args=(self.life.session,), name="warm up").start()

    def _loaded(self, app: Host, loaded: tuple[Life, dict[str, Action]] | Exception) -> None:
        if self._leaving:
            return
        if isinstance(loaded, AppError):
            self._failure = loaded
            app.exit(1)
        elif isinstance(loaded, Exception):
            raise loaded
        else:
            self.life, self.actions = loaded
            self.life.begin(app)
