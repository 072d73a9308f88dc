"""What tmux knows of the terminals that look at the program, told by its own command.

They come and go while the program runs: a link drops, and `tmux attach` brings it back in another terminal. Two may
look at once: what is drawn then has to be right in both.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

LAYERED = ("kitty", "ghostty")
"""Terminals whose pictures come through tmux."""
SEVERAL = "several terminals"
"""What terminals are called together that do not show pictures in the same way."""
PATIENCE = 1.0
_WINDOW = "#{window_id}"
_CLIENT = f"{_WINDOW} #{{client_pid}} #{{client_created}} #{{client_control_mode}}"
_CLIENT += " #{client_cell_width}x#{client_cell_height} #{client_termtype} #{client_termname} #{client_termfeatures}"


@dataclass(frozen=True, slots=True)
class Client:
    """A terminal that is attached."""

    id: str
    name: str
    """What it says it is, the value of its TERM, and what tmux believes it can do."""
    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels, which tmux's own window may have from another terminal."""
    looks: bool = True
    """It shows the program's window just now."""

    @property
    def is_known(self) -> bool:
        """Whether it has answered tmux: that takes it a moment after it is attached."""
        return not self.name.startswith(" ")


def socket() -> str:
    """Return the path of the server's socket, "" where the program is not inside a tmux of this machine."""
    return os.environ.get("TMUX", "").partition(",")[0]


def clients() -> tuple[Client, ...] | None:
    """Return the terminals that are attached, None if tmux cannot be asked."""
    if not socket():
        return None
    pane = os.environ.get("TMUX_PANE", "")
    window = ("display-message", "-p", *(("-t", pane) if pane else ()), _WINDOW)
    answer = _run(*window, ";", "list-clients", "-F", _CLIENT)
    return None if answer is None else read(answer)


def read(answer: str) -> tuple[Client, ...]:
    """Make sense of the program's window and of a line for each client; programs that only listen are left out."""
    window, *lines = answer.splitlines() or [""]
    found = []
    for line in lines:
        looked_at, number, created, listens, cell, name = line.split(" ", 5)
        width, _, height = cell.partition("x")
        size = (int(width), int(height)) if width.isdecimal() and height.isdecimal() and cell != "0x0" else None
        if listens != "1":
            found.append(Client(f"{number} {created}", name, size, looked_at == window))
    return tuple(found)


def common(attached: Iterable[Client]) -> tuple[str, tuple[int, int] | None]:
    """Return name and cell of the terminals that look: those of one where they show pictures in the same way."""
    looking = [client for client in attached if client.looks]
    if len({_way(client) for client in looking}) == 1:
        return looking[0].name.strip(), looking[0].cell
    return (SEVERAL if looking else ""), None


def let_pictures_through() -> None:
    """Let the program's pane hand pictures on; "on", of older versions, drops what comes while tmux redraws."""
    pane = os.environ.get("TMUX_PANE", "")
    command = ("set", "-p", *(("-t", pane) if pane else ()), "allow-passthrough")
    if _run(*command, "all") is None:
        _run(*command, "on")


def is_layered(name: str) -> bool:
    """Say whether a name is that of a terminal whose pictures come through tmux."""
    return any(brand in name.lower() for brand in LAYERED)


def _way(client: Client) -> object:
    if is_layered(client.name):
        return "kitty", client.cell  # layers would not lie over each other where a cell is another
    return "sixel" if "sixel" in client.name else "symbols"


def _run(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["tmux", *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
