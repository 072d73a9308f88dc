"""The real app without a terminal, in the test's own process: what is typed arrives in one piece, as from one read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from engine.keymap import load_keymap
from engine.options import Options
from engine.settings import Settings
from tui.app import TermwandApp
from tui.input.terminal_input import InputParser
from tui.loading import Loading
from tui.surfaces.base import Capabilities

SIZE = (100, 30)


@asynccontextmanager
async def running(
    *paths: Path, labels: str = "car,person", size: tuple[int, int] = SIZE, capabilities: Capabilities | None = None
) -> AsyncIterator[TermwandApp]:
    """Yield the app once it has opened the media and shown the first frame; it is left afterwards."""
    options = Options(tuple(paths), labels=labels, settings=Settings())
    app = TermwandApp(Loading(options), capabilities or Capabilities(), load_keymap("cvat"))
    async with app.run_test(size=size):
        await until(lambda: app.life is not None and app.session.media.picture is not None)
        yield app
        app.leave(ask=False)
        await until(lambda: not app.is_running)


def write(app: TermwandApp, text: str) -> None:
    """Let text arrive as a terminal sends it, all of it before anything is handled."""
    for message in [*InputParser().feed(text)]:
        app.post_message(message)


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def on_top(app: TermwandApp) -> str:
    """Return the name of the screen on top."""
    return type(app.screen).__name__
