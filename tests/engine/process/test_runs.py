"""Runs in the engine process: they open the media there, stream, give way to prompts, are cancelled, and are bounded.

Nothing here waits for a clock: the toy tracker takes a byte out of a pipe before each step, so a test says when a frame
is done, and the order of the messages says the rest.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError
from engine.jobs import Answer, Failed, OnFrame, Others, Progress, RunEnded, Step
from engine.media import open_media
from engine.media.reference import Reference, refer
from engine.process.client import EngineClient
from engine.process.conversion import followed, unwire_found
from engine.process.protocol import WINDOW
from engine.process.steps import ENDS, Paused
from engine.prompt import Prompt
from engine.requests import Detect, Follow, Predict, Request
from engine.runs.follow import Followed
from engine.tools.base import Prediction, Target

TOOLS = Path(__file__).parent / "extra_tools"
ECHO, GATE = 1, 18
LONG = 60.0
CAR = {7: Target((10, 20, 60, 50), 30.0)}
STILL = ("still", np.full((30, 40, 3), 40, np.uint8))


class Runner:
    """An engine process whose tracker steps when it is told to; keeps all steps in their order."""

    def __init__(self, folder: Path, *, told: bool) -> None:
        self.steps: queue.Queue[Step] = queue.Queue()
        names = {"TERMWAND_STEPS": folder / "steps", "TERMWAND_GATE": folder / "gate"}
        for path in names.values():
            os.mkfifo(path)
        self._pipes = {name: os.open(path, os.O_RDWR) for name, path in names.items()}
        wanted = {name: str(path) for name, path in names.items() if told or name == "TERMWAND_GATE"}
        self.client = EngineClient("cpu", environment={"TERMWAND_EXTRA_TOOLS": str(TOOLS), **wanted})
        self.client.start()

    def step(self, count: int = 1) -> None:
        """Let the tracker do so many frames."""
        os.write(self._pipes["TERMWAND_STEPS"], b"." * count)

    def open_gate(self) -> None:
        os.write(self._pipes["TERMWAND_GATE"], b".")

    def ask(self, request: Request, queue: str = "") -> int:
        return self.client.ask(request, self.steps.put, queue=queue)

    def prompt(self, command: int, queue: str = "") -> int:
        return self.ask(Predict("puppet", *STILL, Prompt().add((command, 7))), queue)

    def next(self, *kinds: type[Step]) -> Step:
        """Return the next step of these kinds."""
        while not isinstance(step := self.steps.get(timeout=LONG), kinds):
            pass
        return step

    def until(self, text: str) -> None:
        """Wait until a tool reports this."""
        while not (isinstance(step := self.steps.get(timeout=LONG), Progress) and step.text == text):
            pass

    def all(self, ticket: int) -> list[Step]:
        """Return the steps of a request up to its end, taking the answers of a run."""
        found: list[Step] = []
        while not (found and isinstance(found[-1], ENDS)):
            step = self.steps.get(timeout=LONG)
            if step.ticket == ticket:
                found.append(step)
                if isinstance(step, OnFrame):
                    self.client.taken(ticket)
        return found

    def close(self) -> None:
        self.client.close()
        for pipe in self._pipes.values():
            os.close(pipe)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """An engine process whose tracker waits for a byte at each step."""
    found = Runner(tmp_path, told=True)
    yield found
    found.close()


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """An engine process whose tracker goes as fast as it can."""
    found = Runner(tmp_path_factory.mktemp("free"), told=False)
    yield found
    found.close()


def named(*paths: Path) -> Reference:
    media = open_media(paths)
    try:
        return refer(media, paths)
    finally:
        media.close()


@pytest.fixture
def swan(shared: Path) -> Reference:
    """Fifty pictures of a real clip."""
    return named(shared / "data" / "tracks" / "davis_blackswan" / "frames")


def means(media: Reference, frames: list[int]) -> list[float]:
    opened = open_media([Path(path) for path in media.paths])
    try:
        return [float(opened.frame(frame).mean()) / 255 for frame in frames]
    finally:
        opened.close()


VIDEO = Path(__file__).parents[3] / "samples" / "street.mp4"


@pytest.mark.parametrize("frames", [list(range(3, 23)), [30, 25, 20, 15], list(range(12, -1, -1)), [5]])
@pytest.mark.parametrize("kind", ["folder", "video"])
def test_objects_are_followed_over_frames_that_the_engine_decodes(
    free: Runner, swan: Reference, kind: str, frames: list[int]
) -> None:  # fmt: skip
    media = swan if kind == "folder" else named(VIDEO)
    mask = Prediction(np.eye(9, 7, dtype=bool), (4, 5), 0.25)
    starts = {7: Target((10, 20, 60, 50), 30.0), 9: Target((0, 0, 7, 9), mask=mask)}
    steps = free.all(free.ask(Follow("shadow", media, frames, starts, check=False)))
    found = [step.found for step in steps if isinstance(step, OnFrame)]
    assert [one.frame for one in found] == frames[1:]
    assert [one.targets[7] for one in found] == [
        Target((10 + moved, 20, 60 + moved, 50), 30.0) for moved in range(1, len(frames))
    ]
    assert [one.scores[9] for one in found] == pytest.approx(means(media, frames[1:]))
    assert all(np.array_equal(one.targets[9].mask.mask, mask.mask) for one in found)
    assert all(one.targets[9].mask.origin == (4, 5) and one.targets[9].mask.score == 0.25 for one in found)
    done = [(step.done, step.total) for step in steps if isinstance(step, Progress) and step.text == "Following"]
    assert done == [(number, len(frames) - 1) for number in range(1, len(frames))]
    assert isinstance(steps[-1], RunEnded) and steps[-1].frames == len(frames) - 1


def test_an_object_that_is_lost_is_told_and_the_run_ends_with_the_last(free: Runner, swan: Reference) -> None:
    media = open_media([Path(swan.paths[0])])
    right = media.size(0)[0]
    media.close()
    starts = {1: Target((right - 12, 0, right - 2, 9)), 2: Target((right - 14, 0, right - 3, 9))}
    steps = free.all(free.ask(Follow("shadow", swan, range(20), starts, check=False)))
    found = [step.found for step in steps if isinstance(step, OnFrame)]
    assert [sorted(one.targets) for one in found] == [[1, 2], [1, 2], [2], []]
    assert [sorted(one.lost) for one in found] == [[], [], [1], [2]] and found[2].lost[1]
    assert isinstance(steps[-1], RunEnded) and steps[-1].frames == 4


def test_objects_are_found_on_every_frame(free: Runner, swan: Reference) -> None:
    frames, media = [0, 9, 4, 30], open_media([Path(swan.paths[0])])
    steps = free.all(free.ask(Detect("bright", swan, frames, 0.0)))
    found = [step.found for step in steps if isinstance(step, OnFrame)]
    assert [one.frame for one in found] == frames
    for one in found:
        image = media.frame(one.frame)
        row = int(image.mean((1, 2)).argmax())
        (detection,) = one.detections
        assert detection.label == "row" and detection.box == (0, row, image.shape[1], row + 1)
        assert detection.score == pytest.approx(image.mean() / 255)
        assert detection.mask.origin == (0, row) and detection.mask.mask.shape == (1, image.shape[1])
    media.close()
    nothing = [step for step in free.all(free.ask(Detect("bright", swan, frames, 1.0))) if isinstance(step, OnFrame)]
    assert [step.found.detections for step in nothing] == [()] * 4


def test_a_prompt_goes_before_the_next_frame_of_a_run_which_goes_on_as_it_was(runner: Runner, swan: Reference) -> None:
    run = runner.ask(Follow("shadow", swan, range(7), CAR, check=False))
    runner.step()
    assert runner.next(OnFrame).found.frame == 1
    runner.until("Step 2")  # the run is within its second frame
    prompt = runner.prompt(GATE)
    runner.until("At the gate")
    runner.step()
    assert runner.next(OnFrame).found.frame == 2
    paused = runner.next(Paused, OnFrame)
    assert isinstance(paused, Paused) and paused.ticket == run and (paused.done, paused.total) == (2, 6)
    runner.step(4)  # it could go on, but for the prompt
    later = runner.prompt(ECHO, "another")
    runner.open_gate()
    order = [runner.next(OnFrame, Answer, Others, RunEnded) for _ in range(9)]
    assert [(type(step), step.ticket) for step in order] == [
        (Answer, prompt), (Others, prompt), (Answer, later), (Others, later), *[(OnFrame, run)] * 4, (RunEnded, run)
    ]  # fmt: skip
    assert [step.found.targets[7].box[0] for step in order[4:8]] == [13, 14, 15, 16]  # its state was kept


def test_a_run_that_waits_for_its_turn_begins_after_the_prompt(runner: Runner, swan: Reference) -> None:
    prompt = runner.prompt(GATE)
    runner.until("At the gate")
    run = runner.ask(Detect("bright", swan, [0], 0.0))
    runner.open_gate()
    order = [runner.next(OnFrame, Answer, RunEnded) for _ in range(3)]
    assert [(type(step), step.ticket) for step in order] == [(Answer, prompt), (OnFrame, run), (RunEnded, run)]


def test_a_run_is_cancelled_between_two_frames_and_the_next_one_begins(runner: Runner, swan: Reference) -> None:
    run = runner.ask(Follow("shadow", swan, range(50), CAR, check=False))
    runner.step(3)
    assert [runner.next(OnFrame).found.frame for _ in range(3)] == [1, 2, 3]
    runner.client.cancel(run)
    next_run = runner.ask(Detect("bright", swan, [4, 5], 0.0), "another")
    runner.step(WINDOW)  # it is within a step, and may be at the next one before it hears of it
    steps = runner.all(next_run)
    assert [step.found.frame for step in steps if isinstance(step, OnFrame)] == [4, 5]
    assert not [step for step in runner.steps.queue if step.ticket == run]


def test_a_run_that_waits_can_be_cancelled(runner: Runner, swan: Reference) -> None:
    runner.step(WINDOW)
    run = runner.ask(Follow("shadow", swan, range(50), CAR, check=False))
    for _ in range(WINDOW):
        runner.next(OnFrame)
    runner.client.cancel(run)
    assert isinstance(runner.all(runner.ask(Detect("bright", swan, [4], 0.0), "another"))[-1], RunEnded)


def test_a_slow_reader_holds_a_run_up_and_nothing_else(runner: Runner, swan: Reference) -> None:
    runner.step(30)
    run = runner.ask(Follow("shadow", swan, range(20), CAR, check=False))
    told = [runner.next(OnFrame, Paused) for _ in range(WINDOW)]
    runner.client.taken(run)
    told.append(runner.next(OnFrame, Paused))
    assert [type(step) for step in told] == [OnFrame] * (WINDOW + 1)  # that the screen is behind is not told
    prompt = runner.prompt(ECHO)
    assert [runner.next(OnFrame, Answer).ticket, runner.next(Others).ticket] == [prompt, prompt]
    for _ in range(WINDOW):
        runner.client.taken(run)
    frames = [step.found.frame for step in runner.all(run) if isinstance(step, OnFrame)]
    assert frames == list(range(WINDOW + 2, 20))


def test_a_run_goes_on_with_what_the_tracker_has_learned_in_an_earlier_one(free: Runner, swan: Reference) -> None:
    start = {7: Target((95.0, 55.0, 382.0, 289.0))}
    whole = [
        step.found for step in free.all(free.ask(Follow("kcf", swan, range(7), start))) if isinstance(step, OnFrame)
    ]
    found, starts, before = [], start, {}
    for frames in ([0, 1, 2, 3], [3, 4], [4, 5, 6]):
        ticket = free.ask(Follow("kcf", swan, frames, starts, after=before))
        found += [step.found for step in free.all(ticket) if isinstance(step, OnFrame)]
        starts, before = found[-1].targets, {7: ticket}
    assert found == whole
    anew = free.all(free.ask(Follow("kcf", swan, [4, 5, 6], whole[3].targets, after={7: before[7] + 1000})))
    assert [step.found for step in anew if isinstance(step, OnFrame)] != whole[4:], "a run that nobody knows of"


def test_killed_in_a_run_what_was_found_stays_and_it_is_told(runner: Runner, swan: Reference) -> None:
    run = runner.ask(Follow("shadow", swan, range(50), CAR, check=False))
    runner.step(3)
    assert [runner.next(OnFrame).found.targets[7].box[0] for _ in range(3)] == [11, 12, 13]
    os.kill(runner.client.pid or 0, signal.SIGKILL)
    failed = runner.next(*ENDS)
    assert isinstance(failed, Failed) and failed.ticket == run
    assert "killed" in failed.error.detail and "it had answered for 3 frame(s)" in failed.error.detail
    again = runner.ask(Follow("shadow", swan, range(3, 6), {7: Target((13, 20, 63, 50))}, check=False))
    runner.step(2)
    assert [step.found.frame for step in runner.all(again) if isinstance(step, OnFrame)] == [4, 5]


def test_media_that_have_changed_are_refused_instead_of_numbered_anew(
    free: Runner, shared: Path, tmp_path: Path
) -> None:  # fmt: skip
    folder = tmp_path / "frames"
    folder.mkdir()
    for path in sorted((shared / "data" / "tracks" / "otb_Crossing" / "frames").iterdir())[:4]:
        shutil.copy(path, folder)
    media = named(folder)
    shutil.copy(folder / "0000.jpg", folder / "0000b.jpg")
    step = free.all(free.ask(Detect("bright", media, [0, 1], 0.0)))[-1]
    assert isinstance(step, Failed) and isinstance(step.error, MediaError)
    assert "frames has changed" in step.error.title


@pytest.mark.parametrize(
    ("request_", "said"), [
        (lambda media: Detect("bright", media, [3, 50], 0.0), "frames has no frame 51. it has 50 frame(s)"),
        (lambda media: Detect("bright", Reference(("/no/where.mp4",), 1, ""), [0], 0.0), "There is no where.mp4"),
        (lambda media: Follow("bright", media, [0, 1], CAR), "Bright follows no objects"),
        (lambda media: Detect("shadow", media, [0, 1], 0.0), "Shadow finds no objects"),
        (lambda media: Predict("shadow", *STILL, Prompt().add((1, 1))), "Shadow takes no prompts"),
        (lambda media: Follow("shadov", media, [0, 1], CAR), "shadow"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_told(free: Runner, swan: Reference, request_: object, said: str) -> None:
    step = free.all(free.ask(request_(swan)))[-1]  # type: ignore[operator]
    assert isinstance(step, Failed) and said in f"{step.error.title}. {step.error.detail}"


def test_names_that_are_no_utf_8_are_opened_too(free: Runner, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    shutil.copytree(shared / "data" / "tracks" / "otb_Crossing" / "frames", folder)
    assert isinstance(free.all(free.ask(Detect("bright", named(folder), [0], 0.0)))[-1], RunEnded)


def test_with_whom_a_tracker_could_not_begin_is_said_across() -> None:
    found = Followed(3, {1: Target((1, 2, 30, 40))}, {1: None}, {2: "It is too small"}, frozenset({2}))
    assert unwire_found(followed(7, found)) == found
