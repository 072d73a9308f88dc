"""What the screen's side expects of the engine, without one: which request is watched, and which waits for its turn."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from engine.jobs import Failed, OnFrame, Progress, Step
from engine.media.reference import Reference
from engine.process import protocol as wire
from engine.process.ledger import Ledger
from engine.process.steps import Overdue, Paused
from engine.process.ticket import Ticket
from engine.prompt import Prompt
from engine.requests import Detect, Follow, Predict, Prepare, Request
from engine.tools import registry

STILL = ("still", np.zeros((4, 4, 3), np.uint8))
MEDIA = Reference(("/clip.mp4",), 9, "")
PROMPT, AHEAD, RUN = Predict("t", *STILL, Prompt()), Prepare("t", *STILL), Detect("t", MEDIA, [3, 4, 5], 0.5)


class Book:
    """A ledger, and the steps that it has delivered."""

    def __init__(self) -> None:
        self.ledger, self.steps = Ledger(deque()), list[Step]()

    def open(self, number: int, request: Request, patience: float = 60.0) -> Ticket:
        ticket = Ticket(number, request, "queue", self.steps.append)
        self.ledger.open(ticket, patience)
        return ticket

    def hear(self, *messages: wire.ToScreen) -> list[Step]:
        self.steps.clear()
        for message in messages:
            self.ledger.heard(message, 60.0)
        return self.steps


@pytest.fixture
def book() -> Book:
    return Book()


def test_a_run_that_waits_is_not_watched_and_says_how_far_it_is(book: Book) -> None:
    ticket = book.open(1, RUN)
    told = book.hear(wire.Started(1), wire.Found(1, 3, []), wire.Paused(1))
    assert [type(step) for step in told] == [Progress, OnFrame, Paused]
    assert [(step.done, step.total) for step in told if isinstance(step, Progress)] == [(1, 3), (1, 3)]
    assert ticket.moved == 0 and book.ledger.pause() is None
    book.hear(wire.Started(1))
    assert ticket.moved and book.ledger.pause() is not None


def test_a_run_whose_answers_have_to_be_taken_is_not_watched_and_says_nothing(book: Book) -> None:
    ticket = book.open(1, RUN)
    told = book.hear(wire.Started(1), wire.Found(1, 3, []), wire.Paused(1, full=True))
    assert [type(step) for step in told] == [Progress, OnFrame]
    assert ticket.moved == 0 and book.ledger.pause() is None


@pytest.mark.parametrize(
    ("request_", "watched"), [(PROMPT, True), (AHEAD, False), (RUN, False)], ids=["prompt", "ahead", "run"]
)  # fmt: skip
def test_what_waits_for_a_run_that_waits_itself_is_not_watched(book: Book, request_: Request, watched: bool) -> None:
    book.open(1, RUN)
    book.hear(wire.Paused(1))
    assert bool(book.open(2, request_).moved) == watched


@pytest.mark.parametrize("request_", [PROMPT, AHEAD, RUN], ids=["prompt", "ahead", "run"])
def test_what_was_asked_of_an_idle_engine_is_watched(book: Book, request_: Request) -> None:
    assert book.open(1, request_).moved


def test_those_who_wait_are_told_of_a_cancelled_request_that_stands_still(book: Book) -> None:
    book.open(1, PROMPT, patience=0.0)
    assert book.ledger.leave(1, running=True) is not None
    for number, request in ((2, PROMPT), (3, RUN), (4, AHEAD)):
        book.open(number, request)
    assert book.ledger.watch() is None
    assert [(type(step), step.ticket) for step in book.steps] == [(Overdue, 2), (Overdue, 3)]
    hung = book.ledger.watch()
    assert hung is not None and hung.number == 1


def test_a_prompt_that_was_lost_says_that_it_is_kept_and_a_run_how_far_it_was(book: Book) -> None:
    prompt, run, ahead = book.open(1, PROMPT), book.open(2, Follow("t", MEDIA, range(9), {})), book.open(3, AHEAD)
    book.hear(wire.Followed(2, 1, [], []), wire.Followed(2, 2, [], []))
    book.steps.clear()
    book.ledger.lost("it was killed", [prompt, run, ahead])
    details = [step.error.detail for step in book.steps if isinstance(step, Failed)]
    assert details == [
        "it was killed; the prompt is kept, ask again",
        "it was killed; it had answered for 2 frame(s)",
        "it was killed; the next prompt starts it again",
    ]
    assert not book.ledger.asked


def test_each_tool_runs_where_its_spec_says() -> None:
    of = {name: module.SPEC.process for name, module in registry.tools().items()}
    assert of["scissors"] == of["graphcut"] == of["clahe"] == "screen"
    assert of["sam"] == of["iog"] == of["snap"] == "engine"
    assert {spec.process for spec in (*registry.trackers().values(), *registry.detectors().values())} <= {"engine"}
