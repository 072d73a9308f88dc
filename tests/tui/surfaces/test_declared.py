"""What is asked of a surface is declared, and what a surface says of itself is what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.surfaces import make_surface
from tui.surfaces.base import Capabilities, Surface

ROOT = Path(__file__).parents[3]
KINDS = {
    "kitty": Capabilities("kitty", frame_edits=True),
    "kitty in tmux": Capabilities("kitty", frame_edits=True, tmux=True),
    "kitty without edits": Capabilities("kitty"), "sixel": Capabilities("sixel"), "iterm2": Capabilities("iterm2"),
    "symbols": Capabilities("symbols"), "basic": Capabilities("basic"),
}  # fmt: skip
SAID = {
    "kitty": {"quick_cursor", "tiled"}, "kitty in tmux": {"quick_cursor", "tiled", "floats", "binds_cells"},
    "kitty without edits": {"quick_cursor"}, "sixel": {"paints_cells"}, "iterm2": {"paints_cells"},
    "symbols": {"paints_cells", "writes_texts"}, "basic": set(),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_surface_says_what_it_is(kind: str) -> None:
    surface = make_surface(KINDS[kind])
    flags = [name for name, value in vars(Surface).items() if value is False and name != "_is_runtime_protocol"]
    assert {name for name in flags if getattr(surface, name)} == SAID[kind]
    assert surface.paints_cells == (type(surface).cover is not Surface.cover)
    assert surface.writes_texts == (type(surface).say is not Surface.say)
    assert (surface.most_cells < 1000) == (kind == "kitty in tmux")


def test_nobody_asks_a_surface_for_what_is_not_declared() -> None:
    asked = re.compile(r"(?:getattr|hasattr)\((?:\w+\.)*_?surface\b")
    found = [path for path in (ROOT / "tui").rglob("*.py") if asked.search(path.read_text(encoding="utf-8"))]
    assert not found
