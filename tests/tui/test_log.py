"""The log: what goes into it, a crash in C too, and the screen that shows its end."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Static

from tests.tui.in_process import on_top, running, until, write
from tui import log as logs
from tui.log import Log, begin, in_use

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    root, was_on = logging.getLogger(), faulthandler.is_enabled()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield begin(tmp_path / "mine.log", tmp_path)
    root.handlers[:], level, logging.raiseExceptions = before
    root.setLevel(level)
    logging.captureWarnings(False)
    faulthandler.enable(sys.__stderr__) if was_on else faulthandler.disable()


def test_the_end_of_the_log_is_whole_lines_and_reaches_over_the_file_put_aside(log: Log, tmp_path: Path) -> None:
    (tmp_path / "mine.log.old").write_text("first\nsecond\n")
    log.write("third\n")
    assert log.last() == ["first", "second", "third"]
    log.write("x" * logs.SHOWN + "\nlast\n")
    assert log.last() == ["last"]
    log.write("".join(f"{number}\n" for number in range(logs.LINES + 5)))
    assert log.last()[0] == "5" and len(log.last()) == logs.LINES
    assert Log(None).last() == []


def test_a_log_that_somebody_put_a_link_in_place_of_is_not_followed(log: Log, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret\n")
    (tmp_path / "mine.log.old").symlink_to(secret)
    log.write("mine\n")
    assert log.last() == ["mine"]


def test_records_of_every_logger_below_ours_go_into_it(log: Log) -> None:
    assert in_use() is log
    logging.getLogger("termwand.engine").info("a network \x1b[31msays")
    assert "INFO termwand.engine: a network ␛[31msays" in log.last()[-1]


def test_a_crash_in_c_leaves_its_trace(tmp_path: Path) -> None:
    code = "import sys, faulthandler; from pathlib import Path; from tui.log import begin\n"
    code += "def here():\n    faulthandler._sigsegv()\n"
    code += "begin(Path(sys.argv[1]), Path(sys.argv[1]).parent)\nhere()"
    path = tmp_path / "crash.log"
    done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True)
    assert done.returncode < 0
    assert "Fatal Python error: Segmentation fault" in path.read_text() and "in here" in path.read_text()


def shown(app) -> str:
    return "".join(str(static.content) for static in app.screen.query("#lines").results(Static))


async def test_the_screen_shows_its_end_safely_and_what_comes_meanwhile(log: Log, street: Path) -> None:
    log.write("".join(f"line {number}\n" for number in range(200)) + "evil \x1b]0;title\x07 \u202e\n")
    async with running(street) as app:
        app.do("app.log")
        await until(lambda: on_top(app) == "LogLines" and "evil" in shown(app))
        assert "evil ␛]0;title␇" in shown(app) and "\x1b" not in shown(app) and "\u202e" not in shown(app)
        scroll = app.screen.query_one(VerticalScroll)
        await until(lambda: scroll.max_scroll_y > 100 and scroll.is_vertical_scroll_end)
        log.write("and one more\n")
        await until(lambda: "and one more" in shown(app) and scroll.is_vertical_scroll_end)
        write(app, "\x1b[H")
        await until(lambda: scroll.scroll_offset.y == 0)
        log.write("unseen\n")
        await until(lambda: "unseen" in shown(app))
        assert scroll.scroll_offset.y == 0
        write(app, "jj")
        await until(lambda: scroll.scroll_offset.y == 2)
        write(app, "\x1b[27u")
        await until(lambda: on_top(app) == "MainScreen")


async def test_without_a_log_it_is_said_how_to_have_one(street: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    async with running(street) as app:
        said: list[str] = []
        app.say = lambda text, *_: said.append(text)  # type: ignore[method-assign]
        app.do("app.log")
        assert on_top(app) == "MainScreen" and "--log FILE" in said[0]
