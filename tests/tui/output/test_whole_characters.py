"""Where lines are cut: between characters with all their marks."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.strip import Strip

from tui.output.painting import PaintingApp
from tui.surfaces.placeholders import strip

ACCENT = "\u0301"


@pytest.mark.parametrize("row", [0, 7, 44, 296])
def test_a_line_of_placeholders_is_cut_between_cells(row: int) -> None:
    assert PaintingApp  # whose module has lines cut so
    line = strip(row, 200, 0x070707)
    for left in range(0, 200, 3):
        for right in range(left + 1, 201, 3):
            assert line.crop(left, right).text == line.text[3 * left : 3 * right]


@pytest.mark.parametrize(
    ("text", "cut", "parts"),
    [
        (f"e{ACCENT}e{ACCENT}e{ACCENT}", 1, (f"e{ACCENT}", f"e{ACCENT}e{ACCENT}")),
        (f"e{ACCENT}" * 20, 7, (f"e{ACCENT}" * 7, f"e{ACCENT}" * 13)),
        ("plain", 2, ("pl", "ain")),
        ("日本", 1, (" ", " 本")),
        (f"{ACCENT}abc", 0, ("", f"{ACCENT}abc")),
        ("abc", 9, ("abc", "")),
    ],
)
def test_marks_stay_with_their_character(text: str, cut: int, parts: tuple[str, str]) -> None:
    before, after = Segment(text).split_cells(cut)
    assert (before.text, after.text) == parts


def test_cutting_twice_loses_nothing() -> None:
    line = Strip([Segment(f"o{ACCENT}" * 50)], 50)
    parts = line.divide([13, 21, 34, 50])
    assert "".join(part.text for part in parts) == line.text
    assert [part.cell_length for part in parts] == [13, 8, 13, 16]
