"""Intelligent scissors: points along an outline, a line that follows it between them, a live line to the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from engine import aim
from engine.document import Box, Point, PromptRecord, Shape
from engine.errors import AppError
from engine.geometry import rounded_point
from engine.gestures import base
from engine.gestures.interactors import spec_of
from engine.gestures.making import put_shapes
from engine.gestures.path import outline, ring
from engine.gestures.taking import begin
from engine.jobs import Step, Traced
from engine.session import Session
from engine.session.gesture import Gesture, Idle

SMALLEST = 20
STEP = 6 / 5
MIN_POINTS = aim.ENCLOSING

drags = base.drags


@dataclass(frozen=True)
class Tracing(Gesture):
    """A path along an outline: points, the line between each and the next, and the live line to the cursor."""

    mode: ClassVar[str] = "prompt"
    takes_points: ClassVar[bool] = True
    tool: str
    points: tuple[Point, ...] = ()
    lines: tuple[tuple[Point, ...], ...] = ()
    """lines[i] runs from points[i] to points[i + 1], both ends included; () until it was traced."""
    live: tuple[Point, ...] = ()
    closing: tuple[Point, ...] = ()
    """The line from the last point to the first, once traced."""
    finishing: bool = False
    replaces: int | None = None

    @property
    def traced(self) -> bool:
        """Whether every line between its points is there."""
        return all(self.lines)

    @property
    def path(self) -> tuple[Point, ...]:
        """Its course so far, each point once."""
        return outline(self.points, self.lines, self.closing)

    @property
    def interactor(self) -> str:
        """The id of the interactor that traces."""
        return self.tool

    @property
    def reopened(self) -> int | None:
        """The shape that was reopened."""
        return self.replaces

    @property
    def is_waiting(self) -> bool:
        """Whether it finishes as soon as its lines are traced."""
        return self.finishing

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say whether a path would be lost."""
        return bool(self.points) and super().is_unfinished(past, future)

    def emptied(self) -> Tracing:
        """Return the interactor as it is when it is taken in hand."""
        return Tracing(self.tool)

    def one_less(self) -> Tracing | None:
        """Return it without the last point, and the lines that led there."""
        if not self.points:
            return None
        return replace(self, points=self.points[:-1], lines=self.lines[:-1], live=(), closing=())

    def taken_by(self) -> tuple[str, ...]:
        """Return the action that takes the interactor in hand."""
        return ("tool.interact", self.tool)


def reach_box(session: Session) -> Box:
    """Return the red square round the cursor that bounds the next point, in frame pixels."""
    x, y = session.view.cursor
    half = session.hand.reach / 2
    return x - half, y - half, x + half, y + half


def within_reach(session: Session, start: Point, end: Point) -> bool:
    """Say whether two points are near enough for a line that follows the outline."""
    half = session.hand.reach / 2
    return abs(start[0] - end[0]) <= half and abs(start[1] - end[1]) <= half


def resize(session: Session, held: Tracing, direction: int) -> None:
    """Change the square's side by 6/5 or 5/6, within 20 pixels and the frame."""
    side = session.hand.reach * (STEP if direction > 0 else 1 / STEP)
    largest = max(SMALLEST, *session.view.viewport.frame_size)
    session.hand.reach = round(min(max(side, SMALLEST), largest))
    unblocked(session, held)
    _follow(session)
    session.changed()


def unblocked(session: Session, held: Tracing) -> None:
    """Close the path anew: the reach is another one, or Block makes the edge straight, or no longer."""
    if held.points:
        held = session.gesture = replace(held, closing=())
        request(session, held)


def hot_point(session: Session, held: Tracing) -> int | None:
    """Return the number of the point that a click at the cursor takes: the last is removed, the first closes."""
    return aim.path_point_at(held.points, session.view.cursor, session.view.viewport.scale) if held.points else None


def click(session: Session, held: Tracing, point: Point, positive: bool) -> None:
    """Add a point, close the path on its first one, or take the last one away; refuse one that is out of reach."""
    point = rounded_point(point)
    hot = hot_point(session, held)
    if positive and hot == 0 and len(held.points) >= MIN_POINTS:
        finish(session, held)
        return
    if hot is not None or not positive:
        if (shorter := held.one_less()) is not None:
            _go_on(session, shorter)
        return
    if not held.points:
        session.advance(replace(held, points=(point,)))
        return
    last = held.points[-1]
    if not session.hand.blocked and not within_reach(session, last, point):
        session.tell("Too far: the last point has to be within the red square ({ } resize it)", "warning")
        return
    points, lines = (*held.points, point), (*held.lines, (last, point) if session.hand.blocked else ())
    _go_on(session, replace(held, points=points, lines=lines, live=(), closing=(), finishing=False))


def _go_on(session: Session, held: Tracing) -> None:
    session.advance(held)
    request(session, held)


def moved(session: Session, held: Tracing) -> None:
    """Let the live line follow the cursor."""
    if not held.points:
        return
    last, cursor = held.points[-1], session.view.cursor
    if session.hand.blocked:
        session.gesture = replace(held, live=(last, cursor))
    elif not within_reach(session, last, cursor):
        session.jobs.cancel("live")
        session.gesture = replace(held, live=())
    else:
        _trace(session, held.tool, "live", ((last, cursor),), moving=True)


def _follow(session: Session) -> None:
    """Let the live line follow after lines were asked for, which may have been answered already."""
    if isinstance(session.gesture, Tracing):
        moved(session, session.gesture)


def request(session: Session, held: Tracing) -> None:
    """Trace every line that is not there yet, the closing one last: what is shown is what finishing would make."""
    pairs = [(held.points[i], held.points[i + 1]) for i, line in enumerate(held.lines) if not line]
    if len(held.points) >= MIN_POINTS and not held.closing:
        ends = (held.points[-1], held.points[0])
        if session.hand.blocked or not within_reach(session, *ends):
            held = session.gesture = replace(held, closing=ends)
        else:
            pairs.append(ends)
    if pairs:
        _trace(session, held.tool, "segment", tuple(pairs), moving=False)
    else:
        _finish_traced(session, held)


def _trace(session: Session, tool: str, kind: str, pairs: tuple[tuple[Point, Point], ...], *, moving: bool) -> None:
    image, key, tools = session.media.original, (session.frame, "original"), session.tools
    if image is None:
        return

    def run(ticket: int) -> Iterator[Step]:
        features = tools.features(tool, key, image)
        for start, end in pairs:
            line = tuple(tools.interactor(tool).trace(features, start, end, moving=moving))
            yield Traced(ticket, start, end, line, moving)

    stop = None if moving else partial(failed, session)
    session.jobs.start(kind, run, receive=partial(receive, session), failed=stop)


def receive(session: Session, step: Traced) -> None:
    """Put a traced line in its place; finish if that was waiting for it."""
    held = session.gesture
    if not isinstance(held, Tracing) or not held.points:
        return
    if step.moving:
        if step.start == held.points[-1] and step.end == session.view.cursor:
            session.gesture = replace(held, live=step.line)
            session.changed()
        return
    lines = list(held.lines)
    for number, line in enumerate(lines):
        if not line and (held.points[number], held.points[number + 1]) == (step.start, step.end):
            lines[number] = step.line
    closes = len(held.points) >= MIN_POINTS and (step.start, step.end) == (held.points[-1], held.points[0])
    held = session.gesture = replace(held, lines=tuple(lines), closing=step.line if closes else held.closing)
    _finish_traced(session, held)
    session.changed()


def ring_now(session: Session, held: Tracing) -> tuple[Point, ...]:
    """Return the polygon that finishing makes of the path as it is; () for a path of too few points."""
    if len(held.points) < MIN_POINTS:
        return ()
    return ring(held.points, held.lines, held.closing, session.settings.points)


def finish(session: Session, held: Tracing) -> None:
    """Close the path and make a polygon of it, waiting for lines that are still being traced."""
    if len(held.points) < max(MIN_POINTS, spec_of(held.tool).min_points):
        session.tell(f"The path needs at least {MIN_POINTS} points", "warning")
        return
    held = session.gesture = replace(held, finishing=True)
    request(session, held)


def _finish_traced(session: Session, held: Tracing) -> None:
    if not held.finishing or not held.traced or not held.closing:
        return
    points = ring_now(session, held)
    if len(points) < 3:
        session.gesture = replace(held, finishing=False)
        session.tell("The path encloses nothing", "warning")
        return
    clicks = tuple((x, y, True) for x, y in held.points)
    record = PromptRecord(tool=held.tool, points=clicks, options={"reach": float(session.hand.reach)})
    shape = Shape(
        id=0, frame=session.frame, label=session.label, type="polygon", points=points, source="semi-auto",
        model=held.tool, prompt=record,
    )  # fmt: skip
    put_shapes(session, [shape], held.replaces)


def reopen(session: Session, shape: Shape, record: PromptRecord) -> None:
    """Take a finished path in hand again."""
    points = tuple((x, y) for x, y, _ in record.points)
    held = Tracing(record.tool, points, ((),) * max(len(points) - 1, 0), replaces=shape.id)
    begin(session, held)
    session.label = shape.label
    session.hand.reach = round(record.options.get("reach", session.hand.reach))
    request(session, held)


def failed(session: Session, error: AppError) -> None:
    """Keep the path; do not finish on a line that is missing."""
    held = session.gesture
    if isinstance(held, Tracing):
        session.gesture = replace(held, finishing=False, closing=())
    session.jobs.tell_failure(error)


def cancel(session: Session, held: Tracing) -> None:
    """The path, then the tool."""
    session.jobs.cancel("segment")
    if held.points:
        session.advance(Tracing(held.tool, replaces=held.replaces))
    else:
        session.take(Idle())


def resume(session: Session, held: Tracing) -> None:
    """Trace what the path that is back lacks, and the live line; finishing is not taken up again."""
    held = session.gesture = replace(held, finishing=False)
    moved(session, held)
    if isinstance(session.gesture, Tracing):  # the live line may be there already
        request(session, session.gesture)
