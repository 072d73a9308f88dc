"""Interactors: taken in hand, their boxes, their several answers, the scissors' square; a finished object refined."""

from __future__ import annotations

from dataclasses import replace

from engine.actions import action
from engine.gestures import Prompting, Tracing, reopening, tracing
from engine.gestures.grid import offer
from engine.gestures.interactors import spec_of, usable
from engine.gestures.preparing import prepare
from engine.gestures.taking import begin
from engine.session import Session


@action("tool.interact", "Take an interactor in hand")
def interact(session: Session, tool: str) -> None:
    """Begin with an interactor; scissors and others alike."""
    session.labelled()
    spec = usable(tool)
    begin(session, Tracing(tool) if spec.path else Prompting(tool, boxing=spec.needs_box))
    session.hand.last_tool = ("tool.interact", tool)
    session.selection.pick(None)
    prepare(session)


@action("prompt.box", "Draw a box as part of the prompt")
def box(session: Session) -> None:
    """Let the next two clicks be a box's corners, if the tool takes one."""
    held = session.gesture
    if not isinstance(held, Prompting):
        return
    spec = spec_of(held.tool)
    if spec.accepts_box or spec.needs_box:
        session.gesture = replace(held, boxing=not held.boxing, corner=None)
        session.changed()
        offer(session)
    else:
        session.tell(f"{spec.name} takes no box", "warning")


@action("prompt.choice", "The {0} of several answers")
def choice(session: Session, change: str | int = 1) -> None:
    """Step through the answer's alternatives."""
    held = session.gesture
    if isinstance(held, Prompting) and held.answer and held.answer.alternatives:
        session.gesture = replace(held, choice=(held.choice + int(change)) % (len(held.answer.alternatives) + 1))
        session.changed()


@action("prompt.refine", "Refine the selected object with an interactor")
def refine(session: Session, tool: str) -> None:
    """Take an interactor in hand with the selected shape's mask as its start."""
    reopening.refine(session, tool)


@action("scissors.reach", "Scissors: square {0}")
def reach(session: Session, direction: str | int) -> None:
    """Make the scissors' square larger (1) or smaller (-1)."""
    if isinstance(session.gesture, Tracing):
        tracing.resize(session, session.gesture, int(direction))
