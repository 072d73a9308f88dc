"""Panels by mouse and by the keys that they show: each asks for an action, and nothing else changes the session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.gestures import Drawing, Idle, Painting
from tests.tui.in_process import click, click_on, handled, on_top, place_of, running, settled, text_of, until, write
from tui.recordings import Recordings
from tui.widgets.messages import Messages
from tui.widgets.object_list import FLAGS, ObjectList
from tui.widgets.timeline import Timeline
from tui.widgets.tool_panel import ToolPanel

ESC = "\x1b[27u"


@pytest.mark.parametrize(
    ("words", "mode"),
    [("Wand", "Pick"), ("OpenCV", "Pick"), ("Rect", "rectangle"), ("Polygon", "polygon"), ("P Line", "polyline"),
     ("Points", "points"), ("Ellipse", "ellipse"), ("S Label", "Pick"), ("? Help", "Help")],
)  # fmt: skip
async def test_a_tool_is_taken_by_a_click(app, words, mode):
    await click_on(app, words)
    if mode in ("Pick", "Help"):
        await until(lambda: on_top(app) == mode)
    else:
        await until(lambda: isinstance(app.session.gesture, Drawing) and app.session.gesture.type == mode)


async def test_tools_that_are_done_at_once(app):
    await click_on(app, "Brush")
    await until(lambda: isinstance(app.session.gesture, Painting))
    write(app, ESC)
    await until(lambda: isinstance(app.session.gesture, Idle))
    write(app, "\tq")
    await until(lambda: app.session.document.shapes(0)[0].occluded)
    await click_on(app, "Undo")
    await until(lambda: not app.session.document.shapes(0)[0].occluded)
    await click_on(app, "Redo")
    await until(lambda: app.session.document.shapes(0)[0].occluded)
    await click_on(app, "Save")
    await until(lambda: app.session.saved_revision == app.session.revision)
    await click_on(app, "& Equalize", 4)
    await until(lambda: app.session.media.filter == "equalize")
    assert app.main.query_one(ToolPanel).region.width == 13


async def test_a_row_of_the_objects_selects_and_its_flags_are_toggled(app):
    await click_on(app, " person 2")
    await until(lambda: app.session.selection.selected == 2)
    await settled(app)
    panel = app.main.query_one(ObjectList)
    left, top = panel.region.x + panel.scrollable_content_region.width - FLAGS, panel.region.y
    click(app, left, top + 1)
    await until(lambda: app.session.selection.locked == {1} and app.session.selection.selected == 1)
    click(app, left + 1, top + 2)
    await until(lambda: app.session.selection.hidden == {2} and app.session.selection.selected == 2)
    click(app, left + 2, top + 1)
    await settled(app)
    assert not app.session.document.shapes(0)[0].occluded  # it is locked
    click(app, left, top + 1)
    click(app, left + 2, top + 1)
    await until(lambda: app.session.document.shapes(0)[0].occluded and not app.session.selection.locked)
    click(app, left, top)  # the title
    click(app, left, top + 9)  # below the last
    await settled(app)
    assert app.session.selection.selected == 1 and not app.session.selection.locked


async def test_a_label_is_used_by_a_click(app):
    await click_on(app, "█ 3 bus", 4)
    await until(lambda: app.session.label == "bus")


async def test_a_click_on_the_line_of_frames_goes_there(app):
    bar = app.main.query_one(Timeline).region
    click(app, bar.right - 1, bar.y)
    await until(lambda: app.session.frame == 5)
    click(app, bar.x + 8, bar.y)
    await until(lambda: app.session.frame == 0)
    click(app, bar.x + 2, bar.y)  # the title
    await settled(app)
    assert app.session.frame == 0


async def test_keys_that_help_are_done_by_a_click(app):
    await click_on(app, "B box")
    await until(lambda: isinstance(app.session.gesture, Drawing))
    await click_on(app, "Cancel Esc")
    await until(lambda: isinstance(app.session.gesture, Idle))
    await click_on(app, "F next")
    await until(lambda: app.session.frame == 1)


async def test_a_click_on_a_panel_counts_before_what_comes_behind_it_in_one_piece(app):
    await settled(app)
    canvas, before = app.main._canvas.region, len(app.session.shapes)
    cells = [place_of(app, "Rect"), (canvas.x + 9, canvas.y + 9), (canvas.x + 25, canvas.y + 15)]
    write(app, "".join(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m" for x, y in cells))
    await settled(app)
    assert len(app.session.shapes) == before + 1


async def test_panels_fold_away_and_come_back(app):
    widths = []
    for _ in range(5):
        await settled(app)
        await until(lambda: app.session.view.viewport.view_size == app.main._canvas.view_size)
        widths.append(app.main._canvas.region.width)
        write(app, ";")
        await until(lambda before=widths[-1]: app.main._canvas.region.width != before or len(widths) == 3)
    assert widths[0] < widths[1] < widths[2] == widths[3] == 100 and widths[4] == widths[0]


async def test_messages_go_by_a_click(app):
    write(app, "~")
    lines = app.main.query_one(Messages)
    await until(lambda: lines.visible and lines.region.area)
    click(app, lines.region.x + 1, lines.region.y)
    await until(lambda: not lines.visible)


async def test_every_click_on_the_screen_is_an_action_by_name(scene: Path, tmp_path: Path):
    file = tmp_path / "clicks.jsonl"
    async with running(scene, labels="", recordings=Recordings(file)) as app:
        for words in (" person 2", "█ 3 bus", "F next", "Undo"):
            await click_on(app, words, 4)
            await settled(app)
        canvas = app.main._canvas.region
        click(app, canvas.x + 5, canvas.y + 5, button=1, to=(canvas.x + 9, canvas.y + 5))
        write(app, f"\x1b[<64;{canvas.x + 9};{canvas.y + 9}M")
        write(app, f"\x1b[<35;{canvas.x + 9};{canvas.y + 9}M\x1b[<16;{canvas.x + 9};{canvas.y + 9}M")
        await settled(app)
    done = [entry["do"] for entry in map(json.loads, file.read_text().splitlines()[1:])]
    assert [name for name, *_ in done if name != "view.resize"] == [
        "shape.select", "label.use", "frames.step", "history.undo", "mouse.press", "mouse.move", "mouse.release",
        "mouse.wheel", "mouse.move", "mouse.press",
    ]  # fmt: skip
    assert done[-1][3:] == [1, True]  # the left button, with Ctrl


async def test_nothing_is_clicked_on_a_frame_that_is_about_to_go(app):
    app.session.media.target = 3  # it is on its way
    write(app, "b")
    x, y = place_of(app, "Objects")
    click(app, x - 20, y + 5)
    await handled(app)
    app.session.media.target = 0
    app.session.changed()
    await until(lambda: isinstance(app.session.gesture, Drawing) and "draw rect" in text_of(app))
    assert app.session.gesture.points == ()
