"""The probe on a pty, and what is made of the answers of terminals that were run for real."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from engine.errors import SettingsError
from tests.terminal.terminal_model import Terminal
from tui.surfaces import tmux
from tui.surfaces.choose import choose, parse, wish
from tui.surfaces.probe import probe

KITTY = b"\x1bP>|kitty(0.41.1)\x1b\\\x1b[?0u\x1b[?2026;2$y\x1b[?1016;2$y\x1b[?2048;2$y\x1b[6;19;10t"
KITTY += b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32,r=1;OK\x1b\\\x1b[?62;52;c"
KONSOLE = b"\x1bP>|Konsole 25.04.2\x1b\\\x1b[6;14;7t\x1b_Gi=31;OK\x1b\\\x1b[?62;1;4c"
FOOT = b"\x1bP>|foot(1.21.0)\x1b\\\x1b[?0u\x1b[?2026;2$y\x1b[?1016;2$y\x1b[?2048;2$y\x1b[6;17;8t\x1b[?62;4;22;28c"
XTERM = b"\x1bP>|XTerm(398)\x1b\\\x1b[?2026;0$y\x1b[?1016;2$y\x1b[?2048;0$y\x1b[?63;1;2;4;6;9;15;16;17;18;21;22;28c"
WEZTERM = b"\x1bP>|WezTerm 20240203\x1b\\\x1b[?2026;2$y\x1b[6;20;10t\x1b[?65;4;6;18;22c"


@pytest.mark.parametrize(
    ("answers", "graphics", "edits", "sync", "pixels", "keyboard"),
    [
        (KITTY, "kitty", True, True, True, True),
        (KONSOLE, "kitty", False, False, False, False),
        (FOOT, "sixel", False, True, True, True),
        (XTERM, "sixel", False, False, True, False),
        (WEZTERM, "iterm2", False, True, False, False),
        (b"\x1b[?62;22c", "symbols", False, False, False, False),
        (b"", "symbols", False, False, False, False),
    ],
)
def test_terminals(answers: bytes, graphics: str, edits: bool, sync: bool, pixels: bool, keyboard: bool) -> None:
    found = choose(parse(answers), None, {}, (9, 19))
    assert found.graphics == graphics
    assert found.frame_edits == edits
    assert (found.synchronized, found.pixel_mouse, found.kitty_keyboard) == (sync, pixels, keyboard)


def test_tmux_in_kitty_and_in_a_terminal_that_keeps_silent() -> None:
    answers = parse(b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32,r=1;OK\x1b\\\x1b[?62;4c")
    answers.outer = ""
    found = choose(answers, None, {})
    assert (found.graphics, found.frame_edits, found.tmux) == ("kitty", True, True)
    silent = parse(b"\x1b[?62;4c")
    silent.outer = "xterm-256color 256,title"
    assert choose(silent, None, {}).graphics == "symbols"
    inline = parse(b"\x1b[?62;4c")
    inline.outer = "WezTerm 20240203 xterm-256color 256,RGB"
    assert choose(inline, None, {}).graphics == "symbols", "tmux hands no images of that kind on"


KITTY_CLIENT = "@3 100 1700 0 10x19 kitty(0.41.1) xterm-kitty 256,RGB,title"
XTERM_CLIENT = "@3 101 1701 0 9x19 XTerm(398) xterm-256color 256,sixel"
KITTY_NAME, XTERM_NAME = (line.split(" ", 5)[5] for line in (KITTY_CLIENT, XTERM_CLIENT))


@pytest.mark.parametrize(
    ("lines", "name", "cell", "graphics"),
    [
        ([KITTY_CLIENT], KITTY_NAME, (10, 19), "kitty"),
        (["@3 100 1700 0 x  xterm-kitty "], "xterm-kitty", None, "kitty"),
        ([KITTY_CLIENT, KITTY_CLIENT.replace("100 ", "102 ")], KITTY_NAME, (10, 19), "kitty"),
        ([KITTY_CLIENT, KITTY_CLIENT.replace("10x", "12x")], tmux.SEVERAL, None, "symbols"),
        ([KITTY_CLIENT, XTERM_CLIENT], tmux.SEVERAL, None, "symbols"),
        ([KITTY_CLIENT, XTERM_CLIENT.replace("@3", "@4")], KITTY_NAME, (10, 19), "kitty"),
        ([XTERM_CLIENT, "@3 103 1703 1 9x19  tmux-256color "], XTERM_NAME, (9, 19), "sixel"),
        ([XTERM_CLIENT.replace(",sixel", "")], XTERM_NAME.replace(",sixel", ""), (9, 19), "symbols"),
        ([], "", None, "symbols"),
    ],
)
def test_what_is_drawn_is_right_for_all_that_look_through_tmux(
    lines: list[str], name: str, cell: tuple[int, int] | None, graphics: str
) -> None:
    assert tmux.common(tmux.read("\n".join(["@3", *lines]))) == (name, cell)
    behind = b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32,r=1;OK\x1b\\" if tmux.is_layered(name) else b""
    answers = parse(b"\x1b[?62;4c" + behind)
    answers.outer = name
    assert choose(answers, None, {}).graphics == graphics


def test_a_client_without_a_name_has_not_answered_yet() -> None:
    named, nameless = tmux.read(f"@3\n{KITTY_CLIENT}\n@3 104 1704 0 10x19  xterm-256color ")
    assert named.is_known and not nameless.is_known


def test_the_user_decides() -> None:
    assert choose(parse(KITTY), wish("symbols", {}), {}).graphics == "symbols"
    assert choose(parse(KITTY), wish(None, {"TERMWAND_GRAPHICS": "sixel"}), {}).graphics == "sixel"
    assert wish("auto", {}) is None
    with pytest.raises(SettingsError, match="sixel"):
        wish("sixl", {})


def on_pty(terminal: Terminal | None, size: bytes | None = None) -> tuple[object, float, bytes]:
    """Return what the probe finds with a terminal at the other end, how long it took, and what it wrote."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size or struct.pack("HHHH", 45, 160, 1600, 900))
    written: list[bytes] = []

    def answer() -> None:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:
                return
            written.append(data)
            if terminal is not None:
                os.write(master, terminal.feed(data))

    threading.Thread(target=answer, daemon=True).start()
    begun = time.monotonic()
    found = probe(fds=(slave, slave))
    seconds = time.monotonic() - begun
    left = termios.tcgetattr(slave)[3] & termios.ECHO
    os.close(slave)
    assert left, "the terminal was left raw"
    return found, seconds, b"".join(written)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "TERMWAND_GRAPHICS", "TEXTUAL_COLOR_SYSTEM", "LC_TERMINAL", "TERM_PROGRAM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "auto")


def test_kitty_answers_on_a_pty() -> None:
    found, _, written = on_pty(Terminal())
    assert (found.graphics, found.cell, found.frame_edits) == ("kitty", (10, 20), True)  # type: ignore[attr-defined]
    assert os.environ["TEXTUAL_COLOR_SYSTEM"] == "truecolor"
    assert written.endswith(b"\x1b[c") and written.count(b"\x1b[c") == 1


@pytest.mark.parametrize("size", [None, bytes(8)])
def test_a_terminal_that_never_answers(size: bytes | None) -> None:
    found, seconds, _ = on_pty(None, size)
    assert found.graphics == "symbols"  # type: ignore[attr-defined]
    assert seconds < 2  # the contract's limit, not a measure of speed


def test_no_terminal_at_all_and_nothing_heavy_is_imported() -> None:
    code = "import sys; from tui.surfaces.probe import probe; print(probe().graphics, 'textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.stdout.split() == ["symbols", "False"], done.stderr


def test_tmux_is_not_sent_what_it_takes_for_a_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/nowhere/default,1,0")
    _, _, written = on_pty(Terminal(brand="tmux 3.5a"))
    assert b"\x1b_G" not in written.replace(b"\x1b\x1b_G", b"")
    assert b"\x1bPtmux;\x1b\x1b_Gi=31" in written
