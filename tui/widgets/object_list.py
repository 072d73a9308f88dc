"""The objects of the frame: label, id, type, score, how each was made, occluded, hidden, locked. A click selects.

They stand as they were made or, turned by a click on the title, by their scores.

Where a track stands on the frame there are two columns more: whose keyframe it has here, and whether it is pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from engine.memo import kept
from engine.text import plain
from tui.output.cells import cut, filled
from tui.widgets.asked import Asked
from tui.widgets.titled_list import TitledList

if TYPE_CHECKING:
    from engine.document import Shape, Track
    from engine.session import Session

SOURCES = {"manual": "m", "semi-auto": "s", "auto": "a", "imported": "i"}
ROOMY = 24
"""Columns from which a type has its short name; below it is a sign."""
FOREIGN = "!"
"""After the type of a mask that is of another size than the frame, and not drawn."""
TYPES = {"rectangle": "rect", "polygon": "poly", "polyline": "line", "points": "pts", "ellipse": "ell", "mask": "mask"}
SIGNS = {"rectangle": "r", "polygon": "p", "polyline": "l", "points": ":", "ellipse": "e", "mask": "m"}
FLAGS = 5
"""Columns at the right: locked, hidden, occluded, source, and a blank."""
OF_TRACKS = 2
"""Columns before them where a track is on the frame: keyframe, pinned."""
PINNED, NO_FLAG = -1, -100
"""Column of the pin, counted from the first flag; what is sent for a click that hits no flag."""
KEYFRAMES = {"human": "◆", "machine": "◇", "filled": "◇", "between": "·"}
Facts = dict[int, tuple[str, bool, str]]
"""Track -> sign of its keyframe on the frame, whether it is pinned, what follows it."""


class ObjectList(TitledList):
    """One line a shape."""

    DEFAULT_CSS = "ObjectList { height: 1fr; }"

    class Chosen(Message):
        """A row was clicked; the column is that of the flags, the first of them 0."""

        def __init__(self, shape_id: int, column: int) -> None:
            super().__init__()
            self.shape_id = shape_id
            self.column = column

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._shapes: tuple[Shape, ...] = ()
        self._shown: object = None
        self._facts: Facts = {}

    def show(self, session: Session) -> None:
        """Show the session's shapes on the shown frame."""
        from engine import items

        document = session.safety.document
        shapes = items.listed(items.on_frame(document, session.frame), session.view.by_score)
        marks = (
            session.selection.selected,
            session.selection.hidden,
            session.selection.locked,
            session.view.viewport.frame_size,
        )
        facts = _facts_of(document.tracks, shapes, session.frame)
        state = (shapes, *marks, document.labels, facts)
        if self._shown is not None and all(a is b or a == b for a, b in zip(state, self._shown, strict=True)):  # type: ignore[call-overload]
            return
        selected_anew = self._shown is None or self._shown[1] != session.selection.selected  # type: ignore[index]
        self._session, self._shapes, self._shown, self._facts = session, shapes, state, facts
        row = None
        if selected_anew and session.selection.selected is not None:
            row = next((i for i, shape in enumerate(shapes) if shape.id == session.selection.selected), 0)
        self.show_rows(len(shapes), into_sight=row)

    def title(self, width: int) -> str:
        """Return what the list is, how many there are, and what the flags are called."""
        return filled(f"Objects {self.count}", width - self._flags - 1) + ("KPLHO" if self._facts else "LHO")

    @property
    def _flags(self) -> int:
        """Columns at the right."""
        return FLAGS + (OF_TRACKS if self._facts else 0)

    def row(self, number: int, width: int) -> list[Segment]:
        """Return one object's line."""
        assert self._session is not None
        return self._row(self._session, self._shapes[number], width)

    def _row(self, session: Session, shape: Shape, width: int) -> list[Segment]:
        from engine.frame_bounds import is_foreign
        from engine.scene_of import colors_of

        red, green, blue = colors_of(session).get(shape.label, (200, 200, 200))
        chosen = shape.id == session.selection.selected
        base = self.style_of(chosen=chosen)
        key, pinned, tracker = self._facts.get(shape.id, (" ", False, ""))
        of_track = "" if not self._facts else key + ("P" if pinned else "·" if shape.id in self._facts else " ")
        flags = "".join(
            (
                of_track,
                "L" if shape.id in session.selection.locked else "·",
                "H" if shape.id in session.selection.hidden else "·",
                "O" if shape.occluded else "·",
                SOURCES[shape.source],
            )
        )
        kind = TYPES[shape.type] if width >= ROOMY else SIGNS[shape.type]
        if is_foreign(shape, session.view.viewport.frame_size):
            kind += FOREIGN
        tail, room = f" {shape.id} {kind}", width - self._flags - 3
        if shape.score is not None:
            fits = cell_len(shape.label) + len(tail) + 4 <= room
            tail = (
                f"{tail if fits else f' {shape.id}'} {_score(shape.score)}"  # the type has to go where both do not fit
            )
        if tracker and cell_len(shape.label) + len(tail) + 1 + len(tracker) <= room:
            tail += f" {tracker}"
        left = f" {cut(shape.label, max(room - len(tail), 4))}{tail}"
        return [
            Segment("▌", self.style_of(chosen=False) + Style(color=f"rgb({red},{green},{blue})")),
            Segment(filled(left, width - self._flags - 1), base),
            Segment(f"{flags} ", base),
        ]

    def title_clicked(self) -> None:
        """Turn the order."""
        self.post_message(Asked("shape.sort"))

    def clicked(self, number: int, column: int) -> None:
        """Say which row was clicked, and which of its flags."""
        shape, flag = self._shapes[number], column + FLAGS
        if flag < 0 and not (flag == PINNED and shape.id in self._facts):
            flag = NO_FLAG
        self.post_message(self.Chosen(shape.id, flag))


def _score(score: float) -> str:
    """Return a score in three columns."""
    return f"{score:.2f}".removeprefix("0") if score < 0.995 else "1.0"


@kept
def _facts_of(tracks: Mapping[int, Track], shapes: tuple[Shape, ...], frame: int) -> Facts:
    """Return what the list says of the tracks among the items of a frame."""
    if not tracks:
        return {}
    from engine.tracks.origin import origin

    found = ((shape.id, tracks.get(shape.id)) for shape in shapes)
    return {
        number: (KEYFRAMES[origin(track, frame)], track.pinned, plain(track.tracker))
        for number, track in found
        if track is not None
    }
