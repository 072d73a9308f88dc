"""The welcome: once, then a label is asked for where there is none; or it leads to the tour."""

from __future__ import annotations

import pytest

from tests.tui.in_process import on_top, running, text_of, until, write


@pytest.mark.parametrize("key", ["\r", " ", "\x1b[27u"], ids=ascii)
async def test_it_comes_once_and_leads_to_the_first_label(street, tmp_path, key):
    marker = tmp_path / "state" / "welcomed"
    async with running(street, labels="", marker=marker) as app:
        await until(lambda: on_top(app) == "FirstRun" and "Welcome to termwand" in text_of(app))
        write(app, key)
        await until(lambda: on_top(app) == "Ask")
        write(app, "car\r")
        await until(lambda: app.session.label == "car")
    assert marker.exists()
    async with running(street, labels="", marker=marker) as app:
        write(app, "b")  # goes to no dialog
        await until(lambda: app.session.gesture.mode == "draw")


async def test_it_leads_to_the_tour(street, tmp_path):
    async with running(street, labels="car", marker=tmp_path / "welcomed") as app:
        await until(lambda: on_top(app) == "FirstRun")
        write(app, "t")
        await until(lambda: not app.is_running)
        assert app.wants_tour
