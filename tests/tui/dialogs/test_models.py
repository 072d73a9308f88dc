"""The list of models and their files, over files that are here: what its keys ask for, and its rows by mouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import weights
from engine.tools.registry import find
from tests.tui.in_process import click_on, on_top, said, text_of, until, write

ESC = "\x1b[27u"
FILES = ("coco_lvis_h18s_itermask.pth", "coco_lvis_h32_itermask.pth")


@pytest.fixture
def spec(scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a model of which two files are here."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in FILES:
        (tmp_path / name).write_text(name)
        weights.adopt(tmp_path / name, find("hrnet").SPEC)
    return find("hrnet").SPEC


async def in_sight(app, name: str) -> None:
    """Mark a row of the list, which is longer than the screen."""
    await until(lambda: on_top(app) == "Models" and app.screen.query("Rows"))
    app.screen.query_one("Rows").mark(next(i for i, row in enumerate(app.screen._rows) if row.file == name))


async def test_a_click_on_a_row_tells_all_and_u_uses_the_file(spec, app):
    first = weights.in_use(spec).name
    other = next(name for name in FILES if name != first)
    write(app, "M")
    await in_sight(app, other)
    await click_on(app, other[:24])
    await until(lambda: on_top(app) == "Details" and f"HRNet: {other}" in text_of(app))
    write(app, ESC)
    await until(lambda: on_top(app) == "Models")
    write(app, "u")
    await until(lambda: f"HRNet uses {other} from now on" in said(app))
    assert weights.in_use(spec).name == other and on_top(app) == "Models"


async def test_what_is_not_here_or_is_here_already_is_said(spec, app):
    write(app, "M")
    await in_sight(app, FILES[0])
    await click_on(app, FILES[0][:24])
    await until(lambda: on_top(app) == "Details")
    write(app, ESC + "g")
    await until(lambda: f"{FILES[0]} is here already" in said(app))
    write(app, "x")
    await until(lambda: "Nothing is under way" in said(app))
    write(app, "a")
    await until(lambda: on_top(app) == "Ask")
    write(app, ESC + ESC)
    await until(lambda: on_top(app) == "MainScreen")


async def test_terms_come_before_anything_is_fetched(spec, app):
    write(app, "M" + "\x1b[H")
    await until(lambda: on_top(app) == "Models")
    row = next(row for row in app.screen._rows if not row.here and "http" in row.details())
    app.screen.query_one("Rows").mark(app.screen._rows.index(row))
    write(app, "u")
    await until(lambda: f"{row.file} is not here" in said(app))
    write(app, "g")
    await until(lambda: on_top(app) == "Confirm" and "It comes in the background" in text_of(app))
    await click_on(app, "Not now")
    await until(lambda: on_top(app) == "Models")
    assert not [kind for kind in app.session.jobs.running if kind.startswith("weights")]


async def test_a_detectors_file_is_asked_for_with_its_labels(shared: Path, app, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    (tmp_path / "few.txt").write_text("cat\ndog\n")
    net = tmp_path / "mine.onnx"
    net.write_bytes((shared / "weights" / "yolox_nano.onnx").read_bytes())
    for words, told in ((tmp_path / "few.txt", "has 2 names, but"), ("", "finds 80 kinds of things: person, bicycle")):
        write(app, "M")
        await until(lambda: on_top(app) == "Models" and app.screen.query("Rows"))
        row = next(i for i, one in enumerate(app.screen._rows) if one.tool == "yolox")
        app.screen.query_one("Rows").mark(row)
        write(app, "a")
        await until(lambda: on_top(app) == "Ask")
        write(app, f"{net}\r")
        await until(lambda: "labels of YOLOX" in text_of(app))
        write(app, f"{words}\r")
        await until(lambda told=told: told in " ".join(said(app).split()))
        write(app, ESC)
        await until(lambda: on_top(app) == "MainScreen")


async def test_models_are_found_by_typing_and_the_keys_mean_the_row_in_sight(spec, app) -> None:
    write(app, "M/HRNET")
    await until(lambda: on_top(app) == "Models" and "find: HRNET▏; " in text_of(app))
    assert {row.tool for row in app.screen._rows} == {"hrnet", "fbrs"}  # by its name, and by its file's
    write(app, " x\x7f\x7f\r")
    await until(lambda: "find: HRNET  (Esc shows all)" in text_of(app))
    write(app, "/\x7f\x7f\x7f\x7f\x7fh32\r")
    await until(lambda: "find: h32  (Esc shows all); " in text_of(app))
    await until(lambda: app.screen._rows[app.screen.query_one("Rows").marked].file == FILES[1])
    write(app, "u")
    await until(lambda: f"HRNet uses {FILES[1]} from now on" in said(app))
    write(app, ESC)
    await until(lambda: "find:" not in text_of(app) and len(app.screen._rows) > 20)
    assert app.screen._rows[app.screen.query_one("Rows").marked].file == FILES[1]
    write(app, "/qqq")
    await until(lambda: "find: qqq▏; 0 found" in text_of(app))
    write(app, "\rugx" + ESC)
    await until(lambda: "find:" not in text_of(app) and on_top(app) == "Models")


async def test_the_keys_of_the_list_can_be_clicked(spec, app) -> None:
    write(app, "M")
    await in_sight(app, FILES[0])
    await click_on(app, "g fetch")
    await until(lambda: f"{FILES[0]} is here already" in said(app))
    await click_on(app, "/ find a name")
    write(app, "h32")
    await until(lambda: "find: h32▏; " in text_of(app))
    await click_on(app, "Enter keeps")
    await click_on(app, "Enter details")
    await until(lambda: on_top(app) == "Details" and FILES[1] in text_of(app))
    await click_on(app, "Esc closes")
    await until(lambda: on_top(app) == "Models")
