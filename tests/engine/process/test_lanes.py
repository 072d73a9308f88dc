"""Who gives way to whom in the engine process, without one: lanes and their queue."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.process import protocol as wire
from engine.process.lanes import Lanes, Running
from engine.process.request_queue import RequestQueue
from engine.tools.progress import Stopped

LONG = 60.0
MEDIA = wire.WireMedia([b"/x.mp4"], 1, "")


def prompt(ticket: int, queue: str = "hand") -> wire.Predict:
    return wire.Predict(
        ticket=ticket, queue=queue, tool="t", weights="", picture=1, prompt=wire.WirePrompt([], None), previous=None
    )


def ahead(ticket: int, picture: int = 1, queue: str = "next frame") -> wire.Prepare:
    return wire.Prepare(ticket=ticket, queue=queue, tool="t", weights="", picture=picture)


def run(ticket: int, queue: str = "follow") -> wire.Detect:
    return wire.Detect(ticket=ticket, queue=queue, tool="t", weights="", media=MEDIA, frames=[0], threshold=0.5)


def test_each_message_comes_back_as_what_it_was() -> None:
    decoder = wire.Inbox(wire.ToEngine)
    for message in (prompt(1), ahead(2), run(3), wire.Taken(4)):
        decoder._data += wire.pack(message)
        assert decoder._complete() == [message]


def test_lanes_are_apart_in_the_queue() -> None:
    waiting = RequestQueue()
    for request in (ahead(1), run(2), prompt(3), prompt(4, "other")):
        assert waiting.put(request) is None
    assert waiting.put(prompt(5)) == 3
    assert waiting.waits("runs") and waiting.waits("runs", "follow") and not waiting.waits("runs", "hand")
    assert [waiting.take("prompts").ticket for _ in range(2)] == [5, 4]
    assert waiting.take("prompts") is None and not waiting.waits("prompts")
    assert (waiting.take("runs").ticket, waiting.take("ahead").ticket, len(waiting)) == (2, 1, 0)


@pytest.fixture
def lanes() -> Lanes:
    return Lanes()


def waits(lanes: Lanes, lane: str) -> bool:
    """Say whether nothing in a lane may begin now."""
    with lanes._changed:
        request = lanes._next(lane)
        if request is not None:
            lanes._waiting.back(request)
        return request is None


def begin(lanes: Lanes, request: wire.Request) -> Running:
    lanes.put(request)
    return lanes.take(request.lane)


def test_a_run_does_not_begin_while_a_prompt_waits_or_is_answered(lanes: Lanes) -> None:
    lanes.put(prompt(1))
    lanes.put(run(2))
    assert waits(lanes, "runs")
    answered = lanes.take("prompts")
    assert waits(lanes, "runs")
    lanes.leave(answered)
    assert lanes.take("runs").request.ticket == 2


def test_what_is_prepared_gives_way_to_a_run_and_is_begun_again(lanes: Lanes) -> None:
    preparing = begin(lanes, ahead(1))
    running = begin(lanes, run(2))
    assert preparing.interrupted
    assert lanes.back(preparing)
    assert waits(lanes, "ahead")
    lanes.leave(running)
    assert lanes.take("ahead").request.ticket == 1


def test_what_is_prepared_gives_way_to_a_picture_that_somebody_waits_for(lanes: Lanes) -> None:
    preparing = begin(lanes, ahead(1))
    begin(lanes, prompt(2))
    assert not preparing.interrupted  # its picture may be prepared already
    with lanes.urgently():
        assert preparing.interrupted and lanes.back(preparing) and waits(lanes, "ahead")
    assert not waits(lanes, "ahead")


@pytest.mark.parametrize(
    ("newer", "gives_way"), [
        (ahead(2, picture=2), True), (ahead(2, picture=1), False), (ahead(2, picture=2, queue="shown"), False),
        (prompt(2, "next frame"), False), (run(2, "next frame"), False),
    ],
)  # fmt: skip
def test_a_picture_that_nobody_will_look_at_is_left(lanes: Lanes, newer: wire.Request, gives_way: bool) -> None:
    preparing = begin(lanes, ahead(1))
    lanes.put(newer)
    assert preparing.cancelled == gives_way


def test_what_was_cancelled_or_replaced_is_not_begun_again(lanes: Lanes) -> None:
    preparing = begin(lanes, ahead(1))
    preparing.interrupted = True
    assert not lanes.cancel(1) and preparing.cancelled
    assert not lanes.back(preparing)
    preparing = begin(lanes, ahead(2))
    preparing.interrupted = True
    lanes.put(ahead(3))
    assert not lanes.back(preparing)
    assert lanes.cancel(3)


class Said(threading.Event):
    """Is set when a run says that it waits; `full`: only for its answers to be taken."""

    def __call__(self, full: bool) -> None:
        self.full = full
        self.set()


def test_a_run_waits_between_frames_for_a_prompt_and_says_so_first(lanes: Lanes) -> None:
    running, said = begin(lanes, run(1)), Said()
    assert not lanes.between_frames(running, said) and not said.is_set()
    lanes.put(prompt(2))
    with ThreadPoolExecutor() as pool:
        waited = pool.submit(lanes.between_frames, running, said)
        assert said.wait(LONG) and not said.full
        answered = lanes.take("prompts")
        assert not waited.done()
        lanes.leave(answered)
        assert waited.result(LONG)


def test_a_run_gets_a_window_ahead_of_what_was_taken_and_no_further(lanes: Lanes) -> None:
    running, said = begin(lanes, run(1)), Said()
    for _ in range(wire.WINDOW - 1):
        assert not lanes.between_frames(running, said)
    with ThreadPoolExecutor() as pool:
        waited = pool.submit(lanes.between_frames, running, said)
        assert said.wait(LONG) and said.full
        lanes.taken(99)  # another run's
        assert not waited.done()
        lanes.taken(1)
        assert waited.result(LONG)


@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_a_run_that_was_cancelled_does_no_further_frame(lanes: Lanes, when: str) -> None:
    running, said = begin(lanes, run(1)), Said()
    if when == "before":
        lanes.cancel(1)
        with pytest.raises(Stopped):
            lanes.between_frames(running, said)
        return
    lanes.put(prompt(2))
    with ThreadPoolExecutor() as pool:
        waited = pool.submit(lanes.between_frames, running, said)
        assert said.wait(LONG)
        lanes.cancel(1)
        with pytest.raises(Stopped):
            waited.result(LONG)


def test_the_same_report_is_told_once_and_again_after_a_while() -> None:
    running = Running(run(1))
    assert running.is_news("Encoding") and not running.is_news("Encoding") and running.is_news("Decoding")
    running.told = ("Decoding", running.told[1] - 1)
    assert running.is_news("Decoding")
