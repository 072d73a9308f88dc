"""The engine process for real: killed, hung, out of memory, cancelled, overtaken, orphaned."""

from __future__ import annotations

import gc
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.jobs import Answer, Failed, Others, Progress, Step
from engine.process.client import EngineClient
from engine.process.shared_memory import CEILING, MOST
from engine.process.steps import Overdue, Prepared, Replaced
from engine.prompt import Prompt
from engine.tools.base import Prediction

TOOLS = Path(__file__).parent / "extra_tools"
ECHO, MEMORY, HANG, DIE, PRINT, NAP, REFUSE, BUG, ABORT, HUGE = range(1, 11)
SLOWLY, BROKEN, THREADS, NEVER, WORDS, ODD, NOISE = range(11, 18)
LONG = 60.0
"""Seconds after which a test gives up; nothing here should take a tenth of it."""


class Caller:
    """Asks, and keeps the steps that come back."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.steps: queue.Queue[Step] = queue.Queue()

    def ask(self, command: int, y: float = 7, **more: object) -> int:
        prompt = Prompt().add((command, y))
        picture = more.pop("picture", still(40))
        return self.client.predict("puppet", picture, prompt, on_step=self.steps.put, **more)  # type: ignore[arg-type]

    def end(self, ticket: int) -> Step:
        """Return the last step of a request, an answer with its alternatives; steps of others are dropped."""
        while True:
            step = self.steps.get(timeout=LONG)
            if step.ticket == ticket and not isinstance(step, Progress | Overdue):
                if isinstance(step, Answer):
                    self.until(Others, ticket)
                return step

    def ends(self, count: int) -> list[Step]:
        """Return the last steps of so many requests, in their order."""
        steps: list[Step] = []
        while len(steps) < count:
            step = self.steps.get(timeout=LONG)
            steps += [] if isinstance(step, Progress | Overdue | Others) else [step]
        return steps

    def until(self, kind: type[Step], ticket: int) -> Step:
        while True:
            step = self.steps.get(timeout=LONG)
            if isinstance(step, kind) and step.ticket == ticket:
                return step


def still(value: int, key: object = None) -> tuple[object, np.ndarray]:
    return ("still", value, key), np.full((30, 40, 3), value, np.uint8)


@pytest.fixture(scope="module")
def make() -> Iterator[Callable[..., Caller]]:
    clients: list[EngineClient] = []

    def started(extra: dict[str, str] = {}, **options: object) -> Caller:  # noqa: B006
        client = EngineClient("cpu", environment={"TERMWAND_EXTRA_TOOLS": str(TOOLS), **extra}, **options)  # type: ignore
        clients.append(client)
        client.start()
        return Caller(client)

    yield started
    for client in clients:
        client.close()
        assert client.pid is None


@pytest.fixture(scope="module")
def caller(make: Callable[..., Caller]) -> Caller:
    """One engine process for the tests that leave it unharmed."""
    return make()


def alive(pid: int | None) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pid: int | None) -> bool:
    deadline = time.monotonic() + LONG
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_an_answer_comes_back_whole(caller: Caller) -> None:
    prompt = Prompt().add((ECHO, 7.5)).add((3, 4), positive=False).with_box((1, 2, 3, 4))
    ticket = caller.client.predict("puppet", still(40), prompt, on_step=caller.steps.put)
    step = caller.end(ticket)
    assert isinstance(step, Answer) and step.prompt == prompt
    assert step.prediction.origin == (1, 7) and step.prediction.score == 40
    wanted = np.zeros((3, 5), bool)
    wanted[1, 1:4] = True
    assert np.array_equal(step.prediction.mask, wanted)
    assert np.array_equal(step.prediction.alternatives[0].mask, ~wanted)


def test_nobody_waits_for_the_alternatives(caller: Caller) -> None:
    ticket = caller.ask(SLOWLY)
    step = caller.steps.get(timeout=LONG)
    while not isinstance(step, Answer) or step.ticket != ticket:
        step = caller.steps.get(timeout=LONG)
    assert not step.prediction.alternatives  # they take a while, and the answer is here
    caller.until(Others, ticket)
    assert [other.score for other in step.prediction.alternatives] == [1, 2]


def test_an_answer_stands_whose_alternatives_fail(caller: Caller) -> None:
    ticket = caller.ask(BROKEN)
    step = caller.end(ticket)
    assert isinstance(step, Answer) and step.prediction.score == 40 and not step.prediction.alternatives
    assert any("division by zero" in line for line in caller.client.log())
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_alternatives_that_never_come_do_not_hold_up_others_for_ever(make: Callable[..., Caller]) -> None:
    caller = make(timeout=0.5)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    caller.until(Answer, caller.ask(NEVER))
    held_up = caller.ask(ECHO, queue="another")
    caller.until(Overdue, held_up)
    assert isinstance(caller.until(Failed, held_up), Failed)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_a_newer_prompt_does_not_wait_for_the_alternatives_to_an_older_answer(caller: Caller) -> None:
    slow = caller.ask(SLOWLY, queue="hand")
    caller.until(Progress, slow)
    newer = caller.ask(ECHO, queue="hand")
    answer = caller.until(Answer, slow)
    caller.until(Answer, newer)
    assert isinstance(answer, Answer) and not answer.prediction.alternatives


def test_a_cancelled_request_gets_no_alternatives(caller: Caller) -> None:
    ticket = caller.ask(SLOWLY)
    caller.until(Answer, ticket)
    caller.client.cancel(ticket)
    assert isinstance(caller.end(caller.ask(ECHO, queue="another")), Answer)
    assert caller.steps.empty()


@pytest.mark.parametrize(("command", "said"), [(WORDS, "caf?.pth"), (ODD, "no text")])
def test_words_that_cannot_travel_are_told_as_far_as_they_can(caller: Caller, command: int, said: str) -> None:
    pid = caller.client.pid
    step = caller.end(caller.ask(command))
    assert isinstance(step, Failed) and step.error.detail == said
    assert isinstance(caller.end(caller.ask(ECHO)), Answer) and caller.client.pid == pid


@pytest.mark.parametrize(
    "request_", [
        {"weights": "caf\udce9.pth"}, {"picture": (["unhashable"], still(1)[1])},
        {"picture": ("none", None)}, {"previous": Prediction(np.zeros((4, 4), np.float32))},  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_sent_fails_alone(caller: Caller, request_: dict[str, object]) -> None:
    assert isinstance(caller.end(caller.ask(ECHO, **request_)), Failed)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def descriptors(pid: int | None) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_many_small_pictures_do_not_use_up_the_descriptors(caller: Caller) -> None:
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)  # it is there
    before = descriptors(os.getpid()), descriptors(caller.client.pid)
    for number in range(300):
        ticket = caller.ask(ECHO, picture=still(40, ("many", number)))
    assert isinstance(caller.end(ticket), Answer)
    after = descriptors(os.getpid()), descriptors(caller.client.pid)
    assert after[0] - before[0] <= CEILING and after[1] - before[1] <= CEILING
    assert isinstance(caller.end(caller.ask(ECHO, picture=still(40, "one more"))), Answer)  # nobody waits for those now
    after = descriptors(os.getpid()), descriptors(caller.client.pid)
    assert after[0] - before[0] <= MOST and after[1] - before[1] <= MOST


def opened() -> dict[str, str]:
    """Return what stands behind each descriptor of this process."""
    places = {name: f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")}
    return {name: os.readlink(place) for name, place in places.items() if os.path.lexists(place)}


def test_nothing_is_held_after_the_end_however_often_the_engine_was_killed() -> None:
    gc.collect()  # what earlier tests have left to it
    before, named = opened(), set(os.listdir("/dev/shm"))
    client = EngineClient("cpu", environment={"TERMWAND_EXTRA_TOOLS": str(TOOLS)})
    client.start()
    caller = Caller(client)
    for number in range(3):
        for key in range(3):
            assert isinstance(caller.end(caller.ask(ECHO, picture=still(41, (number, key)))), Answer)
        os.kill(client.pid or 0, signal.SIGKILL)
        while not isinstance(caller.end(caller.ask(ECHO)), Answer):
            pass  # it is being started again
    client.close()
    assert not {place: what for place, what in opened().items() if place not in before}
    assert not [name for name in set(os.listdir("/dev/shm")) - named if "termwand" in name]


def test_a_picture_that_somebody_waits_for_stays(make: Callable[..., Caller]) -> None:
    caller = make(memory=4000)  # room for one
    busy = caller.ask(NAP)
    caller.until(Progress, busy)
    waiting = caller.ask(ECHO, picture=still(41, "wanted"), queue="another")
    caller.client.prepare("puppet", still(42, "ahead"), on_step=caller.steps.put)
    assert isinstance(caller.end(waiting), Answer)


def test_an_engine_that_stands_still_when_it_is_asked_is_told_and_stopped(make: Callable[..., Caller]) -> None:
    caller = make(timeout=0.5)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    os.kill(caller.client.pid or 0, signal.SIGSTOP)
    ticket = caller.ask(ECHO)
    caller.until(Overdue, ticket)
    assert isinstance(caller.end(ticket), Failed)


def test_large_masks_both_ways_do_not_block_each_other(make: Callable[..., Caller]) -> None:
    caller, noise = make(), np.random.default_rng(1).random((2000, 3000)) < 0.5
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid = caller.client.pid
    for _ in range(4):
        for _ in range(8):
            ticket = caller.ask(NOISE, previous=Prediction(noise))
        caller.until(Answer, ticket)
    assert caller.client.pid == pid


def test_the_previous_mask_travels(caller: Caller) -> None:
    previous = Prediction(np.eye(9, dtype=bool), (2, 3))
    ticket = caller.ask(ECHO, previous=previous)
    step = caller.end(ticket)
    assert isinstance(step, Answer) and step.prediction.score == 9


def test_a_picture_is_prepared_once(caller: Caller) -> None:
    picture = still(41, "once")
    ticket = caller.client.prepare("puppet", picture, on_step=caller.steps.put)
    assert isinstance(caller.end(ticket), Prepared)
    counts = set()
    for _ in range(3):
        step = caller.end(caller.ask(ECHO, picture=picture))
        assert isinstance(step, Answer)
        counts.add(step.prediction.alternatives[0].score)
    assert len(counts) == 1


def test_a_large_picture_arrives(caller: Caller) -> None:
    pixels = np.random.default_rng(0).integers(0, 98, (2160, 3840, 3), np.uint8)
    step = caller.end(caller.ask(ECHO, picture=("large", pixels)))
    assert isinstance(step, Answer) and step.prediction.score == pytest.approx(pixels.mean())


def test_a_picture_of_the_wrong_kind_is_refused(caller: Caller) -> None:
    step = caller.end(caller.ask(ECHO, picture=("grey", np.zeros((4, 4), np.uint8))))
    assert isinstance(step, Failed) and "(4, 4)" in step.error.detail


def test_newest_wins_and_everybody_is_told(caller: Caller) -> None:
    busy = caller.ask(NAP)
    caller.until(Progress, busy)
    tickets = [caller.ask(ECHO, y) for y in range(20)]
    ends = {step.ticket: step for step in caller.ends(21)}
    assert set(ends) == {busy, *tickets}
    answered = [ticket for ticket in tickets if isinstance(ends[ticket], Answer)]
    assert answered[-1] == tickets[-1] and len(answered) <= 2
    assert all(isinstance(ends[ticket], Replaced) for ticket in tickets if ticket not in answered)


def test_queues_take_turns(caller: Caller) -> None:
    busy = caller.ask(NAP)
    caller.until(Progress, busy)
    tickets = [caller.ask(ECHO, queue=name) for name in ("anna", "ben", "carl")]
    ends = caller.ends(4)
    assert [step.ticket for step in ends] == [busy, *tickets]
    assert all(isinstance(step, Answer) for step in ends)


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_torch_keeps_no_helpers_of_what_was_prepared_ahead(make: Callable[..., Caller]) -> None:
    caller = make()  # one in which nothing was prepared before

    def threads() -> int:
        return len(os.listdir(f"/proc/{caller.client.pid}/task"))

    caller.end(caller.ask(THREADS))
    before = threads()
    ticket = caller.client.prepare("puppet", still(97), on_step=caller.steps.put)
    assert isinstance(caller.end(ticket), Prepared)
    deadline = time.monotonic() + 10
    while threads() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threads() == before


def test_cancel_ends_a_long_preparation(caller: Caller) -> None:
    ticket = caller.client.prepare("puppet", still(99), on_step=caller.steps.put)
    caller.until(Progress, ticket)
    caller.client.cancel(ticket)
    other = caller.client.prepare("puppet", still(42), on_step=caller.steps.put)
    assert isinstance(caller.end(other), Prepared)  # the long one would have taken half a minute


def test_a_click_goes_before_what_is_prepared_ahead(caller: Caller) -> None:
    ahead = caller.client.prepare("puppet", still(99, "ahead"), on_step=caller.steps.put)
    caller.until(Progress, ahead)
    assert isinstance(caller.end(caller.ask(ECHO, picture=still(43))), Answer)
    caller.until(Progress, ahead)  # and then it goes on
    caller.client.cancel(ahead)


def test_a_click_waits_for_its_picture_that_is_being_prepared(caller: Caller) -> None:
    picture = still(98, "shared")
    before = caller.end(caller.ask(ECHO))
    ahead = caller.client.prepare("puppet", picture, on_step=caller.steps.put)
    step = caller.end(caller.ask(ECHO, picture=picture))
    assert isinstance(before, Answer) and isinstance(step, Answer)
    assert step.prediction.alternatives[0].score == before.prediction.alternatives[0].score + 1
    caller.client.cancel(ahead)


@pytest.mark.parametrize("command", [MEMORY, HUGE])
def test_out_of_memory_is_reported_and_survived(caller: Caller, command: int) -> None:
    pid = caller.client.pid
    step = caller.end(caller.ask(command))
    assert isinstance(step, Failed) and step.error.title == "Not enough memory for puppet"
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    assert caller.client.pid == pid


def test_failures_keep_their_kind(caller: Caller) -> None:
    step = caller.end(caller.ask(REFUSE))
    assert isinstance(step, Failed) and isinstance(step.error, WeightsError)
    assert (step.error.title, step.error.detail) == ("No such weights", "get some")


def test_a_bug_in_a_tool_ends_only_its_request(caller: Caller) -> None:
    step = caller.end(caller.ask(BUG))
    assert isinstance(step, Failed) and "KeyError" in step.error.detail
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_an_unknown_tool(caller: Caller) -> None:
    ticket = caller.client.predict("pupet", still(1), Prompt().add((1, 1)), on_step=caller.steps.put)
    step = caller.end(ticket)
    assert isinstance(step, Failed) and "puppet" in step.error.detail


def test_what_a_tool_prints_is_kept_clean(caller: Caller, capfd: pytest.CaptureFixture[str]) -> None:
    assert isinstance(caller.end(caller.ask(PRINT)), Answer)
    deadline = time.monotonic() + LONG
    while not any("hello" in line for line in caller.client.log()) and time.monotonic() < deadline:
        time.sleep(0.01)
    line = next(line for line in caller.client.log() if "hello" in line)
    assert "\x1b" not in line and "\x07" not in line and len(line) <= 500
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("command", "how"), [(DIE, "killed"), (ABORT, "SIGABRT")])
def test_a_crash_is_told_and_the_prompt_can_be_asked_again(
    make: Callable[..., Caller], command: int, how: str
) -> None:  # fmt: skip
    caller = make()
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid = caller.client.pid
    ticket = caller.ask(command)
    waiting = caller.ask(ECHO, queue="another")
    first, second = (caller.steps.get(timeout=LONG) for _ in range(2))
    assert {first.ticket, second.ticket} == {ticket, waiting}
    assert isinstance(first, Failed) and isinstance(second, Failed)
    assert how in first.error.detail and "kept" in first.error.detail
    assert isinstance(caller.end(caller.ask(ECHO, queue="another")), Answer)
    assert caller.client.pid != pid and gone(pid)


def test_killed_from_outside_while_preparing(make: Callable[..., Caller]) -> None:
    caller = make()
    ahead = caller.client.prepare("puppet", still(99), on_step=caller.steps.put)
    caller.until(Progress, ahead)
    os.kill(caller.client.pid or 0, signal.SIGKILL)
    assert isinstance(caller.end(ahead), Failed)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_an_engine_that_keeps_dying_is_started_on_demand_only(make: Callable[..., Caller]) -> None:
    caller = make()
    for _ in range(4):
        assert isinstance(caller.end(caller.ask(DIE)), Failed)
    assert caller.client.pid is None
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_a_hung_model_is_told_then_stopped(make: Callable[..., Caller]) -> None:
    caller = make(timeout=0.5)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid, ticket = caller.client.pid, caller.ask(HANG)
    overdue = caller.until(Overdue, ticket)
    assert isinstance(overdue, Overdue) and overdue.seconds == 0.5
    caller.client.extend(ticket, 1.0)
    assert isinstance(caller.until(Overdue, ticket), Overdue)  # it was let live, and is overdue again
    assert caller.client.pid == pid
    step = caller.end(ticket)
    assert isinstance(step, Failed) and "did not answer" in step.error.detail
    assert gone(pid)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def hanging(caller: Caller) -> int:
    """Return a request on which the engine hangs already."""
    ticket = caller.ask(HANG)
    caller.until(Progress, ticket)
    return ticket


def test_a_hung_model_that_was_cancelled_does_not_hold_up_others_for_ever(make: Callable[..., Caller]) -> None:
    caller = make(timeout=0.5)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid = caller.client.pid
    caller.client.cancel(hanging(caller))
    held_up = caller.ask(ECHO)
    caller.until(Overdue, held_up)
    caller.client.extend(held_up, 1.0)
    caller.until(Overdue, held_up)
    assert caller.client.pid == pid
    step = caller.end(held_up)
    assert isinstance(step, Failed) and "did not answer" in step.error.detail
    assert isinstance(caller.end(caller.ask(ECHO)), Answer) and gone(pid)


def test_a_hung_model_that_nobody_waits_for_is_replaced(make: Callable[..., Caller]) -> None:
    caller = make(timeout=0.5)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid = caller.client.pid
    caller.client.cancel(hanging(caller))
    assert gone(pid)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_a_hung_model_can_be_given_up_at_once(make: Callable[..., Caller]) -> None:
    caller = make()
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    pid, hung = caller.client.pid, hanging(caller)
    behind = caller.ask(ECHO, queue="another")
    caller.client.abandon(hung)
    step = caller.steps.get(timeout=LONG)
    assert step.ticket == behind and isinstance(step, Failed) and "was stopped" in step.error.detail
    assert gone(pid)
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)


def test_an_engine_that_does_not_begin_is_told_and_stopped(make: Callable[..., Caller], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(1000)")
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[3])))
    caller = make(extra={"PYTHONPATH": path}, timeout=0.5)
    caller.client._supervisor.starting = 0.5
    ticket = caller.ask(ECHO)
    caller.until(Overdue, ticket)
    assert isinstance(caller.end(ticket), Failed)


def test_a_fast_hand_neither_overtakes_nor_falls_behind(caller: Caller) -> None:
    busy = caller.ask(NAP)
    caller.until(Progress, busy)
    first = [caller.ask(ECHO, y, queue="anna") for y in range(2)]
    ben = caller.ask(ECHO, queue="ben")
    more = [caller.ask(ECHO, y, queue="anna") for y in range(9)]
    carl = caller.ask(ECHO, queue="carl")
    ends = caller.ends(3 + len(first) + len(more))
    answered = [step.ticket for step in ends if isinstance(step, Answer)]
    assert answered == [busy, more[-1], ben, carl]  # anna kept the place of her first request


def test_the_engine_is_niced(caller: Caller) -> None:
    assert isinstance(caller.end(caller.ask(ECHO)), Answer)
    assert os.getpriority(os.PRIO_PROCESS, caller.client.pid or 0) >= 10


PARENT = """
import sys, time, queue
import numpy as np
from engine.process.client import EngineClient
from engine.prompt import Prompt
steps = queue.Queue()
client = EngineClient("cpu", environment={"TERMWAND_EXTRA_TOOLS": sys.argv[1]})
client.start()
picture = ("p", np.full((2000, 2000, 3), 99 if sys.argv[2] == "busy" else 3, np.uint8))
ticket = client.predict("puppet", picture, Prompt().add((1, 1)), on_step=steps.put)
steps.get()
assert not {"torch", "cv2", "onnxruntime", "scipy", "textual"} & set(sys.modules)
print(client.pid, flush=True)
if sys.argv[2] != "leaves":
    time.sleep(1000)
"""


@pytest.mark.parametrize("state", ["idle", "busy", "leaves"])
def test_the_engine_dies_with_its_parent_and_leaves_nothing(state: str, tmp_path: Path) -> None:
    before = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(TOOLS), state], cwd=root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as parent:  # fmt: skip
        assert parent.stdout and parent.stderr
        pid = int(parent.stdout.readline())
        if state != "leaves":
            assert alive(pid)
            parent.kill()
        parent.wait(LONG)
        errors = parent.stderr.read()
    assert gone(pid)
    assert errors == ""
    assert not list(tmp_path.iterdir())
    if before:
        assert not [name for name in set(os.listdir("/dev/shm")) - before if "termwand" in name]
