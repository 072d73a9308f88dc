"""Certifying on the screen: opened from the command line, letters and clicks on crops, the line that tells how far."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.keymap import load_keymap
from engine.options import Options
from tests.tui.in_process import click, running, said, settled, text_of, until, write
from tui.app import TermwandApp
from tui.loader import Loader
from tui.surfaces.base import Capabilities


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_letters_and_clicks_mark_and_space_goes_on(scene: Path, size: tuple[int, int]) -> None:
    async with running(scene, labels="", size=size) as app:
        write(app, "G")
        write(app, "\x1b[57441;2u")  # Shift by itself, as kitty reports it
        write(app, "C")
        await settled(app)
        document = app.session.document
        assert app.session.gesture.mode == "certify" and len(document.certificates[1].crops) == 3
        await until(lambda: "sheet 1 of 1, 0 of 3 looked at, 0 wrong" in text_of(app))
        assert "Space next sheet" in text_of(app)
        write(app, "s")
        await settled(app)
        assert app.session.document.certificates[1].wrong == (1,)
        canvas = app.main.query_one("Canvas").region
        click(app, canvas.x + 5, canvas.y + 3)
        await settled(app)
        assert app.session.document.certificates[1].wrong == (0, 1)
        await until(lambda: "2 wrong" in text_of(app))
        write(app, " ")
        await settled(app)
        await until(lambda: "2 wrong of 3, which is every box: 67 % wrong" in said(app))
        assert app.session.gesture.mode == "main"


async def test_the_command_line_opens_it_when_the_first_frame_is_there(scene: Path) -> None:
    loading = Loader(Options((scene,), action=("review.certify", "1%", "car", "")))
    app = TermwandApp(loading, Capabilities(), load_keymap("cvat"))
    async with app.run_test(size=(100, 30)):
        await until(lambda: app.life is not None and app.session.gesture.mode == "certify")
        assert app.session.document.certificates[1].label == "car" and app.session.media.shown == 0
        app.leave(ask=False)
        await until(lambda: not app.is_running)
