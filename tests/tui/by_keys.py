"""Driving the real program by commands of a keymap: each is pressed as the keys that this keymap gives it.

Apart from the tests because three of them place the cursor this way. Places are frame points of the samples, which are
1280 x 720, shown whole in a terminal of 160 x 45 cells.
"""

from __future__ import annotations

from engine.keymap import Command, Keymap, load_keymap
from tests.tui.conftest import KEYS, Termwand

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
GRID = (26, 16)
"""Columns and rows of the jump's grid over a whole sample."""
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

    def point(self, x: float, y: float, near: float = 8.0, click: str = "point.positive") -> Hands:
        """Click at a place, to within `near` frame pixels, by the grid's letters and arrows."""
        self.do("cursor.jump")
        self.app.press(*places(x, y, near))
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


def places(x: float, y: float, near: float) -> list[str]:
    """Return the keys after the jump's own that lead to a place."""
    width, height = FRAME[0] / GRID[0], FRAME[1] / GRID[1]
    column, row = int(x / width), int(y / height)
    keys = [LETTERS[row], LETTERS[column]]
    left, top = column * width, row * height
    while abs(left + width / 2 - x) > near:
        width /= 2
        keys.append("left" if x < left + width else "right")
        left += width if keys[-1] == "right" else 0
    while abs(top + height / 2 - y) > near:
        height /= 2
        keys.append("up" if y < top + height else "down")
        top += height if keys[-1] == "down" else 0
    return keys
