"""Interactors: building a prompt, asking for the answer, making shapes of it.

A request goes out when the tool is not blocked, the prompt is enough and differs from what was answered. One request
at a time; a newer prompt replaces a waiting one. `finish` waits for the answer to the prompt as it is now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from engine import aim
from engine.document import Point, Shape
from engine.errors import AppError
from engine.geometry import box_from, rounded_point
from engine.gestures import base
from engine.gestures.interactors import spec_of
from engine.gestures.making import put, record_of
from engine.gestures.preparing import file_of, prepare, stop
from engine.jobs import Answer, Step
from engine.prompt import Prompt
from engine.requests import Predict
from engine.session import Session
from engine.session.gesture import Gesture, Idle
from engine.specs import InteractorSpec
from engine.tools.base import Prediction

MEASURED = 5
"""Answers of a tool whose seconds are kept."""


@dataclass(frozen=True)
class Prompting(Gesture):
    """An interactor with its prompt, and the newest answer (which may belong to an older prompt)."""

    mode: ClassVar[str] = "prompt"
    takes_points: ClassVar[bool] = True
    tool: str
    prompt: Prompt = field(default_factory=Prompt)
    corner: Point | None = None
    """First corner of a box that is being drawn."""
    boxing: bool = False
    """The next clicks are the corners of a box."""
    answered: Prompt | None = None
    """The prompt that `answer` answers."""
    answer: Prediction | None = None
    start: Prediction | None = None
    """The mask that a reopened shape had: what a tool that refines begins with."""
    choice: int = 0
    """Which of the answer's alternatives is shown."""
    finishing: bool = False
    """Finish as soon as the present prompt is answered."""
    replaces: int | None = None
    """The shape that was reopened."""

    @property
    def chosen(self) -> Prediction | None:
        """The answer that is shown."""
        if self.answer is None or self.choice == 0 or not self.answer.alternatives:
            return self.answer
        return self.answer.alternatives[(self.choice - 1) % len(self.answer.alternatives)]

    @property
    def interactor(self) -> str:
        """The id of the interactor."""
        return self.tool

    @property
    def reopened(self) -> int | None:
        """The shape that was reopened."""
        return self.replaces

    @property
    def is_waiting(self) -> bool:
        """Whether it finishes as soon as it is answered."""
        return self.finishing

    @property
    def is_asking(self) -> bool:
        """Whether there is a prompt."""
        return bool(self.prompt)

    @property
    def answer_bytes(self) -> int:
        """Memory that the answer and its alternatives take."""
        return 0 if self.answer is None else self.answer.mask.nbytes * (1 + len(self.answer.alternatives))

    def unanswered(self) -> Prompting:
        """Return the same prompt, to be answered anew."""
        return replace(self, answer=None, answered=None, choice=0)

    def is_unfinished(self, past: bool, future: bool) -> bool:
        """Say whether a prompt would be lost."""
        return (bool(self.prompt) or self.corner is not None) and super().is_unfinished(past, future)

    def emptied(self) -> Prompting:
        """Return the interactor as it is when it is taken in hand."""
        return Prompting(self.tool, boxing=self.boxing)

    def one_less(self) -> Prompting | None:
        """Return it without the prompt's last point."""
        last = len(self.prompt.clicks) - 1
        return replace(self, prompt=self.prompt.without(last)) if last >= 0 else None

    def carried(self) -> Gesture:
        """Return the interactor with an empty prompt."""
        return Prompting(self.tool, boxing=spec_of(self.tool).needs_box)

    def taken_by(self) -> tuple[str, ...]:
        """Return the action that takes the interactor in hand."""
        return ("tool.interact", self.tool)


moved = base.moved


def hot_click(session: Session, held: Prompting) -> int | None:
    """Return the number of the prompt's point that a click at the cursor would delete."""
    return aim.click_at(held.prompt, session.view.cursor, session.view.viewport.scale)


def click(session: Session, held: Prompting, point: Point, positive: bool) -> None:
    """Add a point, or a box's corner; delete the point under the cursor."""
    if held.boxing and positive:
        _corner(session, held, point)
        return
    hot = hot_click(session, held)
    spec = spec_of(held.tool)
    if hot is not None:
        prompt = held.prompt.without(hot)
    elif not positive and not spec.negatives:
        session.tell(f"{spec.name} takes no points outside the object", "warning")
        return
    elif positive and spec.max_points and len(held.prompt.positive) >= spec.max_points:
        session.tell(f"{spec.name} takes {spec.max_points} points: {{tool.finish}} finishes", "warning")
        return
    else:
        prompt = held.prompt.add(rounded_point(point), positive=positive)
    _go_on(session, replace(held, prompt=prompt, finishing=False))


def _corner(session: Session, held: Prompting, point: Point) -> None:
    if held.corner is None:
        session.advance(replace(held, corner=point))
        return
    corner = box_from(held.corner, point)
    if corner[2] - corner[0] < 1 or corner[3] - corner[1] < 1:
        return
    _go_on(session, replace(held, corner=None, boxing=False, prompt=held.prompt.with_box(corner)))


def _go_on(session: Session, held: Prompting) -> None:
    session.advance(held)
    request(session, held)


def drags(session: Session, held: Prompting, far: bool) -> bool:
    """Let a dragged button set a box's second corner."""
    return far and held.boxing and held.corner is not None


def request(session: Session, held: Prompting, *, forced: bool = False) -> None:
    """Ask for the answer to the present prompt, if one is due."""
    spec = spec_of(held.tool)
    if not spec.ready(held.prompt):
        session.jobs.cancel("interact")
        session.gesture = replace(held, answer=None, answered=None, finishing=False)
        session.changed()
        return
    if held.prompt == held.answered or (session.hand.blocked and not forced) or session.media.original is None:
        if held.prompt == held.answered:
            session.jobs.cancel("interact")
        return
    image, key = session.media.original, (session.frame, "original")
    prompt, previous = held.prompt, held.chosen or held.start
    tool, tools = held.tool, session.tools
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

    asked = Predict(tool, key, image, prompt, previous, file) if spec.process == "engine" else None
    session.jobs.start(
        "interact", run, receive=partial(receive, session), failed=partial(failed, session), request=asked, about=about
    )
    session.changed()


def ask_again(session: Session, tool: str) -> None:
    """Ask again what is in hand, if it is this tool's: the answer that is there was another model's."""
    held = session.gesture
    if isinstance(held, Prompting) and held.tool == tool:
        held = session.gesture = held.unanswered()
        prepare(session)
        request(session, held)


def receive(session: Session, step: Answer) -> None:
    """Show the answer; finish if that was waiting for it."""
    held = session.gesture
    if not isinstance(held, Prompting):
        return
    session.hand.speeds[held.tool] = (*session.hand.speeds.get(held.tool, ())[1 - MEASURED :], step.seconds)
    held = session.gesture = replace(held, answer=step.prediction, answered=step.prompt, choice=0)
    if step.prompt != held.prompt:
        request(session, held)
    elif held.finishing:
        _commit(session, held, step.prediction)
    session.changed()


def failed(session: Session, error: AppError) -> None:
    """Keep the prompt; do not finish on an old answer."""
    held = session.gesture
    if isinstance(held, Prompting):
        session.gesture = replace(held, finishing=False)
    session.jobs.tell_failure(error)


def finish(session: Session, held: Prompting) -> None:
    """Make an object of the answer to the present prompt, waiting for it if need be."""
    spec, chosen = spec_of(held.tool), held.chosen
    if not spec.ready(held.prompt):
        session.tell(needs(spec), "warning")
    elif chosen is not None and held.prompt == held.answered:
        _commit(session, held, chosen)
    else:
        held = session.gesture = replace(held, finishing=True)
        request(session, held, forced=True)


def needs(spec: InteractorSpec) -> str:
    """Say what a tool's prompt needs before a request goes out."""
    if spec.needs_box:
        return f"{spec.name} needs a box, then {spec.min_points} point(s) inside"
    return f"{spec.name} needs at least {spec.min_points} point(s) inside" + (" or a box" if spec.accepts_box else "")


def _commit(session: Session, held: Prompting, answer: Prediction) -> None:
    like = Shape(
        id=0, frame=session.frame, label=session.label, type="polygon", source="semi-auto", model=held.tool,
        score=answer.score, prompt=record_of(held.tool, held.prompt),
    )  # fmt: skip
    if not put(session, answer, like, held.replaces):
        session.gesture = replace(held, finishing=False)


def cancel(session: Session, held: Prompting) -> None:
    """One step back: stop waiting, then the prompt, then the tool."""
    if held.finishing or "interact" in session.jobs.running:
        session.jobs.cancel("interact")
        session.gesture = replace(held, finishing=False)
        session.changed()
    elif held.prompt or held.corner:
        session.advance(Prompting(held.tool, boxing=spec_of(held.tool).needs_box, replaces=held.replaces))
    else:
        stop(session)
        session.take(Idle())


def resume(session: Session, held: Prompting) -> None:
    """Ask for the prompt that is back; finishing is not taken up again."""
    held = session.gesture = replace(held, finishing=False)
    request(session, held)


def unblocked(session: Session, held: Prompting) -> None:
    """Ask for what was added meanwhile."""
    if not session.hand.blocked:
        request(session, held)
