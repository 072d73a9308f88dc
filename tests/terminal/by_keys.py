"""Driving the real program by commands of a keymap: each is pressed as the keys that this keymap gives it.

Apart from the tests because three of them place the cursor this way. Places are frame points of the samples, which are
1280 x 720, shown whole in a terminal of 160 x 45 cells.
"""

from __future__ import annotations

from engine.jump import Jump, places_of
from engine.keymap import Command, Keymap, load_keymap
from engine.viewport import Viewport
from tests.terminal.conftest import KEYS, Termwand

CANVAS, CELL = (117, 42), (10, 20)
"""Columns and rows of the canvas in such a terminal with all panels, and pixels of a cell."""
FRAME = (1280, 720)


class Hands:
    """A person at the keyboard, who knows the keymap."""

    def __init__(self, app: Termwand, keymap: str) -> None:
        self.app, self.keymap, self.mode = app, load_keymap(keymap), "main"

    def do(self, *commands: str) -> Hands:
        """Press the key of each command in the present mode."""
        for command in commands:
            self.app.press(key_of(self.keymap, self.mode, command))
        return self

    def within(self, mode: str) -> Hands:
        """Note which mode the program is in now."""
        self.mode = mode
        return self

    def point(self, x: float, y: float, click: str = "point.positive") -> Hands:
        """Click at a place to within two pixels of the screen, by the four letters that stand there."""
        self.do("cursor.jump")
        self.app.press(*letters_at(x, y))
        return self.do(click)


def key_of(keymap: Keymap, mode: str, command: str) -> str:
    """Return the shortest way that a test can type: one character, or a key that has a name in `KEYS`."""
    name, *args = command.split()
    own = keymap.modes[mode]
    every = {**keymap.modes["main"], **own}
    keys = [key for key, other in every.items() if other == Command(name, tuple(args))]
    keys = sorted((key for key in keys if len(key) == 1 or KEYS.get(key)), key=lambda key: len(key) > 1)
    assert keys, f"{keymap.name} has no key for {command} in {mode}"
    return keys[0]


def letters_at(x: float, y: float) -> str:
    """Return the letters that a person reads off at a frame point, in the grid and then in the lens."""
    jump = Jump((0.0, 0.0), Viewport.fit(FRAME, (CANVAS[0] * CELL[0], CANVAS[1] * CELL[1])), CELL)
    for _ in range(2):
        places = places_of(jump)
        left, top, right, bottom = places.box
        row, column = int((y - top) / (bottom - top) * places.rows), int((x - left) / (right - left) * places.columns)
        jump = jump.typing(places.letters[row]).typing(places.letters[column])
    return jump.typed
