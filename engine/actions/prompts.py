"""Interactors: building a prompt, asking for the answer, making shapes of it.

A request goes out when the tool is not blocked, the prompt is enough and differs from what was answered. One request
at a time; a newer prompt replaces a waiting one. `finish` waits for the answer to the prompt as it is now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from engine.actions import action
from engine.actions.grid import offer
from engine.actions.making import put, record_of
from engine.actions.preparing import file_of, prepare, stop
from engine.actions.reach import reached
from engine.actions.taking import begin
from engine.document import Point, Shape
from engine.errors import AppError, ToolError
from engine.geometry import box_from
from engine.jobs import Answer, Heavy, Step
from engine.session import Session
from engine.specs import InteractorSpec
from engine.tools.packages import need
from engine.tools.registry import interactors
from engine.work import Idle, Interact, Scissors

MEASURED = 5
"""Answers of a tool whose seconds are kept."""


@action("tool.interact", "Take an interactor in hand")
def interact(session: Session, tool: str) -> None:
    """Begin with an interactor; scissors and others alike."""
    session.labelled()
    spec = usable(tool)
    begin(session, Scissors(tool) if spec.path else Interact(tool, boxing=spec.needs_box))
    session.last_tool, session.selected = ("tool.interact", tool), None
    prepare(session)


def spec_of(tool: str) -> InteractorSpec:
    """Return an interactor's spec; raise ToolError with the nearest name."""
    found = interactors()
    if tool not in found:
        from engine.errors import nearest

        raise ToolError(f'No interactor is called "{tool}"', nearest(tool, found))
    return found[tool]


def usable(tool: str) -> InteractorSpec:
    """Return an interactor's spec; raise ToolError with the command to give where packages are missing for it."""
    spec = spec_of(tool)
    need(spec)
    return spec


@action("prompt.box", "Draw a box as part of the prompt")
def box(session: Session) -> None:
    """Let the next two clicks be a box's corners, if the tool takes one."""
    work = session.work
    if not isinstance(work, Interact):
        return
    spec = spec_of(work.tool)
    if spec.accepts_box or spec.needs_box:
        session.work = replace(work, boxing=not work.boxing, corner=None)
        session.changed()
        offer(session)
    else:
        session.tell(f"{spec.name} takes no box", "warning")


@action("prompt.choice", "The {0} of several answers")
def choice(session: Session, change: str | int = 1) -> None:
    """Step through the answer's alternatives."""
    work = session.work
    if isinstance(work, Interact) and work.answer and work.answer.alternatives:
        session.work = replace(work, choice=(work.choice + int(change)) % (len(work.answer.alternatives) + 1))
        session.changed()


def hot_click(session: Session) -> int | None:
    """Return the number of the prompt's point that a click at the cursor would delete."""
    work = session.work
    if not isinstance(work, Interact):
        return None
    return reached(session, [click.point for click in work.prompt.clicks])


def click(session: Session, point: Point, positive: bool) -> None:
    """Add a point, or a box's corner; delete the point under the cursor."""
    work = session.work
    assert isinstance(work, Interact)
    if work.boxing and positive:
        _corner(session, work, point)
        return
    hot = hot_click(session)
    spec = spec_of(work.tool)
    if hot is not None:
        prompt = work.prompt.without(hot)
    elif not positive and not spec.negatives:
        session.tell(f"{spec.name} takes no points outside the object", "warning")
        return
    elif positive and spec.max_points and len(work.prompt.positive) >= spec.max_points:
        session.tell(f"{spec.name} takes {spec.max_points} points: {{tool.finish}} finishes", "warning")
        return
    else:
        prompt = work.prompt.add((round(point[0], 2), round(point[1], 2)), positive=positive)
    session.advance(replace(work, prompt=prompt, finishing=False))
    request(session)


def _corner(session: Session, work: Interact, point: Point) -> None:
    if work.corner is None:
        session.advance(replace(work, corner=point))
        return
    corner = box_from(work.corner, point)
    if corner[2] - corner[0] < 1 or corner[3] - corner[1] < 1:
        return
    session.advance(replace(work, corner=None, boxing=False, prompt=work.prompt.with_box(corner)))
    request(session)


def drags(session: Session, far: bool) -> bool:
    """Let a dragged button set a box's second corner."""
    work = session.work
    return far and isinstance(work, Interact) and work.boxing and work.corner is not None


def moved(session: Session) -> None:
    """Nothing follows the cursor but what the scene shows anyway."""


def request(session: Session, *, forced: bool = False) -> None:
    """Ask for the answer to the present prompt, if one is due."""
    work = session.work
    assert isinstance(work, Interact)
    spec = spec_of(work.tool)
    if not spec.ready(work.prompt):
        session.jobs.cancel("interact")
        session.work = replace(work, answer=None, answered=None, finishing=False)
        session.changed()
        return
    if work.prompt == work.answered or (session.blocked and not forced) or session.media.original is None:
        if work.prompt == work.answered:
            session.jobs.cancel("interact")
        return
    image, key = session.media.original, (session.frame, "original")
    prompt, previous = work.prompt, work.chosen or work.start
    tool, tools = work.tool, session.tools
    file = file_of(session, tool) if spec.weights else ""
    about = (tool, file, key, prompt)
    if session.jobs.runs("interact", about):
        session.changed()
        return

    def run(ticket: int) -> Iterator[Step]:
        began = time.perf_counter()
        features = tools.features(tool, key, image)
        prediction = tools.interactor(tool).predict(features, prompt, previous)
        yield Answer(ticket, prompt, prediction, time.perf_counter() - began)

    heavy = Heavy(tool, key, image, prompt, previous, file) if spec.family == "ai" else None
    session.jobs.start(
        "interact", run, receive=partial(receive, session), failed=partial(failed, session), heavy=heavy, about=about
    )
    session.changed()


def changed_model(session: Session, tool: str) -> None:
    """Ask again what is in hand, if it is this tool's: the answer that is there was another model's."""
    work = session.work
    if isinstance(work, Interact) and work.tool == tool:
        session.work = replace(work, answer=None, answered=None, choice=0)
        prepare(session)
        request(session)


def receive(session: Session, step: Answer) -> None:
    """Show the answer; finish if that was waiting for it."""
    work = session.work
    if not isinstance(work, Interact):
        return
    session.speeds[work.tool] = (*session.speeds.get(work.tool, ())[1 - MEASURED :], step.seconds)
    session.work = replace(work, answer=step.prediction, answered=step.prompt, choice=0)
    if step.prompt != work.prompt:
        request(session)
    elif work.finishing:
        _commit(session)
    session.changed()


def failed(session: Session, error: AppError) -> None:
    """Keep the prompt; do not finish on an old answer."""
    work = session.work
    if isinstance(work, Interact):
        session.work = replace(work, finishing=False)
    session.jobs.tell_failure(error)


def finish(session: Session) -> None:
    """Make an object of the answer to the present prompt, waiting for it if need be."""
    work = session.work
    assert isinstance(work, Interact)
    spec = spec_of(work.tool)
    if not spec.ready(work.prompt):
        session.tell(needs(spec), "warning")
    elif work.prompt == work.answered:
        _commit(session)
    else:
        session.work = replace(work, finishing=True)
        request(session, forced=True)


def needs(spec: InteractorSpec) -> str:
    """Say what a tool's prompt needs before a request goes out."""
    if spec.needs_box:
        return f"{spec.name} needs a box, then {spec.min_points} point(s) inside"
    return f"{spec.name} needs at least {spec.min_points} point(s) inside" + (" or a box" if spec.accepts_box else "")


def _commit(session: Session) -> None:
    work = session.work
    assert isinstance(work, Interact) and work.chosen is not None
    record = record_of(work.tool, work.prompt)
    base = Shape(
        id=0,
        frame=session.frame,
        label=session.label,
        type="polygon",
        source="semi-auto",
        model=work.tool,
        score=work.chosen.score,
        prompt=record,
    )
    put(session, work.chosen, base, work.replaces)


def cancel(session: Session) -> None:
    """One step back: stop waiting, then the prompt, then the tool."""
    work = session.work
    assert isinstance(work, Interact)
    if work.finishing or "interact" in session.jobs.running:
        session.jobs.cancel("interact")
        session.work = replace(work, finishing=False)
        session.changed()
    elif work.prompt or work.corner:
        session.advance(Interact(work.tool, boxing=spec_of(work.tool).needs_box, replaces=work.replaces))
    else:
        stop(session)
        session.take(Idle())
