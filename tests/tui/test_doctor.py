"""The doctor's report: each weakness has its cost and what to do; the link is measured on a real pty."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import time
import tty

import pytest

from tui.doctor import Finding, Speed, lines, link_findings, machine_findings, terminal_findings
from tui.line_speed import between
from tui.surfaces.base import Capabilities

BEST = Capabilities(
    graphics="kitty",
    terminal="kitty(0.41.1)",
    frame_edits=True,
    synchronized=True,
    pixel_mouse=True,
    kitty_keyboard=True,
)


def of(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_nothing_is_wrong_with_the_best_terminal() -> None:
    findings = terminal_findings(BEST, {}, on_terminal=True)
    assert not [finding for finding in findings if finding.cost or finding.advice]
    assert of(findings, "terminal").value == "kitty(0.41.1)"


@pytest.mark.parametrize("graphics", ["sixel", "iterm2", "symbols", "basic"])
def test_every_lesser_protocol_says_what_it_costs_and_what_to_do(graphics: str) -> None:
    found = Capabilities(graphics=graphics, terminal="xterm(398)", truecolor=False)  # type: ignore[arg-type]
    findings = terminal_findings(found, {}, on_terminal=True)
    for name in ("graphics", "colours", "mouse", "keyboard"):
        assert of(findings, name).cost and of(findings, name).advice, name
    assert "COLORTERM" in of(findings, "colours").advice


def test_a_slow_link_gets_ssh_compression() -> None:
    slow = link_findings(Speed(0.2, 500_000), {"SSH_CONNECTION": "1 2 3 4"})
    assert "ssh -C" in of(slow, "speed").advice and "2.0 s" in of(slow, "speed").cost
    assert of(slow, "round trip").value == "200 ms, over SSH" and of(slow, "round trip").cost
    assert not [finding for finding in link_findings(Speed(0.001, 5e7), {}) if finding.cost]


def test_a_terminals_name_cannot_command_the_terminal() -> None:
    evil = Capabilities(terminal="x\x1b]0;owned\x07")
    assert not any("\x1b" in line or "\x07" in line for line in lines(terminal_findings(evil, {}, on_terminal=True)))


def test_the_machine_has_decoders_and_libraries() -> None:
    findings = machine_findings()
    assert "H.264" in of(findings, "video").value and not of(findings, "video").cost
    assert of(findings, "OpenCV").value[0].isdigit()


def test_no_terminal_is_said_and_torch_is_not_imported() -> None:
    code = (
        "import sys; from tui.doctor import main; status = main([]); "
        "assert not {'torch', 'cv2', 'textual.app'} & sys.modules.keys(), sys.modules.keys(); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "none here" in done.stdout


def test_the_speed_of_a_throttled_pty_is_found() -> None:
    control, device = pty.openpty()
    tty.setraw(device)
    rate, done = 1_000_000, threading.Event()

    def terminal() -> None:
        seen = b""
        while not done.is_set():
            try:
                data = os.read(control, 4096)
            except OSError:
                return
            time.sleep(len(data) / rate)
            seen = (seen + data)[-4200:]
            if b"\x1b[6n" in seen:
                seen = b""
                os.write(control, b"\x1b[1;1R")

    thread = threading.Thread(target=terminal, daemon=True)
    thread.start()
    speed = between(device, device)
    done.set()
    os.write(device, b"x")
    thread.join(5)
    os.close(control)
    os.close(device)
    assert speed is not None
    assert 0.2 * rate < speed.rate <= 1.1 * rate
