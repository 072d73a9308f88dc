"""Make sense of a terminal's answers: which protocol, and which of its features.

Apart from `probe.py`, which talks to the device, so that every terminal's answers can be a line in a test. Brands
decide only what no question can find out; a wrong guess is overridden by --graphics.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from engine.errors import SettingsError, nearest
from tui.surfaces.base import Capabilities

Graphics = Literal["kitty", "sixel", "iterm2", "symbols", "basic"]
NAMES = get_args(Graphics)
_INLINE = ("iterm2", "wezterm", "mintty", "vscode", "xterm.js", "warp")
_TRUECOLOR = (
    "kitty", "ghostty", "foot", "konsole", "wezterm", "iterm2", "mintty", "vte", "xterm(", "contour",
    "vscode", "xterm.js", "warp", "windows terminal", "alacritty", "rio", "mlterm",
)  # fmt: skip
_PROGRAMS = {"iTerm.app": "iterm2", "WezTerm": "wezterm", "vscode": "vscode", "WarpTerminal": "warp"}
_QUESTION_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)(c|u|\$y)|\x1b\[6;(\d+);(\d+)t")
_VERSION = re.compile(rb"\x1bP>\|([^\x1b\x07]*)(?:\x1b\\|\x07)")
_IMAGE = re.compile(rb"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\")


@dataclass
class Answers:
    """What came back from the terminal."""

    version: str = ""
    attributes: tuple[int, ...] | None = None
    """Primary device attributes; 4 is Sixel. None: no answer at all."""
    modes: dict[int, int] = field(default_factory=dict)
    """DECRQM: mode to 0 unknown, 1 set, 2 reset, 3 and 4 for ever."""
    keyboard: bool = False
    cell: tuple[int, int] | None = None
    images: dict[int, str] = field(default_factory=dict)
    """Kitty's answers by number of the image."""
    outer: str | None = None
    """Inside tmux: what the terminal around it is."""
    round_trip: float = 0.0


def parse(data: bytes) -> Answers:
    """Return the answers found in what a terminal has sent so far."""
    answers = Answers()
    if match := _VERSION.search(data):
        answers.version = match[1].decode("ascii", "replace")
    for numbers, kind, height, width in _QUESTION_ANSWER.findall(data):
        values = [int(number) for number in numbers.split(b";") if number]
        if height:
            answers.cell = (int(width), int(height)) if int(width) and int(height) else None
        elif kind == b"c":
            answers.attributes = tuple(values)
        elif kind == b"u":
            answers.keyboard = True
        elif len(values) == 2:
            answers.modes[values[0]] = values[1]
    for keys, text in _IMAGE.findall(data):
        if match := re.search(rb"(?:^|,)i=(\d+)", keys):
            answers.images[int(match[1])] = text.decode("ascii", "replace")
    return answers


def wish(graphics: str | None, environment: Mapping[str, str]) -> Graphics | None:
    """Return the protocol that the user asks for, None for the best one; raise SettingsError for an unknown name."""
    name = graphics or environment.get("TERMWAND_GRAPHICS") or "auto"
    if name == "auto":
        return None
    if name not in NAMES:
        raise SettingsError(f'No graphics are called "{name}"', nearest(name, ["auto", *NAMES]))
    return cast("Graphics", name)


def choose(
    answers: Answers,
    wanted: Graphics | None,
    environment: Mapping[str, str],
    window_cell: tuple[int, int] | None = None,
) -> Capabilities:
    """Return what to use with a terminal that answered so; `window_cell` is what the terminal device says."""
    tmux = answers.outer is not None
    name = (answers.outer or "") if tmux else answers.version or _program(environment)
    brand = name.lower()
    graphics = wanted or _graphics(answers, brand)
    edits = answers.images.get(32) == "OK"
    colors = tmux or environment.get("COLORTERM", "").lower() in ("truecolor", "24bit")  # tmux rounds them itself
    return Capabilities(
        graphics=graphics,
        terminal=f"tmux in {name}".strip() if tmux else name,
        cell=answers.cell or window_cell or Capabilities().cell,
        frame_edits=graphics == "kitty" and edits,
        synchronized=answers.modes.get(2026, 0) in (1, 2, 3),
        pixel_mouse=not tmux and answers.modes.get(1016, 0) in (1, 2, 3) and window_cell is not None,
        kitty_keyboard=answers.keyboard and not tmux,
        tmux=tmux,
        truecolor=colors or graphics == "kitty" or any(known in brand for known in _TRUECOLOR),
        round_trip=answers.round_trip,
    )


def _program(environment: Mapping[str, str]) -> str:
    """Return the terminal's name as its environment has it: for those that do not tell their version."""
    if environment.get("LC_TERMINAL") == "iTerm2":
        return "iterm2"
    return _PROGRAMS.get(environment.get("TERM_PROGRAM", ""), "")


def _graphics(answers: Answers, brand: str) -> Graphics:
    if answers.outer is None and any(known in brand for known in _INLINE):  # tmux hands none of its images on
        return "iterm2"
    if answers.images.get(31) == "OK" and (answers.outer is None or answers.images.get(32) or _is_layered(brand)):
        return "kitty"
    if answers.attributes and 4 in answers.attributes and (answers.outer is None or "sixel" in brand):
        return "sixel"
    return "symbols"


def _is_layered(brand: str) -> bool:
    """Whether it has Unicode placeholders and placements relative to them: kitty from 0.31 on, and Ghostty."""
    if match := re.search(r"kitty\D?(\d+)\.(\d+)", brand):
        return (int(match[1]), int(match[2])) >= (0, 31)
    return "kitty" in brand or "ghostty" in brand
