"""The first minute's two lines: which step is due is seen in the session, and stays done whatever is undone."""

from __future__ import annotations

from pathlib import Path

from engine.keymap import load_keymap
from engine.options import Options
from engine.settings import Settings
from tests.tui.in_process import text_of, until, write
from tests.tui.looks import looks_as_it_did
from tui.app import TermwandApp
from tui.loader import Loader
from tui.surfaces.base import Capabilities


async def test_steps(street: Path) -> None:
    loading = Loader(Options((street,), labels="car,person", settings=Settings()), is_tour=True)
    app = TermwandApp(loading, Capabilities(), load_keymap("cvat"))
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.life is not None and app.session.media.picture is not None)
        assert app.is_tour and "Step 1 of 3" in text_of(app)
        await looks_as_it_did(app, "panels/tour")
        app.do("tool.interact", "graphcut")
        app.do("point.positive")
        await until(lambda: "makes it an object" in text_of(app))
        write(app, "n")
        await until(lambda: "Step 2 of 3" in text_of(app))
        app.do("draw.start", "rectangle")
        await until(lambda: "opposite one" in text_of(app))
        app.do("point.positive")
        app.do("mouse.press", 50, 200, 1, False)
        await until(lambda: "Step 3 of 3" in text_of(app))
        write(app, "ufw")
        await until(lambda: "Step 3 of 3" in text_of(app) and app.session.frame == 1)
        write(app, "\x1b[27u\x13")
        await until(lambda: "Done" in text_of(app))
        app.do("app.tour")
        await until(lambda: any("This is the tour" in line.plain for line in app.main.query_one("Messages")._lines))
        app.leave(ask=False)
        await until(lambda: not app.is_running)
