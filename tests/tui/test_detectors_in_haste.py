"""Detectors with keys in haste, an engine process that dies in a run, a table without rows, hints on a small screen."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from engine.gestures import Hinting, Idle
from engine.session.detections import Result
from engine.tools.base import Detection
from tests.engine.session.blobs import COUNT
from tests.tui.in_process import on_top, running, said, settled, text_of, until, write
from tests.tui.test_detectors import ESCAPE, SIFT, blobs, counts, idle, pick
from tui.screens.label_table import LabelTable, Shown

__all__ = ["blobs"]


async def test_a_table_without_rows_is_left_by_escape_and_by_a_run(blobs: Path) -> None:
    answers = []
    async with running(blobs, labels="disc") as app:
        for keys in ("jxn*m-+[" + ESCAPE, "a"):
            app.push_screen(LabelTable((), Shown("Toy", ("disc",), 0.5)), answers.append)
            await until(lambda: on_top(app) == "LabelTable")
            write(app, keys)
            await until(lambda: on_top(app) != "LabelTable")
    assert [answer and answer.what for answer in answers] == [None, "frame"]


async def test_run_next_and_undo_in_one_write_leave_nothing_at_work(blobs: Path) -> None:
    async with running(blobs, labels="disc,square") as app:
        await pick(app)
        write(app, "anu")
        await idle(app)
        await until(lambda: not app.session.runs.busy)
        assert counts(app) in ([0] * 4, [COUNT, 0, 0, 0])
        write(app, "nnn")
        await until(lambda: counts(app)[0] == COUNT)
        await idle(app)
        write(app, SIFT + "]]]]]]n" + SIFT + "[[[[[[[n" + "u")
        await idle(app)
        await until(lambda: not app.session.runs.busy)
        assert counts(app)[0] in (COUNT, 5)
        write(app, "u" * 5)
        await until(lambda: not app.session.document.frames)


async def test_an_engine_that_dies_in_a_run_leaves_what_came_and_is_there_for_the_next(blobs: Path) -> None:
    for number in range(4, 80):
        (blobs / f"{number}.png").write_bytes((blobs / "0.png").read_bytes())
    async with running(blobs, labels="disc,square") as app:
        app.do("detect.run", "blobs", "all")
        await until(lambda: counts(app)[0])
        os.kill(app.life.workers._engine.pid, signal.SIGKILL)
        await until(lambda: not app.session.runs.busy)
        await idle(app)
        assert "The engine process stopped" in said(app) and "takes them back" in said(app)
        done = [frame for frame in range(80) if app.session.document.shapes(frame)]
        assert done == [*range(len(done))] and len(done) < 80
        app.do("detect.run", "blobs", "all")
        await until(lambda: len(app.session.document.frames) == 80)
        await idle(app)


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_hints_on_four_hundred_things_each_lead_to_one(blobs: Path, size: tuple[int, int]) -> None:
    async with running(blobs, labels="disc", size=size) as app:
        some = (
            Detection("disc", 0.9 - number / 1000, (x, y, x + 9.0, y + 9.0))
            for number, (x, y) in enumerate((13.0 * column, 10.0 * row) for row in range(20) for column in range(24))
        )
        app.session.runs.results.put("blobs", 0, Result(tuple(some)))
        write(app, "W")
        await until(lambda: isinstance(app.session.gesture, Hinting))
        await settled(app)
        held = app.session.gesture
        names = [one.name for one in held.proposals]
        assert (len(set(names)) == len(names) == 120 and "120 proposals" in text_of(app)) or size[0] < 80
        write(app, names[-1])
        await until(lambda: counts(app)[0] == 1)
        write(app, ESCAPE)
        await until(lambda: app.session.gesture == Idle())
