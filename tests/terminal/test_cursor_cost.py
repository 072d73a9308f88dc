"""What a move of the cursor costs on the wire, with everything that the screen says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.conftest import Launch

pytestmark = pytest.mark.pty
MOST = 250


def test_a_move_is_the_crosshair_and_a_few_digits(launch: Launch, street: Path) -> None:
    app = launch(street, options=("--labels", "car"), graphics="kitty").sees("street_1")
    app.pty.settle()
    app.pty.write(b"\x1b[<35;601;401M")
    app.pty.settle()
    for step in range(1, 6):
        before = app.pty.total
        app.pty.write(b"\x1b[<35;%d;%dM" % (601 + 97 * step, 401 + 61 * step))
        app.pty.settle()
        assert 100 < app.pty.total - before <= MOST
    assert app.leave() == 0
