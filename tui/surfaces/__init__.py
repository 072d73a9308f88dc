"""Ways to show a picture in a terminal, one file each; the one that this terminal understands is chosen here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.surfaces.base import Capabilities, Surface


def make_surface(capabilities: Capabilities) -> Surface:
    """Return the surface for what the probe found; only its own file is imported."""
    match capabilities.graphics:
        case "kitty" if capabilities.frame_edits:
            from tui.surfaces.kitty import KittySurface

            return KittySurface(capabilities)
        case "kitty":
            from tui.surfaces.kitty_plain import PlainKittySurface

            return PlainKittySurface(capabilities)
        case "sixel":
            from tui.surfaces.sixel import SixelSurface

            return SixelSurface(holes="konsole" not in capabilities.terminal.lower())
        case "iterm2":
            from tui.surfaces.iterm2 import Iterm2Surface

            return Iterm2Surface()
        case "basic":
            from tui.surfaces.basic import BasicSurface

            return BasicSurface()
        case _:
            from tui.surfaces.glyphs import kind_for
            from tui.surfaces.symbols import SymbolsSurface

            kind = kind_for(capabilities.terminal, os.environ)
            return SymbolsSurface(kind=kind, truecolor=capabilities.truecolor)
