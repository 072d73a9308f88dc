"""Intelligent scissors: points along an outline, a line that follows it between them, a live line to the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from engine.actions import action
from engine.actions.making import put_shapes
from engine.actions.prompts import spec_of
from engine.actions.reach import reached
from engine.actions.taking import begin
from engine.document import Box, Point, PromptRecord, Shape
from engine.errors import AppError
from engine.jobs import Step, Traced
from engine.kept import kept
from engine.outlines import simplified, slider_epsilon
from engine.session import Session
from engine.work import Idle, Scissors

SMALLEST = 20
STEP = 6 / 5
MIN_POINTS = 3


def reach_box(session: Session) -> Box:
    """Return the red square round the cursor that bounds the next point, in frame pixels."""
    x, y = session.view.cursor
    half = session.reach / 2
    return x - half, y - half, x + half, y + half


def within_reach(session: Session, start: Point, end: Point) -> bool:
    """Say whether two points are near enough for a line that follows the outline."""
    half = session.reach / 2
    return abs(start[0] - end[0]) <= half and abs(start[1] - end[1]) <= half


@action("scissors.reach", "Scissors: square {0}")
def resize(session: Session, direction: str | int) -> None:
    """Change the square's side by 6/5 or 5/6, within 20 pixels and the frame."""
    if not isinstance(session.work, Scissors):
        return
    side = session.reach * (STEP if int(direction) > 0 else 1 / STEP)
    largest = max(SMALLEST, *session.view.viewport.frame_size)
    session.reach = round(min(max(side, SMALLEST), largest))
    reclose(session)
    moved(session)
    session.changed()


def reclose(session: Session) -> None:
    """Close the path anew: the reach is another one, or Block makes the edge straight, or no longer."""
    if isinstance(session.work, Scissors) and session.work.points:
        session.work = replace(session.work, closing=())
        request(session)


def hot_point(session: Session) -> int | None:
    """Return the number of the point that a click at the cursor takes: the last is removed, the first closes."""
    work = session.work
    if not isinstance(work, Scissors) or not work.points:
        return None
    if len(work.points) < MIN_POINTS:
        return len(work.points) - 1 if reached(session, work.points[-1:]) is not None else None
    ends = (work.points[0], work.points[-1])
    found = reached(session, ends)
    return None if found is None else (0, len(work.points) - 1)[found]


def click(session: Session, point: Point, positive: bool) -> None:
    """Add a point, close the path on its first one, or take the last one away; refuse one that is out of reach."""
    work = session.work
    assert isinstance(work, Scissors)
    point = (round(point[0], 2), round(point[1], 2))
    hot = hot_point(session)
    if positive and hot == 0 and len(work.points) >= MIN_POINTS:
        finish(session)
        return
    if hot is not None or not positive:
        if work.points:
            session.advance(replace(work, points=work.points[:-1], lines=work.lines[:-1], live=(), closing=()))
            request(session)
        return
    if not work.points:
        session.advance(replace(work, points=(point,)))
        return
    last = work.points[-1]
    if not session.blocked and not within_reach(session, last, point):
        session.tell("Too far: the last point has to be within the red square ({ } resize it)", "warning")
        return
    line = (last, point) if session.blocked else ()
    session.advance(
        replace(work, points=(*work.points, point), lines=(*work.lines, line), live=(), closing=(), finishing=False)
    )
    request(session)


def drags(session: Session, far: bool) -> bool:
    """Points are set one click each."""
    return False


def moved(session: Session) -> None:
    """Let the live line follow the cursor."""
    work = session.work
    assert isinstance(work, Scissors)
    if not work.points or session.media.original is None:
        return
    last, cursor = work.points[-1], session.view.cursor
    if session.blocked:
        session.work = replace(work, live=(last, cursor))
    elif not within_reach(session, last, cursor):
        session.jobs.cancel("live")
        session.work = replace(work, live=())
    else:
        _trace(session, "live", ((last, cursor),), moving=True)


def request(session: Session) -> None:
    """Trace every line that is not there yet, the closing one last: what is shown is what finishing would make."""
    work = session.work
    assert isinstance(work, Scissors)
    pairs = [(work.points[i], work.points[i + 1]) for i, line in enumerate(work.lines) if not line]
    if len(work.points) >= MIN_POINTS and not work.closing:
        ends = (work.points[-1], work.points[0])
        if session.blocked or not within_reach(session, *ends):
            session.work = replace(work, closing=ends)
        else:
            pairs.append(ends)
    if pairs:
        _trace(session, "segment", tuple(pairs), moving=False)
    else:
        _finished(session)


def _trace(session: Session, kind: str, pairs: tuple[tuple[Point, Point], ...], *, moving: bool) -> None:
    work, image, key, tools = session.work, session.media.original, (session.frame, "original"), session.tools
    assert isinstance(work, Scissors) and image is not None
    tool = work.tool

    def run(ticket: int) -> Iterator[Step]:
        features = tools.features(tool, key, image)
        for start, end in pairs:
            line = tuple(tools.interactor(tool).trace(features, start, end, moving=moving))
            yield Traced(ticket, start, end, line, moving)

    stop = None if moving else partial(failed, session)
    session.jobs.start(kind, run, receive=partial(receive, session), failed=stop)


def receive(session: Session, step: Traced) -> None:
    """Put a traced line in its place; finish if that was waiting for it."""
    work = session.work
    if not isinstance(work, Scissors) or not work.points:
        return
    if step.moving:
        if step.start == work.points[-1] and step.end == session.view.cursor:
            session.work = replace(work, live=step.line)
            session.changed()
        return
    lines = list(work.lines)
    for number, line in enumerate(lines):
        if not line and (work.points[number], work.points[number + 1]) == (step.start, step.end):
            lines[number] = step.line
    closes = len(work.points) >= MIN_POINTS and (step.start, step.end) == (work.points[-1], work.points[0])
    session.work = replace(work, lines=tuple(lines), closing=step.line if closes else work.closing)
    _finished(session)
    session.changed()


def outline(work: Scissors) -> tuple[Point, ...]:
    """Return the path so far, each point once; lines that are still missing are straight."""
    points: list[Point] = list(work.points[:1])
    for number, line in enumerate(work.lines):
        points.extend(line[1:] or (work.points[number + 1],))
    points.extend(work.closing[1:-1])
    return tuple(points)


def ring_now(session: Session, work: Scissors) -> tuple[Point, ...]:
    """Return the polygon that finishing makes of the path as it is; () for a path of too few points."""
    if len(work.points) < MIN_POINTS:
        return ()
    return _ring(work.points, work.lines, work.closing, session.settings.points)


@kept
def _ring(
    points: tuple[Point, ...], lines: tuple[tuple[Point, ...], ...], closing: tuple[Point, ...], slider: int
) -> tuple[Point, ...]:
    path = outline(Scissors("", points, lines, closing=closing))
    return simplified(path, slider_epsilon(slider), closed=True)


def finish(session: Session) -> None:
    """Close the path and make a polygon of it, waiting for lines that are still being traced."""
    work = session.work
    assert isinstance(work, Scissors)
    if len(work.points) < max(MIN_POINTS, spec_of(work.tool).min_points):
        session.tell(f"The path needs at least {MIN_POINTS} points", "warning")
        return
    session.work = replace(work, finishing=True)
    request(session)


def _finished(session: Session) -> None:
    work = session.work
    if not isinstance(work, Scissors) or not work.finishing or not work.traced or not work.closing:
        return
    points = ring_now(session, work)
    if len(points) < 3:
        session.work = replace(work, finishing=False)
        session.tell("The path encloses nothing", "warning")
        return
    record = PromptRecord(
        tool=work.tool, points=tuple((x, y, True) for x, y in work.points), options={"reach": float(session.reach)}
    )
    shape = Shape(
        id=0,
        frame=session.frame,
        label=session.label,
        type="polygon",
        points=points,
        source="semi-auto",
        model=work.tool,
        prompt=record,
    )
    put_shapes(session, [shape], work.replaces)


def reopen(session: Session, shape: Shape, record: PromptRecord) -> None:
    """Take a finished path in hand again."""
    points = tuple((x, y) for x, y, _ in record.points)
    begin(session, Scissors(record.tool, points, ((),) * max(len(points) - 1, 0), replaces=shape.id))
    session.label = shape.label
    session.reach = round(record.options.get("reach", session.reach))
    request(session)


def failed(session: Session, error: AppError) -> None:
    """Keep the path; do not finish on a line that is missing."""
    if isinstance(session.work, Scissors):
        session.work = replace(session.work, finishing=False, closing=())
    session.jobs.tell_failure(error)


def cancel(session: Session) -> None:
    """The path, then the tool."""
    work = session.work
    assert isinstance(work, Scissors)
    session.jobs.cancel("segment")
    if work.points:
        session.advance(Scissors(work.tool, replaces=work.replaces))
    else:
        session.take(Idle())
