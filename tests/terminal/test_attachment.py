"""Another terminal looks at the running program, or the same one that has forgotten everything: nothing is missing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.terminal.conftest import Launch, Termwand

pytestmark = pytest.mark.pty
KITTY, VTE = "kitty(0.41.1)", "VTE(7600)"
OURS = {1000, 1003, 1004, 1006, 1049, 2004}
Sign = Callable[[Termwand], object]


def told_its_size(app: Termwand) -> None:
    os.kill(app.pty.process.pid, signal.SIGWINCH)


SIGNS: dict[str, Sign] = {
    "focus": lambda app: app.pty.write(b"\x1b[I"),
    "the mouse": lambda app: app.pty.write(b"\x1b[<35;601;401M"),
    "a key": lambda app: app.press("right"),
    "its size, which is the same": told_its_size,
    "by hand": lambda app: app.pty.write(b"\x0c"),
}


def opened(launch: Launch, street: Path) -> Termwand:
    app = launch(street, options=("--labels", "car"), graphics="auto").sees("street_1")
    app.pty.wait_for(lambda: is_whole(app))
    app.pty.write(b"\x1b[<35;501;401M")  # the crosshair is there
    app.gone("640.0,360.0").pty.settle()
    return app


def is_whole(app: Termwand) -> bool:
    """Say whether the picture is there, lossless: as large as the canvas, not black, and no draft over it."""
    terminal = app.pty.terminal
    spread = [(image, place) for (image, _), place in terminal.placements.items() if "c" in place]
    if len(spread) != 1 or spread[0][0] not in terminal.images:
        return False
    (_image, place), pixels = spread[0], terminal.images[spread[0][0]]
    size = (place["r"] * terminal.cell[1], place["c"] * terminal.cell[0])
    return pixels.shape[:2] == size and float(pixels[..., :3].mean()) > 20


def middle(app: Termwand) -> np.ndarray:
    """Return pixels of the picture in which there is no crosshair."""
    return app.pty.terminal.screen()[420:700, 650:1100]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_terminal_that_has_forgotten_everything_is_sent_everything(launch: Launch, street: Path, sign: str) -> None:
    app = opened(launch, street)
    app.pty.wait_for(lambda: is_whole(app))
    app.pty.settle()
    with app.pty.lock:
        before = middle(app)
        app.pty.terminal.become(KITTY, shows_images=True)
    SIGNS[sign](app)
    app.pty.wait_for(lambda: is_whole(app) and np.array_equal(middle(app), before))
    app.sees("street_1")
    assert app.pty.terminal.modes >= OURS
    assert app.leave() == 0
    assert not OURS & app.pty.terminal.modes and not app.pty.terminal.images


@pytest.mark.parametrize("sign", ["its size, which is the same", "by hand"])
def test_a_terminal_of_another_kind_gets_what_it_can_show(launch: Launch, street: Path, sign: str) -> None:
    app = opened(launch, street)
    for brand, shows_images in ((VTE, False), (KITTY, True)):
        with app.pty.lock:
            app.pty.terminal.become(brand, shows_images=shows_images)
        SIGNS[sign](app)
        if shows_images:
            app.pty.wait_for(lambda: is_whole(app))
        else:
            app.pty.wait_for(lambda: len(app.text()) > 2000 and not app.pty.terminal.placed)
        app.sees("street_1")
    app.press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")
    assert app.leave() == 0


@pytest.mark.parametrize(
    ("opener", "text"), [("i", "Esc gives up"), ("S", "Several with commas"), ("?", "Esc closes"), ("!", "Search for")]
)
def test_by_hand_also_in_a_dialog(launch: Launch, street: Path, opener: str, text: str) -> None:
    app = opened(launch, street).press(opener).sees(text)
    with app.pty.lock:
        app.pty.terminal.become(KITTY, shows_images=True)
    app.pty.write(b"\x0c")
    app.sees(text).sees("street_1").press("esc").gone(text)
    app.pty.wait_for(lambda: is_whole(app))
    assert app.leave() == 0
