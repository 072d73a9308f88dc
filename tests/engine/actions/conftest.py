"""A session over frames in memory whose jobs run at once, so that a test reads like a list of keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.actions import frames, load_actions, perform
from engine.document import Document, Label, MediaInfo
from engine.jobs import Job, steps
from engine.media.reference import Reference
from engine.session import Session


class Pictures:
    """Ten frames of 320 x 200: a bright disc on a dark ground, further to the right on every frame.

    Those in `sizes` are of another size.
    """

    def __init__(self) -> None:
        self.sizes: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return 10

    @property
    def reference(self) -> Reference:
        return Reference(("/nowhere",), len(self), "")

    def get(self, index: int) -> NDArray[np.uint8]:
        width, height = self.size(index)
        y, x = np.mgrid[0:height, 0:width]
        picture = np.full((height, width, 3), 40, np.uint8)
        picture[(x - 120 - 5 * index) ** 2 + (y - 100) ** 2 < 50**2] = (220, 200, 60)
        return picture

    def peek(self, index: int) -> NDArray[np.uint8] | None:
        return None

    def decode(self, index: int, cancelled: Callable[[], bool] = lambda: False) -> NDArray[np.uint8]:
        return self.get(index)

    def prefetch(self, index: int, direction: int) -> None:
        pass

    def wish(self, indices: Sequence[int]) -> None:
        pass

    def size(self, index: int) -> tuple[int, int]:
        return self.sizes.get(index, (320, 200))

    def name(self, index: int) -> str:
        return f"frame {index}"

    def picture(self, index: int, *, look: bool = False) -> None:
        return None

    def time(self, index: int) -> float | None:
        return index / 25

    def warning(self, index: int) -> str:
        return ""


class Bench:
    """A session, and short ways to use it."""

    def __init__(self) -> None:
        document = Document(MediaInfo("x", "video", 10, 320, 200), labels=(Label("car"), Label("person")))
        self.session = Session(document, Pictures())
        self.session.jobs.connect(self.run)
        self.said: list[str] = []
        self.held: list[Job] | None = None
        """Where jobs wait, if they are to."""
        self.session.on_message = lambda text, severity: self.said.append(text)
        self.actions = load_actions()
        frames.with_view_size(self.session, (640, 400), (10, 20))
        frames.show(self.session, 0)

    def run(self, job: Job) -> None:
        if self.held is not None:
            self.held.append(job)
            return
        for step in steps(job):
            self.session.jobs.accept(job, step)
        self.session.jobs.ended(job)

    def release(self) -> None:
        """Run what waited."""
        jobs, self.held = self.held or [], None
        for job in jobs:
            self.run(job)

    def do(self, *commands: str) -> None:
        for command in commands:
            perform(self.actions, self.session, *command.split())

    def at(self, x: float, y: float) -> Bench:
        self.session.view.cursor = (x, y)
        self.actions["cursor.move"].run(self.session, "left", 0)
        return self


@pytest.fixture
def bench() -> Bench:
    """Return a fresh session on frame 0."""
    return Bench()


Maker = Callable[[], Bench]
