"""`--graphics basic`: textual-image's half blocks show base, overlay and crosshair, and ask the terminal nothing."""

from __future__ import annotations

import numpy as np

from tui.surfaces.base import Area
from tui.surfaces.basic import BasicSurface


def colours(surface: BasicSurface, row: int) -> set[tuple[int, int, int]]:
    found = {segment.style.color for segment in surface.line(row) if segment.style and segment.style.color}
    return {tuple(color.triplet) for color in found if color.triplet is not None}


def test_base_overlay_and_cursor(capfd):
    surface = BasicSurface()
    surface.resize(Area(0, 0, 20, 6, (10, 20)))
    surface.base(np.full((120, 200, 3), 90, np.uint8), "full")
    assert surface.changed() and not surface.changed()
    assert colours(surface, 1) == {(90, 90, 90)} and surface.line(1).cell_length == 20
    surface.overlay(np.full((40, 200, 4), 255, np.uint8), (0, 0, 200, 40))
    assert surface.changed() and colours(surface, 1) == {(255, 255, 255)}
    surface.cursor((105.0, 85.0))
    assert surface.changed() and len(colours(surface, 4)) > 1
    assert capfd.readouterr() == ("", "")
