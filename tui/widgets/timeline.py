"""The timeline: a row for all frames, and under it, where there are tracks, one for the selected track or all of them.

Every column stands for a range of frames, or for a part of one. Signs tell all there is to tell; colours only help.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from immutables import Map
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from engine.counting import counted
from engine.memo import kept
from tui.output.cells import filled
from tui.widgets.asked import Asked
from tui.widgets.columns import TITLE, left_of

if TYPE_CHECKING:
    from engine.document import Track
    from engine.jobs import RunProgress
    from engine.session import Session

SIGNS = (" ", "·", "-", "─", "~", "×", "◇", "◆")
STYLES = ("", "dim", "cyan dim", "cyan", "yellow", "bold red", "bold magenta", "bold green")
"""By `engine.timeline.Mark`."""
BARS = " ▁▂▃▄▅▆▇"
DOUBTFUL = 0.5
"""Two passes that agree less than this are in doubt: their bars are red."""
AHEAD = ">"
"""Where a run has still to go; backwards it is turned round."""
HERE = Style(reverse=True)


class Timeline(Widget):
    """One row, or two where there are tracks."""

    COMPONENT_CLASSES = {"frames--title"}
    DEFAULT_CSS = """
    Timeline { height: 1; background: $surface; color: $text-muted; }
    Timeline.tracks { height: 2; }
    Timeline > .frames--title { color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._count, self._here = 1, 0
        self._frames: Mapping[int, object] = {}
        self._tags: Mapping[int, object] = {}
        self._tracks: Map[int, Track] = Map()
        self._track: Track | None = None
        self._runs: tuple[Ahead, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows it takes."""
        return 2 if self._tracks else 1

    def show(self, session: Session) -> None:
        """Show the session's frames and tracks."""
        document, here, count = session.safety.document, session.frame, len(session.media.frames)
        number, progress = session.selection.selected, session.jobs.progress
        if number is None:
            number = session.selection.track  # it is not on this frame, and its keyframes are still gone through
        track = None if number is None else document.tracks.get(number)
        runs = _aheads(runs_of(progress), self._width, count) if progress else ()
        same = document.frames is self._frames and document.tags is self._tags and document.tracks is self._tracks
        if same and (here, count, runs) == (self._here, self._count, self._runs) and track is self._track:
            return
        self._frames, self._tags, self._here, self._count = document.frames, document.tags, here, count
        self._tracks, self._track, self._runs = document.tracks, track, runs
        self.set_class(bool(self._tracks), "tracks")
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a row, made of few pieces: a run over many frames has both drawn again and again."""
        title, row = self._of_tracks() if y else self._of_frames()
        base = self.rich_style
        here, pieces = self._here * self._width // self._count, [Segment(title, base + self._bold)]
        for (look, is_here), cells in groupby(enumerate(row), lambda cell: (cell[1][1], y > 0 and cell[0] == here)):
            style = base + Style.parse(look)
            pieces.append(Segment("".join(sign for _, (sign, _) in cells), style + HERE if is_here else style))
        return Strip(pieces).adjust_cell_length(self.size.width, base)

    @property
    def _bold(self) -> Style:
        return self.get_component_rich_style("frames--title", partial=True)

    def _of_frames(self) -> tuple[str, Row]:
        """Return the title and the row of all frames: a block where we are, a mark where objects or tags are."""
        width = self._width
        marked = (
            cells_with(self._frames, width, self._count), cells_with_tags(self._tags, width, self._count),
            cells_with_tracks(self._tracks, width, self._count),
        )  # fmt: skip
        here = self._here * width // self._count
        row = [("─", "dim")] * width
        for cell in frozenset().union(*marked):
            row[cell] = ("▪", "green")
        row[here] = ("█", "bold cyan")
        return filled(TITLE, self._left), tuple(row)

    def _of_tracks(self) -> tuple[str, Row]:
        """Return the title and the row of the selected track, or of how many tracks stand where."""
        track = self._track
        title = f" Tracks {len(self._tracks)}" if track is None else f" {track.id} {track.label}"
        width = self._width
        row = _row_of_all(self._tracks, width, self._count) if track is None else _row_of(track, width, self._count)
        row = _with_runs(row, self._runs, track.id if track is not None else None)
        return filled(title, self._left - 1) + " ", row

    def on_click(self, event: Click) -> None:
        """Ask for the frame that was clicked; on a keyframe's mark, for that keyframe's."""
        column = event.x - self._left
        if column < 0:
            return
        from engine.timeline import columns, frame_at

        if event.y > 0 and self._track is not None:
            frame = columns(self._track, self._width, self._count)[column].frame
        else:
            frame = frame_at(column, self._width, self._count)
        self.post_message(Asked("frames.go", counted(frame)))

    @property
    def _left(self) -> int:
        """Columns of the titles."""
        return left_of(self.size.width, tracks=bool(self._tracks))

    @property
    def _width(self) -> int:
        """Columns that stand for frames."""
        return max(self.size.width - self._left, 1)


Row = tuple[tuple[str, str], ...]
"""Sign and style of each column."""


@kept
def _row_of(track: Track, width: int, count: int) -> Row:
    """Return a track's row: keyframes, what lies between them, and of filled ones how well two passes agreed."""
    from engine.timeline import Mark, columns, height

    row = list[tuple[str, str]]()
    for mark, _, agreement in columns(track, width, count):
        if agreement is not None and mark in (Mark.MACHINE, Mark.SPAN):
            look = "bold red" if agreement < DOUBTFUL else STYLES[Mark.MACHINE]
            row.append((BARS[height(agreement, len(BARS) - 1)], look))
        else:
            row.append((SIGNS[mark], STYLES[mark]))
    return tuple(row)


@kept
def _row_of_all(tracks: Map[int, Track], width: int, count: int) -> Row:
    """Return how many tracks stand in each column, as a sparkline."""
    from engine.timeline import density, height

    found = density(tracks, width, count)
    most = max(found, default=0)
    return tuple((BARS[height(value / most, len(BARS) - 1)] if value else " ", "green") for value in found)


class Ahead(NamedTuple):
    """The columns that a run has still to go over, and its tracks; not its frames, which change with every answer."""

    first: int
    last: int
    sign: str
    tracks: frozenset[int]


def _aheads(runs: tuple[RunProgress, ...], width: int, count: int) -> tuple[Ahead, ...]:
    found = []
    for run in runs:
        first, last = sorted(min(frame, count - 1) * width // count for frame in (run.at, run.last))
        found.append(Ahead(first, last, AHEAD if run.last >= run.first else "<", frozenset(run.tracks)))
    return tuple(found)


def _with_runs(row: Row, runs: tuple[Ahead, ...], number: int | None) -> Row:
    """Return a row with the frames that runs have still to go over; of a selected track only its own."""
    cells = list(row)
    for run in runs:
        if number is not None and run.tracks and number not in run.tracks:
            continue
        for cell in range(run.first, min(run.last + 1, len(row))):
            if cells[cell][0] in (" ", "·", "-", "─"):
                cells[cell] = (run.sign, "black on cyan")
    return tuple(cells)


def runs_of(progress: Mapping[str, object]) -> tuple[RunProgress, ...]:
    """Return the runs over frames of what is in progress."""
    from engine.jobs import RunProgress

    return tuple(step for step in progress.values() if isinstance(step, RunProgress))


def _cells_with(numbers: Mapping[int, object], width: int, count: int) -> frozenset[int]:
    """Return the cells of a line of that width, standing for so many frames, in which any of these frames lie."""
    return frozenset({number * width // count for number in numbers if number < count})


cells_with, cells_with_tags = kept(_cells_with), kept(_cells_with)
"""Reckoned anew when an edit has changed which frames have something, not at every step."""


@kept
def cells_with_tracks(tracks: Map[int, Track], width: int, count: int) -> frozenset[int]:
    """Return the cells of a line, standing for so many frames, in which a track stands."""
    if not tracks:
        return frozenset()
    from engine.timeline import column_of, end_of  # with numpy, which the first screen does without
    from engine.tracks import spans

    ends = ((first, min(last, count - 1)) for first, last in spans(tracks) if first < count)
    parts = (range(column_of(first, width, count), end_of(last, width, count)) for first, last in ends)
    return frozenset(cell for part in parts for cell in part)
