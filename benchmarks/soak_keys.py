"""The keys of a soak: a random list of what an annotator does, made from a seed before anything runs.

One action is one line of keys, so that a run can be printed, kept in a file and pressed again. Keys are those of the
default keymap; none of them quits, and none fetches a model's file.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

NAMES = {
    "esc": "\x1b[27u", "enter": "\r", "tab": "\t", "space": " ", "backspace": "\x7f", "delete": "\x1b[3~",
    "left": "\x1b[D", "right": "\x1b[C", "up": "\x1b[A", "down": "\x1b[B",
}  # fmt: skip
COLUMNS, ROWS, INNER = "asdfghjklqwertyuiopzxcvbm", "asdfghjklqwertyu", "asdfghjkl"
"""The letters of the jump's grid, and those that every cell of it has."""
PLACE, MODEL, CUT, FRAME = "PLACE", "MODEL", "CUT", "FRAME"
"""In a line of keys: the cursor to a random place, the model's number and graph cut's in the picker, a random frame."""


@dataclass(frozen=True)
class Habit:
    """Something that an annotator does, how often, and by which keys."""

    name: str
    often: int
    keys: str


HABITS = (
    Habit("next frame", 14, "f"),
    Habit("previous frame", 8, "d"),
    Habit("ten frames on", 5, "v"),
    Habit("ten frames back", 5, "c"),
    Habit("next frame with an object", 2, "."),
    Habit("next frame without", 1, "'"),
    Habit("go to a frame", 12, "esc esc : FRAME enter"),
    Habit("play", 1, "esc esc space space"),
    Habit("rectangle", 5, "esc esc b PLACE a PLACE a"),
    Habit("polygon", 4, "esc esc p PLACE a PLACE a PLACE a PLACE a n"),
    Habit("ellipse", 1, "esc esc E PLACE a PLACE a"),
    Habit("points", 1, "esc esc y PLACE a PLACE a n"),
    Habit("brush", 6, "esc esc B PLACE a PLACE PLACE a PLACE a PLACE a n"),
    Habit("eraser", 3, "esc esc tab B x PLACE a PLACE PLACE a n"),
    Habit("graph cut", 4, "esc esc i CUT PLACE a PLACE x n"),
    Habit("scissors", 4, "esc esc O 2 PLACE a PLACE a PLACE a n"),
    Habit("model", 8, "esc esc i MODEL PLACE a PLACE a PLACE x tab n"),
    Habit("model given up", 4, "esc esc i MODEL PLACE a esc esc"),
    Habit("same tool again", 3, "n PLACE a"),
    Habit("edit", 4, "esc esc tab $ tab a right right a n"),
    Habit("another object", 4, "tab"),
    Habit("label", 3, "2"),
    Habit("undo", 6, "u u"),
    Habit("redo", 3, "esc esc ctrl+r"),
    Habit("delete", 4, "esc esc tab delete"),
    Habit("copy and paste", 3, "esc esc tab C f V"),
    Habit("order, lock, hide", 2, "esc esc tab < > l l h h q"),
    Habit("zoom in", 5, "PLACE + +"),
    Habit("zoom out", 4, "- -"),
    Habit("fit", 4, "\\"),
    Habit("actual size", 2, "|"),
    Habit("pan", 3, "esc esc H L K J"),
    Habit("brightness", 2, "esc esc ( ) *"),
    Habit("plain", 2, "esc esc %"),
    Habit("equalize", 3, "&"),
    Habit("clahe", 3, "esc esc @"),
    Habit("slider", 2, "[ ] ["),
    Habit("models screen", 1, "esc esc M down down enter esc esc"),
    Habit("help", 1, "esc esc ? down esc"),
    Habit("palette", 1, "esc esc ! z o o m esc esc"),
    Habit("labels", 1, "esc esc s esc"),
    Habit("attributes", 1, "esc esc tab A esc"),
    Habit("panels", 1, "esc esc ; ;"),
    Habit("block", 1, "esc esc t"),
    Habit("save", 2, "esc esc W"),
)


def recorded(count: int, seed: int, frames: int, numbers: dict[str, str]) -> list[str]:
    """Return so many actions as lines of keys; `numbers` are those of MODEL and CUT in the picker."""
    chance = random.Random(seed)
    chosen = chance.choices(HABITS, [habit.often for habit in HABITS], k=count)
    return [_line(habit, chance, frames, numbers) for habit in chosen]


def _line(habit: Habit, chance: random.Random, frames: int, numbers: dict[str, str]) -> str:
    keys: list[str] = []
    for key in habit.keys.split():
        if key == PLACE:
            keys += ["w", *map(chance.choice, (ROWS, COLUMNS, INNER, INNER))]
        elif key == FRAME:
            keys += list(str(chance.randrange(frames)))
        else:
            keys.append(numbers.get(key, key))
    return " ".join(keys)


def typed(line: str) -> bytes:
    """Return what a terminal sends for a line of keys."""
    return b"".join(_sent(key) for key in line.split())


def _sent(key: str) -> bytes:
    if key.startswith("ctrl+"):
        return bytes([ord(key[-1]) & 31])
    return NAMES.get(key, key).encode()


def read(file: Path) -> list[str]:
    """Return the lines of a file that an earlier run has kept."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
