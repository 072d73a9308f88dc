"""The real app without a terminal, in the test's own process: what is typed arrives in one piece, as from one read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rich.cells import cell_len

from engine.keymap import load_keymap
from engine.options import Options
from engine.settings import Settings
from tui.app import TermwandApp
from tui.input.terminal_input import InputParser
from tui.loader import Loader
from tui.recordings import Recordings
from tui.surfaces.base import Capabilities
from tui.widgets.messages import Messages

SIZE = (100, 30)


@asynccontextmanager
async def running(
    *paths: Path,
    labels: str = "car,person",
    size: tuple[int, int] = SIZE,
    capabilities: Capabilities | None = None,
    recordings: Recordings | None = None,
    settings: Settings | None = None,
    marker: Path | None = None,
) -> AsyncIterator[TermwandApp]:
    """Yield the app once it has opened the media and shown the first frame; it is left afterwards."""
    options = Options(tuple(paths), labels=labels, settings=settings or Settings())
    loading = Loader(options, marker)
    app = TermwandApp(loading, capabilities or Capabilities(), load_keymap("cvat"), recordings)
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


async def handled(app: TermwandApp) -> None:
    """Wait until all that was sent has been handled."""
    reached = asyncio.Event()
    app.call_later(reached.set)
    await reached.wait()
    await until(lambda: not (app.turns._waiting or app.turns._busy))


async def settled(app: TermwandApp) -> None:
    """Wait until all that was sent has been handled, and every job that it started has ended."""
    await handled(app)
    await until(lambda: not app.session.jobs.running)


def text_of(app: TermwandApp) -> str:
    """Return the screen's text, a line a row; what only colours tell is left out."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def click(app: TermwandApp, x: int, y: int, *, button: int = 0, to: tuple[int, int] | None = None) -> None:
    """Press and release a button of the mouse on a cell, counted from 0; `to` another one makes a drag of it."""
    last, moved = to or (x, y), f"\x1b[<{32 + button};{to[0] + 1};{to[1] + 1}M" if to else ""
    press, release = f"\x1b[<{button};{x + 1};{y + 1}M", f"\x1b[<{button};{last[0] + 1};{last[1] + 1}m"
    write(app, press + moved + release)


def place_of(app: TermwandApp, words: str, offset: int = 1) -> tuple[int, int]:
    """Return the cell so many columns behind the first one of words on the screen."""
    rows = text_of(app).split("\n")
    row = next((number for number, line in enumerate(rows) if words in line), None)
    assert row is not None, "\n".join(rows)
    return cell_len(rows[row].partition(words)[0]) + offset, row


async def click_on(app: TermwandApp, words: str, offset: int = 1) -> None:
    """Click where words stand, once they do."""
    await until(lambda: words in text_of(app))
    await settled(app)
    click(app, *place_of(app, words, offset))


def said(app: TermwandApp) -> str:
    """Return the messages that are shown: over the picture, or over a dialog."""
    lines = [line.plain for line in app.main.query_one(Messages)._lines]
    return "\n".join(lines + [str(toast.message) for toast in app._notifications])


def kept(yaml: Path) -> bytes:
    """Return what is in an annotation file, but for the minute in which it was made."""
    return b"".join(line for line in yaml.read_bytes().splitlines(True) if not line.startswith(b"created:"))


def on_top(app: TermwandApp) -> str:
    """Return the name of the screen on top."""
    return type(app.screen).__name__
