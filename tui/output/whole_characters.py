"""Lines of text are cut between characters, never between a character and the marks that belong to it.

Rich finds the place of a cut by a guess from the width, which can fall behind a character whose accents are yet to
come: the accents then stand alone in the other half. Of one of Kitty's placeholders that leaves a cell that shows
nothing or something else. So marks at the start of the second half are given back to the first.
"""

from __future__ import annotations

from rich.cells import get_character_cell_size
from rich.segment import Segment

_split = Segment.split_cells
FIRST_MARK = "\u0300"
"""No character before it is a mark."""


def split_cells(self: Segment, cut: int) -> tuple[Segment, Segment]:
    """Split a segment at a column, as Rich's own method of that name, but between whole characters."""
    before, after = _split(self, cut)
    text = after.text
    marks = 0
    while marks < len(text) and text[marks] >= FIRST_MARK and not get_character_cell_size(text[marks]):
        marks += 1
    if not marks or not before.text:
        return before, after
    return before._replace(text=before.text + text[:marks]), after._replace(text=text[marks:])


def keep_characters_whole() -> None:
    """Have every line of this process cut so."""
    Segment.split_cells = split_cells  # type: ignore[method-assign]
