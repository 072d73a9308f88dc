"""A session over frames with ten bright blobs each, and a detector that finds them; runs go at once, or by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.actions import frames
from engine.document import Document, Label, MediaInfo
from engine.jobs import Job, OnFrame, steps
from engine.session import Session
from tests.engine.actions.conftest import Bench, Pictures

TOOLS = Path(__file__).parents[1] / "process" / "extra_tools"
COUNT = 10


def picture() -> NDArray[np.uint8]:
    """Return 320 x 200 pixels with five discs, five squares, each of another brightness, and a speck."""
    found = np.full((200, 320, 3), 30, np.uint8)
    y, x = np.mgrid[0:200, 0:320]
    for number in range(5):
        light = 250 - 20 * number
        found[np.hypot(x - (30 + 60 * number), y - 50) < 20] = light
        found[120:160, 10 + 60 * number : 50 + 60 * number] = light - 12
    found[190:193, 5:8] = 240
    return found


class Blobs(Pictures):
    """Ten frames of the same picture."""

    def get(self, index: int) -> NDArray[np.uint8]:
        return picture()


class Finder(Bench):
    """A session over them; runs of detectors wait for `advance` and `finish` while `held`."""

    def __init__(self, labels: tuple[Label, ...] = (Label("disc"), Label("square"))) -> None:
        super().__init__()
        self.session = Session(Document(MediaInfo("x", "video", 10, 320, 200), labels=labels), Blobs())
        self.session.jobs.connect(self._start)
        self.session.on_message = lambda text, severity: self.said.append(text)
        self.by_hand = False
        self.runs: list[tuple[Job, Iterator]] = []
        frames.with_view_size(self.session, (640, 400), (10, 20))
        frames.show(self.session, 0)

    def _start(self, job: Job) -> None:
        if self.by_hand and job.request is not None:
            self.runs.append((job, steps(job)))
        else:
            self._drain(job, steps(job))

    def _drain(self, job: Job, some: Iterator) -> None:
        for step in some:
            self.session.jobs.accept(job, step)
        self.session.jobs.ended(job)

    def advance(self, count: int = 1) -> None:
        """Let the run that waits answer for so many frames."""
        job, some = self.runs[0]
        while count:
            step = next(some)
            self.session.jobs.accept(job, step)
            count -= isinstance(step, OnFrame)

    def finish(self) -> None:
        while self.runs:
            self._drain(*self.runs.pop(0))

    def detect(self, where: str = "frame") -> None:
        self.actions["detect.run"].run(self.session, "blobs", where)

    def counts(self) -> list[int]:
        """Return how many shapes there are on each frame."""
        return [len(self.session.document.shapes(frame)) for frame in range(10)]

    def scores(self, frame: int = 0) -> list[float]:
        return sorted((shape.score or 0.0 for shape in self.session.document.shapes(frame)), reverse=True)
